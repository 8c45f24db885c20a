"""Where a reader is in a conversation: the numbered list on the screen, and the question still open."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session

from models.bulk import Bulk, one_of
from models.db import Base, UtcDateTime, core, personal, plain

DRAFT = "draft"  # what is held of a sign-up half done: names, ages, a phone
ASKED = "asked"  # the topic after a question that nothing here answers; it holds the reader's words
AT_DESK = "at_desk"  # held while a person talks with the reader: {"case", "at"}, their case and when they last wrote
# Topics that hold what a reader wrote or was told: after a question, a choice or an answer of 常见问题, the end of a long message,
# a card that is proved, a guardian's name, figures of an activity.
CHOICES, ANSWERED, REST, PROOF, GUARDIAN, WHICH_RECORD = (
    "faq_choices",
    "faq_answered",
    "rest",
    "card proof",
    "guardian",
    "record",
)
_WITH_WORDS = (ASKED, CHOICES, ANSWERED, REST, PROOF, GUARDIAN, WHICH_RECORD)
KEEP_DRAFTS = timedelta(days=1)
_PART = 500  # rows a unit


class Conversation(Base):
    """One row a reader, written only when it changes."""

    __tablename__ = "conversations"

    openid: Mapped[str] = personal("微信号在本号的编号", sa.String(64), primary_key=True)
    topic: Mapped[str | None] = personal("未完的对话", sa.String(32), nullable=True)
    held: Mapped[dict[str, Any]] = personal("对话里记着的内容", sa.JSON)
    misses: Mapped[int] = personal("连续没听懂的次数", sa.SmallInteger)
    updated_at: Mapped[datetime] = plain(UtcDateTime)


_STATES = sa.select(Conversation.openid, Conversation.topic, Conversation.held, Conversation.misses).where(
    one_of(Conversation.openid, "readers")
)
_KEEP = Bulk(Conversation, "openid", "topic", "held", "misses", "updated_at", key="openid")


def states_of(session: Session, readers: Sequence[str]) -> Mapping[str, tuple[str | None, dict[str, Any], int]]:
    """Topic, what it holds and the misses in a row, of those of `readers` who have a conversation."""
    rows = core(session).execute(_STATES, {"readers": readers})
    return {row.openid: (row.topic, row.held, row.misses) for row in rows}


def keep_states(session: Session, states: Sequence[tuple[str, str | None, dict[str, Any], int, datetime]]) -> None:
    """Where these readers are now: openid, topic, held, misses, moment."""
    _KEEP.run(session, states)


def forget_drafts(session: Session, now: datetime) -> int:
    """Sign-ups that nobody went on with are not kept, nor are words of a reader's: a part of them. How many."""
    has_draft = sa.cast(Conversation.held, sa.Text).contains(f'"{DRAFT}"')
    old = sa.select(Conversation).where(
        Conversation.updated_at < now - KEEP_DRAFTS, sa.or_(has_draft, Conversation.topic.in_(_WITH_WORDS))
    )
    rows = session.scalars(old.limit(_PART).with_for_update(skip_locked=True)).all()
    for row in rows:
        row.topic, row.held = None, {name: row.held[name] for name in (AT_DESK,) if name in row.held}
    session.flush()
    return len(rows)
