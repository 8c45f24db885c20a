"""Readers who want to know the day of a vague activity: told once when it is fixed, by staff or by a plan.

What they are told is a row of the outbox with a key of its own.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities import texts
from models import messages, times
from models.activity import Activity, ActivityFollow, ActivityState
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


def tell_followers(session: Session, activity: Activity, *, now: datetime) -> int:
    """Owe each follower the day, if it is fixed and readers may see it: how many. They are told once."""
    if activity.state is not ActivityState.PUBLISHED or activity.when.is_vague:
        return 0
    waiting = sa.delete(ActivityFollow).where(ActivityFollow.activity_id == activity.id)
    readers = list(session.scalars(waiting.returning(ActivityFollow.openid)))
    text = texts.day_is_fixed(activity.title, activity.when, today=times.today(now))
    occasion = f"fixed:{activity.id}:{activity.starts_on}"
    messages.owe_message_to_all(
        session, readers, text, occasion=occasion, now=now, useful_until=_useful_until(activity, now)
    )
    return len(readers)


def tell_of_all(session: Session, activities: Sequence[Activity], *, now: datetime) -> None:
    """The same for every one of these that somebody waits for."""
    ids = [activity.id for activity in activities]
    waited_for = sa.select(ActivityFollow.activity_id).where(ActivityFollow.activity_id.in_(ids)).distinct()
    followed = set(session.scalars(waited_for))
    for activity in activities:
        if activity.id in followed:
            tell_followers(session, activity, now=now)


def _useful_until(activity: Activity, now: datetime) -> datetime:
    """The end of the activity's last day: afterwards nobody needs to be told."""
    day = activity.ends_on or activity.starts_on or date.max - timedelta(days=2)
    return max(now, times.start_of(day + timedelta(days=1)))
