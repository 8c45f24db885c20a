"""Pots by the room whose they are: where each is at home, who may seal it and when it may be settled."""

from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from contests import prizes as award_prizes
from models.by import By
from models.payout import Pool
from payouts import pools
from quizzes import queries as quizzes
from quizzes import service


@dataclass(frozen=True, slots=True)
class Home:
    """The page of the quiz or the contest; `ends` is what has to be over before the pot is settled."""

    room: str
    rooms: str  # the list of them all
    title: str
    url: str
    ends: str


QUIZZES, CONTESTS = "答题", "比赛"


def home_of(session: Session, pool: Pool) -> Home | None:
    """Where this pot belongs; None where that is gone."""
    contest = award_prizes.contest_of(session, pool)
    if contest is not None:
        where = url_for("console.contest", number=contest.id)
        return Home(CONTESTS, url_for("console.contests"), contest.title, where, "颁奖以后、每份奖金都有了结果")
    quiz = quizzes.of_occasion(session, pool.occasion)
    if quiz is None:
        return None
    where = url_for("console.quiz", number=quiz.id)
    return Home(QUIZZES, url_for("console.quizzes"), quiz.title, where, "答题结束、每份奖都有了结果")


def seal(session: Session, pool: Pool, *, by: By) -> None:
    """By the rule of its room. Raises: BadInput."""
    contest = award_prizes.contest_of(session, pool)
    if contest is not None:
        award_prizes.seal(session, pool, contest, by=by)
    else:
        pools.seal(session, pool, by=by)


def close(session: Session, pool: Pool, *, by: By) -> None:
    """By the rule of its room. Raises: BadInput."""
    service.close_pool(session, pool, by=by)
