"""Periodicals of the library (简报, 科技小报 …) and their issues, each written as a notice."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from models.db import Base, UtcDateTime, plain, word
from models.states import Moves


class Periodical(Base):
    """`sections` are its columns in order, {"heading", "kind"} as notices.periodicals.rules knows them. An issue covers
    12 / `a_year` months and is due on `due_day` of the last of them, or `due_after` months later."""

    __tablename__ = "periodicals"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    name: Mapped[str] = plain(sa.String(40), unique=True)
    about: Mapped[str] = plain(sa.String(200), server_default="")  # below the name, in the masthead
    a_year: Mapped[int] = plain(sa.SmallInteger)
    due_day: Mapped[int] = plain(sa.SmallInteger)
    due_after: Mapped[int] = plain(sa.SmallInteger)
    sections: Mapped[list[dict[str, str]]] = plain(sa.JSON)
    first_year: Mapped[int] = plain(sa.SmallInteger)  # whose first issue has `first_total`
    first_total: Mapped[int] = plain(sa.Integer, server_default="1")  # 总第1期
    is_kept_up: Mapped[bool] = plain(sa.Boolean, server_default=sa.true())  # new issues are planned
    made_by: Mapped[str] = plain(sa.String(40))
    made_at: Mapped[datetime] = plain(UtcDateTime)


class IssueState(StrEnum):
    PLANNED = "planned"
    WRITING = "writing"  # there is a notice, with its proofs and reviews
    OUT = "out"
    SKIPPED = "skipped"  # there will be none


I = IssueState  # noqa: E741  (a short name for a table of moves)
PERIODICAL_MOVES: Moves[IssueState] = {
    I.PLANNED: frozenset({I.WRITING, I.SKIPPED}),
    I.WRITING: frozenset({I.PLANNED, I.OUT, I.SKIPPED}),
    I.SKIPPED: frozenset({I.PLANNED}),
}


class PeriodicalIssue(Base):
    """One issue: of the months from `first_month` to `last_month` ('2026-11')."""

    __tablename__ = "periodical_issues"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    periodical_id: Mapped[int] = plain(sa.ForeignKey("periodicals.id", ondelete="CASCADE"))
    year: Mapped[int] = plain(sa.SmallInteger)
    number: Mapped[int] = plain(sa.SmallInteger)
    first_month: Mapped[str] = plain(sa.String(7))
    last_month: Mapped[str] = plain(sa.String(7))
    due_on: Mapped[date] = plain(sa.Date)
    state: Mapped[IssueState] = plain(word(IssueState))
    notice_id: Mapped[int | None] = plain(sa.ForeignKey("notices.id"), nullable=True, index=True)
    version: Mapped[int | None] = plain(
        sa.Integer, nullable=True
    )  # of its notice: the words that are the issue's for good
    out_on: Mapped[date | None] = plain(sa.Date, nullable=True)
    reason: Mapped[str] = plain(sa.String(120), server_default="")  # why there is none

    __table_args__ = (
        sa.UniqueConstraint("periodical_id", "year", "number", name="uq_periodical_issues_number"),
        sa.Index("ix_periodical_issues_due", "state", "due_on"),
    )
