"""抢答: questions that staff let out one at a time, and what each reader answered to them, once.

Who was right before whom is the place of a row, given while the question's row is held; the first place wins.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from models.db import Base, UtcDateTime, personal, plain, word
from models.states import Moves


class RoundState(StrEnum):
    OPEN = "open"  # answers are taken
    CLOSED = "closed"
    VOID = "void"  # taken back by staff: nobody has won it


R = RoundState
ROUND_MOVES: Moves[RoundState] = {R.OPEN: frozenset({R.CLOSED, R.VOID}), R.CLOSED: frozenset({R.VOID})}
_IS_OPEN = sa.text("state = 'open'")
_HAS_LEFT = sa.text("left_as IS NOT NULL")


class LiveRound(Base):
    """Question `number` (from 1) of a live quiz, its options in the order `shown`."""

    __tablename__ = "live_rounds"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    quiz_id: Mapped[int] = plain(sa.ForeignKey("quizzes.id"))
    number: Mapped[int] = plain(sa.SmallInteger)
    question_id: Mapped[int] = plain(sa.ForeignKey("questions.id"))
    shown: Mapped[list[int]] = plain(sa.JSON)
    state: Mapped[RoundState] = plain(word(RoundState))
    let_out_at: Mapped[datetime] = plain(UtcDateTime)
    let_out_by: Mapped[str] = plain(sa.String(40))
    ended_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    reason: Mapped[str] = plain(sa.String(200), server_default="")  # why it is void

    __table_args__ = (
        sa.UniqueConstraint("quiz_id", "number"),
        sa.UniqueConstraint("quiz_id", "question_id"),
        sa.Index("uq_live_rounds_open", "quiz_id", unique=True, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
    )


class LiveAnswer(Base):
    """What one reader answered to one question; `place` only of right ones: 1 has won it."""

    __tablename__ = "live_answers"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    round_id: Mapped[int] = plain(sa.ForeignKey("live_rounds.id", ondelete="CASCADE"))
    openid: Mapped[str | None] = personal("微信号在本号的编号", sa.String(64), nullable=True)
    given: Mapped[Any] = plain(sa.JSON)
    is_right: Mapped[bool] = plain(sa.Boolean)
    place: Mapped[int | None] = plain(sa.Integer, nullable=True)
    answered_at: Mapped[datetime] = plain(UtcDateTime)
    left_as: Mapped[str | None] = plain(sa.String(32), nullable=True)  # as of models.quiz.Attempt

    __table_args__ = (
        sa.UniqueConstraint("round_id", "openid"),
        sa.UniqueConstraint("round_id", "place"),
        sa.Index("ix_live_answers_openid", "openid"),
        sa.Index("ix_live_answers_left", "round_id", "left_as", sqlite_where=_HAS_LEFT, postgresql_where=_HAS_LEFT),
    )
