"""Signing up, leaving, and what staff decide: the verbs that begin and end entries.

Every verb tells what the next one needs to know in the same unit: a seat given back is offered on at once, by day (`line`).
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from activities.reminders import service as reminders
from activities.signup import queries, rules, seats, texts
from activities.signup.entries import come, lock, move, note, seat, tell_reader
from activities.signup.line import offer_on
from activities.signup.party import (
    GUARDIAN_WORDING,
    Party,
    checked,
    is_guarded,
    someone_fits,
)
from activities.signup.refusals import AlreadyIn, Blocked, NoSeatsLeft, NotThisWay, TooLate
from activities.signup.terms import asked_for, held, times_of, wanted_by
from models import times
from models.by import By
from models.db import insert
from models.errors import BadInput
from models.signup import (
    HOLDS_SEATS,
    OPEN,
    Entry,
    EntryPerson,
    EntryState,
    Origin,
    SignUp,
    Way,
)
from models.template_notice import TemplatePurpose

S = EntryState
CODE_LETTERS = "ABCDEFGHJKLMNPQRTUVWXY346789"  # none that is read as another
CODE_LENGTH = 6


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a reader, or staff for somebody who called (`by`).

    `code`: the one their form carried, so that a form sent twice is one entry also where a reader may have several.
    """

    openid: str | None
    origin: Origin
    by: By | None = None
    code: str = ""


# ── coming in ──


def sign_up(session: Session, activity_id: int, caller: Caller, party: Party, *, now: datetime) -> Entry:
    """Confirmed with its seats where they are given at once, else applied for.

    Raises: NoSignUp, NotTakingPlace, NotOpenYet, SignUpClosed, Blocked, AlreadyIn, TooManyPeople, AgeOutside,
    NoSeatsLeft, NotThisWay.
    """
    terms, party = _admitted(session, activity_id, caller, party, now)
    if terms.way is not Way.AT_ONCE:
        return enter(session, terms, caller, party, S.APPLIED, now)
    seats_are_free(session, terms, len(party.people))
    entry = enter(session, terms, caller, party, S.CONFIRMED, now)
    if not seat(session, terms, entry.people):
        raise NoSeatsLeft(left=0, may_wait=terms.has_line)  # taken while we wrote; the unit undoes the entry
    come(session, terms, entry, now)
    return entry


def stand_in_line(session: Session, activity_id: int, caller: Caller, party: Party, *, now: datetime) -> Entry:
    """候补: waits for a seat; with one free and nobody before them, it is theirs at once.

    Raises: as `sign_up`; NotThisWay where there is no line.
    """
    terms, party = _admitted(session, activity_id, caller, party, now)
    if terms.way is not Way.AT_ONCE or not terms.is_limited:
        return sign_up(session, activity_id, caller, party, now=now)
    if not terms.has_line:
        raise NotThisWay("这个活动不排候补。回复“活动”看看别的。")
    total, _ = seats.count(session, activity_id)
    if len(party.people) > total:
        raise NotThisWay(f"这个活动一共 {total} 个名额，候补不了 {len(party.people)} 位。")
    # Whoever stands in line holds the terms from before they are in it: nobody is left waiting beside a seat just freed, and
    # nobody comes in before a place that was told.
    held(session, activity_id)
    entry = enter(
        session, terms, caller, party, S.WAITING, now, line=queries.end_of_line(session, activity_id, now=now)
    )
    if not queries.is_anybody_before(session, entry) and seat(session, terms, entry.people):
        move(entry, S.CONFIRMED, now)
        come(session, terms, entry, now)
    return entry


def _admitted(
    session: Session, activity_id: int, caller: Caller, party: Party, now: datetime
) -> tuple[SignUp, Party]:
    terms = admit(session, activity_id, caller, now=now)
    party = checked(party, wanted_by(session, terms))
    someone_fits(party.people, terms.activity.age_from, terms.activity.age_to)
    return terms, party


def admit(session: Session, activity_id: int, caller: Caller, *, now: datetime) -> SignUp:
    """The terms, where this caller may sign up at all, whoever comes with them. Raises: as `sign_up` does."""
    terms = asked_for(session, activity_id)
    if caller.by is None:
        rules.may_enter(terms.activity.state, times_of(terms), now=now)
    if caller.openid is not None and caller.by is None:
        _not_blocked(session, caller.openid, now)
    if caller.openid is not None and not terms.allows_several:
        present = queries.live_entry(session, activity_id, caller.openid)
        if present is not None:
            raise AlreadyIn(present)
    return terms


