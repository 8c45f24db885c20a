"""When a branch is open: its week in one form, and days that are unlike it."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import hours
from activities.opening import Stretch, Timetable, checked_week, runs_of, said_stretches, said_week
from activities.week_words import week_in
from console import branch_rows, week_form
from console.branch_rows import all_branches, held, said_run
from console.desk import Desk, done, drawn, note, refused
from console.forms import Form, print_of
from console.rights import Act, may
from models import times
from models.activity import Branch
from models.errors import BadFields, BadInput, IllegalMove

_BUSY = "这个馆正在并入别的馆，时间不能改了。"
_DAYS = {"first": "第一天", "last": "最后一天", "x": "开放时间"}
FURTHEST = timedelta(days=730)


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/branches/<number>/hours, …/days, …/days/remove"""
    views, one = _Views(desk), "/branches/<int:number>"
    blueprint.add_url_rule(f"{one}/hours", "week", views.week, methods=["GET", "POST"])
    blueprint.add_url_rule(f"{one}/days", "days", views.days, methods=["GET", "POST"])
    blueprint.add_url_rule(f"{one}/days/remove", "remove_days", views.remove, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    # ── the week ──
    @may(Act.CHANGE_BRANCHES)
    def week(self, number: int) -> AnyResponse | tuple[str, int]:
        """All seven days at once; filled from words or from another branch, to be looked at before it is kept."""
        with self._desk.reading() as session:
            page = _WeekPage(session, number)
        if request.method == "GET":
            return page.drawn(week_form.shown(page.table.week)), 200
        days, words = week_form.typed(request.form), request.form.get("words", "").strip()[:400]
        if request.form.get("act") == "copy":
            return self._copied(page, days, words)
        if words or request.form.get("act") == "fill":
            return _filled(page, days, words)
        try:
            week = week_form.checked(days)
        except BadFields as error:
            return page.drawn(days, wrong=error.wrong), 400
        return self._kept(page, days, week)

    def _copied(self, page: "_WeekPage", days: dict[int, week_form.Times], words: str) -> tuple[str, int]:
        other = next((one for one in page.others if str(one.id) == request.form.get("other")), None)
        if other is None:
            return page.drawn(days, words=words, wrong={"other": "请选一个馆，再照着填。"}), 400
        with self._desk.reading() as session:
            theirs = hours.timetable_of(session, other.id, since=times.today(times.now())).week
        if not theirs:
            return page.drawn(days, words=words, wrong={"other": f"{other.name}还没有登记开放时间。"}), 400
        return page.drawn(week_form.shown(theirs), filled=f"{other.name}的时间"), 200

    def _kept(
        self, page: "_WeekPage", days: dict[int, week_form.Times], week: dict[int, list[Stretch]]
    ) -> AnyResponse | tuple[str, int]:
        try:
            with self._desk.unit() as session:
                branch = held(session, page.branch.id)
                now = _WeekPage(session, branch.id)
                if request.form.get("seen") != now.seen:
                    return now.drawn(days, is_changed=True), 409
                hours.set_week(session, branch.id, week)
                said = "，".join(said_week(week)) if any(week.values()) else "没有登记开放时间"
                note(session, "week set", f"branch {branch.id}", detail=said)
        except IllegalMove:
            return refused(_BUSY, url_for("console.branch", number=page.branch.id))
        return done(f"已保存：{said}。读者现在问到的就是新的时间。", url_for("console.branch", number=page.branch.id))

    # ── days unlike their weekdays ──
    @may(Act.CHANGE_BRANCHES)
    def days(self, number: int) -> AnyResponse | tuple[str, int]:
        """One day, or a run of days, with other hours."""
        with self._desk.reading() as session:
            branch, table = _mine(session, number)
        if request.method == "GET":
            return _days_page(branch, table, Form({"first": "", "last": "", "keeps": "1"}), []), 200
        values = {name: request.form.get(name, "").strip()[:10] for name in ("first", "last", "keeps")}
        stretches = week_form.typed_day(request.form, "x")
        try:
            return self._set_days(branch, *_checked_days(values, stretches), keeps_shut=bool(values["keeps"]))
        except BadFields as error:
            return _days_page(branch, table, Form(values, error.wrong), stretches), 400

    def _set_days(
        self, branch: Branch, first: date, last: date, stretches: list[Stretch], *, keeps_shut: bool
    ) -> AnyResponse:
        where = url_for("console.days", number=branch.id)
        try:
            with self._desk.unit() as session:
                days = hours.set_days(
                    session, held(session, branch.id).id, first, last, stretches, keeps_shut=keeps_shut
                )
                said = f"{said_run(first, last, first)} {said_stretches(stretches)}"
                note(session, "days set", f"branch {branch.id}", detail=f"{said}（{len(days)} 天）")
        except BadInput as error:
            raise BadFields({"last": error.to_staff}) from None
        except IllegalMove:
            return refused(_BUSY, url_for("console.branch", number=branch.id))
        return done(f"已登记：{said}，一共 {len(days)} 天。", where)

    @may(Act.CHANGE_BRANCHES)
    def remove(self, number: int) -> AnyResponse:
        """These days are like their weekdays again."""
        where = url_for("console.days", number=number)
        run = _run_in(request.form.get("first", ""), request.form.get("last", ""))
        try:
            with self._desk.unit() as session:
                branch = held(session, number)
                if run is None:
                    raise BadInput("没看懂是哪几天，请从列表里再点一次。")
                hours.set_days(session, branch.id, *run, [], keeps_shut=False)
                note(session, "days removed", f"branch {number}", detail=said_run(*run, run[0]))
        except BadInput as error:
            return refused(error.to_staff, where)
        except IllegalMove:
            return refused(_BUSY, url_for("console.branch", number=number))
        return done("已去掉，这几天又和平时一样。", where)


def _mine(session: Session, number: int) -> tuple[Branch, Timetable]:
    branch = branch_rows.mine(session, number)
    return branch, hours.timetable_of(session, number, since=times.today(times.now()))


class _WeekPage:
    """What the form of a branch's week is drawn with."""

    def __init__(self, session: Session, number: int) -> None:
        self.branch, self.table = _mine(session, number)
        self.others = [one for one in all_branches(session) if one.id != number]
        self.seen = print_of(week_form.shown(self.table.week))

    def drawn(
        self,
        days: dict[int, week_form.Times],
        *,
        words: str = "",
        wrong: dict[str, str] | None = None,
        filled: str = "",
        is_changed: bool = False,
    ) -> str:
        """`filled`: what the fields were filled from; `is_changed`: somebody else has set other hours meanwhile."""
        # What was filled or wrong is still what somebody typed over the week they saw first.
        seen = self.seen if is_changed else request.form.get("seen", self.seen)
        return drawn(
            "branch_hours.html", branch=self.branch, others=self.others, seen=seen, days=days, words=words,
            wrong=wrong or {}, filled=filled, is_changed=is_changed, now=said_week(self.table.week),
            weekdays=times.WEEKDAYS, most=week_form.MOST_STRETCHES, other=request.form.get("other", ""),
        )  # fmt: skip


def _filled(page: _WeekPage, days: dict[int, week_form.Times], words: str) -> tuple[str, int]:
    try:
        return page.drawn(week_form.shown(week_in(words)), filled=f"“{words}”"), 200
    except BadInput as error:
        return page.drawn(days, words=words, wrong={"words": error.to_staff}), 400


def _checked_days(values: dict[str, str], pairs: week_form.Times) -> tuple[date, date, list[Stretch]]:
    """Raises: BadFields, naming every field that is wrong."""
    wrong: dict[str, str] = {}
    run = _run_in(values["first"], values["last"])
    today = times.today(times.now())
    if run is None:
        wrong["first"] = "请选日期。"
    elif run[1] < today or run[0] > today + FURTHEST:
        wrong["first"] = "这几天已经过去了。" if run[1] < today else "太远了，最多登记两年以内的日子。"
    stretches: list[Stretch] = []
    try:
        stretches = week_form.checked_day(pairs)
        checked_week({(run[0] if run else today).weekday(): stretches})
    except BadInput as error:
        wrong["x"] = error.to_staff
    if not pairs:
        wrong["x"] = "请写几点到几点。要是这几天不开门，请到“闭馆”登记，读者会知道原因。"
    if wrong or run is None:
        raise BadFields(wrong)
    return *run, stretches


def _run_in(first: str, last: str) -> tuple[date, date] | None:
    """One day where there is no last."""
    try:
        begins = date.fromisoformat(first)
        return begins, date.fromisoformat(last) if last else begins
    except ValueError:
        return None


def _days_page(branch: Branch, table: Timetable, form: Form, stretches: Sequence[tuple[str, str]]) -> str:
    return drawn(
        "branch_days.html", branch=branch, runs=runs_of(table.days), form=form, stretches=stretches, names=_DAYS,
        most=week_form.MOST_STRETCHES, said_run=said_run,
    )  # fmt: skip
