"""What concerns all of a branch's activities: its new name in the index, and two branches that are one.

It goes on in parts, each in a unit of its own, and knows from the rows where it was left: whoever comes next, the
page or the clock, carries it on.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.branches import HELD, say, told
from activities.catalogue import places_are_new, readers_see_anew
from activities.service import reindex
from models import audit
from models.activity import Activity, Branch, BranchName, FormerName
from models.by import By
from models.case import Case, CaseHanding, DeskHours
from models.closing import Closing, ClosingActivity
from models.errors import BadInput, IllegalMove
from models.notice import Notice
from models.opening import Closure, DayHours, WeekHours
from models.place import Place
from models.staff import Staff
from models.volunteer import ServiceHours, Shift, Training, Volunteer, VolunteerCall

PART = 20  # activities a unit: some 20 ms, 50 on a busy machine; no unit may hold the write lock over 200 ms


def merge(session: Session, branch: Branch, into: Branch, *, by: By) -> None:
    """Everything of `branch` becomes that of `into`, in parts; it cannot be undone.

    Raises: BadInput for a branch and itself; IllegalMove where either is at work already.
    """
    if branch.id == into.id:
        raise BadInput("不能并进自己，请选另一个馆。")
    coming = session.scalar(sa.select(Branch.id).where(Branch.merges_into == branch.id).limit(1))
    if branch.merges_into or into.merges_into or coming:
        raise IllegalMove(f"branch {branch.id} or {into.id} is being merged")
    branch.merges_into, branch.reindexed_to = into.id, None
    detail = f"{branch.name} 并入 {into.name}"
    told(session, branch, "branch merged", by, detail=detail)
    audit.note(session, "branch merged", who=by.who, subject=f"branch {into.id}", at=by.at, detail=detail)


def go_on(session: Session, branch_id: int, *, now: datetime) -> bool:
    """One part of what is to be done to a branch's activities; is there more?"""
    branch = session.get(Branch, branch_id, with_for_update=HELD)
    if branch is None or not branch.is_at_work:
        return False
    return _merge_part(session, branch, now) if branch.merges_into else _reindex_part(session, branch)


def _reindex_part(session: Session, branch: Branch) -> bool:
    part = _part_of(session, Activity.branch_id == branch.id, Activity.id > (branch.reindexed_to or 0))
    if not part:
        branch.reindexed_to = None
        return False
    reindex(session, *part)
    branch.reindexed_to = part[-1].id
    readers_see_anew(session)
    return True


def _part_of(session: Session, *where: sa.ColumnElement[bool]) -> list[Activity]:
    asked = sa.select(Activity).where(*where).order_by(Activity.id).limit(PART)
    return list(session.scalars(asked.with_for_update(of=Activity)))


def _merge_part(session: Session, branch: Branch, now: datetime) -> bool:
    into = session.get_one(Branch, branch.merges_into, with_for_update=HELD)
    part = _part_of(session, Activity.branch_id == branch.id)
    for activity in part:
        _as_left(session, activity, now)
        activity.branch, activity.changed_at = into, now
    if part:
        reindex(session, *part)
    else:
        _hand_over(session, branch, into)
        places_are_new(session)
    readers_see_anew(session)
    return bool(part)


def _as_left(session: Session, activity: Activity, now: datetime) -> None:
    """It is not changed by its branch's merging, for whoever undoes a closure."""
    as_left = ClosingActivity.activity_id == activity.id, ClosingActivity.changed_at == activity.changed_at
    session.execute(sa.update(ClosingActivity).where(*as_left).values(changed_at=now))


def _hand_over(session: Session, branch: Branch, into: Branch) -> None:
    """All but the activities, at last; then the branch is gone. What `into` knows itself stands."""
    said = session.scalars(sa.select(BranchName.said).where(BranchName.branch_id == branch.id)).all()
    for name in said:
        say(session, into.id, name)
    for name in ("address", "phone", "way", "district", "does"):
        setattr(into, name, getattr(into, name) or getattr(branch, name))
    if into.latitude is None:
        into.latitude, into.longitude = branch.latitude, branch.longitude
    if not any(
        session.scalar(sa.select(kind.branch_id).where(kind.branch_id == into.id).limit(1)) for kind in _HOURS
    ):
        for kind in _HOURS:
            session.execute(sa.update(kind).where(kind.branch_id == branch.id).values(branch_id=into.id))
    theirs = sa.select(Closure.closing_id).where(Closure.branch_id == into.id, Closure.closing_id.is_not(None))
    twice = sa.delete(Closure).where(
        Closure.branch_id == branch.id, Closure.closing_id.in_(session.scalars(theirs).all())
    )
    session.execute(twice)  # one act that named both
    every = (
        Closure, Staff, FormerName, Notice, Case, Place, VolunteerCall, Volunteer, Shift, ServiceHours, Training,
    )  # fmt: skip
    for table in every:
        session.execute(sa.update(table).where(table.branch_id == branch.id).values(branch_id=into.id))
    if session.get(DeskHours, into.id) is None:
        session.execute(sa.update(DeskHours).where(DeskHours.branch == branch.id).values(branch=into.id))
    session.execute(sa.delete(DeskHours).where(DeskHours.branch == branch.id))
    session.execute(sa.update(CaseHanding).where(CaseHanding.to_branch == branch.id).values(to_branch=into.id))
    for closing in session.scalars(sa.select(Closing)):  # a handful a year
        if branch.id in closing.branches:
            closing.branches = sorted({into.id if one == branch.id else one for one in closing.branches})
    session.add(FormerName(name=branch.name, branch_id=into.id))
    session.delete(branch)
    session.flush()


_HOURS: tuple[type[WeekHours | DayHours], ...] = (WeekHours, DayHours)


def left(session: Session, branch: Branch) -> int:
    """How many activities are still to come."""
    key = branch.reindexed_to if branch.merges_into is None else 0
    asked = sa.select(sa.func.count()).where(Activity.branch_id == branch.id, Activity.id > (key or 0))
    return session.scalar(asked) or 0


def count(session: Session, branch: Branch) -> int:
    """How many activities it has, in whatever state."""
    return session.scalar(sa.select(sa.func.count()).where(Activity.branch_id == branch.id)) or 0


def carry_on(session: Session, now: datetime) -> int:
    """A part of whatever was left lying, for the clock; 0 where there is nothing."""
    at_work = sa.or_(Branch.reindexed_to.is_not(None), Branch.merges_into.is_not(None))
    branch = session.scalar(sa.select(Branch.id).where(at_work).order_by(Branch.id).limit(1))
    if branch is None:
        return 0
    go_on(session, branch, now=now)
    return 1
