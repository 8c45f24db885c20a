"""One entry held, moved, seated, told and noted: what every verb about entries is made of."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.reminders import service as reminders
from activities.signup import rules, seats
from activities.signup.terms import times_of
from activities.template_notices import notice_of
from models import audit, messages
from models.by import By
from models.signup import (
    ENTRY_MOVES,
    Entry,
    EntryPerson,
    EntryState,
    SignUp,
)
from models.states import moved
from models.template_notice import TemplatePurpose

PART = 50  # entries a unit


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
