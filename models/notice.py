"""Notices: what the library tells its readers, its versions and signatures, and the broadcasts by which it goes out."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from models.db import Base, UtcDateTime, personal, plain, word
from models.states import Moves


class NoticeForm(StrEnum):
    """What WeChat is handed: a draft of articles, or a message of one kind."""

    ARTICLES = "articles"
    TEXT = "text"
    PICTURES = "pictures"
    VOICE = "voice"


class NoticeUse(StrEnum):
    """What it is for: its template, and what of it is checked."""

    GENERAL = "general"
    PREVIEW = "preview"  # activities to come
    CLOSURE = "closure"
    WINNERS = "winners"
    BOOKS = "books"
    BULLETIN = "bulletin"  # an issue of a periodical


class NoticeState(StrEnum):
    DRAFT = "draft"
    CHECKING = "checking"  # with somebody of its chain
    READY = "ready"  # everybody of its chain has signed these very words
    SENT = "sent"  # a broadcast of it has left: its words stay as they are
    DROPPED = "dropped"


N = NoticeState
NOTICE_MOVES: Moves[NoticeState] = {
    N.DRAFT: frozenset({N.CHECKING, N.DROPPED}),
    N.CHECKING: frozenset({N.DRAFT, N.READY, N.DROPPED}),
    N.READY: frozenset({N.DRAFT, N.CHECKING, N.SENT, N.DROPPED}),
    N.SENT: frozenset({N.READY}),  # its broadcast was stopped before anything had left
}


class Step(StrEnum):
    """The four signatures, in their order."""

    FIRST_PROOF = "first_proof"  # 一校: the language
    SECOND_PROOF = "second_proof"  # 二校: the facts
    FIRST_REVIEW = "first_review"
    SECOND_REVIEW = "second_review"


class Notice(Base):
    """One notice. Its words are those of its newest version."""

    __tablename__ = "notices"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    code: Mapped[str] = plain(sa.String(8), unique=True)
    title: Mapped[str] = plain(sa.String(100))  # as staff call it; an article has its own
    form: Mapped[NoticeForm] = plain(word(NoticeForm))
    use: Mapped[NoticeUse] = plain(word(NoticeUse))
    state: Mapped[NoticeState] = plain(word(NoticeState))
    branch_id: Mapped[int | None] = plain(sa.ForeignKey("branches.id"), nullable=True)  # None: the whole library
    version: Mapped[int] = plain(sa.Integer)
    steps: Mapped[list[str]] = plain(sa.JSON)  # its chain, Step values in order
    due_on: Mapped[date | None] = plain(sa.Date, nullable=True)  # by when it is to go out
    emergency: Mapped[str] = plain(sa.String(300), server_default="")  # why its chain is the short one
    looked_at_by: Mapped[str] = plain(sa.String(40), server_default="")  # who looked at an emergency afterwards
    asked: Mapped[dict[str, str]] = plain(sa.JSON, server_default="{}")  # who is asked to sign which step, by login
    wrote_before: Mapped[list[str]] = plain(sa.JSON, server_default="[]")  # logins: whose words a copy began with
    made_by: Mapped[str] = plain(sa.String(40))
    made_at: Mapped[datetime] = plain(UtcDateTime)
    changed_at: Mapped[datetime] = plain(UtcDateTime)

    __table_args__ = (sa.Index("ix_notices_state", "state", "changed_at"),)


class NoticeVersion(Base):
    """Its words at one time (`notices.content.Content` as JSON); `digest` is what is signed."""

    __tablename__ = "notice_versions"

    notice_id: Mapped[int] = plain(sa.ForeignKey("notices.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = plain(sa.Integer, primary_key=True)
    content: Mapped[dict[str, Any]] = plain(sa.JSON)
    digest: Mapped[str] = plain(sa.String(64))
    who: Mapped[str] = plain(sa.String(40))
    saved_at: Mapped[datetime] = plain(UtcDateTime)


_STANDS = sa.text("is_yes AND voided_at IS NULL")
_STANDS_ON_SQLITE = sa.text("is_yes IS 1 AND voided_at IS NULL")


class NoticeSignature(Base):
    """Somebody's yes or no to one version. A yes to other words than those that are there now is void."""

    __tablename__ = "notice_signatures"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    notice_id: Mapped[int] = plain(sa.ForeignKey("notices.id", ondelete="CASCADE"), index=True)
    step: Mapped[Step] = plain(word(Step))
    version: Mapped[int] = plain(sa.Integer)
    digest: Mapped[str] = plain(sa.String(64))
    is_yes: Mapped[bool] = plain(sa.Boolean)
    reason: Mapped[str] = plain(sa.Text, server_default="")
    looked_at: Mapped[list[str]] = plain(sa.JSON, server_default="[]")  # what the pre-check found and they looked at
    who: Mapped[str] = plain(sa.String(40))
    deputy_for: Mapped[str] = plain(sa.String(40), server_default="")
    signed_at: Mapped[datetime] = plain(UtcDateTime)
    voided_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)

    __table_args__ = (  # a step is signed once, and nobody signs twice
        sa.Index(
            "ix_notice_signatures_step", "notice_id", "step", unique=True,
            sqlite_where=_STANDS_ON_SQLITE, postgresql_where=_STANDS,
        ),
        sa.Index(
            "ix_notice_signatures_who", "notice_id", "who", unique=True,
            sqlite_where=_STANDS_ON_SQLITE, postgresql_where=_STANDS,
        ),
    )  # fmt: skip


