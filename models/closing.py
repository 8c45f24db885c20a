"""A closure in one act: the days and branches, what becomes of each activity in them, and everything that was done, so that
it can be undone the same way."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from models.db import Base, UtcDateTime, plain, word
from models.states import Moves


class ClosingState(StrEnum):
    DOING = "doing"  # its activities are gone through in parts
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


C = ClosingState
CLOSING_MOVES: Moves[ClosingState] = {
    C.DOING: frozenset({C.DONE, C.UNDOING}),
    C.DONE: frozenset({C.UNDOING}),
    C.UNDOING: frozenset({C.UNDONE}),
}


class Choice(StrEnum):
    """What becomes of one activity."""

    KEEP = "keep"
    CANCEL = "cancel"
    MOVE = "move"


_IS_AT_WORK = sa.text("state IN ('doing', 'undoing')")


class Closing(Base):
    """One act. Its closures are the rows of `closures` that name it; `branches` empty: the whole library."""

    __tablename__ = "closings"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    branches: Mapped[list[int]] = plain(sa.JSON)
    first_on: Mapped[date] = plain(sa.Date)
    last_on: Mapped[date] = plain(sa.Date)
    reason: Mapped[str] = plain(sa.String(120))
    state: Mapped[ClosingState] = plain(word(ClosingState))
    made_by: Mapped[str] = plain(sa.String(40))
    made_at: Mapped[datetime] = plain(UtcDateTime)
    undone_by: Mapped[str] = plain(sa.String(40), server_default="")
    undone_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    notice_id: Mapped[int | None] = plain(sa.ForeignKey("notices.id"), nullable=True)
    reopening_id: Mapped[int | None] = plain(sa.ForeignKey("notices.id"), nullable=True)  # 恢复开放
    correction_id: Mapped[int | None] = plain(sa.ForeignKey("notices.id"), nullable=True)  # of a notice that had left
    menu_id: Mapped[int | None] = plain(sa.ForeignKey("account_menus.id"), nullable=True)  # that carries 闭馆通知

    __table_args__ = (
        sa.Index("ix_closings_at_work", "id", sqlite_where=_IS_AT_WORK, postgresql_where=_IS_AT_WORK),
    )  # fmt: skip


class ClosingActivity(Base):
    """One activity within the days. `was` and `to`: its date before and after (as JSON of models.when), where it is moved.
    `changed_at`: of the activity, as we left it; another one means that somebody has changed it since."""

    __tablename__ = "closing_activities"

    closing_id: Mapped[int] = plain(sa.ForeignKey("closings.id", ondelete="CASCADE"), primary_key=True)
    activity_id: Mapped[int] = plain(sa.ForeignKey("activities.id", ondelete="CASCADE"), primary_key=True, index=True)
    choice: Mapped[Choice] = plain(word(Choice))
    to: Mapped[dict[str, Any] | None] = plain(sa.JSON, nullable=True)
    was: Mapped[dict[str, Any] | None] = plain(sa.JSON, nullable=True)
    done_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    undone_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    changed_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    told: Mapped[int] = plain(sa.Integer, server_default="0")  # readers
    told_back: Mapped[int] = plain(sa.Integer, server_default="0")
    note: Mapped[str] = plain(sa.String(200), server_default="")  # why it was left as it was
