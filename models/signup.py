"""Signing up for activities: the terms, who asked to come, and the seats they hold.

A seat is a row that exists before anybody holds it: of two who want the last one, one finds it, and no count can
drift. A person of an entry holds at most one seat; an entry in line holds none.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from models.activity import Activity
from models.db import Base, UtcDateTime, personal, plain, word
from models.states import Moves


class Way(StrEnum):
    """How seats are given."""

    AT_ONCE = "at_once"  # who comes first
    APPROVAL = "approval"  # staff look at each
    LOTTERY = "lottery"  # drawn once, and can be checked


class EntryState(StrEnum):
    """From asking to come to having been there."""

    APPLIED = "applied"  # waits for staff or for the draw
    CONFIRMED = "confirmed"
    WAITING = "waiting"  # in line
    OFFERED = "offered"  # a seat is kept until `offer_until`
    LAPSED = "lapsed"  # the offer was not taken
    CANCELLED = "cancelled"  # by the reader in time, by staff, or with the activity
    EXCUSED = "excused"  # an apology, after the deadline or afterwards: no absence
    REFUSED = "refused"  # staff said no, or not drawn
    ATTENDED = "attended"
    ABSENT = "absent"


S = EntryState
ENTRY_MOVES: Moves[EntryState] = {
    S.APPLIED: frozenset({S.CONFIRMED, S.REFUSED, S.CANCELLED, S.WAITING}),
    S.WAITING: frozenset({S.OFFERED, S.CONFIRMED, S.CANCELLED, S.ATTENDED}),
    S.OFFERED: frozenset({S.CONFIRMED, S.LAPSED, S.WAITING, S.CANCELLED, S.ATTENDED}),
    S.CONFIRMED: frozenset({S.CANCELLED, S.EXCUSED, S.ATTENDED, S.ABSENT}),
    S.ATTENDED: frozenset({S.CONFIRMED}),  # ticked by mistake
    S.ABSENT: frozenset({S.EXCUSED, S.ATTENDED}),
    S.EXCUSED: frozenset({S.ABSENT, S.ATTENDED}),
}
LIVE = (S.APPLIED, S.CONFIRMED, S.WAITING, S.OFFERED, S.ATTENDED)
# What may still be cancelled, and whom news concern; in the order in which readers look through theirs.
OPEN = (S.OFFERED, S.CONFIRMED, S.WAITING, S.APPLIED)
HOLDS_SEATS = (S.CONFIRMED, S.OFFERED, S.ATTENDED)
_IS_LIVE_AND_ONLY = sa.text("state IN ('applied', 'confirmed', 'waiting', 'offered', 'attended') AND NOT is_extra")
_IS_FREE = sa.text("person_id IS NULL")
_IS_OFFERED = sa.text("state = 'offered'")


class Origin(StrEnum):
    """By which door an entry came."""

    CHAT = "chat"
    PAGE = "page"
    STAFF = "staff"  # a caller's, written down
    WALK_IN = "walk_in"  # stood at the door


class QuestionKind(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    PHONE = "phone"
    CONSENT = "consent"


class SignUp(Base):
    """The terms of one activity; an activity without such a row needs no sign-up."""

    __tablename__ = "sign_ups"

    activity_id: Mapped[int] = plain(sa.ForeignKey("activities.id", ondelete="CASCADE"), primary_key=True)
    way: Mapped[Way] = plain(word(Way))
    is_limited: Mapped[bool] = plain(sa.Boolean)  # are there seats to be counted? Each is a row of `seats`
    opens_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)  # None: at once
    closes_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)  # None: when it begins
    cancel_until: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)  # None: until it begins
    most_people: Mapped[int] = plain(sa.SmallInteger)  # of one entry
    asks_names: Mapped[bool] = plain(sa.Boolean)
    asks_ages: Mapped[bool] = plain(sa.Boolean)
    asks_phone: Mapped[bool] = plain(sa.Boolean)
    takes_units: Mapped[bool] = plain(sa.Boolean)  # organisations, with their name and number of people
    allows_several: Mapped[bool] = plain(sa.Boolean)  # entries of one reader
    has_line: Mapped[bool] = plain(sa.Boolean)  # may readers wait for a seat?
    takes_walk_ins: Mapped[bool] = plain(sa.Boolean)
    asks_again: Mapped[bool] = plain(sa.Boolean)  # "还来吗" with the reminder of the day before
    door_code: Mapped[str] = plain(sa.String(8))  # typed or scanned at the door
    # The draw: the seed's hash is shown before entries open, its bytes only after it was used.
    draws_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    drawn_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    seed: Mapped[str] = plain(sa.String(64), server_default="")
    seed_hash: Mapped[str] = plain(sa.String(64), server_default="")
    entries_hash: Mapped[str] = plain(sa.String(64), server_default="")
    changed_at: Mapped[datetime] = plain(UtcDateTime)

    activity: Mapped[Activity] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (
        sa.Index("ix_sign_ups_draws", "way", "drawn_at", "draws_at"),
        sa.Index("ix_sign_ups_door_code", "door_code"),
    )


class SignUpQuestion(Base):
    """One question of an activity's own; answers are kept under its id."""

    __tablename__ = "sign_up_questions"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    activity_id: Mapped[int] = plain(sa.ForeignKey("sign_ups.activity_id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = plain(sa.SmallInteger)
    kind: Mapped[QuestionKind] = plain(word(QuestionKind))
    words: Mapped[str] = plain(sa.String(200))
    choices: Mapped[list[str]] = plain(sa.JSON)
    is_required: Mapped[bool] = plain(sa.Boolean)
    is_asked: Mapped[bool] = plain(sa.Boolean)  # one that was answered is retired, not deleted


class Entry(Base):
    """Somebody asked to come, with those they bring. `openid` is empty for a caller and once the reader has left."""

    __tablename__ = "entries"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    code: Mapped[str] = plain(sa.String(12), unique=True)  # readers say it, draws are ordered by it
    activity_id: Mapped[int] = plain(sa.ForeignKey("sign_ups.activity_id", ondelete="CASCADE"))
    openid: Mapped[str | None] = personal("微信号在本号的编号", sa.String(64), nullable=True)
    state: Mapped[EntryState] = plain(word(EntryState))
    origin: Mapped[Origin] = plain(word(Origin))
    is_extra: Mapped[bool] = plain(sa.Boolean)  # allowed beside another of the same reader
    name: Mapped[str] = personal("联系人", sa.String(50))
    phone: Mapped[str] = personal("电话", sa.String(20))
    unit: Mapped[str] = personal("单位", sa.String(80))
    answers: Mapped[dict[str, str]] = personal("报名时的回答", sa.JSON)
    guardian_wording: Mapped[str] = plain(sa.String(16), server_default="")  # version of the consent that was given
    guardian_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    line: Mapped[int] = plain(sa.BigInteger)  # order in line: microseconds since 1970 unless staff changed it
    offer_until: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    offers: Mapped[int] = plain(sa.SmallInteger)  # made so far: each is told once
    reason: Mapped[str] = plain(sa.String(200))  # of staff's no, or of the cancelling
    entered_at: Mapped[datetime] = plain(UtcDateTime)
    changed_at: Mapped[datetime] = plain(UtcDateTime)

    people: Mapped[list["EntryPerson"]] = relationship(
        order_by="EntryPerson.position", lazy="selectin", passive_deletes=True
    )

    __table_args__ = (
        sa.Index("ix_entries_activity", "activity_id", "state", "line", "id"),
        sa.Index("ix_entries_openid", "openid", "state"),
        sa.Index("ix_entries_offered", "offer_until", sqlite_where=_IS_OFFERED, postgresql_where=_IS_OFFERED),
        sa.Index(
            "uq_entries_only_one",
            "activity_id",
            "openid",
            unique=True,
            sqlite_where=_IS_LIVE_AND_ONLY,
            postgresql_where=_IS_LIVE_AND_ONLY,
        ),
    )


class EntryPerson(Base):
    """One who comes with an entry; named only where the terms ask for names."""

    __tablename__ = "entry_people"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    entry_id: Mapped[int] = plain(sa.ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    openid: Mapped[str | None] = personal("微信号在本号的编号", sa.String(64), nullable=True, index=True)
    position: Mapped[int] = plain(sa.SmallInteger)
    name: Mapped[str] = personal("姓名", sa.String(50))
    age: Mapped[int | None] = personal("年龄", sa.SmallInteger, nullable=True)
    came_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    came_by: Mapped[str] = plain(sa.String(40))  # scan, code, or the login of who ticked


class Seat(Base):
    """Seat `number` of an activity, free or held by one person; kept for an offer as for a guest."""

    __tablename__ = "seats"

    activity_id: Mapped[int] = plain(sa.ForeignKey("sign_ups.activity_id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = plain(sa.SmallInteger, primary_key=True)
    person_id: Mapped[int | None] = plain(
        sa.ForeignKey("entry_people.id", ondelete="SET NULL"), unique=True, nullable=True
    )

    __table_args__ = (
        sa.Index("ix_seats_free", "activity_id", "number", sqlite_where=_IS_FREE, postgresql_where=_IS_FREE),
    )


class HouseRule(Base):
    """The library's own rule on those who do not come: one row. `misses` 0: there is none."""

    __tablename__ = "house_rules"

    one: Mapped[int] = plain(sa.Integer, primary_key=True)
    misses: Mapped[int] = plain(sa.SmallInteger)
    within_days: Mapped[int] = plain(sa.SmallInteger)
    blocked_days: Mapped[int] = plain(sa.SmallInteger)


class AppealState(StrEnum):
    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


APPEAL_MOVES: Moves[AppealState] = {
    AppealState.ASKED: frozenset({AppealState.GRANTED, AppealState.REFUSED}),
    AppealState.REFUSED: frozenset({AppealState.GRANTED}),  # staff think again
}


class Appeal(Base):
    """A reader says why an absence was none; staff lift it, or say why not."""

    __tablename__ = "appeals"

    entry_id: Mapped[int] = plain(sa.ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True)
    openid: Mapped[str | None] = personal("微信号在本号的编号", sa.String(64), nullable=True, index=True)
    state: Mapped[AppealState] = plain(word(AppealState))
    words: Mapped[str] = personal("申诉的话", sa.String(300))
    answer: Mapped[str] = plain(sa.String(200))
    asked_at: Mapped[datetime] = plain(UtcDateTime)
    answered_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)

    __table_args__ = (sa.Index("ix_appeals_state", "state", "asked_at"),)


class DoorQr(Base):
    """The parametric code WeChat made for this activity's door, while it is the code of today's digits."""

    __tablename__ = "door_qr"

    activity_id: Mapped[int] = plain(sa.ForeignKey("sign_ups.activity_id", ondelete="CASCADE"), primary_key=True)
    digits: Mapped[str] = plain(sa.String(8))
    url: Mapped[str] = plain(sa.String(200))
    expires_at: Mapped[datetime] = plain(UtcDateTime)


class DoorMark(Base):
    """A tick made on a staff phone, with the number that phone gave it: sent twice, done once."""

    __tablename__ = "door_marks"

    key: Mapped[str] = plain(sa.String(40), primary_key=True)
    activity_id: Mapped[int] = plain(sa.ForeignKey("sign_ups.activity_id", ondelete="CASCADE"), index=True)
    who: Mapped[str] = plain(sa.String(64))
    result: Mapped[dict[str, Any]] = plain(sa.JSON)
    at: Mapped[datetime] = plain(UtcDateTime)
