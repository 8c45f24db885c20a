"""Those in line: seats that fall free are offered to them in their order, for a time, and never at night."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.signup import queries, rules, seats, texts
from activities.signup.entries import PART, come, lock, move, note, seat, tell_reader
from activities.signup.refusals import NotThisWay, TooLate
from activities.signup.terms import asked_for, held, times_of
from models import times
from models.by import By
from models.errors import BadInput
from models.signup import (
    Entry,
    EntryState,
    SignUp,
    Way,
)
from models.template_notice import TemplatePurpose
from models.times import said_moment

S = EntryState


def offer_on(session: Session, activity_id: int, *, now: datetime) -> int:
    """Offer free seats to those in line, in their order: how many entries. Nobody is offered anything at night.

    An entry for which too few seats are free keeps its place, and the next that fits is asked.
    """
    terms = held(session, activity_id)
    until = _offer_time(terms, now)
    if until is None or not _has_room(session, terms):
        return 0
    offered = 0
    for number in queries.line(session, activity_id):
        entry = _free_to_offer(session, number)
        if entry is None:
            continue
        if seat(session, terms, entry.people):
            _offer(session, terms, entry, until, now)
            offered += 1
        if not _has_room(session, terms):
            break
    return offered


def _has_room(session: Session, terms: SignUp) -> bool:
    return not terms.is_limited or seats.free(session, terms.activity_id, up_to=1) > 0


def _offer_time(terms: SignUp, now: datetime) -> datetime | None:
    if terms.way is Way.LOTTERY and terms.drawn_at is None:
        return None
    at = times_of(terms)
    try:
        rules.may_enter(terms.activity.state, rules.Times(ends=at.ends), now=now)
    except NotThisWay:
        return None
    return rules.offer_until(at.begins, now=now)


def _free_to_offer(session: Session, number: int) -> Entry | None:
    """The entry, locked, if it still waits; one that its reader is just changing is passed over."""
    mine = sa.select(Entry).where(Entry.id == number, Entry.state == S.WAITING)
    return session.scalars(
        mine.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    ).one_or_none()


def _offer(session: Session, terms: SignUp, entry: Entry, until: datetime, now: datetime) -> None:
    if entry.openid is None:  # a caller cannot answer: staff have their number
        move(entry, S.CONFIRMED, now)
        return
    move(entry, S.OFFERED, now)
    entry.offer_until, entry.offers = until, entry.offers + 1
    session.flush()
    words = texts.offered(terms.activity, entry, until, now=now)
    note = f"请在{said_moment(until, today=times.today(now))}前答复"
    tell_reader(
        session, terms, entry, words, what=f"offer-{entry.offers}", now=now, useful_until=until,
        purpose=TemplatePurpose.OFFER, note=note,
    )  # fmt: skip


def accept(session: Session, entry: Entry, *, now: datetime) -> None:
    """要: the seat kept for them is theirs. Raises: TooLate when the offer has run out, or there is none."""
    entry = lock(session, entry)
    terms = asked_for(session, entry.activity_id)
    if entry.state is not S.OFFERED or entry.offer_until is None:
        raise TooLate(f"这个报名{texts.STATE_WORDS[entry.state]}，现在没有留着的名额。")
    if entry.offer_until <= now:
        raise TooLate("留名额的时间过了，已经让给下一位。还想来，再报名就会排到候补。")
    move(entry, S.CONFIRMED, now)
    entry.offer_until = None
    come(session, terms, entry, now)


def lapse_offers(session: Session, now: datetime) -> int:
    """Offers that nobody took pass on: a part of those that ran out. How many."""
    due = (
        sa.select(Entry)
        .where(sa.text("entries.state = 'offered'"), Entry.offer_until <= now)
        .order_by(Entry.offer_until)
        .limit(PART)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    entries = session.scalars(due).all()
    for entry in entries:
        terms = asked_for(session, entry.activity_id)
        move(entry, S.LAPSED, now)
        entry.offer_until = None
        seats.give_back(session, [person.id for person in entry.people])
        tell_reader(session, terms, entry, texts.lapsed(terms.activity), what=f"lapsed-{entry.offers}", now=now)
    session.flush()
    for activity_id in sorted({entry.activity_id for entry in entries}):
        offer_on(session, activity_id, now=now)
    return len(entries)


def offer_what_is_free(session: Session, now: datetime) -> int:
    """Seats that fell free at night, or beside somebody's open change, find those in line. How many were offered."""
    last, offered = 0, 0
    while not offered and not rules.is_night(now):
        numbers = queries.seats_beside_a_line(session, now=now, after=last, most=PART)
        if not numbers:
            break
        offered, last = sum(offer_on(session, number, now=now) for number in numbers), numbers[-1]
    return offered


def put_in_line(session: Session, entry: Entry, place: int, *, reason: str, by: By) -> None:
    """Staff move a waiting entry to `place` (1 is the head of the line), for a written reason that the log keeps.

    Raises: BadInput without a reason, or where it does not wait.
    """
    if not reason.strip():
        raise BadInput("请写上调整次序的原因，会记入日志。")
    entry = lock(session, entry)
    terms = held(session, entry.activity_id)
    if entry.state is not S.WAITING:
        raise BadInput("这一位现在不在候补里。")
    before = queries.place_in_line(session, entry)
    others = [row for row in queries.line_of(session, entry.activity_id) if row[0] != entry.id]
    place = max(1, min(place, len(others) + 1))
    entry.line = _line_at(others, place)
    session.flush()
    note(session, "line reordered", entry, terms, by, f"{before} → {place} {reason.strip()}"[:300])


def _line_at(others: Sequence[tuple[int, int]], place: int) -> int:
    """A value that sorts at `place` among (id, line) in order."""
    if place > len(others):
        return others[-1][1] + 2 if others else 0
    after = others[place - 1][1]
    before = others[place - 2][1] if place > 1 else after - 1_000_000
    return (before + after) // 2
