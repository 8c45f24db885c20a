"""Questions about closures: what lies in the days, whom it concerns, how far one is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.activity import Activity, Branch
from models.closing import Choice, Closing, ClosingActivity, ClosingState
from models.opening import Closure
from models.reminder import ReminderAsked
from models.signup import OPEN, Entry


@dataclass(frozen=True, slots=True)
class Concerned:
    """Of one activity: readers a change is told to, and entries of people who telephoned."""

    readers: int = 0
    callers: int = 0


def concerned(session: Session, activity_ids: Collection[int]) -> dict[int, Concerned]:
    """Whom a change of each of these would concern; those that concern nobody are not in it."""
    if not activity_ids:
        return {}
    entries = sa.select(Entry.activity_id, Entry.openid).where(
        Entry.activity_id.in_(activity_ids), Entry.state.in_(OPEN), Entry.openid.is_not(None)
    )
    asked = sa.select(ReminderAsked.activity_id, ReminderAsked.openid).where(
        ReminderAsked.activity_id.in_(activity_ids), ReminderAsked.is_wanted
    )
    both = sa.union(entries, asked).subquery()
    readers: dict[int, int] = dict(
        session.execute(sa.select(both.c.activity_id, sa.func.count()).group_by(both.c.activity_id)).all()
    )
    by_phone = sa.select(Entry.activity_id, sa.func.count()).where(
        Entry.activity_id.in_(activity_ids), Entry.state.in_(OPEN), Entry.openid.is_(None)
    )
    callers: dict[int, int] = dict(session.execute(by_phone.group_by(Entry.activity_id)).all())
    return {one: Concerned(readers.get(one, 0), callers.get(one, 0)) for one in {*readers, *callers}}


def same(session: Session, branches: Collection[int], first: date, last: date) -> Closure | None:
    """A closure that covers all of these days already, for every one of the branches (none: the whole library)."""
    covering = sa.select(Closure).where(Closure.first_on <= first, Closure.last_on >= last)
    whole = session.scalars(covering.where(Closure.branch_id.is_(None)).limit(1)).first()
    if whole is not None or not branches:
        return whole
    found = session.scalars(covering.where(Closure.branch_id.in_(branches))).all()
    return found[0] if {one.branch_id for one in found} >= set(branches) else None


@dataclass(frozen=True, slots=True)
class Line:
    """One activity of a closure, as its page shows it."""

    row: ClosingActivity
    activity: Activity


def lines(session: Session, closing_id: int) -> Sequence[Line]:
    """In the order of their days."""
    asked = (
        sa.select(ClosingActivity, Activity)
        .join(Activity, Activity.id == ClosingActivity.activity_id)
        .where(ClosingActivity.closing_id == closing_id)
        .order_by(Activity.starts_on, Activity.id)
    )
    return [Line(row, activity) for row, activity in session.execute(asked)]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is: activities gone through, of how many."""

    done: int
    total: int


def progress(session: Session, closing: Closing) -> Progress:
    """Of its doing, or of its undoing once that has begun."""
    is_doing = closing.state in (ClosingState.DOING, ClosingState.DONE)
    mark = ClosingActivity.done_at if is_doing else ClosingActivity.undone_at
    asked = sa.select(sa.func.count(mark), sa.func.count()).where(ClosingActivity.closing_id == closing.id)
    return Progress(*session.execute(asked).one())


def listed() -> sa.Select[Any]:
    """Every act with how many of its activities were called off and moved; `key` is its last day."""
    ours = ClosingActivity.closing_id == Closing.id
    counts = {
        choice: sa.select(sa.func.count()).where(ours, ClosingActivity.choice == choice).correlate(Closing).scalar_subquery()
        for choice in (Choice.CANCEL, Choice.MOVE)
    }  # fmt: skip
    return sa.select(
        Closing.last_on.label("key"), Closing.id, Closing.branches, Closing.first_on, Closing.last_on, Closing.reason,
        Closing.state, counts[Choice.CANCEL].label("cancelled"), counts[Choice.MOVE].label("moved"),
    )  # fmt: skip


def branch_names(session: Session) -> dict[int, str]:
    """The name of every branch by its number."""
    return {row.id: row.name for row in session.execute(sa.select(Branch.id, Branch.name))}
