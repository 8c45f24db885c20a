"""Is it alive, is it ready, how is it: for machines that watch."""

import hmac
from ipaddress import ip_address

import sqlalchemy as sa
from flask import Blueprint, Response, abort, request
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from models import schema, times
from models.db import Database
from models.inbox import Push, PushState
from models.outbox import CallState, OutboxCall
from models.platform import Breaker, Token

_registry = CollectorRegistry()
_callbacks = Counter("shusheng_callbacks", "Callbacks answered by this process", ["status"], registry=_registry)


def count_callback(status: int) -> None:
    """One more callback answered with this HTTP status."""
    _callbacks.labels(str(status)).inc()


def health_of(database: Database, *, token: str) -> Blueprint:
    """/healthz, /readyz, /metrics."""
    health = Blueprint("health", __name__)

    @health.get("/healthz")
    def alive() -> str:
        return "ok\n"

    @health.get("/readyz")
    def ready() -> tuple[str, int]:
        try:
            is_current = schema.revision_of(database) == schema.newest()
        except sa.exc.SQLAlchemyError:
            return "the database cannot be reached\n", 503
        return ("ready\n", 200) if is_current else ("the database is not migrated\n", 503)

    @health.get("/metrics")
    def metrics() -> Response:
        if not _may_watch(token):
            abort(404)
        return Response(generate_latest(_registry) + generate_latest(_of_rows(database)), mimetype="text/plain")

    return health


def _may_watch(token: str) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token:
        return hmac.compare_digest(given.encode(), token.encode())
    # Without a token, this machine only; a proxy on it speaks for others and says so.
    return ip_address(request.remote_addr or "0.0.0.0").is_loopback and "X-Forwarded-For" not in request.headers  # noqa: S104


def _of_rows(database: Database) -> CollectorRegistry:
    """What the rows say, the same from every process."""
    registry = CollectorRegistry()
    outbox = Gauge("shusheng_outbox", "Calls we owe WeChat", ["state"], registry=registry)
    failed = Gauge("shusheng_inbox_failed", "Pushes that failed and wait for staff", registry=registry)
    breakers = Gauge("shusheng_breakers", "Roads closed by a stop-error", registry=registry)
    asked = Gauge("shusheng_token_asked", "Times WeChat was asked for a token", registry=registry)
    with database.reading() as session:
        for state in CallState:
            outbox.labels(state).set(0)
        for state, count in session.execute(sa.select(OutboxCall.state, sa.func.count()).group_by(OutboxCall.state)):
            outbox.labels(state).set(count)
        failed.set(_count(session, sa.select(Push).where(Push.state == PushState.FAILED)))
        breakers.set(_count(session, sa.select(Breaker).where(Breaker.until > times.now())))
        asked.set(session.scalar(sa.select(Token.asked).where(Token.name == "access_token")) or 0)
    return registry


def _count(session: sa.orm.Session, rows: sa.Select[Push] | sa.Select[Breaker]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) or 0
