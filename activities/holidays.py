"""Days off as rows: what staff have entered, for years the calendar's own tables do not reach, or to correct them."""

from collections.abc import Mapping, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.catalogue import readers_see_anew
from activities.festivals import NOTHING_TOLD, Told, ToldDay
from models.db import core, insert
from models.opening import CalendarDay

_ALL = sa.select(CalendarDay.day, CalendarDay.is_workday, CalendarDay.name).order_by(CalendarDay.day)


def told(session: Session) -> Told:
    """Everything staff have entered, in order of days."""
    days = {row.day: ToldDay(row.is_workday, row.name) for row in core(session).execute(_ALL)}
    return Told(days) if days else NOTHING_TOLD


def enter(session: Session, days: Mapping[date, ToldDay]) -> None:
    """These days are as told from now on, whatever was known of them."""
    rows = [{"day": day, "is_workday": one.is_workday, "name": one.name} for day, one in days.items()]
    put = insert(session, CalendarDay)
    new = {"is_workday": put.excluded.is_workday, "name": put.excluded.name}
    session.execute(put.on_conflict_do_update(index_elements=["day"], set_=new), rows)
    readers_see_anew(session)


def remove(session: Session, days: Sequence[date]) -> int:
    """Nobody has told anything about these days; how many there were."""
    gone = sa.delete(CalendarDay).where(CalendarDay.day.in_(days)).returning(CalendarDay.day)
    count = len(session.execute(gone).all())
    readers_see_anew(session)
    return count
