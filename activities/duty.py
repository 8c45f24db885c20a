"""值班: what takes place today at a branch, or in the whole library, as staff on duty need it. Heads, and no names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities import hours
from activities.queries import PUBLISHED, SHOWN, SOONEST, Shown, shown_of
from models.activity import Activity
from models.signup import HOLDS_SEATS, Entry, EntryPerson, Seat, SignUp

MOST = 30  # activities of one day


@dataclass(frozen=True, slots=True)
class OnDuty:
    """One activity of today. `people` None: nobody signs up for it; `seats` 0: as many as come; `door` its digits."""

    shown: Shown
    contact: str
    people: int | None = None
    seats: int = 0
    door: str = ""


def of_day(session: Session, day: date, *, branch_id: int | None) -> list[OnDuty]:
    """Published activities that touch this day and have a fixed one: those of this day alone first, by the clock."""
    asked = (
        SHOWN.add_columns(Activity.contact, SignUp.door_code)
        .outerjoin(SignUp, SignUp.activity_id == Activity.id)
        .where(PUBLISHED, Activity.starts_on <= day, Activity.last_on >= day)
        .order_by(*SOONEST)
        .limit(MOST)
    )
    if branch_id is not None:
        asked = asked.where(Activity.branch_id == branch_id)
    found = [(shown_of(row[:-2]), row.contact, row.door_code) for row in session.execute(asked)]
    fixed = [one for one in found if not one[0].when.is_vague]
    people, seats = (count(session, [one[0].id for one in fixed]) for count in (_people, _seats))
    return [
        OnDuty(shown, contact)
        if door is None
        else OnDuty(shown, contact, people.get(shown.id, 0), seats.get(shown.id, 0), door)
        for shown, contact, door in fixed
    ]


def _people(session: Session, activities: Sequence[int]) -> dict[int, int]:
    """Who comes, by activity."""
    asked = (
        sa.select(Entry.activity_id, sa.func.count())
        .join(EntryPerson, EntryPerson.entry_id == Entry.id)
        .where(Entry.activity_id.in_(activities), Entry.state.in_(HOLDS_SEATS))
        .group_by(Entry.activity_id)
    )
    return {row[0]: row[1] for row in session.execute(asked)}


def _seats(session: Session, activities: Sequence[int]) -> dict[int, int]:
    asked = sa.select(Seat.activity_id, sa.func.count()).where(Seat.activity_id.in_(activities))
    return {row[0]: row[1] for row in session.execute(asked.group_by(Seat.activity_id))}


def shut(session: Session, day: date, *, branch: str) -> list[hours.Ahead]:
    """Closures of this day that concern the branch; of all where it is ""."""
    found = hours.closures_ahead(session, day, day)
    return [one for one in found if not branch or not one.branches or branch in one.branches]
