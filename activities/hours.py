"""Hours and closures as rows: asked for, entered, taken back."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.opening import Shut, Stretch, Timetable, checked_week
from activities.service import readers_see_anew
from models.errors import BadInput
from models.opening import Closure, DayHours, WeekHours


def closed_on(session: Session, branch_id: int, day: date) -> Closure | None:
    """The closure of this branch, or of all, that covers the day."""
    covering = sa.select(Closure).where(_concerns(branch_id), Closure.first_on <= day, Closure.last_on >= day)
    return session.scalars(covering.order_by(Closure.branch_id.desc().nulls_last(), Closure.id).limit(1)).first()


def timetable_of(session: Session, branch_id: int, *, since: date) -> Timetable:
    """What is known of the branch's hours from `since` on."""
    week, days = defaultdict(list), defaultdict(list)
    for row in session.scalars(sa.select(WeekHours).where(WeekHours.branch_id == branch_id)):
        week[row.weekday].append(Stretch(row.opens_at, row.closes_at))
    own = sa.select(DayHours).where(DayHours.branch_id == branch_id, DayHours.day >= since)
    for day in session.scalars(own):
        days[day.day].append(Stretch(day.opens_at, day.closes_at))
    shut = sa.select(Closure).where(_concerns(branch_id), Closure.last_on >= since).order_by(Closure.first_on)
    closures = tuple(Shut(row.first_on, row.last_on, row.reason) for row in session.scalars(shut))
    return Timetable(dict(week), dict(days), closures)


def _concerns(branch_id: int) -> sa.ColumnElement[bool]:
    return sa.or_(Closure.branch_id.is_(None), Closure.branch_id == branch_id)


def set_week(session: Session, branch_id: int, week: Mapping[int, Sequence[Stretch]]) -> None:
    """These are the branch's ordinary hours from now on. Raises: BadInput where two stretches overlap."""
    checked_week(week)
    session.execute(sa.delete(WeekHours).where(WeekHours.branch_id == branch_id))
    session.add_all(
        WeekHours(branch_id=branch_id, weekday=weekday, opens_at=one.opens_at, closes_at=one.closes_at)
        for weekday, stretches in week.items()
        for one in stretches
    )
    readers_see_anew(session)


def set_day(session: Session, branch_id: int, day: date, stretches: Sequence[Stretch]) -> None:
    """This day is unlike its weekday; without stretches it is like it again. Raises: BadInput where two overlap."""
    checked_week({day.weekday(): stretches})
    session.execute(sa.delete(DayHours).where(DayHours.branch_id == branch_id, DayHours.day == day))
    session.add_all(
        DayHours(branch_id=branch_id, day=day, opens_at=one.opens_at, closes_at=one.closes_at) for one in stretches
    )
    readers_see_anew(session)


def close(session: Session, *, branch_id: int | None, first_on: date, last_on: date, reason: str) -> Closure:
    """Shut a branch, or all of them (None). Raises: BadInput for days the wrong way round or no reason."""
    if last_on < first_on:
        raise BadInput("闭馆的最后一天不能早于第一天。")
    if not reason.strip():
        raise BadInput("请写上闭馆的原因，读者会看到。")
    closure = Closure(branch_id=branch_id, first_on=first_on, last_on=last_on, reason=reason.strip()[:120])
    session.add(closure)
    session.flush()
    readers_see_anew(session)
    return closure


def reopen(session: Session, closure: Closure) -> None:
    """As if it had never been."""
    session.delete(closure)
    readers_see_anew(session)
