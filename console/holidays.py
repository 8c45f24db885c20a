"""放假安排: which days of a year are off, as the program knows or as staff tell it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from activities import festivals, holidays
from activities.festivals import Told, ToldDay
from activities.holiday_words import days_in
from console.branch_rows import is_whole, of_the_whole, said_run
from console.desk import Desk, done, drawn, note, refused
from console.forms import Form
from console.rights import Act, may
from models import times
from models.errors import BadInput

FIRST, LAST = 2004, 2100  # years that have a page
_YEAR = f"int(min={FIRST}, max={LAST}):year"
MOST_WORDS = 3000


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/holidays, /console/holidays/<year>, …/remove"""
    views = _Views(desk)
    blueprint.add_url_rule("/holidays", "holidays", views.now)
    blueprint.add_url_rule(f"/holidays/<{_YEAR}>", "holidays_of", views.year)
    blueprint.add_url_rule(f"/holidays/<{_YEAR}>", "enter_holidays", views.enter, methods=["POST"])
    blueprint.add_url_rule(f"/holidays/<{_YEAR}>/remove", "remove_holidays", views.remove, methods=["POST"])


@dataclass(frozen=True, slots=True)
class Run:
    """Days one after the other, all off or all worked, for one festival, known in one way."""

    first: date
    last: date
    day: ToldDay
    is_by_hand: bool

    @property
    def count(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_ACTIVITIES)
    def now(self) -> str:
        """This year's."""
        return self._page(times.today(times.now()).year, Form({"words": ""}))

    @may(Act.SEE_ACTIVITIES)
    def year(self, year: int) -> str:
        """What is known."""
        return self._page(year, Form({"words": ""}))

    @may(Act.CHANGE_BRANCHES)
    def enter(self, year: int) -> AnyResponse | tuple[str, int]:
        """More of it told."""
        of_the_whole()
        words = request.form.get("words", "").strip()
        try:
            if len(words) > MOST_WORDS:
                raise BadInput(f"最多 {MOST_WORDS} 个字，现在有 {len(words)} 个。只要写放假和上班的那几行。")
            days = days_in(words, year=year)
        except BadInput as error:
            return self._page(year, Form({"words": words}, {"words": error.to_staff})), 400
        with self._desk.unit() as session:
            holidays.enter(session, days)
            note(session, "holidays entered", f"holidays {year}", detail=_said(days))
        return done(f"已录入：{_counted(days)}。", url_for("console.holidays_of", year=year))

    @may(Act.CHANGE_BRANCHES)
    def remove(self, year: int) -> AnyResponse:
        """What was told of these days is taken back."""
        of_the_whole()
        where = url_for("console.holidays_of", year=year)
        try:
            first, last = (date.fromisoformat(request.form.get(name, "")) for name in ("first", "last"))
        except ValueError:
            return refused("没看懂是哪几天，请从列表里再点一次。", where)
        days = [first + timedelta(days=n) for n in range(min((last - first).days + 1, 31))]
        with self._desk.unit() as session:
            if not holidays.remove(session, days):
                return refused("这几天已经有人去掉了。", where)
            note(session, "holidays removed", f"holidays {year}", detail=said_run(first, last, first))
        return done("已去掉。", where)

    def _page(self, year: int, form: Form) -> str:
        with self._desk.reading() as session:
            told = holidays.told(session)
        return drawn(
            "holidays.html", year=year, form=form, runs=runs_of(year, told), untold=festivals.untold(year, told),
            is_whole=is_whole(), before=year - 1 if year > FIRST else None, after=year + 1 if year < LAST else None,
            said_run=said_run, names={"words": "放假安排"}, is_known=festivals.is_known(year), weekday=times.weekday,
        )  # fmt: skip


def runs_of(year: int, told: Told) -> list[Run]:
    """The year's days off and working days in exchange, in order; what staff have told stands above the tables."""
    mine = {day: one for day, one in told.days.items() if day.year == year}
    runs: list[Run] = []
    for day, one in sorted({**festivals.official(year), **mine}.items()):
        last = runs[-1] if runs else None
        is_next = last is not None and (last.day, last.is_by_hand) == (one, day in mine) and day - last.last == _ONE
        if last and is_next:
            runs[-1] = Run(last.first, day, one, last.is_by_hand)
        else:
            runs.append(Run(day, day, one, day in mine))
    return runs


_ONE = timedelta(days=1)


def _counted(days: Mapping[date, ToldDay]) -> str:
    works = sum(one.is_workday for one in days.values())
    return "，".join(f"{count} 天{what}" for count, what in ((len(days) - works, "放假"), (works, "上班")) if count)


def _said(days: Mapping[date, ToldDay]) -> str:
    return "；".join(
        f"{run.day.name} {said_run(run.first, run.last, run.first)}{'上班' if run.day.is_workday else '放假'}"
        for year in sorted({day.year for day in days})
        for run in runs_of(year, Told(days))
        if run.is_by_hand
    )
