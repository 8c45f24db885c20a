"""Verbs on activities: a plan comes in, rows are published, moved into the index, taken back.

A long plan comes in by parts, each in a unit of its own that holds the write lock for some milliseconds. A plan
that was cut off is simply imported again: what is in stays as it is.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities import rules
from activities.catalogue import places_are_new, readers_see_anew
from activities.imported import (
    Compared,
    Comparison,
    Difference,
    Entry,
    Fate,
    Gone,
    Imported,
    Prepared,
    PreparedRow,
)
from activities.matching import Row, matched, row_of, under_name_of_today
from activities.news import Before, tell_change
from activities.plans.plan import LONGEST_BRANCH, SOME_BRANCH, Plan, PlannedActivity, cut, quoted
from models import times
from models.activity import (
    ACTIVITY_MOVES,
    Activity,
    ActivityGram,
    ActivityState,
    Branch,
    BranchName,
    FormerName,
)
from models.by import By
from models.db import insert
from models.errors import BadInput
from models.states import moved
from models.when import Precision, When
from models.wording import compact, grams, searched


def import_plan(session: Session, plan: Plan, *, now: datetime, publish: bool = True) -> Imported:
    """Put a short plan in at once; `prepare` and `import_part` are for the long ones.

    The same plan again updates its own rows and never doubles them. Rows gone are left alone.
    Raises: BadInput if the plan names no month.
    """
    prepared = prepare(session, plan)
    done = Imported(gone=list(prepared.gone), known=prepared.known)
    for part in prepared.parts():
        done.entries += import_part(session, prepared.month, part, now=now, publish=publish)
    return done


def prepare(session: Session, plan: Plan) -> Prepared:
    """Find the activity of every row; writes nothing. Raises: BadInput if the plan names no month."""
    month, pairs, gone, known = _paired(session, plan)
    rows = tuple((planned, found.id if found else None, key) for planned, found, key in pairs)
    return Prepared(month, rows, gone, known)


def compare(session: Session, plan: Plan, *, now: datetime) -> Comparison:
    """What publishing the plan would do, row by row; writes nothing. Raises: BadInput if the plan names no month."""
    month, pairs, gone, known = _paired(session, plan)
    return Comparison(tuple(_compared(month, *pair, now) for pair in pairs), gone, known)


_Pair = tuple[PlannedActivity, Activity | None, str]


def _paired(session: Session, plan: Plan) -> tuple[str, list[_Pair], tuple[Gone, ...], int]:
    """The month; each row with its activity and key; published activities without a row; how many the month has."""
    if plan.month is None:
        raise BadInput("看不出这是哪一个月的计划。请在标题里写明年月（如“2026年12月活动安排”），再导入。")
    known = _rows_of_month(session, plan.month)
    activities = _under_names_of_today(session, plan.activities)
    rows = [row_of(planned) for planned in activities]
    places = matched(rows, [row for _, row in known])
    taken = {row.key for _, row in known}
    given: dict[str, int] = {}
    pairs: list[_Pair] = []
    for planned, row, at in zip(activities, rows, places, strict=True):
        key = known[at][1].key if at is not None else rules.fresh_key(row.key, taken, given)
        taken.add(key)
        pairs.append((planned, known[at][0] if at is not None else None, key))
    found = set(places)
    gone = [activity for at, (activity, _) in enumerate(known) if at not in found]
    return plan.month, pairs, tuple(map(_gone, _published(gone))), len(known)


def _compared(month: str, planned: PlannedActivity, activity: Activity | None, key: str, now: datetime) -> Compared:
    if activity is None:
        return Compared(planned, rules.code_of(month, key), Fate.NEW, None)
    values = _values(activity, planned, now)
    when = When(values["date_text"], *(values.pop(name) for name in _OF_WHEN))
    will = {name: value for name, value in values.items() if name not in ("date_text", "last_on")}
    pairs = [(name, getattr(activity, name), value) for name, value in will.items()]
    pairs += [
        ("when", activity.when, when),
        ("branch", activity.branch.name, planned.branch),
        ("state", activity.state, _state_after(activity.state, planned, publish=True)),
    ]
    differences = tuple(Difference(*pair) for pair in pairs if pair[1] != pair[2])
    return Compared(
        planned, activity.code, Fate.CHANGED if differences else Fate.SAME, activity.state, differences
    )  # fmt: skip


_OF_WHEN = ("precision", "starts_on", "ends_on", "starts_at", "ends_at")


def known_rows(session: Session, plan: Plan) -> list[Activity | None]:
    """For each row its activity of an earlier import of the month; writes nothing."""
    if plan.month is None:
        return [None] * len(plan.activities)
    return [activity for _, activity, _ in _paired(session, plan)[1]]


def _under_names_of_today(session: Session, planned: Sequence[PlannedActivity]) -> list[PlannedActivity]:
    """A plan may still call a branch as it was called before, or as readers do."""
    former, ways = names_of_today(session), ways_to_say(session)
    return [under_name_of_today(one, former, ways) for one in planned]


def names_of_today(session: Session) -> dict[str, str]:
    """What branches were called before, each with its name now."""
    asked = sa.select(FormerName.name, Branch.name).join(Branch, Branch.id == FormerName.branch_id)
    return {row[0]: row[1] for row in session.execute(asked)}


def ways_to_say(session: Session) -> dict[str, str]:
    """What readers call a branch, made comparable, each with its name; what may mean two is left out."""
    names: dict[str, set[str]] = {}
    for row in session.execute(
        sa.select(BranchName.said, Branch.name).join(Branch, Branch.id == BranchName.branch_id)
    ):
        names.setdefault(compact(row.said), set()).add(row.name)
    own = {compact(name) for every in names.values() for name in every} | {SOME_BRANCH}
    return {said: every.pop() for said, every in names.items() if len(every) == 1 and said not in own}


def _rows_of_month(session: Session, month: str) -> list[tuple[Activity, Row]]:
    rows = session.scalars(sa.select(Activity).where(Activity.plan_month == month).order_by(Activity.id))
    return [
        (found, Row(found.branch.name, compact(found.title), compact(found.series), found.when, found.plan_key))
        for found in rows
    ]


def _published(activities: list[Activity]) -> list[Activity]:
    return [activity for activity in activities if activity.state is ActivityState.PUBLISHED]


def _gone(activity: Activity) -> Gone:
    return Gone(activity.code, activity.branch.name, activity.title, activity.date_text)


def import_part(
    session: Session,
    month: str,
    rows: Sequence[PreparedRow],
    *,
    now: datetime,
    publish: bool = True,
) -> list[Entry]:
    """Put some rows of a prepared plan in; readers see them at once."""
    branches = {name: branch_called(session, name) for name in dict.fromkeys(row.branch for row, _, _ in rows)}
    ids = [found for _, found, _ in rows if found is not None]
    known = {found.id: found for found in session.scalars(sa.select(Activity).where(Activity.id.in_(ids)))}
    entries: list[Entry] = []
    touched: list[tuple[Activity, Before]] = []
    for planned, found, key in rows:
        activity = known.get(found) if found is not None else None
        before = Before.of(activity) if activity else None
        activity = activity or _new(session, month, key, now)
        entries.append(_put(session, activity, planned, branches[planned.branch], now, publish=publish))
        if entries[-1].fate is not Fate.SAME:
            touched.append((activity, before or _UNSEEN))
    if touched:
        reindex(session, *(activity for activity, _ in touched))
        readers_see_anew(session)
        for activity, before in touched:
            tell_change(session, activity, before, reason="", by=By("plan", now))
    return entries


_UNSEEN = Before(ActivityState.DRAFT, When("", Precision.OPEN), "")


def _put(
    session: Session, activity: Activity, planned: PlannedActivity, branch: Branch, now: datetime, *, publish: bool
) -> Entry:
    is_new = activity in session.new
    title, date_text = activity.title, activity.date_text
    _fill(activity, planned, branch, now)
    activity.state = _state_after(activity.state, planned, publish=publish)
    is_changed = is_new or session.is_modified(activity)
    if is_changed:
        activity.changed_at = now
    return Entry(
        activity.code,
        planned,
        Fate.NEW if is_new else Fate.CHANGED if is_changed else Fate.SAME,
        activity.state,
        was=title if not is_new and title != activity.title else "",
        was_on=date_text if not is_new and date_text != activity.date_text else None,
    )


def _state_after(state: ActivityState, planned: PlannedActivity, *, publish: bool) -> ActivityState:
    """A held row is kept from readers; what staff cancelled or finished stays so, whatever the file says."""
    if state in (ActivityState.CANCELLED, ActivityState.FINISHED):
        return state
    if planned.held:
        wanted = ActivityState.DRAFT
    elif not publish:
        wanted = state
    else:
        wanted = ActivityState.CANCELLED if planned.is_cancelled else ActivityState.PUBLISHED
    return state if state is wanted else moved(state, to=wanted, moves=ACTIVITY_MOVES)


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


def _fill(activity: Activity, planned: PlannedActivity, branch: Branch, now: datetime) -> None:
    for name, value in {**_values(activity, planned, now), "branch": branch}.items():
        if getattr(activity, name) != value:
            setattr(activity, name, value)


def _values(activity: Activity, planned: PlannedActivity, now: datetime) -> dict[str, Any]:
    """What the row says the activity's columns are to hold, but for branch and state."""
    when = _when(activity, planned.when, now)
    return {
        "series": cut("series", planned.series), "title": cut("title", planned.title),
        "is_online": planned.is_online, "is_on_site": planned.is_on_site,
        "date_text": when.text[:80], "precision": when.precision, "starts_on": when.starts_on,
        "ends_on": when.ends_on, "starts_at": when.starts_at, "ends_at": when.ends_at,
        "last_on": rules.last_day(when, plan_month=activity.plan_month), **_said(activity, planned),
    }  # fmt: skip


