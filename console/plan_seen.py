"""A plan file as the pages about it need it, and the one way to change it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flask import abort, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import checking, service, texts
from activities.fields import NAMES
from activities.imported import Comparison, Difference
from console import plan_owners, plan_view, words
from console.desk import Desk, done, refused
from console.plan_view import Checked
from models import times
from models.activity import ActivityState
from models.errors import IllegalMove
from models.plan import PlanFile, PlanRow, PlanSource, PlanState
from models.when import When

TOO_LATE = "刚才有人先动过这份计划，没有再改。请看看现在的样子。"
_FIELDS = {**NAMES, "branch": "分馆", "when": "时间", "state": "状态"}


@dataclass(frozen=True, slots=True)
class Seen:
    """A file with all that its pages show; of what it no longer has, only what is of whoever asks."""

    file: PlanFile
    checked: Checked
    beside: Comparison


def seen(session: Session, number: int) -> Seen:
    """All of it, read anew."""
    file = session.get(PlanFile, number) or abort(404)
    rows = checking.rows_of(session, number)
    plan = checking.plan_of(file, rows)
    beside = service.compare(session, plan, now=times.now())
    others = plan_owners.of_others(session, {gone.branch for gone in beside.gone})
    beside = replace(beside, gone=tuple(gone for gone in beside.gone if gone.branch not in others))
    lines = session.get_one(PlanSource, number).lines
    return Seen(file, plan_view.checked(file, lines, rows, checking.doubts_of(session, number), beside), beside)


def changed(
    desk: Desk, number: int, change: Callable[[Session, PlanFile], str], *, row: int | None = None, anchor: str = "",
    states: tuple[PlanState, ...] = (PlanState.CHECKING,),
) -> AnyResponse:  # fmt: skip
    """One change in one unit, and back to where it was asked for, or after the last doubt to the top of the page,
    where it is published. Aborts with 403 where it is another branch's.

    Raises: BadInput of the change.
    """
    try:
        with desk.unit() as session:
            file = checking.held(session, number, *states) or abort(404)
            _refuse_of_others(session, file, row)
            left = checking.still_open(session, number)
            said = change(session, file)
            was_the_last = left > 0 and not checking.still_open(session, number)
    except IllegalMove:
        return refused(TOO_LATE, url(number))
    if was_the_last:
        return done(f"{said}要核对的都看过了，可以发布了。", url(number))
    if row is None:
        return done(said, url(number) + (f"#{anchor}" if anchor else ""))
    with desk.reading() as session:
        order = checking.order_of(session, number, row)
    return done(said, row_url(number, row, order))


def _refuse_of_others(session: Session, file: PlanFile, row: int | None) -> None:
    if row is None:
        is_theirs = not plan_owners.is_mine(session, file)
    else:
        branch = (session.get(PlanRow, (file.id, row)) or abort(404)).planned["branch"]
        is_theirs = not plan_owners.mendable(session, file, [branch])
    if is_theirs:
        abort(403)


def url(number: int) -> str:
    """The page of a plan file."""
    return url_for("console.plan", number=number)


def row_url(number: int, row: int, order: int) -> str:
    """A row on the page of its file where it stands."""
    page = plan_view.page_of(order)
    return url_for("console.plan", number=number, page=page if page > 1 else None, _anchor=f"r{row}")


def said(when: When) -> str:
    """As readers will read it today."""
    return texts.said_when(when, today=times.today(times.now()))


def said_change(change: Difference) -> tuple[str, str, str]:
    """The field, and what it was and will be in words: of days that read alike, as they were written."""
    name, was = _said_value(change.name, change.was)
    will = _said_value(change.name, change.will)[1]
    if was == will and isinstance(change.was, When):
        was, will = change.was.text, change.will.text
    return name, was, will


def _said_value(name: str, value: Any) -> tuple[str, str]:
    if isinstance(value, When):
        return _FIELDS[name], said(value)
    if isinstance(value, ActivityState):
        return _FIELDS[name], words.state(value).words
    if isinstance(value, bool):
        return _FIELDS[name], "是" if value else "否"
    column = _FIELDS.get(name, name)
    return column, "" if value is None else str(value)
