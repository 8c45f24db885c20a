"""Browsers that readers have said are theirs: a hash of the cookie, once for each link, and gone when idle.

A reader's follower row is held by whoever binds and whoever voids, so that 不是我 leaves none behind.
"""

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session

from models.db import Base, UtcDateTime, insert, personal, plain
from models.follower import Follower
from models.messages import owe_message

IDLE = timedelta(days=30)
SEEN_EVERY = timedelta(hours=1)  # a write an hour, not one a page
TOLD_WITHIN = timedelta(days=1)
NOT_ME = "不是我"


class Binding(Base):
    """A browser that is a reader's."""

    __tablename__ = "page_bindings"

    cookie_hash: Mapped[str] = plain(sa.String(64), primary_key=True)
    openid: Mapped[str] = personal("微信号在本号的编号", sa.String(64), index=True)
    link_hash: Mapped[str] = plain(sa.String(64), unique=True)  # of the link, or of the code WeChat gave
    bound_at: Mapped[datetime] = personal("手机绑定的时间", UtcDateTime)
    seen_at: Mapped[datetime] = personal("手机最近一次打开网页的时间", UtcDateTime, index=True)


class Refusal(Base):
    """The reader said 不是我: links given until then open nothing any more."""

    __tablename__ = "page_refusals"

    openid: Mapped[str] = personal("微信号在本号的编号", sa.String(64), primary_key=True)
    said_at: Mapped[datetime] = personal("说“不是我”的时间", UtcDateTime)


class Bound(StrEnum):
    """What became of an attempt."""

    DONE = "done"
    USED = "used"  # the link has bound a browser before
    VOID = "void"  # refused since, or they no longer follow


def cookie_hash(cookie: str) -> str:
    """The only thing kept of a cookie."""
    return hashlib.sha256(cookie.encode()).hexdigest()


def mark_of(cookie: str) -> str:
    """What is kept of the cookie that a browser keeps whoever its reader is; enough to see that two used the same one."""
    return cookie_hash(cookie)[:16]


def bind(session: Session, openid: str, cookie: str, *, link: str, given_at: datetime, now: datetime) -> Bound:
    """This browser is theirs from now on. `link` is the hash of what proves it, good for one browser."""
    if not _is_good(session, openid, given_at):
        return Bound.VOID
    values = {
        "cookie_hash": cookie_hash(cookie),
        "openid": openid,
        "link_hash": link,
        "bound_at": now,
        "seen_at": now,
    }
    made = insert(session, Binding).values(values).on_conflict_do_nothing(index_elements=["link_hash"])
    return Bound.DONE if session.scalar(made.returning(Binding.link_hash)) else Bound.USED


def _is_good(session: Session, openid: str, given_at: datetime) -> bool:
    """Do they follow since before the link was given, and has nobody said 不是我 since?"""
    row = session.scalars(sa.select(Follower).where(Follower.openid == openid).with_for_update()).one_or_none()
    if row is None or (row.followed_at is not None and row.followed_at > given_at + timedelta(seconds=1)):
        return False
    refusal = session.get(Refusal, openid)
    return refusal is None or given_at > refusal.said_at


def tell(session: Session, openid: str, *, link: str, now: datetime) -> None:
    """Say in the chat that a browser was bound, once for each link, where a way is open."""
    text = f"有一台手机用您的链接打开了网页，认作是您。\n是您自己，就不用理。不是您？回复“{NOT_ME}”，马上作废。"
    owe_message(session, openid, text, key=f"bound:{link}", now=now, useful_until=now + TOLD_WITHIN)


def whose(session: Session, cookie: str, *, now: datetime) -> Binding | None:
    """The browser's binding, if it is not idle for too long."""
    row = session.get(Binding, cookie_hash(cookie))
    return row if row is not None and row.seen_at > now - IDLE else None


def seen(session: Session, cookie: str, *, now: datetime) -> None:
    """It is in use; written once an hour at most."""
    hashed = cookie_hash(cookie)
    session.execute(sa.update(Binding).where(Binding.cookie_hash == hashed).values(seen_at=now))


def unbind(session: Session, cookie: str) -> None:
    """This browser is nobody's."""
    session.execute(sa.delete(Binding).where(Binding.cookie_hash == cookie_hash(cookie)))


def void(session: Session, openid: str, *, now: datetime) -> int:
    """不是我: every browser is nobody's, every link given so far is worth nothing. How many browsers it were."""
    session.execute(sa.select(Follower.openid).where(Follower.openid == openid).with_for_update())
    gone = session.scalars(sa.delete(Binding).where(Binding.openid == openid).returning(Binding.cookie_hash)).all()
    values = {"openid": openid, "said_at": now}
    made = insert(session, Refusal).values(values)
    session.execute(made.on_conflict_do_update(index_elements=["openid"], set_={"said_at": now}))
    return len(gone)
