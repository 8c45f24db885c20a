"""志愿者 · 招募: calls, who wants to help and who does; each with shifts and hours."""

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities.signup.roll import masked
from activities.volunteers import calls, hours, people, queries, rules, texts, trainings
from activities.volunteers.refusals import BadForm
from console import exports, paging
from console.desk import Desk, by_me, done, drawn, me, note, refused
from console.exports import Sheet
from console.forms import Form
from console.needs import EACH, Need
from console.paging import Order
from console.records import lines_about
from console.rights import Act, may
from console.volunteer_rows import (
    ANYWHERE,
    CALLS,
    VOLUNTEERS,
    branch_in,
    choices,
    is_mine,
    label,
    may_keep,
    mine,
    own_branch,
)
from models import times
from models.errors import BadFields, BadInput, IllegalMove
from models.volunteer import Volunteer, VolunteerState

S = VolunteerState
FIELDS = ("name", "phone", "age", "guardian", "guardian_phone", "guardian_agrees", "wish", "skills", "branch")
NAMES = {
    "name": "姓名", "phone": "电话", "age": "年龄", "guardian": "监护人", "guardian_phone": "监护人电话", "wish": "备注",
    "skills": "会做的事", "branch": "在哪里服务", "guardian_agrees": "监护人同意",
}  # fmt: skip
_COLUMNS = (
    ("姓名", 14), ("电话", 16), ("年龄", 8), ("状态", 10), ("分馆", 18), ("会做的事", 30), ("监护人", 12), ("登记时间", 20),
    ("今年时长（分钟）", 16), ("全部时长（分钟）", 16),
)  # fmt: skip
_TAKEN = "刚才有人先动过，现在的样子在下面。"


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/volunteers and everything about one"""
    views = _Views(desk)
    blueprint.add_url_rule("/volunteers", "volunteers", views.all)
    blueprint.add_url_rule("/volunteers.xlsx", "volunteers_file", views.file)
    blueprint.add_url_rule("/volunteers/new", "new_volunteer", views.new, methods=["GET", "POST"])
    blueprint.add_url_rule("/volunteers/<int:number>", "volunteer", views.one)
    blueprint.add_url_rule("/volunteers/<int:number>/edit", "edit_volunteer", views.edit, methods=["GET", "POST"])
    blueprint.add_url_rule("/volunteers/<int:number>/<act>", "act_on_volunteer", views.act, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_DESK)
    def all(self) -> str:
        """Calls above, people below; those who wait come first."""
        wanted = request.args.get("state", "")
        state = VolunteerState(wanted) if wanted in set(VolunteerState) else None
        now = times.now()
        with self._desk.unit() as session:
            found = calls.every(session)
            counts = _counts(session)
            place = paging.place_of(request.args.get("before"), request.args.get("after"), paging.moment)
            page = paging.page(
                session, [_listed(state)], Order(Volunteer.applied_at, Volunteer.id, is_falling=True), place
            )
            rows = {
                one.id: one
                for one in session.scalars(sa.select(Volunteer).where(Volunteer.id.in_([r.id for r in page.rows])))
            }
            note(session, "volunteers looked at", "volunteers")
            return drawn(
                "volunteers.html", calls=found, takes=lambda call: calls.takes_people(call, now=now), call_labels=CALLS,
                page=page, people=[rows[row.id] for row in page.rows], labels=VOLUNTEERS, counts=counts, state=state, masked=masked,
                may_keep=may_keep(), is_mine=is_mine, args={"state": wanted} if wanted else {}, site=self._desk.site,
            )  # fmt: skip

    @may(Act.SEE_DESK)
    def file(self) -> Response:
        """All of them for Excel, phones masked."""
        this = times.today(times.now()).year
        with self._desk.reading() as session:
            every = session.scalars(
                sa.select(Volunteer).where(Volunteer.state != S.LEFT).order_by(Volunteer.applied_at)
            ).all()
            years, wholes = hours.totals(session, year=this), hours.totals(session)
            rows = [
                (
                    one.name, masked(one.phone), one.age if one.age is not None else "", VOLUNTEERS[one.state].words,
                    one.branch.name if one.branch else ANYWHERE, one.skills, one.guardian, f"{times.local(one.applied_at):%Y-%m-%d}",
                    years.get(one.id, 0), wholes.get(one.id, 0),
                )
                for one in every
            ]  # fmt: skip
        self._desk.noted("list exported", "volunteers")
        return exports.downloaded(
            f"志愿者 {times.local(times.now()):%Y-%m-%d}", exports.workbook(Sheet("志愿者", _COLUMNS, rows))
        )

    @may(Act.KEEP_VOLUNTEERS)
    def new(self) -> AnyResponse | tuple[str, int]:
        """Somebody who came to the desk."""
        if request.method == "GET":
            return self._form(None, Form(dict.fromkeys(FIELDS, ""))), 200
        values = _typed()
        try:
            with self._desk.unit() as session:
                where = branch_in(session, values["branch"], whole=ANYWHERE)
                volunteer = people.write_down(session, _profile(values), branch_id=where, by=by_me())
                number = volunteer.id
        except BadFields as error:
            return self._form(None, Form(values, error.wrong)), 400
        return done("登记好了，可以给他排班。", url_for("console.volunteer", number=number))

    @may(Act.KEEP_VOLUNTEERS)
    def edit(self, number: int) -> AnyResponse | tuple[str, int]:
        """What was told, mended."""
        with self._desk.reading() as session:
            volunteer = session.get(Volunteer, number) or abort(404)
        mine(volunteer.branch_id)
        if request.method == "GET":
            if Act.SEE_PHONES in me().acts:
                self._desk.noted("volunteer looked at", f"volunteer {number}")
            return self._form(volunteer, Form(_kept(volunteer))), 200
        values = _typed()
        try:
            with self._desk.unit() as session:
                row = people.held(session, number) or abort(404)
                mine(row.branch_id)
                where = branch_in(session, values["branch"], whole=ANYWHERE)
                people.change(session, row, _profile(_meant(row, values)), branch_id=where, by=by_me())
        except BadFields as error:
            return self._form(volunteer, Form(values, error.wrong)), 400
        return done("已保存。", url_for("console.volunteer", number=number))

    def _form(self, volunteer: Volunteer | None, form: Form) -> str:
        with self._desk.reading() as session:
            branches, own = choices(session, first=ANYWHERE), own_branch(session)
        return drawn(
            "volunteer_form.html",
            volunteer=volunteer,
            form=form,
            names=NAMES,
            branches=branches,
            own=own,
            guarded=rules.GUARDED_BELOW,
        )

    @may(Act.SEE_DESK)
    def one(self, number: int) -> str:
        """Everything about one, which is written down; the whole phone for those who may see phones."""
        now = times.now()
        today = times.today(now)
        with self._desk.unit() as session:
            volunteer = session.get(Volunteer, number) or abort(404)
            coming = queries.coming(session, number, now=now)
            years = hours.by_year(session, number)
            note(session, "volunteer looked at", f"volunteer {number}")
            learned = [row for row in trainings.learned(session, today.year) if row[1] == number]
            return drawn(
                "volunteer.html", volunteer=volunteer, label=label(volunteer), coming=coming, years=list(reversed(years)),
                lines=queries.lines_of(session, number), said_shift=lambda shift: texts.said_shift(shift, today=today),
                said_hours=rules.said_hours, may_keep=may_keep() and is_mine(volunteer.branch_id), anywhere=ANYWHERE,
                phone=_shown(volunteer.phone), guardian_phone=_shown(volunteer.guardian_phone),
                trail=lines_about(session, f"volunteer {number}"), S=S, learned=learned[0] if learned else None,
                guarded=rules.GUARDED_BELOW,
            )  # fmt: skip

    @may(Act.KEEP_VOLUNTEERS)
    def act(self, number: int, act: str) -> AnyResponse:
        """take-on, refuse, pause, end"""
        where = url_for("console.volunteer", number=number)
        try:
            with self._desk.unit() as session:
                volunteer = people.held(session, number) or abort(404)
                mine(volunteer.branch_id)
                said = _acted(session, volunteer, act)
        except IllegalMove:
            return refused(_TAKEN, where)
        except BadInput as error:
            return refused(error.to_staff, where)
        return done(said, where)


def _acted(session: Session, volunteer: Volunteer, act: str) -> str:
    """What is said of it. Aborts with 404 for an act that is none."""
    if act not in ("take-on", "refuse", "pause", "end"):
        abort(404)
    if act == "take-on":
        people.take_on(session, volunteer, by=by_me())
        return "通过了，公众号会告诉他。" if volunteer.openid else "恢复了。"
    if act == "refuse":
        people.refuse(session, volunteer, request.form.get("reason", ""), by=by_me())
        return "已经回复他了。"
    if act == "pause":
        people.pause(session, volunteer, by=by_me())
        return "暂停了，他报的班都退了。"
    people.end(session, volunteer, by=by_me())
    return "退出了，他报的班都退了，时长还在。"


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "").strip() for name in FIELDS}


def _shown(phone: str) -> str:
    """Whole for those who may see phones."""
    return phone if Act.SEE_PHONES in me().acts else masked(phone)


def _kept(volunteer: Volunteer) -> dict[str, str]:
    """As the form shows it. A guardian's consent is never ticked beforehand: a tick is a new consent."""
    return {name: str(getattr(volunteer, name, "") or "") for name in FIELDS} | {
        "branch": volunteer.branch.name if volunteer.branch else ANYWHERE, "guardian_agrees": "",
        "phone": _shown(volunteer.phone), "guardian_phone": _shown(volunteer.guardian_phone),
    }  # fmt: skip


