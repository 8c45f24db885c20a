"""Shifts as staff plan them: made, changed, called off, copied from the week before; seats are rows."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count as count_up
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.volunteers import posts, rules
from activities.volunteers.rules import Span
from models import audit, times
from models.by import By
from models.db import core
from models.errors import BadFields, BadInput
from models.states import moved
from models.volunteer import SHIFT_MOVES, STANDS, Post, Shift, ShiftSeat, ShiftState

DAYS = 7
MOST_COPIED = 200
LONGEST = {"task": 40, "place": 80, "note": 200}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A shift as staff write it."""

    branch_id: int
    day: date
    span: Span
    task: str
    place: str
    note: str
    seats: int
    cancel_hours: int


def wanted_in(typed: Mapping[str, str], *, branch_id: int) -> Wanted:
    """A form. Raises: BadFields."""
    for name, most in LONGEST.items():
        if len(typed[name].strip()) > most:
            raise BadFields({name: f"最多 {most} 个字。"})
    day, span, seats, hours = rules.shift_form(typed)
    return Wanted(
        branch_id, day, span, typed["task"].strip(), typed["place"].strip(), typed["note"].strip(), seats, hours
    )


def plan(session: Session, wanted: Wanted, *, by: By) -> Shift:
    """Volunteers may take it from now on. Raises: BadFields for a day gone by."""
    if wanted.span.ends_at <= by.at:
        raise BadFields({"day": "这一班已经过去了。补记时长，请在“时长”里记。"})
    shift = Shift(
        branch_id=wanted.branch_id, served_on=wanted.day, starts_at=wanted.span.starts_at, ends_at=wanted.span.ends_at,
        task=wanted.task, place=wanted.place, note=wanted.note, cancel_hours=wanted.cancel_hours, door_code=_code(),
        goes_on=False, state=ShiftState.OPEN, reason="", made_by=by.who, made_at=by.at, changed_at=by.at,
    )  # fmt: skip
    session.add(shift)
    session.flush()
    resize(session, shift, wanted.seats)
    _note(session, "shift planned", shift, by)
    return shift


def _code() -> str:
    return f"{secrets.randbelow(10**6):06d}"


def held(session: Session, number: int) -> Shift | None:
    """Locked for the unit."""
    asked = sa.select(Shift).where(Shift.id == number).with_for_update(of=Shift)
    return session.scalars(asked.execution_options(populate_existing=True)).one_or_none()


def change(session: Session, shift: Shift, wanted: Wanted, *, by: By) -> None:
    """The caller holds it. Day, hours and branch stay while somebody is on it. Raises: BadFields, BadInput."""
    moves = (shift.branch_id, shift.starts_at, shift.ends_at) != (
        wanted.branch_id, wanted.span.starts_at, wanted.span.ends_at,
    )  # fmt: skip
    if moves and people_on(session, shift.id):
        raise BadFields({"day": "已经有人报了这一班，日子、时间和地点不能改。请取消这一班（会告诉他们），再排新的。"})
    if moves and wanted.span.ends_at <= by.at:
        raise BadFields({"day": "这一天已经过去了。"})
    shift.branch_id, shift.served_on = wanted.branch_id, wanted.day
    shift.starts_at, shift.ends_at = wanted.span.starts_at, wanted.span.ends_at
    shift.task, shift.place, shift.note = wanted.task, wanted.place, wanted.note
    shift.cancel_hours, shift.changed_at = wanted.cancel_hours, by.at
    resize(session, shift, wanted.seats)
    _note(session, "shift changed", shift, by)


def people_on(session: Session, shift_id: int) -> int:
    """How many stand on it."""
    asked = sa.select(sa.func.count()).where(Post.shift_id == shift_id, Post.state.in_(STANDS))
    return session.scalar(asked) or 0


