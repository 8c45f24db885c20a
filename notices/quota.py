"""How many sends to all this account has left, from our own broadcasts and from what WeChat has refused."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import times
from models.notice import Broadcast, BroadcastPart, PartState, Way
from models.platform import fires_now

A_MONTH, A_DAY = 4, 1


@dataclass(frozen=True, slots=True)
class Left:
    """Sends to all that are left."""

    today: int
    this_month: int


def left(session: Session, now: datetime) -> Left:
    """Of this day and this month, by our own books."""
    today = times.today(now)
    begun, month = times.start_of(today), times.start_of(today.replace(day=1))
    of_all = sa.select(BroadcastPart.taken_at).join(Broadcast, Broadcast.id == BroadcastPart.broadcast_id)
    taken = session.scalars(
        of_all.where(
            Broadcast.way == Way.MASS_ALL, BroadcastPart.taken_at >= month, BroadcastPart.state != PartState.FAILED
        )
    ).all()
    today_used = sum(at is not None and at >= begun for at in taken)
    return Left(max(0, A_DAY - today_used), max(0, A_MONTH - len(taken)))


def used_up(session: Session, now: datetime) -> None:
    """WeChat says that the sends are used up: somebody sent from the platform's own page."""
    fires_now(session, "mass quota used up", times.start_of(times.today(now)))
