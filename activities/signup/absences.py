"""Who did not come: counted only where the door was kept, told before it bites, lifted when there was a reason."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.signup import queries, rules, texts
from activities.signup.entries import PART, lock, move, note, tell_reader
from activities.signup.refusals import TooLate
from activities.signup.rules import AbsenceRule
from activities.signup.terms import asked_for, times_of
from models import audit, times
from models.activity import Activity
from models.by import By
from models.db import insert
from models.errors import BadFields, BadInput
from models.signup import APPEAL_MOVES, Appeal, AppealState, Entry, EntryState, HouseRule
from models.states import moved

S = EntryState
LONGEST_APPEAL, LONGEST_ANSWER = 300, 200
LOOKS_BACK = timedelta(days=7)  # a roll that nobody closed by then stays open
MOST_MISSES, MOST_DAYS = 20, 730


def close_rolls(session: Session, now: datetime) -> int:
    """Whoever was expected and did not come: a part of those of activities that are over. How many.

    Where nobody at all was checked in, the door was not kept, and nobody is called absent. Not at night: they are told.
    """
    if rules.is_night(now):
        return 0
    today = times.today(now)
    other = sa.orm.aliased(Entry)
    door_was_kept = sa.exists().where(other.activity_id == Entry.activity_id, other.state == S.ATTENDED)
    missed = (
        sa.select(Entry)
        .join(Activity, Activity.id == Entry.activity_id)
        .where(
            Entry.state == S.CONFIRMED,
            Activity.last_on < today,
            Activity.last_on >= today - LOOKS_BACK,
            door_was_kept,
        )
        .order_by(Entry.id)
        .limit(PART)
        .with_for_update(of=Entry, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    entries = session.scalars(missed).all()
    for entry in entries:
        mark_absent(session, entry, now=now)
    return len(entries)


def mark_absent(session: Session, entry: Entry, *, now: datetime, by: By | None = None) -> None:
    """They were expected and did not come; they are told what that means. Raises: IllegalMove."""
    terms = asked_for(session, entry.activity_id)
    move(entry, S.ABSENT, now)
    session.flush()
    if by is not None:
        note(session, "absence marked", entry, terms, by)
    if entry.openid is None:
        return
    standing = queries.absences_of(session, entry.openid, today=times.today(now))
    words = texts.absent(terms.activity, standing, today=times.today(now))
    tell_reader(
        session, terms, entry, words, what="absent", now=now, useful_until=now + timedelta(days=7)
    )  # fmt: skip


def appeal(session: Session, entry: Entry, words: str, *, now: datetime) -> None:
    """The reader says why. Raises: TooLate for what is no absence, or was appealed before."""
    entry = lock(session, entry)
    if entry.state is not S.ABSENT:
        raise TooLate(f"这个报名{texts.STATE_WORDS[entry.state]}，不用申诉。")
    asked = insert(session, Appeal).values(
        entry_id=entry.id, openid=entry.openid, state=AppealState.ASKED, words=words.strip()[:LONGEST_APPEAL],
        answer="", asked_at=now,
    )  # fmt: skip
    if session.execute(asked.on_conflict_do_nothing().returning(Appeal.entry_id)).first() is None:
        raise TooLate("这一次已经申诉过了，馆员看过就回复您。")


def grant(session: Session, entry: Entry, *, reason: str, by: By) -> None:
    """It was no absence: with or without an appeal. Raises: IllegalMove; BadFields without a reason."""
    if not reason.strip():
        raise BadFields({"reason": "请写上原因，会记入日志。"})
    entry = lock(session, entry)
    terms = asked_for(session, entry.activity_id)
    move(entry, S.EXCUSED, by.at)
    asked = session.get(Appeal, entry.id)
    if asked is not None:
        _answer(asked, AppealState.GRANTED, reason, by)
    note(session, "absence lifted", entry, terms, by, reason.strip())
    words = texts.absence_lifted(terms.activity)
    tell_reader(session, terms, entry, words, what="lifted", now=by.at, useful_until=by.at + timedelta(days=7))


def refuse_appeal(session: Session, entry: Entry, *, answer: str, by: By) -> None:
    """It stays an absence, and the reader is told why. Raises: IllegalMove; BadInput without an appeal or an
    answer."""
    if not answer.strip():
        raise BadFields({"answer": "请写上答复，读者会看到。"})
    terms, asked = asked_for(session, entry.activity_id), session.get(Appeal, entry.id)
    if asked is None:
        raise BadInput("这一位没有申诉。")
    _answer(asked, AppealState.REFUSED, answer, by)
    note(session, "appeal refused", entry, terms, by, answer.strip())
    words = texts.appeal_refused(terms.activity, asked.answer)
    tell_reader(session, terms, entry, words, what="appeal", now=by.at, useful_until=by.at + timedelta(days=7))


def _answer(asked: Appeal, to: AppealState, words: str, by: By) -> None:
    asked.state = moved(asked.state, to=to, moves=APPEAL_MOVES)
    asked.answer, asked.answered_at = words.strip()[:LONGEST_ANSWER], by.at


def set_rule(session: Session, rule: AbsenceRule, *, by: By) -> None:
    """The library's own rule from now on; `misses` 0: none. Raises: BadFields."""
    wrong = {
        "misses": "" if 0 <= rule.misses <= MOST_MISSES else f"请写 0 到 {MOST_MISSES} 之间的整数，0 表示不限制。",
        "within_days": "" if 1 <= rule.within_days <= MOST_DAYS else f"请写 1 到 {MOST_DAYS} 之间的天数。",
        "blocked_days": "" if 1 <= rule.blocked_days <= MOST_DAYS else f"请写 1 到 {MOST_DAYS} 之间的天数。",
    }
    if any(wrong.values()):
        raise BadFields({name: words for name, words in wrong.items() if words})
    row = session.get(HouseRule, 1)
    if row is None:
        session.add(row := HouseRule(one=1))
    row.misses, row.within_days, row.blocked_days = rule.misses, rule.within_days, rule.blocked_days
    detail = f"{rule.misses} / {rule.within_days} / {rule.blocked_days}"
    audit.note(session, "absence rule", who=by.who, subject="house rules", at=by.at, detail=detail)


def is_over(session: Session, entry: Entry, *, now: datetime) -> bool:
    """Is the activity of this entry over?"""
    ends = times_of(asked_for(session, entry.activity_id)).ends
    return ends is not None and ends <= now
