"""What we owe WeChat: rows written with the change that caused them, claimed by hands, settled once.

`due_at` is arrival, back-off and lease in one column: the row of a worker that died simply falls due again.
A token fences off a worker that outlived its lease. Claims are paced by a rate row per kind, so that all
processes together keep the platform's pace, and by slots, so that one slow kind cannot starve another.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session

from models.bulk import one_of
from models.db import Base, UtcDateTime, after_commit, core, insert, personal, plain, word
from models.errors import IllegalMove
from models.platform import Breaker, Rate, close_breaker
from models.privacy import digest
from models.states import Moves, moved

LEASE = timedelta(seconds=90)  # above every timeout of one call, its repeat and two fresh tokens together
MAX_ATTEMPTS = 8
LONGEST_KEY = 96
SOON = timedelta(minutes=10)  # a message that belongs to an answer just given
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=1)


class CallKind(StrEnum):
    """Each kind has one row in app.py's table of work."""

    CUSTOMER_MESSAGE = "customer_message"
    MENU = "menu"
    PROBE = "probe"
    FETCH_MEDIA = "fetch_media"
    SUBSCRIPTION = "subscription"  # as WeChat calls them: a message handed over by CUSTOMER_MESSAGE, sent by template
    TEMPLATE = "template"
    LIST_TEMPLATES = "list_templates"
    QR_CODE = "qr_code"
    RED_PACKET = "red_packet"
    TRANSFER = "transfer"
    PAY_LOOK = "pay_look"  # where is this payment?
    FETCH_PIECE = "fetch_piece"  # a file of a submission, from WeChat
    MAKE_PIECE = "make_piece"  # made playable, on our own machine
    PRINT_CERTIFICATES = "print_certificates"  # all of a contest as one file
    MAKE_WHOLE = "make_whole"  # the pieces of a recording, an issue of a programme: one file
    MAKE_PACK = "make_pack"  # works of a contest with their table, for the province: one zip
    DRAFT = "draft"  # of a notice: a file of it, or its articles, handed to WeChat
    MASS_SEND = "mass_send"  # one part of a broadcast
    MASS_LOOK = "mass_look"  # what became of it?
    PUBLISH = "publish"
    PUBLISH_LOOK = "publish_look"
    PREVIEW = "preview"
    TAKE_BACK = "take_back"  # articles that were sent or published, deleted
    LIST_FOLLOWERS = "list_followers"  # a page of the account's list, or its tags
    TAG_READERS = "tag_readers"  # a segment becomes a tag of the platform
    FETCH_SAID = "fetch_said"  # a picture, voice or film of a reader who talks with the desk
    ARTICLE_READS = "article_reads"  # how many readers opened the articles of a day?
    ILS = "ils"  # the library's own system, by SIP2: a card looked at, a loan renewed


class CallState(StrEnum):
    OWED = "owed"
    CALLING = "calling"  # a worker holds the lease; after it, the outcome is unknown
    WAITING = "waiting"  # no way to this reader is open: until the next contact
    DONE = "done"
    UNSURE = "unsure"  # it may have happened and must not be repeated: staff decide
    DEAD = "dead"  # refused, or too many attempts: staff see why
    DROPPED = "dropped"  # no longer useful, or taken back


S = CallState
CALL_MOVES: Moves[CallState] = {
    S.OWED: frozenset({S.CALLING, S.WAITING, S.DEAD, S.DROPPED}),
    S.CALLING: frozenset({S.OWED, S.CALLING, S.WAITING, S.DONE, S.UNSURE, S.DEAD, S.DROPPED}),
    S.WAITING: frozenset({S.OWED, S.DROPPED}),
    S.UNSURE: frozenset({S.OWED, S.DROPPED}),
    S.DEAD: frozenset({S.OWED, S.DROPPED}),
    S.DONE: frozenset({S.WAITING}),  # WeChat took it and could not deliver it
}
CLAIMABLE = (S.OWED, S.CALLING)
# Written out where an index of some states alone is to serve: no database matches it with a parameter.
_IS_CLAIMABLE = sa.text("state IN ('owed', 'calling')")
_IS_WAITING = sa.text("state = 'waiting'")


