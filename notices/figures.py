"""What became of notices: sent, filtered, failed by cause; taps on our links, sign-ups that followed, readers who left.

Counted from rows. How many readers opened an article WeChat tells from the next morning on (`notices/reads.py`).
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import times
from models.activity import Activity
from models.audience import BroadcastSum, NoticeLink, NoticeTap
from models.db import insert
from models.notice import Broadcast, BroadcastPart, BroadcastState, Notice, NoticeState, PartState, Way
from models.outbox import CallState
from models.upkeep import KEEP_CALLS, KEEP_STUCK
from notices import figure_rows
from notices.figure_rows import ACTIVITY, Known, Read
from notices.quota import TO_COME

FOLLOWED_WITHIN = timedelta(days=7)  # a sign-up is taken to follow from the notice
LEFT_WITHIN = timedelta(days=1)
USUALLY_OF = 28  # days before
OURS_TO_COUNT = (Way.MASS_ALL, Way.MASS_TAG, Way.MASS_LIST, Way.MESSAGES)
COMPARED = (*OURS_TO_COUNT, Way.PUBLISH)  # of a publication its readers alone are known
MOST_COMPARED = 60
MONTH = re.compile(r"/plan/\d{4}-(\d\d)")
SETTLED_AFTER = KEEP_STUCK + timedelta(days=5)
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
    articles: list[tuple[str, Read]] = field(default_factory=list)  # by title, those of which WeChat has told
    sign_ups: int | None = None
    gone: int | None = None  # readers who left in the day after it, whoever they were
    usually: int | None = None
    has_pages: bool = False  # articles, which WeChat counts

    @property
    def is_counted(self) -> bool:
        """Does it reach readers, so that there are numbers of them?"""
        return self.broadcast.way in OURS_TO_COUNT

    @property
    def read(self) -> int | None:
        """Readers and articles together: somebody who opened two counts twice."""
        return sum(read.readers for _, read in self.articles) if self.articles else None


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
    sign_ups: int | None = None  # an entry counts once, however many broadcasts it followed

    @property
    def sent(self) -> int | None:
        """Readers and broadcasts together, as all these numbers; None where none is told."""
        return _known_sum(line.sent for line in self.lines)

    @property
    def read(self) -> int | None:
        return _known_sum(line.read for line in self.lines)

    @property
    def taps(self) -> int:
        return sum(one.taps for one in self.tapped)

    @property
    def failed(self) -> int | None:
        return _known_sum(line.failed for line in self.lines)

    @property
    def filtered(self) -> int | None:
        return _known_sum(line.filtered for line in self.lines)

    @property
    def gone(self) -> int | None:
        """In the days after; None while nothing has gone out to readers."""
        return _known_sum(line.gone for line in self.lines)


def _known_sum(numbers: Iterable[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def figures(session: Session, notice: Notice, now: datetime) -> Figures:
    """All of it."""
    return _of(session, [notice], now)[0]


def compared(session: Session, now: datetime) -> list[Figures]:
    """Notices that went out, the newest first."""
    newest = sa.func.max(Broadcast.due_at)
    rows = (
        sa.select(Notice, newest)
        .join(Broadcast, Broadcast.notice_id == Notice.id)
        .where(Broadcast.state.not_in(TO_COME), Broadcast.way.in_(COMPARED), Notice.state != NoticeState.DROPPED)
        .group_by(Notice.id)
        .order_by(newest.desc(), Notice.id.desc())
        .limit(MOST_COMPARED)
    )
    return _of(session, [notice for notice, _ in session.execute(rows)], now)


def _of(session: Session, notices: Sequence[Notice], now: datetime) -> list[Figures]:
    """However many: so many questions to the database as for one."""
    numbers = [notice.id for notice in notices]
    rows = sa.select(Broadcast).where(Broadcast.notice_id.in_(numbers), Broadcast.state.not_in(TO_COME))
    broadcasts = session.scalars(rows.order_by(Broadcast.due_at, Broadcast.id)).all()
    known = figure_rows.gathered(session, [one for one in broadcasts if one.way in OURS_TO_COUNT], numbers)
    titles, days = _titles(session, known), _by_day(session, numbers)
    found = []
    for notice in notices:
        activities = known.activities.get(notice.id, {})
        made = [_line(one, known, activities, now) for one in broadcasts if one.notice_id == notice.id]
        lines, entries = [line for line, _ in made], {entry for _, mine in made for entry in mine}
        tapped = _tapped(known.taps.get(notice.id, []), titles)
        one = Figures(notice, lines, tapped, _days(days.get(notice.id, {})), list(activities.values()))
        one.sign_ups = len(entries) if any(line.is_counted for line in lines) else None
        found.append(one)
    return found


def _line(broadcast: Broadcast, known: Known, activities: Mapping[int, str], now: datetime) -> tuple[Line, set[int]]:
    """And the entries that followed."""
    at = known.left_at(broadcast)
    line = Line(broadcast, at)
    titles = known.articles.get(broadcast.notice_id, [])
    line.has_pages = bool(titles) and broadcast.way is not Way.MESSAGES
    for place, read in known.reads.get(broadcast.id, {}).items():
        line.articles.append((titles[place - 1] if place <= len(titles) else f"第 {place} 篇", read))
    if broadcast.way not in OURS_TO_COUNT:
        return line, set()
    if broadcast.way is Way.MESSAGES:
        _count_messages(line, known, now)
    else:
        _count_parts(line, known.parts.get(broadcast.id, []))
    causes = Counter(dict(line.causes))
    for cause, many in known.left_out.get(broadcast.id, []):
        causes[f"没有发：{cause}"] += many
    line.causes = sorted(causes.items(), key=lambda one: (-one[1], one[0]))
    entries = known.entries_after(broadcast, activities, at, at + FOLLOWED_WITHIN)
    line.sign_ups = len(entries)
    line.gone, line.usually = _who_left(broadcast, known, at, now)
    return line, entries


def _count_parts(line: Line, parts: Sequence[BroadcastPart]) -> None:
    """As WeChat told of each job; of one it has not told, nothing is known."""
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


def _count_messages(line: Line, known: Known, now: datetime) -> None:
    """As the rows of what we owe say; they go after ninety days, and from then on what was written down of them."""
    kept = known.sums.get(line.broadcast.id)
    if kept is not None and kept.messages is not None:
        line.sent, line.failed = kept.messages["sent"], kept.messages["failed"]
        line.causes = [(cause, many) for cause, many in kept.messages["causes"]]
    elif line.at < now - KEEP_CALLS:
        return  # nobody knows any more
    else:
        line.sent, line.waiting, line.failed, causes = told_of_messages(known.messages.get(line.broadcast.id, []))
        line.causes = list(causes.items())
    line.wanted = line.sent + line.waiting + line.failed


def told_of_messages(rows: Sequence[tuple[CallState, str, int]]) -> tuple[int, int, int, Counter[str]]:
    """(sent, on their way, failed, why) of (state, cause, how many)."""
    causes: Counter[str] = Counter()
    sent = waiting = 0
    for state, cause, many in rows:
        if state is CallState.DONE:
            sent += many
        elif state in ON_THE_WAY:
            waiting += many
        else:
            causes[cause or "没有说原因"] += many
    return sent, waiting, causes.total(), causes


def _who_left(broadcast: Broadcast, known: Known, at: datetime, now: datetime) -> tuple[int | None, int | None]:
    """How many readers left within a day, and how many usually do in one. Of somebody who left only a digest is kept: who
    of them was sent it nobody knows."""
    kept = known.sums.get(broadcast.id)
    if kept is not None:
        return kept.gone, kept.usually
    if broadcast.state not in (BroadcastState.DONE, BroadcastState.STOPPED, BroadcastState.SENDING):
        return None, None
    return known.gone_between(at, min(now, at + LEFT_WITHIN)), _usually(known, at)


def _usually(known: Known, at: datetime) -> int:
    return round(known.gone_between(at - timedelta(days=USUALLY_OF), at) / USUALLY_OF)


def keep_sums(session: Session, now: datetime) -> int:
    """What would be forgotten is written down. How many broadcasts."""
    return _keep_gone(session, now) + _keep_messages(session, now)


def _keep_gone(session: Session, now: datetime) -> int:
    """Farewells are forgotten after thirty days: a day after a broadcast."""
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
    known = figure_rows.gathered(session, broadcasts, [])
    for broadcast in broadcasts:
        at = known.left_at(broadcast)
        gone = known.gone_between(at, at + LEFT_WITHIN)
        values = {"gone": gone, "usually": _usually(known, at), "summed_at": now}
        row = insert(session, BroadcastSum).values(broadcast_id=broadcast.id, **values)
        session.execute(row.on_conflict_do_nothing())
    return len(broadcasts)


def _keep_messages(session: Session, now: datetime) -> int:
    """Calls are dropped after ninety days, and given up after thirty: once all of them are settled."""
    rows = (
        sa.select(BroadcastSum)
        .join(Broadcast, Broadcast.id == BroadcastSum.broadcast_id)
        .where(BroadcastSum.messages.is_(None), Broadcast.way == Way.MESSAGES)
        .where(Broadcast.done_at < now - SETTLED_AFTER, Broadcast.frozen_at > now - KEEP_CALLS)
        .order_by(BroadcastSum.broadcast_id)
        .limit(20)
    )
    sums = session.scalars(rows).all()
    counted = figure_rows.messages(session, [one.broadcast_id for one in sums]) if sums else {}
    for one in sums:
        sent, _, failed, causes = told_of_messages(counted.get(one.broadcast_id, []))
        one.messages = {"sent": sent, "failed": failed, "causes": [list(pair) for pair in causes.items()]}
    session.flush()
    return len(sums)


def _titles(session: Session, known: Known) -> dict[str, str]:
    paths = (path for taps in known.taps.values() for path, _ in taps)
    codes = {hit[1] for path in paths if (hit := ACTIVITY.search(path))}
    rows = sa.select(Activity.code, Activity.title).where(Activity.code.in_(codes))
    return dict(session.execute(rows).all()) if codes else {}


def _page(path: str) -> str:
    """What staff call a page of ours that is no activity's; "" for others."""
    month = MONTH.fullmatch(path)
    return f"{int(month[1])}月活动月历" if month else ""


