"""Volunteers: calls for them, who they are, shifts with seats as rows, hours as lines, thanks; and trainings.

Somebody who leaves takes name, phone and everything about them along; their hours stay as lines of nobody, since a library
has to tell how much was served. A training is a table of its own: no list of activities can ever show one.
"""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from models.activity import Branch
from models.certificate import CertificateState
from models.db import Base, UtcDateTime, personal, plain, word
from models.states import Moves


class VolunteerCallState(StrEnum):
    """A call for volunteers."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


VOLUNTEER_CALL_MOVES: Moves[VolunteerCallState] = {
    VolunteerCallState.DRAFT: frozenset({VolunteerCallState.OPEN}),
    VolunteerCallState.OPEN: frozenset({VolunteerCallState.CLOSED}),
    VolunteerCallState.CLOSED: frozenset({VolunteerCallState.OPEN}),
}


class VolunteerCall(Base):
    """What volunteers are looked for, until when."""

    __tablename__ = "volunteer_calls"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    code: Mapped[str] = plain(sa.String(8), unique=True)
    title: Mapped[str] = plain(sa.String(60))
    words: Mapped[str] = plain(sa.Text)
    branch_id: Mapped[int | None] = plain(sa.ForeignKey("branches.id"), nullable=True)  # None: the whole library
    skills: Mapped[list[str]] = plain(sa.JSON)  # that may be ticked
    age_from: Mapped[int] = plain(sa.SmallInteger)  # years
    closes_on: Mapped[date | None] = plain(sa.Date, nullable=True)  # the last day; None: until it is closed
    state: Mapped[VolunteerCallState] = plain(word(VolunteerCallState))
    made_by: Mapped[str] = plain(sa.String(40))
    made_at: Mapped[datetime] = plain(UtcDateTime)
    changed_at: Mapped[datetime] = plain(UtcDateTime)

    branch: Mapped[Branch | None] = relationship(lazy="joined")


class VolunteerState(StrEnum):
    """From asking to help to having left."""

    APPLIED = "applied"
    ACTIVE = "active"
    REFUSED = "refused"
    PAUSED = "paused"  # takes no shifts for a while
    LEFT = "left"


V = VolunteerState
VOLUNTEER_MOVES: Moves[VolunteerState] = {
    V.APPLIED: frozenset({V.ACTIVE, V.REFUSED, V.LEFT}),
    V.ACTIVE: frozenset({V.PAUSED, V.LEFT}),
    V.PAUSED: frozenset({V.ACTIVE, V.LEFT}),
    V.REFUSED: frozenset({V.APPLIED, V.ACTIVE, V.LEFT}),
    V.LEFT: frozenset({V.APPLIED, V.ACTIVE}),
}


class Volunteer(Base):
    """One who helps. `openid` is empty for somebody whom staff have written down, and once the reader has left."""

    __tablename__ = "volunteers"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    openid: Mapped[str | None] = personal("微信号在本号的编号", sa.String(64), unique=True, nullable=True)
    call_id: Mapped[int | None] = plain(sa.ForeignKey("volunteer_calls.id"), nullable=True)
    branch_id: Mapped[int | None] = plain(
        sa.ForeignKey("branches.id"), nullable=True
    )  # where they help; None: anywhere
    state: Mapped[VolunteerState] = plain(word(VolunteerState))
    name: Mapped[str] = personal("姓名", sa.String(50))
    phone: Mapped[str] = personal("电话", sa.String(20))
    age: Mapped[int | None] = personal("报名时的年龄", sa.SmallInteger, nullable=True)
    guardian: Mapped[str] = personal("监护人", sa.String(50))
    guardian_phone: Mapped[str] = personal("监护人电话", sa.String(20))
    guardian_wording: Mapped[str] = plain(sa.String(16))  # version of the consent that was given
    guardian_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    skills: Mapped[str] = personal("会做的事", sa.String(200))
    wish: Mapped[str] = personal("想说的话", sa.String(300))
    reason: Mapped[str] = plain(sa.String(200))  # of staff's no
    applied_at: Mapped[datetime] = plain(UtcDateTime)
    decided_by: Mapped[str] = plain(sa.String(40))
    decided_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    changed_at: Mapped[datetime] = plain(UtcDateTime)

    branch: Mapped[Branch | None] = relationship(lazy="joined")

    __table_args__ = (sa.Index("ix_volunteers_state", "state", "applied_at"),)


class ShiftState(StrEnum):
    OPEN = "open"
    CANCELLED = "cancelled"


SHIFT_MOVES: Moves[ShiftState] = {ShiftState.OPEN: frozenset({ShiftState.CANCELLED})}


class Shift(Base):
    """One task at one branch from an hour to an hour of one day; how many are wanted are its seats."""

    __tablename__ = "volunteer_shifts"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    branch_id: Mapped[int] = plain(sa.ForeignKey("branches.id"))
    served_on: Mapped[date] = plain(sa.Date)  # the library's day of its beginning
    starts_at: Mapped[datetime] = plain(UtcDateTime)
    ends_at: Mapped[datetime] = plain(UtcDateTime)
    task: Mapped[str] = plain(sa.String(40))
    place: Mapped[str] = plain(sa.String(80))
    note: Mapped[str] = plain(sa.String(200))  # what to bring, whom to ask for
    cancel_hours: Mapped[int] = plain(sa.SmallInteger)  # until so many before may it be given back
    door_code: Mapped[str] = plain(sa.String(6))  # typed when coming and going
    goes_on: Mapped[bool] = plain(sa.Boolean)  # staff said so, though its day is shut
    state: Mapped[ShiftState] = plain(word(ShiftState))
    reason: Mapped[str] = plain(sa.String(200))
    made_by: Mapped[str] = plain(sa.String(40))
    made_at: Mapped[datetime] = plain(UtcDateTime)
    changed_at: Mapped[datetime] = plain(UtcDateTime)

    branch: Mapped[Branch] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (
        sa.Index("ix_volunteer_shifts_day", "served_on", "branch_id"),
        sa.Index("ix_volunteer_shifts_ends", "state", "ends_at"),
    )


class PostState(StrEnum):
    """A volunteer on a shift."""

    TAKEN = "taken"
    CANCELLED = "cancelled"  # given back, or the shift does not take place
    IN = "in"  # came
    OUT = "out"  # and went
    ABSENT = "absent"


P = PostState
POST_MOVES: Moves[PostState] = {
    P.TAKEN: frozenset({P.CANCELLED, P.IN, P.ABSENT}),
    P.IN: frozenset({P.OUT, P.TAKEN}),
    P.OUT: frozenset({P.IN}),
    P.ABSENT: frozenset({P.IN, P.TAKEN}),
}
STANDS = (P.TAKEN, P.IN, P.OUT, P.ABSENT)
_STANDS = sa.text("state IN ('taken', 'in', 'out', 'absent')")
_TO_REMIND = sa.text("remind_at IS NOT NULL")


class Post(Base):
    """Who has taken which shift."""

    __tablename__ = "volunteer_posts"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    shift_id: Mapped[int] = plain(sa.ForeignKey("volunteer_shifts.id"))
    volunteer_id: Mapped[int] = plain(sa.ForeignKey("volunteers.id"))
    openid: Mapped[str | None] = personal("微信号在本号的编号", sa.String(64), nullable=True, index=True)
    state: Mapped[PostState] = plain(word(PostState))
    taken_at: Mapped[datetime] = plain(UtcDateTime)
    came_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    left_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    came_by: Mapped[str] = plain(sa.String(40))  # code, or the login of who ticked
    remind_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)  # None: reminded, or not to be
    changed_at: Mapped[datetime] = plain(UtcDateTime)

    __table_args__ = (
        sa.Index(
            "uq_volunteer_posts_once", "shift_id", "volunteer_id", unique=True,
            sqlite_where=_STANDS, postgresql_where=_STANDS,
        ),
        sa.Index("ix_volunteer_posts_volunteer", "volunteer_id", "state"),
        sa.Index("ix_volunteer_posts_remind", "remind_at", sqlite_where=_TO_REMIND, postgresql_where=_TO_REMIND),
    )  # fmt: skip


_IS_FREE = sa.text("post_id IS NULL")


class ShiftSeat(Base):
    """Seat `number` of a shift, free or held."""

    __tablename__ = "volunteer_seats"

    shift_id: Mapped[int] = plain(sa.ForeignKey("volunteer_shifts.id"), primary_key=True)
    number: Mapped[int] = plain(sa.SmallInteger, primary_key=True)
    post_id: Mapped[int | None] = plain(sa.ForeignKey("volunteer_posts.id"), unique=True, nullable=True)

    __table_args__ = (
        sa.Index("ix_volunteer_seats_free", "shift_id", "number", sqlite_where=_IS_FREE, postgresql_where=_IS_FREE),
    )


class ServiceHours(Base):
    """A line of somebody's hours: the first of a shift as staff confirmed it, each further one what a correction adds."""

    __tablename__ = "volunteer_hours"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    volunteer_id: Mapped[int] = plain(sa.ForeignKey("volunteers.id"))
    post_id: Mapped[int | None] = plain(
        sa.ForeignKey("volunteer_posts.id"), nullable=True
    )  # None: helped without one
    # Of the lines of a post; without one 1, or for a line that takes another back that line's id below zero.
    number: Mapped[int] = plain(sa.Integer)
    branch_id: Mapped[int] = plain(sa.ForeignKey("branches.id"))
    served_on: Mapped[date] = plain(sa.Date)
    minutes: Mapped[int] = plain(sa.Integer)
    task: Mapped[str] = plain(sa.String(40))
    reason: Mapped[str] = plain(sa.String(200))  # of a correction
    who: Mapped[str] = plain(sa.String(40))
    at: Mapped[datetime] = plain(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("post_id", "number", name="uq_volunteer_hours_line"),
        sa.Index("ix_volunteer_hours_volunteer", "volunteer_id", "served_on"),
        sa.Index("ix_volunteer_hours_day", "served_on"),
    )


