"""A reader leaves: seats are given back first, then everything personal is erased, in one unit."""

from datetime import datetime

from sqlalchemy.orm import Session

from activities.signup import service
from activities.volunteers import people
from models import binding, follower, loan, outbox, privacy
from models.notice import NoticeOptOut


def forget(session: Session, openid: str, *, at: datetime, now: datetime | None = None) -> None:
    """They left at `at`. A late goodbye, overtaken by a new subscribe, changes nothing."""
    if follower.came_back(session, openid, since=at):
        return
    service.leave_all(session, openid, now=now or at)
    loan.forget_loans(session, openid)
    people.leave_all(session, openid, now=now or at)
    follower.forget(session, openid, at=at)


def clear(session: Session, openid: str, *, now: datetime) -> None:
    """They stay, and all that is personal goes as if they had left: links given so far go with it."""
    row = session.get(follower.Follower, openid, with_for_update=True)
    if row is None:
        return
    since, wish = row.followed_at, session.get(NoticeOptOut, openid)
    said_no_at = wish.said_at if wish else None
    service.leave_all(session, openid, now=now)
    people.leave_all(session, openid, now=now)
    outbox.drop_all_of(session, openid, now=now, cause="读者清除了资料")
    loan.forget_loans(session, openid)
    privacy.erase(session, openid)
    session.expunge(row)
    if since is not None:
        follower.follow(session, openid, at=since, came_by=None)
    if wish is not None:  # whoever wants nothing kept does not ask for notices by that
        session.expunge(wish)
        session.add(NoticeOptOut(openid=openid, said_at=said_no_at))
    binding.void(session, openid, now=now)
