"""公平核对: the signs of a quiz, and the evidence of attempts side by side; every look is in the log."""

from collections.abc import Sequence
from itertools import zip_longest

from flask import Blueprint, abort, request
from sqlalchemy.orm import Session

from console.desk import Desk, drawn
from console.rights import Act, may
from models.payout import Prize
from models.privacy import digest
from models.quiz import Attempt, Quiz
from payouts import texts
from quizzes import evidence, service
from quizzes.bank.question import LETTERS, Kind
from quizzes.evidence import MOST_BESIDE, MOST_SIGNS, Cell
from quizzes.fairness import Kind as SignKind
from quizzes.fairness import Sign

HEADS = {
    SignKind.STAFF: "馆员的手机", SignKind.FAST: "答得比能读完还快", SignKind.RING: "几位读者的用时一样",
    SignKind.WRONGS: "错得一模一样", SignKind.BROWSER: "几位读者合用一个浏览器", SignKind.FOLLOWS: "扎堆关注后马上答",
}  # fmt: skip


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/quizzes/<number>/fairness, …/evidence"""
    views = _Views(desk)
    blueprint.add_url_rule("/quizzes/<int:number>/fairness", "fairness", views.signs)
    blueprint.add_url_rule("/quizzes/<int:number>/evidence", "evidence", views.evidence)


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_PRIZES)
    def signs(self, number: int) -> str:
        """What was measured, in sentences, with the attempts they are about."""
        with self._desk.reading() as session:
            quiz = session.get(Quiz, number) or abort(404)
            self._desk.noted("fair play looked at", f"quiz {quiz.code}")
            found = evidence.signs(session, quiz)
            return drawn(
                "fairness.html", quiz=quiz, pool=service.pool_of(session, quiz), measured=evidence.measured(session, quiz),
                groups=[(HEADS[kind], [_shown(session, one) for one in found if one.kind is kind]) for kind in HEADS],
                most=MOST_SIGNS, beside=MOST_BESIDE,
            )  # fmt: skip

    @may(Act.SEE_PRIZES)
    def evidence(self, number: int) -> str:
        """?attempts=1,2,3: their answers and times, a question a row. Whose they are is in the log."""
        with self._desk.reading() as session:
            quiz = session.get(Quiz, number) or abort(404)
            columns = evidence.columns(session, _asked(session, quiz))
            if not columns:
                abort(404)
            for one in columns:
                whose = digest(one.attempt.openid) if one.attempt.openid else f"quiz {quiz.code}"
                self._desk.noted("evidence looked at", whose, detail=f"答题 {quiz.code}")
            rows = list(zip_longest(*(one.cells for one in columns)))
            return drawn(
                "evidence.html", quiz=quiz, columns=columns, rows=rows, said=said_cell, what=texts.what,
            )  # fmt: skip


def _shown(session: Session, sign: Sign) -> tuple[Sign, list[Prize]]:
    """A sign with the prizes its attempts won."""
    return sign, [
        session.get_one(Prize, number) for number in evidence.prizes_of(session, sign.attempts[:MOST_SIGNS])
    ]


def _asked(session: Session, quiz: Quiz) -> Sequence[int]:
    """The attempts of this quiz that the address names."""
    numbers = [int(one) for one in request.args.get("attempts", "").split(",") if one.isascii() and one.isdecimal()]
    found = [session.get(Attempt, number) for number in dict.fromkeys(numbers[:MOST_BESIDE]) if number < 2**31]
    return [one.id for one in found if one is not None and one.quiz_id == quiz.id]


def said_cell(cell: Cell) -> str:
    """What was given, in words: the letters as that reader saw them."""
    given, question = cell.given, cell.question
    if given is None:
        return "没有答"
    if question.kind is Kind.JUDGE:
        return "对" if given else "错"
    if question.kind is Kind.BLANK:
        return str(given)
    order = list(cell.shown)
    return "；".join(f"{LETTERS[order.index(place)]}. {question.options[place]}" for place in given)