def _said(activity: Activity, planned: PlannedActivity) -> dict[str, Any]:
    """The words a plan may say or not: what it does not say stays as staff have written it."""
    words = {
        "type": cut("type", planned.type), "place": cut("place", planned.place), "summary": planned.summary,
        "campaign": planned.campaign, "audience": planned.audience, "contact": planned.contact,
        "materials": planned.materials,
    }  # fmt: skip
    said: dict[str, Any] = {name: text for name, text in words.items() if text or getattr(activity, name) is None}
    if planned.fee is not None:
        said["fee"] = planned.fee
    ages = planned.age_from, planned.age_to
    # Another audience has other ages, even if it names none: 成人 after 小学生.
    if ages != (None, None) or said.get("audience", activity.audience) != activity.audience:
        said["age_from"], said["age_to"] = ages
    return said


def _when(activity: Activity, when: When, now: datetime) -> When:
    """即日起 began when it was first imported, and not again with every later import."""
    is_known = activity.starts_on and activity.date_text == when.text[:80] and activity.ends_on == when.ends_on
    made_public = activity.starts_on if is_known and activity.starts_on else times.today(now)
    return rules.begun(when, made_public=made_public, first_of_month=date.fromisoformat(f"{activity.plan_month}-01"))


def codes_of_month(session: Session, month: str) -> list[str]:
    """The activities of a month's plan that readers can see, published or cancelled."""
    seen = Activity.state != ActivityState.DRAFT
    return list(
        session.scalars(sa.select(Activity.code).where(Activity.plan_month == month, seen).order_by(Activity.id))
    )


