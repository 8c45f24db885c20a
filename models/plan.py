"""A plan file on staff's desk: what it says, how it was read, what is doubtful, until it is put into the calendar.

Nothing of it is seen by readers before it is published; what is published are activities (models.activity), and the
file stays as the paper they came from.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from models.db import Base, UtcDateTime, plain, word
from models.states import Moves


class PlanState(StrEnum):
    """From the upload to the calendar."""

    CHECKING = "checking"
    PUBLISHING = "publishing"  # by parts; one that was cut off goes on when asked again
    PUBLISHED = "published"
    DROPPED = "dropped"


S = PlanState
PLAN_MOVES: Moves[PlanState] = {
    S.CHECKING: frozenset({S.PUBLISHING, S.DROPPED}),
    S.PUBLISHING: frozenset({S.PUBLISHING, S.PUBLISHED}),
    S.DROPPED: frozenset({S.CHECKING}),
}


class Answer(StrEnum):
    """What became of a doubt."""

    SEEN = "seen"  # somebody looked and found nothing to change
    MENDED = "mended"  # every row it names was changed or left out


class PlanFile(Base):
    """One uploaded file, read."""

    __tablename__ = "plan_files"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    name: Mapped[str] = plain(sa.String(80))
    digest: Mapped[str] = plain(sa.String(64), index=True)  # SHA-256 of the file: the same one sent again is known
    library: Mapped[str] = plain(sa.String(120))
    month: Mapped[str] = plain(sa.String(7))
    state: Mapped[PlanState] = plain(word(PlanState))
    # Grows with every change: who publishes what they saw is told if it is no longer that.
    version: Mapped[int] = plain(sa.Integer)
    read_by: Mapped[str] = plain(sa.String(32))
    read_at: Mapped[datetime] = plain(UtcDateTime, index=True)
    published_by: Mapped[str] = plain(sa.String(32), server_default="")
    published_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    outcome: Mapped[str] = plain(sa.String(120), server_default="")  # 新增 9，更新 1，未变 0


class PlanSource(Base):
    """The file's own words: a line for each line or table row, of [place, text] pairs."""

    __tablename__ = "plan_sources"

    plan_id: Mapped[int] = plain(sa.ForeignKey("plan_files.id", ondelete="CASCADE"), primary_key=True)
    lines: Mapped[list[list[list[str]]]] = plain(sa.JSON)


class PlanRow(Base):
    """One activity as it was read or as staff mended it. `position` is its order; what repeats shares one."""

    __tablename__ = "plan_rows"

    plan_id: Mapped[int] = plain(sa.ForeignKey("plan_files.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = plain(sa.Integer, primary_key=True)
    position: Mapped[int] = plain(sa.Integer)
    planned: Mapped[dict[str, Any]] = plain(sa.JSON)
    version: Mapped[int] = plain(sa.Integer)  # 0 as it was read
    is_left_out: Mapped[bool] = plain(sa.Boolean)


class PlanDoubt(Base):
    """One thing to look at before the plan goes out; open while it has no answer."""

    __tablename__ = "plan_doubts"

    plan_id: Mapped[int] = plain(sa.ForeignKey("plan_files.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = plain(sa.Integer, primary_key=True)
    kind: Mapped[str] = plain(sa.String(24))
    text: Mapped[str] = plain(sa.Text)
    spot: Mapped[str] = plain(sa.Text)
    answer: Mapped[Answer | None] = plain(word(Answer), nullable=True)
    answered_by: Mapped[str] = plain(sa.String(32), server_default="")
    answered_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
