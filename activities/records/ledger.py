"""The 台账: plan beside done, in the ministry's units, from one grouped statement; and the rows behind each number.

An activity belongs to the month of its plan, so that what was planned and what became of it stand side by side.
Figures count once somebody at a desk has confirmed them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.records.queries import COLUMNS
from activities.records.rules import held
from models.activity import Activity, ActivityState, Branch
from models.record import ActivityRecord, RecordState

S = ActivityState


class What(StrEnum):
    """Which activities a number counts."""

    PLANNED = "planned"
    DONE = "done"
    RECORDED = "recorded"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Asked:
    """Months from `first` to `last` ('2026-01'), both included; names, "" for all."""

    first: str
    last: str
    branch: str = ""
    type: str = ""
    series: str = ""
    campaign: str = ""

    def address(self, **changes: str) -> dict[str, str]:
        """As query arguments, with some of them changed."""
        said = {"first": "from", "last": "to"}
        given = {said.get(name, name): value for name, value in asdict(self).items()}
        return {name: value for name, value in {**given, **changes}.items() if value}


@dataclass(slots=True)
class Line:
    """Counts of activities; `held` in 次 or 个; heads in 人次, as far as they were confirmed."""

    name: str
    planned: int = 0
    done: int = 0
    recorded: int = 0
    cancelled: int = 0
    held: int = 0
    on_site: int = 0
    online: int = 0

    @property
    def heads(self) -> int:
        """参加: both ways together."""
        return self.on_site + self.online

    def add(self, row: Any) -> None:
        """One group of the statement."""
        self.planned += row.planned
        self.done += row.done
        self.recorded += row.recorded
        self.cancelled += row.cancelled
        self.held += held(row.type, done=row.done, sessions=row.sessions)
        self.on_site += row.on_site
        self.online += row.online


@dataclass(frozen=True, slots=True)
class Ledger:
    """The whole, and the same by each way of grouping, most held first; months in their order."""

    total: Line
    by_month: list[Line]
    by_branch: list[Line]
    by_type: list[Line]
    by_series: list[Line]
    by_campaign: list[Line]


_is_kept = ActivityRecord.state == RecordState.CONFIRMED
_GROUPS = ("month", "branch", "type", "series", "campaign")


def _is_done(today: date) -> sa.ColumnElement[bool]:
    """Closed by staff, over, or told of."""
    is_over = sa.or_(Activity.last_on < today, ActivityRecord.activity_id.is_not(None))
    return sa.or_(Activity.state == S.FINISHED, sa.and_(Activity.state == S.PUBLISHED, is_over))


def _asked(asked: Asked) -> list[sa.ColumnElement[bool]]:
    named = ((Activity.type, asked.type), (Activity.series, asked.series), (Activity.campaign, asked.campaign))
    conditions: list[sa.ColumnElement[bool]] = [
        Activity.state != S.DRAFT,
        Activity.plan_month.between(asked.first, asked.last),
    ]
    conditions += [column == name for column, name in named if name]
    if asked.branch:
        branch = sa.select(Branch.id).where(Branch.name == asked.branch).scalar_subquery()
        conditions.append(Activity.branch_id == branch)
    return conditions


def _sum(value: Any, when: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.cast(sa.func.coalesce(sa.func.sum(sa.case((when, value), else_=0)), 0), sa.BigInteger)


def ledger(session: Session, asked: Asked, *, today: date) -> Ledger:
    """The figures of these months."""
    keys = (Activity.plan_month, Activity.branch_id, Activity.type, Activity.series, Activity.campaign)
    done = _is_done(today)
    kept = sa.and_(done, _is_kept)
    grouped = (
        sa.select(
            Activity.plan_month.label("month"), Activity.branch_id, Activity.type, Activity.series, Activity.campaign,
            sa.func.count().label("planned"), _sum(1, done).label("done"), _sum(1, kept).label("recorded"),
            _sum(1, Activity.state == S.CANCELLED).label("cancelled"),
            _sum(sa.func.coalesce(ActivityRecord.sessions, 1), done).label("sessions"),
            _sum(sa.func.coalesce(ActivityRecord.on_site, 0), kept).label("on_site"),
            _sum(sa.func.coalesce(ActivityRecord.online, 0), kept).label("online"),
        )
        .outerjoin(ActivityRecord, ActivityRecord.activity_id == Activity.id)
        .where(*_asked(asked))
        .group_by(*keys)
    )  # fmt: skip
    names = dict(session.execute(sa.select(Branch.id, Branch.name)).all())
    return _put_together(session.execute(grouped), names, asked)


def _put_together(rows: Iterable[Any], names: Mapping[int, str], asked: Asked) -> Ledger:
    total = Line("合计")
    tables: dict[str, dict[str, Line]] = {group: {} for group in _GROUPS}
    tables["month"] = {month: Line(month) for month in months_between(asked.first, asked.last)}
    for row in rows:
        keys = (row.month, names.get(row.branch_id, ""), row.type, row.series, row.campaign)
        total.add(row)
        for group, name in zip(_GROUPS, keys, strict=True):
            if name or group == "type":
                tables[group].setdefault(name, Line(name)).add(row)
    lists = [_most_first(tables[group]) for group in _GROUPS[1:]]
    return Ledger(total, list(tables["month"].values()), *lists)


def _most_first(lines: Mapping[str, Line]) -> list[Line]:
    return sorted(lines.values(), key=lambda line: (-line.held, -line.planned, line.name))


def months_between(first: str, last: str) -> list[str]:
    """'2026-01' … '2026-12'"""
    (year, month), (last_year, last_month) = (map(int, slug.split("-")) for slug in (first, last))
    numbers = range(year * 12 + month - 1, last_year * 12 + last_month)
    return [f"{number // 12}-{number % 12 + 1:02d}" for number in numbers]


def rows_of(asked: Asked, what: What, *, today: date) -> sa.Select[Any]:
    """The activities a number counts, with their figures; `key` is the last day."""
    done = _is_done(today)
    which = {
        What.PLANNED: sa.true(),
        What.DONE: done,
        What.RECORDED: sa.and_(done, _is_kept),
        What.CANCELLED: Activity.state == S.CANCELLED,
    }
    return (
        sa.select(
            *COLUMNS, Activity.plan_month, Activity.campaign, Activity.last_on.label("key"), ActivityRecord.on_site,
            ActivityRecord.online, ActivityRecord.sessions, ActivityRecord.words, ActivityRecord.state.label("told"),
        )
        .join(Branch, Branch.id == Activity.branch_id)
        .outerjoin(ActivityRecord, ActivityRecord.activity_id == Activity.id)
        .where(*_asked(asked), which[what])
    )  # fmt: skip


def choices(session: Session, asked: Asked, found: Ledger) -> dict[str, list[str]]:
    """Types, series and campaigns of these months; `found` knows them where nothing but months was asked for."""
    if not (asked.branch or asked.type or asked.series or asked.campaign):
        by = {"type": found.by_type, "series": found.by_series, "campaign": found.by_campaign}
        return {name: sorted(line.name for line in lines if line.name) for name, lines in by.items()}
    columns = {"type": Activity.type, "series": Activity.series, "campaign": Activity.campaign}
    months = (Activity.state != S.DRAFT, Activity.plan_month.between(asked.first, asked.last))
    return {
        name: [word for word in session.scalars(sa.select(column).where(*months).distinct().order_by(column)) if word]
        for name, column in columns.items()
    }
