"""What staff keep beside notices: files that they name, blocks to put in again, words that may not stand, shorter chains."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from models.db import Base, UtcDateTime, plain


class NoticeFile(Base):
    """A picture or a voice that was handed in for a notice. It stays while any version may still name it."""

    __tablename__ = "notice_files"

    notice_id: Mapped[int] = plain(sa.ForeignKey("notices.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str] = plain(sa.String(64), primary_key=True)  # SHA-256 of the file
    alt: Mapped[str] = plain(sa.String(120), server_default="")  # what is to be seen, for those who cannot
    added_by: Mapped[str] = plain(sa.String(40))
    added_at: Mapped[datetime] = plain(UtcDateTime)

    __table_args__ = (sa.Index("ix_notice_files_digest", "digest"),)


class NoticeBlock(Base):
    """Words that come back again and again: 开放时间, 联系我们. `body` is clean HTML."""

    __tablename__ = "notice_blocks"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    name: Mapped[str] = plain(sa.String(40), unique=True)
    body: Mapped[str] = plain(sa.Text)
    changed_by: Mapped[str] = plain(sa.String(40))
    changed_at: Mapped[datetime] = plain(UtcDateTime)


class ForbiddenWord(Base):
    """A word the library does not print, and what it writes instead."""

    __tablename__ = "forbidden_words"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    word: Mapped[str] = plain(sa.String(40), unique=True)
    instead: Mapped[str] = plain(sa.String(100), server_default="")
    added_by: Mapped[str] = plain(sa.String(40))
    added_at: Mapped[datetime] = plain(UtcDateTime)


class BranchChain(Base):
    """The shorter chain of a branch that has too few people for four signatures; none: all four."""

    __tablename__ = "branch_chains"

    branch_id: Mapped[int] = plain(sa.ForeignKey("branches.id", ondelete="CASCADE"), primary_key=True)
    steps: Mapped[list[str]] = plain(sa.JSON)
    set_by: Mapped[str] = plain(sa.String(40))
    set_at: Mapped[datetime] = plain(UtcDateTime)