def _meant(volunteer: Volunteer, values: Mapping[str, str]) -> dict[str, str]:
    """What was typed, where a phone left as it was shown is the one that is kept, and a guardian who stays need not agree again."""
    meant = dict(values)
    for name in ("phone", "guardian_phone"):
        if (kept := getattr(volunteer, name)) and meant[name] == _shown(kept):
            meant[name] = kept
    if people.has_consent_of(volunteer, meant["guardian"], meant["guardian_phone"]):
        meant["guardian_agrees"] = "1"
    return meant


def _profile(values: Mapping[str, str]) -> people.Profile:
    """Raises: BadFields."""
    asked = {**values, "guardian_agrees": "同意" if values["guardian_agrees"] else "", "agrees": "同意"}
    try:
        skills = [one.strip() for one in values["skills"].replace("，", "、").split("、") if one.strip()]
        return people.profile_in(asked, skills, age_from=rules.YOUNGEST)
    except BadForm as no:
        raise BadFields(no.wrong) from None


def _listed(state: VolunteerState | None) -> Any:
    rows = sa.select(Volunteer.applied_at.label("key"), Volunteer.id)
    return rows.where(Volunteer.state == state) if state else rows.where(Volunteer.state.not_in((S.LEFT, S.REFUSED)))


def _counts(session: Session) -> dict[VolunteerState, int]:
    rows = session.execute(sa.select(Volunteer.state, sa.func.count()).group_by(Volunteer.state))
    return {row[0]: row[1] for row in rows}


