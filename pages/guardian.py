"""/g/<link>: a guardian reads what a child wants to take part with, and agrees, declines, or takes it back.

The child forwards the link; it opens for a week. A GET changes nothing, and the child's own browser is no guardian's.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import Blueprint, make_response, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities.signup.party import name_in
from contests import guardians, queries, texts
from contests.refusals import NotChangeable, NotGuardian
from handlers.work_words import RELATIONS
from models import links, times
from models.contest import WRITTEN, AgreementWay, Purpose, Submission, SubmissionState, Wording
from models.db import Database
from models.errors import Refused
from pages.errors import Draw, Sorry
from pages.identity import STALE, Identity

S = SubmissionState
LONGEST_NAME = 60
OFFERED = RELATIONS[:10]  # that are offered on the page; others may be written


@dataclass(frozen=True, slots=True)
class Page:
    """What a guardian sees. `step`: agree, agreed, mending, gone."""

    step: str
    contest: str
    contest_code: str
    title: str
    author: str
    group: str
    work: str
    words: str
    wording: str
    wording_id: int
    others: int  # guardians who agreed already
    name: str = ""
    relation: str = ""


class _Views:
    def __init__(self, identity: Identity, database: Database, draw: Draw, secret: str) -> None:
        self._identity = identity
        self._database = database
        self._draw = draw
        self._secret = secret

    def page(self, openid: str, token: str) -> AnyResponse:
        """The work and the wording; nothing is changed by a look."""
        code = self._code(token)
        if code is None:
            return self._identity.sorry(STALE, 410)
        with self._database.reading() as session:
            page = _page(session, code, openid)
        if page is None:
            return self._identity.sorry(Sorry("请换一部手机", _NOT_HERE), 403)
        return make_response(self._draw("pages/guardian.html", page=page, relations=OFFERED, wrong={}, is_sure=False))

    def send(self, openid: str, token: str) -> AnyResponse:
        """agree, decline, take_back (asked once more), take_back_sure."""
        code, act = self._code(token), request.form.get("act", "")
        if code is None:
            return self._identity.sorry(STALE, 410)
        if act == "take_back":
            return self._drawn(code, openid, {}, 200, is_sure=True)
        if act == "agree" and (wrong := _wrong_in_form()):
            return self._drawn(code, openid, wrong, 422)
        asked = _Asked(
            act, request.form.get("name", ""), request.form.get("relation", ""),
            request.form.get("wording", 0, type=int),
        )  # fmt: skip
        try:
            is_done = self._database.unit(partial(_done, code=code, openid=openid, asked=asked, now=times.now()))
        except Refused as no:
            return self._identity.sorry(Sorry("没有办成", no.to_reader), 409)
        if not is_done:
            return self._drawn(code, openid, {"wording": "同意书刚刚改过，请再看一遍。"}, 409)
        return redirect(request.path, 303)

    def _code(self, token: str) -> str | None:
        opened = links.opened(self._secret, token, links.Purpose.GUARDIAN, times.now())
        return opened.subject if opened else None

    def _drawn(
        self, code: str, openid: str, wrong: dict[str, str], status: int, *, is_sure: bool = False
    ) -> AnyResponse:
        with self._database.reading() as session:
            page = _page(session, code, openid)
        if page is None:
            return self._identity.sorry(Sorry("没有办成", NotGuardian.to_reader), 409)
        drawn = self._draw(
            "pages/guardian.html", page=page, relations=OFFERED, wrong=wrong, is_sure=is_sure, typed=request.form
        )
        return make_response(drawn, status)


_NOT_HERE = (
    f"{NotGuardian.to_reader}这个链接是转给监护人的；这部手机就是监护人的，请在公众号里回复“{texts.GUARDIAN}”。"
)


def register(identity: Identity, blueprint: Blueprint, database: Database, draw: Draw, *, secret: str) -> None:
    """The routes of this page; without a secret no link can be made, and none opens."""
    if not secret:
        return
    views, asked = _Views(identity, database, draw, secret), identity.who_is_it("替孩子同意参赛")
    blueprint.add_url_rule("/g/<token>", "guardian", asked(views.page))
    blueprint.add_url_rule("/g/<token>", "guardian_says", asked(views.send), methods=["POST"])


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the form holds."""

    act: str
    name: str
    relation: str
    wording: int


def _wrong_in_form() -> dict[str, str]:
    wrong = {}
    for field, what in (("name", "您的姓名"), ("relation", "与孩子的关系")):
        try:
            name_in(request.form.get(field, ""), what=what, most=LONGEST_NAME if field == "name" else 20)
        except Refused as no:
            wrong[field] = no.to_reader
    return wrong


def _page(session: Session, code: str, openid: str) -> Page | None:
    """None for the author's own phone."""
    work = queries.submission_called(session, code)
    if work is None or work.openid == openid:
        return None
    wording = queries.wording_of(session, work.contest, Purpose.GUARDIAN)
    agreed = queries.agreements_of(session, work, Purpose.GUARDIAN)
    mine = next((one for one in agreed if one.openid == openid), None)
    step = (
        "gone" if work.state is S.WITHDRAWN else "agreed" if mine else "mending" if work.state is S.DRAFT else "agree"
    )
    return Page(
        step, work.contest.title, work.contest.code, work.title, work.author, _group(session, work),
        _said_work(session, work), work.words if work.genre in WRITTEN else "", wording.words if wording else "",
        wording.id if wording else 0, len([one for one in agreed if one is not mine]),
        mine.name if mine else "", mine.relation if mine else "",
    )  # fmt: skip


def _group(session: Session, work: Submission) -> str:
    return next((one.name for one in queries.groups_of(session, work.contest) if one.id == work.group_id), "")


def _said_work(session: Session, work: Submission) -> str:
    if work.genre in WRITTEN:
        return f"{texts.GENRES[work.genre]}，{work.characters} 字"
    return f"{texts.GENRES[work.genre]}，{len(queries.pieces_of(session, work))} {texts.UNITS[work.genre]}"


def _done(session: Session, *, code: str, openid: str, asked: _Asked, now: datetime) -> bool:
    """False where the wording is not the one that was read. Raises: NotGuardian, NotChangeable."""
    work = queries.submission_called(session, code)
    if work is None or work.openid == openid:
        raise NotGuardian
    if asked.act == "decline":
        guardians.decline(session, work, openid=openid, now=now)
        return True
    if asked.act == "take_back_sure":
        guardians.take_back(session, work, openid=openid, now=now)
        return True
    if asked.act != "agree":
        return True
    return _agreed(session, work, queries.wording_of(session, work.contest, Purpose.GUARDIAN), openid, asked, now)


def _agreed(
    session: Session, work: Submission, wording: Wording | None, openid: str, asked: _Asked, now: datetime
) -> bool:
    if work.state is S.DRAFT:
        raise NotChangeable
    if wording is None or wording.id != asked.wording:
        return False
    guardians.agree(
        session, work, wording, openid=openid, name=name_in(asked.name, most=LONGEST_NAME),
        relation=name_in(asked.relation, most=20), way=AgreementWay.PAGE, now=now,
    )  # fmt: skip
    return True
