"""The door: every push verified, read, answered once, and the answer kept for its repeats.

No network on this path. One unit a push: the reader's row is held first, so one reader's pushes take turns
while others go by; then the key is looked up, the verb runs, the reply is stored, and all is committed at once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from bot.envelope import Envelope
from bot.parsing import fields_of, incoming_of, reply_xml, storable
from handlers.calendar import REST
from handlers.router import Route, reply_to
from handlers.shelf import Shelf
from handlers.turn import House, Incoming, Reply, Talk, Turn, fitted
from models import follower, inbox, outbox, times
from models.activity import Catalogue
from models.conversation import Conversation
from models.db import Base, Database, Upsert, core
from models.errors import NotGenuine, Refused, Unreadable
from models.inbox import Push, PushState
from models.outbox import CallState, OutboxCall

log = structlog.get_logger("bot.webhook")

SORRY = "抱歉，刚才出了点小问题，没能办好。我已经记下来告诉馆员了，请过一会儿再试。"
SORRY_AGAIN = "抱歉，系统正忙，这一条没能收下。请过一分钟再发一次。"
# What comes with a window of a minute; every other event opens none.
TOUCHES = frozenset({"subscribe", "scan", "click", "scancode_push", "scancode_waitmsg"})


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
        self._house = house
        self._allow_plain = allow_plain
        self._shelf = Shelf()

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
            return self._in_unit(
                lambda session: take(session, incoming, house=self._house, shelf=self._shelf, now=now)
            )
        except (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError) as error:
            log.error("database unreachable", cause=str(error.__class__), key=incoming.key)
            return Reply(SORRY_AGAIN)
        except Exception as error:  # any other is ours: kept, shown to staff, answered kindly
            log.exception("push failed", key=incoming.key, kind=incoming.kind)
            return self._failed(incoming, error, now)

    def _in_unit(self, take_: Callable[[Session], Reply]) -> Reply:
        try:
            return self._database.unit(take_)
        except sa.exc.IntegrityError:  # another process stored the same push in the same moment: its reply now
            return self._database.unit(take_)

    def _failed(self, incoming: Incoming, error: Exception, now: datetime) -> Reply:
        cause = f"{type(error).__name__}: {error}"
        try:
            with self._database.units() as session:
                store(session, incoming, Reply(SORRY), now=now, state=PushState.FAILED, error=cause)
        except sa.exc.SQLAlchemyError:
            log.exception("failed push could not be stored", key=incoming.key)
            return Reply(SORRY_AGAIN)
        return Reply(SORRY)


def _refusal(status: int, error: Exception) -> Answer:
    log.info("callback refused", status=status, cause=str(error))
    return Answer(status)


def _is_older(timestamp: str, oldest: datetime) -> bool:
    return not timestamp.isdigit() or int(timestamp) < oldest.timestamp()


_STORE = sa.insert(Base.metadata.tables["inbox"])
_KEEP_TALK = Upsert(Conversation, "topic", "held", "misses", "updated_at", key="openid")
_key: sa.BindParameter[str] = sa.bindparam("key")
_reader: sa.BindParameter[str] = sa.bindparam("reader")
_KNOWN = (
    sa.select(
        Push.key, Push.reply, Conversation.openid, Conversation.topic, Conversation.held, Conversation.misses,
        sa.select(Catalogue.version).scalar_subquery().label("catalogue"),
        sa.exists().where(OutboxCall.openid == _reader, OutboxCall.state == CallState.WAITING).label("waiting"),
    )
    .select_from(sa.select(sa.literal(1).label("one")).subquery())
    .outerjoin(Push, Push.key == _key)
    .outerjoin(Conversation, Conversation.openid == _reader)
)  # fmt: skip


def take(session: Session, incoming: Incoming, *, house: House, shelf: Shelf, now: datetime) -> Reply:
    """Answer a push once; a repeat gets the stored reply."""
    may_answer = _open_window(session, incoming, now)
    known = core(session).execute(_KNOWN, {"key": incoming.key, "reader": incoming.openid}).one()
    if known.key is not None:
        return Reply(known.reply)
    if not may_answer:
        return store(session, incoming, Reply.silence(), now=now)
    if known.waiting:
        outbox.wake_waiting(session, incoming.openid, now=now)
    talk = Talk(known.topic, known.held or {}, known.misses or 0)
    turn = Turn(session, incoming, talk, now, house, shelf, known.catalogue or 0)
    reply = _whole(reply_to(turn, run), talk)
    store(session, incoming, reply, now=now)
    if talk.changed:
        _KEEP_TALK.run(
            session,
            openid=incoming.openid,
            topic=talk.topic,
            held=talk.held,
            misses=talk.misses,
            updated_at=now,
        )
    return reply


def _open_window(session: Session, incoming: Incoming, now: datetime) -> bool:
    if incoming.event == "unsubscribe":
        return True
    wrote = not incoming.event and not incoming.is_tap
    if incoming.event and incoming.event not in TOUCHES:
        return True
    # A push's own moment, never a later one than ours: a window must not be believed longer than it is.
    at = min(incoming.sent_at, now)
    return follower.seen(session, incoming.openid, at=at, wrote=wrote, follows=incoming.event == "subscribe")


def run(route: Route, turn: Turn) -> Reply:
    """The verb; one that writes runs inside a savepoint, so that a refusal undoes what it did."""
    before = replace(turn.talk)
    try:
        if not route.writes:
            return route.verb(turn)
        with turn.session.begin_nested():
            return route.verb(turn)
    except Refused as refusal:
        turn.talk.topic, turn.talk.held, turn.talk.changed = before.topic, before.held, before.changed
        if refusal.next_step is not None:
            topic, held = refusal.next_step
            turn.talk.hold(topic, **held)
        return Reply(refusal.to_reader)


def _whole(reply: Reply, talk: Talk) -> Reply:
    """What fits; the rest waits for 更多."""
    if reply.text is None:
        return reply
    head, rest = fitted(reply.text)
    if rest:
        talk.hold(REST, text=rest)
    return Reply(head)


def store(
    session: Session,
    incoming: Incoming,
    reply: Reply,
    *,
    now: datetime,
    state: PushState = PushState.ANSWERED,
    error: str | None = None,
) -> Reply:
    """The push and its reply under the push's key."""
    gone = incoming.event == "unsubscribe"
    values = {
        "key": incoming.key,
        "kind": f"{incoming.kind}:{incoming.event}" if incoming.event else incoming.kind,
        "openid": None if gone else incoming.openid,
        "received_at": now,
        "state": state,
        "reply": reply.text,
        "content": None if gone else storable(incoming),
        "error": error,
    }
    core(session).execute(_STORE, values)
    return reply
