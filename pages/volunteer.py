"""/volunteer: what volunteers are looked for and registering; a volunteer's own shifts, hours and certificates.

The calls are for everybody to read. Everything else is about its reader.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from flask import Blueprint, Response, abort, make_response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities.volunteers import calls, hours, people, posts, queries, rules, texts, thanks
from activities.volunteers.refusals import BadForm
from models import times
from models.db import Database
from models.errors import Refused
from models.volunteer import Post, PostState, ServiceHours, Shift, Volunteer, VolunteerCall, VolunteerState
from pages.errors import Draw, Sorry
from pages.identity import Identity
from pages.me import Section
from payouts.texts import untapped
from web import lettering
from web.documents import certificate as paper

S = VolunteerState
FIELDS = ("name", "phone", "age", "guardian", "guardian_phone", "guardian_agrees", "agrees", "wish")
MOST_LINES = 30


@dataclass(frozen=True)
class VolunteerForm:
    """What was typed, and what is wrong with it, by field."""

    values: Mapping[str, str] = field(default_factory=dict)
    ticked: tuple[str, ...] = ()
    errors: Mapping[str, str] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """As it was typed."""
        return self.values.get(name, "")


@dataclass(frozen=True)
class CallCard:
    """A call as its page shows it; `open` whether one may register."""

    code: str
    title: str
    lines: tuple[str, ...]
    facts: tuple[str, ...]
    skills: tuple[str, ...]
    age_from: int
    is_open: bool


@dataclass(frozen=True)
class ShiftLine:
    """A shift with the one thing that may be done: `act` take or leave, "" nothing; `note` says why, or more."""

    number: int
    said: str
    note: str
    act: str = ""
    left: int = 0


@dataclass(frozen=True)
class Mine:
    """A volunteer's own page."""

    state: str
    is_active: bool
    year: int
    this_year: str
    in_all: str
    coming: tuple[ShiftLine, ...] = ()
    offered: tuple[ShiftLine, ...] = ()
    lines: tuple[tuple[str, str, str], ...] = ()  # day and task, hours, reason
    certificates: tuple[int, ...] = ()  # years


@dataclass(frozen=True)
class Front:
    """The page: calls for everybody, and what is the reader's."""

    calls: tuple[CallCard, ...] = ()
    mine: Mine | None = None
    is_known: bool = False


