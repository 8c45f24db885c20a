"""Questions about activities: one by its address, a month for the pages, branches and what they are called.

Lists for the chat are found by activities.search. Core only: this is the message path.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities import rules
from activities.rules import NO_END
from models import times
from models.activity import MAIN_LIBRARY, Activity, ActivityState, Branch, BranchName, FormerName
from models.db import core
from models.when import When

Statement = sa.Select[*tuple[Any, ...]]

SHOWN: Statement = sa.select(
    Activity.id, Activity.code, Activity.title, Activity.series, Activity.type, Activity.place,
    Activity.summary, Activity.is_online, Activity.is_on_site, Activity.date_text, Activity.precision,
    Activity.starts_on, Activity.ends_on, Activity.starts_at, Activity.ends_at,
    Branch.name.label("branch"), Activity.state, Activity.last_on,
).join(Branch, Branch.id == Activity.branch_id)  # fmt: skip
PUBLISHED = Activity.state == ActivityState.PUBLISHED
# What took place stays to be seen: closed by staff, it is over before its time.
# Not IN: SQLAlchemy writes such a list anew at every execution, which costs more than the look-up.
TOOK_PLACE = sa.or_(PUBLISHED, Activity.state == ActivityState.FINISHED)
_is_run = sa.case((Activity.starts_on == Activity.last_on, 0), else_=1)
# The order of every list. On one day: what is on that day alone first, by clock, then without a clock time.
SOONEST = (Activity.last_on, _is_run, Activity.starts_on, Activity.starts_at.nulls_last(), Activity.id)
_first: sa.BindParameter[Any] = sa.bindparam("first")
_last: sa.BindParameter[Any] = sa.bindparam("last")


@dataclass(frozen=True, slots=True)
class Shown:
    """An activity as readers see it. `last_on`: until when lists carry it."""

    id: int
    code: str
    title: str
    series: str
    type: str
    place: str
    summary: str
    is_online: bool
    is_on_site: bool
    branch: str
    when: When
    is_cancelled: bool = False
    is_finished: bool = False
    last_on: date = NO_END

    @property
    def order(self) -> tuple[date, bool, date, bool, str, int]:
        """SOONEST, for lists that are put in order here."""
        when = self.when
        last, at = when.ends_on or self.last_on, when.starts_at
        return last, when.starts_on != last, when.starts_on or last, at is None, at.isoformat() if at else "", self.id


def _between(*states: ActivityState) -> Statement:
    """What touches the days from `first` to `last`: what ends on one of them, and what goes on beyond them.

    Asked for as one condition, everything after `first` would be looked at. What goes on for days has an index of its
    own, and is little.
    """
    parts = []
    for state in states:
        begun = sa.select(Activity.id).where(Activity.state == state, Activity.starts_on <= _last)
        parts.append(begun.where(Activity.last_on >= _first, Activity.last_on <= _last))
        parts.append(begun.where(Activity.last_on > _last, Activity.last_on > Activity.starts_on))
    return SHOWN.where(Activity.id.in_(sa.union_all(*parts))).order_by(*SOONEST)


_BETWEEN = _between(ActivityState.PUBLISHED, ActivityState.FINISHED)
_CANCELLED_BETWEEN = _between(ActivityState.CANCELLED)
_UNDATED = SHOWN.where(
    TOOK_PLACE, Activity.plan_month == sa.bindparam("plan_month"), Activity.starts_on.is_(None)
).order_by(Activity.id)
_ENDINGS = (
    sa.select(Activity.precision, Activity.starts_on, Activity.ends_on, Activity.starts_at, Activity.ends_at)
    .where(PUBLISHED, Activity.last_on == sa.bindparam("today"), Activity.starts_at.is_not(None))
    .distinct()
)  # fmt: skip
_was_main = sa.select(FormerName.branch_id).where(FormerName.name == MAIN_LIBRARY)
# Whatever plan came in first: who asks for the hours of no branch means the main library's, also under a new name.
MAIN_FIRST = (sa.case((Branch.name == MAIN_LIBRARY, 0), (Branch.id.in_(_was_main), 0), else_=1), Branch.id)
_NAMES = (
    sa.select(BranchName.said, Branch.id, Branch.name)
    .join(Branch, Branch.id == BranchName.branch_id)
    .order_by(*MAIN_FIRST)
)


def endings(session: Session, *, today: date) -> tuple[Any, ...]:
    """The times of `today` at which something is over, in order: what "coming" means changes then."""
    rows = core(session).execute(_ENDINGS, {"today": today})
    return tuple(sorted({at for row in rows if (at := rules.over_at(When("", *row)))}))


def branch_names(session: Session) -> list[tuple[str, int, str]]:
    """(what readers may say, id, name) of every branch, main library first."""
    return [(row.said, row.id, row.name) for row in core(session).execute(_NAMES)]


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """How to find a branch; "" where nobody has said."""

    address: str = ""
    phone: str = ""
    way: str = ""


def whereabouts(session: Session, branch_id: int) -> Whereabouts:
    """Of one branch; nothing of one that is gone."""
    asked = sa.select(Branch.address, Branch.phone, Branch.way).where(Branch.id == branch_id)
    row = core(session).execute(asked).first()
    return Whereabouts(*row) if row else Whereabouts()


def branches(session: Session) -> list[str]:
    """Names, main library first."""
    return list(session.scalars(sa.select(Branch.name).order_by(*MAIN_FIRST)))


def month_plan(session: Session, year: int, month: int) -> list[Shown]:
    """The whole month for its page, in order of days; vague periods last within their own end."""
    first, last = times.month_of(year, month)
    return listed(core(session).execute(_BETWEEN, {"first": first, "last": last}))


def months_with_plans(session: Session) -> list[str]:
    """'2026-11' …, oldest first: the months that have something published."""
    states = (ActivityState.PUBLISHED, ActivityState.FINISHED)
    return sorted({month for state in states for month in session.scalars(_months_of(state)) if month})


def _months_of(state: ActivityState) -> sa.Select[str]:
    """From one month to the next by a leap along the index: what lies in a month is not looked at. "" leads to the first."""
    found = sa.select(sa.literal("").label("month")).cte("months", recursive=True)
    following = sa.select(Activity.plan_month).where(Activity.state == state, Activity.plan_month > found.c.month)
    leap = following.order_by(Activity.plan_month).limit(1).scalar_subquery()
    found = found.union_all(sa.select(leap).where(found.c.month.is_not(None)))
    return sa.select(found.c.month)


def cancelled_in_month(session: Session, year: int, month: int) -> list[Shown]:
    """What was called off: a reader who meant to come should find it crossed out, not gone."""
    first, last = times.month_of(year, month)
    return listed(core(session).execute(_CANCELLED_BETWEEN, {"first": first, "last": last}))


def undated_of_month(session: Session, year: int, month: int) -> list[Shown]:
    """What the month's plan names without any date; `month_plan` finds by days and cannot see it."""
    return listed(core(session).execute(_UNDATED, {"plan_month": f"{year}-{month:02d}"}))


def listed(rows: Iterable[Any]) -> list[Shown]:
    """Rows of SHOWN as readers see them."""
    return [shown_of(row) for row in rows]


def shown_of(row: Any) -> Shown:
    """One row of SHOWN."""
    number, code, title, series, kind, place, summary, online, on_site, *days, branch, state, last_on = row
    is_cancelled, is_finished = state is ActivityState.CANCELLED, state is ActivityState.FINISHED
    return Shown(
        number, code, title, series, kind, place, summary, online, on_site, branch,
        When(*days), is_cancelled, is_finished, last_on,
    )  # fmt: skip
