"""服务台的时间: when the desk works and how soon it answers, of the whole library and of branches that are unlike it."""

from datetime import datetime

from flask import Blueprint, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities.opening import said_week
from activities.week_words import week_in
from console.branch_rows import all_branches
from console.desk import Desk, by_me, done, drawn, me, refused
from console.rights import Act, is_theirs, may
from desk.cases import hours
from models import times
from models.activity import Branch
from models.case import WHOLE, DeskHours
from models.errors import BadFields, BadInput

FIELDS = ("week", "lunch_from", "lunch_to", "answer", "silent", "on_holidays")


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/cases/hours, …/<number>, …/<number>/drop; 0 is the whole library"""
    views = _Views(desk)
    blueprint.add_url_rule("/cases/hours", "case_hours", views.all)
    blueprint.add_url_rule("/cases/hours/<int:number>", "case_hours_of", views.one, methods=["GET", "POST"])
    blueprint.add_url_rule("/cases/hours/<int:number>/drop", "case_hours_drop", views.drop, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_DESK)
    def all(self) -> str:
        """Of the whole library, and of each branch: its own, or as the whole."""
        now = times.now()
        with self._desk.reading() as session:
            rows = [_line(session, WHOLE, "全馆", now)] + [
                _line(session, branch.id, branch.name, now) for branch in all_branches(session)
            ]
            untold = hours.untold(session, times.today(now))
        return drawn("case_hours.html", rows=rows, untold=untold, may_change=_may_change)

    @may(Act.ANSWER_READERS)
    def one(self, number: int) -> AnyResponse | str | tuple[str, int]:
        """One desk's form."""
        name = self._name(number)
        if not _may_change(number):
            abort(403)
        if request.method == "GET":
            return self._form(number, name, self._values(number))
        given = {field: request.form.get(field, "").strip() for field in FIELDS}
        try:
            asked = hours.checked(
                week_in(given["week"]) if given["week"] else {}, (given["lunch_from"], given["lunch_to"]),
                bool(given["on_holidays"]), given["answer"], given["silent"],
            )  # fmt: skip
        except BadFields as error:
            return self._form(number, name, given, wrong=error.wrong), 400
        except BadInput as error:
            return self._form(number, name, given, wrong={"week": error.to_staff}), 400
        with self._desk.unit() as session:
            hours.keep(session, number, asked, by=by_me())
        return done("保存好了。以后来的提问按它算时限；已经开着的不变。", url_for("console.case_hours"))

    @may(Act.ANSWER_READERS)
    def drop(self, number: int) -> AnyResponse:
        """As the whole library again."""
        self._name(number)
        if not _may_change(number):
            abort(403)
        where = url_for("console.case_hours")
        try:
            with self._desk.unit() as session:
                hours.drop(session, number, by=by_me())
        except BadInput as error:
            return refused(error.to_staff, where)
        return done("取消了单独的时间，和全馆一样。", where)

    def _name(self, number: int) -> str:
        if number == WHOLE:
            return "全馆"
        with self._desk.reading() as session:
            return (session.get(Branch, number) or abort(404)).name

    def _values(self, number: int) -> dict[str, str]:
        with self._desk.reading() as session:
            row = hours.row_of(session, number) or hours.row_of(session, WHOLE)
        return _written(row)

    def _form(self, number: int, name: str, given: dict[str, str], *, wrong: dict[str, str] | None = None) -> str:
        with self._desk.reading() as session:
            is_own = hours.row_of(session, number) is not None
        return drawn(
            "case_hours_form.html",
            number=number,
            name=name,
            given=given,
            wrong=wrong or {},
            is_own=is_own and number != WHOLE,
        )


def _may_change(number: int) -> bool:
    """Those of the whole library every desk, those of a branch their own."""
    if Act.ANSWER_READERS not in me().acts:
        return False
    return me().branch_id is None or (number != WHOLE and is_theirs(me().branch_id, number))


def _written(row: DeskHours | None) -> dict[str, str]:
    if row is None:
        return {
            "week": "", "lunch_from": "", "lunch_to": "", "answer": str(hours.ANSWER_MINUTES), "silent": str(hours.SILENT_MINUTES),
            "on_holidays": "",
        }  # fmt: skip
    return {
        "week": "；".join(said_week(hours.read_week(row.week))), "answer": str(row.answer_minutes), "silent": str(row.silent_minutes),
        "lunch_from": f"{row.lunch_from:%H:%M}" if row.lunch_from else "", "lunch_to": f"{row.lunch_to:%H:%M}" if row.lunch_to else "",
        "on_holidays": "1" if row.on_holidays else "",
    }  # fmt: skip


def _line(session: Session, number: int, name: str, now: datetime) -> dict[str, object]:
    row = hours.row_of(session, number)
    service = hours.service_of(session, number or None, since=now)
    whole = service.hours
    lunch = f"，午休 {whole.lunch.opens_at:%H:%M}—{whole.lunch.closes_at:%H:%M}" if whole.lunch else ""
    if whole.week:
        said = "；".join(said_week(whole.week))
    elif whole.opening.week:
        said = f"跟开放时间：{'；'.join(said_week(whole.opening.week))}"
    else:
        said = "没有登记开放时间，先按周一至周五 9:00—12:00、14:00—17:00 算"
    return {
        "number": number, "name": name, "said": said + lunch, "is_own": row is not None, "answer": service.answer_minutes,
        "silent": service.silent_minutes, "on_holidays": whole.on_holidays, "is_assumed": whole.is_assumed,
    }  # fmt: skip
