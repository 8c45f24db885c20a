"""Questions about volunteers: shifts to take, one's own, the week, figures, what asks for staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.volunteers import shifts
from activities.volunteers.posts import COVERS, IS_SHUT
from models import times
from models.opening import Closure
from models.volunteer import (
    STANDS,
    Post,
    PostState,
    ServiceHours,
    Shift,
    ShiftSeat,
    ShiftState,
    Volunteer,
    VolunteerState,
)

MOST_SHIFTS = 10
AHEAD = timedelta(days=21)
P = PostState


@dataclass(frozen=True, slots=True)
class Offered:
    """A shift that may be taken; `left` seats are free. `is_mine`: the reader stands on it."""

    shift: Shift
    left: int
    is_mine: bool = False


_FREE = (
    sa.select(sa.func.count())
    .where(ShiftSeat.shift_id == Shift.id, ShiftSeat.post_id.is_(None))
    .correlate(Shift)
    .scalar_subquery()
)


def offered(session: Session, volunteer: Volunteer, *, now: datetime, most: int = MOST_SHIFTS) -> list[Offered]:
    """Shifts of the next three weeks with a free seat, at their branch if they have one, the soonest first."""
    mine = sa.exists().where(Post.shift_id == Shift.id, Post.volunteer_id == volunteer.id, Post.state.in_(STANDS))
    rows = sa.select(Shift, _FREE).where(
        Shift.state == ShiftState.OPEN, Shift.starts_at > now, Shift.starts_at < now + AHEAD, _FREE > 0, sa.not_(mine),
        sa.or_(sa.not_(IS_SHUT), Shift.goes_on),
    )  # fmt: skip
    if volunteer.branch_id is not None:
        rows = rows.where(Shift.branch_id == volunteer.branch_id)
    return [Offered(row[0], row[1]) for row in session.execute(rows.order_by(Shift.starts_at, Shift.id).limit(most))]


def coming(session: Session, volunteer_id: int, *, now: datetime) -> list[tuple[Post, Shift]]:
    """Somebody's shifts that are not over, the soonest first."""
    rows = sa.select(Post, Shift).join(Shift, Shift.id == Post.shift_id).where(
        Post.volunteer_id == volunteer_id, Post.state.in_((P.TAKEN, P.IN)), Shift.ends_at > now
    )  # fmt: skip
    return [(row[0], row[1]) for row in session.execute(rows.order_by(Shift.starts_at, Shift.id))]


def lines_of(session: Session, volunteer_id: int, *, most: int = 200) -> Sequence[ServiceHours]:
    """Somebody's lines of hours, the newest first."""
    rows = sa.select(ServiceHours).where(ServiceHours.volunteer_id == volunteer_id)
    return session.scalars(rows.order_by(ServiceHours.served_on.desc(), ServiceHours.id.desc()).limit(most)).all()


# ── the week ──


@dataclass(frozen=True, slots=True)
class OnRoster:
    """A shift as the roster shows it. `people`: post and name; `shut` why its day is shut, "" where it is not."""

    shift: Shift
    seats: int
    taken: int
    people: tuple[tuple[Post, str], ...]
    shut: str = ""


def roster(session: Session, first: date, last: date, *, branch_id: int | None = None) -> list[OnRoster]:
    """Shifts of these days, called-off ones too, by the clock."""
    rows = sa.select(Shift).where(Shift.served_on >= first, Shift.served_on <= last)
    if branch_id is not None:
        rows = rows.where(Shift.branch_id == branch_id)
    found = session.scalars(rows.order_by(Shift.starts_at, Shift.branch_id, Shift.id)).all()
    return _rostered(session, found)


def on_roster(session: Session, shift: Shift) -> OnRoster:
    """One shift, the same."""
    return _rostered(session, [shift])[0]


def _rostered(session: Session, found: Sequence[Shift]) -> list[OnRoster]:
    ids = [one.id for one in found]
    seats, people = shifts.seats_of(session, ids), _people(session, ids)
    shut = _shut(session, found)
    return [OnRoster(one, *seats[one.id], tuple(people.get(one.id, ())), shut.get(one.id, "")) for one in found]


def _people(session: Session, ids: Sequence[int]) -> dict[int, list[tuple[Post, str]]]:
    rows = (
        sa.select(Post, Volunteer.name)
        .join(Volunteer, Volunteer.id == Post.volunteer_id)
        .where(Post.shift_id.in_(ids), Post.state.in_(STANDS))
        .order_by(Post.id)
    )
    found: dict[int, list[tuple[Post, str]]] = {}
    for post, name in session.execute(rows):
        found.setdefault(post.shift_id, []).append((post, name or f"志愿者 {post.volunteer_id}"))
    return found


def _shut(session: Session, found: Sequence[Shift]) -> dict[int, str]:
    rows = (
        sa.select(Shift.id, Closure.reason)
        .select_from(Shift)
        .join(Closure, COVERS)
        .where(Shift.id.in_([one.id for one in found]))
    )
    return {row.id: row.reason for row in session.execute(rows)}


# ── what asks for staff ──


def shut_shifts(session: Session, *, now: datetime) -> list[tuple[Shift, int]]:
    """Shifts to come on a day that is shut, of which nobody has said that they go on; with how many stand on each."""
    held = (
        sa.select(sa.func.count()).where(ShiftSeat.shift_id == Shift.id, ShiftSeat.post_id.is_not(None))
        .correlate(Shift).scalar_subquery()
    )  # fmt: skip
    rows = sa.select(Shift, held).where(
        Shift.state == ShiftState.OPEN, Shift.starts_at > now, sa.not_(Shift.goes_on), IS_SHUT
    )
    return [(row[0], row[1]) for row in session.execute(rows.order_by(Shift.starts_at))]