def branch_called(session: Session, name: str) -> Branch:
    """The branch of this name, or that had it; made with the ways readers say it if it is new.

    Raises: BadInput for a name that is too long.
    """
    if len(name) > LONGEST_BRANCH:
        raise BadInput(f"馆名最多 {LONGEST_BRANCH} 个字，{quoted(name[:20] + '…')}有 {len(name)} 个。")
    former = sa.select(FormerName.branch_id).where(FormerName.name == name)
    branch = session.scalars(
        sa.select(Branch).where(sa.or_(Branch.name == name, Branch.id.in_(former)))
    ).one_or_none()
    if branch is None:
        branch = Branch(name=name)
        session.add(branch)
        session.flush()
        session.add_all(BranchName(said=said, branch_id=branch.id) for said in sorted(rules.names_said(name)))
        places_are_new(session)
    return branch


def reindex(session: Session, *activities: Activity) -> None:
    """Make activities found by the words readers see, or not at all while readers cannot see them."""
    for activity in activities:
        activity.words = searched(activity.title, activity.series, activity.type, activity.branch.name)
    session.flush()
    ids = [activity.id for activity in activities]
    session.execute(sa.delete(ActivityGram).where(ActivityGram.activity_id.in_(ids)))
    rows = [
        {"gram": gram, "last_on": activity.last_on, "activity_id": activity.id}
        for activity in activities
        if activity.state in (ActivityState.PUBLISHED, ActivityState.FINISHED)
        for gram in sorted(grams(activity.words))
    ]
    if rows:
        session.execute(insert(session, ActivityGram), rows)