class OutboxCall(Base):
    """One thing we owe."""

    __tablename__ = "outbox"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    kind: Mapped[CallKind] = plain(word(CallKind))
    key: Mapped[str] = plain(sa.String(LONGEST_KEY), unique=True)
    openid: Mapped[str | None] = personal("微信号在本号的编号", sa.String(64), nullable=True, index=True)
    payload: Mapped[dict[str, Any]] = personal("发给您的内容", sa.JSON)
    state: Mapped[CallState] = plain(word(CallState))
    due_at: Mapped[datetime] = plain(UtcDateTime)
    useful_until: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    token: Mapped[str | None] = plain(sa.String(16), nullable=True)
    attempts: Mapped[int] = plain(sa.SmallInteger)
    cause: Mapped[str] = plain(sa.Text)
    created_at: Mapped[datetime] = plain(UtcDateTime)
    settled_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    receipt: Mapped[str | None] = plain(sa.String(32), nullable=True)  # WeChat's number: delivery is told later

    __table_args__ = (
        sa.Index("ix_outbox_receipt", "receipt", unique=True),
        sa.Index("ix_outbox_claimable", "kind", "due_at", sqlite_where=_IS_CLAIMABLE, postgresql_where=_IS_CLAIMABLE),
        sa.Index("ix_outbox_waiting", "openid", sqlite_where=_IS_WAITING, postgresql_where=_IS_WAITING),
        sa.Index("ix_outbox_state", "state", "created_at"),
    )


class Undelivered(Base):
    """WeChat's word that what it took under this number did not arrive; kept a day, for a call that is not settled yet."""

    __tablename__ = "undelivered"

    receipt: Mapped[str] = plain(sa.String(32), primary_key=True)
    openid: Mapped[str] = personal("微信号在本号的编号", sa.String(64))
    cause: Mapped[str] = plain(sa.String(100))
    told_at: Mapped[datetime] = plain(UtcDateTime, index=True)


class SpentCredit(Base):
    """One sending of a customer-service message charged to a window; what is left is counted, never kept."""

    __tablename__ = "spent_credits"

    outbox_id: Mapped[int] = plain(sa.ForeignKey("outbox.id", ondelete="CASCADE"), primary_key=True)
    # Of the lease under which it was sent: a message that staff have sent again costs again.
    token: Mapped[str] = plain(sa.String(16), primary_key=True)
    openid: Mapped[str] = personal("微信号在本号的编号", sa.String(64))
    window: Mapped[str] = plain(sa.String(12))
    window_opened_at: Mapped[datetime] = plain(UtcDateTime)

    __table_args__ = (sa.Index("ix_spent_credits_window", "openid", "window", "window_opened_at"),)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row in a worker's hands.

    `was_calling`: a worker before us died or stalled in the middle of the call. `is_trial`: the one call that may
    leave after a stop-error's pause; its outcome opens the road again or closes it anew.
    """

    id: int
    kind: CallKind
    key: str
    openid: str | None
    payload: dict[str, Any]
    token: str
    attempts: int
    was_calling: bool
    useful_until: datetime | None
    claimed_at: datetime
    is_trial: bool = False


def owe(
    session: Session,
    kind: CallKind,
    *,
    key: str,
    payload: dict[str, Any],
    now: datetime,
    openid: str | None = None,
    due_at: datetime | None = None,
    useful_until: datetime | None = None,
) -> bool:
    """Promise one call, in the transaction of its cause. False if the key was promised before.

    A key that stands is seen before anything is inserted: PostgreSQL would have an insert wait for whoever just claims that row,
    and they, in preparing it, wait for what its cause holds.
    """
    values = {
        "kind": kind, "key": key, "openid": openid, "payload": payload, "state": S.OWED, "due_at": due_at or now,
        "useful_until": useful_until, "attempts": 0, "cause": "", "created_at": now,
    }  # fmt: skip
    columns = OutboxCall.__table__.c
    given = sa.select(*(sa.literal(value, columns[name].type) for name, value in values.items()))
    stands = sa.exists().where(OutboxCall.key == key)
    statement = (
        insert(session, OutboxCall)
        .from_select(list(values), given.where(~stands))
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(OutboxCall.id)
    )
    is_new = session.execute(statement).first() is not None
    if is_new and (due_at or now) <= now:
        ring(session)
    return is_new


def owe_to_all(
    session: Session,
    kind: CallKind,
    calls: Iterable[tuple[str, str, dict[str, Any]]],
    *,
    now: datetime,
    useful_until: datetime | None = None,
    due_at: datetime | None = None,
) -> None:
    """Promise a call to each of many readers in one statement: (key, openid, payload). A key promised before stays."""
    rows = [
        {
            "kind": kind, "key": key, "openid": openid, "payload": payload, "state": S.OWED, "due_at": due_at or now,
            "useful_until": useful_until, "attempts": 0, "cause": "", "created_at": now,
        }
        for key, openid, payload in calls
    ]  # fmt: skip
    if rows:
        core(session).execute(insert(session, OutboxCall).on_conflict_do_nothing(index_elements=["key"]), rows)
        ring(session)


class _Bell:
    """Wakes this process's hands at commit; other processes look once a second."""

    def __init__(self) -> None:
        self.ring: Callable[[], None] = lambda: None


