"""What became of notices: sent, filtered, failed by cause; taps on our links, sign-ups that followed, readers who left.

Counted from rows. How often an article was opened only the platform knows, in its own console: nothing is made up here.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import times
from models.activity import Activity
from models.audience import BroadcastSum, FollowerListing, NoticeLink, NoticeTap
from models.db import insert
from models.follower import Farewell, Follower
from models.notice import (
    Broadcast,
    BroadcastPart,
    BroadcastReader,
    BroadcastState,
    Notice,
    NoticeState,
    Outcome,
    PartState,
    Way,
)
from models.outbox import CallState, OutboxCall
from models.signup import Entry
from notices import service
from notices.content import Content
from notices.quota import TO_COME

FOLLOWED_WITHIN = timedelta(days=7)  # a sign-up is taken to follow from the notice
LEFT_WITHIN = timedelta(days=1)
USUALLY_OF = 28  # days before
OURS_TO_COUNT = (Way.MASS_ALL, Way.MASS_TAG, Way.MASS_LIST, Way.MESSAGES)
MOST_COMPARED = 60
_ACTIVITY = re.compile(r"/a/([0-9a-z]{4,12})\b")
ON_THE_WAY = (CallState.OWED, CallState.CALLING, CallState.WAITING)


@dataclass(slots=True)
class Line:
    """One broadcast. None where nobody is told; `wanted`: readers written down, or as many as WeChat counted."""

    broadcast: Broadcast
    at: datetime
    wanted: int | None = None
    sent: int | None = None
    filtered: int | None = None
    failed: int | None = None
    waiting: int = 0  # messages that are on their way, or wait for the reader's next contact
    causes: list[tuple[str, int]] = field(default_factory=list)
    sign_ups: int = 0
    gone: int | None = None  # readers who left in the day after it, whoever they were
    usually: int | None = None


@dataclass(frozen=True, slots=True)
class Tapped:
    """A link of the notice, and how often it was followed: once a visitor and day."""

    path: str
    name: str
    taps: int


@dataclass(slots=True)
class Figures:
    """Of one notice, all its broadcasts together."""

    notice: Notice
    lines: list[Line]
    tapped: list[Tapped]
    by_day: list[tuple[str, int]]
    activities: list[str] = field(default_factory=list)

    @property
    def sent(self) -> int:
        """Readers and broadcasts together, where the number is told."""
        return sum(line.sent or 0 for line in self.lines)

    @property
    def is_told(self) -> bool:
        """Is any number of readers known?"""
        return any(line.sent is not None for line in self.lines)

    @property
    def taps(self) -> int:
        return sum(one.taps for one in self.tapped)

    @property
    def sign_ups(self) -> int:
        return sum(line.sign_ups for line in self.lines)

    @property
    def failed(self) -> int:
        return sum(line.failed or 0 for line in self.lines)

    @property
    def filtered(self) -> int:
        return sum(line.filtered or 0 for line in self.lines)

    @property
    def gone(self) -> int | None:
        """In the days after; None while nothing has gone out to readers."""
        known = [line.gone for line in self.lines if line.gone is not None]
        return sum(known) if known else None


def figures(session: Session, notice: Notice, now: datetime) -> Figures:
    """All of it."""
    activities = _named(session, notice)
    rows = sa.select(Broadcast).where(Broadcast.notice_id == notice.id, Broadcast.state.not_in(TO_COME))
    broadcasts = session.scalars(rows.order_by(Broadcast.due_at, Broadcast.id)).all()
    lines = [_line(session, one, list(activities), now) for one in broadcasts]
    return Figures(notice, lines, _tapped(session, notice), _by_day(session, notice), list(activities.values()))


def compared(session: Session, now: datetime) -> list[Figures]:
    """Notices that went out, the newest first."""
    newest = sa.func.max(Broadcast.due_at)
    rows = (
        sa.select(Notice, newest)
        .join(Broadcast, Broadcast.notice_id == Notice.id)
        .where(Broadcast.state.not_in(TO_COME), Broadcast.way.in_(OURS_TO_COUNT), Notice.state != NoticeState.DROPPED)
        .group_by(Notice.id)
        .order_by(newest.desc(), Notice.id.desc())
        .limit(MOST_COMPARED)
    )
    return [figures(session, notice, now) for notice, _ in session.execute(rows)]


def _line(session: Session, broadcast: Broadcast, activities: Sequence[int], now: datetime) -> Line:
    at = _left_at(session, broadcast)
    line = Line(broadcast, at)
    if broadcast.way not in OURS_TO_COUNT:
        return line
    if broadcast.way is Way.MESSAGES:
        _count_messages(session, line)
    else:
        _count_parts(session, line)
    line.causes = sorted(_with_left_out(session, broadcast, line.causes).items(), key=lambda one: (-one[1], one[0]))
    line.sign_ups = _signed_up(session, broadcast, activities, at)
    line.gone, line.usually = _who_left(session, broadcast, at, now)
    return line


def _left_at(session: Session, broadcast: Broadcast) -> datetime:
    """When the first of it went out."""
    taken = sa.select(sa.func.min(BroadcastPart.taken_at)).where(BroadcastPart.broadcast_id == broadcast.id)
    return session.scalar(taken) or broadcast.frozen_at or broadcast.done_at or broadcast.due_at


def _count_parts(session: Session, line: Line) -> None:
    """As WeChat told of each job; of one it has not told, nothing is known."""
    parts = session.scalars(sa.select(BroadcastPart).where(BroadcastPart.broadcast_id == line.broadcast.id)).all()
    told = [part.told for part in parts if part.state is PartState.TOLD]
    causes = Counter(part.cause for part in parts if part.state is PartState.FAILED and part.cause)
    if told:
        total, filtered, sent, failed = (_sum(told, name) for name in ("total", "filtered", "sent", "failed"))
        # WeChat's FilterCount is what its filters left: what they held back is the rest.
        line.wanted, line.sent, line.failed = total, sent, failed
        line.filtered = max(0, total - filtered)
        if line.filtered:
            causes["微信没有放行：拒收，或这个月已满四次"] += line.filtered
        if failed:
            causes["微信发送失败，没有说原因"] += failed
    line.causes = list(causes.items())


def _sum(told: Sequence[dict[str, Any]], name: str) -> int:
    return sum(int(one.get(name) or 0) for one in told)


def _count_messages(session: Session, line: Line) -> None:
    """As the rows of what we owe say; they are kept ninety days, and after that only that they were owed."""
    number = line.broadcast.id
    mine = sa.and_(OutboxCall.key >= f"broadcast:{number}:", OutboxCall.key < f"broadcast:{number};")
    rows = sa.select(OutboxCall.state, OutboxCall.cause, sa.func.count()).where(mine)
    causes: Counter[str] = Counter()
    line.sent, line.failed = 0, 0
    for state, cause, many in session.execute(rows.group_by(OutboxCall.state, OutboxCall.cause)):
        if state is CallState.DONE:
            line.sent += many
        elif state in ON_THE_WAY:
            line.waiting += many
        else:
            line.failed += many
            causes[cause or "没有说原因"] += many
    line.wanted = line.sent + line.waiting + line.failed
    line.causes = list(causes.items())


def _with_left_out(session: Session, broadcast: Broadcast, causes: Sequence[tuple[str, int]]) -> Counter[str]:
    """And those whom we left out ourselves."""
    found = Counter(dict(causes))
    rows = sa.select(BroadcastReader.cause, sa.func.count()).where(
        BroadcastReader.broadcast_id == broadcast.id, BroadcastReader.outcome == Outcome.LEFT_OUT
    )
    for cause, many in session.execute(rows.group_by(BroadcastReader.cause)):
        found[f"没有发：{cause}"] += many
    return found


def _named(session: Session, notice: Notice) -> dict[int, str]:
    """The activities it links to: id → title."""
    content = service.content_of(session, notice)
    codes = set(_ACTIVITY.findall(" ".join(_texts(content))))
    rows = sa.select(Activity.id, Activity.title).where(Activity.code.in_(codes)).order_by(Activity.id)
    return dict(session.execute(rows).all()) if codes else {}


def _texts(content: Content) -> list[str]:
    return [content.text, *(part for one in content.articles for part in (one.body, one.source))]


def _signed_up(session: Session, broadcast: Broadcast, activities: Sequence[int], at: datetime) -> int:
    """Entries for what it names within a week, by readers it went to: those written down, else whoever followed by then."""
    if not activities:
        return 0
    reader = (
        sa.exists(
            sa.select(1).select_from(BroadcastReader).where(
                BroadcastReader.broadcast_id == broadcast.id, BroadcastReader.openid == Entry.openid,
                BroadcastReader.outcome.in_((Outcome.HANDED, Outcome.OWED)),
            )
        )
        if broadcast.frozen_at is not None
        else sa.exists(
            sa.select(1).select_from(Follower).where(
                Follower.openid == Entry.openid, sa.or_(Follower.followed_at.is_(None), Follower.followed_at <= at)
            )
        )
    )  # fmt: skip
    mine = sa.select(sa.func.count()).select_from(Entry).where(
        Entry.activity_id.in_(activities), Entry.entered_at >= at, Entry.entered_at < at + FOLLOWED_WITHIN, reader
    )  # fmt: skip
    return session.scalar(mine) or 0


def _who_left(session: Session, broadcast: Broadcast, at: datetime, now: datetime) -> tuple[int | None, int | None]:
    """How many readers left within a day, and how many usually do in one. Of somebody who left only a digest is kept: who
    of them was sent it nobody knows."""
    kept = session.get(BroadcastSum, broadcast.id)
    if kept is not None:
        return kept.gone, kept.usually
    if broadcast.state not in (BroadcastState.DONE, BroadcastState.STOPPED, BroadcastState.SENDING):
        return None, None
    return _left_between(session, at, min(now, at + LEFT_WITHIN)), _usually(session, at)


def _usually(session: Session, at: datetime) -> int:
    return round(_left_between(session, at - timedelta(days=USUALLY_OF), at) / USUALLY_OF)


def _left_between(session: Session, first: datetime, last: datetime) -> int:
    """Without those of whom the platform's list told only that they had gone: their moment is the list's."""
    by_list = sa.select(FollowerListing.began_at)
    rows = sa.select(sa.func.count()).select_from(Farewell)
    return (
        session.scalar(
            rows.where(Farewell.left_at >= first, Farewell.left_at < last, Farewell.left_at.not_in(by_list))
        )
        or 0
    )


def keep_sums(session: Session, now: datetime) -> int:
    """Farewells are forgotten after thirty days: what they say of a broadcast is written down a day after it. How many."""
    rows = (
        sa.select(Broadcast)
        .outerjoin(BroadcastSum, BroadcastSum.broadcast_id == Broadcast.id)
        .where(
            BroadcastSum.broadcast_id.is_(None), Broadcast.way.in_(OURS_TO_COUNT), Broadcast.state == BroadcastState.DONE,
            Broadcast.done_at < now - LEFT_WITHIN,
        )
        .order_by(Broadcast.id)
        .limit(20)
    )  # fmt: skip
    broadcasts = session.scalars(rows).all()
    for broadcast in broadcasts:
        at = _left_at(session, broadcast)
        values = {
            "gone": _left_between(session, at, at + LEFT_WITHIN),
            "usually": _usually(session, at),
            "summed_at": now,
        }
        row = insert(session, BroadcastSum).values(broadcast_id=broadcast.id, **values)
        session.execute(row.on_conflict_do_nothing())
    return len(broadcasts)


def _tapped(session: Session, notice: Notice) -> list[Tapped]:
    rows = (
        sa.select(NoticeLink.path, sa.func.count(NoticeTap.visitor))
        .outerjoin(NoticeTap, NoticeTap.code == NoticeLink.code)
        .where(NoticeLink.notice_id == notice.id)
        .group_by(NoticeLink.path)
    )
    found = list(session.execute(rows).all())
    codes = {path: hit[1] for path, _ in found if (hit := _ACTIVITY.search(path))}
    titles = dict(
        session.execute(sa.select(Activity.code, Activity.title).where(Activity.code.in_(codes.values()))).all()
    )
    named = [Tapped(path, titles.get(codes.get(path, ""), ""), many) for path, many in found]
    return sorted(named, key=lambda one: (-one.taps, one.path))


def _by_day(session: Session, notice: Notice) -> list[tuple[str, int]]:
    """Every day from the first tap to the last."""
    rows = (
        sa.select(NoticeTap.day, sa.func.count())
        .join(NoticeLink, NoticeLink.code == NoticeTap.code)
        .where(NoticeLink.notice_id == notice.id)
        .group_by(NoticeTap.day)
        .order_by(NoticeTap.day)
    )
    counted = dict(session.execute(rows).all())
    if not counted:
        return []
    first, last = min(counted), max(counted)
    days = [first + timedelta(days=ahead) for ahead in range(min((last - first).days, 31) + 1)]
    return [(times.short_day(day, beside=last), counted.get(day, 0)) for day in days]
