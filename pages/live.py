"""/q/<code>/live: 抢答 on a page: the question that is open, and who has it, asked for anew every second or so.

What everybody sees is drawn at most twice a second, whoever asks; what a reader has answered is told to them alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from threading import Lock

from flask import Blueprint, abort, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from models import times
from models.db import Database
from models.live import RoundState
from models.quiz import Quiz
from models.together import Job, Together
from pages.elder import is_elder
from pages.errors import Draw
from pages.identity import Identity
from payouts import texts as prize_texts
from quizzes import live_texts, queries, rounds, texts
from quizzes.bank.question import KIND_WORDS, LETTERS, Kind
from quizzes.bank.rows import questions_of
from quizzes.rounds import Came, Said, Taken

DRAWN_EVERY = timedelta(milliseconds=500)
MOST_TOGETHER = 64  # answers a unit
Heard = tuple[int, Said]  # number of the quiz, and what was said
INSTEAD = "也可以不开网页：在公众号里回复“抢答”，直接把答案发过来。"


@dataclass(frozen=True)
class Now:
    """The question let out last, as it is drawn for everybody. `round` 0: none was."""

    version: str
    is_over: bool  # the whole
    round: int = 0
    number: int = 0
    is_open: bool = False
    seconds: int | None = None
    kind: str = ""
    kind_words: str = ""
    passage: str = ""
    stem: str = ""
    choices: tuple[tuple[str, str, str], ...] = ()  # what is sent, its letter, its words
    hint: str = ""
    news: str = ""
    answer: str = ""


class _Shown:
    """What everybody sees, by quiz: (when it was drawn, its version, the drawn words)."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[datetime, str, str]] = {}
        self._lock = Lock()

    def get(self, quiz: int, now: datetime, draw: Callable[[], tuple[str, str]]) -> tuple[str, str]:
        """Version and words, not older than DRAWN_EVERY. One asker draws, the others wait for it."""
        with self._lock:
            kept = self._kept.get(quiz)
            if kept is None or not kept[0] <= now < kept[0] + DRAWN_EVERY:
                kept = self._kept[quiz] = (now, *draw())
            return kept[1:]


class _Views:
    def __init__(self, database: Database, draw: Draw) -> None:
        self._database = database
        self._draw = draw
        self._shown = _Shown()
        self._numbers: dict[str, int] = {}  # of live quizzes that may be seen, by code
        self._heard: Together[Heard, Taken] = Together(self._take, most=MOST_TOGETHER)

    def page(self, openid: str, code: str) -> str:
        """The question, and what this reader has answered to it."""
        now = times.now()
        with self._database.reading() as session:
            quiz = _quiz(session, code)
            page = _now(session, quiz, now)
            mine = rounds.answer_of(session, page.round, openid)
            lines = rounds.lines(session, quiz) if page.is_over else []
            is_large = is_elder(session, quiz, openid)
        said = live_texts.answered(mine) if mine is not None else ""
        return self._draw(
            "pages/live.html",
            code=code,
            title=quiz.title,
            page=page,
            mine=said,
            lines=lines,
            whose=texts.shown_name,
            elder=is_large,
        )

    def now(self, code: str) -> AnyResponse:
        """What everybody sees, where it is not what `seen` names; an answer without words otherwise."""
        number = self._number(code)
        version, words = self._shown.get(number, times.now(), lambda: self._drawn(number))
        if request.args.get("seen") == version:
            return AnyResponse(status=204, headers={"Cache-Control": "no-store"})
        return AnyResponse(words, mimetype="text/html", headers={"Cache-Control": "no-store"})

    def _drawn(self, number: int) -> tuple[str, str]:
        with self._database.reading() as session:
            page = _now(session, queries.settled(session, number), times.now())
        return page.version, self._draw("pages/parts/live_now.html", page=page)

    def _number(self, code: str) -> int:
        if code not in self._numbers:
            with self._database.reading() as session:
                self._numbers[code] = _quiz(session, code).id
        return self._numbers[code]

    def answer(self, openid: str, code: str) -> AnyResponse:
        """An answer to the question at `round`. A script is told what it came to, a form is led back."""
        number = self._number(code)
        words, round_id = "".join(request.form.getlist("given")), request.form.get("round", "")
        said = Said(openid, words, int(round_id) if round_id.isdecimal() and len(round_id) < 10 else 0)

        done = self._heard.bring((number, said))
        if done is not None and request.headers.get("X-Asked-By") == "script":
            with self._database.reading() as session:
                told = prize_texts.untapped(live_texts.taken(done, queries.settled(session, number)))
            return AnyResponse(told, 409 if done.came is Came.UNREAD else 200, mimetype="text/plain")
        return redirect(url_for("pages.live", code=code), 303)

    def _take(self, jobs: Sequence[Job[Heard, Taken]]) -> None:
        """All who answer in one moment, in one unit: alone each would wait for the one before, and for its commit."""
        for number in sorted({job.item[0] for job in jobs if job.item}):
            own = [job for job in jobs if job.item and job.item[0] == number]
            said = [job.item[1] for job in own if job.item]
            for job, done in zip(own, self._database.unit(partial(_taken, number=number, said=said)), strict=True):
                job.result = done


def register(identity: Identity, blueprint: Blueprint, database: Database, draw: Draw) -> None:
    """The routes of this page."""
    views = _Views(database, draw)
    asked = identity.who_is_it("抢答", instead=lambda code: INSTEAD)
    blueprint.add_url_rule("/q/<code>/live", "live", asked(views.page))
    blueprint.add_url_rule("/q/<code>/live", "live_answer", asked(views.answer), methods=["POST"])
    blueprint.add_url_rule("/q/<code>/live/now", "live_now", views.now)


def _taken(session: Session, *, number: int, said: Sequence[Said]) -> list[Taken]:
    return rounds.take(session, queries.settled(session, number), said, now=times.now())


def _quiz(session: Session, code: str) -> Quiz:
    quiz = queries.by_code(session, code)
    return quiz if quiz is not None and quiz.is_live else abort(404)


def _now(session: Session, quiz: Quiz, now: datetime) -> Now:
    is_over = now >= quiz.closes_at
    seen = rounds.seen(session, quiz, now=now)
    if seen is None:
        return Now(f"0.{int(is_over)}", is_over)
    one = questions_of(session, [seen.question_id])[seen.question_id]
    choices: tuple[tuple[str, str, str], ...] = tuple(
        (LETTERS[at], LETTERS[at], one.options[place]) for at, place in enumerate(seen.shown)
    )
    if one.kind is Kind.JUDGE:
        choices = (("对", "", "对"), ("错", "", "错"))
    is_shown = seen.state is not RoundState.VOID
    return Now(
        f"{seen.version}.{int(is_over)}", is_over, seen.id, seen.number, seen.is_open, seen.seconds, one.kind.value,
        KIND_WORDS[one.kind], one.passage, one.stem if is_shown else "", choices if is_shown else (), texts.HOW[one.kind],
        live_texts.news(seen, one), live_texts.answer(seen, one),
    )  # fmt: skip
