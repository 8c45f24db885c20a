"""常见问题: entries with their versions, what was asked of them, what found no answer, and staff's own synonyms.

What an entry says is one value (`desk.answers.content.Content`) as JSON: the one that readers see, and a draft beside it.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from models.db import Base, UtcDateTime, personal, plain, word
from models.states import Moves


class EntryKind(StrEnum):
    QUESTION = "question"
    RESOURCE = "resource"  # 数字资源: with an address, a mini-program, how to use it, until when it is free


class EntryState(StrEnum):
    """What readers have of it."""

    NEW = "new"  # nothing was approved yet
    LIVE = "live"
    STOPPED = "stopped"


class DraftState(StrEnum):
    """Of the words that are not approved yet."""

    NONE = "none"
    WRITING = "writing"
    WAITING = "waiting"  # handed in, for somebody who did not write it
    RETURNED = "returned"


class Fate(StrEnum):
    """How the bot took a question."""

    SURE = "sure"
    UNSURE = "unsure"  # asked back with choices
    CHOSEN = "chosen"  # one of the choices
    MISS = "miss"


E, D = EntryState, DraftState
ENTRY_MOVES: Moves[EntryState] = {
    E.NEW: frozenset({E.LIVE}),
    E.LIVE: frozenset({E.LIVE, E.STOPPED}),
    E.STOPPED: frozenset({E.LIVE}),
}
DRAFT_MOVES: Moves[DraftState] = {
    D.NONE: frozenset({D.WRITING}),
    D.WRITING: frozenset({D.WRITING, D.WAITING, D.NONE}),
    D.WAITING: frozenset({D.WRITING, D.RETURNED, D.NONE}),
    D.RETURNED: frozenset({D.WRITING, D.NONE}),
}


class FaqEntry(Base):
    """One thing that readers ask. `live` is what they get, `draft` what is being written."""

    __tablename__ = "faq_entries"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    code: Mapped[str] = plain(sa.String(8), unique=True)
    topic: Mapped[str | None] = plain(sa.String(24), unique=True, nullable=True)  # of the house's starter
    kind: Mapped[EntryKind] = plain(word(EntryKind))
    state: Mapped[EntryState] = plain(word(EntryState))
    draft_state: Mapped[DraftState] = plain(word(DraftState))
    name: Mapped[str] = plain(sa.String(60))  # of the draft, or of what is live
    live: Mapped[dict[str, Any] | None] = plain(sa.JSON(none_as_null=True), nullable=True)
    number: Mapped[int] = plain(sa.Integer, server_default="0")  # of the version that is live
    draft: Mapped[dict[str, Any] | None] = plain(sa.JSON(none_as_null=True), nullable=True)
    writers: Mapped[list[str]] = plain(sa.JSON, server_default="[]")  # logins, of the draft
    handed_by: Mapped[str] = plain(sa.String(40), server_default="")
    reason: Mapped[str] = plain(sa.String(300), server_default="")  # why it was returned
    version: Mapped[int] = plain(
        sa.Integer, server_default="1"
    )  # grows with every change, for two who change at once
    made_by: Mapped[str] = plain(sa.String(40))
    made_at: Mapped[datetime] = plain(UtcDateTime)
    changed_at: Mapped[datetime] = plain(UtcDateTime)

    __table_args__ = (
        sa.Index("ix_faq_entries_state", "state", "id"),
        sa.Index("ix_faq_entries_draft", "draft_state", "changed_at"),
    )


class FaqVersion(Base):
    """What was approved, by whom, of whose words."""

    __tablename__ = "faq_versions"

    entry_id: Mapped[int] = plain(sa.ForeignKey("faq_entries.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = plain(sa.Integer, primary_key=True)
    content: Mapped[dict[str, Any]] = plain(sa.JSON)
    writers: Mapped[list[str]] = plain(sa.JSON)
    approved_by: Mapped[str] = plain(sa.String(40))
    approved_at: Mapped[datetime] = plain(UtcDateTime)


class FaqAsked(Base):
    """A question came in, without who asked it or in which words."""

    __tablename__ = "faq_asked"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    entry_id: Mapped[int | None] = plain(
        sa.ForeignKey("faq_entries.id", ondelete="CASCADE"), nullable=True, index=True
    )
    fate: Mapped[Fate] = plain(word(Fate))
    asked_on: Mapped[date] = plain(sa.Date, index=True)


class FaqHelped(Base):
    """有用 or 没用: one a reader and answer, the last word counts."""

    __tablename__ = "faq_helped"

    openid: Mapped[str] = personal("微信号在本号的编号", sa.String(64), primary_key=True)
    entry_id: Mapped[int] = plain(sa.ForeignKey("faq_entries.id", ondelete="CASCADE"), primary_key=True, index=True)
    is_helpful: Mapped[bool] = personal("回答有没有用", sa.Boolean)
    said_at: Mapped[datetime] = plain(UtcDateTime)


class FaqMissed(Base):
    """Words that found no answer, once a reader and day. They go with the reader, with a decision, and after half a year."""

    __tablename__ = "faq_missed"

    openid: Mapped[str] = personal("微信号在本号的编号", sa.String(64), primary_key=True)
    said: Mapped[str] = personal("没答上的话（整理过）", sa.String(120), primary_key=True)  # compact
    asked_on: Mapped[date] = plain(sa.Date, primary_key=True, index=True)
    words: Mapped[str] = personal("没答上的话", sa.String(120))


class FaqSettled(Base):
    """Words that staff have decided about, by a digest of theirs: they are gathered no more."""

    __tablename__ = "faq_settled"

    digest: Mapped[str] = plain(sa.String(32), primary_key=True)
    entry_id: Mapped[int | None] = plain(sa.ForeignKey("faq_entries.id", ondelete="SET NULL"), nullable=True)
    who: Mapped[str] = plain(sa.String(40))
    settled_at: Mapped[datetime] = plain(UtcDateTime)


class FaqSynonym(Base):
    """Words that mean one thing here, beside the house's own (desk/synonyms.txt)."""

    __tablename__ = "faq_synonyms"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    words: Mapped[str] = plain(sa.String(200), unique=True)  # with blanks between
    added_by: Mapped[str] = plain(sa.String(40))
    added_at: Mapped[datetime] = plain(UtcDateTime)
