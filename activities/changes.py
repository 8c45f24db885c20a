"""What staff do to activities: edit, publish, move, cancel, finish, copy, add; and whom that concerns.

Every change says who made it, and readers see it at once.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities import fields, rules, texts
from activities.catalogue import readers_see_anew
from activities.news import Before, tell_change
from activities.service import reindex
from models import audit, times
from models.activity import ACTIVITY_MOVES, Activity, ActivityState, Branch
from models.by import By
from models.errors import BadFields, BadInput, IllegalMove
from models.states import moved
from models.when import When

LONGEST_REASON = 200


def edit(session: Session, activity: Activity, values: Mapping[str, Any], *, by: By) -> list[str]:
    """Take over words, ages and the two ways of taking part; the names of what changed.

    Raises: BadFields for what is too long, an empty title, ages the wrong way round, a link that is none.
    """
    kept = fields.checked(values)
    changed = [name for name, value in kept.items() if getattr(activity, name) != value]
    for name in changed:
        setattr(activity, name, kept[name])
    if changed:
        said = "、".join(fields.NAMES[name] for name in changed)
        _seen_anew(session, activity, by=by, act="activity edited", detail=said)
    return changed


def publish(session: Session, activity: Activity, *, by: By) -> None:
    """Readers see it from now on. Raises: IllegalMove."""
    publish_all(session, [activity], by=by)


def publish_all(session: Session, activities: Sequence[Activity], *, by: By) -> None:
    """The same for a part of a list. Raises: IllegalMove."""
    before = [Before.of(activity) for activity in activities]
    _all_move(session, activities, ActivityState.PUBLISHED, by=by, act="activity published")
    for activity, was in zip(activities, before, strict=True):
        tell_change(session, activity, was, reason="", by=by)


def withdraw(session: Session, activity: Activity, *, by: By) -> None:
    """Back to a draft. Raises: IllegalMove."""
    withdraw_all(session, [activity], by=by)


def withdraw_all(session: Session, activities: Sequence[Activity], *, by: By) -> None:
    """The same for a part of a list. Raises: IllegalMove."""
    _all_move(session, activities, ActivityState.DRAFT, by=by, act="activity withdrawn")


def _all_move(session: Session, activities: Sequence[Activity], to: ActivityState, *, by: By, act: str) -> None:
    for activity in activities:
        if activity.state in (ActivityState.CANCELLED, ActivityState.FINISHED):
            activity.reason = ""  # it was that of the calling off
        _move_state(activity, to)
        activity.changed_at = by.at
        audit.note(session, act, who=by.who, subject=f"activity {activity.code}", at=by.at)
    reindex(session, *activities)
    readers_see_anew(session)


def withdraw_called(session: Session, code: str, *, by: By) -> Activity:
    """The same of the activity with this code. Raises: BadInput if there is none, or if it is a draft already."""
    activity = session.scalars(sa.select(Activity).where(Activity.code == code)).one_or_none()
    if activity is None:
        raise BadInput(f"没有编号是“{code}”的活动。编号是导入时每行开头的八个字母，也是活动网页地址的最后一段。")
    if activity.state is ActivityState.DRAFT:
        raise BadInput(f"“{code}”本来就是草稿，读者看不到。")
    withdraw(session, activity, by=by)
    return activity


def cancel(session: Session, activity: Activity, *, reason: str, by: By) -> int:
    """It will not take place; its page says so, with the reason, and whoever signed up is told: how many readers.

    Raises: IllegalMove; BadInput without a reason.
    """
    before, activity.reason = Before.of(activity), _reason(reason, "取消")
    _move_state(activity, ActivityState.CANCELLED)
    _seen_anew(session, activity, by=by, act="activity cancelled", detail=activity.reason)
    return tell_change(session, activity, before, reason=activity.reason, by=by)


def finish(session: Session, activity: Activity, *, how: str, by: By) -> None:
    """It took place. `how` it went may stay empty. Raises: IllegalMove; BadInput before it has begun."""
    begins = activity.when.starts_on
    if begins is not None and begins > times.today(by.at):
        raise BadInput("还没到活动的日子，不能结束。")
    activity.reason = how.strip()[:LONGEST_REASON]
    _move_state(activity, ActivityState.FINISHED)
    _seen_anew(session, activity, by=by, act="activity finished", detail=activity.reason)


def move(session: Session, activity: Activity, when: When, *, reason: str, by: By, place: str | None = None) -> int:
    """Another date, and another place if told. How many readers are told: who signed up, and who waited for the day.

    Raises: as `may_move`.
    """
    was, when = Before.of(activity), _begun(when, by)
    may_move(activity, when, reason=reason, place=place)
    if needs_reason(activity):
        activity.reason = _reason(reason, "改期")
        activity.moved_from = texts.said_when(was.when, today=times.today(by.at))[:80]
    _take_over(activity, when)
    activity.place = activity.place if place is None else fields.words("place", place)
    _seen_anew(
        session, activity, by=by, act="activity moved", detail=f"{was.when.text} → {when.text} {reason}".strip()
    )
    return tell_change(session, activity, was, reason=reason.strip(), by=by)


def may_move(activity: Activity, when: When, *, reason: str, place: str | None = None) -> None:
    """Raises: BadFields without a reason once readers have seen a fixed date, for the date it has already, for too
    long a place; IllegalMove once it is finished."""
    if activity.state is ActivityState.FINISHED:
        raise IllegalMove(f"{activity.code} took place")
    is_same = when.says_the_same(activity.when) and place in (None, activity.place)
    wrong = {
        "words": "日期和地点都没有变。" if is_same else "",
        "place": _problem(fields.words, "place", place or ""),
        "reason": _problem(_reason, reason, "改期") if needs_reason(activity) else "",
    }
    if any(wrong.values()):
        raise BadFields({name: words for name, words in wrong.items() if words})


def _problem(check: Callable[..., object], *given: str) -> str:
    try:
        check(*given)
    except BadInput as error:
        return error.to_staff
    return ""


def needs_reason(activity: Activity) -> bool:
    """Have readers seen a fixed date?"""
    return activity.state is ActivityState.PUBLISHED and not activity.when.is_vague


def _begun(when: When, by: By) -> When:
    today = times.today(by.at)
    return rules.begun(when, made_public=today, first_of_month=today.replace(day=1))


def _take_over(activity: Activity, when: When) -> None:
    activity.date_text, activity.precision = when.text[:80], when.precision
    activity.starts_on, activity.ends_on = when.starts_on, when.ends_on
    activity.starts_at, activity.ends_at = when.starts_at, when.ends_at
    activity.last_on = rules.last_day(when, plan_month=activity.plan_month)


def copy(session: Session, activity: Activity, when: When, *, by: By) -> Activity:
    """A draft of the same activity on another date (last year's, for this year). Raises: BadInput without a day."""
    if when.starts_on is None:
        raise BadInput("请写上新的日期。")
    words = {name: getattr(activity, name) for name in fields.NAMES}
    fresh = _draft(session, activity.branch, words, when, by=by)
    _seen_anew(session, fresh, by=by, act="activity copied", detail=activity.code)
    return fresh


def add(session: Session, branch: Branch, values: Mapping[str, Any], when: When, *, by: By) -> Activity:
    """A draft written by hand. Raises: BadFields as `edit` does."""
    kept = {**dict.fromkeys(fields.EDITABLE, ""), **dict.fromkeys(fields.AGES), **fields.checked(values)}
    fresh = _draft(session, branch, kept, when, by=by)
    _seen_anew(session, fresh, by=by, act="activity added")
    return fresh


def _draft(session: Session, branch: Branch, words: Mapping[str, Any], when: When, *, by: By) -> Activity:
    """A row with an identity of its own, in the plan of the month in which it begins."""
    when = _begun(when, by)
    month = f"{when.starts_on or times.today(by.at):%Y-%m}"
    same_month = set(session.scalars(sa.select(Activity.plan_key).where(Activity.plan_month == month)))
    key = rules.fresh_key(rules.plan_key(branch.name, words["title"]), same_month)
    fresh = Activity(code=rules.code_of(month, key), state=ActivityState.DRAFT, plan_month=month, plan_key=key,
                     branch=branch, changed_at=by.at, **words)  # fmt: skip
    _take_over(fresh, when)
    session.add(fresh)
    return fresh


def rebranch(session: Session, activity: Activity, branch: Branch, *, by: By) -> None:
    """It belongs to another branch."""
    before, activity.branch = activity.branch.name, branch
    _seen_anew(session, activity, by=by, act="activity edited", detail=f"{before} → {branch.name}")


def _move_state(activity: Activity, to: ActivityState) -> None:
    activity.state = moved(activity.state, to=to, moves=ACTIVITY_MOVES)


def _reason(reason: str, act: str) -> str:
    reason = reason.strip()
    if not reason:
        raise BadFields({"reason": f"请写上{act}的原因，读者会看到。"})
    if len(reason) > LONGEST_REASON:
        raise BadFields({"reason": f"原因最多 {LONGEST_REASON} 个字，现在有 {len(reason)} 个。"})
    return reason


def _seen_anew(session: Session, activity: Activity, *, by: By, act: str, detail: str = "") -> None:
    activity.changed_at = by.at
    reindex(session, activity)
    readers_see_anew(session)
    audit.note(session, act, who=by.who, subject=f"activity {activity.code}", at=by.at, detail=detail)
