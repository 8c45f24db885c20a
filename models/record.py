"""What became of an activity: how many came, in the ministry's units, and one line; the 台账 is made of these rows."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from models.db import Base, UtcDateTime, personal, plain, word
from models.states import Moves


class RecordState(StrEnum):
    SENT = "sent"  # by chat, to be looked at
    CONFIRMED = "confirmed"


RECORD_MOVES: Moves[RecordState] = {RecordState.SENT: frozenset({RecordState.CONFIRMED})}


_IS_SENT = sa.text("state = 'sent'")


class ActivityRecord(Base):
    """Heads of one activity (人次), on site apart from online; None: not told."""

    __tablename__ = "activity_records"

    activity_id: Mapped[int] = plain(sa.ForeignKey("activities.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[RecordState] = plain(word(RecordState))
    on_site: Mapped[int | None] = plain(sa.Integer, nullable=True)
    online: Mapped[int | None] = plain(sa.Integer, nullable=True)
    sessions: Mapped[int] = plain(sa.SmallInteger)  # 次: of how many sittings
    words: Mapped[str] = plain(sa.String(300))
    sent_by: Mapped[str] = plain(sa.String(64))  # a login
    sent_at: Mapped[datetime] = plain(UtcDateTime)
    confirmed_by: Mapped[str] = plain(sa.String(64))
    confirmed_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)

    __table_args__ = (
        sa.Index("ix_activity_records_sent", "sent_at", sqlite_where=_IS_SENT, postgresql_where=_IS_SENT),
    )


class RecordPicture(Base):
    """A picture of how it went; the file lies in media/records below its digest."""

    __tablename__ = "record_pictures"

    activity_id: Mapped[int] = plain(sa.ForeignKey("activities.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str] = plain(sa.String(64), primary_key=True)
    width: Mapped[int] = plain(sa.Integer)
    height: Mapped[int] = plain(sa.Integer)
    added_at: Mapped[datetime] = plain(UtcDateTime)


class StaffPhone(Base):
    """A member of staff who may send records by chat: bound with a code shown in the console."""

    __tablename__ = "staff_phones"

    openid: Mapped[str] = personal("微信号在本号的编号", sa.String(64), primary_key=True)
    login: Mapped[str] = personal("馆员账号", sa.String(64), unique=True)
    bound_at: Mapped[datetime] = plain(UtcDateTime)
    # What this phone sent last, and when: photos that follow within minutes are of that.
    sent_for: Mapped[int | None] = plain(sa.ForeignKey("activities.id", ondelete="SET NULL"), nullable=True)
    sent_delivery: Mapped[int | None] = plain(sa.ForeignKey("deliveries.id", ondelete="SET NULL"), nullable=True)
    sent_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)


class PhoneCode(Base):
    """Six digits that somebody of staff sees in the console and sends from their own phone to bind it."""

    __tablename__ = "staff_phone_codes"

    login: Mapped[str] = personal("馆员账号", sa.String(64), primary_key=True)
    digits: Mapped[str] = plain(sa.String(6), unique=True)
    valid_until: Mapped[datetime] = plain(UtcDateTime)