def within(session: Session, branches: Sequence[int], first: date, last: date, *, now: datetime) -> tuple[int, int]:
    """How many shifts still to come lie on these days at these branches (none: all), and how many people are on them."""
    rows = sa.select(Shift.id).where(
        Shift.state == ShiftState.OPEN, Shift.served_on >= first, Shift.served_on <= last, Shift.starts_at > now
    )
    if branches:
        rows = rows.where(Shift.branch_id.in_(branches))
    ids = session.scalars(rows).all()
    return len(ids), sum(taken for _, taken in shifts.seats_of(session, ids).values())


def to_confirm(session: Session, *, now: datetime, branch_id: int | None, most: int) -> list[tuple[Post, Shift, str]]:
    """Who came to a shift that is over, and whose hours nobody has confirmed, the oldest first."""
    done = sa.exists().where(ServiceHours.post_id == Post.id)
    rows = (
        sa.select(Post, Shift, Volunteer.name)
        .join(Shift, Shift.id == Post.shift_id)
        .join(Volunteer, Volunteer.id == Post.volunteer_id)
        .where(Post.state.in_((P.IN, P.OUT)), Shift.ends_at <= now, sa.not_(done))
    )
    if branch_id is not None:
        rows = rows.where(Shift.branch_id == branch_id)
    found = session.execute(rows.order_by(Shift.starts_at, Post.id).limit(most))
    return [(row[0], row[1], row[2] or f"志愿者 {row[0].volunteer_id}") for row in found]


def to_tick(session: Session, *, now: datetime, branch_id: int | None, most: int) -> list[tuple[Post, Shift, str]]:
    """Who took a shift that is over, and of whom nobody knows whether they came."""
    rows = (
        sa.select(Post, Shift, Volunteer.name)
        .join(Shift, Shift.id == Post.shift_id)
        .join(Volunteer, Volunteer.id == Post.volunteer_id)
        .where(Post.state == P.TAKEN, Shift.ends_at <= now, Shift.state == ShiftState.OPEN)
    )
    if branch_id is not None:
        rows = rows.where(Shift.branch_id == branch_id)
    found = session.execute(rows.order_by(Shift.starts_at, Post.id).limit(most))
    return [(row[0], row[1], row[2] or f"志愿者 {row[0].volunteer_id}") for row in found]


def applied(session: Session, *, branch_id: int | None) -> tuple[int, datetime | None]:
    """How many wait for a yes or a no, and since when: of this branch, None of all."""
    asked = sa.select(sa.func.count(), sa.func.min(Volunteer.applied_at))
    if branch_id is not None:
        asked = asked.where(Volunteer.branch_id == branch_id)
    count, since = session.execute(asked.where(Volunteer.state == VolunteerState.APPLIED)).one()
    return count, since


def lacking(session: Session, *, now: datetime) -> list[tuple[Shift, int]]:
    """Shifts of the next two days with free seats."""
    rows = sa.select(Shift, _FREE).where(
        Shift.state == ShiftState.OPEN, Shift.starts_at > now, Shift.starts_at < now + timedelta(days=2), _FREE > 0
    )
    return [(row[0], row[1]) for row in session.execute(rows.order_by(Shift.starts_at))]


# ── figures ──


@dataclass(frozen=True, slots=True)
class Served:
    """Somebody's year. `name` is "" for those who have left."""

    volunteer_id: int
    name: str
    branch: str
    minutes: int
    times: int


def of_year(session: Session, year: int) -> list[Served]:
    """Everybody with hours of a year, the most first."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    total = sa.func.sum(ServiceHours.minutes)
    count = sa.func.count(sa.case((sa.and_(ServiceHours.number == 1, ServiceHours.minutes > 0), ServiceHours.id)))
    rows = (
        sa.select(ServiceHours.volunteer_id, total.label("minutes"), count.label("times"))
        .where(ServiceHours.served_on >= first, ServiceHours.served_on <= last)
        .group_by(ServiceHours.volunteer_id)
        .order_by(total.desc(), ServiceHours.volunteer_id)
    )
    found = session.execute(rows).all()
    known = {
        one.id: one for one in session.scalars(sa.select(Volunteer).where(Volunteer.id.in_([row.volunteer_id for row in found])))
    }  # fmt: skip
    return [
        Served(
            row.volunteer_id,
            known[row.volunteer_id].name,
            _branch(known[row.volunteer_id]),
            int(row.minutes),
            row.times,
        )
        for row in found
    ]


def _branch(volunteer: Volunteer) -> str:
    return volunteer.branch.name if volunteer.branch else "各馆"


def by_month(session: Session, year: int) -> list[int]:
    """Minutes of each of the twelve months."""
    month = sa.extract("month", ServiceHours.served_on)
    rows = sa.select(month, sa.func.sum(ServiceHours.minutes)).where(
        ServiceHours.served_on >= date(year, 1, 1), ServiceHours.served_on <= date(year, 12, 31)
    )
    found: dict[int, Any] = {int(row[0]): int(row[1]) for row in session.execute(rows.group_by(month))}
    return [found.get(number, 0) for number in range(1, 13)]


def first_year(session: Session, *, now: datetime) -> int:
    """Of the oldest line."""
    found = session.scalar(sa.select(sa.func.min(ServiceHours.served_on)))
    return found.year if found else times.today(now).year