bell = _Bell()


def ring(session: Session) -> None:
    """Wake the hands once this unit is committed."""
    after_commit(session, lambda: bell.ring())


@dataclass(frozen=True, slots=True)
class Pace:
    """At most `per_second` calls a second over all processes, `burst` at once, `slots` in this process."""

    per_second: float
    burst: int
    slots: int


@dataclass(frozen=True, slots=True)
class Claims:
    """What was taken; `paced_s` where more is due and only the rate holds it back: until the next may leave, about."""

    calls: list[Claimed]
    paced_s: float | None = None


def claim(session: Session, *, now: datetime, free: Mapping[CallKind, int], paces: Mapping[CallKind, Pace]) -> Claims:
    """Take up to `free` due rows of each kind, as far as rates and breakers allow, with a lease on each."""
    closed_until = {row.kind: row.until for row in core(session).execute(_BREAKERS)}
    taken = [
        _claim_kind(session, kind, slots, pace=paces[kind], closed_until=closed_until.get(kind), now=now)
        for kind, slots in free.items()
        if slots > 0
    ]
    paced = [claims.paced_s for claims in taken if claims.paced_s is not None]
    return Claims([call for claims in taken for call in claims.calls], min(paced, default=None))


def _claim_kind(
    session: Session, kind: CallKind, slots: int, *, pace: Pace, closed_until: datetime | None, now: datetime
) -> Claims:
    is_trial = closed_until is not None
    if closed_until is not None and closed_until > now:
        return Claims([])
    due = {"kind": kind, "now": now, "most": 1 if is_trial else slots}
    rows = core(session).execute(_DUE, due).all()
    if not rows:
        return Claims([])
    allowed = _take_rate(session, kind, wanted=len(rows), pace=pace, now=now)
    if is_trial and allowed:  # nobody else tries while this one does
        core(session).execute(_KEEP_CLOSED, {"road": kind, "trial_ends": now + LEASE})
    calls = [_claimed(row, now=now, is_trial=is_trial) for row in rows[:allowed]]
    if calls:
        leases = [
            {"number": call.id, "lease": call.token, "count": call.attempts, "until": now + LEASE} for call in calls
        ]
        core(session).execute(_LEASE, leases)
    return Claims(calls, 1 / pace.per_second if allowed < len(rows) else None)


# Core, as every message that leaves passes here and at `settle`: the ORM would cost several times the statements.
_BREAKERS = sa.select(Breaker.kind, Breaker.until).with_for_update()
_KEEP_CLOSED = (
    sa.update(Base.metadata.tables["breakers"])
    .where(Breaker.kind == sa.bindparam("road"))
    .values(until=sa.bindparam("trial_ends"))
)
_NEXT = sa.select(Rate.next_us).where(Rate.kind == sa.bindparam("kind")).with_for_update()
_SET_NEXT = (
    sa.update(Base.metadata.tables["rates"])
    .where(Rate.kind == sa.bindparam("of"))
    .values(next_us=sa.bindparam("then"))
)
_DUE = (
    sa.select(
        OutboxCall.id, OutboxCall.kind, OutboxCall.key, OutboxCall.openid, OutboxCall.payload, OutboxCall.state,
        OutboxCall.attempts, OutboxCall.useful_until,
    )
    .where(OutboxCall.kind == sa.bindparam("kind"), _IS_CLAIMABLE, OutboxCall.due_at <= sa.bindparam("now"))
    .order_by(OutboxCall.due_at)
    .limit(sa.bindparam("most"))
    .with_for_update(skip_locked=True)
)  # fmt: skip
_this_row = OutboxCall.__table__.c.id == sa.bindparam("number")
_LEASE = (
    sa.update(Base.metadata.tables["outbox"])
    .where(_this_row)
    .values(
        state=S.CALLING, token=sa.bindparam("lease"), attempts=sa.bindparam("count"), due_at=sa.bindparam("until")
    )
)
_HELD = sa.select(OutboxCall.id).where(_this_row, OutboxCall.token == sa.bindparam("lease")).with_for_update()
_SETTLE = (
    sa.update(Base.metadata.tables["outbox"])
    .where(_this_row)
    .values(
        kind=sa.bindparam("as_kind"), state=sa.bindparam("to"), token=None, cause=sa.bindparam("why"), due_at=sa.bindparam("due"),
        settled_at=sa.bindparam("settled"), attempts=sa.bindparam("count"),
    )
)  # fmt: skip


