"""Whom a notice reaches: the platform's list of followers and its tags, and what readers did after one."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from models.db import Base, UtcDateTime, plain, word
from models.states import Moves


class ListingState(StrEnum):
    LISTING = "listing"  # page by page, from WeChat
    COMPARING = "comparing"  # all pages are here: who of ours is on none?
    ASKED = "asked"  # the list has far fewer than we have: somebody must look
    LEAVING = "leaving"  # who is not on it goes, as after an unfollow
    DONE = "done"
    STOPPED = "stopped"


L = ListingState
LISTING_MOVES: Moves[ListingState] = {
    L.LISTING: frozenset({L.COMPARING, L.STOPPED}),
    L.COMPARING: frozenset({L.ASKED, L.LEAVING, L.DONE, L.STOPPED}),
    L.ASKED: frozenset({L.LEAVING, L.STOPPED}),
    L.LEAVING: frozenset({L.DONE, L.STOPPED}),
}
OPEN = (L.LISTING, L.COMPARING, L.ASKED, L.LEAVING)


class FollowerListing(Base):
    """One reading of the platform's list; a follower that is on it has its number (`Follower.listed_in`)."""

    __tablename__ = "follower_listings"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    state: Mapped[ListingState] = plain(word(ListingState))
    who: Mapped[str] = plain(sa.String(40))
    began_at: Mapped[datetime] = plain(UtcDateTime)
    next_openid: Mapped[str] = plain(sa.String(64), server_default="")  # where the next page begins
    calls: Mapped[int] = plain(sa.Integer, server_default="0")  # settled; the next has this number
    listed: Mapped[int] = plain(sa.Integer, server_default="0")
    total: Mapped[int] = plain(sa.Integer, server_default="0")  # as the platform counts
    missing: Mapped[int] = plain(sa.Integer, server_default="0")  # ours that are not on it
    looked_to: Mapped[str] = plain(sa.String(64), server_default="")  # the last openid that was looked at
    gone: Mapped[int] = plain(sa.Integer, server_default="0")
    cause: Mapped[str] = plain(sa.String(300), server_default="")
    done_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)


class PlatformTag(Base):
    """A tag of the platform, as it last told. `segment_id`: made by us of this segment."""

    __tablename__ = "platform_tags"

    id: Mapped[int] = plain(sa.Integer, primary_key=True, autoincrement=False)
    name: Mapped[str] = plain(sa.String(60))
    readers: Mapped[int] = plain(sa.Integer)
    seen_at: Mapped[datetime] = plain(UtcDateTime)
    segment_id: Mapped[int | None] = plain(sa.ForeignKey("segments.id", ondelete="SET NULL"), nullable=True)


class TaggingState(StrEnum):
    GOING = "going"
    DONE = "done"
    STOPPED = "stopped"


TAGGING_MOVES: Moves[TaggingState] = {TaggingState.GOING: frozenset({TaggingState.DONE, TaggingState.STOPPED})}


class Tagging(Base):
    """A segment is made a tag, fifty readers a call."""

    __tablename__ = "taggings"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    segment_id: Mapped[int] = plain(sa.ForeignKey("segments.id", ondelete="CASCADE"), index=True)
    rules: Mapped[dict[str, Any]] = plain(sa.JSON)  # the segment's when it began
    name: Mapped[str] = plain(sa.String(60))
    state: Mapped[TaggingState] = plain(word(TaggingState))
    tag_id: Mapped[int | None] = plain(sa.Integer, nullable=True)
    tagged_to: Mapped[str] = plain(sa.String(64), server_default="")  # the last openid that was looked at
    calls: Mapped[int] = plain(sa.Integer, server_default="0")  # settled; the next has this number
    tagged: Mapped[int] = plain(sa.Integer, server_default="0")
    refused: Mapped[int] = plain(sa.Integer, server_default="0")  # by WeChat: twenty tags already, or gone
    cause: Mapped[str] = plain(sa.String(300), server_default="")
    who: Mapped[str] = plain(sa.String(40))
    began_at: Mapped[datetime] = plain(UtcDateTime)
    done_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)


class NoticeHabit(Base):
    """The library's own rule on how much is enough: one row. `most` 0: no limit."""

    __tablename__ = "notice_habits"

    one: Mapped[int] = plain(sa.Integer, primary_key=True)
    most: Mapped[int] = plain(sa.SmallInteger)  # notices by list or message that one reader is sent
    within_days: Mapped[int] = plain(sa.SmallInteger)


class ToldBy(StrEnum):
    STAFF = "staff"
    WECHAT = "wechat"  # 45028: the day's send was used up elsewhere


class OtherSend(Base):
    """A send to all on that day that was none of ours: made in the platform's own console."""

    __tablename__ = "other_sends"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    day: Mapped[date] = plain(sa.Date, unique=True)  # WeChat allows one a day, from wherever
    told_by: Mapped[ToldBy] = plain(word(ToldBy))
    who: Mapped[str] = plain(sa.String(40))
    told_at: Mapped[datetime] = plain(UtcDateTime)


class ArticleReads(Base):
    """How many readers opened an article of a broadcast, and passed it on, from its day to the end of `until`: as WeChat told."""

    __tablename__ = "article_reads"

    broadcast_id: Mapped[int] = plain(sa.ForeignKey("broadcasts.id", ondelete="CASCADE"), primary_key=True)
    part: Mapped[int] = plain(sa.Integer, primary_key=True)  # 0: a publication
    place: Mapped[int] = plain(sa.SmallInteger, primary_key=True)  # of the article, from 1
    readers: Mapped[int] = plain(sa.Integer)
    shared: Mapped[int] = plain(sa.Integer)
    until: Mapped[date] = plain(sa.Date)
    told_at: Mapped[datetime] = plain(UtcDateTime)


class NoticeLink(Base):
    """An address of ours in a notice; `/n/<code>` leads there and counts."""

    __tablename__ = "notice_links"

    code: Mapped[str] = plain(sa.String(10), primary_key=True)
    notice_id: Mapped[int] = plain(sa.ForeignKey("notices.id", ondelete="CASCADE"))
    path: Mapped[str] = plain(sa.String(200))  # with its query, without our own host
    made_at: Mapped[datetime] = plain(UtcDateTime)

    __table_args__ = (sa.UniqueConstraint("notice_id", "path", name="uq_notice_links"),)


class NoticeTap(Base):
    """Somebody followed it on that day; counted once a visitor and day (activities.visits)."""

    __tablename__ = "notice_taps"

    code: Mapped[str] = plain(sa.ForeignKey("notice_links.code", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = plain(sa.Date, primary_key=True)
    visitor: Mapped[str] = plain(sa.String(32), primary_key=True)


class BroadcastSum(Base):
    """What would be forgotten: with the farewells, how many readers left in the day after a broadcast, and usually; with
    the calls, what became of messages one by one."""

    __tablename__ = "broadcast_sums"

    broadcast_id: Mapped[int] = plain(sa.ForeignKey("broadcasts.id", ondelete="CASCADE"), primary_key=True)
    gone: Mapped[int] = plain(sa.Integer)
    usually: Mapped[int] = plain(sa.Integer)  # a day of the four weeks before
    summed_at: Mapped[datetime] = plain(UtcDateTime)
    messages: Mapped[dict[str, Any] | None] = plain(sa.JSON(none_as_null=True), nullable=True)  # sent, failed, causes
