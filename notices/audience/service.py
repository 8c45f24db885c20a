"""How many readers an audience has at present."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.follower import Follower
from models.notice import NoticeOptOut
from notices.audience.rules import Rules


@dataclass(frozen=True, slots=True)
class Count:
    """`left_out`: who would be theirs and gets nothing; `examples`: openids."""

    readers: int
    left_out: int
    examples: tuple[str, ...]


def count(session: Session, _rules: Rules, _now: datetime) -> Count:
    """Counted now; the list that is written down later may differ."""
    every = session.scalar(sa.select(sa.func.count()).select_from(Follower)) or 0
    out = session.scalar(
        sa.select(sa.func.count()).select_from(Follower).join(NoticeOptOut, NoticeOptOut.openid == Follower.openid)
    )
    few = session.scalars(sa.select(Follower.openid).order_by(Follower.openid).limit(3)).all()
    return Count(every - (out or 0), out or 0, tuple(few))
