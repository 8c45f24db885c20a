"""By which hours a case is counted: the rows of the desk and of the branch, closures, days off and days worked in exchange."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities import festivals, holidays, hours
from activities.catalogue import readers_see_anew
from activities.festivals import NOTHING_TOLD, OFFICIAL_FESTIVALS, Told
from activities.opening import Stretch, Timetable, checked_week
from desk.cases import clock
from desk.cases.clock import DayOff, Hours
from models import audit, times
from models.activity import MAIN_LIBRARY, Branch
from models.by import By
from models.case import WHOLE, DeskHours
from models.errors import BadFields, BadInput

ANSWER_MINUTES, SILENT_MINUTES = 120, 240
LEAST_MINUTES, MOST_MINUTES = 10, 60 * 40  # forty hours of work: a week
LONGEST_PAST = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Service:
    """What a desk promises: its hours, minutes of work to an answer, and until a case is taken from who says nothing."""

    hours: Hours
    answer_minutes: int = ANSWER_MINUTES
    silent_minutes: int = SILENT_MINUTES

    def due(self, since: datetime) -> datetime | None:
        """By when who asked at `since` is answered."""
        return clock.add(self.hours, since, self.answer_minutes)

    def silent(self, since: datetime) -> datetime | None:
        """When nobody need be waited for any longer."""
        return clock.add(self.hours, since, self.silent_minutes)


def service_of(session: Session, branch_id: int | None, *, since: datetime) -> Service:
    """Of a branch's desk, from `since` on. What it has not said itself is the whole library's."""
    own = session.get(DeskHours, branch_id) if branch_id else None
    row = own or session.get(DeskHours, WHOLE)
    day = times.today(since)
    opening = _opening(session, branch_id, day)
    days = unlike(day, holidays.told(session))
    if row is None:
        return Service(Hours(opening=opening, days=days))
    lunch = Stretch(row.lunch_from, row.lunch_to) if row.lunch_from and row.lunch_to else None
    whole = Hours(read_week(row.week), opening, lunch, row.on_holidays, days)
    return Service(whole, row.answer_minutes, row.silent_minutes)


def _opening(session: Session, branch_id: int | None, day: date) -> Timetable:
    """A branch without hours of its own is counted by the main library's."""
    main = session.scalar(sa.select(Branch.id).where(Branch.name == MAIN_LIBRARY))
    for branch in (branch_id, main):
        if branch is not None and ((table := hours.timetable_of(session, branch, since=day)).week or branch == main):
            return table
    return hours.timetable_of(session, WHOLE, since=day)  # nobody has hours: closures of the whole library alone


def unlike(day: date, told: Told = NOTHING_TOLD) -> Mapping[date, DayOff]:
    """Days that are unlike their weekday, of the year of `day` and the next."""
    found = {**_calendar(day.year), **_calendar(day.year + 1)}
    return {**found, **{one: DayOff(fact.is_workday) for one, fact in told.days.items()}} if told.days else found


@lru_cache(maxsize=8)
def _calendar(year: int) -> Mapping[date, DayOff]:
    """A year that nobody has told: the festivals themselves are off, and no day is worked in exchange."""
    if festivals.is_known(year):
        return {day: DayOff(one.is_workday) for day, one in festivals.official(year).items()}
    return {day: DayOff(is_workday=False) for name in OFFICIAL_FESTIVALS for day in festivals.day_of(name, year)}


def untold(session: Session, day: date) -> list[tuple[int, list[str]]]:
    """[(2027, ['春节', …])]: of this year, and in its last two months of the next, the days off that nobody has told."""
    told = holidays.told(session)
    years = (day.year, day.year + 1) if day.month >= 11 else (day.year,)
    return [(year, names) for year in years if (names := festivals.untold(year, told))]


# ── as staff set them ──


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form says of one desk."""

    week: Mapping[int, list[Stretch]]
    lunch: Stretch | None
    on_holidays: bool
    answer_minutes: int
    silent_minutes: int


def row_of(session: Session, branch_id: int) -> DeskHours | None:
    """What this desk has said itself; None: it is as the whole library's."""
    return session.get(DeskHours, branch_id)


def checked(
    week: Mapping[int, list[Stretch]], lunch: tuple[str, str], on_holidays: bool, answer: str, silent: str
) -> Asked:
    """Raises: BadFields, BadInput."""
    wrong = {name: cause for name, word in (("answer", answer), ("silent", silent)) if (cause := _wrong(word))}
    if bool(lunch[0]) != bool(lunch[1]):
        wrong["lunch_from"] = "午休写上从几点到几点，或者两格都空着。"
    if wrong:
        raise BadFields(wrong)
    checked_week(week)
    return Asked(week, _lunch(lunch), on_holidays, int(answer), int(silent))


def _lunch(lunch: tuple[str, str]) -> Stretch | None:
    if not lunch[0]:
        return None
    try:
        begins, ends = map(time.fromisoformat, lunch)
    except ValueError:
        raise BadFields({"lunch_from": "午休的时间请写成 12:00 这样。"}) from None
    if ends <= begins:
        raise BadFields({"lunch_from": "午休的结束要晚于开始。"})
    return Stretch(begins, ends)


def _wrong(word: str) -> str:
    if not word.isdecimal() or not LEAST_MINUTES <= int(word[:6]) <= MOST_MINUTES:
        return f"写 {LEAST_MINUTES} 到 {MOST_MINUTES} 之间的分钟数。"
    return ""


def keep(session: Session, branch_id: int, asked: Asked, *, by: By) -> None:
    """This desk works so from now on; what is open keeps the deadline it was told."""
    row = session.get(DeskHours, branch_id, with_for_update=True) or DeskHours(branch=branch_id)
    row.week = {
        str(day): [[f"{one.opens_at:%H:%M}", f"{one.closes_at:%H:%M}"] for one in of]
        for day, of in asked.week.items()
    }
    row.lunch_from, row.lunch_to = (asked.lunch.opens_at, asked.lunch.closes_at) if asked.lunch else (None, None)
    row.on_holidays, row.answer_minutes, row.silent_minutes = (
        asked.on_holidays,
        asked.answer_minutes,
        asked.silent_minutes,
    )
    row.changed_by, row.changed_at = by.who, by.at
    session.add(row)
    readers_see_anew(session)  # answers that were made of it are kept until then
    audit.note(session, "desk hours set", who=by.who, subject=f"desk {branch_id}", at=by.at)


def drop(session: Session, branch_id: int, *, by: By) -> None:
    """This desk works as the whole library's. Raises: BadInput for the whole library itself."""
    row = session.get(DeskHours, branch_id)
    if branch_id == WHOLE or row is None:
        raise BadInput("这里没有单独的服务时间。")
    session.delete(row)
    readers_see_anew(session)
    audit.note(session, "desk hours dropped", who=by.who, subject=f"desk {branch_id}", at=by.at)


def read_week(week: Mapping[str, list[list[str]]]) -> dict[int, list[Stretch]]:
    """From its row."""
    return {
        int(day): [Stretch(time.fromisoformat(begins), time.fromisoformat(ends)) for begins, ends in of]
        for day, of in week.items()
    }
