"""Who is left out of a broadcast by name, and why: said no, had enough by the library's own rule, or by WeChat's."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import limits
from models import times
from models.follower import Follower
from models.notice import Broadcast, BroadcastReader, NoticeOptOut, Outcome, Way
from notices import quota
from notices.audience.conditions import ON_ITS_WAY, Condition
from notices.audience.wishes import SAID_NO, habit

BY_NAME = (Way.MASS_LIST, Way.MESSAGES)


def reasons(session: Session, way: Way, *, but: int | None, now: datetime) -> list[tuple[Condition, str]]:
    """Conditions on a follower and the words for each, the first that holds counts. `but`: the broadcast itself, which is
    no reason against itself."""
    found: list[tuple[Condition, str]] = [
        (sa.exists(sa.select(1).select_from(NoticeOptOut).where(NoticeOptOut.openid == Follower.openid)), SAID_NO)
    ]
    most, days = habit(session)
    if most:
        had = _had(session, BY_NAME, since=now - timedelta(days=days), but=but)
        found.append((had >= most, f"{days} 天里已经发过 {most} 条"))
    if way is Way.MASS_LIST:
        today = times.today(now)
        month = times.start_of(today.replace(day=1))
        left = limits.MASS_SENDS_A_MONTH - len(quota.days_used(session, today.year, today.month))
        had = _had(session, (Way.MASS_LIST,), since=month, but=but)
        found.append((had >= left, f"这个月的微信群发已经满 {limits.MASS_SENDS_A_MONTH} 次"))
    return found


def _had(
    session: Session, ways: Sequence[Way], *, since: datetime, but: int | None
) -> sa.ColumnElement[int] | sa.ScalarSelect[int]:
    """How many broadcasts whose readers were written down since then had this follower among them."""
    rows = sa.select(Broadcast.id, Broadcast.state).where(Broadcast.way.in_(ways), Broadcast.frozen_at >= since)
    states = {number: state for number, state in session.execute(rows) if number != but}
    if not states:
        return sa.literal(0)
    on_their_way = [number for number, state in states.items() if state in ON_ITS_WAY]
    is_theirs = sa.or_(
        BroadcastReader.outcome.in_((Outcome.HANDED, Outcome.OWED)),
        sa.and_(BroadcastReader.outcome == Outcome.LISTED, BroadcastReader.broadcast_id.in_(on_their_way)),
    )
    return (
        sa.select(sa.func.count())
        .select_from(BroadcastReader)
        .where(BroadcastReader.openid == Follower.openid, BroadcastReader.broadcast_id.in_(list(states)), is_theirs)
        .scalar_subquery()
    )
