"""/a/<code>/sign-up: signing up on a page, or standing in line; what one has there already comes first.

The same verbs as in the chat. A form sent twice is one entry: it carries the entry's code.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from flask import Blueprint, Response, abort, make_response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import texts as activity_texts
from activities.details import Details, details
from activities.signup import queries, service
from activities.signup.refusals import AlreadyIn, NoSeatsLeft, first_sentence
from activities.signup.seen import Look, Seen, seen
from activities.signup.service import Caller
from activities.signup.terms import asked_for, terms_of, wanted_by
from models import template, times
from models.db import Database
from models.errors import Refused
from models.signup import EntryState, Origin, SignUp, Way
from models.template_notice import TemplatePurpose
from models.times import said_moment
from pages.errors import Draw
from pages.ics import has_entry
from pages.identity import Identity
from pages.my_entries import Mine, entry_of_mine
from pages.party_form import PartyForm, blank, party_in, typed
from pages.platform import Platform

DONE_WORDS = {
    EntryState.CONFIRMED: "报上了",
    EntryState.WAITING: "排上候补了",
    EntryState.APPLIED: "收到您的报名",
    EntryState.OFFERED: "有名额了，等您答复",
    EntryState.ATTENDED: "来过了",
}
# What will be told of an entry in this state: a consent for it is worth asking.
ASKED_FOR = {
    EntryState.CONFIRMED: (TemplatePurpose.REMINDER, TemplatePurpose.CHANGE),
    EntryState.WAITING: (TemplatePurpose.OFFER, TemplatePurpose.REMINDER),
    EntryState.APPLIED: (TemplatePurpose.RESULT, TemplatePurpose.REMINDER),
}
WAS_LEFT = "这份报名已经退掉了。还想来，请再点一次“报名”，填好的都还在。"
DO_WORDS = {Look.LINE: "排候补", Look.DRAW: "报名参加抽签"}


@dataclass(frozen=True)
class SignUpPage:
    """What the template prints. `form` None: nothing can be handed in, and `said` tells why.

    `waits`: the form is for the line, which `ahead` entries stand in.
    """

    code: str
    title: str
    when: str
    where: str
    has_entry: bool
    mine: tuple[Mine, ...] = ()
    head: str = ""
    after: str = ""  # what happens next, below an entry
    said: str = ""
    places: str = ""
    form: PartyForm | None = None
    waits: bool = False
    ahead: int = 0
    left: int = 0  # with `waits`: so many seats are free, fewer than asked for
    way: str = ""
    once: str = ""
    templates: tuple[str, ...] = ()  # whose consent is worth asking for


class _Views:
    def __init__(self, database: Database, draw: Draw, platform: Platform, site: str) -> None:
        self._database = database
        self._draw = draw
        self._platform = platform
        self._site = site

    def page(self, openid: str, code: str) -> str:
        """The form, or what one has; `?more=1` shows the form beside it where several are allowed."""
        now = times.now()
        with self._database.reading() as session:
            page = _page(session, signed_up_for(session, code), openid, now, again="more" in request.args)
        return self._drawn(page, self._sheet(page.templates))

    def send(self, openid: str, code: str) -> AnyResponse:
        """The form as it was sent."""
        now, act = times.now(), request.form.get("act", "")
        with self._database.reading() as session:
            told = signed_up_for(session, code)
            wanted = wanted_by(session, asked_for(session, told.shown.id))
        form = typed(wanted, request.form, more=act == "more")
        party = party_in(form) if act != "more" else None
        if party is None:
            return self._again(openid, code, form, status=200 if act == "more" else 422)
        try:
            caller = Caller(openid, Origin.PAGE, code=request.form.get("once", ""))
            verb = service.stand_in_line if _is_waiting() else service.sign_up
            self._database.unit(partial(verb, activity_id=told.shown.id, caller=caller, party=party, now=now))
        except AlreadyIn as present:  # sent twice, or signed up in the chat meanwhile: what one has is shown
            if present.was_left:
                return self._again(openid, code, form, status=409, said=WAS_LEFT, once=service.new_code())
        except NoSeatsLeft as full:
            return self._again(openid, code, form, status=409, said=_said_full(full), full=full)
        except Refused as no:
            return self._again(openid, code, form, status=409, said=first_sentence(no.to_reader))
        return redirect(url_for("pages.sign_up", code=code), 303)

    def _again(
        self, openid: str, code: str, form: PartyForm, *, status: int, said: str = "", full: NoSeatsLeft | None = None,
        once: str = "",
    ) -> Response:  # fmt: skip
        with self._database.reading() as session:
            page = _page(session, signed_up_for(session, code), openid, times.now(), again=True)
        waits = page.waits or _is_waiting() or (full is not None and full.may_wait)
        shown = replace(
            page, form=form, said=said or page.said, waits=waits, left=full.left if full else 0, once=once or _once()
        )
        return make_response(self._drawn(shown), status)

    def _sheet(self, templates: Sequence[str]) -> dict[str, str] | None:
        """What the sheet of consents needs; None where the account has none. Asks WeChat: never inside a unit."""
        signed = self._platform.signature(self._site + request.full_path.removesuffix("?")) if templates else None
        return {**signed, "templates": ",".join(templates), "script": self._platform.script} if signed else None

    def _drawn(self, page: SignUpPage, sheet: dict[str, str] | None = None) -> str:
        return self._draw("pages/sign_up.html", page=page, sheet=sheet)


def register(
    identity: Identity, blueprint: Blueprint, database: Database, draw: Draw, *, platform: Platform, site: str
) -> None:
    """The routes of this page."""
    views = _Views(database, draw, platform, site)
    asked = identity.who_is_it("报名", instead=_in_the_chat(database))
    blueprint.add_url_rule("/a/<code>/sign-up", "sign_up", asked(views.page))
    blueprint.add_url_rule("/a/<code>/sign-up", "sign_up_now", asked(views.send), methods=["POST"])


def _in_the_chat(database: Database) -> "partial[str]":
    return partial(_said_in_the_chat, database)


def _said_in_the_chat(database: Database, *, code: str) -> str:
    """The same without a page."""
    with database.reading() as session:
        told = signed_up_for(session, code)
    return f"不想开网页？在公众号里回复“报名 {told.shown.title[:20]}”，几句话就报好。"


def signed_up_for(session: Session, code: str) -> Details:
    """The activity, if one signs up for it; 404 otherwise."""
    told = details(session, code)
    return told if told and told.takes_names else abort(404)


def _is_waiting() -> bool:
    return request.form.get("act") == "wait"


def _once() -> str:
    return request.form.get("once") or service.new_code()


def _page(session: Session, told: Details, openid: str, now: datetime, *, again: bool) -> SignUpPage:
    terms, today = asked_for(session, told.shown.id), times.today(now)
    page = SignUpPage(
        told.shown.code, told.shown.title, activity_texts.said_when(told.shown.when, today=today),
        activity_texts.said_where(told.shown), has_entry=has_entry(told.shown.when), way=terms.way.value,
    )  # fmt: skip
    entries = queries.live_entries(session, openid, activity_id=terms.activity_id)
    if entries:
        newest = entries[-1]
        page = replace(
            page, mine=tuple(entry_of_mine(session, entry, now) for entry in entries), head=DONE_WORDS[newest.state],
            after=_after(newest.state, terms, now),
            templates=tuple(template.askable(session, openid, ASKED_FOR.get(newest.state, ()))),
        )  # fmt: skip
        if not terms.allows_several:
            return page
    return _with_form(session, page, terms, openid, now, wants_more=again or not entries)


def _with_form(
    session: Session, page: SignUpPage, terms: SignUp, openid: str, now: datetime, *, wants_more: bool
) -> SignUpPage:
    look = seen(session, terms, now=now)
    try:
        service.admit(session, terms.activity_id, Caller(openid, Origin.PAGE), now=now)
    except Refused as no:
        return page if page.mine else replace(page, said=first_sentence(no.to_reader))
    if not look.is_open:
        return page if page.mine else replace(page, said="名额已满，这次没有候补。")
    if not wants_more:
        return replace(page, places=places(look, now))
    waits = look.look is Look.LINE
    return replace(
        page, form=blank(wanted_by(session, terms)), waits=waits, places=places(look, now), once=_once(),
        ahead=len(queries.line(session, terms.activity_id)) if waits else 0,
    )  # fmt: skip


def _said_full(full: NoSeatsLeft) -> str:
    fewer = "可以少来几位，" if full.left else ""
    wait = "也可以排候补，" if full.may_wait and full.left else "可以排候补，" if full.may_wait else ""
    return (
        f"{first_sentence(full.to_reader)}{fewer}{wait}填好的都还在。"
        if fewer or wait
        else first_sentence(full.to_reader)
    )


def _after(state: EntryState, terms: SignUp, now: datetime) -> str:
    """What happens next, and when."""
    if state is EntryState.APPLIED:
        if terms.way is Way.LOTTERY and terms.draws_at is not None:
            return f"{said_moment(terms.draws_at, today=times.today(now))}抽签，结果在公众号里告诉您。"
        return "馆员看过，就在公众号里告诉您结果。"
    return {
        EntryState.CONFIRMED: "开始前公众号会提醒您。来不了请早点取消，把名额留给别人。",
        EntryState.WAITING: "空出名额，公众号马上告诉您，留一段时间等您答复。",
        EntryState.OFFERED: "名额只留一段时间，请尽快答复。",
    }.get(state, "")


def places(look: Seen, now: datetime) -> str:
    """还剩 12 个名额 · 名额已满，可以排候补 · 30 个名额，11月28日18:00抽签"""
    if look.look is Look.DRAW and look.draws_at is not None:
        return f"{look.seats} 个名额，{said_moment(look.draws_at, today=times.today(now))}抽签"
    return {
        Look.SHUT: look.why.removesuffix("。"),
        Look.APPROVAL: "报名后由馆员确认",
        Look.UNLIMITED: "要报名，名额不限",
        Look.SEATS: f"还剩 {look.seats} 个名额",
        Look.LINE: "名额已满，可以排候补",
    }.get(look.look, "名额已满")


@dataclass(frozen=True)
class Standing:
    """For an activity's own page: how its sign-up looks in words, and what this reader has there.

    `do`: the words of the button; "" where nothing can be handed in.
    """

    places: str
    do: str
    mine: tuple[Mine, ...]
    has_draw: bool


def standing_of(session: Session, number: int, openid: str | None, now: datetime) -> Standing | None:
    """None where nobody need sign up."""
    terms = terms_of(session, number)
    if terms is None:
        return None
    look = seen(session, terms, now=now)
    entries = queries.live_entries(session, openid, activity_id=number) if openid else []
    mine = tuple(entry_of_mine(session, entry, now) for entry in entries)
    do = "看我的报名" if mine else DO_WORDS.get(look.look, "报名") if look.is_open else ""
    return Standing(places(look, now), do, mine, terms.way is Way.LOTTERY)