def seats_are_free(session: Session, terms: SignUp, wanted: int) -> None:
    """Raises: NoSeatsLeft where seats are given at once and too few are free. Those in line come first."""
    if terms.way is not Way.AT_ONCE or not terms.is_limited:
        return
    left = seats.free(session, terms.activity_id, up_to=wanted)
    if left < wanted:
        raise NoSeatsLeft(left=left, may_wait=terms.has_line)
    if queries.does_anybody_wait(session, terms.activity_id):
        raise NoSeatsLeft(left=0, may_wait=terms.has_line)


def _not_blocked(session: Session, openid: str, now: datetime) -> None:
    today = times.today(now)
    standing = queries.absences_of(session, openid, today=today)
    if standing.blocked_until is not None:
        raise Blocked(standing.count, standing.blocked_until, today=today)


def enter(
    session: Session, terms: SignUp, caller: Caller, party: Party, state: EntryState, now: datetime, *, line: int = 0
) -> Entry:
    """The rows of a new entry, without seats. Raises: AlreadyIn for one that came in at the same moment by another door."""
    guarded = any(is_guarded(person) for person in party.people)
    values: dict[str, object] = {
        "activity_id": terms.activity_id, "openid": caller.openid, "state": state, "origin": caller.origin,
        "is_extra": terms.allows_several, "name": party.contact, "phone": party.phone, "unit": party.unit,
        "answers": {str(number): words for number, words in party.answers.items()},
        "guardian_wording": GUARDIAN_WORDING if guarded else "", "guardian_at": now if guarded else None,
        "line": line or int(now.timestamp() * 1e6), "offers": 0, "reason": "", "entered_at": now, "changed_at": now,
    }  # fmt: skip
    entry = _inserted(session, values, caller.code)
    people = [
        EntryPerson(
            entry_id=entry.id, openid=caller.openid, position=at, name=person.name, age=person.age, came_by=""
        )
        for at, person in enumerate(party.people)
    ]
    session.add_all(people)
    session.flush()
    set_committed_value(entry, "people", people)  # what is known need not be asked for
    if caller.by is not None:
        note(session, "entry written down", entry, terms, caller.by)
    return entry


def _inserted(session: Session, values: dict[str, object], code: str) -> Entry:
    if not is_code(code):
        code = new_code()
    while True:
        fresh = insert(session, Entry).values(code=code, **values).on_conflict_do_nothing().returning(Entry)
        entry = session.scalars(fresh, execution_options={"populate_existing": True}).one_or_none()
        if entry is not None:
            return entry
        present = _same(session, values, code)
        if present is not None:
            raise AlreadyIn(present)
        code = new_code()


def _same(session: Session, values: dict[str, object], code: str) -> Entry | None:
    """What stands in the way: this very form, or the one living entry a reader may have; None: only the code was taken."""
    openid, activity_id = values["openid"], values["activity_id"]
    if not isinstance(openid, str) or not isinstance(activity_id, int):
        return None
    twin = queries.entry_called(session, code, openid=openid)
    if twin is not None and twin.activity_id == activity_id:
        return twin
    return None if values["is_extra"] else queries.live_entry(session, activity_id, openid)


