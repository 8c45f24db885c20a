"""Questions about entries: who is in, who waits where, how many seats there are, and what is mine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.signup import rules, seats
from activities.signup.rules import AbsenceRule, Absences
from models import times
from models.activity import Activity, ActivityState
from models.db import core
from models.signup import HOLDS_SEATS, Entry, EntryPerson, EntryState, HouseRule, Seat, SignUp

S = EntryState
_IS_LIVE = sa.text("entries.state IN ('applied', 'confirmed', 'waiting', 'offered', 'attended')")


def live_entry(session: Session, activity_id: int, openid: str) -> Entry | None:
    """The reader's living entry of this activity; the newest where several are allowed."""
    mine = sa.select(Entry).where(Entry.activity_id == activity_id, Entry.openid == openid, _IS_LIVE)
    return session.scalars(mine.order_by(Entry.id.desc()).limit(1)).one_or_none()


def live_entries(session: Session, openid: str, *, activity_id: int | None = None) -> list[Entry]:
    """All living entries of a reader, oldest first."""
    mine = sa.select(Entry).where(Entry.openid == openid, _IS_LIVE)
    if activity_id is not None:
        mine = mine.where(Entry.activity_id == activity_id)
    return list(session.scalars(mine.order_by(Entry.id)))


def at_the_door(session: Session, activity_id: int, openid: str) -> list[Entry]:
    """Whoever comes in by this reader's word, oldest first: all entries that have seats, else the newest living one."""
    mine = live_entries(session, openid, activity_id=activity_id)
    return [entry for entry in mine if entry.state in HOLDS_SEATS] or mine[-1:]


def entry_called(session: Session, code: str, *, openid: str | None = None) -> Entry | None:
    """The entry with this code, if it is this reader's (or anybody's, for staff)."""
    found = sa.select(Entry).where(Entry.code == code.strip().upper())
    if openid is not None:
        found = found.where(Entry.openid == openid)
    return session.scalars(found).one_or_none()


def offers_to(session: Session, openid: str) -> list[Entry]:
    """Offers this reader has to answer, the most urgent first."""
    mine = sa.select(Entry).where(Entry.openid == openid, Entry.state == S.OFFERED)
    return list(session.scalars(mine.order_by(Entry.offer_until)))


def does_anybody_wait(session: Session, activity_id: int) -> bool:
    """Is there a line?"""
    waiting = sa.exists().where(Entry.activity_id == activity_id, Entry.state == S.WAITING)
    return core(session).scalar(sa.select(waiting)) or False


def line(session: Session, activity_id: int) -> list[int]:
    """Ids of those in line, in order."""
    return [number for number, _ in line_of(session, activity_id)]


def line_of(session: Session, activity_id: int) -> list[tuple[int, int]]:
    """(id, line) of those in line, in order."""
    waiting = sa.select(Entry.id, Entry.line).where(Entry.activity_id == activity_id, Entry.state == S.WAITING)
    return [(row.id, row.line) for row in session.execute(waiting.order_by(Entry.line, Entry.id))]


def end_of_line(session: Session, activity_id: int, *, now: datetime) -> int:
    """`Entry.line` of who comes behind everybody, for who holds the terms: by the clock, unless somebody is ahead of it."""
    waiting = sa.select(sa.func.max(Entry.line)).where(Entry.activity_id == activity_id, Entry.state == S.WAITING)
    return max(int(now.timestamp() * 1e6), (session.scalar(waiting) or 0) + 1)


def _before(entry: Entry) -> sa.ColumnElement[bool]:
    return sa.and_(
        Entry.activity_id == entry.activity_id,
        Entry.state == S.WAITING,
        sa.or_(Entry.line < entry.line, sa.and_(Entry.line == entry.line, Entry.id < entry.id)),
    )


def is_anybody_before(session: Session, entry: Entry) -> bool:
    """Does somebody stand in line before this entry?"""
    return session.scalar(sa.select(sa.exists().where(_before(entry)))) or False


