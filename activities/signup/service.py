"""Signing up, waiting, being offered a seat, and leaving it: the verbs that change entries.

Every verb tells what the next one needs to know in the same unit: a seat given back is offered on at once, by day.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from activities.reminders import service as reminders
from activities.signup import queries, rules, seats, texts
from activities.signup.party import (
    GUARDIAN_WORDING,
    Party,
    Person,
    checked,
    is_guarded,
    name_in,
    phone_in,
    someone_fits,
)
from activities.signup.refusals import AlreadyIn, Blocked, NoSeatsLeft, NotThisWay, TooLate
from activities.signup.terms import MOST_PEOPLE, asked_for, held, times_of, wanted_by
from activities.template_notices import notice_of
from models import audit, messages, times
from models.by import By
from models.db import insert
from models.errors import BadInput
from models.signup import (
    ENTRY_MOVES,
    HOLDS_SEATS,
    OPEN,
    Entry,
    EntryPerson,
    EntryState,
    Origin,
    SignUp,
    Way,
)
from models.states import moved
from models.template_notice import TemplatePurpose
from models.times import said_moment

S = EntryState
CODE_LETTERS = "ABCDEFGHJKLMNPQRTUVWXY346789"  # none that is read as another
CODE_LENGTH = 6
PART = 50  # entries a unit
CHANGEABLE = (S.APPLIED, S.WAITING, S.CONFIRMED)  # nobody waits for an answer about them, and they are not over


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


# ── the line ──


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


def change_people(
    session: Session, entry: Entry, kept: Mapping[int, Person], added: Sequence[Person], *, phone: str, by: By
) -> None:
    """Who comes with this entry, and the number to call: `kept` by id, others go and their seats with them.

    Raises: BadInput where too few seats are free, where nobody would be left, or once it is decided; NotThisWay for a
    name or number that is none.
    """
    entry = lock(session, entry)
    terms = held(session, entry.activity_id)
    _may_change(session, terms, entry, len(kept) + len(added))
    before = len(entry.people)
    gone = [person for person in entry.people if person.id not in kept]
    for person in entry.people:
        if person.id in kept:
            person.name, person.age = named(kept[person.id]), kept[person.id].age
    entry.phone = phone_in(phone) if phone.strip() else ""
    _add_people(session, terms, entry, added)
    freed = _remove_people(session, gone)
    session.flush()
    session.refresh(entry, ["people"])
    entry.changed_at = by.at
    note(session, "entry changed", entry, terms, by, f"{before} → {len(entry.people)}")
    if freed:
        offer_on(session, terms.activity_id, now=by.at)


def revise(session: Session, entry: Entry, party: Party, *, now: datetime) -> None:
    """By the reader, while names are taken: who comes, how to reach them, their answers.

    Raises: as `sign_up` for what the party says; TooLate once it is decided otherwise; NotThisWay where more come than
    there is room for: those in line come first.
    """
    entry = lock(session, entry)
    terms = held(session, entry.activity_id)
    may_revise(terms, entry, now=now)
    party = checked(party, wanted_by(session, terms))
    someone_fits(party.people, terms.activity.age_from, terms.activity.age_to)
    _has_room_for(session, terms, entry, len(party.people))
    people = list(entry.people)
    for person, given in zip(people, party.people, strict=False):
        person.name, person.age = given.name, given.age
    _add_people(session, terms, entry, party.people[len(people) :])
    freed = _remove_people(session, people[len(party.people) :])
    entry.name, entry.phone, entry.unit = party.contact, party.phone, party.unit
    entry.answers = {str(number): words for number, words in party.answers.items()}
    if any(is_guarded(person) for person in party.people):
        entry.guardian_wording, entry.guardian_at = GUARDIAN_WORDING, now
    session.flush()
    session.refresh(entry, ["people"])
    entry.changed_at = now
    if freed:
        offer_on(session, terms.activity_id, now=now)


def may_revise(terms: SignUp, entry: Entry, *, now: datetime) -> None:
    """Raises: NotTakingPlace, SignUpClosed; TooLate where nothing can be changed any more."""
    rules.may_enter(terms.activity.state, times_of(terms), now=now)
    if entry.state not in CHANGEABLE:
        raise TooLate(f"这个报名{texts.STATE_WORDS[entry.state]}，现在不能改。")


def _has_room_for(session: Session, terms: SignUp, entry: Entry, people: int) -> None:
    more = people - len(entry.people)
    if more <= 0 or not terms.is_limited:
        return
    total, _ = seats.count(session, terms.activity_id)
    if people > total:
        raise NotThisWay(f"这个活动一共 {total} 个名额，排不下 {people} 位。")
    if entry.state is not S.CONFIRMED:
        return
    if queries.does_anybody_wait(session, terms.activity_id):
        raise NotThisWay("有人在候补，空出的名额先问他们，这次加不了人。")
    left = seats.free(session, terms.activity_id, up_to=more)
    if left < more:
        raise NotThisWay(f"只剩 {left} 个名额，加不了 {more} 位。")


def _may_change(session: Session, terms: SignUp, entry: Entry, people: int) -> None:
    if entry.state not in CHANGEABLE:
        raise BadInput("这个报名现在不能改人数。")
    if not 1 <= people <= MOST_PEOPLE:
        raise BadInput(f"一项报名要有 1 到 {MOST_PEOPLE} 位。都不来了，请取消报名。")
    total, _ = seats.count(session, terms.activity_id)
    if terms.is_limited and people > total:
        raise BadInput(f"这个活动一共 {total} 个名额，排不下 {people} 位。")


def named(person: Person) -> str:
    """The name as it is kept, if there is one. Raises: NotThisWay."""
    return name_in(person.name) if person.name.strip() else ""


def _add_people(session: Session, terms: SignUp, entry: Entry, added: Sequence[Person]) -> None:
    last = max((person.position for person in entry.people), default=0)
    fresh = [
        EntryPerson(
            entry_id=entry.id, openid=entry.openid, position=last + at, name=named(one), age=one.age, came_by=""
        )
        for at, one in enumerate(added, 1)
    ]
    session.add_all(fresh)
    session.flush()
    if entry.state in HOLDS_SEATS and not seat(session, terms, fresh):
        left = seats.free(session, terms.activity_id, up_to=len(fresh))
        raise BadInput(f"只剩 {left} 个名额，加不了 {len(fresh)} 位。可以先加名额。")


def _remove_people(session: Session, gone: Sequence[EntryPerson]) -> int:
    ids = [person.id for person in gone]
    count = seats.give_back(session, ids)
    session.execute(
        sa.delete(EntryPerson).where(EntryPerson.id.in_(ids)).execution_options(synchronize_session=False)
    )
    return count


# ── shared ──


def seat(session: Session, terms: SignUp, people: Sequence[EntryPerson]) -> bool:
    """A seat for each of these, where seats are counted; none for any, and False, when too few are free."""
    return not terms.is_limited or seats.claim(session, terms.activity_id, [person.id for person in people])


def lock(session: Session, entry: Entry) -> Entry:
    """The same entry as it is now, held until the unit ends. Always before the terms, or two units could wait for each
    other."""
    again = sa.select(Entry).where(Entry.id == entry.id).with_for_update().execution_options(populate_existing=True)
    return session.scalars(again).one()


def move(entry: Entry, to: EntryState, now: datetime) -> None:
    """Its state, as the table of moves allows. Raises: IllegalMove."""
    entry.state = moved(entry.state, to=to, moves=ENTRY_MOVES)
    entry.changed_at = now


def come(session: Session, terms: SignUp, entry: Entry, now: datetime) -> None:
    """What follows from being confirmed."""
    entry.changed_at = now
    session.flush()
    if entry.openid is not None:
        reminders.plan(session, terms.activity, [entry.openid], now=now)


def tell_reader(
    session: Session,
    terms: SignUp,
    entry: Entry,
    words: str,
    *,
    what: str,
    now: datetime,
    useful_until: datetime | None = None,
    purpose: TemplatePurpose = TemplatePurpose.RESULT,
    note: str = "",
) -> None:
    """Owe the reader of this entry these words, once for `what`, by day unless it begins soon; a caller has no chat.

    With a `note` (up to 20 characters are read) it may also go by a template for this purpose.
    """
    if entry.openid is None:
        return
    at = times_of(terms)
    notice = notice_of(terms.activity, purpose, note, page="/sign-up", until=entry.offer_until) if note else None
    messages.owe_message(
        session, entry.openid, words, key=f"entry:{entry.id}:{what}", now=now, useful_until=useful_until or at.ends,
        due_at=rules.not_at_night(at.begins, now=now), notice=notice,
    )  # fmt: skip


def note(session: Session, act: str, entry: Entry, terms: SignUp, by: By, detail: str = "") -> None:
    """A line of the log about one entry."""
    words = f"{entry.code} {detail}".strip()
    audit.note(session, act, who=by.who, subject=f"activity {terms.activity.code}", at=by.at, detail=words)
