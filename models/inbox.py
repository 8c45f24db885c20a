"""What came in: every push once, with the reply it got.

The key outlives the content: content goes after 3 days, the row after 30. A push older than that is refused
at the door, so a replay can never be taken for a new one.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from secrets import token_hex
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session

from models.bulk import Bulk, one_of
from models.db import Base, UtcDateTime, core, personal, plain, word
from models.states import Moves

KEEP_CONTENT = timedelta(days=3)
KEEP_KEYS = timedelta(days=30)
FOLLOW = "event:subscribe"


class PushState(StrEnum):
    """What became of a push."""

    ANSWERED = "answered"
    FAILED = "failed"  # an error of ours: the reader got the kind reply, staff may run it again
    RERUN = "rerun"  # run again by staff; its reply went out as a customer-service message


PUSH_MOVES: Moves[PushState] = {
    PushState.FAILED: frozenset({PushState.RERUN}),
}


class Push(Base):
    """One message or event from WeChat."""

    __tablename__ = "inbox"

    key: Mapped[str] = plain(sa.String(64), primary_key=True)
    kind: Mapped[str] = plain(sa.String(48))
    openid: Mapped[str | None] = personal("微信号在本号的编号", sa.String(64), nullable=True, index=True)
    received_at: Mapped[datetime] = plain(UtcDateTime)
    state: Mapped[PushState] = plain(word(PushState))
    reply: Mapped[str | None] = personal("收到的回复", sa.Text, nullable=True)
    card: Mapped[dict[str, str] | None] = personal("收到的卡片", sa.JSON(none_as_null=True), nullable=True)
    content: Mapped[dict[str, Any] | None] = personal("发来的内容", sa.JSON, nullable=True)
    error: Mapped[str | None] = personal("出错的原因", sa.Text, nullable=True)

    # Each row stands in one of the last two: clearing away never walks over what has been cleared.
    __table_args__ = tuple(
        sa.Index(name, "received_at", sqlite_where=sa.text(where), postgresql_where=sa.text(where))
        for name, where in (
            ("ix_inbox_failed", "state = 'failed'"),
            ("ix_inbox_full", "content IS NOT NULL"),
            ("ix_inbox_empty", "content IS NULL"),
        )
    )


class Taken(NamedTuple):
    """A push as it is kept."""

    key: str
    kind: str
    openid: str | None
    received_at: datetime
    state: PushState
    reply: str | None
    content: dict[str, Any] | None
    error: str | None = None
    card: dict[str, str] | None = None


_REPLIES = sa.select(Push.key, Push.reply, Push.card).where(one_of(Push.key, "keys"))
_KEEP = Bulk(Push, *Taken._fields)


def replies_to(session: Session, keys: Sequence[str]) -> Mapping[str, tuple[str | None, dict[str, str] | None]]:
    """The stored replies of those of `keys` that came in before: words, and the card if it was one."""
    return {row.key: (row.reply, row.card) for row in core(session).execute(_REPLIES, {"keys": keys})}


def set_follows_aside(session: Session, openid: str) -> None:
    """The follows of somebody who leaves answer for no later one: their keys are given free.

    Events have no number of their own: who comes back within the same second sends the very same push.
    """
    aside = Push.key.concat(f":{token_hex(8)}")
    session.execute(sa.update(Push).where(Push.openid == openid, Push.kind == FOLLOW).values(key=aside))


def keep(session: Session, pushes: Sequence[Taken]) -> None:
    """Store pushes with their replies. Raises: IntegrityError when a key is known."""
    _KEEP.run(session, pushes)