def _claimed(row: Any, *, now: datetime, is_trial: bool) -> Claimed:
    moved(row.state, to=S.CALLING, moves=CALL_MOVES)
    return Claimed(
        row.id, row.kind, row.key, row.openid, row.payload, secrets.token_hex(8), row.attempts + 1,
        row.state is S.CALLING, row.useful_until, now, is_trial,
    )  # fmt: skip


def _take_rate(session: Session, kind: CallKind, *, wanted: int, pace: Pace, now: datetime) -> int:
    """How many calls may leave now (generic cell rate: one moment in one row stands for the whole queue)."""
    now_us, step_us = int(now.timestamp() * 1e6), int(1e6 / pace.per_second)
    # No moment is further ahead than one step, unless the clock has been set back since it was written.
    earliest = max(min(_next_us(session, kind), now_us + step_us), now_us - step_us * (pace.burst - 1))
    allowed = max(0, min(wanted, (now_us - earliest) // step_us + 1))
    core(session).execute(_SET_NEXT, {"of": kind, "then": earliest + allowed * step_us})
    return int(allowed)


def _next_us(session: Session, kind: CallKind) -> int:
    """When the next call of `kind` may leave; the row is held."""
    next_us: int | None = core(session).scalar(_NEXT, {"kind": kind})
    if next_us is not None:
        return next_us
    core(session).execute(insert(session, Rate).values(kind=kind, next_us=0).on_conflict_do_nothing())
    return int(core(session).execute(_NEXT, {"kind": kind}).scalar_one())


def keep_longer(session: Session, call: Claimed, *, until: datetime) -> None:
    """The lease of a call that was just claimed, for work of our own that takes longer than any call to the platform."""
    mine = sa.update(OutboxCall).where(OutboxCall.id == call.id, OutboxCall.token == call.token)
    session.execute(mine.values(due_at=until).execution_options(synchronize_session=False))


def held(session: Session, call: Claimed) -> bool:
    """Does `call` still have its lease? Its row is locked then. Not once another worker has it or it was settled."""
    return core(session).execute(_HELD, {"number": call.id, "lease": call.token}).first() is not None


def settle(
    session: Session,
    call: Claimed,
    to: CallState,
    *,
    now: datetime,
    cause: str = "",
    due_at: datetime | None = None,
    counts: bool = True,
    kind: CallKind | None = None,
) -> None:
    """Close the lease of a call that is `held`. `counts`: it was an attempt. `kind`: the way it takes from here on."""
    values = {
        "as_kind": kind or call.kind, "number": call.id, "to": moved(S.CALLING, to=to, moves=CALL_MOVES), "why": cause, "due": due_at or now,
        "settled": None if to in (S.OWED, S.WAITING) else now, "count": call.attempts - (not counts),
    }  # fmt: skip
    core(session).execute(_SETTLE, values)


def pause_after(attempts: int) -> timedelta:
    """5 s, 10 s, 20 s … an hour."""
    return min(FIRST_PAUSE * float(2 ** (attempts - 1)), LONGEST_PAUSE)


_WAITED_FOR = sa.select(OutboxCall.openid).where(one_of(OutboxCall.openid, "readers"), _IS_WAITING).distinct()


def wake_waiting(session: Session, readers: Sequence[str], *, now: datetime) -> None:
    """These readers are back, a window is open: what waited for this falls due."""
    back = core(session).scalars(_WAITED_FOR, {"readers": readers}).all()
    if not back:
        return
    session.execute(
        sa.update(OutboxCall)
        .where(OutboxCall.openid.in_(back), OutboxCall.state == S.WAITING)
        .values(state=moved(S.WAITING, to=S.OWED, moves=CALL_MOVES), due_at=now)
    )
    ring(session)


def hand_back(session: Session, way: CallKind) -> None:
    """This way is shut: whatever was handed on to it looks for another, or waits where the reader's next contact finds it."""
    mine = sa.update(OutboxCall).where(OutboxCall.kind == way, OutboxCall.state == S.OWED)
    session.execute(mine.values(kind=CallKind.CUSTOMER_MESSAGE).execution_options(synchronize_session=False))
    ring(session)


def resume(session: Session, kind: str, *, now: datetime) -> None:
    """Staff have mended what held this kind back: what was tried and stopped leaves at once, not when its pause is over."""
    close_breaker(session, kind)
    stopped = sa.update(OutboxCall).where(OutboxCall.kind == kind, OutboxCall.state == S.OWED, OutboxCall.cause != "")
    session.execute(stopped.values(due_at=now).execution_options(synchronize_session=False))
    ring(session)


def drop_all_of(session: Session, openid: str, *, now: datetime, cause: str = "不再关注") -> None:
    """The reader left, or wants nothing kept: nothing more is owed to them, and no key names them any more."""
    session.execute(
        sa.update(OutboxCall)
        .where(OutboxCall.openid == openid, OutboxCall.state.in_((S.OWED, S.WAITING, S.UNSURE, S.DEAD)))
        .values(state=S.DROPPED, settled_at=now, cause=cause)
    )
    nobody = sa.func.substr(sa.func.replace(OutboxCall.key, openid, digest(openid)), 1, LONGEST_KEY)
    named = OutboxCall.key.contains(openid, autoescape=True)
    session.execute(sa.update(OutboxCall).where(OutboxCall.openid == openid, named).values(key=nobody))


def take_back(session: Session, which: sa.ColumnElement[bool], *, now: datetime, cause: str) -> None:
    """Of these calls whatever is owed and has not left is no longer owed."""
    session.execute(
        sa.update(OutboxCall)
        .where(which, OutboxCall.state.in_((S.OWED, S.WAITING)))
        .values(state=S.DROPPED, settled_at=now, cause=cause)
        .execution_options(synchronize_session=False)
    )


def doubt_all(connection: sa.Connection, *, now: datetime) -> None:
    """These rows are of the past: what they owe may have been done since, as if every worker had died in its call."""
    doubted = moved(moved(S.WAITING, to=S.OWED, moves=CALL_MOVES), to=S.CALLING, moves=CALL_MOVES)
    connection.execute(
        sa.update(OutboxCall)
        .where(OutboxCall.state.in_((S.OWED, S.WAITING)))
        .values(state=doubted, token=None, due_at=now)
    )


def retry(session: Session, call: OutboxCall, *, now: datetime) -> None:
    """Staff want it tried again. Raises: IllegalMove unless it is waiting, dead or unsure."""
    if call.state is S.CALLING:  # it may be on its way: a second call would be a second message
        raise IllegalMove(f"{call.key} is in a worker's hands")
    call.state = moved(call.state, to=S.OWED, moves=CALL_MOVES)
    call.due_at, call.attempts, call.settled_at, call.token = now, 0, None, None
    ring(session)


def note_receipt(session: Session, call: Claimed, receipt: str) -> str | None:
    """WeChat took it under this number. Why it was not delivered, if that came in before the answer did; else None."""
    session.execute(sa.update(OutboxCall).where(OutboxCall.id == call.id).values(receipt=receipt[:32]))
    return session.scalar(sa.select(Undelivered.cause).where(Undelivered.receipt == receipt[:32]))


def not_delivered(session: Session, receipt: str, openid: str, *, cause: str, now: datetime) -> None:
    """What WeChat took and could not deliver is kept for the reader's next contact.

    The word of it may be faster than the answer to the call. Whoever settles holds the row: either we wait and find the
    number there, or the settling finds ours.
    """
    kinds = OutboxCall.kind.in_((CallKind.SUBSCRIPTION, CallKind.TEMPLATE))
    being_sent = sa.select(OutboxCall.id).where(OutboxCall.openid == openid, OutboxCall.state == S.CALLING, kinds)
    session.execute(being_sent.with_for_update()).all()
    told = {"receipt": receipt[:32], "openid": openid, "cause": cause, "told_at": now}
    session.execute(insert(session, Undelivered).values(told).on_conflict_do_nothing())
    mine = sa.update(OutboxCall).where(OutboxCall.receipt == receipt, OutboxCall.openid == openid)
    waiting = moved(S.DONE, to=S.WAITING, moves=CALL_MOVES)
    session.execute(
        mine.where(OutboxCall.state == S.DONE).values(
            kind=CallKind.CUSTOMER_MESSAGE, state=waiting, cause=cause, settled_at=None, receipt=None
        )
    )


def drop(session: Session, call: OutboxCall, *, now: datetime, cause: str) -> None:
    """Staff take it back. Raises: IllegalMove if it is done or in a worker's hands."""
    if call.state is S.CALLING:
        raise IllegalMove(f"{call.key} is in a worker's hands")
    call.state = moved(call.state, to=S.DROPPED, moves=CALL_MOVES)
    call.settled_at, call.cause = now, cause
