"""What is kept of readers who left, so that leaving gives no try back: a digest, until the quiz is closed (models.quiz)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.live import LiveAnswer, LiveRound
from models.quiz import Attempt, Quiz, QuizState
from models.upkeep import PART, counted

_IS_LEFT = sa.text("left_as IS NOT NULL")  # the words of the indexes


def forget_attempts(session: Session, _now: datetime) -> int:
    """A part of the digests on attempts of quizzes that are closed: how many."""
    old = sa.select(Attempt.id).join(Quiz, Quiz.id == Attempt.quiz_id)
    return _forget(session, Attempt, old)


def forget_live_answers(session: Session, _now: datetime) -> int:
    """The same of answers on the stage."""
    old = sa.select(LiveAnswer.id).join(LiveRound, LiveRound.id == LiveAnswer.round_id)
    return _forget(session, LiveAnswer, old.join(Quiz, Quiz.id == LiveRound.quiz_id))


def _forget(session: Session, table: Any, rows: sa.Select[Any]) -> int:
    old = rows.where(_IS_LEFT, Quiz.state == QuizState.CLOSED).limit(PART)
    return counted(session, sa.update(table).where(table.id.in_(old)).values(left_as=None))


PARTS: tuple[Callable[[Session, datetime], int], ...] = (forget_attempts, forget_live_answers)
