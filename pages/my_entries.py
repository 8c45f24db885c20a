"""/me: what I signed up for, and doing something about it: take an offer, leave a seat."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import Blueprint, abort, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from activities import texts as activity_texts
from activities.signup import line, people, queries, service, texts
from activities.signup.terms import asked_for, wanted_by
from models import times
from models.db import Database
from models.errors import Refused
from models.signup import OPEN, Entry, EntryState
from pages.errors import Sorry
from pages.identity import Identity
from pages.me import Section

S = EntryState
MOST_PAST = 10


@dataclass(frozen=True, slots=True)
class Mine:
    """One entry as the page shows it. `acts`: (address, words) of what may be done, the likeliest first."""

    title: str
    page: str
    when: str
    state: str
    people: str
    acts: tuple[tuple[str, str], ...]
    change: str = ""  # where it is corrected; "" where nothing can be


def coming(session: Session, openid: str, now: datetime) -> Section | None:
    """What is to come or waits for an answer; offers first."""
    entries = [entry for entry in queries.mine(session, openid) if entry.state in OPEN]
    entries.sort(key=lambda entry: (OPEN.index(entry.state), -entry.id))
    return _section(session, entries, "coming", "我报的活动", now)


def past(session: Session, openid: str, now: datetime) -> Section | None:
    """What was, newest first."""
    entries = [entry for entry in queries.mine(session, openid) if entry.state not in OPEN]
    return _section(session, entries[:MOST_PAST], "past", "以前的", now)


MAKERS = (coming, past)


def _section(session: Session, entries: Sequence[Entry], name: str, title: str, now: datetime) -> Section | None:
    rows = [entry_of_mine(session, entry, now) for entry in entries]
    return Section(name, title, "pages/parts/my_entries.html", rows) if rows else None


def entry_of_mine(session: Session, entry: Entry, now: datetime) -> Mine:
    """As a page shows it. Asks for what it needs; the session may close before the page is drawn."""
    activity, today = asked_for(session, entry.activity_id).activity, times.today(now)
    place = queries.place_in_line(session, entry) if entry.state is S.WAITING else 0
    return Mine(
        activity.title, url_for("pages.activity", code=activity.code), activity_texts.said_when(activity.when, today=today),
        texts.said_state(entry, place=place, today=today), "、".join(one.name for one in entry.people if one.name),
        tuple(_acts(entry)), _change(session, entry, now),
    )  # fmt: skip


def _change(session: Session, entry: Entry, now: datetime) -> str:
    """Only where something was asked is there something to correct."""
    terms = asked_for(session, entry.activity_id)
    wanted = wanted_by(session, terms)
    if not (wanted.most_people > 1 or wanted.names or wanted.ages or wanted.phone or wanted.questions):
        return ""
    try:
        people.may_revise(terms, entry, now=now)
    except Refused:
        return ""
    return url_for("pages.change_entry", code=entry.code)


def _acts(entry: Entry) -> list[tuple[str, str]]:
    take = (
        [(url_for("pages.my_entry", code=entry.code, act="take"), "要这个名额")] if entry.state is S.OFFERED else []
    )
    leave = "让给下一位" if entry.state is S.OFFERED else "不等了" if entry.state is S.WAITING else "取消报名"
    if entry.state in OPEN:
        take.append((url_for("pages.my_entry", code=entry.code, act="leave"), leave))
    return take


def register(identity: Identity, blueprint: Blueprint, database: Database) -> None:
    """POST /me/entries/<code>/<act>: take or leave."""

    def act(openid: str, code: str, act: str) -> Response:
        if act not in ("take", "leave"):
            abort(404)
        try:
            database.unit(partial(_act, openid=openid, code=code, act=act))
        except Refused as no:
            return identity.sorry(Sorry("没有办成", no.to_reader), 409)
        return redirect(url_for("pages.me"), 303)

    view = identity.who_is_it("报名")(act)
    blueprint.add_url_rule("/me/entries/<code>/<act>", "my_entry", view, methods=["POST"])


def _act(session: Session, openid: str, code: str, act: str) -> None:
    """Raises: Refused; 404 for another reader's entry, as if it were none."""
    entry = queries.entry_called(session, code, openid=openid) or abort(404)
    if act == "take":
        line.accept(session, entry, now=times.now())
    else:
        service.cancel(session, entry, now=times.now())
