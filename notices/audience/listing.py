"""The platform's own list of followers, page by page, and its tags: who followed before the bot did, who left unseen."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities import farewell
from models import audit, outbox, times
from models.audience import LISTING_MOVES, OPEN, FollowerListing, ListingState, PlatformTag
from models.bulk import Bulk
from models.by import By
from models.db import insert
from models.errors import BadInput, Rejected, Stopped
from models.follower import Farewell, Follower
from models.outbox import CallKind, CallState, Claimed
from models.platform import Capability
from models.privacy import digest
from models.states import moved
from models.work import NotNow, Outcome, Ready

L = ListingState
A_WEEK = timedelta(days=7)
STUCK = timedelta(days=1)
NIGHT = range(2, 6)  # hours in which the weekly one begins
LOOKED_AT, LET_GO = 10_000, 10  # followers a unit
FEW, SHARE = 20, 10  # so many may be missing, or one in so many, before staff are asked
A_HANDFUL = 3  # of a small account more may be missing than are listed, before staff are asked
NOT_FROM_HERE = 40003  # the page begins after somebody who has left meanwhile
MOST_CALLS = 2000
LONGEST_OPENID = 64
A_SECOND = timedelta(seconds=1)  # WeChat tells moments in whole seconds
HOUSE = "house"
_LISTED = Bulk(Follower, "openid", "listed_in", key="openid")


def newest(session: Session) -> FollowerListing | None:
    """The last one that was begun."""
    return session.scalars(sa.select(FollowerListing).order_by(FollowerListing.id.desc()).limit(1)).one_or_none()


def begin_due(session: Session, now: datetime) -> int:
    """The first as soon as the right is known, then every week at night. 0: nothing was due."""
    last = newest(session)
    is_due = last is None or (last.began_at < now - A_WEEK and times.local(now).hour in NIGHT)
    has_right = session.scalar(sa.select(Capability.is_alive).where(Capability.name == "users"))
    if is_due and has_right and (last is None or not _is_under_way(last, now)):
        _begin(session, By(HOUSE, now))
        return 1
    return 0


def begin(session: Session, *, by: By) -> FollowerListing:
    """Staff want it now. Raises: BadInput while one is under way."""
    last = newest(session)
    if last is not None and _is_under_way(last, by.at):
        raise BadInput("正在取名单，等它取完再说。")
    audit.note(session, "followers asked for", who=by.who, subject="followers", at=by.at)
    return _begin(session, by)


def _is_under_way(listing: FollowerListing, now: datetime) -> bool:
    return listing.state in OPEN and listing.state is not L.ASKED and listing.began_at > now - STUCK


def _begin(session: Session, by: By) -> FollowerListing:
    for old in session.scalars(sa.select(FollowerListing).where(FollowerListing.state.in_(OPEN))):
        _stop(old, "重新取了一遍", by.at)
    listing = FollowerListing(
        state=L.LISTING, who=by.who[:40], began_at=by.at, calls=0, listed=0, total=0, missing=0, gone=0
    )
    session.add(listing)
    session.flush()
    _owe_page(session, listing, by.at)
    owe_tags(session, occasion=f"listing {listing.id}", now=by.at)
    return listing


def owe_tags(session: Session, *, occasion: str, now: datetime) -> bool:
    """Have the platform's tags told once per `occasion`."""
    key = f"tags:{occasion}"
    return outbox.owe(session, CallKind.LIST_FOLLOWERS, key=key, payload={"what": "tags"}, now=now)


def _owe_page(session: Session, listing: FollowerListing, now: datetime) -> None:
    payload = {"what": "page", "listing": listing.id, "after": listing.next_openid}
    outbox.owe(
        session, CallKind.LIST_FOLLOWERS, key=f"followers:{listing.id}:{listing.calls}", payload=payload, now=now
    )


def prepare(session: Session, call: Claimed, _now: datetime) -> Ready | NotNow:
    """No page of a listing that is over."""
    if (
        call.payload["what"] == "page"
        and session.get_one(FollowerListing, call.payload["listing"]).state is not L.LISTING
    ):
        return NotNow(CallState.DROPPED, "这一遍已经不取了")
    return Ready(call.payload)


def settle(session: Session, call: Claimed, outcome: Outcome, now: datetime) -> NotNow | None:
    """Take the page in and owe the next; or keep the tags."""
    if call.payload["what"] == "tags":
        if outcome.answer is not None:
            _keep_tags(session, outcome.answer["tags"], now)
        return None
    listing = session.get_one(FollowerListing, call.payload["listing"], with_for_update={"key_share": True})
    if listing.state is not L.LISTING:
        return None
    if outcome.answer is None:
        return _refused(session, listing, outcome.error, now)
    _take_in(session, listing, outcome.answer["openids"])
    listing.calls += 1
    listing.total = outcome.answer["total"]
    is_end = not outcome.answer["openids"] or not outcome.answer["next"] or listing.calls >= MOST_CALLS
    listing.next_openid = outcome.answer["next"]
    if is_end:
        listing.state = moved(listing.state, to=L.COMPARING, moves=LISTING_MOVES)
    else:
        _owe_page(session, listing, now)
    session.flush()
    return None


def _refused(session: Session, listing: FollowerListing, error: Exception | None, now: datetime) -> NotNow | None:
    if isinstance(error, Stopped) or not isinstance(error, Rejected):
        return None  # it is asked again
    if error.errcode == NOT_FROM_HERE and listing.next_openid and listing.calls < MOST_CALLS:
        listing.next_openid, listing.listed, listing.calls = "", 0, listing.calls + 1
        _owe_page(session, listing, now)
        return NotNow(CallState.DROPPED, "页尾的读者刚取关，从头再取")
    _stop(listing, str(error), now)
    return None


