"""Reminders: a row each, sent once, following its activity when it moves."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from models.db import Base, UtcDateTime, personal, plain, word
from models.states import Moves


class ReminderKind(StrEnum):
    DAY_BEFORE = "day_before"
    HOURS_BEFORE = "hours_before"


class ReminderState(StrEnum):
    DUE = "due"
    SENT = "sent"  # its message is in the outbox
    DROPPED = "dropped"  # too late, not wanted any more, or nothing to be reminded of


REMINDER_MOVES: Moves[ReminderState] = {
    ReminderState.DUE: frozenset({ReminderState.SENT, ReminderState.DROPPED}),
    ReminderState.DROPPED: frozenset({ReminderState.DUE}),
}
_IS_DUE = sa.text("state = 'due'")


class Reminder(Base):
    """One reader is to be reminded of one activity. `of_start`: the moment it was to begin when this was planned."""

    __tablename__ = "reminders"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    activity_id: Mapped[int] = plain(sa.ForeignKey("activities.id", ondelete="CASCADE"))
    openid: Mapped[str] = personal("微信号在本号的编号", sa.String(64), index=True)
    kind: Mapped[ReminderKind] = plain(word(ReminderKind))
    of_start: Mapped[datetime] = plain(UtcDateTime)
    due_at: Mapped[datetime] = plain(UtcDateTime)
    state: Mapped[ReminderState] = plain(word(ReminderState))
    cause: Mapped[str] = plain(sa.String(80))

    __table_args__ = (
        sa.UniqueConstraint("activity_id", "openid", "kind", "of_start", name="uq_reminders_once"),
        sa.Index("ix_reminders_due", "due_at", "id", sqlite_where=_IS_DUE, postgresql_where=_IS_DUE),
    )


class ReminderAsked(Base):
    """A reader asked to be reminded of an activity without signing up (`is_wanted`), or never again of it (not)."""

    __tablename__ = "reminders_asked"

    activity_id: Mapped[int] = plain(sa.ForeignKey("activities.id", ondelete="CASCADE"), primary_key=True)
    openid: Mapped[str] = personal("微信号在本号的编号", sa.String(64), primary_key=True, index=True)
    is_wanted: Mapped[bool] = plain(sa.Boolean)
    asked_at: Mapped[datetime] = plain(UtcDateTime)


class ReminderWish(Base):
    """When a reader wants to be reminded; without a row: the day before and two hours before."""

    __tablename__ = "reminder_wishes"

    openid: Mapped[str] = personal("微信号在本号的编号", sa.String(64), primary_key=True)
    day_before: Mapped[bool] = personal("前一天提醒", sa.Boolean)
    hours_before: Mapped[bool] = personal("开始前两小时提醒", sa.Boolean)
    changed_at: Mapped[datetime] = plain(UtcDateTime)
