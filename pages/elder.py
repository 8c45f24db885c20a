"""长辈模式 on the pages of quizzes: who reads them so, and the page on which it is chosen."""

from datetime import datetime
from functools import partial

from flask import Blueprint, abort, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from models import times
from models.db import Database
from models.quiz import Quiz
from pages.errors import Draw
from pages.identity import Identity
from quizzes import elders, playing, queries, texts

PAGES = (
    "pages/quiz_board",
    "pages/quiz_draw",
    "pages/certificate",
    "pages/board_name",
    "pages/prize",
)  # of no one quiz's way
INSTEAD = "也可以在公众号里回复“长辈模式”。"


def is_elder(session: Session, quiz: Quiz, openid: str | None) -> bool:
    """Does this reader see the pages of a quiz so?"""
    return quiz.is_elder or (openid is not None and elders.is_chosen(session, openid))


def is_chosen_by(database: Database, openid: str | None) -> bool:
    """The same for the pages around quizzes."""
    if openid is None:
        return False
    with database.reading() as session:
        return elders.is_chosen(session, openid)


class _Views:
    def __init__(self, database: Database, draw: Draw) -> None:
        self._database = database
        self._draw = draw

    def page(self, openid: str, code: str) -> str:
        """What it is, and the switch."""
        with self._database.reading() as session:
            quiz = queries.by_code(session, code) or abort(404)
            is_on = elders.is_chosen(session, openid)
            is_seen, more = is_elder(session, quiz, openid), texts.elder_seconds(quiz)
        return self._draw(
            "pages/quiz_elder.html",
            code=code,
            title=quiz.title,
            is_on=is_on,
            is_fixed=quiz.is_elder,
            more=more,
            elder=is_seen,
        )

    def switch(self, openid: str, code: str) -> AnyResponse:
        """On or off; then back to the question, where one is open."""
        is_on, now = request.form.get("on") == "1", times.now()
        where = self._database.unit(partial(_switched, code=code, openid=openid, is_on=is_on, now=now))
        return redirect(url_for(where, code=code), 303)


def _switched(session: Session, *, code: str, openid: str, is_on: bool, now: datetime) -> str:
    """Where to go on."""
    quiz = queries.by_code(session, code) or abort(404)
    if is_on:
        elders.choose(session, openid, now=now)
    else:
        elders.leave(session, openid)
    return "pages.quiz_play" if playing.open_attempt(session, quiz.id, openid) is not None else "pages.quiz"


def register(identity: Identity, blueprint: Blueprint, database: Database, draw: Draw) -> None:
    """The routes of this page."""
    views = _Views(database, draw)
    asked = identity.who_is_it("长辈模式", instead=lambda code: INSTEAD)
    blueprint.add_url_rule("/q/<code>/elder", "quiz_elder", asked(views.page))
    blueprint.add_url_rule("/q/<code>/elder", "quiz_elder_switch", asked(views.switch), methods=["POST"])
