"""The branch an address names: to read, to change, or held while it is changed; and who may."""

from datetime import date, datetime

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import Session

from activities.branches import HELD
from activities.opening import Timetable, said_stretches
from activities.queries import MAIN_FIRST
from console.desk import me
from console.rights import Act, is_of_the_whole, is_theirs
from console.words import State
from models import times
from models.activity import Branch
from models.errors import IllegalMove


def found(session: Session, number: int) -> Branch:
    """To read. Aborts with 404."""
    return session.get(Branch, number) or abort(404)


def mine(session: Session, number: int) -> Branch:
    """To be asked about before it is changed. Aborts with 404, and with 403 where it is somebody else's."""
    branch = found(session, number)
    return branch if is_mine(branch.id) else abort(403)


def held(session: Session, number: int) -> Branch:
    """The same, locked for the unit. Raises: IllegalMove for one that is just being merged into another."""
    mine(session, number)
    branch = session.get(Branch, number, with_for_update=HELD, populate_existing=True) or abort(404)
    if branch.merges_into:
        raise IllegalMove(f"branch {number} is being merged")
    return branch


def is_mine(branch_id: int) -> bool:
    """May this person change it?"""
    return Act.CHANGE_BRANCHES in me().acts and (is_whole() or is_theirs(me().branch_id, branch_id))


def is_whole() -> bool:
    """May this person speak for the whole library?"""
    return Act.CHANGE_BRANCHES in me().acts and is_of_the_whole(me().branch_id, me().roles)


def of_the_whole() -> None:
    """Aborts with 403 for somebody of a branch."""
    if not is_whole():
        abort(403)


def all_branches(session: Session) -> list[Branch]:
    """Main library first."""
    return list(session.scalars(sa.select(Branch).order_by(*MAIN_FIRST)))


def now_at(table: Timetable, moment: datetime) -> tuple[State, str]:
    """How it stands at `moment` (wall clock), as a label, and the words beside it."""
    today = moment.date()
    if shut := table.closed_on(today):
        return State("闭馆", "stopped"), f"{shut.reason}，{said_run(shut.first_on, shut.last_on, today)}"
    if not table.week and not table.days:
        return State("没登记时间", "waiting"), ""
    stretches = table.stretches_on(today)
    if not stretches:
        return State("今天不开", "draft"), ""
    if table.is_open_at(moment):
        return State("开着", "live"), f"今天 {said_stretches(stretches)}"
    word = "还没开门" if moment.time() < stretches[0].opens_at else "暂时关门"
    is_done = moment.time() >= stretches[-1].closes_at
    return State("已关门" if is_done else word, "draft"), f"今天 {said_stretches(stretches)}"


def wall_clock() -> datetime:
    """This moment on the library's wall clock, naive as timetables want it."""
    return times.local(times.now()).replace(tzinfo=None)


def said_run(first: date, last: date, today: date) -> str:
    """11月28日 · 11月28日—12月3日"""
    begins = times.short_day(first, beside=today)
    return begins if first == last else f"{begins}—{times.short_day(last, beside=first)}"
