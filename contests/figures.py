"""How a contest went, as libraries report it: works, likes, plays and visits, by group, genre, unit, branch and day. Reads only.

Works are those handed in and not taken back. Likes, plays and visits are those of contests.sums, a few minutes old; by day
they are counted from the rows.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests import queries, texts
from models import times
from models.contest import (
    COUNTED,
    HANDED_IN,
    Contest,
    ContestState,
    Like,
    Look,
    LookKind,
    Submission,
    SubmissionState,
    SubmissionSum,
)

MOST_RANKED = 50
ALONE = "个人"  # for no school or branch
MOST_DAYS = 120


@dataclass(slots=True)
class Line:
    """One name with its figures."""

    name: str
    works: int = 0
    accepted: int = 0
    likes: int = 0
    plays: int = 0
    visits: int = 0

    def add(self, row: Any) -> None:
        """The works of a row, with what they were given."""
        self.works += row.works
        self.accepted += row.works if row.state is SubmissionState.ACCEPTED else 0
        self.likes += row.likes
        self.plays += row.plays
        self.visits += row.visits


@dataclass(slots=True)
class Figures:
    """Of one contest. `readers`: authors with an openid; works of a school's box have none."""

    total: Line
    readers: int
    by_group: list[Line] = field(default_factory=list)
    by_genre: list[Line] = field(default_factory=list)
    by_unit: list[Line] = field(default_factory=list)
    by_branch: list[Line] = field(default_factory=list)
    by_day: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A work among those most liked."""

    place: int  # shared by those with as many
    work: Submission
    likes: int
    plays: int
    visits: int


def _sum(column: sa.ColumnElement[int] | Any) -> sa.ColumnElement[int]:
    return sa.cast(sa.func.coalesce(sa.func.sum(column), 0), sa.Integer)


def _rows(*by: Any) -> sa.Select[Any]:
    """Works counted with their sums, a row for each of `by` and state."""
    return (
        sa.select(
            *by, Submission.state, sa.func.count().label("works"), _sum(SubmissionSum.likes).label("likes"),
            _sum(SubmissionSum.plays).label("plays"), _sum(SubmissionSum.visits).label("visits"),
        )
        .select_from(Submission)
        .outerjoin(SubmissionSum, SubmissionSum.submission_id == Submission.id)
        .where(Submission.state.in_(HANDED_IN))
        .group_by(*by, Submission.state)
    )  # fmt: skip


def figures(session: Session, contest: Contest, *, branches: Iterable[str]) -> Figures:
    """All of it; `branches`: the library's own, told from schools by their names."""
    by = (Submission.group_id, Submission.genre, Submission.organisation_id)
    rows = session.execute(_rows(*by).where(Submission.contest_id == contest.id)).all()
    groups = {row.id: row.name for row in queries.groups_of(session, contest)}
    units = {row.id: row.name for row in queries.organisations_of(session, contest)}
    found = Figures(Line("合计"), _readers(session, contest))
    for row in rows:
        found.total.add(row)
    found.by_group = _lines(rows, lambda row: groups.get(row.group_id, texts.UNGROUPED), groups.values())
    found.by_genre = _lines(rows, lambda row: texts.GENRES[row.genre], ())
    found.by_unit = _most_first(_lines(rows, lambda row: units.get(row.organisation_id, ALONE), units.values()))
    ours = set(branches)
    found.by_branch = [line for line in found.by_unit if line.name in ours]
    found.by_day = _by_day(session, contest)
    return found


def _readers(session: Session, contest: Contest) -> int:
    rows = sa.select(sa.func.count(Submission.openid.distinct()))
    return session.scalar(rows.where(Submission.contest_id == contest.id, Submission.state.in_(HANDED_IN))) or 0


def _lines(rows: Iterable[Any], named: Callable[[Any], str], every: Iterable[str]) -> list[Line]:
    """A line a name, those of `every` in their order and also where nothing came in."""
    found = {name: Line(name) for name in every}
    for row in rows:
        name = named(row)
        found.setdefault(name, Line(name)).add(row)
    return list(found.values())


