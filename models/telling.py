"""Words to many readers of one activity or contest, told in parts: nobody twice, nobody left out, whoever is killed in between."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from models.db import Base, UtcDateTime, plain, word

_IS_OPEN = sa.text("done_at IS NULL")


class Audience(StrEnum):
    """To whom; a reader of several is told once."""

    ENTRIES = "entries"  # who signed up
    ASKED = "asked"  # who only asked to be reminded
    FOLLOWERS = "followers"  # who wait for its day to be fixed


class What(StrEnum):
    """What is told, and what is done with each who hears it."""

    MOVED = "moved"
    CANCELLED = "cancelled"  # entries end with it
    FIXED = "fixed"  # followers hear the day, and follow no longer
    WORDS = "words"  # staff's own


class Telling(Base):
    """One telling; `told_to` is how far it came (an entry's id, an openid)."""

    __tablename__ = "tellings"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    activity_id: Mapped[int] = plain(sa.ForeignKey("activities.id", ondelete="CASCADE"), index=True)
    audience: Mapped[Audience] = plain(word(Audience))
    what: Mapped[What] = plain(word(What))
    text: Mapped[str] = plain(sa.Text)
    states: Mapped[list[str]] = plain(sa.JSON)  # of the entries that are told
    entry_ids: Mapped[list[int]] = plain(sa.JSON)  # these alone; empty: all in these states
    at_night: Mapped[bool] = plain(sa.Boolean)  # it cannot wait until morning
    who: Mapped[str] = plain(sa.String(64))
    asked_at: Mapped[datetime] = plain(UtcDateTime)
    useful_until: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    told_to: Mapped[str] = plain(sa.String(64))
    told: Mapped[int] = plain(sa.Integer)  # readers so far, for staff to watch; the rows of the outbox decide
    done_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)

    __table_args__ = (sa.Index("ix_tellings_open", "id", sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),)


class ContestTelling(Base):
    """Words to all who have a work in a contest; `told_to` is the id of the last work that was looked at."""

    __tablename__ = "contest_tellings"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    contest_id: Mapped[int] = plain(sa.ForeignKey("contests.id", ondelete="CASCADE"), index=True)
    # each reader what came of their own works, and `text` is where all results are; else `text` to everybody
    tells_results: Mapped[bool] = plain(sa.Boolean, server_default=sa.false())
    text: Mapped[str] = plain(sa.Text)
    who: Mapped[str] = plain(sa.String(64))
    asked_at: Mapped[datetime] = plain(UtcDateTime)
    told_to: Mapped[int] = plain(sa.Integer)
    told: Mapped[int] = plain(sa.Integer)  # readers so far, for staff to watch; the rows of the outbox decide
    done_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)

    __table_args__ = (sa.Index("ix_contest_tellings_open", "id", sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),)
