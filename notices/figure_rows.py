"""The rows from which notices' figures are counted: gathered for many notices with as many questions as for one."""

import re
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.activity import Activity
from models.audience import ArticleReads, BroadcastSum, FollowerListing, NoticeLink, NoticeTap
from models.follower import Farewell, Follower
from models.notice import Broadcast, BroadcastPart, BroadcastReader, Notice, NoticeVersion, Outcome
from models.outbox import CallState, OutboxCall
from models.signup import Entry
from notices.audience.wishes import key_of_message
from notices.content import Content

ACTIVITY = re.compile(r"/a/([0-9a-z]{4,12})\b")
HANDED = (Outcome.HANDED, Outcome.OWED)


@dataclass(frozen=True, slots=True)
class _Entered:
    number: int
    activity: int
    at: datetime
    followed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """Of one article: readers who opened it, and who passed it on, up to the end of `until`."""

    readers: int
    shared: int
    until: date


@dataclass(slots=True)
class Known:
    """By the ids of broadcasts; `activities` (id → title), `articles` (titles) and `taps` ((path, how many)) by those of notices."""

    parts: dict[int, list[BroadcastPart]] = field(default_factory=dict)
    messages: dict[int, list[tuple[CallState, str, int]]] = field(default_factory=dict)
    left_out: dict[int, list[tuple[str, int]]] = field(default_factory=dict)
    sums: dict[int, BroadcastSum] = field(default_factory=dict)
    reads: dict[int, dict[int, Read]] = field(default_factory=dict)  # by the article's place, from 1
    activities: dict[int, dict[int, str]] = field(default_factory=dict)
    articles: dict[int, list[str]] = field(default_factory=dict)
    taps: dict[int, list[tuple[str, int]]] = field(default_factory=dict)
    farewells: list[datetime] = field(default_factory=list)
    by_name: dict[int, list[_Entered]] = field(default_factory=dict)
    of_all: list[_Entered] = field(default_factory=list)

    def left_at(self, broadcast: Broadcast) -> datetime:
        """When the first of it went out."""
        taken = [part.taken_at for part in self.parts.get(broadcast.id, []) if part.taken_at]
        return min(taken, default=None) or broadcast.frozen_at or broadcast.done_at or broadcast.due_at

    def gone_between(self, first: datetime, last: datetime) -> int:
        """How many readers left."""
        return max(0, bisect_left(self.farewells, last) - bisect_left(self.farewells, first))

    def entries_after(
        self, broadcast: Broadcast, activities: Collection[int], at: datetime, until: datetime
    ) -> set[int]:
        """For what it names, by readers it went to: those written down, else whoever followed by then."""
        is_by_name = broadcast.frozen_at is not None
        return {
            one.number
            for one in (self.by_name.get(broadcast.id, []) if is_by_name else self.of_all)
            if one.activity in activities and at <= one.at < until
            and (is_by_name or one.followed_at is None or one.followed_at <= at)
        }  # fmt: skip


def gathered(session: Session, broadcasts: Sequence[Broadcast], notices: Sequence[int]) -> Known:
    """`broadcasts`: those that are counted."""
    numbers = [one.id for one in broadcasts]
    contents = _contents(session, notices)
    known = Known(
        messages=messages(session, numbers), activities=_named(session, contents), reads=_reads(session, notices)
    )
    known.articles = {notice: [one.title for one in content.articles] for notice, content in contents.items()}
    for part in session.scalars(sa.select(BroadcastPart).where(BroadcastPart.broadcast_id.in_(numbers))):
        known.parts.setdefault(part.broadcast_id, []).append(part)
    out = sa.select(BroadcastReader.broadcast_id, BroadcastReader.cause, sa.func.count()).where(
        BroadcastReader.broadcast_id.in_(numbers), BroadcastReader.outcome == Outcome.LEFT_OUT
    )
    for number, cause, many in session.execute(out.group_by(BroadcastReader.broadcast_id, BroadcastReader.cause)):
        known.left_out.setdefault(number, []).append((cause, many))
    sums = session.scalars(sa.select(BroadcastSum).where(BroadcastSum.broadcast_id.in_(numbers)))
    known.sums = {one.broadcast_id: one for one in sums}
    if set(numbers) - set(known.sums):
        known.farewells = _farewells(session)
    for notice, path, many in session.execute(_taps(notices)):
        known.taps.setdefault(notice, []).append((path, many))
    _entered(session, known, numbers)
    return known


