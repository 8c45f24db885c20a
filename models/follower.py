"""Followers: who may be answered, since when, and the moments that open a window to write to them later.

No name and no picture: the platform gives none, and none is needed to answer. A row exists while the reader
follows; on unfollow it is erased (handlers.welcome) and only a digest stays, so that late pushes cannot
bring it back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session

from models.bulk import Bulk, one_of
from models.db import Base, UtcDateTime, core, insert, personal, plain
from models.inbox import set_follows_aside
from models.outbox import drop_all_of
from models.privacy import digest, erase


class Follower(Base):
    """One WeChat user, known by the openid of this account."""

    __tablename__ = "followers"

    openid: Mapped[str] = personal("微信号在本号的编号", sa.String(64), primary_key=True)
    followed_at: Mapped[datetime | None] = personal("关注时间", UtcDateTime, nullable=True)
    came_by: Mapped[str | None] = personal("关注时扫的码", sa.String(64), nullable=True)
    # A message opens 48 h with 5 customer-service messages; a follow, a scan or a menu tap a minute with 3.
    last_message_at: Mapped[datetime | None] = personal("最近一次发消息的时间", UtcDateTime, nullable=True)
    last_touch_at: Mapped[datetime | None] = personal("最近一次点菜单、扫码的时间", UtcDateTime, nullable=True)
    listed_in: Mapped[int | None] = plain(sa.Integer, nullable=True)  # models.audience: the last list they were on


class Farewell(Base):
    """Somebody unfollowed at `left_at`: older pushes that arrive later are not from a follower."""

    __tablename__ = "farewells"

    reader: Mapped[str] = plain(sa.String(32), primary_key=True)
    left_at: Mapped[datetime] = plain(UtcDateTime, index=True)


@dataclass(frozen=True, slots=True)
class Sign:
    """A push as a sign of life: the moments to which it opens the windows, None where it opens none."""

    openid: str
    wrote_at: datetime | None = None
    touched_at: datetime | None = None
    follows: bool = False

    @property
    def at(self) -> datetime | None:
        """When it was given."""
        return self.wrote_at or self.touched_at


_HOLD = (
    sa.select(Follower.openid).where(one_of(Follower.openid, "readers")).order_by(Follower.openid).with_for_update()
)
_LEFT = sa.select(Farewell.reader, Farewell.left_at).where(one_of(Farewell.reader, "digests"))


def _later(old: sa.ColumnElement[datetime], new: sa.ColumnElement[datetime]) -> sa.ColumnElement[datetime]:
    return sa.case((new.is_(None) | (old >= new), old), else_=new)


_SEEN = Bulk(
    Follower, "openid", "last_message_at", "last_touch_at", key="openid",
    changed=lambda old, new: {
        name: _later(old[name], new[name]) for name in ("last_message_at", "last_touch_at")
    },
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """Openids: of those who may be answered, and of newcomers who must come by themselves."""

    here: frozenset[str] = frozenset()
    aside: frozenset[str] = frozenset()


def seen(session: Session, signs: Sequence[Sign], *, newcomers_join: bool = True) -> Seen:
    """Hold the rows of these readers until the unit ends, and open their windows. One sign a reader.

    The rows are what makes a reader's pushes take turns. They are held in one order, so that two groups cannot wait
    for each other; a row still to be made has no place in that order, so where groups write side by side a newcomer
    is put aside. A push from before its reader left brings nobody back; a subscribe undoes a farewell of its second.
    """
    given = {sign.openid: sign for sign in signs if sign.at is not None}
    if not given:
        return Seen()
    held = frozenset(core(session).scalars(_HOLD, {"readers": list(given)}))
    newcomers = [sign for openid, sign in given.items() if openid not in held]
    gone = _who_left_since(session, newcomers) if newcomers else set()
    aside = frozenset[str]() if newcomers_join else frozenset(given) - held - gone
    here = frozenset(given) - gone - aside
    _SEEN.run(session, [(sign.openid, sign.wrote_at, sign.touched_at) for sign in map(given.__getitem__, here)])
    return Seen(here, aside)


def _who_left_since(session: Session, signs: Sequence[Sign]) -> set[str]:
    known_by = {digest(sign.openid): sign for sign in signs}
    gone = set()
    for row in core(session).execute(_LEFT, {"digests": list(known_by)}):
        sign = known_by[row.reader]
        given_at = sign.at or row.left_at
        if row.left_at >= given_at + timedelta(seconds=1 if sign.follows else 0):
            gone.add(sign.openid)
    return gone


def follow(session: Session, openid: str, *, at: datetime, came_by: str | None) -> None:
    """They follow since `at`."""
    values = {"followed_at": at, "came_by": came_by}
    session.execute(
        insert(session, Follower)
        .values(openid=openid, **values)
        .on_conflict_do_update(index_elements=["openid"], set_=values)
    )
    session.execute(sa.delete(Farewell).where(Farewell.reader == digest(openid)))


def came_back(session: Session, openid: str, *, since: datetime) -> bool:
    """Did they follow anew after `since`? Their row is held, as every push of theirs holds it, before anything else is."""
    row = session.get(Follower, openid, with_for_update=True)
    return row is not None and row.followed_at is not None and row.followed_at > since


def forget(session: Session, openid: str, *, at: datetime) -> None:
    """Erase all that is personal, everywhere, and remember only that somebody left.

    A late unsubscribe, overtaken by a new subscribe, erases nothing. activities.farewell gives their seats back before.
    """
    if came_back(session, openid, since=at):
        return
    drop_all_of(session, openid, now=at)
    set_follows_aside(session, openid)
    erase(session, openid)
    session.execute(
        insert(session, Farewell)
        .values(reader=digest(openid), left_at=at)
        .on_conflict_do_update(index_elements=["reader"], set_={"left_at": at})
    )