def resize(session: Session, shift: Shift, total: int) -> None:
    """Have so many seats. Raises: BadFields below those that are held."""
    rows = sa.select(ShiftSeat.number, ShiftSeat.post_id).where(ShiftSeat.shift_id == shift.id).with_for_update()
    seats = {row.number: row.post_id for row in session.execute(rows)}
    free = sorted((number for number, post in seats.items() if post is None), reverse=True)
    surplus = max(0, len(seats) - total)
    if surplus > len(free):
        taken = len(seats) - len(free)
        raise BadFields({"seats": f"已经有 {taken} 位报了，人数不能少于 {taken}。"})
    if surplus:
        gone = sa.delete(ShiftSeat).where(ShiftSeat.shift_id == shift.id, ShiftSeat.number.in_(free[:surplus]))
        session.execute(gone.execution_options(synchronize_session=False))
    fresh = islice((one for one in count_up(1) if one not in seats), max(0, total - len(seats)))
    rows_ = [{"shift_id": shift.id, "number": number, "post_id": None} for number in fresh]
    if rows_:
        core(session).execute(sa.insert(ShiftSeat.__table__), rows_)  # type: ignore[arg-type]


def call_off(session: Session, shift: Shift, reason: str, *, by: By) -> int:
    """It does not take place; how many were told. The caller holds it. Raises: IllegalMove; BadInput once it has begun."""
    if by.at >= shift.starts_at:
        raise BadInput("这一班已经开始了，不能取消；没来的人记“没来”。")
    shift.state = moved(shift.state, to=ShiftState.CANCELLED, moves=SHIFT_MOVES)
    shift.reason, shift.changed_at = reason.strip()[:200], by.at
    told = posts.cancel_all(session, shift, shift.reason, by=by)
    _note(session, "shift called off", shift, by)
    return told


def keep(session: Session, shift: Shift, *, by: By) -> None:
    """Its day is shut, and it takes place all the same."""
    shift.goes_on, shift.changed_at = True, by.at
    _note(session, "shift goes on", shift, by)


def copy_week(session: Session, monday: date, branch_id: int | None, *, by: By) -> int:
    """The shifts of the week before, a week on, without people; what is there already is not doubled. How many."""
    before = _standing(session, monday - timedelta(days=DAYS), branch_id)
    there = {_print(one, timedelta()) for one in _standing(session, monday, branch_id)}
    seats = seats_of(session, [one.id for one in before])
    made = 0
    for one in before[:MOST_COPIED]:
        wanted = _week_on(one, seats[one.id][0])
        if _print(one, timedelta(days=DAYS)) in there or wanted.span.ends_at <= by.at:
            continue
        plan(session, wanted, by=by)
        made += 1
    return made


def _week_on(shift: Shift, seats: int) -> Wanted:
    """By the wall clock: nine stays nine."""
    day = shift.served_on + timedelta(days=DAYS)
    first, last = (times.local(at).time() for at in (shift.starts_at, shift.ends_at))
    return Wanted(
        shift.branch_id, day, rules.span_of(day, first, last), shift.task, shift.place, shift.note, seats, shift.cancel_hours
    )  # fmt: skip


def _standing(session: Session, monday: date, branch_id: int | None) -> Sequence[Shift]:
    rows = sa.select(Shift).where(
        Shift.state == ShiftState.OPEN, Shift.served_on >= monday, Shift.served_on < monday + timedelta(days=DAYS)
    )
    if branch_id is not None:
        rows = rows.where(Shift.branch_id == branch_id)
    return session.scalars(rows.order_by(Shift.starts_at, Shift.id)).all()


def _print(shift: Shift, on: timedelta) -> tuple[object, ...]:
    return shift.branch_id, shift.served_on + on, times.local(shift.starts_at).time(), shift.task, shift.place


def seats_of(session: Session, shifts: Sequence[int]) -> dict[int, tuple[int, int]]:
    """All seats, and those that are held, by shift."""
    asked = sa.select(ShiftSeat.shift_id, sa.func.count(), sa.func.count(ShiftSeat.post_id))
    rows = session.execute(asked.where(ShiftSeat.shift_id.in_(shifts)).group_by(ShiftSeat.shift_id))
    return dict.fromkeys(shifts, (0, 0)) | {row[0]: (row[1], row[2]) for row in rows}


def _note(session: Session, act: str, shift: Shift, by: By) -> None:
    detail = f"{shift.served_on:%Y-%m-%d} {shift.task}"
    audit.note(session, act, who=by.who, subject=f"shift {shift.id}", at=by.at, detail=detail)