class _Views:
    def __init__(self, identity: Identity, database: Database, draw: Draw, library: str, site: str) -> None:
        self._identity = identity
        self._database = database
        self._draw = draw
        self._library = library
        self._site = site

    def front(self) -> Response:
        """Whoever opens it."""
        openid, now = self._identity.reader(), times.now()
        with self._database.reading() as session:
            page = _front(session, openid, now)
        response = make_response(self._draw("pages/volunteer.html", page=page))
        response.headers["Cache-Control"] = "no-store"
        return response

    def form(self, openid: str, code: str) -> str | AnyResponse:
        """The form of one call; who is taken on already is led to their own page."""
        now = times.now()
        with self._database.reading() as session:
            call = calls.by_code(session, code) or abort(404)
            known = people.of_reader(session, openid)
            if known is not None and known.state in (S.ACTIVE, S.PAUSED):
                return redirect(url_for("pages.volunteer"), 303)
            card, form = _card(call, now), _as_known(known)
            waits = known is not None and known.state is S.APPLIED
        return self._form(card, form, waits=waits)

    def register(self, openid: str, code: str) -> AnyResponse:
        """As it was sent."""
        now = times.now()
        form = VolunteerForm(
            {name: request.form.get(name, "") for name in FIELDS}, tuple(request.form.getlist("skills"))
        )
        with self._database.reading() as session:
            card = _card(calls.by_code(session, code) or abort(404), now)
        try:
            skills = [one for one in card.skills if one in form.ticked]
            profile = people.profile_in(form.values, skills, age_from=card.age_from)
            self._database.unit(partial(_registered, code=code, openid=openid, profile=profile, now=now))
        except BadForm as no:
            return make_response(self._form(card, VolunteerForm(form.values, form.ticked, no.wrong)), 422)
        except Refused as no:
            return self._identity.sorry(Sorry("没有登记上", untapped(no.to_reader)), 409)
        return redirect(url_for("pages.volunteer"), 303)

    def _form(self, card: CallCard, form: VolunteerForm, *, waits: bool = False) -> str:
        return self._draw(
            "pages/volunteer_form.html", call=card, form=form, waits=waits, guarded=rules.GUARDED_BELOW,
            guardian_words=rules.GUARDIAN_WORDS, consent_words=rules.CONSENT_WORDS,
        )  # fmt: skip

    def act(self, openid: str, number: int, act: str) -> AnyResponse:
        """take, leave: a shift by its number."""
        if act not in ("take", "leave"):
            abort(404)
        try:
            self._database.unit(partial(_acted, openid=openid, number=number, act=act, now=times.now()))
        except Refused as no:
            return self._identity.sorry(Sorry("没有办成", untapped(no.to_reader)), 409)
        return redirect(url_for("pages.volunteer", _anchor="shifts"), 303)

    def stop(self, openid: str) -> AnyResponse:
        """Takes an application back: nothing of it is kept."""
        self._database.unit(partial(_withdrawn, openid=openid))
        return redirect(url_for("pages.volunteer"), 303)

    def picture(self, openid: str, year: int) -> Response:
        """The certificate of a year as PNG, given with the look at it where it is a new one."""
        faces = lettering.faces() or abort(503)
        try:
            said = self._database.unit(partial(_thanked, openid=openid, year=year, now=times.now()))
        except Refused as no:
            return self._identity.sorry(Sorry("还没有证书", untapped(no.to_reader)), 409)
        drawn = paper.Said(self._library, said.name, said.occasion, said.result, said.day, said.code, self._site)
        response = make_response(paper.picture(drawn, faces))
        response.headers["Content-Type"] = "image/png"
        if request.args.get("save"):
            response.headers["Content-Disposition"] = 'attachment; filename="certificate.png"'
        return response


def register(
    identity: Identity, blueprint: Blueprint, database: Database, draw: Draw, *, library: str, site: str
) -> None:
    """The routes of these pages."""
    views = _Views(identity, database, draw, library, site)
    asked = identity.who_is_it("志愿服务", instead=lambda **_: "在公众号里回复“志愿者”，拿一个新的链接。")
    blueprint.add_url_rule("/volunteer", "volunteer", views.front)
    blueprint.add_url_rule(
        "/volunteer/me", "volunteer_me", asked(lambda _openid: redirect(url_for("pages.volunteer"), 303))
    )
    blueprint.add_url_rule("/volunteer/withdraw", "volunteer_withdraw", asked(views.stop), methods=["POST"])
    blueprint.add_url_rule(
        "/volunteer/shifts/<int:number>/<act>", "volunteer_shift", asked(views.act), methods=["POST"]
    )
    blueprint.add_url_rule("/volunteer/thanks/<int:year>.png", "volunteer_thanks", asked(views.picture))
    blueprint.add_url_rule("/volunteer/<code>", "volunteer_form", asked(views.form))
    blueprint.add_url_rule("/volunteer/<code>", "volunteer_register", asked(views.register), methods=["POST"])


def service(session: Session, openid: str, now: datetime) -> Section | None:
    """/me: hours of this year and what comes next, of whoever helps."""
    known = people.of_reader(session, openid)
    if known is None or known.state is S.LEFT:
        return None
    return Section("service", "志愿服务", "pages/parts/my_service.html", _mine(session, known, now))


MAKERS = (service,)


