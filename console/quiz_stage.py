"""抢答 on the stage: a page for the projector with the question that is open, who has it, and the buttons of whoever stands there.

Every button carries the number of the question it was drawn for: pressed twice, or by two, it does what it says once.
"""

from collections.abc import Callable

from flask import Blueprint, Response, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from console.desk import Desk, by_me, drawn, refused
from console.rights import Act, may
from models import times
from models.by import By
from models.errors import BadInput
from models.live import RoundState
from models.quiz import Quiz, QuizState
from quizzes import live_texts, queries, rounds, staging
from quizzes.bank.question import KIND_WORDS, LETTERS, Kind
from quizzes.bank.rows import questions_of


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/quizzes/<number>/stage"""
    views = _Views(desk)
    rule = "/quizzes/<int:number>/stage"
    blueprint.add_url_rule(rule, "quiz_stage", views.stage)
    blueprint.add_url_rule(f"{rule}/now", "quiz_stage_now", views.now)
    blueprint.add_url_rule(f"{rule}/counts", "quiz_stage_counts", views.counts)
    for name, act in (("next", _next), ("stop", _stop), ("void", _void)):
        blueprint.add_url_rule(f"{rule}/{name}", f"quiz_stage_{name}", views.acting(act), methods=["POST"])


def _next(session: Session, quiz: Quiz, number: int, by: By) -> None:
    staging.let_out(session, quiz, after=number, by=by)


def _stop(session: Session, quiz: Quiz, number: int, by: By) -> None:
    staging.stop(session, quiz, number=number, by=by)


def _void(session: Session, quiz: Quiz, number: int, by: By) -> None:
    staging.void(session, quiz, number=number, reason=request.form.get("reason", ""), by=by)


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_QUIZZES)
    def stage(self, number: int) -> str:
        """The whole page."""
        with self._desk.reading() as session:
            return drawn("quiz_stage.html", site=self._desk.site, **_shown(session, _quiz(session, number)))

    @may(Act.SEE_QUIZZES)
    def now(self, number: int) -> AnyResponse:
        """The island with the question, where it is not as it was `seen`."""
        with self._desk.reading() as session:
            shown = _shown(session, _quiz(session, number))
        if request.args.get("seen") == shown["version"]:
            return Response(status=204)
        return Response(drawn("parts/stage_now.html", **shown))

    @may(Act.SEE_QUIZZES)
    def counts(self, number: int) -> str:
        """How many have answered, and the seconds that are left."""
        with self._desk.reading() as session:
            quiz = _quiz(session, number)
            seen = rounds.seen(session, quiz, now=times.now())
            answered, right = rounds.counts(session, seen.id) if seen else (0, 0)
        return drawn("parts/stage_counts.html", seen=seen, answered=answered, right=right)

    def acting(self, act: Callable[[Session, Quiz, int, By], None]) -> Callable[..., AnyResponse]:
        """A view that does one thing to the question of the form, and shows the stage again."""

        @may(Act.CHANGE_QUIZZES)
        def view(number: int) -> AnyResponse:
            where, after = url_for("console.quiz_stage", number=number), request.form.get("number", "")
            if not (after.isdecimal() and after.isascii() and len(after) < 6):
                abort(400)
            try:
                with self._desk.unit() as session:
                    act(session, _quiz(session, number), int(after), by_me())
            except BadInput as error:
                return refused(error.to_staff, where)
            return Response(status=303, headers={"Location": where})

        return view


def _quiz(session: Session, number: int) -> Quiz:
    quiz = session.get(Quiz, number)
    return quiz if quiz is not None and quiz.is_live else abort(404)


def _shown(session: Session, quiz: Quiz) -> dict[str, object]:
    now = times.now()
    seen = rounds.seen(session, quiz, now=now)
    is_on = quiz.state is QuizState.APPROVED and queries.hours_of(quiz).is_open(now)
    shown: dict[str, object] = {"quiz": quiz, "seen": seen, "is_on": is_on, "version": f"{int(is_on)}"}
    if seen is None:
        return shown
    one = questions_of(session, [seen.question_id])[seen.question_id]
    answered, right = rounds.counts(session, seen.id)
    options = [(LETTERS[at], one.options[place]) for at, place in enumerate(seen.shown)]
    return shown | {
        "version": f"{int(is_on)}.{seen.version}", "question": one, "kind_words": KIND_WORDS[one.kind], "answered": answered,
        "right": right, "options": options if one.kind is not Kind.JUDGE else [("对", ""), ("错", "")],
        "news": live_texts.news(seen, one), "answer": live_texts.answer(seen, one),
        "is_undecided": seen.is_open and seen.winner is None, "is_void": seen.state is RoundState.VOID,
    }  # fmt: skip
