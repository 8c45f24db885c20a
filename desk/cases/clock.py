"""The desk's own clock: minutes count only while it works. Pure.

A day's hours are those of a weekday, cut by lunch; a closure or a day off has none; a Saturday that is worked in exchange for a
holiday has those of a Monday. Moments are aware, days and clocks are the library's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Protocol

from activities.opening import Shut, Stretch, Timetable
from models import times

FURTHEST_DAYS = 60  # so far ahead it is looked for the next hour of work
MINUTE = timedelta(minutes=1)
MONDAY, WORKDAYS = 0, range(5)
_USUAL_DAY = (Stretch(time(9), time(12)), Stretch(time(14), time(17)))
USUAL_WEEK: Mapping[int, Sequence[Stretch]] = dict.fromkeys(
    WORKDAYS, _USUAL_DAY
)  # where nobody has entered any hours


class WorkingDays(Protocol):
    """Whatever knows when work is done."""

    def stretches_on(self, day: date) -> Sequence[Stretch]:
        """In order, none overlapping."""


@dataclass(frozen=True, slots=True)
class DayOff:
    """What the calendar says of a day that is unlike others."""

    is_workday: bool


@dataclass(frozen=True, slots=True)
class Hours:
    """When one desk works. An empty `week`: whenever `opening` says it is open, and in the usual week where that is empty."""

    week: Mapping[int, Sequence[Stretch]] = field(default_factory=dict)
    opening: Timetable = field(default_factory=Timetable)
    lunch: Stretch | None = None
    on_holidays: bool = False
    days: Mapping[date, DayOff] = field(default_factory=dict)  # days off, and working days in exchange

    @property
    def is_assumed(self) -> bool:
        """Has nobody entered any hours?"""
        return not self.week and not self.opening.week

    def stretches_on(self, day: date) -> Sequence[Stretch]:
        """In order; without lunch."""
        return without(self._whole(day), self.lunch)

    def closed_on(self, day: date) -> Shut | None:
        """The closure that covers the day."""
        return self.opening.closed_on(day)

    def _whole(self, day: date) -> Sequence[Stretch]:
        if self.opening.closed_on(day):
            return ()
        if not self.week and day in self.opening.days:  # somebody has said this day by name
            return sorted(self.opening.days[day])
        week = self.week or self.opening.week or USUAL_WEEK
        if (unlike := self.days.get(day)) is None or (self.on_holidays and not unlike.is_workday):
            return sorted(week.get(day.weekday(), ()))
        if not unlike.is_workday:
            return ()
        return sorted(week.get(day.weekday()) or next((week[one] for one in WORKDAYS if week.get(one)), ()))


def without(stretches: Sequence[Stretch], lunch: Stretch | None) -> list[Stretch]:
    """The same with the hours of `lunch` cut out."""
    if lunch is None:
        return list(stretches)
    left: list[Stretch] = []
    for one in stretches:
        ends, begins = min(one.closes_at, lunch.opens_at), max(one.opens_at, lunch.closes_at)
        if one.opens_at < ends:
            left.append(Stretch(one.opens_at, ends))
        if begins < one.closes_at:
            left.append(Stretch(begins, one.closes_at))
    return left


def spans(hours: WorkingDays, day: date) -> list[tuple[datetime, datetime]]:
    """The day's stretches as moments."""
    zone = times.start_of(day).tzinfo
    return [
        (datetime.combine(day, one.opens_at, zone), datetime.combine(day, one.closes_at, zone))
        for one in hours.stretches_on(day)
    ]


def works_at(hours: WorkingDays, moment: datetime) -> bool:
    """Is somebody there?"""
    return any(begins <= moment < ends for begins, ends in spans(hours, times.today(moment)))


def add(hours: WorkingDays, moment: datetime, minutes: int) -> datetime | None:
    """When so many minutes of work have gone by; None where there is no work for two months. No minute: `moment` itself."""
    left = minutes * MINUTE
    if left <= timedelta():
        return moment
    first = times.today(moment)
    for ahead in range(FURTHEST_DAYS + minutes // 60):
        for begins, ends in spans(hours, first + timedelta(days=ahead)):
            begins = max(begins, moment)
            if begins + left <= ends:
                return begins + left
            left -= max(ends - begins, timedelta())
    return None


def work_between(hours: WorkingDays, start: datetime, end: datetime) -> timedelta:
    """How much work lies between two moments; none where the second is not later."""
    found, day, last = timedelta(), times.today(start), times.today(end)
    while day <= last:
        for begins, ends in spans(hours, day):
            found += max(min(ends, end) - max(begins, start), timedelta())
        day += timedelta(days=1)
    return found


def minutes_between(hours: WorkingDays, start: datetime, end: datetime) -> int:
    """The same in whole minutes."""
    return work_between(hours, start, end) // MINUTE


def next_work(hours: WorkingDays, moment: datetime) -> datetime | None:
    """The first moment of work from `moment` on; None where there is none for two months."""
    first = times.today(moment)
    for ahead in range(FURTHEST_DAYS):
        for begins, ends in spans(hours, first + timedelta(days=ahead)):
            if moment < ends:
                return max(begins, moment)
    return None
