"""When a branch is open: its week, days with hours of their own, and closures.

A closure is one row, asked for by everything that depends on it (menu, welcome, reminders, loans): undoing it is
deleting the row.
"""

from datetime import date, time

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from models.db import Base, plain


class WeekHours(Base):
    """One stretch of an ordinary week: weekday 0 (Monday) to 6, from `opens_at` to `closes_at`, wall clock."""

    __tablename__ = "week_hours"

    branch_id: Mapped[int] = plain(sa.ForeignKey("branches.id", ondelete="CASCADE"), primary_key=True)
    weekday: Mapped[int] = plain(sa.SmallInteger, primary_key=True)
    opens_at: Mapped[time] = plain(sa.Time, primary_key=True)
    closes_at: Mapped[time] = plain(sa.Time)


class DayHours(Base):
    """One stretch of one day that is unlike its weekday; all of a day's stretches together replace the week's."""

    __tablename__ = "day_hours"

    branch_id: Mapped[int] = plain(sa.ForeignKey("branches.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = plain(sa.Date, primary_key=True)
    opens_at: Mapped[time] = plain(sa.Time, primary_key=True)
    closes_at: Mapped[time] = plain(sa.Time)


class Closure(Base):
    """Shut from `first_on` to `last_on`, both included; of every branch where `branch_id` is None."""

    __tablename__ = "closures"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    branch_id: Mapped[int | None] = plain(sa.ForeignKey("branches.id", ondelete="CASCADE"), nullable=True)
    first_on: Mapped[date] = plain(sa.Date)
    last_on: Mapped[date] = plain(sa.Date, index=True)
    reason: Mapped[str] = plain(sa.String(120))
    # The act it is part of (models.closing).
    closing_id: Mapped[int | None] = plain(sa.ForeignKey("closings.id"), nullable=True, index=True)


class CalendarDay(Base):
    """A holiday or a working day that staff have entered, for years the calendar's own tables do not reach."""

    __tablename__ = "calendar_days"

    day: Mapped[date] = plain(sa.Date, primary_key=True)
    is_workday: Mapped[bool] = plain(sa.Boolean)
    name: Mapped[str] = plain(sa.String(32))
