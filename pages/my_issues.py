"""/me/programmes/<issue>/<work>: whether a work of mine, or of my child, may be in an issue; said, and taken back. And on /me."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import Blueprint, abort, make_response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from contests import queries as contest_queries
from contests import texts as contest_texts
from contests.programmes import consents, queries, texts
from contests.programmes.queries import Part, Said
from models import times
from models.contest import AgreementWay, Purpose, Submission
from models.db import Database
from models.errors import Refused
from models.programme import Issue, IssueState, Programme
from pages.errors import Draw, Sorry
from pages.identity import Identity
from pages.me import Section

STATES = {
    Said.NOT_ASKED: "还没有问您", Said.ASKED: "等您回答", Said.AGREED: "同意了", Said.DECLINED: "没有同意", Said.TAKEN_BACK: "撤回了同意",
}  # fmt: skip
CHANGED = "同意书刚刚改过，请再看一遍。"


@dataclass(frozen=True, slots=True)
class Mine:
    """A work in an issue, on /me; `listen` is "" while it cannot be heard."""

    name: str
    issue: str
    state: str
    answer: str
    listen: str


@dataclass(frozen=True, slots=True)
class Page:
    """What is asked. `said`: asked, agreed, declined, taken_back."""

    said: str
    issue: str
    work: str
    caption: str
    full_caption: str  # of a child, with its whole name
    is_child: bool
    is_named: bool
    wording: str
    wording_id: int
    is_aired: bool
    listen: str


def issues(session: Session, openid: str, now: datetime) -> Section | None:
    """What was asked of me, the newest first."""
    found = [_mine(session, issue, part) for issue, part in queries.asked_of(session, openid)]
    return Section("programmes", "节目里的作品", "pages/parts/my_issues.html", found) if found else None


MAKERS = (issues,)


def _mine(session: Session, issue: Issue, part: Part) -> Mine:
    programme = session.get_one(Programme, issue.programme_id)
    is_aired = queries.aired(session, issue.code) is not None
    return Mine(
        contest_texts.named(part.work), texts.named(programme, issue), STATES[part.said],
        url_for("pages.my_issue", issue=issue.code, work=part.work.code),
        url_for("pages.issue", code=issue.code) if is_aired else "",
    )  # fmt: skip


class _Views:
    def __init__(self, identity: Identity, database: Database, draw: Draw) -> None:
        self._identity = identity
        self._database = database
        self._draw = draw

    def page(self, openid: str, issue: str, work: str) -> str:
        """The work, the issue and the wording; a look changes nothing."""
        return self._drawn(openid, issue, work)

    def send(self, openid: str, issue: str, work: str) -> AnyResponse:
        """agree, or refuse: which is also how it is taken back, asked once more where it is on air."""
        act = request.form.get("act", "")
        if act == "take_back":
            return make_response(self._drawn(openid, issue, work, is_sure=True))
        read, is_named = request.form.get("wording", 0, type=int), "is_named" in request.form
        answer = partial(_answered, issue=issue, work=work, openid=openid, act=act, read=read, is_named=is_named)
        try:
            is_done = self._database.unit(answer)
        except Refused as no:
            return self._identity.sorry(Sorry("没有办成", no.to_reader), 409)
        if not is_done:
            return make_response(self._drawn(openid, issue, work, wrong=CHANGED), 409)
        return redirect(request.path, 303)

    def _drawn(self, openid: str, issue: str, work: str, *, is_sure: bool = False, wrong: str = "") -> str:
        with self._database.reading() as session:
            page = _page(session, *_asked(session, openid, issue, work))
        return self._draw("pages/my_issue.html", page=page, is_sure=is_sure, wrong=wrong)


def register(identity: Identity, blueprint: Blueprint, database: Database, draw: Draw) -> None:
    """The routes of this page."""
    views, asked = _Views(identity, database, draw), identity.who_is_it("回答能不能播出")
    rule = "/me/programmes/<issue>/<work>"
    blueprint.add_url_rule(rule, "my_issue", asked(views.page))
    blueprint.add_url_rule(rule, "my_issue_says", asked(views.send), methods=["POST"])


def _asked(session: Session, openid: str, issue: str, work: str) -> tuple[Issue, Part]:
    """404 for what somebody else is asked, as if it were none."""
    found, piece = queries.issue_called(session, issue), contest_queries.submission_called(session, work)
    part = queries.part_of(session, found, piece) if found is not None and piece is not None else None
    if found is None or part is None or openid not in part.asks or part.row.asked_at is None:
        abort(404)
    return found, part


def _page(session: Session, issue: Issue, part: Part) -> Page:
    programme, work = session.get_one(Programme, issue.programme_id), part.work
    wording = contest_queries.wording_of(session, work.contest, Purpose.SERIES)
    return Page(
        part.said.value, texts.named(programme, issue), contest_texts.named(work), part.row.caption,
        texts.default_caption(work, is_named=True), work.is_child, part.row.is_named, wording.words if wording else "",
        wording.id if wording else 0, issue.state is IssueState.PUBLISHED,
        url_for("pages.issue", code=issue.code) if queries.aired(session, issue.code) is not None else "",
    )  # fmt: skip


def _answered(session: Session, *, issue: str, work: str, openid: str, act: str, read: int, is_named: bool) -> bool:
    """False where the wording is not the one that was read. Raises: NotAsked."""
    found, part = _asked(session, openid, issue, work)
    if act == "refuse":
        consents.refuse(session, found, part.work, openid=openid, now=times.now())
        return True
    if act != "agree":
        return True
    return _agreed(session, found, part.work, openid, read, is_named=is_named)


def _agreed(session: Session, issue: Issue, work: Submission, openid: str, read: int, *, is_named: bool) -> bool:
    wording = contest_queries.wording_of(session, work.contest, Purpose.SERIES)
    if wording is None or wording.id != read:
        return False
    consents.agree(
        session, issue, work, wording, openid=openid, way=AgreementWay.PAGE, now=times.now(), is_named=is_named
    )
    return True
