"""Followers: who may be answered, since when, and the moments that open a window to write to them later.

No name and no picture: the platform gives none, and none is needed to answer. A row exists while the reader
follows; on unfollow it is erased (handlers.welcome) and only a digest stays, so that late pushes cannot
bring it back.
"""

import hashlib
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session

from models.db import Base, UtcDateTime, core, insert, personal, plain
from models.outbox import drop_all_of
from models.privacy import erase


class Follower(Base):
    """One WeChat user, known by the openid of this account."""

    __tablename__ = "followers"

    openid: Mapped[str] = personal("微信号在本号的编号", sa.String(64), primary_key=True)
    followed_at: Mapped[datetime | None] = personal("关注时间", UtcDateTime, nullable=True)
    came_by: Mapped[str | None] = personal("关注时扫的码", sa.String(64), nullable=True)
    # A message opens 48 h with 5 customer-service messages; a follow, a scan or a menu tap a minute with 3.
    last_message_at: Mapped[datetime | None] = personal("最近一次发消息的时间", UtcDateTime, nullable=True)
    last_touch_at: Mapped[datetime | None] = personal("最近一次点菜单、扫码的时间", UtcDateTime, nullable=True)


class Farewell(Base):
    """Somebody unfollowed at `left_at`: older pushes that arrive later are not from a follower."""

    __tablename__ = "farewells"

    reader: Mapped[str] = plain(sa.String(32), primary_key=True)
    left_at: Mapped[datetime] = plain(UtcDateTime, index=True)


def digest(openid: str) -> str:
    """A name for an openid that cannot be turned back into it without knowing it."""
    return hashlib.blake2b(openid.encode(), digest_size=16, person=b"farewell").hexdigest()


_later_message = sa.case(
    (Follower.last_message_at.is_(None), sa.bindparam("at")),
    (Follower.last_message_at < sa.bindparam("at"), sa.bindparam("at")),
    else_=Follower.last_message_at,
)
_later_touch = sa.case(
    (Follower.last_touch_at.is_(None), sa.bindparam("at")),
    (Follower.last_touch_at < sa.bindparam("at"), sa.bindparam("at")),
    else_=Follower.last_touch_at,
)
_of_reader = Follower.openid == sa.bindparam("reader")
_WROTE = sa.update(Follower).where(_of_reader).values(last_message_at=_later_message)
_TOUCHED = sa.update(Follower).where(_of_reader).values(last_touch_at=_later_touch)


def seen(session: Session, openid: str, *, at: datetime, wrote: bool, follows: bool = False) -> bool:
    """Open the window of a message (`wrote`) or of a tap, and hold this reader's row until the unit ends.

    The row is what makes a reader's pushes take turns. False for a push from before the reader left: nobody
    is there to answer. `follows`: the push is a subscribe, which undoes a farewell of the same second.
    """
    statement = _WROTE if wrote else _TOUCHED
    if core(session).execute(statement, {"reader": openid, "at": at}).rowcount:
        return True
    if _has_left_since(session, openid, at=at + timedelta(seconds=1) if follows else at):
        return False
    session.execute(insert(session, Follower).values(openid=openid).on_conflict_do_nothing())
    core(session).execute(statement, {"reader": openid, "at": at})
    return True


def _has_left_since(session: Session, openid: str, *, at: datetime) -> bool:
    farewell = sa.select(Farewell.left_at).where(Farewell.reader == digest(openid), Farewell.left_at >= at)
    return session.execute(farewell).first() is not None


def follow(session: Session, openid: str, *, at: datetime, came_by: str | None) -> None:
    """They follow since `at`."""
    values = {"followed_at": at, "came_by": came_by}
    session.execute(
        insert(session, Follower)
        .values(openid=openid, **values)
        .on_conflict_do_update(index_elements=["openid"], set_=values)
    )
    session.execute(sa.delete(Farewell).where(Farewell.reader == digest(openid)))


def forget(session: Session, openid: str, *, at: datetime) -> None:
    """Erase all that is personal, everywhere, and remember only that somebody left.

    A late unsubscribe, overtaken by a new subscribe, erases nothing.
    """
    row = session.get(Follower, openid)
    if row is not None and row.followed_at is not None and row.followed_at > at:
        return
    drop_all_of(session, openid, now=at)
    erase(session, openid)
    session.execute(
        insert(session, Farewell)
        .values(reader=digest(openid), left_at=at)
        .on_conflict_do_update(index_elements=["reader"], set_={"left_at": at})
    )
