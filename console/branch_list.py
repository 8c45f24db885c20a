"""分馆与时间: every branch with its hours today, for the page and for Excel."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Blueprint, Response
from sqlalchemy.orm import Session

from activities import hours
from activities.opening import Timetable, said_stretches, said_week
from activities.queries import PUBLISHED
from console import branch_names, branch_rows, exports
from console.branch_rows import all_branches, is_whole, now_at
from console.desk import Desk, drawn, note
from console.exports import Sheet
from console.rights import Act, may
from console.words import State
from models import times
from models.activity import Activity, Branch

_SHEETS = (
    (("分馆", 24), ("地址", 36), ("电话", 18), ("怎么去", 40), ("读者的叫法", 40), ("平时开放", 50), ("接下来的活动", 14)),
    (("分馆", 24), *((day, 24) for day in times.WEEKDAYS)),
    (("分馆", 24), ("日期", 14), ("开放", 30)),
)  # fmt: skip


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/branches, /console/branches.xlsx"""
    views = _Views(desk)
    blueprint.add_url_rule("/branches", "branches", views.all)
    blueprint.add_url_rule("/branches.xlsx", "branches_file", views.file)


@dataclass(frozen=True, slots=True)
class _Row:
    branch: Branch
    table: Timetable
    state: State
    note: str
    coming: int


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_ACTIVITIES)
    def all(self) -> str:
        """Every branch, with today's hours."""
        with self._desk.reading() as session:
            return drawn("branches.html", rows=_rows(session), is_whole=is_whole(), said_week=said_week)

    @may(Act.SEE_ACTIVITIES)
    def file(self) -> Response:
        """The same for Excel, with the week and the days unlike it."""
        with self._desk.unit() as session:
            rows = _rows(session)
            names = {row.branch.id: "、".join(branch_names.said_so(session, row.branch.id)) for row in rows}
            note(session, "list exported", "branches")
        sheets = zip(
            ("分馆", "每周开放", "特别的日子"),
            _SHEETS,
            (_details(rows, names), _weeks(rows), _days(rows)),
            strict=True,
        )
        body = exports.workbook(*(Sheet(*sheet) for sheet in sheets))
        return exports.downloaded(f"分馆与时间 {times.today(times.now()):%Y-%m-%d}", body)


def _rows(session: Session) -> list[_Row]:
    now, tables, counts = (
        branch_rows.wall_clock(),
        hours.timetables(session, since=times.today(times.now())),
        coming(session),
    )
    return [
        _Row(branch, tables[branch.id], *now_at(tables[branch.id], now), counts.get(branch.id, 0))
        for branch in all_branches(session)
    ]


def coming(session: Session) -> dict[int, int]:
    """How many published activities each branch still has."""
    asked = sa.select(Activity.branch_id, sa.func.count()).where(
        PUBLISHED, Activity.last_on >= times.today(times.now())
    )
    return {row[0]: row[1] for row in session.execute(asked.group_by(Activity.branch_id))}


def _details(rows: list[_Row], names: dict[int, str]) -> Iterator[Sequence[object]]:
    for row in rows:
        one = row.branch
        yield (
            one.name,
            one.address,
            one.phone,
            one.way,
            names[one.id],
            "，".join(said_week(row.table.week)),
            row.coming,
        )


def _weeks(rows: list[_Row]) -> Iterator[Sequence[object]]:
    for row in rows:
        days = (said_stretches(row.table.week.get(weekday, ())) or "闭馆" for weekday in range(7))
        yield row.branch.name, *(days if row.table.week else ())


def _days(rows: list[_Row]) -> Iterator[Sequence[object]]:
    for row in rows:
        for day, stretches in sorted(row.table.days.items()):
            yield row.branch.name, day, said_stretches(stretches)
