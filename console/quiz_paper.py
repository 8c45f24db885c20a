"""试卷: every question of a quiz with its answer, for the two who look through it."""

import sqlalchemy as sa
from flask import Blueprint, abort, url_for
from werkzeug.wrappers import Response

from console.desk import Desk, by_me, done, drawn, me
from console.quizzes import refusing
from console.rights import Act, may
from models.payout import PoolState
from models.quiz import BankQuestion, PaperQuestion, Quiz, QuizState
from models.staff import names
from quizzes import service
from quizzes.bank import editing
from quizzes.bank.question import KIND_WORDS, LETTERS, Kind, said_answer
from quizzes.bank.rows import question_of

MOST_SHOWN = 500


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/quizzes/<number>/paper"""
    views = _Views(desk)
    blueprint.add_url_rule("/quizzes/<int:number>/paper", "quiz_paper", views.paper)
    blueprint.add_url_rule("/quizzes/<int:number>/check", "quiz_check", refusing(views.check), methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.CHECK_PAPERS)
    def paper(self, number: int) -> str:
        """Each question as it will be asked, its answer marked."""
        with self._desk.reading() as session:
            quiz = session.get(Quiz, number) or abort(404)
            rows = session.execute(
                sa.select(BankQuestion.__table__)
                .join(PaperQuestion, PaperQuestion.question_id == BankQuestion.id)
                .where(PaperQuestion.quiz_id == number)
                .order_by(PaperQuestion.part, PaperQuestion.place)
                .limit(MOST_SHOWN + 1)
            ).all()
            found = [question_of(row) for row in rows]
            outdated = editing.outdated(session, quiz)
            checks, known = service.checks_of(session, quiz) if quiz.paper_hash else [], names(session)
            return drawn(
                "quiz_paper.html", quiz=quiz, outdated=outdated, questions=found[:MOST_SHOWN], is_more=len(found) > MOST_SHOWN,
                checks=[known.get(who, who) for who in checks],
                kinds=KIND_WORDS, letters=LETTERS, said=said_answer, judge=Kind.JUDGE, most=MOST_SHOWN,
                can_check=quiz.state is QuizState.CHECKING and me().login not in checks,
            )  # fmt: skip

    @may(Act.CHECK_PAPERS)
    def check(self, number: int) -> Response:
        """I have looked through it."""
        with self._desk.unit() as session:
            quiz = session.get(Quiz, number) or abort(404)
            needed = service.check_paper(session, quiz, by=by_me())
            pool = service.pool_of(session, quiz)
        then = "可以开放了。" if pool is None or pool.state is not PoolState.DRAFT else "接下来请财务批准奖池。"
        words = "已记下您看过。" + ("还要一位同事再看一遍。" if needed else f"两个人都看过了，{then}")
        return done(words, url_for("console.quiz", number=number))