def new_code() -> str:
    """Six letters that nobody can guess or misread."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def is_code(word: str) -> bool:
    """Could it be one of ours?"""
    return len(word) == CODE_LENGTH and set(word) <= set(CODE_LETTERS)


# ── going ──


def cancel(session: Session, entry: Entry, *, now: datetime) -> EntryState:
    """By the reader: cancelled while it hurts nobody, excused afterwards; the seats go on. The new state.

    Raises: TooLate once the activity is over, or where there is nothing to cancel.
    """
    entry = lock(session, entry)
    terms = asked_for(session, entry.activity_id)
    at = times_of(terms)
    if entry.state not in OPEN:
        raise TooLate(f"这个报名{texts.STATE_WORDS[entry.state]}，不用再取消了。")
    rules.may_cancel(at, now=now)
    apologises = entry.state is S.CONFIRMED and not rules.is_in_time(at, now=now)
    _leave(session, terms, entry, S.EXCUSED if apologises else S.CANCELLED, now)
    return entry.state


def call_off(session: Session, entry: Entry, *, reason: str, by: By) -> None:
    """By staff, with a reason the reader is told. Raises: IllegalMove; BadInput without a reason."""
    if not reason.strip():
        raise BadInput("请写上原因，读者会看到。")
    entry = lock(session, entry)
    terms = asked_for(session, entry.activity_id)
    entry.reason = reason.strip()[:200]
    _leave(session, terms, entry, S.CANCELLED, by.at)
    note(session, "entry cancelled", entry, terms, by, entry.reason)
    words = texts.called_off(terms.activity, entry.reason)
    tell_reader(
        session, terms, entry, words, what="called-off", now=by.at, purpose=TemplatePurpose.CHANGE,
        note=f"报名被取消：{entry.reason}",
    )  # fmt: skip


def end_with_activity(session: Session, entry: Entry, *, reason: str, now: datetime) -> None:
    """The activity was called off, and the entry ends with it. What readers are told is the caller's."""
    move(entry, S.CANCELLED, now)
    entry.reason, entry.offer_until = reason[:200], None
    seats.give_back(session, [person.id for person in entry.people])


def leave_all(session: Session, openid: str, *, now: datetime) -> None:
    """The reader unfollows: what is still to come is given back, and offered on."""
    mine = sa.select(Entry.id).where(Entry.openid == openid, Entry.state.in_(OPEN))
    for number in session.scalars(mine.order_by(Entry.id)).all():
        entry = lock(session, session.get_one(Entry, number))
        if entry.state in OPEN:
            _leave(session, asked_for(session, entry.activity_id), entry, S.CANCELLED, now)


def _leave(session: Session, terms: SignUp, entry: Entry, to: EntryState, now: datetime) -> None:
    held_seats = entry.state in HOLDS_SEATS
    move(entry, to, now)
    if entry.openid is not None:
        reminders.drop(session, entry.activity_id, entry.openid)
    entry.offer_until = None
    session.flush()
    if held_seats and seats.give_back(session, [person.id for person in entry.people]):
        offer_on(session, terms.activity_id, now=now)


# ── staff decide ──


def approve(session: Session, entry: Entry, *, by: By) -> None:
    """Yes to an entry that was applied for, or to one in line: with seats. Raises: BadInput when too few are free."""
    entry = lock(session, entry)
    terms = held(session, entry.activity_id)
    if not seat(session, terms, entry.people):
        wanted = len(entry.people)
        left = seats.free(session, entry.activity_id, up_to=wanted)
        raise BadInput(f"名额不够：这一项要 {wanted} 个，还剩 {left} 个。可以先加名额，或转候补。")
    move(entry, S.CONFIRMED, by.at)
    come(session, terms, entry, by.at)
    note(session, "entry approved", entry, terms, by)
    tell_reader(
        session,
        terms,
        entry,
        texts.approved(terms.activity, entry, now=by.at),
        what="approved",
        now=by.at,
        note="报名通过了",
    )


def refuse(session: Session, entry: Entry, *, reason: str, by: By) -> None:
    """No, with a reason that the reader is told. Raises: IllegalMove; BadInput without a reason."""
    if not reason.strip():
        raise BadInput("请写上没通过的原因，读者会看到。")
    entry = lock(session, entry)
    terms = asked_for(session, entry.activity_id)
    move(entry, S.REFUSED, by.at)
    entry.reason = reason.strip()[:200]
    note(session, "entry refused", entry, terms, by, entry.reason)
    tell_reader(
        session,
        terms,
        entry,
        texts.declined(terms.activity, entry.reason),
        what="refused",
        now=by.at,
        note=f"没能报上：{entry.reason}",
    )


def to_the_line(session: Session, entry: Entry, *, by: By) -> None:
    """An entry that was applied for waits in line instead. Raises: IllegalMove."""
    entry = lock(session, entry)
    terms = asked_for(session, entry.activity_id)
    move(entry, S.WAITING, by.at)
    note(session, "entry put in line", entry, terms, by)