_IS_VALID = sa.text("state = 'valid'")


class ThanksCertificate(Base):
    """A certificate of a year's hours, as it was given; a code never comes to mean something else."""

    __tablename__ = "volunteer_certificates"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    volunteer_id: Mapped[int] = plain(sa.ForeignKey("volunteers.id"))
    openid: Mapped[str | None] = personal("微信号在本号的编号", sa.String(64), nullable=True)
    code: Mapped[str] = plain(sa.String(12), unique=True)
    name: Mapped[str] = personal("证书上的名字", sa.String(60))
    year: Mapped[int] = plain(sa.SmallInteger)
    minutes: Mapped[int] = plain(sa.Integer)
    issued_at: Mapped[datetime] = plain(UtcDateTime)
    state: Mapped[CertificateState] = plain(word(CertificateState))

    __table_args__ = (
        sa.Index(
            "uq_volunteer_certificates_valid", "volunteer_id", "year", unique=True,
            sqlite_where=_IS_VALID, postgresql_where=_IS_VALID,
        ),
        sa.Index("ix_volunteer_certificates_openid", "openid"),
    )  # fmt: skip


class TrainingFor(StrEnum):
    STAFF = "staff"
    VOLUNTEERS = "volunteers"
    BOTH = "both"


class TrainingState(StrEnum):
    OPEN = "open"
    CANCELLED = "cancelled"


