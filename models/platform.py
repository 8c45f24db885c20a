"""What the platform lets this account do right now: token, rights, breakers and rates, shared by all processes."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session

from models.db import Base, UtcDateTime, insert, plain


class Token(Base):
    """The one access token; whoever holds the lease asks WeChat for the next, everybody else reads."""

    __tablename__ = "tokens"

    name: Mapped[str] = plain(sa.String(64), primary_key=True)
    value: Mapped[str] = plain(sa.String(1024))
    expires_at: Mapped[datetime] = plain(UtcDateTime)
    leased_until: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    asked: Mapped[int] = plain(sa.Integer)  # times WeChat was asked, for /metrics and doctor


class Capability(Base):
    """One right of the account, as the last probe found it."""

    __tablename__ = "capabilities"

    name: Mapped[str] = plain(sa.String(32), primary_key=True)
    is_alive: Mapped[bool] = plain(sa.Boolean)
    errcode: Mapped[int] = plain(sa.Integer)
    checked_at: Mapped[datetime] = plain(UtcDateTime)


class Breaker(Base):
    """A stop-error closed this road until `until`; staff are shown why and what to do."""

    __tablename__ = "breakers"

    kind: Mapped[str] = plain(sa.String(32), primary_key=True)
    errcode: Mapped[int] = plain(sa.Integer)
    cause: Mapped[str] = plain(sa.Text)
    opened_at: Mapped[datetime] = plain(UtcDateTime)
    until: Mapped[datetime] = plain(UtcDateTime)


class Rate(Base):
    """When the next call of a kind may leave, in microseconds since 1970; one row spreads all processes' calls."""

    __tablename__ = "rates"

    kind: Mapped[str] = plain(sa.String(32), primary_key=True)
    next_us: Mapped[int] = plain(sa.BigInteger)


class Fire(Base):
    """A job of the calendar that fired for a slot: its unique row is what makes it fire once."""

    __tablename__ = "fires"

    job: Mapped[str] = plain(sa.String(48), primary_key=True)
    slot: Mapped[datetime] = plain(UtcDateTime, primary_key=True)


class ClockShift(Base):
    """The demo's `clock advance`: what every process adds to its clock. Always empty outside the demo."""

    __tablename__ = "clock_shift"

    one: Mapped[int] = plain(sa.Integer, primary_key=True)
    seconds: Mapped[int] = plain(sa.BigInteger)


def demo_shift(session: Session) -> timedelta:
    """What `clock advance` has added in all; nothing outside the demo."""
    return timedelta(seconds=session.scalar(sa.select(ClockShift.seconds)) or 0)


def open_breaker(session: Session, kind: str, *, errcode: int, cause: str, at: datetime, until: datetime) -> None:
    """Let no call of `kind` leave before `until`."""
    values = {"errcode": errcode, "cause": cause, "opened_at": at, "until": until}
    statement = insert(session, Breaker).values(kind=kind, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["kind"], set_=values))


def close_breaker(session: Session, kind: str) -> None:
    """Staff mended the cause: calls of `kind` may leave again."""
    session.execute(sa.delete(Breaker).where(Breaker.kind == kind))


def fires_now(session: Session, job: str, slot: datetime) -> bool:
    """True for exactly one caller per (job, slot), in whichever process."""
    statement = insert(session, Fire).values(job=job, slot=slot).on_conflict_do_nothing().returning(Fire.job)
    return session.execute(statement).first() is not None
