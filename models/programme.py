"""Programmes: a series such as LS朗读者, its issues, and the recordings of each in order."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from models.db import Base, UtcDateTime, plain, word
from models.states import Moves


class Programme(Base):
    __tablename__ = "programmes"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    name: Mapped[str] = plain(sa.String(60), unique=True)
    about: Mapped[str] = plain(sa.Text)
    made_at: Mapped[datetime] = plain(UtcDateTime)


class IssueState(StrEnum):
    DRAFT = "draft"
    MAKING = "making"  # its audio is being put together
    MADE = "made"
    PUBLISHED = "published"
    TAKEN_DOWN = "taken_down"  # a consent was withdrawn, or staff say so


I = IssueState  # noqa: E741  (a short name for a table of moves)
ISSUE_MOVES: Moves[IssueState] = {
    I.DRAFT: frozenset({I.MAKING}),
    I.MAKING: frozenset({I.DRAFT, I.MADE}),
    I.MADE: frozenset({I.DRAFT, I.PUBLISHED}),
    I.PUBLISHED: frozenset({I.TAKEN_DOWN}),
    I.TAKEN_DOWN: frozenset({I.DRAFT}),
}


class Issue(Base):
    """第25期: in the order of its parts; a part without a consent that stands is in no published issue."""

    __tablename__ = "issues"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    programme_id: Mapped[int] = plain(sa.ForeignKey("programmes.id"))
    number: Mapped[int] = plain(sa.SmallInteger)
    code: Mapped[str] = plain(sa.String(8), unique=True)
    title: Mapped[str] = plain(sa.String(100))
    intro: Mapped[str] = plain(sa.Text)
    credits: Mapped[str] = plain(sa.Text)
    cover: Mapped[str] = plain(sa.String(64), server_default="")  # SHA-256 of its file below media/pictures
    state: Mapped[IssueState] = plain(word(IssueState))
    audio: Mapped[str] = plain(sa.String(64), server_default="")
    length_ms: Mapped[int] = plain(sa.Integer, server_default="0")
    cause: Mapped[str] = plain(sa.String(200), server_default="")  # why it could not be made, or was taken down
    made_by: Mapped[str] = plain(sa.String(40))
    made_at: Mapped[datetime] = plain(UtcDateTime)
    published_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    fell_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)  # taken down by itself: staff have to look

    __table_args__ = (sa.UniqueConstraint("programme_id", "number"),)


class IssuePart(Base):
    """One recording of an issue. Whether its author agreed to this use is an Agreement for SERIES, `use` "issue:<id>"."""

    __tablename__ = "issue_parts"

    issue_id: Mapped[int] = plain(sa.ForeignKey("issues.id", ondelete="CASCADE"), primary_key=True)
    submission_id: Mapped[int] = plain(sa.ForeignKey("submissions.id"), primary_key=True)
    position: Mapped[int] = plain(sa.SmallInteger)
    caption: Mapped[str] = plain(sa.String(200))
    is_named: Mapped[bool] = plain(
        sa.Boolean, server_default=sa.false()
    )  # of a child: the guardian agreed to the whole name
    asked_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    declined_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    declined_by: Mapped[str] = plain(sa.String(32), server_default="")  # whose no it is (models.privacy.digest)

    __table_args__ = (sa.Index("ix_issue_parts_submission", "submission_id"),)
