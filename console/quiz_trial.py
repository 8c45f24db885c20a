"""试答: the way for staff to play a quiz before it opens, here or on their phone."""

from flask import Blueprint, abort, url_for
from werkzeug.wrappers import Response

from console.desk import Desk, drawn, me, refused
from console.paper import qr_of
from console.rights import Act, may
from models import links, times
from models.errors import BadInput
from models.links import Purpose
from models.quiz import Quiz
from quizzes import trial


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/quizzes/<number>/trial"""
    blueprint.add_url_rule("/quizzes/<int:number>/trial", "quiz_trial", _Views(desk).way)


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.CHECK_PAPERS)
    def way(self, number: int) -> Response | str:
        """A link that opens for half an hour, and the same for a phone."""
        now = times.now()
        with self._desk.reading() as session:
            quiz = session.get(Quiz, number) or abort(404)
            try:
                trial.may_try(quiz, now=now)
            except BadInput as error:
                return refused(error.to_staff, url_for("console.quiz", number=number))
            link = f"/q/try/{links.sealed_link(self._desk.secret, me().login, Purpose.TRIAL, str(number), now)}"
            return drawn("quiz_trial.html", quiz=quiz, link=link, qr=qr_of(f"{self._desk.site}{link}"))
