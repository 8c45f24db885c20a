"""What an activity's change means for its readers: found by comparing before and after, told once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities import texts
from activities.by import By
from activities.signup import rules
from activities.tellings import CONCERNED, Words, supersede, tell, useful_until
from models import times
from models.activity import Activity, ActivityFollow, ActivityState
from models.reminder import ReminderAsked
from models.signup import Entry
from models.telling import Audience, What
from models.when import When

SAME_DAY = timedelta(hours=24)  # what begins within it cannot wait for the morning


@dataclass(frozen=True, slots=True)
class Before:
    """What readers could rely on."""

    state: ActivityState
    when: When
    place: str

    @classmethod
    def of(cls, activity: Activity) -> "Before":
        return cls(activity.state, activity.when, activity.place)


def tell_change(session: Session, activity: Activity, before: Before, *, reason: str, by: By) -> int:
    """Tell whoever it concerns what changed since `before`: how many readers that is."""
    was_seen = before.state is ActivityState.PUBLISHED
    if was_seen and activity.state is ActivityState.CANCELLED:
        return _tell(
            session,
            activity,
            What.CANCELLED,
            texts.is_cancelled(activity.title, before.when, reason, today=times.today(by.at)),
            by,
        )
    if activity.state is not ActivityState.PUBLISHED:
        return 0
    told = _tell_followers(session, activity, by) if not activity.when.is_vague else 0
    if was_seen and _is_elsewhere(activity, before):
        words = texts.has_moved(
            activity.title, before.when, activity.when, place=_new_place(activity, before), reason=reason,
            today=times.today(by.at),
        )  # fmt: skip
        told += _tell(session, activity, What.MOVED, words, by)
    return told


def _is_elsewhere(activity: Activity, before: Before) -> bool:
    now, was = activity.when, before.when
    is_other_time = (now.starts_on, now.ends_on, now.starts_at, now.ends_at) != (
        was.starts_on, was.ends_on, was.starts_at, was.ends_at,
    )  # fmt: skip
    return is_other_time or bool(_new_place(activity, before))


def _new_place(activity: Activity, before: Before) -> str:
    return activity.place if activity.place != before.place else ""


def concerned(session: Session, activity: Activity) -> int:
    """How many readers hear of a change: who signed up or waits, and who asked to be reminded."""
    entries, asked = _concerned(session, activity)
    return entries + asked


def _concerned(session: Session, activity: Activity) -> tuple[int, int]:
    entries = sa.select(Entry.id).where(Entry.activity_id == activity.id, Entry.state.in_(CONCERNED))
    asked = sa.select(ReminderAsked.openid).where(ReminderAsked.activity_id == activity.id, ReminderAsked.is_wanted)
    return _count(session, entries), _count(session, asked)


def _tell(session: Session, activity: Activity, what: What, text: str, by: By) -> int:
    """Nothing is written where nobody is concerned."""
    entries, asked = _concerned(session, activity)
    if not entries and not asked:
        return 0
    supersede(session, activity, now=by.at)
    words = Words(what, text, useful_until(activity), at_night=_is_soon(activity, by.at))
    if entries:
        tell(session, activity, words, by=by)
    if asked:
        tell(session, activity, words, by=by, audience=Audience.ASKED)
    return entries + asked


def _tell_followers(session: Session, activity: Activity, by: By) -> int:
    waiting = _count(session, sa.select(ActivityFollow.openid).where(ActivityFollow.activity_id == activity.id))
    if waiting:
        text = texts.day_is_fixed(activity.title, activity.when, today=times.today(by.at))
        tell(session, activity, Words(What.FIXED, text, useful_until(activity)), by=by, audience=Audience.FOLLOWERS)
    return waiting


def _count(session: Session, rows: sa.Select[*tuple[object]]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) or 0


def _is_soon(activity: Activity, now: datetime) -> bool:
    begin = rules.begins(activity.when)
    return begin is not None and begin - now < SAME_DAY
