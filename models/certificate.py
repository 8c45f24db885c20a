"""Certificates of quizzes: one that counts for each reader and quiz, under a code by which anybody can check it."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from models.db import Base, UtcDateTime, personal, plain, word
from models.states import Moves


class CertificateState(StrEnum):
    VALID = "valid"
    REPLACED = "replaced"  # by one with another name
    REVOKED = "revoked"  # by staff: no other is given


C = CertificateState
CERTIFICATE_MOVES: Moves[CertificateState] = {C.VALID: frozenset({C.REPLACED, C.REVOKED})}
_IS_VALID = sa.text("state = 'valid'")


class Certificate(Base):
    """What was given to whom, as it says; a code never comes to mean something else."""

    __tablename__ = "certificates"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    quiz_id: Mapped[int] = plain(sa.ForeignKey("quizzes.id"))
    openid: Mapped[str | None] = personal("微信号在本号的编号", sa.String(64), nullable=True)
    code: Mapped[str] = plain(sa.String(12), unique=True)
    name: Mapped[str] = personal("证书上的名字", sa.String(60))
    score: Mapped[int] = plain(sa.SmallInteger)
    count: Mapped[int] = plain(sa.SmallInteger)  # of questions
    issued_at: Mapped[datetime] = plain(UtcDateTime)
    state: Mapped[CertificateState] = plain(word(CertificateState))
    cause: Mapped[str] = plain(sa.String(200), server_default="")  # why it was revoked

    __table_args__ = (
        sa.Index(
            "uq_certificates_valid",
            "quiz_id",
            "openid",
            unique=True,
            sqlite_where=_IS_VALID,
            postgresql_where=_IS_VALID,
        ),
        sa.Index("ix_certificates_openid", "openid", "quiz_id"),
        sa.Index("ix_certificates_quiz", "quiz_id", "id"),
    )
