"""闭馆: the list of closures, coming and gone, for the page and for Excel. How one is made and undone: console.closing."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, request

from console import exports, paging
from console.branch_rows import said_run
from console.desk import Desk, drawn, note
from console.exports import Sheet
from console.paging import Order
from console.rights import Act, may
from models import times
from models.closing import Closing, ClosingState
from notices.closing import queries

WHOLE = "全部分馆"
_COLUMNS = (
    ("哪个馆", 30), ("第一天", 14), ("最后一天", 14), ("天数", 8), ("原因", 50), ("取消的活动", 12), ("改期的活动", 12), ("撤掉了", 10),
)  # fmt: skip


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/closures, /console/closures.xlsx"""
    views = _Views(desk)
    blueprint.add_url_rule("/closures", "closures", views.all)
    blueprint.add_url_rule("/closures.xlsx", "closures_file", views.file)


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_ACTIVITIES)
    def all(self) -> str:
        """Those that are coming or going on, or those that are over or were undone."""
        is_past, today = request.args.get("span") == "past", times.today(times.now())
        place = paging.place_of(request.args.get("before"), request.args.get("after"), date.fromisoformat)
        with self._desk.reading() as session:
            order = Order(Closing.last_on, Closing.id, is_falling=is_past)
            page = paging.page(session, [queries.listed().where(_is_asked(today, is_past=is_past))], order, place)
            names = queries.branch_names(session)
        return drawn(
            "closures.html", page=page, is_past=is_past, said_run=said_run, today=today, whose=lambda row: said_whose(row.branches, names),
            args={"span": "past"} if is_past else {}, S=ClosingState,
        )  # fmt: skip

    @may(Act.SEE_ACTIVITIES)
    def file(self) -> Response:
        """All of them for Excel."""
        today = times.today(times.now())
        with self._desk.unit() as session:
            names = queries.branch_names(session)
            asked = queries.listed().order_by(Closing.first_on.desc(), Closing.id).limit(exports.MOST_ROWS + 1)
            body = exports.workbook(Sheet("闭馆", _COLUMNS, _lines(session.execute(asked), names)))
            note(session, "list exported", "closures")
        return exports.downloaded(f"闭馆 {today:%Y-%m-%d}", body)


def said_whose(branches: Sequence[int], names: dict[int, str]) -> str:
    """官塘分馆、城南分馆; what is gone by now is not named."""
    return "、".join(names[one] for one in branches if one in names) or ("已经没有的分馆" if branches else WHOLE)


def _is_asked(today: date, *, is_past: bool) -> sa.ColumnElement[bool]:
    if is_past:
        return sa.or_(Closing.last_on < today, Closing.state == ClosingState.UNDONE)
    return sa.and_(Closing.last_on >= today, Closing.state != ClosingState.UNDONE)


def _lines(rows: Any, names: dict[int, str]) -> Iterator[Sequence[object]]:
    for row in rows:
        days = (row.last_on - row.first_on).days + 1
        is_undone = "是" if row.state is ClosingState.UNDONE else ""
        yield (
            said_whose(row.branches, names), row.first_on, row.last_on, days, row.reason, row.cancelled, row.moved, is_undone,
        )  # fmt: skip
