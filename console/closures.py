"""闭馆: days on which a branch, or all of them, are shut; a row each, and undone by deleting the row."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import hours, texts
from activities.queries import Shown
from console import exports, paging
from console.branch_rows import all_branches, is_mine, is_whole, said_run
from console.desk import Desk, done, drawn, note, refused
from console.exports import Sheet
from console.forms import Form, print_of
from console.paging import Order
from console.rights import Act, may
from models import times
from models.activity import Branch
from models.errors import BadFields
from models.opening import Closure

EVERYWHERE = "all"
LONGEST = timedelta(days=1100)  # three years of building work
MOST_SHOWN = 50  # activities named before a closure
_NAMES = {"branch": "哪个馆", "first": "第一天", "last": "最后一天", "reason": "原因"}
_COLUMNS = (("分馆", 24), ("第一天", 14), ("最后一天", 14), ("天数", 8), ("原因", 50))


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/closures, /console/closures.xlsx, /console/closures/new, /console/closures/<number>/undo"""
    views = _Views(desk)
    blueprint.add_url_rule("/closures", "closures", views.all)
    blueprint.add_url_rule("/closures.xlsx", "closures_file", views.file)
    blueprint.add_url_rule("/closures/new", "new_closure", views.new, methods=["GET", "POST"])
    blueprint.add_url_rule("/closures/<int:number>/undo", "undo_closure", views.undo, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_ACTIVITIES)
    def all(self) -> str:
        """Those that are coming or going on, or those that are over."""
        is_past, today = request.args.get("span") == "past", times.today(times.now())
        place = paging.place_of(request.args.get("before"), request.args.get("after"), date.fromisoformat)
        with self._desk.reading() as session:
            order = Order(Closure.last_on, Closure.id, is_falling=is_past)
            page = paging.page(session, [_asked(today, is_past=is_past)], order, place)
        return drawn(
            "closures.html", page=page, is_past=is_past, may_undo=_may_undo, said_run=said_run, today=today,
            args={"span": "past"} if is_past else {},
        )  # fmt: skip

    @may(Act.SEE_ACTIVITIES)
    def file(self) -> Response:
        """All of them for Excel."""
        today = times.today(times.now())
        with self._desk.unit() as session:
            rows = session.execute(
                _every().order_by(Closure.first_on.desc(), Closure.id).limit(exports.MOST_ROWS + 1)
            )
            body = exports.workbook(Sheet("闭馆", _COLUMNS, _lines(rows)))
            note(session, "list exported", "closures")
        return exports.downloaded(f"闭馆 {today:%Y-%m-%d}", body)

    @may(Act.CHANGE_BRANCHES)
    def new(self) -> AnyResponse | tuple[str, int]:
        """First what lies in those days, then, seen, done."""
        with self._desk.reading() as session:
            branches = [one for one in all_branches(session) if is_mine(one.id)]
        values = {name: " ".join(request.form.get(name, "").split()) for name in _NAMES}
        if request.method == "GET":
            asked = request.args.get("branch", "")
            values["branch"] = asked or (str(branches[0].id) if len(branches) == 1 else "")
            return _page(branches, Form(values)), 200
        try:
            closure = _checked(values, branches)
        except BadFields as error:
            return _page(branches, Form(values, error.wrong)), 400
        return self._closed(closure, branches, Form(values))

    def _closed(self, closure: Closure, branches: list[Branch], form: Form) -> AnyResponse | tuple[str, int]:
        with self._desk.unit() as session:
            same = _same(session, closure)
            found = hours.within(session, closure.branch_id, closure.first_on, closure.last_on, most=MOST_SHOWN + 1)
            seen = print_of(form.values, [one.id for one in found])
            is_sure = same is None and request.form.get("seen") == seen
            if is_sure:
                _close(session, closure)
        if same is not None:
            wrong = {"first": f"这几天已经登记过闭馆了：{same.reason}。"}
            return _page(branches, Form(form.values, wrong)), 409
        if not is_sure:
            return _page(branches, form, found=found, seen=seen), 200
        return done(f"已登记闭馆：{_told(closure)}。读者问起就会知道。", url_for("console.closures"))

    @may(Act.CHANGE_BRANCHES)
    def undo(self, number: int) -> AnyResponse:
        """As if it had never been."""
        where = url_for("console.closures")
        with self._desk.unit() as session:
            closure = session.get(Closure, number, with_for_update=True)
            if closure is None:
                return refused("这条闭馆已经有人撤掉了。", where)
            if not _may_undo(closure.branch_id):
                abort(403)
            note(session, "closure undone", _subject(closure.branch_id), detail=_told(closure))
            hours.reopen(session, closure)
        return done("已撤掉，这几天照常开放。", where)


