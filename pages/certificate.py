"""/q/<code>/certificate: one's own certificate, its name and its picture; /c/<code>: whether a code is genuine."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from flask import Blueprint, Response, abort, make_response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities.volunteers import thanks
from activities.volunteers.rules import said_hours
from contests import awards
from contests import texts as contest_texts
from contests.certificates import certified
from models import times
from models.award import AwardState
from models.certificate import Certificate, CertificateState
from models.db import Database
from models.errors import Refused
from models.quiz import Quiz
from models.wording import masked_name, quoted
from pages.errors import Draw
from pages.identity import Identity
from payouts import texts as prize_texts
from quizzes import certificates, queries
from quizzes.certificates import BadCertificateName, NoCertificate
from web import lettering
from web.documents import certificate as paper

S = CertificateState
NO_FONT = "证书暂时画不出来，请联系服务台。"


@dataclass(frozen=True)
class Own:
    """One's own certificate. `certificate` None: none yet; `why_not`: why there is none."""

    code: str
    title: str
    given: str = ""
    name: str = ""
    why_not: str = ""
    said: str = ""


@dataclass(frozen=True)
class Checked:
    """What everybody may know of a code. `verdict`: genuine, revoked, replaced, unknown, "" before one is typed."""

    typed: str
    verdict: str
    title: str = ""
    name: str = ""
    result: str = ""
    day: str = ""
    of: str = "成绩"  # what the result is called


class _Views:
    def __init__(self, database: Database, draw: Draw, library: str, site: str) -> None:
        self._database = database
        self._draw = draw
        self._library = library
        self._site = site

    def own(self, openid: str, code: str) -> str:
        """The certificate, or the form for its name, or why there is none."""
        with self._database.reading() as session:
            page = _own(session, code, openid, times.now())
        return self._draw("pages/certificate.html", page=page)

    def issue(self, openid: str, code: str) -> AnyResponse:
        """A certificate in the name that was written."""
        name = request.form.get("name", "")
        try:
            _can_be_written(name)
            self._database.unit(partial(_issued, code=code, openid=openid, name=name, now=times.now()))
        except Refused as no:
            with self._database.reading() as session:
                page = _own(session, code, openid, times.now())
            said = prize_texts.untapped(no.to_reader)
            drawn = self._draw("pages/certificate.html", page=replace(page, name=name, said=said))
            return AnyResponse(drawn, 422, mimetype="text/html")
        return redirect(url_for("pages.certificate", code=code), 303)

    def picture(self, openid: str, code: str) -> Response:
        """PNG, drawn anew each time: nothing of it is kept."""
        faces = lettering.faces() or abort(503)
        with self._database.reading() as session:
            quiz = queries.by_code(session, code) or abort(404)
            said = self._said(quiz, certificates.mine(session, quiz, openid) or abort(404))
        response = make_response(paper.picture(said, faces))
        response.headers["Content-Type"] = "image/png"
        if request.args.get("save"):
            response.headers["Content-Disposition"] = 'attachment; filename="certificate.png"'
        return response

    def _said(self, quiz: Quiz, given: Certificate) -> "paper.Said":
        return paper.Said(
            self._library, given.name, quoted(quiz.title), f"答对 {given.score}/{given.count} 题，成绩合格", _day(given.issued_at),
            given.code, self._site,
        )  # fmt: skip

    def check(self, code: str = "") -> AnyResponse | str:
        """Is this code genuine? Nothing else is told of whom it was given to."""
        if "code" in request.args:
            return redirect(url_for("pages.check_certificate", code=request.args["code"].strip()[:40] or None), 303)
        with self._database.reading() as session:
            page = (
                _checked(session, code)
                or _award(session, code)
                or _thanks(session, code)
                or Checked(code, "unknown" if code else "")
            )
        return self._draw("pages/certificate_check.html", page=page)


def register(
    identity: Identity, blueprint: Blueprint, database: Database, draw: Draw, *, library: str, site: str
) -> None:
    """The routes of these pages."""
    views = _Views(database, draw, library, site)
    asked = identity.who_is_it("领证书", instead=lambda code: "在公众号里回复“证书”，拿一个新的链接。")
    blueprint.add_url_rule("/q/<code>/certificate", "certificate", asked(views.own))
    blueprint.add_url_rule("/q/<code>/certificate", "issue_certificate", asked(views.issue), methods=["POST"])
    blueprint.add_url_rule("/q/<code>/certificate.png", "certificate_picture", asked(views.picture))
    blueprint.add_url_rule("/c", "check_certificate", views.check)
    blueprint.add_url_rule("/c/<code>", "check_certificate", views.check)


def _can_be_written(name: str) -> None:
    """Raises: BadCertificateName for a character that our faces cannot draw; NoCertificate without a face."""
    faces = lettering.faces()
    if faces is None:
        raise NoCertificate(NO_FONT)
    if char := lettering.unwritable(certificates.checked_name(name), faces.title(40)):
        raise BadCertificateName(f"“{char}”这个字这里画不出来，请换一种写法，或到服务台办。")


def _issued(session: Session, *, code: str, openid: str, name: str, now: datetime) -> None:
    certificates.issue(session, queries.by_code(session, code) or abort(404), openid, name, now=now)


def _own(session: Session, code: str, openid: str, now: datetime) -> Own:
    quiz = queries.by_code(session, code) or abort(404)
    if not quiz.has_certificates:
        abort(404)
    given = certificates.mine(session, quiz, openid)
    if given is not None:
        return Own(quiz.code, quiz.title, given.code, given.name)
    try:
        certificates.standing_for(session, quiz, openid, now=now)
    except NoCertificate as no:
        return Own(quiz.code, quiz.title, why_not=prize_texts.untapped(no.to_reader))
    return Own(quiz.code, quiz.title)


def _award(session: Session, code: str) -> Checked | None:
    """What was won in a contest."""
    found = awards.by_code(session, code)
    if found is None:
        return None
    if found.state is not AwardState.GIVEN:
        return Checked(code, "revoked")
    said = certified(session, found)
    return Checked(
        code, "genuine", said.occasion, contest_texts.winner(found, None, is_masked=True), said.result, said.day
    )


def _thanks(session: Session, code: str) -> Checked | None:
    """What a volunteer was thanked for."""
    found = thanks.by_code(session, code) if code else None
    if found is None:
        return None
    if found.state is not S.VALID:
        return Checked(code, "replaced" if found.state is S.REPLACED else "revoked")
    said = thanks.said(found)
    name = masked_name(said.name) if said.name else "（已清除）"
    return Checked(code, "genuine", said.occasion, name, f"服务{said_hours(found.minutes)}", said.day, "时长")


def _checked(session: Session, code: str) -> Checked | None:
    found = certificates.by_code(session, code) if code else None
    if found is None:
        return None
    verdict = {S.VALID: "genuine", S.REVOKED: "revoked", S.REPLACED: "replaced"}[found.state]
    if verdict != "genuine":
        return Checked(code, verdict)
    title = session.get_one(Quiz, found.quiz_id).title
    name = masked_name(found.name) if found.name else "（已清除）"
    return Checked(code, verdict, title, name, f"答对 {found.score}/{found.count} 题", _day(found.issued_at))


def _day(moment: datetime) -> str:
    day = times.local(moment).date()
    return f"{day.year}年{day.month}月{day.day}日"
