"""What the clock measures of attempts that won, or would have: each once, after it ended, a part a unit.

By the clock, and not where an answer is taken: answering costs nothing more, and the page of signs finds its figures by an
index however many played. Where a pool says so, what has a sign is held before its winner can have it; until it was
measured, twenty seconds at most, nobody can (payouts.service.is_to_be_seen).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models.by import By
from models.db import Base, UtcDateTime, core
from models.follower import Follower
from models.payout import Pool, Prize, PrizeState
from models.quiz import Answer, Attempt, Quiz, QuizState, Standing, Trace
from payouts import plan
from payouts import service as prizes
from quizzes import evidence, fairness, queries
from quizzes.bank.rows import questions_of
from quizzes.fairness import Given, Kind

PART = 20  # attempts a unit: on SQLite all writing waits for it
OVERLAP = timedelta(minutes=10)  # an attempt may be committed after one that ended later
LOOKS_BACK = timedelta(days=30)  # after the end of a quiz
NOT_LATER = timedelta(hours=1)  # whatever could not be measured by then keeps no winner waiting
MOST_COMPARED = 300  # attempts that took about as long, the latest first
HOUSE = "house"

# Asked for every attempt that is measured, and answered with hundreds of rows: rows and no objects, and built once.
_AS_LONG = (
    sa.select(Trace.attempt_id, Trace.times_ms, Trace.ring)
    .join(Attempt, Attempt.id == Trace.attempt_id)
    .where(Trace.quiz_id == sa.bindparam("quiz"), Attempt.openid != sa.bindparam("reader"))
    .where(Trace.took_ms.between(sa.bindparam("least"), sa.bindparam("most")))
    .where(
        Trace.finished_at.between(sa.bindparam("since", type_=UtcDateTime), sa.bindparam("until", type_=UtcDateTime))
    )
    .order_by(Trace.finished_at.desc())
    .limit(MOST_COMPARED)
)
_ADD = {
    dialect.__name__.rpartition(".")[2]: dialect.insert(Base.metadata.tables["traces"])
    .on_conflict_do_nothing()
    .returning(Trace.attempt_id)
    for dialect in (sqlite, postgresql)
}


def measure(session: Session, now: datetime) -> int:
    """A part of the attempts that nobody has measured yet. How many."""
    rows = sa.select(Quiz).where(
        Quiz.prizes_each > 0, Quiz.state.in_((QuizState.APPROVED, QuizState.PAUSED, QuizState.CLOSED)),
        Quiz.opens_at <= now, Quiz.closes_at > now - LOOKS_BACK,
    )  # fmt: skip
    for quiz in session.scalars(rows.order_by(Quiz.id)).all():
        pool = queries.sealed_pool(session, quiz)
        if pool is not None and (done := _measured(session, quiz, pool, now)):
            return done
    return 0


def _measured(session: Session, quiz: Quiz, pool: Pool, now: datetime) -> int:
    attempts = _unmeasured(session, quiz, pool)
    given, follows = _given(session, attempts), _follows(session, attempts)
    new = []
    for one in attempts:
        if (row := _traced(session, one, given.get(one.id, []), follows)) is not None:
            _join_ring(session, row, one.openid)
            new.append(one.id)
    if pool.is_watched or pool.bars_staff:
        _hold_signs(session, quiz, pool, new, now)
        return len(new) + _let_seen(session, quiz, pool, now)
    return len(new)


def _unmeasured(session: Session, quiz: Quiz, pool: Pool) -> Sequence[Attempt]:
    """Those that reach the lowest prize, the first to end first; who passed, where some are drawn."""
    prizes = plan.plan_of(pool.plan)
    least = quiz.pass_score if prizes.drawn else max(quiz.pass_score, prizes.tiers[-1].at_least)
    last = session.scalar(sa.select(sa.func.max(Trace.finished_at)).where(Trace.quiz_id == quiz.id))
    wanted = sa.select(Attempt).where(
        Attempt.quiz_id == quiz.id, Attempt.finished_at.is_not(None), Attempt.score >= least, Attempt.openid.is_not(None),
        ~sa.exists().where(Trace.attempt_id == Attempt.id),
    )  # fmt: skip
    if last is not None:
        wanted = wanted.where(Attempt.finished_at >= last - OVERLAP)
    return session.scalars(wanted.order_by(Attempt.finished_at, Attempt.id).limit(PART)).all()


def _given(session: Session, attempts: Sequence[Attempt]) -> Mapping[int, list[Given]]:
    rows = sa.select(Answer).where(Answer.attempt_id.in_([one.id for one in attempts]))
    found = session.scalars(rows.order_by(Answer.attempt_id, Answer.place)).all()
    return {
        number: [Given(row.question_id, row.given, row.is_right, row.took_ms) for row in group]
        for number, group in groupby(found, key=lambda row: row.attempt_id)
    }


def _follows(session: Session, attempts: Sequence[Attempt]) -> Mapping[str, datetime | None]:
    rows = sa.select(Follower.openid, Follower.followed_at).where(
        Follower.openid.in_([one.openid for one in attempts])
    )
    return {row.openid: row.followed_at for row in session.execute(rows)}


def _traced(
    session: Session, attempt: Attempt, given: list[Given], follows: Mapping[str, datetime | None]
) -> Mapping[str, Any] | None:
    """The row, written once: None where another clock was faster."""
    questions = questions_of(session, [one.question_id for one in given])
    floors = [fairness.readable_in_ms(questions[one.question_id]) for one in given]
    followed = follows.get(attempt.openid or "")
    span = attempt.started_at - followed if followed else None
    is_soon = span is not None and timedelta() <= span <= fairness.FOLLOWED_WITHIN
    row = {
        "attempt_id": attempt.id, "quiz_id": attempt.quiz_id, "finished_at": attempt.finished_at, "took_ms": attempt.took_ms,
        "times_ms": [one.took_ms for one in given], "fast": fairness.fast_answers(given, floors),
        "wrongs": fairness.wrongs_of(given), "followed_s": int(span.total_seconds()) if span is not None and is_soon else None,
    }  # fmt: skip
    connection = core(session)
    return row if connection.scalar(_ADD[connection.dialect.name], row) is not None else None


def _join_ring(session: Session, new: Mapping[str, Any], openid: str | None) -> None:
    """If an attempt of somebody else, not long before, has the same times, this one is of its ring."""
    if len(new["times_ms"]) < fairness.FEWEST_TIMES:
        return
    given = {
        "quiz": new["quiz_id"], "reader": openid, "since": new["finished_at"] - fairness.RING_WITHIN,
        "until": new["finished_at"] + OVERLAP, "least": new["took_ms"] - fairness.LIKE_IN_ALL_MS,
        "most": new["took_ms"] + fairness.LIKE_IN_ALL_MS,
    }  # fmt: skip
    for number, times_ms, ring in core(session).execute(_AS_LONG, given):
        if fairness.is_like(new["times_ms"], times_ms):
            both = sa.update(Trace).where(Trace.attempt_id.in_((number, new["attempt_id"])))
            session.execute(both.values(ring=ring or number))
            return


def _hold_signs(session: Session, quiz: Quiz, pool: Pool, attempts: Sequence[int], now: datetime) -> None:
    """Prizes of attempts with a sign that the rules name are held."""
    for sign in evidence.signs(session, quiz, touching=attempts) if attempts else []:
        is_named = pool.is_watched if sign.kind is not Kind.STAFF else pool.bars_staff
        for number in evidence.prizes_of(session, sign.attempts) if sign.holds and is_named else []:
            if (prize := prizes.held(session, number)) is not None:
                _hold(session, prize, sign.said, now)


def _hold(session: Session, prize: Prize, said: str, now: datetime) -> None:
    """Unless it is under way, or somebody has let it go before."""
    if prize.state in (PrizeState.WON, PrizeState.FAILED) and not prize.looked_by:
        prizes.hold(session, prize, said, by=By(HOUSE, now))


def _let_seen(session: Session, quiz: Quiz, pool: Pool, now: datetime) -> int:
    """What was measured, has nothing to measure (a live question), or could not be for an hour, may be had by its winner, who
    may be no member of staff where the rules say so. How many."""
    is_drawn = Prize.tier >= plan.plan_of(pool.plan).drawn_numbers.start
    measured = sa.exists().where(
        Attempt.quiz_id == quiz.id, Attempt.openid == Prize.openid, Attempt.finished_at == Prize.won_at,
        Trace.attempt_id == Attempt.id,
    )  # fmt: skip
    counted = sa.exists().where(
        is_drawn,
        Standing.quiz_id == quiz.id,
        Standing.openid == Prize.openid,
        Trace.attempt_id == Standing.attempt_id,
    )
    unseen = sa.select(Prize).where(
        Prize.pool_id == pool.id, Prize.state.in_((PrizeState.WON, PrizeState.HELD)), Prize.seen_at.is_(None),
        sa.or_(measured, counted, sa.true() if quiz.is_live else sa.false(), Prize.won_at < now - NOT_LATER),
    )  # fmt: skip
    found = session.scalars(unseen.order_by(Prize.id).limit(PART).with_for_update(of=Prize, skip_locked=True)).all()
    winners = [str(prize.openid) for prize in found if prize.tier in plan.plan_of(pool.plan).drawn_numbers]
    _hold_signs(session, quiz, pool, evidence.counting(session, quiz, winners), now)
    for prize in found:
        prize.seen_at = now
        if pool.bars_staff and (login := evidence.staff_of(session, prize.openid)) is not None:
            _hold(session, prize, fairness.said_staff(login), now)
    return len(found)
