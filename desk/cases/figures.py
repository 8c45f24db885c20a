"""首问登记 and what can be read from it: a row a case, sums by month, topic and person."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import times
from models.activity import Branch
from models.case import Case, CaseHanding, CaseResult, CaseTopic, CaseWay, HandingState, Rating

MOST_ROWS = 200_000


@dataclass(frozen=True, slots=True)
class Line:
    """A case as the register has it. `handed`: logins it was handed to, in order; minutes are of working time."""

    id: int
    number: str
    opened_at: datetime
    way: CaseWay
    branch: str
    topic: CaseTopic
    first_by: str
    owner: str
    handed: tuple[str, ...]
    answer_minutes: int | None
    close_minutes: int | None
    result: CaseResult | None
    rating: Rating | None
    times_late: int


@dataclass(frozen=True, slots=True)
class Sum:
    """Of some cases: how many came, how many were answered in time, half were answered within `answer` minutes."""

    name: str
    came: int
    answered: int
    closed: int
    late: int
    answer: int | None
    close: int | None
    good: int
    rated: int

    @property
    def content(self) -> int | None:
        """Percent of the ratings that are 满意."""
        return round(100 * self.good / self.rated) if self.rated else None


def register(session: Session, first: date, last: date, branch: str = "") -> Iterator[Line]:
    """The cases that came on these days, the oldest first."""
    handed = _handed(session, first, last)
    rows = sa.select(
        Case.id, Case.number, Case.opened_at, Case.way, Branch.name.label("branch"), Case.topic, Case.first_by, Case.owner,
        Case.answer_minutes, Case.close_minutes, Case.result, Case.rating, Case.times_late,
    ).outerjoin(Branch, Branch.id == Case.branch_id).where(*_within(first, last))  # fmt: skip
    if branch:
        rows = rows.where(Branch.name == branch)
    for row in session.execute(rows.order_by(Case.opened_at, Case.id).limit(MOST_ROWS)):
        yield Line(
            row.id, row.number, row.opened_at, row.way, row.branch or "全馆", row.topic, row.first_by, row.owner,
            tuple(handed.get(row.id, ())), row.answer_minutes, row.close_minutes, row.result, row.rating, row.times_late,
        )  # fmt: skip


def _within(first: date, last: date) -> tuple[sa.ColumnElement[bool], ...]:
    return Case.opened_at >= times.start_of(first), Case.opened_at < times.start_of(last + timedelta(days=1))


def _handed(session: Session, first: date, last: date) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = sa.select(CaseHanding.case_id, CaseHanding.answered_by).join(Case, Case.id == CaseHanding.case_id)
    accepted = rows.where(CaseHanding.state == HandingState.ACCEPTED, *_within(first, last))
    for row in session.execute(accepted.order_by(CaseHanding.id)):
        found[row.case_id].append(row.answered_by)
    return found


def summed(name: str, lines: Sequence[Line]) -> Sum:
    """Medians, so that one forgotten case does not speak for all."""
    answers = [one.answer_minutes for one in lines if one.answer_minutes is not None]
    closes = [one.close_minutes for one in lines if one.close_minutes is not None]
    ratings = [one.rating for one in lines if one.rating is not None]
    return Sum(
        name, len(lines), len(answers), len(closes), sum(one.times_late > 0 for one in lines), _middle(answers), _middle(closes),
        sum(one is Rating.GOOD for one in ratings), len(ratings),
    )  # fmt: skip


def _middle(minutes: list[int]) -> int | None:
    return round(median(minutes)) if minutes else None


def grouped(lines: Iterable[Line], key: Callable[[Line], str]) -> list[Sum]:
    """By what `key` calls them, in the order of their names."""
    groups: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        groups[key(line)].append(line)
    return [summed(name, of) for name, of in sorted(groups.items())]


def month_of(line: Line) -> str:
    """2026-11"""
    return f"{times.local(line.opened_at):%Y-%m}"