def _front(session: Session, openid: str | None, now: datetime) -> Front:
    known = people.of_reader(session, openid) if openid else None
    found = tuple(_card(call, now) for call in calls.taking(session, now=now))
    mine = _mine(session, known, now) if known is not None and known.state is not S.LEFT else None
    return Front(found, mine, openid is not None)


def _card(call: VolunteerCall, now: datetime) -> CallCard:
    today = times.today(now)
    closes = f"{times.short_day(call.closes_on, beside=today)}截止" if call.closes_on else "长期招募"
    where = call.branch.name if call.branch else "全馆都要人"
    lines = tuple(filter(None, (line.strip() for line in call.words.splitlines())))
    facts = (where, f"{call.age_from} 岁以上", closes)
    return CallCard(
        call.code, call.title, lines, facts, tuple(call.skills), call.age_from, calls.takes_people(call, now=now)
    )


def _as_known(known: Volunteer | None) -> VolunteerForm:
    """What was told before, for whoever mends it."""
    if known is None:
        return VolunteerForm()
    values = {
        "name": known.name, "phone": known.phone, "age": str(known.age or ""), "guardian": known.guardian,
        "guardian_phone": known.guardian_phone, "wish": known.wish,
    }  # fmt: skip
    return VolunteerForm(values, tuple(known.skills.split("、")))


def _mine(session: Session, known: Volunteer, now: datetime) -> Mine:
    today = times.today(now)
    is_active = known.state is S.ACTIVE
    coming = tuple(_coming(post, shift, now) for post, shift in queries.coming(session, known.id, now=now))
    offered = queries.offered(session, known, now=now) if is_active else []
    return Mine(
        texts.state_of(known), is_active, today.year,
        rules.said_hours(hours.total(session, known.id, year=today.year)), rules.said_hours(hours.total(session, known.id)),
        coming,
        tuple(ShiftLine(one.shift.id, texts.said_shift(one.shift, today=today), one.shift.note, "take", one.left) for one in offered),
        tuple(_line(line, today.year) for line in queries.lines_of(session, known.id, most=MOST_LINES)),
        tuple(thanks.years(session, known)) if known.name else (),
    )  # fmt: skip


def _coming(post: Post, shift: Shift, now: datetime) -> ShiftLine:
    may = post.state is PostState.TAKEN and rules.may_give_back(posts.span(shift), shift.cancel_hours, now=now)
    late = "" if may or post.state is not PostState.TAKEN else "快开始了，来不了请告诉馆员"
    note = "；".join(filter(None, (shift.note, "在岗" if post.state is PostState.IN else "", late)))
    return ShiftLine(shift.id, texts.said_shift(shift, today=times.today(now)), note, "leave" if may else "")


def _line(line: ServiceHours, year: int) -> tuple[str, str, str]:
    day = line.served_on
    said = f"{day.month}月{day.day}日" if day.year == year else f"{day.year}年{day.month}月{day.day}日"
    return f"{said} {line.task}", rules.said_hours(line.minutes), line.reason


def _registered(session: Session, *, code: str, openid: str, profile: people.Profile, now: datetime) -> None:
    call = calls.by_code(session, code) or abort(404)
    people.register(session, openid, call, profile, now=now)


def _acted(session: Session, *, openid: str, number: int, act: str, now: datetime) -> None:
    known = people.of_reader(session, openid) or abort(404)
    if act == "take":
        posts.take(session, number, known.id, now=now)
        return
    mine = (post for post, _ in queries.coming(session, known.id, now=now) if post.shift_id == number)
    posts.give_back(session, next(mine, None) or abort(404), now=now)


def _withdrawn(session: Session, *, openid: str) -> None:
    known = people.of_reader(session, openid)
    if known is not None:
        people.withdraw(session, known, now=times.now())


def _thanked(session: Session, *, openid: str, year: int, now: datetime) -> thanks.Said:
    known = people.of_reader(session, openid) or abort(404)
    return thanks.said(thanks.issue(session, known.id, year, now=now))