def _tapped(taps: Sequence[tuple[str, int]], titles: Mapping[str, str]) -> list[Tapped]:
    codes = {path: hit[1] for path, _ in taps if (hit := ACTIVITY.search(path))}
    named = [Tapped(path, titles.get(codes.get(path, ""), "") or _page(path), many) for path, many in taps]
    return sorted(named, key=lambda one: (-one.taps, one.path))


def _by_day(session: Session, notices: Sequence[int]) -> dict[int, dict[date, int]]:
    rows = (
        sa.select(NoticeLink.notice_id, NoticeTap.day, sa.func.count())
        .join(NoticeLink, NoticeLink.code == NoticeTap.code)
        .where(NoticeLink.notice_id.in_(notices))
        .group_by(NoticeLink.notice_id, NoticeTap.day)
    )
    found: dict[int, dict[date, int]] = {}
    for notice, day, many in session.execute(rows):
        found.setdefault(notice, {})[day] = many
    return found


def _days(counted: Mapping[date, int]) -> list[tuple[str, int]]:
    """Every day from the first tap to the last."""
    if not counted:
        return []
    first, last = min(counted), max(counted)
    days = [first + timedelta(days=ahead) for ahead in range(min((last - first).days, 31) + 1)]
    return [(times.short_day(day, beside=last), counted.get(day, 0)) for day in days]
