"""闭馆 in one act: which days and branches, what becomes of the activities, seen with its effects, then done; and undone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from flask import Blueprint, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import hours, texts
from activities.queries import Shown
from activities.volunteers import queries as volunteers
from config.menu import menu_of
from console import activity_days
from console.branch_rows import all_branches, is_mine, is_whole, said_run
from console.closures import said_whose
from console.desk import Desk, by_me, done, drawn, me, refused
from console.forms import Form, print_of
from console.notice_rows import STATES
from console.rights import Act, may
from console.words import State
from models import times
from models.activity import Branch
from models.closing import Choice, Closing, ClosingState
from models.errors import BadFields, BadInput, IllegalMove
from models.notice import Notice
from models.staff import names as staff_names
from models.when import When
from notices.closing import queries, rules, service
from notices.closing.queries import Concerned
from notices.closing.rules import Chosen
from notices.menus import rules as menu_rules
from notices.menus import service as menus

EVERYWHERE = "all"
LONGEST = timedelta(days=1100)  # three years of building work
MOST_SHOWN = 300  # activities chosen one by one; what is more goes by the rule
MOST = 5000
_NAMES = {"branch": "哪个馆", "first": "第一天", "last": "最后一天", "reason": "原因"}
_CHOICES = {Choice.KEEP: "照常", Choice.CANCEL: "取消", Choice.MOVE: "改期"}
_TICKS = ("notice", "reopening", "menu")
S = ClosingState


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/closing/new, /console/closing/<number>, /console/closing/<number>/undo"""
    views = _Views(desk)
    blueprint.add_url_rule("/closing/new", "new_closing", views.new, methods=["GET", "POST"])
    blueprint.add_url_rule("/closing/<int:number>", "closing", views.one)
    blueprint.add_url_rule("/closing/<int:number>/undo", "undo_closing", views.undo, methods=["POST"])


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whose doors, when and why."""

    branches: tuple[int, ...]
    first: date
    last: date
    reason: str


@dataclass(frozen=True, slots=True)
class _Row:
    """One activity with what is to become of it. `wrong`: what is wrong with the new date."""

    shown: Shown
    when: str
    choice: Choice
    words: str
    concerned: Concerned
    to: When | None = None
    said: str = ""
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class _Effects:
    """What pressing would do, and to how many people."""

    rows: Sequence[_Row]
    steps: int
    due_on: date
    is_urgent: bool
    buttons: Sequence[menu_rules.Button] | None
    has_menu_place: bool
    first: date = field(default=date.min)
    shifts: tuple[int, int] = (0, 0)  # of volunteers on those days, and people on them

    def of(self, choice: Choice) -> int:
        """How many activities."""
        return sum(row.choice is choice for row in self.rows)

    @property
    def readers(self) -> int:
        """Who hear of it by themselves; somebody with two activities counts twice."""
        return sum(row.concerned.readers for row in self.rows if row.choice is not Choice.KEEP)

    @property
    def callers(self) -> int:
        """Whom somebody has to telephone."""
        return sum(row.concerned.callers for row in self.rows if row.choice is not Choice.KEEP)

    @property
    def print(self) -> str:
        """What was seen."""
        return print_of([(row.shown.id, row.choice, row.words) for row in self.rows])  # sign-ups go on meanwhile


@dataclass(frozen=True, slots=True)
class _Look:
    """What was found. `same`: the reason of a closure that covers these days already; `seen`: the mark of what is shown."""

    effects: _Effects
    same: str
    seen: str
    is_wrong: bool
    is_sure: bool


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.CHANGE_BRANCHES)
    def new(self) -> AnyResponse | tuple[str, int]:
        """First what lies in those days, then, seen, done."""
        with self._desk.reading() as session:
            branches = [one for one in all_branches(session) if is_mine(one.id)]
        if request.method == "GET":
            chosen = request.args.getlist("branch") or ([str(branches[0].id)] if len(branches) == 1 else [])
            return self._page(branches, Form(_values(chosen))), 200
        values = _values(request.form.getlist("branch"))
        try:
            asked = _checked(values, branches)
        except BadFields as error:
            return self._page(branches, Form(values, error.wrong)), 400
        return self._seen(asked, branches, Form(values))

    def _seen(self, asked: _Asked, branches: list[Branch], form: Form) -> AnyResponse | tuple[str, int]:
        with self._desk.reading() as session:
            look = _look(session, asked, form, self._desk.site)
        closing = None
        if look.is_sure:
            with self._desk.unit() as session:  # and it is still so
                service.hold(session)
                look = _look(session, asked, form, self._desk.site)
                closing = self._closed(session, asked, look.effects, form) if look.is_sure else None
        if look.same:
            return self._page(branches, Form(form.values, {"first": f"这几天已经登记过闭馆了：{look.same}。"})), 409
        if closing is None:
            page = self._page(branches, form, effects=look.effects, seen=look.seen)
            return page, 400 if look.is_wrong else 200
        said = f"已登记闭馆：{_told(closing)}。读者问起就会知道。"
        return done(said, url_for("console.closing", number=closing.id))

    def _closed(self, session: Session, asked: _Asked, effects: _Effects, form: Form) -> Closing:
        wanted = service.Wanted(
            asked.branches, asked.first, asked.last, asked.reason,
            [Chosen(row.shown.id, row.choice, row.to) for row in effects.rows],
            has_notice=bool(form.values["notice"]), has_reopening=bool(form.values["reopening"]),
            buttons=effects.buttons if form.values["menu"] else None,
        )  # fmt: skip
        return service.close(session, wanted, self._desk.library, by=by_me())

    def _page(
        self, branches: list[Branch], form: Form, *, effects: _Effects | None = None, seen: str = ""
    ) -> str:  # fmt: skip
        """`effects`: what would happen, None where nobody has looked yet."""
        return drawn(
            "closing_form.html", branches=branches, form=form, effects=effects, seen=seen, names=_NAMES, is_whole=is_whole(),
            most=MOST_SHOWN, everywhere=EVERYWHERE, choices=_CHOICES, C=Choice, today=times.today(times.now()),
        )  # fmt: skip

    @may(Act.SEE_ACTIVITIES)
    def one(self, number: int) -> str:
        """How far it is, what became of each activity, and what undoing it would do."""
        with self._desk.reading() as session:
            closing = session.get(Closing, number) or abort(404)
            lines, progress = queries.lines(session, number), queries.progress(session, closing)
            names, staff = queries.branch_names(session), staff_names(session)
            notices = _notices_of(session, closing)
        today = times.today(times.now())
        return drawn(
            "closing.html", closing=closing, lines=lines, progress=progress, whose=said_whose(closing.branches, names), today=today,
            days=said_run(closing.first_on, closing.last_on, today), choices=_CHOICES, C=Choice, S=S, may_undo=_may_undo(closing),
            said_when=lambda when: texts.said_when(when, today=today), was_of=_was_of, notices=notices,
            to_restore=sum(line.row.changed_at is not None and line.row.undone_at is None for line in lines),
            told=sum(line.row.told for line in lines), staff=staff,
        )  # fmt: skip

    @may(Act.CHANGE_BRANCHES)
    def undo(self, number: int) -> AnyResponse:
        """As if it had never been, as far as that can be."""
        where = url_for("console.closing", number=number)
        with self._desk.unit() as session:
            closing = service.held(session, number) or abort(404)
            if not _is_theirs(closing.branches):
                abort(403)
            try:
                with session.begin_nested():
                    service.undo(session, closing, self._desk.library, by=by_me())
            except IllegalMove:
                return refused("这次闭馆已经有人撤掉了。", where)
            except BadInput as error:
                return refused(error.to_staff, where)
        return done("已撤掉这次闭馆。取消和改期的活动正在恢复。", where)


def _values(branches: Sequence[str]) -> dict[str, str]:
    """As typed; ticks are on until somebody has seen them."""
    given = {name: " ".join(request.form.get(name, "").split()) for name in ("first", "last", "reason")}
    has_chosen = bool(request.form.get("seen"))
    ticks = {
        name: (request.form.get(name, "") if has_chosen else "" if name == "menu" else "1") for name in _TICKS
    }  # fmt: skip
    return {**given, **ticks, "branch": ",".join(branches)}


def _look(session: Session, asked: _Asked, form: Form, site: str) -> _Look:
    same = queries.same(session, asked.branches, asked.first, asked.last)
    effects = _effects(session, asked, site)
    is_wrong, seen = any(row.wrong for row in effects.rows), print_of(form.values, effects.print)
    is_sure = same is None and not is_wrong and request.form.get("seen") == seen
    return _Look(effects, same.reason if same else "", seen, is_wrong, is_sure)


def _effects(session: Session, asked: _Asked, site: str) -> _Effects:
    now = times.now()
    today = times.today(now)
    within = hours.within(session, asked.branches, asked.first, asked.last, most=MOST)
    # What has no day yet finds another one; what has been, has been.
    found = [one for one in within if not one.when.is_vague and not texts.is_over(one, now=now)]
    told = queries.concerned(session, [one.id for one in found])
    shown = menus.live(session, max(now, times.start_of(asked.first)))
    buttons = menu_rules.with_closed(shown.buttons if shown else menu_of(site)["button"])
    rows = [_row(one, asked, told.get(one.id, Concerned()), today) for one in found]
    return _Effects(
        rows, len(rules.steps_of(asked.first, today=today)), rules.due_on(asked.first, today=today),
        rules.is_urgent(asked.first, today=today), buttons, buttons is not None, asked.first,
        volunteers.within(session, asked.branches, max(asked.first, today), asked.last, now=now),
    )  # fmt: skip


def _row(one: Shown, asked: _Asked, concerned: Concerned, today: date) -> _Row:
    proposed = rules.proposed(one.when, is_on_site=one.is_on_site, first=asked.first, last=asked.last)
    given = request.form.get(f"choice-{one.code}", "")
    choice = Choice(given) if given in set(Choice) else proposed
    typed = " ".join(request.form.get(f"to-{one.code}", "").split())[:80]
    when = texts.said_when(one.when, today=today)
    if choice is not Choice.MOVE:
        return _Row(one, when, choice, typed, concerned)
    try:
        read = activity_days.read_one(typed, beside=one.when.starts_on or today, today=today)
    except BadFields as error:
        return _Row(one, when, choice, typed, concerned, wrong=error.wrong["words"])
    wrong = _wrong_with(read.when, one, asked, today)
    return _Row(one, when, choice, typed, concerned, read.when, read.said, wrong)


def _wrong_with(to: When, one: Shown, asked: _Asked, today: date) -> str:
    if to.says_the_same(one.when):
        return "这就是原来的日子。"
    if to.ends_on is not None and to.ends_on < today:
        return "这一天已经过去了。"
    return "这一天也在闭馆。" if rules.lies_within(to, asked.first, asked.last) and not to.is_vague else ""


def _checked(values: Mapping[str, str], branches: list[Branch]) -> _Asked:
    """Raises: BadFields, naming every field that is wrong."""
    wrong: dict[str, str] = {}
    ticked = values["branch"].split(",") if values["branch"] else []
    known = {str(one.id): one.id for one in branches}
    is_all = EVERYWHERE in ticked and is_whole()
    chosen = tuple(sorted(known[one] for one in ticked if one in known))
    if not is_all and (not chosen or len(chosen) != len([one for one in ticked if one != EVERYWHERE])):
        wrong["branch"] = "请选哪个馆闭馆。"
    first, last = _day(values["first"]), _day(values["last"] or values["first"])
    if first is None or last is None:
        wrong["first" if first is None else "last"] = "请选日期。"
    elif last < first:
        wrong["last"] = "最后一天不能早于第一天。"
    elif last < times.today(times.now()) or last - first > LONGEST:
        wrong["last"] = "这几天已经过去了。" if last - first <= LONGEST else "最多登记三年。"
    if not values["reason"] or len(values["reason"]) > rules.LONGEST_REASON:
        wrong["reason"] = (
            f"原因最多 {rules.LONGEST_REASON} 个字。" if values["reason"] else "请写上原因，读者会看到，例如“馆内检修”。"
        )  # fmt: skip
    if wrong or first is None or last is None:
        raise BadFields(wrong)
    return _Asked(() if is_all else chosen, first, last, values["reason"])


def _day(word: str) -> date | None:
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None


def _told(closing: Closing) -> str:
    return f"{said_run(closing.first_on, closing.last_on, times.today(times.now()))}，{closing.reason}"


def _is_theirs(branches: Sequence[int]) -> bool:
    return all(is_mine(one) for one in branches) if branches else is_whole()


def _may_undo(closing: Closing) -> bool:
    is_there = closing.state in (S.DOING, S.DONE) and closing.last_on >= times.today(times.now())
    return is_there and Act.CHANGE_BRANCHES in me().acts and _is_theirs(closing.branches)


def _was_of(line: queries.Line) -> When | None:
    return rules.when_kept(line.row.was) if line.row.was else None


def _notices_of(session: Session, closing: Closing) -> list[tuple[str, str, State]]:
    """(what it is, its page, how far it is) of the notices of this closure."""
    named = (
        ("闭馆通知", closing.notice_id),
        ("恢复开放的通知", closing.reopening_id),
        ("更正", closing.correction_id),
    )
    return [
        (name, f"/console/notices/{number}", STATES[session.get_one(Notice, number).state])
        for name, number in named
        if number is not None
    ]
