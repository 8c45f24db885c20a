"""A reader wants no notices, or wants them again; and how many the library finds enough."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import audit, outbox
from models.audience import NoticeHabit
from models.by import By
from models.db import insert
from models.errors import BadInput
from models.notice import Broadcast, BroadcastReader, NoticeOptOut, Outcome
from models.outbox import CallState, OutboxCall

MOST, WITHIN_DAYS = 3, 7  # unless the library says otherwise
MOST_DAYS = 92
SAID_NO = "说过不再收通知"
RECENT = timedelta(days=3)  # whoever was sent a notice then may mean it


def stop(session: Session, openid: str, *, now: datetime) -> None:
    """No notice by list or message from here on, until they unfollow or say otherwise: what is owed them is taken back."""
    row = insert(session, NoticeOptOut).values(openid=openid, said_at=now)
    session.execute(row.on_conflict_do_nothing())
    _take_back(session, openid, now)


def key_of_message() -> sa.ColumnElement[str]:
    """Of the call that owes a row of broadcast_readers its message. Calls are found by it, and never by a range of keys:
    what lies between two keys depends on the database's collation."""
    return "broadcast:" + sa.cast(BroadcastReader.broadcast_id, sa.String) + ":" + BroadcastReader.openid


def _take_back(session: Session, openid: str, now: datetime) -> None:
    owed = (
        sa.select(OutboxCall.id, BroadcastReader.broadcast_id)
        .join(BroadcastReader, OutboxCall.key == key_of_message())
        .where(BroadcastReader.openid == openid, BroadcastReader.outcome == Outcome.OWED)
        .where(OutboxCall.state.in_((CallState.OWED, CallState.WAITING)))
    )
    rows = session.execute(owed.order_by(OutboxCall.id).with_for_update(of=OutboxCall)).all()
    if not rows:
        return
    outbox.take_back(session, OutboxCall.id.in_([row.id for row in rows]), now=now, cause=SAID_NO)
    of_these = BroadcastReader.broadcast_id.in_([row.broadcast_id for row in rows])
    mine = sa.update(BroadcastReader).where(BroadcastReader.openid == openid, of_these)
    session.execute(mine.values(outcome=Outcome.LEFT_OUT, cause=SAID_NO))


def leave_out(session: Session, *of_these: sa.ColumnElement[bool]) -> None:
    """Of rows of broadcast_readers that nobody was handed yet: who has said no since the list was written gets nothing."""
    said_no = sa.exists(sa.select(1).select_from(NoticeOptOut).where(NoticeOptOut.openid == BroadcastReader.openid))
    theirs = sa.update(BroadcastReader).where(*of_these, BroadcastReader.outcome == Outcome.LISTED, said_no)
    left_out = theirs.values(part=0, outcome=Outcome.LEFT_OUT, cause=SAID_NO)
    session.execute(left_out.execution_options(synchronize_session=False))


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
