"""Reminders as rows: planned, dropped, and sent in parts; a late one asks whether it is still of use."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities import hours
from activities.reminders import rules, texts
from activities.reminders.rules import Wish
from activities.signup.rules import begins
from activities.template_notices import notice_of
from activities.texts import closure_notes
from models import messages, outbox, times
from models.activity import Activity, ActivityState
from models.bulk import one_of
from models.db import core, insert
from models.reminder import REMINDER_MOVES, Reminder, ReminderAsked, ReminderKind, ReminderState, ReminderWish
from models.signup import Entry, EntryPerson, EntryState, SignUp
from models.states import moved
from models.template_notice import TemplatePurpose

R = ReminderState
PART = 500  # reminders a unit
NOTE = "来不了请取消，名额让给别人"  # of a template's field: 20 characters
UNWANTED, MOVED, TOO_LATE, NOT_COMING = "读者不要提醒", "活动改期或取消了", "已经太晚", "读者不来了"


def plan(session: Session, activity: Activity, openids: Sequence[str], *, now: datetime) -> None:
    """Remind these readers of the activity as it stands, as each wishes; moments gone by are let go."""
    begin = begins(activity.when)
    if begin is None or begin <= now or not openids:
        return
    wishes, off = _wishes(session, openids), _refused(session, activity.id, openids)
    rows = [
        {"activity_id": activity.id, "openid": openid, "kind": kind, "of_start": begin, "due_at": due, "state": R.DUE, "cause": ""}
        for openid in dict.fromkeys(openids)
        if openid not in off
        for kind, due in rules.moments(activity.when, wishes.get(openid, Wish()))
        if due > now
    ]  # fmt: skip
    if rows:
        fresh = insert(session, Reminder)
        again = fresh.on_conflict_do_update(
            index_elements=["activity_id", "openid", "kind", "of_start"],
            set_={"state": R.DUE, "due_at": fresh.excluded.due_at, "cause": ""},
            where=Reminder.state == R.DROPPED,
        )
        core(session).execute(again, rows)


def _wishes(session: Session, openids: Sequence[str]) -> Mapping[str, Wish]:
    mine = sa.select(ReminderWish).where(one_of(ReminderWish.openid, "readers"))
    rows = session.scalars(mine, {"readers": list(openids)})
    return {row.openid: Wish(row.day_before, row.hours_before) for row in rows}


def _refused(session: Session, activity_id: int, openids: Sequence[str]) -> set[str]:
    """Those who want none of this activity."""
    none = sa.select(ReminderAsked.openid).where(ReminderAsked.activity_id == activity_id, ~ReminderAsked.is_wanted)
    return set(session.scalars(none.where(one_of(ReminderAsked.openid, "readers")), {"readers": list(openids)}))


def drop(session: Session, activity_id: int, openid: str, *, cause: str = NOT_COMING) -> None:
    """Nothing more of this activity to this reader."""
    _drop(session, sa.and_(Reminder.activity_id == activity_id, Reminder.openid == openid), cause)


def _drop(session: Session, which: sa.ColumnElement[bool], cause: str) -> None:
    due = sa.update(Reminder).where(which, Reminder.state == R.DUE)
    session.execute(due.values(state=moved(R.DUE, to=R.DROPPED, moves=REMINDER_MOVES), cause=cause))


def ask(session: Session, activity: Activity, openid: str, *, is_wanted: bool, now: datetime) -> None:
    """提醒我 and 退订 of one activity: the newest word of the reader counts."""
    values = {"is_wanted": is_wanted, "asked_at": now}
    asked = insert(session, ReminderAsked).values(activity_id=activity.id, openid=openid, **values)
    session.execute(asked.on_conflict_do_update(index_elements=["activity_id", "openid"], set_=values))
    if is_wanted:
        plan(session, activity, [openid], now=now)
    else:
        drop(session, activity.id, openid, cause=UNWANTED)


def wish(session: Session, openid: str, given: Wish, *, now: datetime) -> None:
    """From now on, also for what is planned already."""
    values = {"day_before": given.day_before, "hours_before": given.hours_before, "changed_at": now}
    kept = insert(session, ReminderWish).values(openid=openid, **values)
    session.execute(kept.on_conflict_do_update(index_elements=["openid"], set_=values))
    _drop(session, Reminder.openid == openid, UNWANTED)
    for activity in _awaited(session, openid):
        plan(session, activity, [openid], now=now)


def _awaited(session: Session, openid: str) -> Sequence[Activity]:
    """What this reader is coming to, or asked to be reminded of."""
    coming = sa.select(Entry.activity_id).where(Entry.openid == openid, Entry.state == EntryState.CONFIRMED)
    asked = sa.select(ReminderAsked.activity_id).where(ReminderAsked.openid == openid, ReminderAsked.is_wanted)
    both = sa.union(coming, asked).subquery()
    here = sa.select(Activity).where(Activity.id.in_(sa.select(both)), Activity.state == ActivityState.PUBLISHED)
    return session.scalars(here).all()


def take_back(session: Session, activity_id: int, *, now: datetime) -> None:
    """The activity changed: reminders that are owed and not sent would say what is no longer so."""
    sent = sa.select(sa.literal("reminder:") + sa.cast(Reminder.id, sa.String)).where(
        Reminder.activity_id == activity_id, Reminder.state == R.SENT
    )
    outbox.take_back(session, outbox.OutboxCall.key.in_(sent), now=now, cause=MOVED)


# ── sending ──

_DUE = (
    sa.select(Reminder.id, Reminder.activity_id, Reminder.openid, Reminder.kind, Reminder.of_start)
    .where(sa.text("reminders.state = 'due'"), Reminder.due_at <= sa.bindparam("now"))
    .order_by(Reminder.due_at, Reminder.id)
    .limit(PART)
    .with_for_update(skip_locked=True)
)
_SETTLE = (
    sa.update(Reminder.__table__)  # type: ignore[arg-type]
    .where(Reminder.__table__.c.id == sa.bindparam("number"))
    .values(state=sa.bindparam("to"), cause=sa.bindparam("why"))
)


def send_due(session: Session, now: datetime) -> int:
    """Owe the messages of a part of what is due, and drop what is of no use any more. How many reminders."""
    rows = core(session).execute(_DUE, {"now": now}).all()
    if not rows:
        return 0
    by_activity: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        by_activity[row.activity_id].append(row)
    causes: dict[int, str] = {}
    for activity_id, group in by_activity.items():
        activity = session.get_one(Activity, activity_id)
        entries = _entries(session, activity_id, [row.openid for row in group])
        causes |= _why_not(session, activity, group, entries, now)
        useful = [row for row in group if row.id not in causes]
        letters = _letters(session, activity, session.get(SignUp, activity_id), useful, entries, now)
        notice = notice_of(activity, TemplatePurpose.REMINDER, NOTE)
        messages.owe_messages(session, letters, now=now, useful_until=begins(activity.when), notice=notice)
    settled = [
        {"number": row.id, "to": moved(R.DUE, to=R.DROPPED if row.id in causes else R.SENT, moves=REMINDER_MOVES),
         "why": causes.get(row.id, "")}
        for row in rows
    ]  # fmt: skip
    core(session).execute(_SETTLE, settled)
    return len(rows)


def _why_not(
    session: Session, activity: Activity, group: Sequence[Any], entries: Mapping[str, Any], now: datetime
) -> dict[int, str]:
    """Of those that are of no use any more, why."""
    stands, begin = activity.state is ActivityState.PUBLISHED, begins(activity.when)
    awaited = entries.keys() | _asked(session, activity.id, [row.openid for row in group])
    causes = {}
    for row in group:
        if not stands or begin != row.of_start:
            causes[row.id] = MOVED
        elif not rules.is_useful(row.kind, row.of_start, now=now):
            causes[row.id] = TOO_LATE
        elif row.openid not in awaited:
            causes[row.id] = NOT_COMING
    return causes


def _letters(
    session: Session,
    activity: Activity,
    terms: SignUp | None,
    group: Sequence[Any],
    entries: Mapping[str, Any],
    now: datetime,
) -> Iterator[tuple[str, str, str]]:
    """(key, openid, text) for each; who only asked to be reminded reads what everybody does."""
    today = times.today(now)
    shut = _shut(session, activity, today) if group else ""
    plain = {kind: texts.reminder(activity, kind, today=today, shut=shut) for kind in {row.kind for row in group}}
    for row in group:
        entry, text = entries.get(row.openid), plain[row.kind]
        if entry is not None:
            asks = terms is not None and terms.asks_again and row.kind is ReminderKind.DAY_BEFORE
            text = texts.reminder(
                activity, row.kind, today=today, count=entry.count, code=entry.code, asks=asks, shut=shut
            )
        yield f"reminder:{row.id}", row.openid, text


def _shut(session: Session, activity: Activity, today: date) -> str:
    """What a closure of its day means for it, asked at the moment of reminding."""
    if not activity.is_on_site:
        return ""
    shut = hours.shut_within(session, activity.branch_id, activity.when, today=today)[:1]
    goes_on = bool(shut) and hours.goes_on(session, activity.id)
    return "".join(closure_notes(activity.branch.name, activity.when, shut, goes_on=goes_on, today=today))


_COMING = (
    sa.select(Entry.openid, Entry.code, sa.func.count().label("count"))
    .join(EntryPerson, EntryPerson.entry_id == Entry.id)
    .where(Entry.activity_id == sa.bindparam("activity"), Entry.state == EntryState.CONFIRMED)
    .where(one_of(Entry.openid, "readers"))
    .group_by(Entry.id, Entry.openid, Entry.code)
)


def _entries(session: Session, activity_id: int, openids: Sequence[str]) -> Mapping[str, Any]:
    rows = core(session).execute(_COMING, {"activity": activity_id, "readers": list(openids)})
    return {row.openid: row for row in rows}


def _asked(session: Session, activity_id: int, openids: Sequence[str]) -> set[str]:
    wanted = sa.select(ReminderAsked.openid).where(ReminderAsked.activity_id == activity_id, ReminderAsked.is_wanted)
    return set(session.scalars(wanted.where(one_of(ReminderAsked.openid, "readers")), {"readers": list(openids)}))
