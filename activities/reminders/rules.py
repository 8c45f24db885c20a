"""When somebody is reminded. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from activities.signup.rules import begins, is_night
from models import times
from models.reminder import ReminderKind
from models.when import When

EARLIEST, LATEST, EVENING = time(9), time(20), time(18)
HOURS_BEFORE = timedelta(hours=2)
SHORTEST_NOTICE = timedelta(minutes=30)
APART = timedelta(hours=3)  # two reminders nearer than this are one


@dataclass(frozen=True, slots=True)
class Wish:
    """When a reader wants to be reminded."""

    day_before: bool = True
    hours_before: bool = True


def moments(when: When, wish: Wish) -> list[tuple[ReminderKind, datetime]]:
    """The moments of one activity, soonest first; none while its day is not fixed. Never at night, never after its start.

    The day before at the same hour, within 9:00 and 20:00; of a day without an hour at 18:00. Two hours before; where
    that is still night, at 8:00 if half an hour is left.
    """
    begin = begins(when)
    if begin is None:
        return []
    found = list(_wished(begin, wish, has_hour=when.starts_at is not None))
    return [one for at, one in enumerate(found) if at == 0 or one[1] - found[at - 1][1] >= APART]


def _wished(begin: datetime, wish: Wish, *, has_hour: bool) -> Iterator[tuple[ReminderKind, datetime]]:
    if wish.day_before:
        yield ReminderKind.DAY_BEFORE, _day_before(begin, has_hour=has_hour)
    if wish.hours_before and has_hour:
        due = _hours_before(begin)
        if due is not None:
            yield ReminderKind.HOURS_BEFORE, due


def _day_before(begin: datetime, *, has_hour: bool) -> datetime:
    local = times.local(begin)
    at = min(max(local.time(), EARLIEST), LATEST) if has_hour else EVENING
    yesterday = times.start_of(local.date() - timedelta(days=1))
    return yesterday + timedelta(hours=at.hour, minutes=at.minute)


def _hours_before(begin: datetime) -> datetime | None:
    due = begin - HOURS_BEFORE
    if not is_night(due):
        return due
    morning = times.start_of(times.today(begin)) + timedelta(hours=8)
    return morning if due < morning <= begin - SHORTEST_NOTICE else None


def is_useful(kind: ReminderKind, of_start: datetime, *, now: datetime) -> bool:
    """Is a late one still worth sending? Of tomorrow nobody is told on the day itself, when the other reminder comes."""
    if kind is ReminderKind.DAY_BEFORE:
        return now < of_start - APART
    return now < of_start
