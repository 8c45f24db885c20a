"""/q/try/<link>: staff play a quiz before it opens, on the pages its readers will see. Nothing of it is kept.

The console gives the link. Where one is in the attempt is sealed into the form, so that a page sent again is the same.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Blueprint, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from models import links, times
from models.db import Database
from models.errors import BadInput
from models.links import Purpose
from models.quiz import Quiz
from pages.errors import Draw, Sorry
from pages.quiz import Front, Page, Result, front_of, page_of, wrong_of
from payouts import plan
from payouts import texts as prize_texts
from quizzes import service, texts, trial
from quizzes.bank.question import read_answer
from quizzes.playing import asked
from quizzes.trial import Trial

STALE = Sorry("试答的链接过期了", "链接半小时有效，也可能没有复制完整。到管理台的这场答题里再点一次“试答”。")
NO_STORE = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class _Shown:
    """One page of a trial: which template, with what, and the sealed attempt for its form."""

    template: str
    page: Front | Page | Result
    state: str = ""


class _Views:
    def __init__(self, database: Database, draw: Draw, secret: str) -> None:
        self._database, self._draw, self._secret = database, draw, secret

    def front(self, link: str) -> AnyResponse | tuple[str, int]:
        """Rules and prizes as a reader will see them, and the way in."""
        return self._answered(link, self._front)

    def play(self, link: str) -> AnyResponse | tuple[str, int]:
        """Without an attempt, its first question; with one, what comes after the answer."""
        return self._answered(link, self._next)

    def _answered(
        self, link: str, look: Callable[[Session, Quiz, str, datetime], _Shown]
    ) -> AnyResponse | tuple[str, int]:
        now = times.now()
        opened = links.opened(self._secret, link, Purpose.TRIAL, now) if self._secret else None
        if opened is None:
            return self._draw("pages/sorry.html", sorry=STALE, code=410), 410
        with self._database.reading() as session:
            quiz = session.get_one(Quiz, int(opened.subject))
            try:
                trial.may_try(quiz, now=now)
            except BadInput as error:
                sorry = Sorry("现在不能试答", error.to_staff)
                return self._draw("pages/sorry.html", sorry=sorry, code=409), 409
            shown = look(session, quiz, opened.openid, now)
        drawn = self._draw(shown.template, page=shown.page, is_trial=True, state=shown.state)
        return AnyResponse(drawn, 200, NO_STORE, mimetype="text/html")

    def _front(self, session: Session, quiz: Quiz, who: str, now: datetime) -> _Shown:
        page = front_of(session, quiz, None, now)
        pool = service.pool_of(session, quiz)
        planned = plan.plan_of(pool.plan) if pool else None
        prizes = prize_texts.tiers(planned) if planned else ""
        page = replace(page, prizes=prizes, left=planned.count if planned else 0, is_open=True, is_over=False)
        return _Shown("pages/quiz.html", page)

    def _next(self, session: Session, quiz: Quiz, who: str, now: datetime) -> _Shown:
        running = self._running(quiz, now)
        if running is None:
            return self._asking(session, quiz, trial.begin(session, quiz, now=now), who, now)
        words = "".join(request.form.getlist("given"))
        one = asked(session, running.attempt)
        given = read_answer(one.question, words, shown=one.shown)
        page = page_of(session, quiz, running.attempt, now)
        if given is None and page.seconds != 0 and not request.form.get("pass"):
            said = "还没有选，选好再点。" if not words.strip() else "没看懂这个回答，请照下面的说明再写一次。"
            return _Shown("pages/quiz_play.html", replace(page, said=said), request.form["state"])
        after = trial.answered(session, quiz, running, given, now=now)
        if after.is_over:
            return _Shown("pages/quiz_result.html", _result(session, quiz, after))
        return self._asking(session, quiz, after, who, now)

    def _running(self, quiz: Quiz, now: datetime) -> Trial | None:
        """The attempt that the form brought along, if it is of this quiz."""
        token = request.form.get("state", "")
        kept = links.opened(self._secret, token, Purpose.TRIAL_STATE, now) if token else None
        found = trial.trial_of(kept.subject) if kept else None
        return found if found is not None and found.quiz_id == quiz.id else None

    def _asking(self, session: Session, quiz: Quiz, running: Trial, who: str, now: datetime) -> _Shown:
        state = links.sealed_link(self._secret, who, Purpose.TRIAL_STATE, running.text, now)
        return _Shown("pages/quiz_play.html", page_of(session, quiz, running.attempt, now), state)


def _result(session: Session, quiz: Quiz, done: Trial) -> Result:
    rows = trial.review(session, done)
    return Result(
        quiz.code, quiz.title, done.score, len(done.drawn), texts.seconds(done.took_ms), done.ran_out, "",
        _would_win(session, quiz, done), "", "", False, None, wrong_of(rows), tuple(texts.reading_list(rows)), True,
        drawn="", ways=(), is_elder=False,
    )  # fmt: skip


def _would_win(session: Session, quiz: Quiz, done: Trial) -> str:
    """What a reader with this result would have won, had it been there."""
    pool = service.pool_of(session, quiz)
    if pool is None or quiz.is_practice or done.score < quiz.pass_score:
        return ""
    planned = plan.plan_of(pool.plan)
    tier = plan.tier_for(planned, done.score)
    return "" if tier is None else prize_texts.tiers(plan.Plan(planned.tiers[tier : tier + 1]))


def register(blueprint: Blueprint, database: Database, draw: Draw, secret: str) -> None:
    """The routes of these pages."""
    views = _Views(database, draw, secret)
    blueprint.add_url_rule("/q/try/<link>", "quiz_trial", views.front)
    blueprint.add_url_rule("/q/try/<link>", "quiz_trial_play", views.play, methods=["POST"])
