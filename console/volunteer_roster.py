"""志愿者 · 排班: the week, a shift planned, changed, filled, called off; who came; the roster on paper."""

from datetime import date, timedelta

import sqlalchemy as sa
from flask import Blueprint, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities.volunteers import posts, queries, rules, shifts, texts
from activities.volunteers.refusals import NotNow
from console.desk import Desk, by_me, done, drawn, me, note, refused
from console.forms import Form
from console.records import lines_about
from console.rights import Act, may
from console.volunteer_rows import POSTS, choices, is_mine, may_keep, mine, one_branch_in, own_branch
from models import times
from models.activity import Branch
from models.errors import BadFields, BadInput, IllegalMove
from models.volunteer import Post, Shift, ShiftState, Volunteer, VolunteerState
from payouts.texts import untapped

FIELDS = ("branch", "day", "from", "until", "task", "place", "note", "seats", "cancel_hours")
NAMES = {
    "branch": "分馆", "day": "日期", "from": "开始", "until": "结束", "task": "做什么", "place": "在哪里", "note": "要说明的", "seats": "要几位",
    "cancel_hours": "开始前几小时可以退",
}  # fmt: skip
USUAL = {
    "from": "09:00",
    "until": "12:00",
    "seats": "2",
    "cancel_hours": "12",
    "task": "",
    "place": "",
    "note": "",
    "branch": "",
}
MOST_CHOSEN = 300
_TAKEN = "刚才有人先动过，现在的样子在下面。"


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/volunteers/roster and shifts"""
    views = _Views(desk)
    blueprint.add_url_rule("/volunteers/roster", "volunteer_roster", views.week)
    blueprint.add_url_rule("/volunteers/roster/paper", "volunteer_roster_paper", views.paper)
    blueprint.add_url_rule("/volunteers/roster/copy", "copy_volunteer_week", views.copy, methods=["POST"])
    blueprint.add_url_rule("/volunteers/shifts/new", "new_shift", views.new, methods=["GET", "POST"])
    one = "/volunteers/shifts/<int:number>"
    blueprint.add_url_rule(one, "shift", views.one)
    blueprint.add_url_rule(f"{one}/edit", "edit_shift", views.edit, methods=["GET", "POST"])
    blueprint.add_url_rule(f"{one}/put", "put_on_shift", views.put, methods=["POST"])
    blueprint.add_url_rule(f"{one}/off", "call_off_shift", views.off, methods=["POST"])
    blueprint.add_url_rule(f"{one}/keep", "keep_shift", views.keep, methods=["POST"])
    blueprint.add_url_rule("/volunteers/posts/<int:number>/<act>", "mark_post", views.mark, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_DESK)
    def week(self) -> str:
        """Seven days, each with its shifts; ?week= a day of it, ?branch= one branch."""
        monday, branch = _monday(), request.args.get("branch", "")
        with self._desk.reading() as session:
            branch_id = session.scalar(sa.select(Branch.id).where(Branch.name == branch)) if branch else None
            found = queries.roster(session, monday, monday + timedelta(days=6), branch_id=branch_id)
            branches = choices(session) or [own_branch(session)]
        days = [monday + timedelta(days=at) for at in range(shifts.DAYS)]
        today = times.today(times.now())
        standing = [one for one in found if one.shift.state is ShiftState.OPEN]
        return drawn(
            "volunteer_roster.html", days=[(day, [one for one in found if one.shift.served_on == day]) for day in days], today=today,
            before=monday - timedelta(days=7), after=monday + timedelta(days=7), monday=monday, sunday=days[-1], branch=branch,
            branches=branches, weekday=times.weekday, clock=_clock, may_keep=may_keep(), wanted=sum(one.seats for one in standing),
            taken=sum(one.taken for one in standing), count=len(standing), S=ShiftState,
            has_people=bool(found) or _has_people(self._desk),
        )  # fmt: skip

    @may(Act.SEE_DESK)
    def paper(self) -> str:
        """The week as a table to hang up: names, no phones."""
        monday, branch = _monday(), request.args.get("branch", "")
        with self._desk.unit() as session:
            branch_id = session.scalar(sa.select(Branch.id).where(Branch.name == branch)) if branch else None
            found = queries.roster(session, monday, monday + timedelta(days=6), branch_id=branch_id)
            note(session, "volunteers looked at", "volunteers", detail="排班表")
        rows = [one for one in found if one.shift.state is ShiftState.OPEN]
        return drawn(
            "paper_roster.html", rows=rows, monday=monday, sunday=monday + timedelta(days=6), branch=branch, weekday=times.weekday,
            clock=_clock,
        )  # fmt: skip

    @may(Act.KEEP_VOLUNTEERS)
    def copy(self) -> AnyResponse:
        """As the week before."""
        monday = _monday(request.form.get("week", ""))
        with self._desk.unit() as session:
            made = shifts.copy_week(session, monday, me().branch_id, by=by_me())
        where = url_for("console.volunteer_roster", week=monday.isoformat())
        return (
            done(f"照上周排了 {made} 班，人要重新报。", where)
            if made
            else refused("上周没有班，或者都已经排过了。", where)
        )

    @may(Act.KEEP_VOLUNTEERS)
    def new(self) -> AnyResponse | tuple[str, int]:
        """A shift that volunteers may take."""
        if request.method == "GET":
            day = request.args.get("day", "") or times.today(times.now()).isoformat()
            return self._form(None, Form({**USUAL, "day": day})), 200
        values = _typed()
        try:
            with self._desk.unit() as session:
                wanted = shifts.wanted_in(values, branch_id=one_branch_in(session, values["branch"]))
                shift = shifts.plan(session, wanted, by=by_me())
                number = shift.id
        except BadFields as error:
            return self._form(None, Form(values, error.wrong)), 400
        return done("排好了，志愿者回复“排班”就能报。", url_for("console.shift", number=number))

    @may(Act.KEEP_VOLUNTEERS)
    def edit(self, number: int) -> AnyResponse | tuple[str, int]:
        """Task, place, how many; the day while nobody is on it."""
        with self._desk.reading() as session:
            shift = _mine(session, number)
            seats = shifts.seats_of(session, [number])[number][0]
        if request.method == "GET":
            return self._form(shift, Form(_kept(shift, seats))), 200
        values = _typed()
        try:
            with self._desk.unit() as session:
                held = shifts.held(session, number) or abort(404)
                wanted = shifts.wanted_in(values, branch_id=one_branch_in(session, values["branch"]))
                shifts.change(session, held, wanted, by=by_me())
        except BadFields as error:
            return self._form(shift, Form(values, error.wrong)), 400
        return done("已保存。", url_for("console.shift", number=number))

    def _form(self, shift: Shift | None, form: Form) -> str:
        with self._desk.reading() as session:
            branches, own = choices(session), own_branch(session)
        return drawn("volunteer_shift_form.html", shift=shift, form=form, names=NAMES, branches=branches, own=own)

    @may(Act.SEE_DESK)
    def one(self, number: int) -> str:
        """Who is on it, and what is to be done."""
        now = times.now()
        with self._desk.unit() as session:
            shift = session.get(Shift, number) or abort(404)
            row = queries.on_roster(session, shift)
            others = _who_may(session, row, shift) if may_keep() else []
            note(session, "volunteers looked at", f"shift {number}")
            trail = lines_about(session, f"shift {number}")
        return drawn(
            "volunteer_shift.html", row=row, shift=shift, said=texts.said_shift(shift, today=times.today(now)), labels=POSTS,
            others=others, may_keep=may_keep() and is_mine(shift.branch_id), has_begun=now >= shift.starts_at, is_over=now >= shift.ends_at,
            clock=_clock, S=ShiftState, trail=trail, opens=rules.DOOR_OPENS,
        )  # fmt: skip

    @may(Act.KEEP_VOLUNTEERS)
    def put(self, number: int) -> AnyResponse:
        """Somebody who was asked, by staff."""
        where, who = url_for("console.shift", number=number), request.form.get("volunteer", "")
        if not (who.isdecimal() and len(who) < 10):
            return refused("请选一位志愿者。", where)
        try:
            with self._desk.unit() as session:
                _mine(session, number)
                session.get(Volunteer, int(who)) or abort(404)
                posts.take(session, number, int(who), now=times.now(), by=by_me())
        except NotNow as no:
            return refused(untapped(no.to_reader), where)
        return done("排上了。", where)

    @may(Act.KEEP_VOLUNTEERS)
    def off(self, number: int) -> AnyResponse:
        """It does not take place; its people are told."""
        where = url_for("console.shift", number=number)
        try:
            with self._desk.unit() as session:
                shift = shifts.held(session, number) or abort(404)
                mine(shift.branch_id)
                told = shifts.call_off(session, shift, request.form.get("reason", ""), by=by_me())
        except IllegalMove:
            return refused(_TAKEN, where)
        except BadInput as error:
            return refused(error.to_staff, where)
        return done(f"取消了，正在告诉 {told} 位。" if told else "取消了，还没有人报。", where)

    @may(Act.KEEP_VOLUNTEERS)
    def keep(self, number: int) -> AnyResponse:
        """On a shut day all the same."""
        with self._desk.unit() as session:
            shift = shifts.held(session, number) or abort(404)
            mine(shift.branch_id)
            shifts.keep(session, shift, by=by_me())
        return done("好，这一班照常，不再提醒。", url_for("console.shift", number=number))

    @may(Act.KEEP_VOLUNTEERS)
    def mark(self, number: int, act: str) -> AnyResponse:
        """in, out, absent, undo, off: one volunteer of a shift."""
        with self._desk.reading() as session:
            post = session.get(Post, number) or abort(404)
            _mine(session, post.shift_id)
        where = request.form.get("back") or url_for("console.shift", number=post.shift_id)
        where = (
            where if where == url_for("console.volunteer_hours") else url_for("console.shift", number=post.shift_id)
        )
        try:
            with self._desk.unit() as session:
                row = session.get_one(Post, number)
                if act == "off":
                    posts.take_off(session, row, by=by_me())
                else:
                    posts.mark(session, row, act, by=by_me())
        except IllegalMove:
            return refused(_TAKEN, where)
        except BadInput as error:
            return refused(error.to_staff, where)
        except NotNow as no:
            return refused(untapped(no.to_reader), where)
        return done("记下了。", where)


def _mine(session: Session, number: int) -> Shift:
    shift = session.get(Shift, number) or abort(404)
    mine(shift.branch_id)
    return shift


def _who_may(session: Session, row: queries.OnRoster, shift: Shift) -> list[tuple[int, str]]:
    """Volunteers of its branch or of none who are not on it."""
    on_it = [post.volunteer_id for post, _ in row.people]
    asked = sa.select(Volunteer.id, Volunteer.name).where(
        Volunteer.state == VolunteerState.ACTIVE, Volunteer.id.not_in(on_it),
        sa.or_(Volunteer.branch_id.is_(None), Volunteer.branch_id == shift.branch_id),
    )  # fmt: skip
    return [(one.id, one.name) for one in session.execute(asked.order_by(Volunteer.name).limit(MOST_CHOSEN))]


def _has_people(desk: Desk) -> bool:
    with desk.reading() as session:
        return (
            session.scalar(sa.select(Volunteer.id).where(Volunteer.state == VolunteerState.ACTIVE).limit(1))
            is not None
        )


def _monday(word: str | None = None) -> date:
    """Of the week of an address; this week for what is no day."""
    word = request.args.get("week", "") if word is None else word
    try:
        day = date.fromisoformat(word)
        return times.week_of(day)[0] if 2000 <= day.year < 2100 else times.week_of(times.today(times.now()))[0]
    except ValueError:
        return times.week_of(times.today(times.now()))[0]


def _clock(shift: Shift) -> str:
    first, last = times.local(shift.starts_at), times.local(shift.ends_at)
    return f"{first:%H:%M}—{last:%H:%M}"


def _kept(shift: Shift, seats: int) -> dict[str, str]:
    first, last = times.local(shift.starts_at), times.local(shift.ends_at)
    return {
        "branch": shift.branch.name, "day": shift.served_on.isoformat(), "from": f"{first:%H:%M}", "until": f"{last:%H:%M}",
        "task": shift.task, "place": shift.place, "note": shift.note, "seats": str(seats), "cancel_hours": str(shift.cancel_hours),
    }  # fmt: skip


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in FIELDS}
