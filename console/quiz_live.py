"""How a quiz goes: the figures that a page asks for anew by itself, money that did not arrive, and the results as a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import Blueprint, Response, abort, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from console import pots, words
from console.charts import Columns, columns
from console.desk import Desk, by_me, done, drawn, refused
from console.exports import EVERY_ROW, Sheet, downloaded, workbook
from console.rights import Act, may
from models import times
from models.board import BoardName
from models.errors import BadInput
from models.payout import Pool, Prize, PrizeState
from models.quiz import Quiz, Standing
from payouts import ledger, paying
from payouts import queries as prize_queries
from payouts.ledger import Balance
from quizzes import live, queries, rounds, service, texts
from quizzes.live import Live
from quizzes.rounds import Line

MOST_FAILED = 10
_RANKS = (("名次", 8), ("读者", 14), ("答对", 8), ("用时（秒）", 12), ("答完", 20))
_SHARES = (("题目", 60), ("答过（人次）", 14), ("答对（人次）", 14), ("答对（%）", 10), ("平均（秒）", 12))


@dataclass(frozen=True, slots=True)
class Pot:
    """Where the prizes of a quiz are: `left` can be won now, `failed` WeChat has said for sure that it did not pay."""

    pool: Pool
    balance: Balance
    left: int
    states: dict[PrizeState, int]
    failed: Sequence[Prize]


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything that the moving part of the page needs."""

    live: Live
    pot: Pot | None
    pace: Columns
    is_over: bool
    rounds: Sequence[Line]  # of 抢答: the questions that were let out

    @property
    def per_minute(self) -> int:
        """Attempts that ended in the last whole minute."""
        return self.live.pace[-2][1]


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/quizzes/<number>/live and results, /console/prizes/<number>/again"""
    views = _Views(desk)
    blueprint.add_url_rule("/quizzes/<int:number>/live", "quiz_live", views.part)
    blueprint.add_url_rule("/quizzes/<int:number>/results.xlsx", "quiz_results", views.results)
    blueprint.add_url_rule("/prizes/<int:number>/again", "pay_again", views.again, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_QUIZZES)
    def part(self, number: int) -> str:
        """The figures alone, for the island that draws them anew."""
        with self._desk.reading() as session:
            quiz = session.get(Quiz, number) or abort(404)
            shown = shown_of(session, quiz, service.pool_of(session, quiz), times.now(), asks_itself=True)
            return drawn("parts/quiz_figures.html", quiz=quiz, shown=shown)

    @may(Act.CHANGE_QUIZZES)
    def results(self, number: int) -> Response:
        """Figures, every question, and the board, on which readers stand by masked numbers."""
        with self._desk.reading() as session:
            quiz = session.get(Quiz, number) or abort(404)
            self._desk.noted("list exported", f"quiz {quiz.code}", detail="成绩")
            body = workbook(*_sheets(session, quiz, times.now()), most_rows=EVERY_ROW)
        return downloaded(f"{quiz.title} 成绩", body)

    @may(Act.APPROVE_PRIZES)
    def again(self, number: int) -> AnyResponse:
        """Pay once more what WeChat has said for sure that it did not pay."""
        with self._desk.reading() as session:
            prize = session.get(Prize, number) or abort(404)
            home = pots.home_of(session, prize.pool)
            where = home.url if home and home.room == pots.QUIZZES else url_for("console.prizes")
        try:
            with self._desk.unit() as session:
                paying.again(session, number, by=by_me())
        except BadInput as error:
            return refused(f"没有做成：{error.to_staff}", where)
        return done("再发一次：换了新的单号，结果以微信读回来的为准。", where)


def shown_of(session: Session, quiz: Quiz, pool: Pool | None, now: datetime, *, asks_itself: bool = False) -> Shown:
    """How it goes; where a page `asks_itself`, as it went some seconds ago."""
    found = live.live(session, quiz, now=now, asks_itself=asks_itself)
    lines = rounds.lines(session, quiz) if quiz.is_live else ()
    return Shown(found, _pot(session, pool, now) if pool else None, _pace(found), now >= quiz.closes_at, lines)


def _pot(session: Session, pool: Pool, now: datetime) -> Pot:
    failed = sa.select(Prize).where(Prize.pool_id == pool.id, Prize.state == PrizeState.FAILED)
    return Pot(
        pool, ledger.balance_of(session, pool), queries.left_in(session, pool, now=now), prize_queries.by_state(session, pool),
        session.scalars(failed.order_by(Prize.won_at).limit(MOST_FAILED)).all(),
    )  # fmt: skip


def _pace(found: Live) -> Columns:
    points = [(f"{times.local(minute):%H:%M}", count) for minute, count in found.pace]
    busiest, most = max(points, key=lambda one: one[1])
    title = f"每分钟答完几次：{busiest} 最多，{words.number(most)} 次" if most else "每分钟答完几次：这会儿没有人答完"
    return columns(title, "次", "时刻", points, named=(0, len(points) // 2, len(points) - 1))


def _sheets(session: Session, quiz: Quiz, now: datetime) -> Iterator[Sheet]:
    found = live.live(session, quiz, now=now)
    head = [
        ("答题", quiz.title), ("时间", texts.when(quiz, now=now)), ("答过（人）", found.players), ("答完（次）", found.attempts),
    ]  # fmt: skip
    yield Sheet("概况", (("", 16), ("", 50)), head)
    ranked = (
        sa.select(Standing, BoardName.name)
        .outerjoin(BoardName, sa.and_(BoardName.openid == Standing.openid, BoardName.is_barred.is_(False)))
        .where(Standing.quiz_id == quiz.id)
        .order_by(*queries.ORDER)
    )
    yield Sheet("名次", _RANKS, (_ranked(rank, *row) for rank, row in enumerate(session.execute(ranked), 1)))
    shares = ((one.stem, one.answered, one.right, one.percent, round(one.seconds, 1)) for one in found.shares)
    yield Sheet("每题", _SHARES, shares)


def _ranked(rank: int, one: Standing, name: str | None) -> Sequence[object]:
    return (
        rank,
        name or words.masked(one.openid),
        one.score,
        round(one.took_ms / 1000, 1),
        f"{times.local(one.reached_at):%Y-%m-%d %H:%M:%S}",
    )