def place_in_line(session: Session, entry: Entry) -> int:
    """1 for the head of the line."""
    before = sa.select(sa.func.count()).select_from(Entry).where(_before(entry))
    return (session.scalar(before) or 0) + 1


def seats_beside_a_line(session: Session, *, now: datetime, after: int, most: int) -> list[int]:
    """Activities still to come where somebody waits though there is room, by id, from beyond `after` on."""
    today = times.today(now)
    has_room = sa.or_(
        ~SignUp.is_limited, sa.exists().where(Seat.activity_id == SignUp.activity_id, Seat.person_id.is_(None))
    )
    is_waited_for = sa.exists().where(Entry.activity_id == SignUp.activity_id, Entry.state == S.WAITING)
    found = (
        sa.select(SignUp.activity_id)
        .join(Activity, Activity.id == SignUp.activity_id)
        .where(Activity.state == ActivityState.PUBLISHED, Activity.last_on >= today, has_room, is_waited_for)
        .where(SignUp.activity_id > after)
        .order_by(SignUp.activity_id)
        .limit(most)
    )
    return list(session.scalars(found))


@dataclass(frozen=True, slots=True)
class Standing:
    """How an activity's sign-up stands. Counts of people, but `waiting` and `applied`, which are entries.

    `seats` None: as many as come.
    """

    seats: int | None
    taken: int
    entries: int
    people: int
    waiting: int
    applied: int
    offered: int
    came: int

    @property
    def left(self) -> int | None:
        """Seats that nobody holds."""
        return None if self.seats is None else self.seats - self.taken


def standing(session: Session, terms: SignUp) -> Standing:
    """The figures of one activity, from its rows."""
    number = terms.activity_id
    states = sa.select(Entry.state, sa.func.count()).where(Entry.activity_id == number).group_by(Entry.state)
    by_state: dict[EntryState, int] = dict(session.execute(states).all())
    coming = (S.CONFIRMED, S.ATTENDED, S.ABSENT)
    asked = (
        sa.select(sa.func.count(), sa.func.count(EntryPerson.came_at))
        .join(Entry, Entry.id == EntryPerson.entry_id)
        .where(Entry.activity_id == number, Entry.state.in_(coming))
    )
    people, came = session.execute(asked).one()
    total, taken = seats.count(session, number)
    return Standing(
        seats=total if terms.is_limited else None, taken=taken if terms.is_limited else people,
        entries=sum(by_state.get(state, 0) for state in coming), people=people,
        waiting=by_state.get(S.WAITING, 0), applied=by_state.get(S.APPLIED, 0), offered=by_state.get(S.OFFERED, 0),
        came=came,
    )  # fmt: skip


_NO_RULE = AbsenceRule(misses=0)


def absence_rule(session: Session) -> AbsenceRule:
    """The library's own rule; none until it has set one."""
    row = session.get(HouseRule, 1)
    return AbsenceRule(row.misses, row.within_days, row.blocked_days) if row else _NO_RULE


def absences_of(session: Session, openid: str, *, today: date) -> Absences:
    """Where the reader stands with the library's rule."""
    rule = absence_rule(session)
    if rule.misses <= 0:
        return Absences(0, None, None)
    since = today - timedelta(days=rule.within_days + rule.blocked_days + 1)
    days = session.scalars(
        sa.select(Activity.last_on)
        .join(Entry, Entry.activity_id == Activity.id)
        .where(Entry.openid == openid, Entry.state == S.ABSENT, Activity.last_on >= since)
    )
    return rules.absences(list(days), rule, today=today)


def mine(session: Session, openid: str) -> Sequence[Entry]:
    """Everything a reader ever signed up for, newest first."""
    return session.scalars(sa.select(Entry).where(Entry.openid == openid).order_by(Entry.id.desc())).all()