def _stop(listing: FollowerListing, cause: str, now: datetime) -> None:
    listing.state = moved(listing.state, to=L.STOPPED, moves=LISTING_MOVES)
    listing.cause, listing.done_at = cause[:300], now


def _take_in(session: Session, listing: FollowerListing, openids: Sequence[str]) -> None:
    """Rows without moments for whom we did not know; in the order in which a group of pushes holds its readers. Whoever
    left since the listing began stays away."""
    gone = set(session.scalars(sa.select(Farewell.reader).where(Farewell.left_at >= listing.began_at - A_SECOND)))
    here = sorted(
        one for one in set(openids) if 0 < len(one) <= LONGEST_OPENID and not (gone and digest(one) in gone)
    )  # fmt: skip
    _LISTED.run(session, [(openid, listing.id) for openid in here])
    listing.listed += len(here)


def _keep_tags(session: Session, tags: Sequence[dict[str, object]], now: datetime) -> None:
    session.execute(sa.delete(PlatformTag).where(PlatformTag.id.not_in([tag["id"] for tag in tags])))
    for tag in tags:
        values = {"name": str(tag["name"])[:60], "readers": tag["readers"], "seen_at": now}
        row = insert(session, PlatformTag).values(id=tag["id"], **values)
        session.execute(row.on_conflict_do_update(index_elements=["id"], set_=values))


def carry_on(session: Session, now: datetime) -> int:
    """The next part of what follows the last page: 1, or 0 when nothing is to be done."""
    underway = sa.select(FollowerListing).where(FollowerListing.state.in_((L.COMPARING, L.LEAVING))).limit(1)
    listing = session.scalars(underway.with_for_update(skip_locked=True)).one_or_none()
    if listing is None:
        return 0
    if listing.state is L.COMPARING:
        _compare(session, listing, now)
    else:
        _let_leave(session, listing, now)
    session.flush()
    return 1


def _is_missing(listing: FollowerListing) -> sa.ColumnElement[bool]:
    """On no page, and nothing was heard of them since it began."""
    heard = (Follower.followed_at, Follower.last_message_at, Follower.last_touch_at)
    silent = (sa.or_(moment.is_(None), moment < listing.began_at - A_SECOND) for moment in heard)
    return sa.and_(sa.or_(Follower.listed_in.is_(None), Follower.listed_in < listing.id), *silent)


def _page_end(session: Session, listing: FollowerListing) -> str | None:
    after = sa.select(Follower.openid).where(Follower.openid > listing.looked_to).order_by(Follower.openid)
    end = session.scalars(after.offset(LOOKED_AT - 1).limit(1)).one_or_none()
    return end or session.scalar(sa.select(sa.func.max(Follower.openid)).where(Follower.openid > listing.looked_to))


def _compare(session: Session, listing: FollowerListing, now: datetime) -> None:
    end = _page_end(session, listing)
    if end is not None:
        here = (Follower.openid > listing.looked_to, Follower.openid <= end, _is_missing(listing))
        listing.missing += session.scalar(sa.select(sa.func.count()).select_from(Follower).where(*here)) or 0
        listing.looked_to = end
        return
    listing.looked_to = ""
    if not listing.missing:
        _finish(session, listing, now)
    elif _is_doubtful(listing):
        listing.state = moved(listing.state, to=L.ASKED, moves=LISTING_MOVES)
    else:
        listing.state = moved(listing.state, to=L.LEAVING, moves=LISTING_MOVES)


def _is_doubtful(listing: FollowerListing) -> bool:
    """The list has nobody, or far fewer than we have, or than WeChat itself says there are. Somebody is missing."""
    is_short = listing.listed * 100 < listing.total * 98
    has_most = listing.missing > A_HANDFUL and listing.missing > listing.listed
    is_many = listing.missing > max(FEW, (listing.missing + listing.listed) // SHARE)
    return is_short or not listing.listed or has_most or is_many


def _let_leave(session: Session, listing: FollowerListing, now: datetime) -> None:
    """The next few go as after an unfollow: seats are given back, all that is personal is erased."""
    end = _page_end(session, listing)
    if end is None:
        _finish(session, listing, now)
        return
    here = (Follower.openid > listing.looked_to, Follower.openid <= end, _is_missing(listing))
    found = session.scalars(sa.select(Follower.openid).where(*here).order_by(Follower.openid).limit(LET_GO)).all()
    for openid in found:
        farewell.forget(session, openid, at=listing.began_at, now=now)
    listing.gone += len(found)
    listing.looked_to = found[-1] if len(found) == LET_GO else end


def _finish(session: Session, listing: FollowerListing, now: datetime) -> None:
    listing.state, listing.done_at = moved(listing.state, to=L.DONE, moves=LISTING_MOVES), now
    session.flush()


def let_go(session: Session, listing: FollowerListing, *, by: By) -> None:
    """Staff: the list is right, those who are not on it go. Raises: BadInput if nobody was asked."""
    _asked(listing)
    listing.state = moved(listing.state, to=L.LEAVING, moves=LISTING_MOVES)
    detail = f"{listing.missing} 位"
    audit.note(session, "followers let go", who=by.who, subject="followers", at=by.at, detail=detail)


def keep_all(session: Session, listing: FollowerListing, *, by: By) -> None:
    """Staff: something is wrong with the list, nobody goes. Raises: BadInput if nobody was asked."""
    _asked(listing)
    _stop(listing, "馆员决定不移除", by.at)
    audit.note(session, "followers kept", who=by.who, subject="followers", at=by.at)


def _asked(listing: FollowerListing) -> None:
    if listing.state is not L.ASKED:
        raise BadInput("这份名单已经处理过了。")