class Segment(Base):
    """Readers described by rules (`notices.audience`), under a name for the next time."""

    __tablename__ = "segments"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    name: Mapped[str] = plain(sa.String(60), unique=True)
    rules: Mapped[dict[str, Any]] = plain(sa.JSON)
    made_by: Mapped[str] = plain(sa.String(40))
    made_at: Mapped[datetime] = plain(UtcDateTime)


class NoticeOptOut(Base):
    """A reader who wants no notices: no broadcast by list or message includes them. (A mass send to all or to a tag is
    WeChat's, and knows nothing of it.)"""

    __tablename__ = "notice_opt_outs"

    openid: Mapped[str] = personal("微信号在本号的编号", sa.String(64), primary_key=True)
    said_at: Mapped[datetime] = personal("不再收通知的时间", UtcDateTime)


class Way(StrEnum):
    """How a broadcast goes out."""

    MASS_ALL = "mass_all"  # message/mass/sendall, to everybody: once a day, four a month
    MASS_TAG = "mass_tag"  # the same to those of a tag
    MASS_LIST = "mass_list"  # message/mass/send by openids, in parts
    DRAFT = "draft"  # the platform's draft box only
    PUBLISH = "publish"  # a page of the platform, without a push
    MESSAGES = "messages"  # one by one, as models/channels.py allows
    PACK = "pack"  # for reader groups: a picture, words to paste


class BroadcastState(StrEnum):
    PLANNED = "planned"  # made by one, to be confirmed by another; leaves at `due_at`
    LATE = "late"  # its time passed while nobody could send: somebody must say whether it still should
    PREPARING = "preparing"  # its readers are written down, its pictures and draft handed to WeChat
    SENDING = "sending"
    WAITING = "waiting"  # for the word of the account's administrator
    PAUSED = "paused"
    DONE = "done"
    STOPPED = "stopped"  # by staff; what had left has left
    FAILED = "failed"


B = BroadcastState
BROADCAST_MOVES: Moves[BroadcastState] = {
    B.PLANNED: frozenset({B.LATE, B.PREPARING, B.STOPPED}),
    B.LATE: frozenset({B.PLANNED, B.PREPARING, B.STOPPED}),
    B.PREPARING: frozenset({B.SENDING, B.PAUSED, B.STOPPED, B.FAILED}),
    B.SENDING: frozenset({B.WAITING, B.PAUSED, B.DONE, B.STOPPED, B.FAILED}),
    B.WAITING: frozenset({B.SENDING, B.DONE, B.STOPPED, B.FAILED}),
    B.PAUSED: frozenset({B.PREPARING, B.SENDING, B.STOPPED}),
    B.FAILED: frozenset({B.PREPARING, B.STOPPED}),
    B.DONE: frozenset({B.FAILED}),  # a look said that it was sent, and WeChat's own word, later, that it was not
}


