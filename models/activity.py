"""Activities, branches, and the index by which words of a title are found.

The index is ours (characters and pairs of characters), the same on SQLite and PostgreSQL: full-text search of
neither knows Chinese words of two characters.
"""

from datetime import date, datetime, time
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, relationship

from models.db import Base, UtcDateTime, core, personal, plain, word
from models.states import Moves
from models.when import Precision, When

MAIN_LIBRARY = "总馆"
_GOES_ON = sa.text("last_on > starts_on")


class ActivityState(StrEnum):
    """From the plan to the shelf."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"
    FINISHED = "finished"  # closed by staff, with a word on how it went


S = ActivityState
ACTIVITY_MOVES: Moves[ActivityState] = {
    S.DRAFT: frozenset({S.PUBLISHED, S.CANCELLED}),
    S.PUBLISHED: frozenset({S.DRAFT, S.CANCELLED, S.FINISHED}),
    S.CANCELLED: frozenset({S.DRAFT, S.PUBLISHED}),
    S.FINISHED: frozenset({S.PUBLISHED}),
}


# Looked at when a transaction ends: a backup comes back row by row, and the other branch may come later.
_ANOTHER_BRANCH = sa.ForeignKey("branches.id", deferrable=True, initially="DEFERRED")


class Branch(Base):
    """The main library or one of its branches."""

    __tablename__ = "branches"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    name: Mapped[str] = plain(sa.String(64), unique=True)
    address: Mapped[str] = plain(sa.String(120), server_default="")
    phone: Mapped[str] = plain(sa.String(40), server_default="")
    way: Mapped[str] = plain(sa.String(200), server_default="")  # how to get there
    district: Mapped[str] = plain(sa.String(40), server_default="")
    latitude: Mapped[float | None] = plain(sa.Float, nullable=True)  # GCJ-02, as longitude
    longitude: Mapped[float | None] = plain(sa.Float, nullable=True)
    does: Mapped[str] = plain(sa.String(120), server_default="")  # 借书、还书: as readers read it
    # Work on its activities that goes on in parts: up to which one its new name is in the index, whose they become.
    reindexed_to: Mapped[int | None] = plain(sa.Integer, nullable=True)
    merges_into: Mapped[int | None] = plain(_ANOTHER_BRANCH, nullable=True)

    @property
    def is_at_work(self) -> bool:
        """Is something still to be done to its activities?"""
        return self.reindexed_to is not None or self.merges_into is not None


class BranchName(Base):
    """A way readers say a branch: 官塘, 官塘社区, 官塘分馆 …"""

    __tablename__ = "branch_names"

    said: Mapped[str] = plain(sa.String(64), primary_key=True)
    branch_id: Mapped[int] = plain(sa.ForeignKey("branches.id", ondelete="CASCADE"), primary_key=True)


class FormerName(Base):
    """What a branch was called, or a branch that was merged into it: plans that still write it so mean this one."""

    __tablename__ = "former_names"

    name: Mapped[str] = plain(sa.String(64), primary_key=True)
    branch_id: Mapped[int] = plain(sa.ForeignKey("branches.id", ondelete="CASCADE"), index=True)


class Activity(Base):
    """One 活动, with a real time or a vague period (see models.when)."""

    __tablename__ = "activities"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    code: Mapped[str] = plain(sa.String(12), unique=True)
    state: Mapped[ActivityState] = plain(word(ActivityState))
    # What makes a row of a plan the same row when the plan is imported again.
    plan_month: Mapped[str] = plain(sa.String(7))
    plan_key: Mapped[str] = plain(sa.String(160))
    branch_id: Mapped[int] = plain(sa.ForeignKey("branches.id"))
    type: Mapped[str] = plain(sa.String(32))
    series: Mapped[str] = plain(sa.String(64))
    title: Mapped[str] = plain(sa.String(200))
    place: Mapped[str] = plain(sa.String(120))
    summary: Mapped[str] = plain(sa.Text)
    campaign: Mapped[str] = plain(sa.String(64), server_default="")  # 第十一届读书节
    audience: Mapped[str] = plain(sa.String(64), server_default="")
    age_from: Mapped[int | None] = plain(sa.SmallInteger, nullable=True)  # years, both included
    age_to: Mapped[int | None] = plain(sa.SmallInteger, nullable=True)
    fee: Mapped[str] = plain(sa.String(40), server_default="")  # "" is free, as library activities are
    contact: Mapped[str] = plain(sa.String(80), server_default="")
    materials: Mapped[str] = plain(sa.String(200), server_default="")  # what to bring
    link: Mapped[str] = plain(sa.String(300), server_default="")  # where an online activity is to be seen
    reason: Mapped[str] = plain(sa.String(200), server_default="")  # why it was moved, cancelled or how it ended
    moved_from: Mapped[str] = plain(sa.String(80), server_default="")  # its date before, as it was written
    is_online: Mapped[bool] = plain(sa.Boolean)
    is_on_site: Mapped[bool] = plain(sa.Boolean)
    date_text: Mapped[str] = plain(sa.String(80))
    precision: Mapped[Precision] = plain(word(Precision))
    starts_on: Mapped[date | None] = plain(sa.Date, nullable=True)
    ends_on: Mapped[date | None] = plain(sa.Date, nullable=True)
    starts_at: Mapped[time | None] = plain(sa.Time, nullable=True)
    ends_at: Mapped[time | None] = plain(sa.Time, nullable=True)
    # Sort and search key: until when lists carry it (activities.rules.last_day).
    last_on: Mapped[date] = plain(sa.Date)
    # What readers may search: title, series, type and branch, made comparable, a line each.
    words: Mapped[str] = plain(sa.Text)
    changed_at: Mapped[datetime] = plain(UtcDateTime)

    branch: Mapped[Branch] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (
        sa.UniqueConstraint("plan_month", "plan_key", name="uq_activities_plan"),
        sa.Index("ix_activities_shown", "state", "last_on", "starts_on", "id"),
        sa.Index("ix_activities_month", "state", "plan_month"),
        # In the order in which the ledger groups them, with all it reads of them.
        sa.Index("ix_activities_ledger", "plan_month", "branch_id", "type", "series", "campaign", "state", "last_on"),
        sa.Index(
            "ix_activities_runs",
            "state",
            "last_on",
            "starts_on",
            "id",
            sqlite_where=_GOES_ON,
            postgresql_where=_GOES_ON,
        ),
        sa.Index("ix_activities_branch", "branch_id", "state", "last_on"),
        sa.Index("ix_activities_changed", "state", "changed_at", "id"),
    )

    @property
    def when(self) -> When:
        """The five columns as one value."""
        return When(self.date_text, self.precision, self.starts_on, self.ends_on, self.starts_at, self.ends_at)


class ActivityFollow(Base):
    """A reader wants to be told once the day of a vague activity is fixed."""

    __tablename__ = "activity_follows"

    activity_id: Mapped[int] = plain(sa.ForeignKey("activities.id", ondelete="CASCADE"), primary_key=True)
    openid: Mapped[str] = personal("微信号在本号的编号", sa.String(64), primary_key=True, index=True)
    asked_at: Mapped[datetime] = plain(UtcDateTime)


class ActivityVisit(Base):
    """Somebody opened the page of an online activity on that day; counted once a reader and day."""

    __tablename__ = "activity_visits"

    activity_id: Mapped[int] = plain(sa.ForeignKey("activities.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = plain(sa.Date, primary_key=True)
    visitor: Mapped[str] = plain(sa.String(32), primary_key=True)  # a digest that changes every day: nobody's trail


class Catalogue(Base):
    """One row whose number grows with every change of what readers can see: answers kept in memory carry it."""

    __tablename__ = "catalogue"

    one: Mapped[int] = plain(sa.Integer, primary_key=True)
    version: Mapped[int] = plain(sa.BigInteger)
    answers: Mapped[int] = plain(
        sa.BigInteger, server_default="0"
    )  # the same for 常见问题, whose index is dear to make
    places: Mapped[int] = plain(
        sa.BigInteger, server_default="0"
    )  # the same for branches, places and routes: the map


class ActivityGram(Base):
    """A character or pair of characters of a published activity's title, series, type or branch."""

    __tablename__ = "activity_grams"

    gram: Mapped[str] = plain(sa.String(2), primary_key=True)
    last_on: Mapped[date] = plain(sa.Date, primary_key=True)
    activity_id: Mapped[int] = plain(sa.ForeignKey("activities.id", ondelete="CASCADE"), primary_key=True)

    __table_args__ = (
        sa.Index("ix_activity_grams_activity", "activity_id"),
        {"sqlite_with_rowid": False},
    )


_VERSIONS = sa.select(Catalogue.version, Catalogue.answers, Catalogue.places)


def catalogue_versions(session: Session) -> tuple[int, int, int]:
    """The numbers of what readers can see at this moment: of everything, of 常见问题 alone, and of the map alone."""
    row = core(session).execute(_VERSIONS).one_or_none()
    return (row.version, row.answers, row.places) if row else (0, 0, 0)
