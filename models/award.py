"""Awards of a contest: how many of each, who has one, what was said against it, and the certificate's code."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from models.contest import SIGNED
from models.db import Base, UtcDateTime, personal, plain, word
from models.signup import AppealState
from models.states import Moves


class AwardKind(StrEnum):
    RANKED = "ranked"  # by place in its group: 一等奖, 二等奖
    SPECIAL = "special"  # chosen: 最佳人气奖, 最佳创意奖
    ORGANISER = "organiser"  # 优秀组织奖, to an organisation; 优秀指导教师奖, to a teacher
    PROVINCE = "province"  # what came back from above, by Excel


class AwardTier(Base):
    """奖项: `quota` of them, for one group or for all. The lower `rank`, the higher the award."""

    __tablename__ = "award_tiers"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    contest_id: Mapped[int] = plain(sa.ForeignKey("contests.id", ondelete="CASCADE"))
    group_id: Mapped[int | None] = plain(sa.ForeignKey("contest_groups.id", ondelete="CASCADE"), nullable=True)
    kind: Mapped[AwardKind] = plain(word(AwardKind))
    rank: Mapped[int] = plain(sa.SmallInteger)
    name: Mapped[str] = plain(sa.String(40))
    giver: Mapped[str] = plain(sa.String(60), server_default="")  # who gives it, where it is not this library
    quota: Mapped[int] = plain(sa.SmallInteger)  # 0: as many as there are
    # once the places of the last round are used up it goes on with those who fell out before it
    takes_earlier: Mapped[bool] = plain(sa.Boolean, server_default=sa.false())
    fen: Mapped[int] = plain(sa.Integer)  # prize money of each, paid through payouts; 0: none
    gift: Mapped[str] = plain(sa.String(60))

    __table_args__ = (sa.UniqueConstraint("contest_id", "group_id", "kind", "rank", "name"),)


class AwardState(StrEnum):
    PROPOSED = "proposed"  # nobody outside knows
    SHOWN = "shown"  # 公示: shown masked, may be objected to
    GIVEN = "given"  # told, with a certificate
    REVOKED = "revoked"  # an objection was right, or the work was withdrawn


A = AwardState
AWARD_MOVES: Moves[AwardState] = {
    A.PROPOSED: frozenset({A.SHOWN, A.REVOKED}),
    A.SHOWN: frozenset({A.PROPOSED, A.GIVEN, A.REVOKED}),
    A.GIVEN: frozenset({A.REVOKED}),
}
_LIVES = sa.text("state != 'revoked'")


class Award(Base):
    """One award of one work, or of an organisation. Its certificate code never comes to mean something else."""

    __tablename__ = "awards"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    contest_id: Mapped[int] = plain(sa.ForeignKey("contests.id"))
    tier_id: Mapped[int] = plain(sa.ForeignKey("award_tiers.id"))
    submission_id: Mapped[int | None] = plain(sa.ForeignKey("submissions.id"), nullable=True)
    organisation_id: Mapped[int | None] = plain(sa.ForeignKey("contest_organisations.id"), nullable=True)
    openid: Mapped[str | None] = personal("微信号在本号的编号", sa.String(64), nullable=True, index=True)
    state: Mapped[AwardState] = plain(word(AwardState))
    place: Mapped[int | None] = plain(sa.Integer, nullable=True)
    name: Mapped[str] = personal("证书上的名字", sa.String(60), kept=SIGNED)
    title: Mapped[str] = personal("获奖作品", sa.String(100), kept=SIGNED)
    code: Mapped[str | None] = plain(sa.String(12), unique=True, nullable=True)  # on the certificate, once given
    prize_id: Mapped[int | None] = plain(sa.Integer, nullable=True, index=True)  # of payouts: money
    cause: Mapped[str] = plain(sa.String(200), server_default="")
    made_at: Mapped[datetime] = plain(UtcDateTime)
    given_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    picked_up_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)  # certificate and gift, on paper
    picked_up_by: Mapped[str] = personal("领取人", sa.String(60), server_default="")
    handed_over_by: Mapped[str] = plain(sa.String(40), server_default="")

    __table_args__ = (
        sa.Index(
            "uq_awards_submission",
            "tier_id",
            "submission_id",
            unique=True,
            sqlite_where=_LIVES,
            postgresql_where=_LIVES,
        ),
        sa.Index("ix_awards_contest", "contest_id", "state", "tier_id", "place"),
        sa.Index("ix_awards_submission", "submission_id"),
    )


class Objection(Base):
    """What somebody says against a result while it is shown; staff answer."""

    __tablename__ = "objections"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    contest_id: Mapped[int] = plain(sa.ForeignKey("contests.id", ondelete="CASCADE"))
    award_id: Mapped[int | None] = plain(sa.ForeignKey("awards.id"), nullable=True)
    openid: Mapped[str | None] = personal("微信号在本号的编号", sa.String(64), nullable=True, index=True)
    words: Mapped[str] = personal("异议的话", sa.String(500))
    contact: Mapped[str] = personal("联系方式", sa.String(60), server_default="")
    state: Mapped[AppealState] = plain(word(AppealState))
    answer: Mapped[str] = plain(sa.String(300), server_default="")
    said_at: Mapped[datetime] = plain(UtcDateTime)
    answered_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    answered_by: Mapped[str] = plain(sa.String(40), server_default="")

    __table_args__ = (sa.Index("ix_objections_state", "contest_id", "state", "said_at"),)


class CertificatePrint(Base):
    """All certificates of a contest as one file to print, drawn by the worker and kept for some days."""

    __tablename__ = "certificate_prints"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    contest_id: Mapped[int] = plain(sa.ForeignKey("contests.id", ondelete="CASCADE"), index=True)
    pages: Mapped[int] = plain(sa.Integer)
    bytes: Mapped[int] = plain(sa.BigInteger, server_default="0")
    asked_by: Mapped[str] = plain(sa.String(40))
    asked_at: Mapped[datetime] = plain(UtcDateTime, index=True)
    done_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    cause: Mapped[str] = plain(sa.String(200), server_default="")  # why it was given up
