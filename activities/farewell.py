"""A reader leaves: seats are given back first, then everything personal is erased, in one unit."""

from datetime import datetime

from sqlalchemy.orm import Session

from activities.signup import service
from models import follower


def forget(session: Session, openid: str, *, at: datetime, now: datetime | None = None) -> None:
    """They left at `at`. A late goodbye, overtaken by a new subscribe, changes nothing."""
    if follower.came_back(session, openid, since=at):
        return
    service.leave_all(session, openid, now=now or at)
    follower.forget(session, openid, at=at)
