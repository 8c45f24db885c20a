"""Boards of quizzes: what a reader is called there, whom they play for, and the places that a frozen board shows."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from models.db import Base, UtcDateTime, personal, plain


class BoardName(Base):
    """What a reader wants to be called on boards; `is_barred`: staff have taken it away."""

    __tablename__ = "board_names"

    openid: Mapped[str] = personal("微信号在本号的编号", sa.String(64), primary_key=True)
    name: Mapped[str] = personal("榜上的名字", sa.String(20))
    chosen_at: Mapped[datetime] = plain(UtcDateTime)
    is_barred: Mapped[bool] = plain(sa.Boolean)


class Player(Base):
    """Whom a reader plays for in a quiz, of the groups that staff set; "": for nobody."""

    __tablename__ = "players"

    quiz_id: Mapped[int] = plain(sa.ForeignKey("quizzes.id", ondelete="CASCADE"), primary_key=True)
    openid: Mapped[str] = personal("微信号在本号的编号", sa.String(64), primary_key=True)
    board_group: Mapped[str] = personal("答题时选的分组", sa.String(20))
    chosen_at: Mapped[datetime] = plain(UtcDateTime)


class FrozenPlace(Base):
    """Place `place` (from 1) of the board of a group ("": of all) as it was when it was frozen."""

    __tablename__ = "frozen_places"

    quiz_id: Mapped[int] = plain(sa.ForeignKey("quizzes.id", ondelete="CASCADE"), primary_key=True)
    board_group: Mapped[str] = plain(sa.String(20), primary_key=True)
    place: Mapped[int] = plain(sa.SmallInteger, primary_key=True)
    openid: Mapped[str | None] = personal("微信号在本号的编号", sa.String(64), nullable=True)
    score: Mapped[int] = plain(sa.SmallInteger)
    took_ms: Mapped[int] = plain(sa.Integer)

    __table_args__ = (sa.Index("ix_frozen_places_openid", "openid"),)
