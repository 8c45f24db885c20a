"""What must not be kept: removed in parts small enough that nobody waits for them."""

from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import inbox
from models.binding import IDLE, Binding
from models.follower import Farewell
from models.inbox import Push, PushState
from models.outbox import CallState, OutboxCall, Undelivered
from models.platform import Fire
from models.staff import SignInPace, StaffSession
from models.template import Consent

PART = 2000  # rows a unit: a few milliseconds, whatever the size of the table
KEEP_SENT_WORDS = timedelta(days=3)
KEEP_CALLS = timedelta(days=90)  # settled calls without their words, for "who got it?"
KEEP_STUCK = timedelta(days=30)  # what waits for its reader or for staff
SETTLED = (CallState.DONE, CallState.DROPPED)
KEEP_SESSIONS = timedelta(days=1)  # of staff; they are over after half of it
STUCK = (CallState.WAITING, CallState.UNSURE, CallState.DEAD)

Part = Callable[[Session, datetime], int]


def _empty_pushes(session: Session, now: datetime) -> int:
    """Content of pushes after 3 days; a failed push keeps it until its key goes, so that staff can run it again."""
    old = (
        sa.select(Push.key)
        .where(
            Push.received_at < now - inbox.KEEP_CONTENT,
            Push.content.is_not(None),
            Push.state != PushState.FAILED,
        )
        .limit(PART)
    )
    emptied = sa.update(Push).where(Push.key.in_(old)).values(content=sa.null())
    return counted(session, emptied)


def _drop_pushes(session: Session, now: datetime) -> int:
    return _drop_those(session, Push.content.is_(None), now) or _drop_those(session, Push.content.is_not(None), now)


def _drop_those(session: Session, which: sa.ColumnElement[bool], now: datetime) -> int:
    old = sa.select(Push.key).where(Push.received_at < now - inbox.KEEP_KEYS, which).limit(PART)
    return counted(session, sa.delete(Push).where(Push.key.in_(old)))


def _drop_farewells(session: Session, now: datetime) -> int:
    old = sa.select(Farewell.reader).where(Farewell.left_at < now - inbox.KEEP_KEYS).limit(PART)
    return counted(session, sa.delete(Farewell).where(Farewell.reader.in_(old)))


def _give_up_calls(session: Session, now: datetime) -> int:
    old = (
        sa.select(OutboxCall.id)
        .where(OutboxCall.state.in_(STUCK), OutboxCall.created_at < now - KEEP_STUCK)
        .limit(PART)
    )
    given_up = {
        "state": CallState.DROPPED, "settled_at": now, "payload": {}, "openid": None,
        "cause": OutboxCall.cause + f"（{KEEP_STUCK.days} 天没有下文，已放弃）",
    }  # fmt: skip
    return counted(session, sa.update(OutboxCall).where(OutboxCall.id.in_(old)).values(given_up))


def _empty_calls(session: Session, now: datetime) -> int:
    old = (
        sa.select(OutboxCall.id)
        .where(
            OutboxCall.state.in_(SETTLED),
            OutboxCall.created_at < now - KEEP_SENT_WORDS,
            OutboxCall.openid.is_not(None),
        )
        .limit(PART)
    )
    emptied = sa.update(OutboxCall).where(OutboxCall.id.in_(old)).values(payload={}, openid=None)
    return counted(session, emptied)


def _drop_calls(session: Session, now: datetime) -> int:
    old = sa.select(OutboxCall.id).where(OutboxCall.state.in_(SETTLED), OutboxCall.created_at < now - KEEP_CALLS)
    return counted(session, sa.delete(OutboxCall).where(OutboxCall.id.in_(old.limit(PART))))


def _drop_fires(session: Session, now: datetime) -> int:
    return counted(session, sa.delete(Fire).where(Fire.slot < now - timedelta(days=30)))


def _drop_sessions(session: Session, now: datetime) -> int:
    idle = sa.select(StaffSession.token_hash).where(StaffSession.seen_at < now - KEEP_SESSIONS).limit(PART)
    return counted(session, sa.delete(StaffSession).where(StaffSession.token_hash.in_(idle)))


def _drop_bindings(session: Session, now: datetime) -> int:
    idle = sa.select(Binding.cookie_hash).where(Binding.seen_at < now - IDLE).limit(PART)
    return counted(session, sa.delete(Binding).where(Binding.cookie_hash.in_(idle)))


def _drop_paces(session: Session, now: datetime) -> int:
    free = sa.select(SignInPace.key).where(SignInPace.next_us < int(now.timestamp() * 1e6)).limit(PART)
    return counted(session, sa.delete(SignInPace).where(SignInPace.key.in_(free)))


def _drop_consents(session: Session, now: datetime) -> int:
    spent = sa.select(Consent.key).where(Consent.spent_at < now - KEEP_CALLS).limit(PART)
    return counted(session, sa.delete(Consent).where(Consent.key.in_(spent)))


def _drop_undelivered(session: Session, now: datetime) -> int:
    told = sa.select(Undelivered.receipt).where(Undelivered.told_at < now - timedelta(days=1)).limit(PART)
    return counted(session, sa.delete(Undelivered).where(Undelivered.receipt.in_(told)))


def counted(session: Session, statement: sa.Update | sa.Delete) -> int:
    """Do it, and say to how many rows."""
    # RETURNING and not rowcount: psycopg answers -1 for some statements.
    column = next(iter(statement.table.primary_key.columns))  # type: ignore[attr-defined]
    return len(session.execute(statement.returning(column)).all())


PARTS: tuple[Part, ...] = (
    _empty_pushes, _drop_pushes, _drop_farewells, _give_up_calls, _empty_calls, _drop_calls, _drop_fires,
    _drop_sessions, _drop_bindings, _drop_paces, _drop_consents, _drop_undelivered,
)  # fmt: skip
