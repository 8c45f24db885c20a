"""Loads what a plan is compared with (activities.against): eight statements, however long the plan."""

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities import queries, service
from activities.against import ClosedDays, Kept, Known
from activities.opening import Shut
from activities.plans.plan import Plan
from models.activity import Activity, ActivityState, Branch
from models.opening import Closure
from models.wording import compact

MOST = 2000  # activities looked at of other plans, and of the month before


def known_beside(session: Session, plan: Plan) -> Known:
    """What the library has on the plan's days, of its month and of the month before it."""
    own = service.known_rows(session, plan)
    first, last = _days_of(plan)
    return Known(
        said=_said(session),
        former=service.names_of_today(session),
        ways=service.ways_to_say(session),
        taken=_taken(session, first, last, {activity.id for activity in own if activity}) if first and last else (),
        closures=_closures(session, first, last) if first and last else (),
        own=tuple(_kept(activity) if activity else None for activity in own),
        before=_month_before(session, plan.month) if plan.month else (),
    )


def _days_of(plan: Plan) -> tuple[date | None, date | None]:
    days = [day for row in plan.activities for day in (row.when.starts_on, row.when.ends_on) if day]
    return min(days, default=None), max(days, default=None)


def _said(session: Session) -> dict[str, str]:
    said = {words: name for words, _, name in queries.branch_names(session)}
    return said | {compact(name): name for name in said.values()}


def _taken(session: Session, first: date, last: date, own: Collection[int]) -> tuple[Kept, ...]:
    """What readers see, at a place and a clock time, on these days."""
    on_these_days = (
        sa.select(Activity)
        .where(
            Activity.state == ActivityState.PUBLISHED,
            Activity.last_on >= first,
            Activity.starts_on <= last,
            Activity.starts_at.is_not(None),
            Activity.place != "",
            Activity.is_on_site,
        )
        .order_by(Activity.last_on, Activity.id)
        .limit(MOST)
    )
    return tuple(_kept(activity) for activity in session.scalars(on_these_days) if activity.id not in own)


def _closures(session: Session, first: date, last: date) -> tuple[ClosedDays, ...]:
    of_these_days = (
        sa.select(Branch.name, Closure.first_on, Closure.last_on, Closure.reason)
        .select_from(Closure)
        .outerjoin(Branch, Branch.id == Closure.branch_id)
        .where(Closure.last_on >= first, Closure.first_on <= last)
        .order_by(Closure.first_on, Closure.id)
    )
    return tuple(
        ClosedDays(branch, Shut(first_on, last_on, reason))
        for branch, first_on, last_on, reason in session.execute(of_these_days)
    )


def _month_before(session: Session, month: str) -> tuple[Kept, ...]:
    """The plan of the last month before this one that came in."""
    last = sa.select(sa.func.max(Activity.plan_month)).where(Activity.plan_month < month).scalar_subquery()
    rows = sa.select(Activity).where(Activity.plan_month == last).order_by(Activity.id).limit(MOST)
    return tuple(map(_kept, session.scalars(rows)))


def _kept(activity: Activity) -> Kept:
    words = (activity.summary, activity.type, activity.audience, activity.contact, activity.materials, activity.fee)
    is_seen = activity.state is not ActivityState.DRAFT
    return Kept(
        activity.title, activity.branch.name, activity.place, activity.when, activity.plan_month, words, is_seen
    )
