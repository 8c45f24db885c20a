"""/a/<code>/in: checking in at the door, by the code that hangs there. The code in the address is that of the QR there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from flask import Blueprint, Response, make_response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import texts as activity_texts
from activities.details import Details
from activities.signup import door, queries
from activities.signup.refusals import NotThisWay, first_sentence
from activities.signup.terms import DOOR_DIGITS, asked_for
from models import times
from models.db import Database
from models.errors import Refused
from models.signup import Entry, EntryState
from pages.errors import Draw
from pages.identity import Identity
from pages.sign_up import signed_up_for

NOT_THE_CODE = "签到码不对。请看看门口的四位数字，或扫门口的码。"


@dataclass(frozen=True)
class CheckIn:
    """`said`: why it cannot be done now; `came`: so many of theirs are in; `expected`: so many are still to come."""

    code: str
    title: str
    when: str
    where: str
    digits: str = ""
    names: str = ""
    came: int = 0
    expected: int = 0
    is_walk_in: bool = False
    said: str = ""
    wrong: str = ""


class _Views:
    def __init__(self, database: Database, draw: Draw) -> None:
        self._database = database
        self._draw = draw

    def page(self, openid: str, code: str) -> str:
        """One button, or that one is in."""
        with self._database.reading() as session:
            page = _page(session, signed_up_for(session, code), openid, times.now())
        return self._drawn(page)

    def send(self, openid: str, code: str) -> AnyResponse:
        """Check in with all who come; the same again changes nothing."""
        now, typed = times.now(), request.form.get("c", "").strip()
        try:
            is_in = self._database.unit(partial(_checked_in, code=code, openid=openid, typed=typed, now=now))
            no: Refused | None = None if is_in else NotThisWay(NOT_THE_CODE)
        except Refused as refused:
            no = refused
        if no is not None:
            with self._database.reading() as session:
                page = _page(session, signed_up_for(session, code), openid, now)
            return self._refused(page, no)
        return redirect(url_for("pages.check_in", code=code, c=request.form.get("c", "")), 303)

    def _refused(self, page: CheckIn, no: Refused) -> Response:
        return make_response(self._drawn(replace(page, wrong=no.to_reader)), 409)

    def _drawn(self, page: CheckIn) -> str:
        return self._draw("pages/check_in.html", page=page, most_digits=DOOR_DIGITS)


def register(identity: Identity, blueprint: Blueprint, database: Database, draw: Draw) -> None:
    """The routes of this page."""
    views = _Views(database, draw)
    asked = identity.who_is_it("签到", instead=_in_the_chat)
    blueprint.add_url_rule("/a/<code>/in", "check_in", asked(views.page))
    blueprint.add_url_rule("/a/<code>/in", "check_in_now", asked(views.send), methods=["POST"])


def _in_the_chat(*, code: str) -> str:
    """The same without a page; `code` is the activity's."""
    digits = request.args.get("c", "")
    is_given = len(digits) == DOOR_DIGITS and digits.isascii() and digits.isdigit()  # whoever made the link may write
    return f"更快的办法：在公众号里回复“签到 {digits if is_given else '门口的四位数字'}”，马上签好。"


def _checked_in(session: Session, *, code: str, openid: str, typed: str, now: datetime) -> bool:
    """False for a wrong code, which counts as a try: raised, the counting would be undone."""
    number = signed_up_for(session, code).shown.id
    if not door.is_door_code(session, number, typed, openid, now=now):
        return False
    door.check_in(session, number, openid, how="code", now=now)
    return True


def _page(session: Session, told: Details, openid: str, now: datetime) -> CheckIn:
    page = CheckIn(
        told.shown.code, told.shown.title, activity_texts.said_when(told.shown.when, today=times.today(now)),
        activity_texts.said_where(told.shown), digits=request.values.get("c", "").strip()[:DOOR_DIGITS],
    )  # fmt: skip
    mine = queries.at_the_door(session, told.shown.id, openid)
    is_in = bool(mine) and all(entry.state is EntryState.ATTENDED for entry in mine)
    return _with_entries(page, mine) if is_in else _to_come(session, page, told, mine, now)


def _with_entries(page: CheckIn, mine: Sequence[Entry]) -> CheckIn:
    people = [one for entry in mine for one in entry.people]
    came = sum(one.came_at is not None for one in people)
    names = "、".join(one.name for one in people if one.name)
    return replace(page, names=names, came=came, expected=len(people) - came)


def _to_come(session: Session, page: CheckIn, told: Details, mine: Sequence[Entry], now: datetime) -> CheckIn:
    terms = asked_for(session, told.shown.id)
    page = _with_entries(page, mine) if mine else replace(page, is_walk_in=True)
    try:
        door.may_check_in(terms, now=now)
    except NotThisWay as no:
        return replace(page, said=first_sentence(no.to_reader))
    if not mine and not terms.takes_walk_ins:
        return replace(page, said="没找到您的报名，这个活动要先报名。请找现场的馆员。")
    return page
