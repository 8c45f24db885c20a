"""Who comes with an entry, changed by staff or by the reader."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.signup import queries, rules, seats, texts
from activities.signup.entries import lock, note, seat
from activities.signup.line import offer_on
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
from activities.signup.refusals import NotThisWay, TooLate
from activities.signup.terms import MOST_PEOPLE, held, times_of, wanted_by
from models.by import By
from models.errors import BadInput
from models.signup import (
    HOLDS_SEATS,
    Entry,
    EntryPerson,
    EntryState,
    SignUp,
)

S = EntryState
CHANGEABLE = (S.APPLIED, S.WAITING, S.CONFIRMED)  # nobody waits for an answer about them, and they are not over


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
