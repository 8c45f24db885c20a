"""替读者报名: a caller's entry, written down by staff; beyond closing if need be, never beyond the seats."""

from collections.abc import Mapping

from flask import Blueprint, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import texts
from activities.signup import lottery, queries, service
from activities.signup.party import Asked, Party, Wanted
from activities.signup.refusals import NoSignUp
from activities.signup.service import Caller
from activities.signup.terms import asked_for, wanted_by
from console.activity_rows import held, mine
from console.desk import Desk, by_me, done, drawn, me, refused
from console.forms import Form
from console.rights import Act, may
from handlers.people import people_in
from models import times
from models.by import By
from models.errors import BadInput, Refused
from models.signup import Entry, EntryState, Origin

NAMES = {
    "people": "来的人",
    "unit": "单位",
    "phone": "电话",
    "guardian": "监护人",
    "answers": "问题",
    "seats": "名额",
}


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/activities/<code>/entries/new, /console/activities/<code>/draw"""
    views = _Views(desk)
    blueprint.add_url_rule("/activities/<code>/entries/new", "new_entry", views.new, methods=["GET", "POST"])
    blueprint.add_url_rule("/activities/<code>/draw", "draw_now", views.draw, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.CHANGE_SIGN_UPS)
    def new(self, code: str) -> AnyResponse | tuple[str, int]:
        """The form; sent, the entry, or the line where seats are gone and staff say so."""
        if request.method == "GET":
            return self._page(code, Form({"people": "", "unit": "", "phone": ""})), 200
        try:
            with self._desk.unit() as session:
                entry = _written_down(session, held(session, code).id, request.form)
        except NoSignUp:
            abort(404)
        except Refused as no:
            return self._page(code, Form(request.form.to_dict(), {"people": no.to_reader})), 400
        said = "已报上。" if entry.state is EntryState.CONFIRMED else "已记下，" + _state(entry)
        return done(said, url_for("console.entries", code=code))

    @may(Act.CHANGE_SIGN_UPS)
    def draw(self, code: str) -> AnyResponse:
        """现在就抽: once."""
        where = url_for("console.entries", code=code)
        try:
            with self._desk.unit() as session:
                lottery.draw(session, held(session, code).id, by=by_me())
        except BadInput as error:
            return refused(error.to_staff, where)
        except NoSignUp:
            abort(404)
        return done("已经抽签，结果正在一位一位告诉读者。", where)

    def _page(self, code: str, form: Form) -> str:
        with self._desk.reading() as session:
            activity = mine(session, code)
            try:
                terms = asked_for(session, activity.id)
            except Refused:
                abort(404)
            wanted, standing = wanted_by(session, terms), queries.standing(session, terms)
        return drawn(
            "sign_up_new.html", activity=activity, form=form, names=NAMES, wanted=wanted, standing=standing, terms=terms,
            when=texts.said_when(activity.when, today=times.today(times.now())),
        )  # fmt: skip


def _written_down(session: Session, activity_id: int, form: Mapping[str, str]) -> Entry:
    """Raises: Refused, in words that staff can read out."""
    wanted = wanted_by(session, asked_for(session, activity_id))
    now = times.now()
    caller = Caller(None, Origin.STAFF, By(me().login, now))
    verb = service.stand_in_line if "waits" in form else service.sign_up
    return verb(session, activity_id, caller, _party(form, wanted), now=now)


def _party(form: Mapping[str, str], wanted: Wanted) -> Party:
    unit = form.get("unit", "").strip()
    is_counted = bool(unit) or not (wanted.names or wanted.ages)
    people = people_in(
        form.get("people", ""), names=wanted.names and not is_counted, ages=wanted.ages and not is_counted
    )
    answers = {question.id: form.get(_field(question), "") for question in wanted.questions}
    return Party(
        tuple(people), phone=form.get("phone", "").strip(), unit=unit, answers=answers,
        guardian_agrees="guardian" in form,
    )  # fmt: skip


def _field(question: Asked) -> str:
    return f"a{question.id}"


def _state(entry: Entry) -> str:
    return {EntryState.WAITING: "排进候补了。", EntryState.APPLIED: "等确认或抽签。"}.get(entry.state, "")