def messages(session: Session, broadcasts: Sequence[int]) -> dict[int, list[tuple[CallState, str, int]]]:
    """(state, cause, how many) of what is owed one by one."""
    number = BroadcastReader.broadcast_id
    rows = (
        sa.select(number, OutboxCall.state, OutboxCall.cause, sa.func.count())
        .join(OutboxCall, OutboxCall.key == key_of_message())
        .where(number.in_(broadcasts), BroadcastReader.outcome == Outcome.OWED)
        .group_by(number, OutboxCall.state, OutboxCall.cause)
    )
    found: dict[int, list[tuple[CallState, str, int]]] = {}
    for broadcast, state, cause, many in session.execute(rows):
        found.setdefault(broadcast, []).append((state, cause, many))
    return found


def _contents(session: Session, notices: Sequence[int]) -> dict[int, Content]:
    newest = sa.and_(NoticeVersion.notice_id == Notice.id, NoticeVersion.number == Notice.version)
    rows = sa.select(Notice.id, NoticeVersion.content).join(NoticeVersion, newest).where(Notice.id.in_(notices))
    return {notice: Content.of(told) for notice, told in session.execute(rows)}


def _reads(session: Session, notices: Sequence[int]) -> dict[int, dict[int, Read]]:
    """Of a list that went out in parts, all parts together."""
    summed = (sa.func.sum(ArticleReads.readers), sa.func.sum(ArticleReads.shared), sa.func.min(ArticleReads.until))
    rows = (
        sa.select(ArticleReads.broadcast_id, ArticleReads.place, *summed)
        .join(Broadcast, Broadcast.id == ArticleReads.broadcast_id)
        .where(Broadcast.notice_id.in_(notices))
        .group_by(ArticleReads.broadcast_id, ArticleReads.place)
        .order_by(ArticleReads.place)
    )
    found: dict[int, dict[int, Read]] = {}
    for broadcast, place, readers, shared, until in session.execute(rows):
        found.setdefault(broadcast, {})[place] = Read(readers, shared, until)
    return found


def _named(session: Session, contents: Mapping[int, Content]) -> dict[int, dict[int, str]]:
    """The activities that each links to."""
    codes = {notice: set(ACTIVITY.findall(_text(content))) for notice, content in contents.items()}
    every = set().union(*codes.values())
    if not every:
        return {}
    told = sa.select(Activity.code, Activity.id, Activity.title).where(Activity.code.in_(every)).order_by(Activity.id)
    activities = session.execute(told).all()
    return {notice: {one.id: one.title for one in activities if one.code in mine} for notice, mine in codes.items()}


def _text(content: Content) -> str:
    return " ".join([content.text, *(part for one in content.articles for part in (one.body, one.source))])


def _taps(notices: Sequence[int]) -> sa.Select[int, str, int]:
    return (
        sa.select(NoticeLink.notice_id, NoticeLink.path, sa.func.count(NoticeTap.visitor))
        .outerjoin(NoticeTap, NoticeTap.code == NoticeLink.code)
        .where(NoticeLink.notice_id.in_(notices))
        .group_by(NoticeLink.notice_id, NoticeLink.path)
    )


def _farewells(session: Session) -> list[datetime]:
    """In order, of the thirty days that are kept; without those of whom the platform's list told only that they had gone:
    their moment is the list's."""
    by_list = sa.select(FollowerListing.began_at)
    return list(
        session.scalars(
            sa.select(Farewell.left_at).where(Farewell.left_at.not_in(by_list)).order_by(Farewell.left_at)
        )
    )


def _entered(session: Session, known: Known, broadcasts: Sequence[int]) -> None:
    activities = {number for mine in known.activities.values() for number in mine}
    if not activities:
        return
    entry = (Entry.id, Entry.activity_id, Entry.entered_at)
    listed = (
        sa.select(BroadcastReader.broadcast_id, *entry)
        .join(Entry, Entry.openid == BroadcastReader.openid)
        .where(BroadcastReader.broadcast_id.in_(broadcasts), BroadcastReader.outcome.in_(HANDED))
        .where(Entry.activity_id.in_(activities))
    )
    for number, entry_id, activity, at in session.execute(listed):
        known.by_name.setdefault(number, []).append(_Entered(entry_id, activity, at))
    every = sa.select(*entry, Follower.followed_at).join(Follower, Follower.openid == Entry.openid)
    known.of_all = [_Entered(*told) for told in session.execute(every.where(Entry.activity_id.in_(activities)))]
