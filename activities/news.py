"""What an activity's change means for its readers: found by comparing before and after, told once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities import texts
from activities.signup import rules
from activities.tellings import Words, supersede, tell, useful_until
from models import messages, times
from models.activity import Activity, ActivityFollow, ActivityState
from models.by import By
from models.messages import Forecast
from models.reminder import ReminderAsked
from models.signup import OPEN, Entry, EntryState
from models.telling import Audience, What
from models.template_notice import TemplatePurpose
from models.when import When


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
    """Tell whoever it concerns what changed since `before`: how many readers that is.

    What an older change has not told yet is not told any more; called off and back again is such a change too.
    """
    news = list(_news(session, activity, before, reason, by))
    if news or _is_back(activity, before):
        supersede(session, activity, now=by.at)
    for words, audience, _ in news:
        tell(session, activity, words, by=by, audience=audience)
    return sum(readers for _, _, readers in news)


def _is_back(activity: Activity, before: Before) -> bool:
    return before.state is ActivityState.CANCELLED and activity.state is not ActivityState.CANCELLED


def _news(
    session: Session, activity: Activity, before: Before, reason: str, by: By
) -> Iterator[tuple[Words, Audience, int]]:
    """What is to be told to whom, with how many they are; nothing where nobody is concerned."""
    told = _told(activity, before, reason, times.today(by.at))
    if told is not None:
        entries, asked = _concerned(session, activity)
        words = Words(*told, useful_until(activity), at_night=rules.is_soon(rules.begins(activity.when), now=by.at))
        found = ((words, Audience.ENTRIES, entries), (words, Audience.ASKED, asked))
        yield from (one for one in found if one[2])
    if activity.state is ActivityState.PUBLISHED and not activity.when.is_vague:
        waiting = _count(session, sa.select(ActivityFollow.openid).where(ActivityFollow.activity_id == activity.id))
        text = texts.day_is_fixed(activity.title, activity.when, today=times.today(by.at))
        if waiting:
            yield Words(What.FIXED, text, useful_until(activity)), Audience.FOLLOWERS, waiting


def _told(activity: Activity, before: Before, reason: str, today: date) -> tuple[What, str] | None:
    """To those who relied on what readers could see."""
    if before.state is not ActivityState.PUBLISHED:
        return None
    if activity.state is ActivityState.CANCELLED:
        return What.CANCELLED, texts.is_cancelled(activity.title, before.when, reason, today=today)
    place = activity.place if activity.place != before.place else ""
    is_same = activity.when.says_the_same(before.when) and not place
    if activity.state is not ActivityState.PUBLISHED or is_same:
        return None
    return What.MOVED, texts.has_moved(
        activity.title, before.when, activity.when, place=place, reason=reason, today=today
    )  # fmt: skip


def tell_it_is_back(session: Session, activity: Activity, *, ended: str, since: datetime, by: By) -> int:
    """It was called off and takes place after all. Whoever heard of the calling off hears of this: entries that ended with it
    since then, for the reason `ended`, and who asked to be reminded. How many readers."""
    ended_with_it = sa.select(Entry.id, Entry.openid).where(
        Entry.activity_id == activity.id, Entry.state == EntryState.CANCELLED, Entry.changed_at >= since, Entry.reason == ended[:200]
    )  # fmt: skip
    entries = session.execute(ended_with_it).all()
    _, asked = _concerned(session, activity)
    text = texts.is_back(activity.title, activity.when, has_entries=bool(entries), today=times.today(by.at))
    words = Words(
        What.WORDS, text, useful_until(activity), at_night=rules.is_soon(rules.begins(activity.when), now=by.at)
    )  # fmt: skip
    if entries:
        ids = [row.id for row in entries]
        tell(session, activity, words, by=by, states=[EntryState.CANCELLED], entry_ids=ids)
    if asked:
        tell(session, activity, words, by=by, audience=Audience.ASKED)
    return len({row.openid for row in entries if row.openid}) + asked


def callers(session: Session, activity: Activity) -> int:
    """Open entries of people who telephoned: no message reaches them."""
    return _count(
        session,
        sa.select(Entry.id).where(Entry.activity_id == activity.id, Entry.openid.is_(None), Entry.state.in_(OPEN)),
    )


def reach(session: Session, activity: Activity, *, now: datetime) -> Forecast:
    """How many readers hear of a change, and by which way: who signed up or waits, and who asked to be reminded."""
    entries = sa.select(Entry.openid).where(Entry.activity_id == activity.id, Entry.state.in_(OPEN))
    asked = sa.select(ReminderAsked.openid).where(ReminderAsked.activity_id == activity.id, ReminderAsked.is_wanted)
    both = sa.union(entries.where(Entry.openid.is_not(None)), asked).subquery()
    return messages.forecast(session, sa.select(both.c.openid), now=now, purpose=TemplatePurpose.CHANGE)


def _concerned(session: Session, activity: Activity) -> tuple[int, int]:
    entries = sa.select(Entry.id).where(Entry.activity_id == activity.id, Entry.state.in_(OPEN))
    asked = sa.select(ReminderAsked.openid).where(ReminderAsked.activity_id == activity.id, ReminderAsked.is_wanted)
    return _count(session, entries), _count(session, asked)


def _count(session: Session, rows: sa.Select[*tuple[object]]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) or 0
