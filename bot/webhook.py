"""The door: every push verified, read, answered once, and the answer kept for its repeats.

No network on this path. Pushes that come while others are being taken in wait for each other and are taken in
together (models.together, bot.taking): a transaction a group, not a push.
"""

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from bot.envelope import Envelope
from bot.parsing import fields_of, incoming_of, reply_xml
from bot.taking import NO_TALK, Taker, ToBeDoneAlone, kept, sign_of
from handlers.router import is_asked_ahead, is_secret, make_ready
from handlers.shelf import Shelf
from handlers.turn import House, Incoming, Reply
from models import conversation, follower, inbox, times
from models.db import Database, is_unreachable
from models.errors import NotGenuine, Unreadable
from models.inbox import PushState
from models.together import Job, Together

log = structlog.get_logger("bot.webhook")

SORRY = "抱歉，刚才出了点小问题，没能办好。我已经记下来告诉馆员了，请过一会儿再试。"
SORRY_AGAIN = "抱歉，系统正忙，这一条没能收下。请过一分钟再发一次。"
MOST_TOGETHER = 64  # pushes in one transaction


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over HTTP."""

    status: int
    body: str = ""


class Door:
    """Answers WeChat's callbacks for one account."""

    def __init__(self, database: Database, envelope: Envelope, house: House, *, allow_plain: bool = False) -> None:
        self._database = database
        self._envelope = envelope
        self._allow_plain = allow_plain
        # On SQLite one transaction writes at a time anyway; elsewhere groups write side by side.
        self._taker = Taker(house, Shelf(), joins=database.is_sqlite)
        self._together: Together[Incoming, Reply] = Together(self._take_together, most=MOST_TOGETHER)

    def make_ready(self) -> None:
        """What the first message would wait for."""
        with self._database.reading() as session:
            make_ready(self._taker.shelf, session, times.now())

    def echo(self, query: Mapping[str, str]) -> Answer:
        """The platform's check of our address."""
        try:
            self._check(query)
        except NotGenuine as error:
            return _refusal(403, error)
        return Answer(200, query.get("echostr", ""))

    def answer(self, query: Mapping[str, str], body: bytes) -> Answer:
        """One push."""
        now = times.now()
        try:
            self._check(query, now=now)
            fields, sealed = self._fields(query, body)
        except NotGenuine as error:
            return _refusal(403, error)
        except Unreadable as error:
            return _refusal(400, error)
        try:
            incoming = incoming_of(fields)
        except Unreadable as error:
            log.warning("push without what an answer needs", cause=str(error), fields=sorted(fields))
            return Answer(200, "success")  # it is WeChat's, and repeating it would not help
        return self._sealed(self._reply(incoming, now), incoming, query, now=now, sealed=sealed)

    def _check(self, query: Mapping[str, str], *, now: datetime | None = None) -> None:
        timestamp = query.get("timestamp", "")
        self._envelope.check(query.get("signature", ""), timestamp, query.get("nonce", ""))
        if now is not None and _is_older(timestamp, now - inbox.KEEP_KEYS):
            raise NotGenuine("signed before the oldest key we keep: cannot be told from a replay")

    def _fields(self, query: Mapping[str, str], body: bytes) -> tuple[dict[str, object], bool]:
        outer = fields_of(body)
        encrypted = outer.get("Encrypt")
        if isinstance(encrypted, str):
            timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
            self._envelope.check(query.get("msg_signature", ""), timestamp, nonce, encrypted)
            return fields_of(self._envelope.open(encrypted)), True
        if not self._allow_plain:
            raise NotGenuine("a plain push, and SHUSHENG_ALLOW_PLAIN is not set")
        return outer, False

    def _sealed(
        self, reply: Reply, incoming: Incoming, query: Mapping[str, str], *, now: datetime, sealed: bool
    ) -> Answer:
        xml = reply_xml(reply, incoming, at=now)
        if not xml:
            return Answer(200, "success")
        if not sealed:
            return Answer(200, xml)
        return Answer(
            200, self._envelope.seal(xml, timestamp=str(int(now.timestamp())), nonce=query.get("nonce", ""))
        )

    def _reply(self, incoming: Incoming, now: datetime) -> Reply:
        try:
            return self._taken(incoming)
        except Exception as error:
            if is_unreachable(error):
                log.error("database unreachable", cause=str(error.__class__), key=incoming.key)
                return Reply(SORRY_AGAIN)
            # Neither the words of the error nor those of the reader go into the log: they may be the same.
            where = traceback.format_tb(error.__traceback__)[-3:]
            log.error("push failed", key=incoming.key, kind=incoming.kind, error=type(error).__name__, where=where)
            return self._failed(incoming, error, now)  # it is ours: kept, shown to staff, answered kindly

    def _taken(self, incoming: Incoming) -> Reply:
        """Together with all who wait; by itself where that must be, or where the group came to grief."""
        if is_asked_ahead(incoming.words):  # dozens of questions, asked before anybody waits to write
            self._taker.house.needs_ahead(incoming.openid)
        try:
            return cast(Reply, self._together.bring(incoming))
        except ToBeDoneAlone:
            pass
        except sa.exc.SQLAlchemyError as error:
            if is_unreachable(error):
                raise
        try:
            return self._database.unit(lambda session: self._taken_alone(session, incoming))
        except (sa.exc.IntegrityError, sa.exc.OperationalError) as error:
            if is_unreachable(error):
                raise
            # Another process stored the same push in the same moment: its reply now. Or PostgreSQL ended a deadlock with us.
            return self._database.unit(lambda session: self._taken_alone(session, incoming))

    def _take_together(self, jobs: Sequence[Job[Incoming, Reply]]) -> None:
        pushes = [cast(Incoming, job.item) for job in jobs]
        replies = self._database.unit(lambda session: self._taker.take(session, pushes, now=times.now()))
        for job, reply in zip(jobs, replies, strict=True):
            if isinstance(reply, Exception):
                job.error = reply
            else:
                job.result = reply

    def _taken_alone(self, session: Session, incoming: Incoming) -> Reply:
        (reply,) = replace(self._taker, joins=True).take(session, [incoming], now=times.now())
        if isinstance(reply, Exception):
            raise reply  # and with it all that was done
        return reply

    def _failed(self, incoming: Incoming, error: Exception, now: datetime) -> Reply:
        try:
            with self._database.units() as session:
                topic = conversation.states_of(session, [incoming.openid]).get(incoming.openid, NO_TALK)[0]
                failed = kept(
                    incoming, Reply(SORRY), now=now, state=PushState.FAILED, error=_cause(error),
                    no_words=is_secret(topic, incoming.words),
                )  # fmt: skip
                follower.seen(session, [sign_of(incoming, now)])  # so that a later answer finds its window
                inbox.keep(session, [failed])
        except Exception as again:
            log.error("failed push could not be stored", key=incoming.key, error=type(again).__name__)
            return Reply(SORRY_AGAIN)
        return Reply(SORRY)


def _cause(error: Exception) -> str:
    """For staff; the database's own errors without the values they name."""
    said = str(error.orig).splitlines()[0] if isinstance(error, sa.exc.DBAPIError) else str(error)
    return f"{type(error).__name__}: {said}"


def _refusal(status: int, error: Exception) -> Answer:
    log.info("callback refused", status=status, cause=str(error))
    return Answer(status)


def _is_older(timestamp: str, oldest: datetime) -> bool:
    return not timestamp.isdigit() or int(timestamp) < oldest.timestamp()
