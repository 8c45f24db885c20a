"""Works of a contest packed for the province: which were chosen, how they are named, and the zip once it is made."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from models.db import Base, UtcDateTime, plain, word
from models.states import Moves


class PackState(StrEnum):
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"  # `cause` says why
    GONE = "gone"  # its days are over: names and files of people lie nowhere longer than they must


K = PackState
PACK_MOVES: Moves[PackState] = {
    K.MAKING: frozenset({K.READY, K.FAILED, K.GONE}),
    K.READY: frozenset({K.GONE}),
    K.FAILED: frozenset({K.GONE}),
}


class Pack(Base):
    """报送包. `wanted` is what staff chose: contests.packs.Wanted."""

    __tablename__ = "packs"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    contest_id: Mapped[int] = plain(sa.ForeignKey("contests.id", ondelete="CASCADE"), index=True)
    state: Mapped[PackState] = plain(word(PackState))
    wanted: Mapped[dict[str, Any]] = plain(sa.JSON)
    token: Mapped[str] = plain(sa.String(32))  # of its file's name
    works: Mapped[int] = plain(sa.Integer, server_default="0")
    left_out: Mapped[int] = plain(sa.Integer, server_default="0")
    bytes: Mapped[int] = plain(sa.BigInteger, server_default="0")
    cause: Mapped[str] = plain(sa.String(200), server_default="")
    made_by: Mapped[str] = plain(sa.String(40))
    asked_at: Mapped[datetime] = plain(UtcDateTime)
    made_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
