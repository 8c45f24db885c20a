"""Telling many readers of one activity: what changed, or words of staff; in parts, each reader once.

The first part is owed in the unit of the change, the rest by the clock (`carry_on`). A newer change ends what an older
one has not told yet, and takes back what it owes and has not sent: nobody hears the older news after the newer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.reminders import service as reminders
from activities.signup import rules
from activities.signup import service as signup
from activities.template_notices import notice_of_news
from models import messages, outbox
from models.activity import Activity, ActivityFollow
from models.by import By
from models.outbox import CallState, OutboxCall
from models.reminder import ReminderAsked
from models.signup import OPEN, Entry, EntryState
from models.telling import Audience, Telling, What

S = EntryState
PART = 200  # readers a unit


@dataclass(frozen=True, slots=True)
class Words:
    """What is told: `useful_until` (aware) ends it, `at_night` does not let it wait until morning."""

    what: What
    text: str
    useful_until: datetime | None = None
    at_night: bool = False


def tell(
    session: Session,
    activity: Activity,
    words: Words,
    *,
    by: By,
    audience: Audience = Audience.ENTRIES,
    states: Sequence[EntryState] = OPEN,
    entry_ids: Sequence[int] = (),
) -> Telling:
    """Owe these words to the first part of the audience now, to the others by and by."""
    telling = Telling(
        activity_id=activity.id, audience=audience, what=words.what, text=words.text, states=list(states),
        entry_ids=list(entry_ids), at_night=words.at_night, who=by.who[:64], asked_at=by.at,
        useful_until=words.useful_until, told_to="", told=0,
    )  # fmt: skip
    session.add(telling)
    session.flush()
    _go_on(session, telling, by.at)
    return telling


def carry_on(session: Session, now: datetime) -> int:
    """The next part of one telling: 1, or 0 when nothing is left to be told."""
    is_open = sa.select(Telling).where(sa.text("done_at IS NULL")).order_by(Telling.id).limit(1)
    telling = session.scalars(
        is_open.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    ).one_or_none()
    if telling is None:
        return 0
    _go_on(session, telling, now)
    return 1


def supersede(session: Session, activity: Activity, *, now: datetime) -> None:
    """News of this activity: the older is told no further, and what of it is owed and not sent is taken back."""
    news = sa.select(Telling).where(Telling.activity_id == activity.id, Telling.what != What.WORDS)
    for telling in session.scalars(news):
        if telling.done_at is None:
            telling.done_at = now
        mine = sa.and_(OutboxCall.created_at >= telling.asked_at, OutboxCall.key.like(f"telling:{telling.id}:%"))
        outbox.take_back(session, mine, now=now, cause="又有了新的变动")
    reminders.take_back(session, activity.id, now=now)


def _go_on(session: Session, telling: Telling, now: datetime) -> None:
    # What is of no use any more is still done to each (an entry ends with its activity); its message falls away unsent.
    readers = _PARTS[telling.audience](session, telling, now)
    openids = list(dict.fromkeys(readers))
    messages.owe_message_to_all(
        session, openids, telling.text, occasion=f"telling:{telling.id}", now=now, useful_until=telling.useful_until,
        due_at=now if telling.at_night else rules.morning_after(now),
        notice=notice_of_news(session.get_one(Activity, telling.activity_id), telling.what),
    )  # fmt: skip
    telling.told += len(openids)
    session.flush()


def _part_of_entries(session: Session, telling: Telling, now: datetime) -> list[str]:
    """The openids of the next entries; what the change means for each is done here."""
    mine = sa.select(Entry).where(Entry.activity_id == telling.activity_id, Entry.id > int(telling.told_to or 0))
    mine = (
        mine.where(Entry.id.in_(telling.entry_ids))
        if telling.entry_ids
        else mine.where(Entry.state.in_(telling.states))
    )
    entries = session.scalars(
        mine.order_by(Entry.id).limit(PART).with_for_update().execution_options(populate_existing=True)
    ).all()
    if len(entries) < PART:
        telling.done_at = now
    if not entries:
        return []
    telling.told_to = str(entries[-1].id)
    activity = session.get_one(Activity, telling.activity_id)
    for entry in entries:
        _concern(session, telling, activity, entry, now)
    readers = [entry.openid for entry in entries if entry.openid is not None]
    if telling.what is What.MOVED:
        coming = [one.openid for one in entries if one.openid is not None and one.state is S.CONFIRMED]
        reminders.plan(session, activity, coming, now=now)
    return readers


def _concern(session: Session, telling: Telling, activity: Activity, entry: Entry, now: datetime) -> None:
    if telling.what is What.CANCELLED and entry.state in OPEN:
        signup.end_with_activity(session, entry, reason=activity.reason, now=now)
    if telling.what is What.MOVED and entry.offer_until is not None:
        begin = rules.begins(activity.when)
        if begin is not None and entry.offer_until > begin - rules.LAST_OFFER:
            entry.offer_until = max(now, begin - rules.LAST_OFFER)


def _part_of_asked(session: Session, telling: Telling, now: datetime) -> list[str]:
    has_entry = sa.exists().where(
        Entry.activity_id == telling.activity_id, Entry.openid == ReminderAsked.openid, Entry.state.in_(OPEN)
    )  # fmt: skip
    asked = (
        sa.select(ReminderAsked.openid)
        .where(ReminderAsked.activity_id == telling.activity_id, ReminderAsked.is_wanted, ~has_entry)
        .where(ReminderAsked.openid > telling.told_to)
        .order_by(ReminderAsked.openid)
        .limit(PART)
    )
    openids = list(session.scalars(asked))
    if len(openids) < PART:
        telling.done_at = now
    if openids:
        telling.told_to = openids[-1]
        if telling.what is What.MOVED:
            reminders.plan(session, session.get_one(Activity, telling.activity_id), openids, now=now)
    return openids


def _part_of_followers(session: Session, telling: Telling, now: datetime) -> list[str]:
    """They follow no longer: their row is the mark that they were not told yet."""
    mine = sa.select(ActivityFollow.openid).where(ActivityFollow.activity_id == telling.activity_id)
    openids = list(session.scalars(mine.order_by(ActivityFollow.openid).limit(PART)))
    if len(openids) < PART:
        telling.done_at = now
    session.execute(
        sa.delete(ActivityFollow).where(
            ActivityFollow.activity_id == telling.activity_id, ActivityFollow.openid.in_(openids)
        )
    )
    return openids


_PARTS = {
    Audience.ENTRIES: _part_of_entries,
    Audience.ASKED: _part_of_asked,
    Audience.FOLLOWERS: _part_of_followers,
}


@dataclass(frozen=True, slots=True)
class Reached:
    """What became of one telling's messages so far: readers who got it, who get it at their next contact, whom it missed."""

    got: int
    later: int
    missed: int


_GOT, _MISSED = (CallState.DONE,), (CallState.DEAD, CallState.UNSURE, CallState.DROPPED)


def reached(session: Session, telling: Telling) -> Reached:
    """From the rows that are owed; those on their way count as later."""
    theirs = (
        OutboxCall.key == sa.literal(f"telling:{telling.id}:") + Entry.openid
    )  # looked up one by one, by their keys
    mine = (
        sa.select(OutboxCall.state, sa.func.count(sa.distinct(OutboxCall.id)))
        .join(Entry, theirs)
        .where(Entry.activity_id == telling.activity_id)
        .group_by(OutboxCall.state)
    )
    counts: dict[CallState, int] = dict(session.execute(mine).all())
    got, missed = (sum(counts.get(state, 0) for state in states) for states in (_GOT, _MISSED))
    return Reached(got, sum(counts.values()) - got - missed, missed)


def useful_until(activity: Activity) -> datetime | None:
    """The end of its last day; None where that is not fixed."""
    return rules.ends(activity.when)
