"""Verbs on activities: a plan comes in, rows are published, moved into the index, taken back."""

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities import rules
from activities.plans.plan import Plan, PlannedActivity
from models.activity import (
    ACTIVITY_MOVES,
    Activity,
    ActivityGram,
    ActivityState,
    Branch,
    BranchName,
    Catalogue,
)
from models.db import insert
from models.errors import BadInput
from models.states import moved
from models.wording import grams, searched


@dataclass(slots=True)
class Imported:
    """What an import did: titles of new, changed and unchanged rows, and of rows the file no longer has."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)


def import_plan(session: Session, plan: Plan, *, now: datetime, publish: bool = True) -> Imported:
    """Put a plan in; the same plan again updates its own rows and never doubles them. Rows gone are left alone.

    Raises: BadInput if the plan names no month.
    """
    if plan.month is None:
        raise BadInput("看不出这是哪一个月的计划：请加上 --year，或在标题里写明年月。")
    done = Imported()
    branches = {name: branch_called(session, name) for name in dict.fromkeys(row.branch for row in plan.activities)}
    known = _rows_of_month(session, plan.month)
    keys = rules.plan_keys((row.branch, row.title) for row in plan.activities)
    for key, planned in zip(keys, plan.activities, strict=True):
        activity = known.pop(key, None)
        if activity is None:
            activity = _new(session, plan.month, key, now)
            done.new.append(planned.title)
        else:
            (done.changed if _differs(activity, planned) else done.same).append(planned.title)
        _fill(session, activity, planned, branches[planned.branch], now)
        if publish and activity.state is ActivityState.DRAFT:
            activity.state = moved(activity.state, to=ActivityState.PUBLISHED, moves=ACTIVITY_MOVES)
        reindex(session, activity)
    done.gone = [activity.title for activity in known.values()]
    readers_see_anew(session)
    return done


def readers_see_anew(session: Session) -> None:
    """What readers can see has changed: no process answers from its memory any more."""
    statement = insert(session, Catalogue).values(one=1, version=1)
    grown = {"version": Catalogue.version + 1}
    session.execute(statement.on_conflict_do_update(index_elements=["one"], set_=grown))


def _rows_of_month(session: Session, month: str) -> dict[str, Activity]:
    rows = session.scalars(sa.select(Activity).where(Activity.plan_month == month).order_by(Activity.id))
    return {activity.plan_key: activity for activity in rows}


def _new(session: Session, month: str, key: str, now: datetime) -> Activity:
    activity = Activity(
        code=rules.code_of(month, key),
        state=ActivityState.DRAFT,
        plan_month=month,
        plan_key=key,
        changed_at=now,
    )
    session.add(activity)
    return activity


def _values(planned: PlannedActivity) -> dict[str, object]:
    when = planned.when
    return {
        "type": planned.type[:32], "series": planned.series[:64], "title": planned.title[:200],
        "place": planned.place[:120], "summary": planned.summary,
        "is_online": planned.is_online, "is_on_site": planned.is_on_site,
        "date_text": when.text[:80], "precision": when.precision, "starts_on": when.starts_on,
        "ends_on": when.ends_on, "starts_at": when.starts_at, "ends_at": when.ends_at,
        "last_on": rules.last_day(when),
    }  # fmt: skip


def _differs(activity: Activity, planned: PlannedActivity) -> bool:
    return any(getattr(activity, name) != value for name, value in _values(planned).items())


def _fill(session: Session, activity: Activity, planned: PlannedActivity, branch: Branch, now: datetime) -> None:
    for name, value in _values(planned).items():
        setattr(activity, name, value)
    activity.branch = branch
    if session.is_modified(activity):
        activity.changed_at = now


def branch_called(session: Session, name: str) -> Branch:
    """The branch of this name, made with the ways readers say it if it is new."""
    branch = session.scalars(sa.select(Branch).where(Branch.name == name)).one_or_none()
    if branch is None:
        branch = Branch(name=name[:64])
        session.add(branch)
        session.flush()
        session.add_all(BranchName(said=said, branch_id=branch.id) for said in sorted(rules.names_said(name)))
    return branch


def reindex(session: Session, activity: Activity) -> None:
    """Make the activity found by the words readers see, or not at all while it is not published."""
    activity.words = searched(activity.title, activity.series, activity.type, activity.branch.name)
    session.flush()
    session.execute(sa.delete(ActivityGram).where(ActivityGram.activity_id == activity.id))
    if activity.state is not ActivityState.PUBLISHED:
        return
    rows = [
        {"gram": gram, "last_on": activity.last_on, "activity_id": activity.id}
        for gram in sorted(grams(activity.words))
    ]
    session.execute(insert(session, ActivityGram), rows)