def _close(session: Session, closure: Closure) -> None:
    first_on, last_on = closure.first_on, closure.last_on
    hours.close(session, branch_id=closure.branch_id, first_on=first_on, last_on=last_on, reason=closure.reason)
    note(session, "closure entered", _subject(closure.branch_id), detail=_told(closure))


def _may_undo(branch_id: int | None) -> bool:
    return is_whole() if branch_id is None else is_mine(branch_id)


def _subject(branch_id: int | None) -> str:
    return "branches" if branch_id is None else f"branch {branch_id}"


def _told(closure: Closure) -> str:
    days = said_run(closure.first_on, closure.last_on, times.today(times.now()))
    return f"{days}，{closure.reason}"


def _every() -> Any:
    columns = (Closure.branch_id, Closure.first_on, Closure.last_on, Closure.reason, Branch.name.label("branch"))
    asked = sa.select(Closure.last_on.label("key"), Closure.id, *columns)
    return asked.outerjoin(Branch, Branch.id == Closure.branch_id)


def _asked(today: date, *, is_past: bool) -> Any:
    return _every().where(Closure.last_on < today if is_past else Closure.last_on >= today)


def _lines(rows: Any) -> Iterator[Sequence[object]]:
    for row in rows:
        yield row.branch or "全部分馆", row.first_on, row.last_on, (row.last_on - row.first_on).days + 1, row.reason


def _same(session: Session, closure: Closure) -> Closure | None:
    """One that covers all of these days already."""
    mine = sa.or_(Closure.branch_id.is_(None), Closure.branch_id == closure.branch_id)
    asked = sa.select(Closure).where(mine, Closure.first_on <= closure.first_on, Closure.last_on >= closure.last_on)
    return session.scalars(asked.limit(1)).first()


def _checked(values: dict[str, str], branches: list[Branch]) -> Closure:
    """Raises: BadFields, naming every field that is wrong."""
    wrong: dict[str, str] = {}
    branch = next((one.id for one in branches if str(one.id) == values["branch"]), None)
    if branch is None and not (values["branch"] == EVERYWHERE and is_whole()):
        wrong["branch"] = "请选哪个馆闭馆。"
    first, last = _day(values["first"]), _day(values["last"] or values["first"])
    if first is None or last is None:
        wrong["first" if first is None else "last"] = "请选日期。"
    elif last < first:
        wrong["last"] = "最后一天不能早于第一天。"
    elif last < times.today(times.now()) or last - first > LONGEST:
        wrong["last"] = "这几天已经过去了。" if last - first <= LONGEST else "最多登记三年。"
    if not values["reason"] or len(values["reason"]) > 120:
        wrong["reason"] = "原因最多 120 个字。" if values["reason"] else "请写上原因，读者会看到，例如“馆内检修”。"
    if wrong or first is None or last is None:
        raise BadFields(wrong)
    return Closure(branch_id=branch, first_on=first, last_on=last, reason=values["reason"])


def _day(word: str) -> date | None:
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None


def _page(branches: list[Branch], form: Form, *, found: Sequence[Shown] | None = None, seen: str = "") -> str:
    """`found`: what lies in the days, None where nobody has looked yet."""
    today = times.today(times.now())
    return drawn(
        "closure_form.html", branches=branches, form=form, found=found, seen=seen, names=_NAMES, is_whole=is_whole(),
        most=MOST_SHOWN, said_when=lambda when: texts.said_when(when, today=today), everywhere=EVERYWHERE,
    )  # fmt: skip
