"""The readers of a broadcast written down, a part a unit."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.db import core, insert
from models.follower import Follower
from models.notice import Broadcast, BroadcastReader, NoticeOptOut, Outcome

MOST = 10_000  # of one list


def freeze_part(session: Session, broadcast: Broadcast, now: datetime) -> bool:
    """The next part; True when all is written."""
    beyond = sa.select(Follower.openid, NoticeOptOut.openid.is_not(None)).outerjoin(
        NoticeOptOut, NoticeOptOut.openid == Follower.openid
    )
    found = session.execute(
        beyond.where(Follower.openid > broadcast.frozen_to).order_by(Follower.openid).limit(MOST)
    ).all()
    last = session.scalar(
        sa.select(sa.func.max(BroadcastReader.part)).where(BroadcastReader.broadcast_id == broadcast.id)
    )
    is_last = len(found) < MOST
    number = (last or 0) + (0 if is_last and len(found) == 1 and last else 1)
    rows = [
        {
            "broadcast_id": broadcast.id, "openid": openid, "part": 0 if is_out else number,
            "outcome": Outcome.LEFT_OUT if is_out else Outcome.LISTED, "cause": "不想收通知" if is_out else "",
        }
        for openid, is_out in found
    ]  # fmt: skip
    if rows:
        core(session).execute(insert(session, BroadcastReader).on_conflict_do_nothing(), rows)
        broadcast.frozen_to = found[-1][0]
    if is_last:
        broadcast.frozen_at = now
    return is_last