def _most_first(lines: Sequence[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (-line.works, -line.likes, line.name))


def _by_day(session: Session, contest: Contest) -> list[Line]:
    """Works on the day on which they were last handed in; every day from the first with anything to the last."""
    works = _moments(session, contest)
    looks = sa.select(Look.day, Look.kind, sa.func.count()).where(Look.contest_id == contest.id)
    found: dict[date, Line] = {}

    def line(day: date) -> Line:
        return found.setdefault(day, Line(str(day)))

    for day, (count, accepted) in works.items():
        line(day).works, line(day).accepted = count, accepted
    for day, kind, count in session.execute(looks.group_by(Look.day, Look.kind)):
        setattr(line(day), "plays" if kind is LookKind.PLAY else "visits", count)
    for day, count in _likes(session, contest).items():
        line(day).likes = count
    days = (max(found) - min(found)).days + 1 if found else 0
    return [line(max(found) - timedelta(days=back)) for back in reversed(range(min(days, MOST_DAYS)))]


def _moments(session: Session, contest: Contest) -> dict[date, tuple[int, int]]:
    rows = sa.select(Submission.handed_in_at, Submission.state).where(
        Submission.contest_id == contest.id, Submission.state.in_(HANDED_IN)
    )
    found: dict[date, tuple[int, int]] = {}
    for at, state in session.execute(rows):
        if at is None:
            continue
        day = times.today(at)
        count, accepted = found.get(day, (0, 0))
        found[day] = (count + 1, accepted + (state is SubmissionState.ACCEPTED))
    return found


def _likes(session: Session, contest: Contest) -> dict[date, int]:
    """By the library's days, along the index of those that count."""
    which = (Like.contest_id == contest.id, COUNTED)
    first, last = session.execute(
        sa.select(sa.func.min(Like.given_at), sa.func.max(Like.given_at)).where(*which)
    ).one()
    found: dict[date, int] = {}
    day = times.today(last) if last else None
    while day and first and times.start_of(day + timedelta(days=1)) > first and len(found) < MOST_DAYS:
        within = (Like.given_at >= times.start_of(day), Like.given_at < times.start_of(day + timedelta(days=1)))
        found[day] = session.scalar(sa.select(sa.func.count()).select_from(Like).where(*which, *within)) or 0
        day -= timedelta(days=1)
    return {day: count for day, count in found.items() if count}


RANKS: Mapping[str, str] = {"likes": "点赞", "plays": "播放", "visits": "访问"}


def ranking(session: Session, contest: Contest, by: str, *, most: int = MOST_RANKED) -> Sequence[Ranked]:
    """The accepted works with the most likes, plays or visits (RANKS), the most first."""
    column = {"likes": SubmissionSum.likes, "plays": SubmissionSum.plays, "visits": SubmissionSum.visits}[by]
    rows = (
        sa.select(Submission, SubmissionSum.likes, SubmissionSum.plays, SubmissionSum.visits)
        .join(SubmissionSum, SubmissionSum.submission_id == Submission.id)
        .where(SubmissionSum.contest_id == contest.id, Submission.state == SubmissionState.ACCEPTED, column > 0)
        .order_by(column.desc(), SubmissionSum.submission_id)
        .limit(most)
    )
    found: list[Ranked] = []
    for number, row in enumerate(session.execute(rows), 1):
        this = Ranked(number, *row)
        is_shared = found and getattr(found[-1], by) == getattr(this, by)
        found.append(replace(this, place=found[-1].place) if is_shared else this)
    return found


def between(session: Session, first: datetime, last: datetime) -> list[tuple[Contest, Line]]:
    """For the 台账: contests whose works were all in within these moments, with their figures, the earliest first.

    A contest belongs to the month in which it closed, so that no report counts it twice.
    """
    held = sa.select(Contest).where(
        Contest.closes_at > first, Contest.closes_at <= last,
        Contest.state.not_in((ContestState.DRAFT, ContestState.CANCELLED)),
    )  # fmt: skip
    contests = session.scalars(held.order_by(Contest.opens_at, Contest.id)).all()
    lines = {contest.id: Line(contest.title) for contest in contests}
    rows = _rows(Submission.contest_id).where(Submission.contest_id.in_(lines))
    for row in session.execute(rows):
        lines[row.contest_id].add(row)
    return [(contest, lines[contest.id]) for contest in contests]
