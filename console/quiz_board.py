"""榜: the board of a quiz as it stands, and names that must not stand there."""

from flask import Blueprint, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.desk import Desk, by_me, done, drawn
from console.rights import Act, may
from models import times
from models.quiz import Attempt, Quiz
from quizzes import boards, names, texts

MOST = 100


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/quizzes/<number>/board"""
    views = _Views(desk)
    blueprint.add_url_rule("/quizzes/<int:number>/board", "quiz_board", views.board)
    rule = "/quizzes/<int:number>/board/<int:attempt>/<act>"
    blueprint.add_url_rule(rule, "quiz_board_name", views.name, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_QUIZZES)
    def board(self, number: int) -> str:
        """The first, live even while readers see it frozen."""
        with self._desk.reading() as session:
            quiz = session.get(Quiz, number) or abort(404)
            group = request.args.get("g", "")
            group = group if group in quiz.board_groups else ""
            return drawn(
                "quiz_board.html", quiz=quiz, group=group, rows=boards.live(session, quiz, group=group, most=MOST),
                players=boards.players(session, quiz, group=group), is_frozen=boards.is_frozen(quiz, now=times.now()),
                shown=texts.shown_name, seconds=texts.seconds, most=boards.MOST_COUNTED,
            )  # fmt: skip

    @may(Act.CHANGE_QUIZZES)
    def name(self, number: int, attempt: int, act: str) -> Response:
        """Take a name away, or let its reader choose again."""
        if act not in ("bar", "allow"):
            abort(404)
        with self._desk.unit() as session:
            openid = _player(session, number, attempt)
            by = by_me()
            names.bar(session, openid, by=by) if act == "bar" else names.allow(session, openid, by=by)
        said = "名字已取消，榜上显示编号，读者不能再改。" if act == "bar" else "读者可以再起名字了。"
        return done(said, url_for("console.quiz_board", number=number, g=request.form.get("g") or None))


def _player(session: Session, number: int, attempt: int) -> str:
    found = session.get(Attempt, attempt)
    if found is None or found.quiz_id != number or found.openid is None:
        abort(404)
    return found.openid
