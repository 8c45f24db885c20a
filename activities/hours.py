"""Hours and closures as rows: asked for, entered, taken back."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.catalogue import readers_see_anew
from activities.opening import Shut, Stretch, Timetable, checked_week
from activities.queries import PUBLISHED, SHOWN, SOONEST, Shown, listed
from models.activity import Activity, Branch
from models.closing import Choice, ClosingActivity
from models.errors import BadInput
from models.opening import Closure, DayHours, WeekHours
from models.when import When

LONGEST_RUN = 100  # days with hours of their own that are set at once: a summer


@dataclass(frozen=True, slots=True)
class Ahead:
    """A closure as readers are told of it; `branches` empty: the whole library."""

    first_on: date
    last_on: date
    reason: str
    branches: tuple[str, ...] = ()


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


def timetables(session: Session, *, since: date) -> dict[int, Timetable]:
    """The same of every branch, by its number."""
    branches = session.scalars(sa.select(Branch.id)).all()
    return {branch: timetable_of(session, branch, since=since) for branch in branches}


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


def set_days(
    session: Session, branch_id: int, first: date, last: date, stretches: Sequence[Stretch], *, keeps_shut: bool
) -> list[date]:
    """A run of days unlike their weekdays, or (without stretches) like them again; the days that were set.

    `keeps_shut`: a weekday on which it is shut stays so. Raises: BadInput for a run the wrong way round, too long or
    of no day at all, or where two stretches overlap.
    """
    count = (last - first).days + 1
    if not 1 <= count <= LONGEST_RUN:
        raise BadInput(f"最后一天不能早于第一天，也不能晚过 {LONGEST_RUN} 天。")
    week = set(session.scalars(sa.select(WeekHours.weekday).where(WeekHours.branch_id == branch_id)))
    run = [first + timedelta(days=n) for n in range(count)]
    days = [day for day in run if not (keeps_shut and stretches and week and day.weekday() not in week)]
    if not days:
        raise BadInput("这几天平时都闭馆，没有要改的。要照样开放，请去掉“平时闭馆的日子仍然闭馆”。")
    for day in days:
        set_day(session, branch_id, day, stretches)
    return days


def within(session: Session, branches: Collection[int], first: date, last: date, *, most: int) -> list[Shown]:
    """Published activities of these days, online ones too, soonest first; without `branches` those of all."""
    asked = SHOWN.where(PUBLISHED, Activity.last_on >= first, Activity.starts_on <= last)
    if branches:
        asked = asked.where(Activity.branch_id.in_(branches))
    return listed(session.execute(asked.order_by(*SOONEST).limit(most)))


def close(
    session: Session, *, branch_id: int | None, first_on: date, last_on: date, reason: str, closing_id: int | None = None
) -> Closure:  # fmt: skip
    """Shut a branch, or all of them (None); `closing_id`: the act it is part of. Raises: BadInput for days the wrong way
    round or no reason."""
    if last_on < first_on:
        raise BadInput("闭馆的最后一天不能早于第一天。")
    if not reason.strip():
        raise BadInput("请写上闭馆的原因，读者会看到。")
    closure = Closure(
        branch_id=branch_id, first_on=first_on, last_on=last_on, reason=reason.strip()[:120], closing_id=closing_id
    )  # fmt: skip
    session.add(closure)
    session.flush()
    readers_see_anew(session)
    return closure


def shut_within(session: Session, branch_id: int, when: When, *, today: date) -> list[Shut]:
    """Closures of the branch on the days of an activity that are still to come; none while its day is not fixed."""
    if when.is_vague:
        return []
    first = max(when.starts_on or today, today)
    asked = sa.select(Closure).where(_concerns(branch_id), Closure.last_on >= first)
    if when.ends_on is not None:
        asked = asked.where(Closure.first_on <= when.ends_on)
    return [Shut(row.first_on, row.last_on, row.reason) for row in session.scalars(asked.order_by(Closure.first_on))]


# Of a closure of other days, or of one of two on the same day, nothing follows.
_CUTS = sa.and_(
    sa.or_(Closure.branch_id.is_(None), Closure.branch_id == Activity.branch_id),
    Closure.first_on <= sa.func.coalesce(Activity.ends_on, Activity.last_on), Closure.last_on >= Activity.starts_on,
)  # fmt: skip
_KEPT = sa.exists().where(
    ClosingActivity.closing_id == Closure.closing_id, ClosingActivity.activity_id == Activity.id,
    ClosingActivity.choice == Choice.KEEP,
)  # fmt: skip
GOES_ON = sa.and_(sa.exists().where(_CUTS, _KEPT), sa.not_(sa.exists().where(_CUTS, sa.not_(_KEPT))))


def goes_on(session: Session, activity_id: int) -> bool:
    """Have staff said, of every closure of its days, that this activity takes place all the same?"""
    return session.scalar(sa.select(Activity.id).where(Activity.id == activity_id, GOES_ON)) is not None


def closures_ahead(session: Session, first: date, last: date) -> list[Ahead]:
    """Closures that touch these days, soonest first; of one act a line, with the names of its branches (none: all)."""
    asked = (
        sa.select(Closure.first_on, Closure.last_on, Closure.reason, Branch.name)
        .outerjoin(Branch, Branch.id == Closure.branch_id)
        .where(Closure.last_on >= first, Closure.first_on <= last)
        .order_by(Closure.first_on, Closure.last_on, Closure.id)
    )
    found: dict[tuple[date, date, str], list[str]] = defaultdict(list)
    for row in session.execute(asked):
        found[row.first_on, row.last_on, row.reason].append(row.name or "")
    return [Ahead(*key, () if "" in names else tuple(names)) for key, names in found.items()]


def reopen(session: Session, closure: Closure) -> None:
    """As if it had never been."""
    session.delete(closure)
    readers_see_anew(session)


def reopen_from(session: Session, closure: Closure, day: date) -> None:
    """The days before have been, and stay shut."""
    if closure.first_on >= day:
        reopen(session, closure)
    elif closure.last_on >= day:
        closure.last_on = day - timedelta(days=1)
        readers_see_anew(session)
