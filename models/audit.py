"""Who did what, when: every act that matters, and every look at personal data."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session

from models.db import Base, UtcDateTime, personal, plain


class AuditLine(Base):
    """One act. Lines are only ever added."""

    __tablename__ = "audit"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    at: Mapped[datetime] = plain(UtcDateTime, index=True)
    who: Mapped[str] = plain(sa.String(64))
    act: Mapped[str] = plain(sa.String(64))
    subject: Mapped[str] = personal("涉及的对象", sa.String(128), index=True)
    detail: Mapped[str] = plain(sa.Text)

    __table_args__ = (sa.Index("ix_audit_who", "who", "id"), sa.Index("ix_audit_act", "act", "id"))


def note(session: Session, act: str, *, who: str, subject: str, at: datetime, detail: str = "") -> None:
    """Write the line; it is kept only if the act itself is."""
    session.add(AuditLine(at=at, who=who, act=act, subject=subject, detail=detail))


def is_noted(session: Session, act: str, *, who: str, subject: str) -> bool:
    """Has this person done this before?"""
    asked = sa.select(AuditLine.id).where(AuditLine.subject == subject, AuditLine.who == who, AuditLine.act == act)
    return session.scalar(asked.limit(1)) is not None
