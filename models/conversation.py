"""Where a reader is in a conversation: the numbered list on the screen, and the question still open."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from models.db import Base, UtcDateTime, personal, plain


class Conversation(Base):
    """One row a reader, written only when it changes."""

    __tablename__ = "conversations"

    openid: Mapped[str] = personal("微信号在本号的编号", sa.String(64), primary_key=True)
    topic: Mapped[str | None] = personal("未完的对话", sa.String(32), nullable=True)
    held: Mapped[dict[str, Any]] = personal("对话里记着的内容", sa.JSON)
    misses: Mapped[int] = personal("连续没听懂的次数", sa.SmallInteger)
    updated_at: Mapped[datetime] = plain(UtcDateTime)