# ── on 今天 ──


def to_decide(session: Session) -> Iterator[Need]:
    """Applications that wait."""
    count, since = queries.applied(session, branch_id=me().branch_id)
    if count and since is not None:
        yield Need(
            since, "users", "waiting", f"有 {count} 位想做志愿者，等确认", "通过或不通过，公众号都会告诉他。", "去确认",
            url_for("console.volunteers", state=S.APPLIED.value),
        )  # fmt: skip


def shut(session: Session) -> Iterator[Need]:
    """Shifts on days that are shut."""
    found = [row for row in queries.shut_shifts(session, now=times.now()) if is_mine(row[0].branch_id)]
    for shift, people_on in found[:EACH]:
        day = times.short_day(shift.served_on, beside=times.today(times.now()))
        yield Need(
            shift.changed_at, "alert", "stopped", f"{day}{shift.branch.name}闭馆，那天还排着志愿者“{shift.task}”",
            f"有 {people_on} 位报了。取消会告诉他们；照常就点“照常”。" if people_on else "还没有人报。", "去处理",
            url_for("console.shift", number=shift.id),
        )  # fmt: skip


def lacking(session: Session) -> Iterator[Need]:
    """Shifts of the next two days with free seats."""
    for shift, left in [row for row in queries.lacking(session, now=times.now()) if is_mine(row[0].branch_id)][:EACH]:
        said = texts.said_shift(shift, today=times.today(times.now()))
        yield Need(
            shift.made_at, "users", "waiting", f"{said}，还缺 {left} 位志愿者", "可以打电话请人，再替他排上。", "去排班",
            url_for("console.shift", number=shift.id),
        )  # fmt: skip


def to_confirm(session: Session) -> Iterator[Need]:
    """Shifts that are over, of which somebody has to say who came, or how long."""
    now = times.now()
    rows = [
        *queries.to_tick(session, now=now, branch_id=me().branch_id, most=200),
        *queries.to_confirm(session, now=now, branch_id=me().branch_id, most=200),
    ]
    if rows:
        first = min(shift.ends_at for _, shift, _ in rows)
        yield Need(
            first, "clock", "waiting", f"有 {len(rows)} 份志愿时长等确认", "确认了才算进他们的时长。", "去确认",
            url_for("console.volunteer_hours"),
        )  # fmt: skip
