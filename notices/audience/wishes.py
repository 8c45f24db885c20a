"""A reader wants no notices, or wants them again; and how many the library finds enough."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import audit
from models.audience import NoticeHabit
from models.by import By
from models.db import insert
from models.errors import BadInput
from models.notice import Broadcast, BroadcastReader, NoticeOptOut, Outcome

MOST, WITHIN_DAYS = 3, 7  # unless the library says otherwise
MOST_DAYS = 92
RECENT = timedelta(days=3)  # whoever was sent a notice then may mean it


def stop(session: Session, openid: str, *, now: datetime) -> None:
    """No notice by list or message from here on, until they unfollow or say otherwise."""
    row = insert(session, NoticeOptOut).values(openid=openid, said_at=now)
    session.execute(row.on_conflict_do_nothing())


def resume(session: Session, openid: str) -> None:
    """They want them again."""
    session.execute(sa.delete(NoticeOptOut).where(NoticeOptOut.openid == openid))


def wants(session: Session, openid: str) -> bool:
    """May notices be sent to them by name?"""
    return session.get(NoticeOptOut, openid) is None


def was_sent_lately(session: Session, openid: str, *, now: datetime) -> bool:
    """Was there a notice for them by list or message within three days?"""
    mine = (
        sa.select(sa.literal(1))
        .select_from(BroadcastReader)
        .join(Broadcast, Broadcast.id == BroadcastReader.broadcast_id)
        .where(
            BroadcastReader.openid == openid, BroadcastReader.outcome.in_((Outcome.HANDED, Outcome.OWED)),
            Broadcast.frozen_at > now - RECENT,
        )
        .limit(1)
    )  # fmt: skip
    return session.scalar(mine) is not None


def habit(session: Session) -> tuple[int, int]:
    """(how many, within how many days) one reader is sent at most; (0, …) without a limit."""
    row = session.get(NoticeHabit, 1)
    return (row.most, row.within_days) if row else (MOST, WITHIN_DAYS)


def set_habit(session: Session, most: int, within_days: int, *, by: By) -> None:
    """Raises: BadInput for numbers that make no sense."""
    if not 0 <= most <= 31 or not 1 <= within_days <= MOST_DAYS:
        raise BadInput(f"条数请写 0 到 31（0 是不限），天数请写 1 到 {MOST_DAYS}。")
    values = {"most": most, "within_days": within_days}
    row = insert(session, NoticeHabit).values(one=1, **values)
    session.execute(row.on_conflict_do_update(index_elements=["one"], set_=values))
    audit.note(
        session, "notice habit set", who=by.who, subject="notices", at=by.at, detail=f"{within_days} 天 {most} 条"
    )
