"""Who is in the draw of a quiz: everybody whose counting result passed, collected when it is over (payouts.draws draws)."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.db import core
from models.payout import Pool, PoolDraw, PoolEntry, PoolState
from models.quiz import Attempt, AttemptState, Quiz, QuizState, Standing
from payouts import draws, pools
from quizzes import queries, texts

AFTER = timedelta(minutes=1)  # whatever was on its way when it closed has come by then
PART = 500  # readers a unit


def collect_due(session: Session, now: datetime) -> int:
    """Put a part of those who passed on the list of one quiz that is over, and close it after the last. 0: nothing to do."""
    draw, quiz = _next(session, now) or (None, None)
    if draw is None or quiz is None:
        return 0
    found = core(session).scalars(_passed(quiz, after=_last_entered(session, draw))).all()
    draws.enter(session, draw, found)
    if len(found) < PART:
        draws.close_list(session, draw, now=now)
    return 1


def _next(session: Session, now: datetime) -> tuple[PoolDraw, Quiz] | None:
    """A draw whose list is open though its quiz is closed and nobody is still answering; its row is locked."""
    answering = sa.select(Attempt.id).where(Attempt.quiz_id == Quiz.id, Attempt.state == AttemptState.OPEN).exists()
    due = (
        sa.select(PoolDraw, Quiz)
        .join(Pool, Pool.id == PoolDraw.pool_id)
        .join(Quiz, Pool.occasion == sa.literal("quiz ").concat(sa.cast(Quiz.id, sa.String)))
        .where(PoolDraw.listed_at.is_(None), Pool.state == PoolState.SEALED, Quiz.state == QuizState.CLOSED)
        .where(Quiz.closes_at <= now - AFTER, ~answering)
    )
    row = session.execute(due.limit(1).with_for_update(skip_locked=True, of=PoolDraw)).first()
    return (row[0], row[1]) if row else None


def _last_entered(session: Session, draw: PoolDraw) -> str:
    mine = sa.select(sa.func.max(PoolEntry.openid)).where(PoolEntry.pool_id == draw.pool_id)
    return session.scalar(mine) or ""


def _passed(quiz: Quiz, *, after: str) -> sa.Select[str]:
    """Readers behind `after`, in the order of the key."""
    rows = sa.select(Standing.openid).where(Standing.quiz_id == quiz.id, Standing.openid > after)
    return rows.where(Standing.score >= quiz.pass_score).order_by(Standing.openid).limit(PART)


# ── what a reader is told of it ──


def said_to(session: Session, quiz: Quiz, openid: str, *, now: datetime) -> str:
    """Where a reader stands in the draw of this quiz; "" where there is none, or they are not in it."""
    pool = pools.of_occasion(session, queries.occasion_of(quiz))
    draw = draws.of_pool(session, pool) if pool is not None else None
    if draw is None:
        return ""
    if draw.handed_at is None:
        standing = queries.standing_of(session, quiz, openid)
        is_in = standing is not None and standing.score >= quiz.pass_score
        return texts.in_the_draw(quiz, draws.code_of(draw.pool.occasion, openid), now=now) if is_in else ""
    entry = draws.entry_of(session, draw, openid)
    return texts.was_drawn(is_won=entry.prize_id is not None, code=entry.code) if entry else ""
