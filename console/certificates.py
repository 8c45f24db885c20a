"""证书: those that a quiz has given, found by code, and taken back with a reason."""

from flask import Blueprint, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.desk import Desk, by_me, done, drawn, refused
from console.rights import Act, may
from models.certificate import Certificate
from models.errors import BadInput
from models.quiz import Quiz
from quizzes import certificates

MOST = 100


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/quizzes/<number>/certificates"""
    views = _Views(desk)
    base = "/quizzes/<int:number>/certificates"
    blueprint.add_url_rule(base, "certificates", views.all)
    blueprint.add_url_rule(f"{base}/<int:certificate>/revoke", "revoke_certificate", views.revoke, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.CHANGE_QUIZZES)
    def all(self, number: int) -> str:
        """The newest, or the one of a code; the look is noted, since names are whole here."""
        code = request.args.get("code", "").strip()
        with self._desk.reading() as session:
            quiz = session.get(Quiz, number) or abort(404)
            self._desk.noted("certificates looked at", f"quiz {quiz.code}", detail=code[:40])
            found = certificates.by_code(session, code) if code else None
            rows = [found] if found and found.quiz_id == number else []
            rows = rows if code else list(certificates.listed(session, quiz, most=MOST))
            return drawn("certificates.html", quiz=quiz, rows=rows, code=code, most=MOST)

    @may(Act.CHANGE_QUIZZES)
    def revoke(self, number: int, certificate: int) -> Response:
        """Take it back, for a reason that is kept."""
        reason = request.form.get("reason", "")
        try:
            with self._desk.unit() as session:
                given = _given(session, number, certificate)
                certificates.revoke(session, given, reason, by=by_me())
        except BadInput as error:
            return refused(f"没有做成：{error.to_staff}", url_for("console.certificates", number=number))
        return done("已作废。核对的网页上会说它不再有效。", url_for("console.certificates", number=number))


def _given(session: Session, number: int, certificate: int) -> Certificate:
    found = session.get(Certificate, certificate)
    if found is None or found.quiz_id != number:
        abort(404)
    return found
