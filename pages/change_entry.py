"""/me/entries/<code>/change: who comes, how to reach them and the answers, corrected by the reader while names are taken."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import Blueprint, abort, make_response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import texts as activity_texts
from activities.details import details_of
from activities.signup import people, queries, texts
from activities.signup.party import Party
from activities.signup.refusals import first_sentence
from activities.signup.terms import asked_for, wanted_by
from models import times
from models.db import Database
from models.errors import Refused
from models.signup import Entry
from pages.errors import Draw
from pages.identity import Identity
from pages.party_form import PartyForm, filled_in, party_in, typed


@dataclass(frozen=True)
class Which:
    """The activity, for the head of the page."""

    code: str
    title: str
    when: str
    where: str


class _Views:
    def __init__(self, database: Database, draw: Draw) -> None:
        self._database = database
        self._draw = draw

    def page(self, openid: str, code: str) -> str:
        """The form as it was handed in, or why nothing can be changed."""
        now = times.now()
        with self._database.reading() as session:
            entry, which, form = _asked(session, code, openid, now)
            state, said = texts.STATE_WORDS[entry.state], _shut(session, entry, now)
        return self._draw("pages/change_entry.html", page=which, form=None if said else form, said=said, state=state)

    def send(self, openid: str, code: str) -> AnyResponse:
        """Changed, or what is wrong beside what was typed."""
        now, act = times.now(), request.form.get("act", "")
        with self._database.reading() as session:
            entry, which, blank = _asked(session, code, openid, now)
            state = texts.STATE_WORDS[entry.state]
        form = typed(blank.wanted, request.form, more=act == "more")
        party = party_in(form) if act != "more" else None
        said = ""
        if party is not None:
            try:
                self._database.unit(partial(_revised, code=code, openid=openid, party=party, now=now))
                return redirect(url_for("pages.sign_up", code=which.code), 303)
            except Refused as no:
                said = first_sentence(no.to_reader)
        body = self._draw("pages/change_entry.html", page=which, form=form, said=said, state=state)
        return make_response(body, 409 if said else 200 if act == "more" else 422)


def register(identity: Identity, blueprint: Blueprint, database: Database, draw: Draw) -> None:
    """The routes of this page."""
    views, asked = _Views(database, draw), identity.who_is_it("改报名")
    blueprint.add_url_rule("/me/entries/<code>/change", "change_entry", asked(views.page))
    blueprint.add_url_rule("/me/entries/<code>/change", "change_entry_now", asked(views.send), methods=["POST"])


def _asked(session: Session, code: str, openid: str, now: datetime) -> tuple[Entry, Which, PartyForm]:
    """404 for another reader's entry, as if it were none."""
    entry = queries.entry_called(session, code, openid=openid) or abort(404)
    terms = asked_for(session, entry.activity_id)
    told = details_of(session, entry.activity_id) or abort(404)
    when = activity_texts.said_when(told.shown.when, today=times.today(now))
    which = Which(told.shown.code, told.shown.title, when, activity_texts.said_where(told.shown))
    return entry, which, filled_in(wanted_by(session, terms), entry)


def _shut(session: Session, entry: Entry, now: datetime) -> str:
    try:
        people.may_revise(asked_for(session, entry.activity_id), entry, now=now)
    except Refused as no:
        return first_sentence(no.to_reader)
    return ""


def _revised(session: Session, *, code: str, openid: str, party: Party, now: datetime) -> None:
    entry = queries.entry_called(session, code, openid=openid) or abort(404)
    people.revise(session, entry, party, now=now)