_IS_NEXT = sa.text("next_at IS NOT NULL")


class Broadcast(Base):
    """One going out of one notice, by one way, to one audience."""

    __tablename__ = "broadcasts"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    notice_id: Mapped[int] = plain(sa.ForeignKey("notices.id"), index=True)
    digest: Mapped[str] = plain(sa.String(64))  # of the words that were signed: it sends no others
    way: Mapped[Way] = plain(word(Way))
    rules: Mapped[dict[str, Any]] = plain(sa.JSON)  # of its audience, as a Segment's
    site: Mapped[str] = plain(
        sa.String(200), server_default=""
    )  # where links to our pages lead to be counted; "": as they are
    state: Mapped[BroadcastState] = plain(word(BroadcastState))
    due_at: Mapped[datetime] = plain(UtcDateTime)
    made_by: Mapped[str] = plain(sa.String(40))
    made_at: Mapped[datetime] = plain(UtcDateTime)
    confirmed_by: Mapped[str] = plain(sa.String(40), server_default="")
    confirmed_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    frozen_to: Mapped[str] = plain(sa.String(64), server_default="")  # the last openid that was looked at
    frozen_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)  # all its readers are written down
    media_id: Mapped[str] = plain(sa.String(128), server_default="")  # the platform's draft, picture or voice
    publish_id: Mapped[str] = plain(sa.String(64), server_default="")
    told: Mapped[dict[str, Any]] = plain(
        sa.JSON, server_default="{}"
    )  # addresses of articles, what became of originality
    cause: Mapped[str] = plain(sa.String(300), server_default="")  # why it failed, waits or was stopped
    done_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    sent_to: Mapped[str] = plain(
        sa.String(64), server_default=""
    )  # one by one: the last openid that is owed its message
    tries: Mapped[int] = plain(
        sa.Integer, server_default="0"
    )  # so many calls of its own were owed: a part of their keys
    next_at: Mapped[datetime | None] = plain(
        UtcDateTime, nullable=True
    )  # when the clock looks at it; None: not before staff

    __table_args__ = (
        sa.Index("ix_broadcasts_state", "state", "due_at"),
        sa.Index("ix_broadcasts_next", "next_at", sqlite_where=_IS_NEXT, postgresql_where=_IS_NEXT),
    )


class PartState(StrEnum):
    OWED = "owed"
    TAKEN = "taken"  # WeChat has it, under `msg_id`
    TOLD = "told"  # and has told what became of it
    FAILED = "failed"


PART_MOVES: Moves[PartState] = {
    PartState.OWED: frozenset({PartState.TAKEN, PartState.FAILED}),
    PartState.TAKEN: frozenset({PartState.TOLD, PartState.FAILED}),
    PartState.TOLD: frozenset({PartState.FAILED}),  # asked, WeChat said it was sent; its own word, later, says no
    PartState.FAILED: frozenset(
        {PartState.OWED, PartState.TAKEN, PartState.TOLD}
    ),  # an answer that was lost came after all
}


