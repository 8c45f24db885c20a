"""Readers who want to know the day of a vague activity: told once when it is fixed (activities.news)."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.activity import ActivityFollow
from models.db import insert


def follow(session: Session, activity_id: int, openid: str, *, now: datetime) -> bool:
    """This reader wants to know the day once it is fixed. False if they had asked before."""
    asked = insert(session, ActivityFollow).values(activity_id=activity_id, openid=openid, asked_at=now)
    return session.execute(asked.on_conflict_do_nothing().returning(ActivityFollow.openid)).first() is not None


def unfollow(session: Session, activity_id: int, openid: str) -> bool:
    """They no longer want to know. False if they had not asked."""
    mine = sa.delete(ActivityFollow).where(ActivityFollow.activity_id == activity_id, ActivityFollow.openid == openid)
    return session.execute(mine.returning(ActivityFollow.openid)).first() is not None


def unfollow_all(session: Session, openid: str) -> None:
    """They want to know no day any more."""
    session.execute(sa.delete(ActivityFollow).where(ActivityFollow.openid == openid))


def followers(session: Session, activity_id: int) -> int:
    """How many readers wait to be told its day."""
    waiting = sa.select(sa.func.count()).select_from(ActivityFollow).where(ActivityFollow.activity_id == activity_id)
    return session.scalar(waiting) or 0
