"""纸质: what hangs at the door and lies on the table: sign-in sheet, door code, poster, long picture."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from urllib.parse import quote

import segno
from flask import Blueprint, abort, make_response, redirect, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import picture_files, pictures, texts
from activities.details import Details, details
from activities.signup import door_qr, roll, seats
from activities.signup.terms import asked_for, terms_of
from console.activity_rows import found, mine
from console.desk import Desk, drawn, note
from console.rights import Act, may
from models import times
from models.activity import Activity, ActivityState
from models.signup import Entry, EntryState, SignUp, Way
from web import lettering
from web.long_picture import Poster, long_picture

S = EntryState
EXPECTED = (S.CONFIRMED, S.ATTENDED)
EMPTY_ROWS = 10  # for those who come without having signed up
MOST_ROWS = 2000


@dataclass(frozen=True, slots=True)
class Row:
    """An entry as it stands on the sheet."""

    unit: str
    names: tuple[str, ...]
    phone: str
    people: int


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/activities/<code>/paper/sheet, …/door, …/poster, …/poster.png"""
    views = _Views(desk)
    base = "/activities/<code>/paper"
    blueprint.add_url_rule(f"{base}/sheet", "paper_sheet", views.sheet)
    blueprint.add_url_rule(f"{base}/door", "paper_door", views.door)
    blueprint.add_url_rule(f"{base}/poster", "paper_poster", views.poster)
    blueprint.add_url_rule(f"{base}/poster.png", "paper_picture", views.picture)


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_SIGN_UPS)
    def sheet(self, code: str) -> str:
        """Who is expected, a row an entry, with room to sign; who waits in line is not on it."""
        with self._desk.unit() as session:
            activity, terms = _with_terms(session, code)
            expected = roll.asked(activity.id, roll.Sought(EXPECTED)).order_by(Entry.unit, Entry.entered_at, Entry.id)
            every = [_row(entry, terms) for entry in session.scalars(expected.limit(MOST_ROWS + 1))]
            rows = every[:MOST_ROWS]
            note(session, "sign-ups looked at", f"activity {code}", detail="签到表")
            return drawn(
                "paper_sheet.html", activity=activity, when=_said(activity), rows=rows, empty=EMPTY_ROWS,
                people=sum(row.people for row in rows), asks_phone=any(row.phone for row in rows),
                seats=seats.count(session, activity.id)[0] if terms.is_limited else None,
                most=MOST_ROWS if len(every) > MOST_ROWS else 0,
            )  # fmt: skip

    @may(Act.SEE_SIGN_UPS)
    def door(self, code: str) -> str:
        """The code to scan at the door, and the same in figures."""
        with self._desk.unit() as session:
            activity, terms = _with_terms(session, code)
            at_once = door_qr.code_for(session, terms, now=times.now())
            url = at_once or f"{self._desk.site}/a/{code}/in?c={terms.door_code}"
            return drawn(
                "paper_door.html", activity=activity, when=_said(activity), digits=terms.door_code, qr=qr_of(url),
                is_at_once=bool(at_once),
            )  # fmt: skip

    @may(Act.SEE_ACTIVITIES)
    def poster(self, code: str) -> str:
        """A4, to be printed; the long picture beside it."""
        with self._desk.reading() as session:
            poster = self._poster(session, code)
            photo = next(iter(pictures.pictures_of(session, found(session, code).id)), None)
        can_draw = lettering.faces() is not None
        return drawn(
            "paper_poster.html", poster=poster, code=code, photo=photo if photo and photo.is_cover else None,
            qr=qr_of(poster.url), can_draw=can_draw, how=lettering.HOW_TO_GET,
        )  # fmt: skip

    @may(Act.SEE_ACTIVITIES)
    def picture(self, code: str) -> AnyResponse:
        """The long picture, drawn when the reading is over; without a font the page that says how to get one."""
        faces = lettering.faces()
        if faces is None:
            return redirect(url_for("console.paper_poster", code=code), 303)
        with self._desk.reading() as session:
            poster = self._poster(session, code)
        response = make_response(long_picture(poster, faces))
        name = quote(f"{poster.title[:30]}.png")
        response.headers["Content-Type"] = "image/png"
        response.headers["Content-Disposition"] = f"attachment; filename=\"poster.png\"; filename*=UTF-8''{name}"
        return response

    def _poster(self, session: Session, code: str) -> Poster:
        activity = found(session, code)
        told = details(session, code)
        if told is None or activity.state is not ActivityState.PUBLISHED:
            abort(404)
        now, cover = times.now(), next(iter(pictures.pictures_of(session, activity.id)), None)
        file = picture_files.path_of(self._desk.media, cover.digest) if cover and cover.is_cover else None
        return Poster(
            library=self._desk.library, title=told.shown.title,
            above=" · ".join(filter(None, (told.campaign, told.shown.series, told.shown.type))),
            facts=tuple(_facts(session, told, now)), text=told.shown.summary.strip(), url=f"{self._desk.site}/a/{code}",
            call="看详情、报名" if told.takes_names else "看详情", phone=told.phone or "",
            cover=file if file and file.exists() else None,
        )  # fmt: skip


def _with_terms(session: Session, code: str) -> tuple[Activity, SignUp]:
    """Names and the door's code are for the branch itself and the whole library's staff, as on the roll."""
    activity = mine(session, code)
    if terms_of(session, activity.id) is None:
        abort(404)
    return activity, asked_for(session, activity.id)


def _said(activity: Activity) -> str:
    return texts.said_when(activity.when, today=times.today(times.now()))


def _row(entry: Entry, terms: SignUp) -> Row:
    named = [_named(one.name, one.age if terms.asks_ages else None) for one in entry.people if one.name]
    who = named or ([] if entry.unit else [entry.name or "没有留名"])
    return Row(entry.unit, tuple(who), roll.masked(entry.phone), len(entry.people))


def _named(name: str, age: int | None) -> str:
    return name if age is None else f"{name}（{age}岁）"


def _facts(session: Session, told: Details, now: datetime) -> Iterator[tuple[str, str]]:
    yield "时间", texts.said_when(told.shown.when, today=times.today(now))
    yield "地点", "，".join(filter(None, (texts.said_where(told.shown), told.address)))
    if who := texts.said_for(told.audience, told.age_from, told.age_to):
        yield "适合", who
    if told.fee:
        yield "费用", told.fee
    if told.materials:
        yield "请带", told.materials
    terms = terms_of(session, told.shown.id)
    if terms is not None:
        yield "报名", _said_terms(session, terms)


def _said_terms(session: Session, terms: SignUp) -> str:
    """Nothing that changes from day to day: paper hangs for weeks."""
    limit = f"，限 {seats.count(session, terms.activity_id)[0]} 位" if terms.is_limited else ""
    return f"要先报名{limit}{'，抽签' if terms.way is Way.LOTTERY else ''}"


def qr_of(url: str) -> Markup:
    """The code as a drawing that any size prints sharp."""
    body = BytesIO()
    code = segno.make(url, error="m", micro=False)
    code.save(body, kind="svg", border=4, xmldecl=False, omitsize=True, svgclass="qr", lineclass=None)
    return Markup(body.getvalue().decode())  # noqa: S704  (drawn here; holds squares, and none of the words)