class BroadcastPart(Base):
    """One mass send of a broadcast: a list of at most 10 000, or all of it where WeChat chooses the readers."""

    __tablename__ = "broadcast_parts"

    broadcast_id: Mapped[int] = plain(sa.ForeignKey("broadcasts.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = plain(sa.Integer, primary_key=True)
    # clientmsgid: the same however often it is asked; another only after WeChat has told that the job itself failed
    client_id: Mapped[str] = plain(sa.String(32), unique=True)
    state: Mapped[PartState] = plain(word(PartState))
    msg_id: Mapped[str] = plain(sa.String(32), server_default="", index=True)
    msg_data_id: Mapped[str] = plain(sa.String(32), server_default="")
    taken_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    told: Mapped[dict[str, Any]] = plain(sa.JSON, server_default="{}")  # total, filtered, sent, failed, status
    cause: Mapped[str] = plain(sa.String(300), server_default="")
    media_id: Mapped[str] = plain(sa.String(128), server_default="")  # its own draft: a mass send uses one up
    tries: Mapped[int] = plain(sa.Integer, server_default="0")
    again: Mapped[int] = plain(sa.Integer, server_default="0")  # so many jobs of it failed, told by WeChat
    # Since when WeChat may have it without our knowing: the key is good for a day from here. None: surely not.
    asked_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    looks: Mapped[int] = plain(sa.Integer, server_default="0")
    look_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)  # when WeChat is asked what became of it


class PlatformFile(Base):
    """A file of ours that WeChat has: a repeat uploads nothing twice."""

    __tablename__ = "platform_files"

    digest: Mapped[str] = plain(sa.String(64), primary_key=True)
    use: Mapped[str] = plain(sa.String(12), primary_key=True)  # inline, cover, picture, voice
    address: Mapped[str] = plain(sa.String(600))  # of the picture, or the media_id
    until: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)  # temporary media go after three days
    given_at: Mapped[datetime] = plain(UtcDateTime)


class JobWord(Base):
    """WeChat's word about a job, kept for a week: it may be faster than the answer that tells us the job's number."""

    __tablename__ = "job_words"

    number: Mapped[str] = plain(sa.String(40), primary_key=True)  # mass:<msg_id>, publish:<publish_id>
    told: Mapped[dict[str, Any]] = plain(sa.JSON)
    told_at: Mapped[datetime] = plain(UtcDateTime, index=True)


class Outcome(StrEnum):
    """What became of one reader of a broadcast, as far as anybody is told."""

    LISTED = "listed"  # theirs, and not yet handed over
    HANDED = "handed"  # in a part that WeChat took: whom of a part it did not reach, it tells nobody
    OWED = "owed"  # a message of their own: its row in the outbox says the rest
    LEFT_OUT = "left_out"  # had too many, or wants none: `cause`


class BroadcastReader(Base):
    """One reader of a broadcast whose readers are ours to choose."""

    __tablename__ = "broadcast_readers"

    broadcast_id: Mapped[int] = plain(sa.ForeignKey("broadcasts.id", ondelete="CASCADE"), primary_key=True)
    openid: Mapped[str] = personal("微信号在本号的编号", sa.String(64), primary_key=True)
    part: Mapped[int] = plain(sa.Integer)  # 0: in none
    outcome: Mapped[Outcome] = personal("通知发到了没有", word(Outcome))
    cause: Mapped[str] = personal("没有发的原因", sa.String(100), server_default="")

    __table_args__ = (
        sa.Index("ix_broadcast_readers_part", "broadcast_id", "part"),
        sa.Index("ix_broadcast_readers_openid", "openid"),
    )


def doubt_all(connection: sa.Connection, *, since: datetime) -> None:
    """These rows are of `since`: what was about to be sent may have been sent after that. Nothing goes on by itself; under its
    key, while WeChat knows it, a part is found to have been sent, and beyond that staff decide."""
    owed = sa.update(BroadcastPart).where(BroadcastPart.state == PartState.OWED, BroadcastPart.asked_at.is_(None))
    connection.execute(owed.values(asked_at=since))
    begun = (B.PREPARING, B.SENDING, B.WAITING)
    to_come = sa.select(Broadcast.id, Broadcast.state, Broadcast.told).where(
        Broadcast.state.in_((B.PLANNED, B.LATE, B.PAUSED, *begun))
    )
    for number, state, told in connection.execute(to_come).all():
        values: dict[str, Any] = {"told": {**told, "restored": since.isoformat()}}
        if state in begun:
            values |= {"state": B.PAUSED, "cause": RESTORED, "next_at": None}
        connection.execute(sa.update(Broadcast).where(Broadcast.id == number).values(values))


RESTORED = "从备份恢复以后停在这里：备份以后可能已经发出去一些，看过再决定。"
