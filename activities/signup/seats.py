"""Seats: rows that exist before anybody holds them. Claimed late, given back at once, never counted on the side."""

from collections.abc import Sequence
from itertools import count as count_up
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.db import core
from models.errors import BadInput
from models.signup import HOLDS_SEATS, Entry, EntryPerson, EntryState, Seat

MOST_SEATS = 20_000

_activity = sa.bindparam("activity", type_=sa.Integer)
_FREE = (
    sa.select(Seat.number)
    .where(Seat.activity_id == _activity, sa.text("person_id IS NULL"))
    .limit(sa.bindparam("most", type_=sa.Integer))
)
# Without ORDER BY: SQLite would leave the index of free seats for the primary key and walk over all that are taken.
_CLAIMABLE = _FREE.with_for_update(skip_locked=True)
_TAKE = (
    sa.update(Seat.__table__)  # type: ignore[arg-type]
    .where(Seat.activity_id == _activity, Seat.number == sa.bindparam("seat"), sa.text("person_id IS NULL"))
    .values(person_id=sa.bindparam("person"))
)


def free(session: Session, activity_id: int, *, up_to: int) -> int:
    """How many seats nobody holds, counted as far as `up_to`."""
    return len(core(session).execute(_FREE, {"activity": activity_id, "most": up_to}).all())


def claim(session: Session, activity_id: int, people: Sequence[int]) -> bool:
    """A seat for each of these people (ids), or none for any: False when too few are free.

    Seats that another unit is just taking are passed over, so nobody waits here.
    """
    if not people:
        return True
    most = {"activity": activity_id, "most": len(people)}
    numbers = list(core(session).scalars(_CLAIMABLE, most))
    if len(numbers) < len(people):
        return False
    taken = [
        {"activity": activity_id, "seat": number, "person": person}
        for number, person in zip(numbers, people, strict=True)
    ]
    core(session).execute(_TAKE, taken)
    return True


def give_back(session: Session, people: Sequence[int]) -> int:
    """The seats of these people (ids) are free again: how many."""
    freed = sa.update(Seat).where(Seat.person_id.in_(people)).values(person_id=None).returning(Seat.number)
    return len(session.execute(freed.execution_options(synchronize_session=False)).all())


def take_over(session: Session, activity_id: int, people: Sequence[int]) -> bool:
    """The same with seats of those who have not come; False when too few have one. The caller holds the terms."""
    absent = (
        sa.select(Seat.number)
        .join(EntryPerson, EntryPerson.id == Seat.person_id)
        .join(Entry, Entry.id == EntryPerson.entry_id)
        .where(Seat.activity_id == activity_id, Entry.state == EntryState.CONFIRMED, EntryPerson.came_at.is_(None))
        .where(EntryPerson.id.not_in(people))
        .order_by(Seat.number.desc())
        .limit(len(people))
    )
    numbers = list(session.scalars(absent))
    if len(numbers) < len(people):
        return False
    for number, person in zip(numbers, people, strict=True):
        mine = sa.update(Seat).where(Seat.activity_id == activity_id, Seat.number == number)
        session.execute(mine.values(person_id=person))
    return True


def count(session: Session, activity_id: int) -> tuple[int, int]:
    """All seats, and those that somebody holds."""
    asked = sa.select(sa.func.count(), sa.func.count(Seat.person_id)).where(Seat.activity_id == activity_id)
    total, taken = session.execute(asked).one()
    return total, taken


def resize(session: Session, activity_id: int, total: int) -> None:
    """Have `total` seats. The caller holds the activity's terms.

    Raises: BadInput below the number of seats that are held, or above MOST_SEATS.
    """
    if not 0 <= total <= MOST_SEATS:
        raise BadInput(f"名额请写 0 到 {MOST_SEATS} 之间的整数。")
    held = sa.select(Seat.number).where(Seat.activity_id == activity_id).with_for_update()
    numbers = set(session.scalars(held))
    if total < len(numbers):
        _take_away(session, activity_id, len(numbers) - total)
    unused = (number for number in count_up(1) if number not in numbers)
    fresh = list(islice(unused, max(0, total - len(numbers))))
    if fresh:
        rows = [{"activity_id": activity_id, "number": number, "person_id": None} for number in fresh]
        core(session).execute(sa.insert(Seat.__table__), rows)  # type: ignore[arg-type]


def _take_away(session: Session, activity_id: int, surplus: int) -> None:
    spare = (
        sa.select(Seat.number)
        .where(Seat.activity_id == activity_id, Seat.person_id.is_(None))
        .order_by(Seat.number.desc())
        .limit(surplus)
    )
    numbers = list(session.scalars(spare))
    if len(numbers) < surplus:
        _, taken = count(session, activity_id)
        raise BadInput(f"已经有 {taken} 位占了名额，名额不能少于 {taken}。要减少，请先和读者说好，取消几位。")
    session.execute(sa.delete(Seat).where(Seat.activity_id == activity_id, Seat.number.in_(numbers)))


def remove_all(session: Session, activity_id: int) -> None:
    """As many as come: nobody needs a seat."""
    session.execute(sa.delete(Seat).where(Seat.activity_id == activity_id))


def seat_those_who_come(session: Session, activity_id: int) -> None:
    """Seats are counted from now on: whoever comes already has one. Raises: BadInput when there are too few."""
    coming = (
        sa.select(EntryPerson.id)
        .join(Entry, Entry.id == EntryPerson.entry_id)
        .where(Entry.activity_id == activity_id, Entry.state.in_(HOLDS_SEATS))
        .where(~sa.exists().where(Seat.person_id == EntryPerson.id))
        .order_by(EntryPerson.id)
    )
    people = list(session.scalars(coming))
    if people and not claim(session, activity_id, people):
        _, taken = count(session, activity_id)
        raise BadInput(f"已经有 {taken + len(people)} 位报上了，名额不能少于 {taken + len(people)}。")
