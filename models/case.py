"""Cases of the desk (服务台): a question of somebody's, who answers for it, what was said, and by which hours it is counted."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session

from models.db import Base, UtcDateTime, insert, personal, plain, word
from models.states import Moves


class CaseWay(StrEnum):
    """How the question came."""

    CHAT = "chat"
    WALK_IN = "walk_in"
    PHONE = "phone"


class CaseTopic(StrEnum):
    HOURS = "hours"  # when and where
    CARDS = "cards"
    LENDING = "lending"
    ROOMS = "rooms"  # seats, rooms, machines
    ACTIVITIES = "activities"
    COLLECTIONS = "collections"  # finding, databases, local history, recommending a purchase
    LOST = "lost"  # things left behind
    COMPLAINT = "complaint"
    OTHER = "other"


class CaseState(StrEnum):
    WAITING = "waiting"  # nobody's: in the queue
    TAKEN = "taken"  # somebody answers for it, and it is their turn
    ANSWERED = "answered"  # it is the reader's turn
    CLOSED = "closed"


C = CaseState
CASE_MOVES: Moves[CaseState] = {
    C.WAITING: frozenset({C.TAKEN, C.ANSWERED, C.CLOSED}),
    C.TAKEN: frozenset({C.WAITING, C.ANSWERED, C.CLOSED}),
    C.ANSWERED: frozenset({C.WAITING, C.TAKEN, C.CLOSED}),
    C.CLOSED: frozenset({C.WAITING, C.TAKEN}),  # 还有问题: opened again
}
OPEN = (C.WAITING, C.TAKEN, C.ANSWERED)


class CaseResult(StrEnum):
    SOLVED = "solved"
    ELSEWHERE = "elsewhere"  # told where it is answered
    COULD_NOT = "could_not"
    WITHDRAWN = "withdrawn"  # by the reader, or since nobody is there any more


class Rating(StrEnum):
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


# Written out, as no database matches an index of some rows with a parameter.
_IS_OPEN = sa.text("state IN ('waiting', 'taken', 'answered')")
_IS_OWED = sa.text("due_at IS NOT NULL")
_IS_DOZING = sa.text("silent_at IS NOT NULL")
_IS_ANSWERED = sa.text("state = 'answered'")
_HAS_READER = sa.text("openid IS NOT NULL")
_HAS_WORDS = sa.text("state = 'closed' AND emptied_at IS NULL")


class Case(Base):
    """One question. The row outlives its words: after them its figures stay."""

    __tablename__ = "cases"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    number: Mapped[str] = personal("提问编号", sa.String(16), unique=True, kept="the register of the desk")
    openid: Mapped[str | None] = personal("微信号在本号的编号", sa.String(64), nullable=True)
    way: Mapped[CaseWay] = plain(word(CaseWay))
    branch_id: Mapped[int | None] = plain(sa.ForeignKey("branches.id"), nullable=True)  # None: the whole library
    topic: Mapped[CaseTopic] = plain(word(CaseTopic))
    question: Mapped[str] = personal("问的话", sa.Text)
    contact: Mapped[str] = personal("留下的称呼和电话", sa.String(80), server_default="")
    state: Mapped[CaseState] = plain(word(CaseState))
    first_by: Mapped[str] = plain(sa.String(40), server_default="")  # 首问: who took or answered it first
    owner: Mapped[str] = plain(sa.String(40), server_default="")  # who answers for it now; "": nobody
    opened_at: Mapped[datetime] = plain(UtcDateTime)
    asked_at: Mapped[datetime] = plain(UtcDateTime)  # since when the desk, or the reader, is waited for
    due_at: Mapped[datetime | None] = plain(
        UtcDateTime, nullable=True
    )  # by when the desk answers; None: not its turn
    given_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)  # since when its owner is waited for
    silent_at: Mapped[datetime | None] = plain(
        UtcDateTime, nullable=True
    )  # when it is taken from whoever says nothing
    late_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)  # it became overdue
    times_late: Mapped[int] = plain(sa.SmallInteger, server_default="0")
    first_answer_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    answer_minutes: Mapped[int | None] = plain(sa.Integer, nullable=True)  # of working time, to the first answer
    closed_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    closed_by: Mapped[str] = plain(sa.String(40), server_default="")
    close_minutes: Mapped[int | None] = plain(sa.Integer, nullable=True)  # of working time, to its close
    result: Mapped[CaseResult | None] = plain(word(CaseResult), nullable=True)
    result_line: Mapped[str] = personal("办结时写的话", sa.String(300), server_default="")
    rating: Mapped[Rating | None] = personal("您的评价", word(Rating), nullable=True, kept="a figure of the desk")
    rated_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    times_reopened: Mapped[int] = plain(sa.SmallInteger, server_default="0")
    transfers: Mapped[int] = plain(sa.SmallInteger, server_default="0")  # accepted
    burst_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)  # a minute in which the reader writes much
    burst: Mapped[int] = plain(sa.SmallInteger, server_default="0")
    told_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)  # the reader was last told that words arrive
    emptied_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)  # its words are gone

    __table_args__ = (
        sa.Index("ix_cases_state", "state", "asked_at", "id"),
        sa.Index("ix_cases_owner", "owner", "state", "asked_at", "id"),
        sa.Index("ix_cases_branch", "branch_id", "state", "asked_at"),
        sa.Index("ix_cases_opened", "opened_at", "id"),
        sa.Index("ix_cases_reader", "openid", "opened_at", sqlite_where=_HAS_READER, postgresql_where=_HAS_READER),
        sa.Index("ix_cases_one_open", "openid", unique=True, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
        sa.Index("ix_cases_due", "due_at", sqlite_where=_IS_OWED, postgresql_where=_IS_OWED),
        sa.Index("ix_cases_silent", "silent_at", sqlite_where=_IS_DOZING, postgresql_where=_IS_DOZING),
        sa.Index("ix_cases_quiet", "asked_at", sqlite_where=_IS_ANSWERED, postgresql_where=_IS_ANSWERED),
        sa.Index("ix_cases_words", "closed_at", sqlite_where=_HAS_WORDS, postgresql_where=_HAS_WORDS),
    )  # fmt: skip


class CaseDay(Base):
    """How many cases a day has: a number is taken from here, so that two at once are two numbers."""

    __tablename__ = "case_days"

    day: Mapped[date] = plain(sa.Date, primary_key=True)
    last: Mapped[int] = plain(sa.Integer)


class Speaker(StrEnum):
    READER = "reader"
    STAFF = "staff"
    NOTE = "note"  # among staff
    HOUSE = "house"  # what happened to the case


class FileKind(StrEnum):
    PICTURE = "picture"
    VOICE = "voice"
    VIDEO = "video"


class FileState(StrEnum):
    NONE = "none"
    WANTED = "wanted"  # WeChat has it
    HERE = "here"
    REFUSED = "refused"  # `cause` says why


class CaseWord(Base):
    """One thing said in a case. What a reader writes in one go is one row."""

    __tablename__ = "case_words"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    case_id: Mapped[int] = plain(sa.ForeignKey("cases.id", ondelete="CASCADE"))
    key: Mapped[str] = plain(sa.String(80), unique=True)  # of the push, or of the form: nothing is said twice
    openid: Mapped[str | None] = personal("微信号在本号的编号", sa.String(64), nullable=True, index=True)
    speaker: Mapped[Speaker] = plain(word(Speaker))
    who: Mapped[str] = plain(sa.String(40), server_default="")  # a login; "" for the reader and the house
    text: Mapped[str] = personal("说的话", sa.Text)
    parts: Mapped[int] = plain(sa.SmallInteger, server_default="1")  # so many messages of the reader in this row
    said_at: Mapped[datetime] = plain(UtcDateTime)
    file: Mapped[FileKind | None] = plain(word(FileKind), nullable=True)
    file_state: Mapped[FileState] = plain(word(FileState), server_default=FileState.NONE.value)
    digest: Mapped[str] = personal("发来的文件", sa.String(64), server_default="", index=True)
    suffix: Mapped[str] = plain(sa.String(8), server_default="")
    cause: Mapped[str] = plain(sa.String(200), server_default="")

    __table_args__ = (sa.Index("ix_case_words_case", "case_id", "id"),)


class CaseDraft(Base):
    """What somebody is just writing to a reader, so that no reload loses it."""

    __tablename__ = "case_drafts"

    case_id: Mapped[int] = plain(sa.ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    who: Mapped[str] = plain(sa.String(40), primary_key=True)
    openid: Mapped[str] = personal("微信号在本号的编号", sa.String(64), index=True)
    text: Mapped[str] = plain(sa.Text)
    saved_at: Mapped[datetime] = plain(UtcDateTime, index=True)


class HandingState(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"
    LAPSED = "lapsed"  # nobody said anything


H = HandingState
HANDING_MOVES: Moves[HandingState] = {
    H.OFFERED: frozenset({H.ACCEPTED, H.REFUSED, H.TAKEN_BACK, H.LAPSED}),
}
_IS_OFFERED = sa.text("state = 'offered'")


class CaseHanding(Base):
    """A case offered to a colleague or a branch: theirs when they accept it."""

    __tablename__ = "case_handings"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    case_id: Mapped[int] = plain(sa.ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    from_who: Mapped[str] = plain(sa.String(40))
    to_who: Mapped[str] = plain(sa.String(40), server_default="")
    to_branch: Mapped[int | None] = plain(sa.ForeignKey("branches.id", ondelete="SET NULL"), nullable=True)
    why: Mapped[str] = plain(sa.String(200), server_default="")
    state: Mapped[HandingState] = plain(word(HandingState))
    offered_at: Mapped[datetime] = plain(UtcDateTime)
    lapses_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    answered_by: Mapped[str] = plain(sa.String(40), server_default="")
    answered_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    reason: Mapped[str] = plain(sa.String(200), server_default="")

    __table_args__ = (
        sa.Index("ix_case_handings_one", "case_id", unique=True, sqlite_where=_IS_OFFERED, postgresql_where=_IS_OFFERED),
        sa.Index("ix_case_handings_to", "to_who", sqlite_where=_IS_OFFERED, postgresql_where=_IS_OFFERED),
    )  # fmt: skip


class CannedReply(Base):
    """Words that staff answer with again and again; {称呼} and the like are filled in when they are picked."""

    __tablename__ = "canned_replies"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    title: Mapped[str] = plain(sa.String(40), unique=True)
    text: Mapped[str] = plain(sa.Text)
    topic: Mapped[CaseTopic | None] = plain(word(CaseTopic), nullable=True)
    changed_by: Mapped[str] = plain(sa.String(40))
    changed_at: Mapped[datetime] = plain(UtcDateTime)


WHOLE = 0  # the row of the whole library


class DeskHours(Base):
    """When the desk of a branch works, and how soon it answers. An empty week: as the branch is open."""

    __tablename__ = "desk_hours"

    branch: Mapped[int] = plain(sa.Integer, primary_key=True)  # its number, or WHOLE
    week: Mapped[dict[str, Any]] = plain(sa.JSON)  # {"0": [["09:00", "12:00"]]}, 0 is Monday
    lunch_from: Mapped[time | None] = plain(sa.Time, nullable=True)
    lunch_to: Mapped[time | None] = plain(sa.Time, nullable=True)
    on_holidays: Mapped[bool] = plain(sa.Boolean)
    answer_minutes: Mapped[int] = plain(sa.Integer)
    silent_minutes: Mapped[int] = plain(sa.Integer)
    changed_by: Mapped[str] = plain(sa.String(40))
    changed_at: Mapped[datetime] = plain(UtcDateTime)


def next_number(session: Session, day: date) -> str:
    """20261128-07: the next of this day."""
    put = insert(session, CaseDay).values(day=day, last=1)
    counted = put.on_conflict_do_update(index_elements=["day"], set_={"last": CaseDay.last + 1}).returning(
        CaseDay.last
    )
    return f"{day:%Y%m%d}-{session.execute(counted).scalar_one():02d}"