TRAINING_MOVES: Moves[TrainingState] = {
    TrainingState.OPEN: frozenset({TrainingState.CANCELLED}),
    TrainingState.CANCELLED: frozenset({TrainingState.OPEN}),
}


class Training(Base):
    """For staff or volunteers alone."""

    __tablename__ = "trainings"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    title: Mapped[str] = plain(sa.String(80))
    about: Mapped[str] = plain(sa.Text)
    for_whom: Mapped[TrainingFor] = plain(word(TrainingFor))
    branch_id: Mapped[int | None] = plain(sa.ForeignKey("branches.id"), nullable=True)  # None: of the whole library
    starts_at: Mapped[datetime] = plain(UtcDateTime)
    ends_at: Mapped[datetime] = plain(UtcDateTime)
    place: Mapped[str] = plain(sa.String(80))
    materials: Mapped[str] = plain(sa.String(300))  # an address
    quiz_id: Mapped[int | None] = plain(sa.ForeignKey("quizzes.id"), nullable=True, index=True)  # its test
    door_code: Mapped[str] = plain(sa.String(6))
    state: Mapped[TrainingState] = plain(word(TrainingState))
    reason: Mapped[str] = plain(sa.String(200))
    made_by: Mapped[str] = plain(sa.String(40))
    made_at: Mapped[datetime] = plain(UtcDateTime)
    changed_at: Mapped[datetime] = plain(UtcDateTime)

    branch: Mapped[Branch | None] = relationship(lazy="joined")

    __table_args__ = (sa.Index("ix_trainings_starts", "starts_at"),)


class TrainingPerson(Base):
    """Who came: a member of staff by login (their record outlives a phone), or a volunteer."""

    __tablename__ = "training_people"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    training_id: Mapped[int] = plain(sa.ForeignKey("trainings.id"))
    login: Mapped[str | None] = personal("馆员账号", sa.String(32), nullable=True)
    volunteer_id: Mapped[int | None] = plain(sa.ForeignKey("volunteers.id"), nullable=True)
    openid: Mapped[str | None] = personal("微信号在本号的编号", sa.String(64), nullable=True, index=True)
    came_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    came_by: Mapped[str] = plain(sa.String(40))
    passed: Mapped[bool | None] = plain(sa.Boolean, nullable=True)  # as staff wrote it down; None: the quiz says
    passed_by: Mapped[str] = plain(sa.String(40))

    __table_args__ = (
        sa.UniqueConstraint("training_id", "login", name="uq_training_people_login"),
        sa.UniqueConstraint("training_id", "volunteer_id", name="uq_training_people_volunteer"),
        sa.Index("ix_training_people_login", "login"),
        sa.Index("ix_training_people_volunteer", "volunteer_id"),
    )
