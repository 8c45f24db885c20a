"""How many sends to all are left: counted from our own broadcasts and from what else is known, never kept as a number."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import limits
from models import audit, times
from models.audience import OtherSend, ToldBy
from models.by import By
from models.db import insert
from models.errors import BadInput
from models.notice import Broadcast, BroadcastPart, BroadcastState, PartState, Way
from models.platform import Capability

TAKEN = (PartState.TAKEN, PartState.TOLD)
OVER = (BroadcastState.STOPPED, BroadcastState.FAILED)
TO_COME = (BroadcastState.PLANNED, BroadcastState.LATE, BroadcastState.PREPARING)
REFUSED_TWICE = 2  # 45028 on so many days of a month: it is not the day's send that is gone, but the month's
ONE_FOR_SURPRISES = 1  # a closure overnight is told to all: the last of a month is kept for it


class AccountKind(StrEnum):
    SERVICE = "service"  # to all once a day and four times a month, together with the platform's own console
    SUBSCRIPTION = "subscription"  # once a day, to all or to a tag


@dataclass(frozen=True, slots=True)
class Left:
    """Sends to all that WeChat will take: today (0 or 1), and from today to the end of the month."""

    today: int
    this_month: int


def kind_of(session: Session) -> AccountKind:
    """What the account is, by its rights: only service accounts make parametric codes. Not asked yet: a service account."""
    has_codes = session.scalar(sa.select(Capability.is_alive).where(Capability.name == "qr"))
    return AccountKind.SUBSCRIPTION if has_codes is False else AccountKind.SERVICE


def ways_that_count(kind: AccountKind) -> tuple[Way, ...]:
    """Ways that use up a send to all."""
    return (Way.MASS_ALL,) if kind is AccountKind.SERVICE else (Way.MASS_ALL, Way.MASS_TAG)


def left(session: Session, now: datetime) -> Left:
    """From our broadcasts that WeChat took this month and the days told by staff or by 45028."""
    today = times.today(now)
    return left_of(days_used(session, today.year, today.month), today, kind_of(session))


def left_of(used: Mapping[date, object], today: date, kind: AccountKind) -> Left:
    """The same from the days of this month on which something went to all."""
    _, last = times.month_of(today.year, today.month)
    mine = {day: one for day, one in used.items() if (day.year, day.month) == (today.year, today.month)}
    if is_month_over(mine, kind):
        return Left(0, 0)
    free = sum(today + timedelta(days=ahead) not in used for ahead in range((last - today).days + 1))
    most = free
    if kind is AccountKind.SERVICE:
        most = min(free, max(0, limits.MASS_SENDS_A_MONTH - len(mine)))
    return Left(int(most > 0 and today not in used), most)


def refused_on(used: Mapping[date, object]) -> list[date]:
    """Days on which WeChat said 45028 and nothing of ours had gone, so that we cannot say why."""
    return sorted(day for day, one in used.items() if isinstance(one, OtherSend) and one.told_by is ToldBy.WECHAT)


def is_month_over(used: Mapping[date, object], kind: AccountKind) -> bool:
    """Whatever we count, WeChat has no more for this month (`used` is of one); until staff have looked and say otherwise. A
    subscription account has a send each day: there a refusal ends the day only."""
    return kind is AccountKind.SERVICE and len(refused_on(used)) >= REFUSED_TWICE


def days_used(session: Session, year: int, month: int) -> dict[date, Broadcast | OtherSend]:
    """The library's days of a month on which something went to all, from here or from elsewhere."""
    first, last = times.month_of(year, month)
    begin, end = times.start_of(first), times.start_of(last + timedelta(days=1))
    others = session.scalars(sa.select(OtherSend).where(OtherSend.day >= first, OtherSend.day <= last))
    used: dict[date, Broadcast | OtherSend] = {other.day: other for other in others}
    ours = (
        sa.select(Broadcast, sa.func.min(BroadcastPart.taken_at).label("taken_at"))
        .join(BroadcastPart, BroadcastPart.broadcast_id == Broadcast.id)
        .where(
            Broadcast.way.in_(ways_that_count(kind_of(session))), BroadcastPart.state.in_(TAKEN),
            BroadcastPart.taken_at >= begin, BroadcastPart.taken_at < end,
        )
        .group_by(Broadcast.id)
    )  # fmt: skip
    used.update({times.today(taken_at): broadcast for broadcast, taken_at in session.execute(ours) if taken_at})
    return used


def to_come(session: Session, first: date, last: date) -> dict[date, list[Broadcast]]:
    """Broadcasts that are planned, by the day they are due."""
    due = (times.start_of(first), times.start_of(last + timedelta(days=1)))
    rows = sa.select(Broadcast).where(
        Broadcast.state.in_(TO_COME), Broadcast.due_at >= due[0], Broadcast.due_at < due[1]
    )
    found: dict[date, list[Broadcast]] = {}
    for broadcast in session.scalars(rows.order_by(Broadcast.due_at, Broadcast.id)):
        found.setdefault(times.today(broadcast.due_at), []).append(broadcast)
    return found


def used_up(session: Session, now: datetime) -> None:
    """WeChat said 45028: whatever we thought, today nothing more goes to all."""
    _note(session, times.today(now), ToldBy.WECHAT, By("house", now))


def tell_other(session: Session, day: date, *, by: By) -> None:
    """Staff: something went to all on that day in the platform's console. Raises: BadInput for a day to come, or long ago."""
    today = times.today(by.at)
    if not today - timedelta(days=62) <= day <= today:
        raise BadInput("请选最近两个月里、已经过去的一天。")
    if not _note(session, day, ToldBy.STAFF, by):
        raise BadInput("这一天已经记过了。")
    audit.note(session, "other send told", who=by.who, subject="notices", at=by.at, detail=f"{day}")


def take_back_other(session: Session, other: OtherSend, *, by: By) -> None:
    """It was a mistake."""
    audit.note(session, "other send taken back", who=by.who, subject="notices", at=by.at, detail=f"{other.day}")
    session.delete(other)
    session.flush()


def go_on_with_month(session: Session, *, by: By) -> None:
    """Staff have looked at the platform: there are sends left. Its days of refusal stay used, as by sends made there.

    Raises: BadInput where the month is not over.
    """
    today = times.today(by.at)
    used = days_used(session, today.year, today.month)
    if not is_month_over(used, kind_of(session)):
        raise BadInput("这个月没有停着，不用再说。")
    days = refused_on(used)
    rows = sa.select(OtherSend).where(OtherSend.day.in_(days)).order_by(OtherSend.id).with_for_update()
    for row in session.scalars(rows):
        row.told_by, row.who, row.told_at = ToldBy.STAFF, by.who[:40], by.at
    said = "、".join(times.short_day(day, beside=today) for day in days)
    audit.note(session, "month gone on with", who=by.who, subject="notices", at=by.at, detail=said)
    session.flush()


def _note(session: Session, day: date, told_by: ToldBy, by: By) -> bool:
    row = insert(session, OtherSend).values(day=day, told_by=told_by, who=by.who[:40], told_at=by.at)
    return session.execute(row.on_conflict_do_nothing().returning(OtherSend.id)).first() is not None
