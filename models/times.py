"""The only clock of the house, and the calendar words people use. Standard library only.

Moments are aware and in UTC; people see the library's own zone. `now` follows the database's clock where that
differs from this machine's (worker.clock looks, so that processes on several machines agree) and, in the demo, the
shift of `clock advance`.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MATTERS = timedelta(seconds=1)
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


class _Clock:
    """What `now` adds to this machine's own clock, and the zone in which days begin."""

    def __init__(self) -> None:
        self.shift = timedelta()
        self.behind = timedelta()
        self.zone = ZoneInfo("Asia/Shanghai")


_clock = _Clock()


def now() -> datetime:
    """This moment, aware, UTC."""
    return datetime.now(UTC) + _clock.behind + _clock.shift


def set_shift(shift: timedelta) -> None:
    """Add `shift` to the machine's clock from now on, in this process."""
    _clock.shift = shift


def shift() -> timedelta:
    """What is added to the machine's clock at present."""
    return _clock.shift


def follow(database_clock: timedelta) -> None:
    """Take over the clock of the database, which is so far ahead of this machine's; under a second is no difference."""
    _clock.behind = database_clock if abs(database_clock) >= MATTERS else timedelta()


def use_zone(name: str) -> None:
    """Let days begin in the zone of this IANA name. Raises: ZoneInfoNotFoundError."""
    _clock.zone = ZoneInfo(name)


def local(moment: datetime) -> datetime:
    """The same moment on the library's wall clock."""
    return moment.astimezone(_clock.zone)


def today(moment: datetime) -> date:
    """The library's calendar day at `moment`."""
    return local(moment).date()


def start_of(day: date) -> datetime:
    """The first moment of the library's calendar day."""
    return datetime(day.year, day.month, day.day, tzinfo=_clock.zone)


def weekend_of(day: date) -> tuple[date, date]:
    """The Saturday and Sunday of the week of `day` (weeks begin on Monday)."""
    saturday = day + timedelta(days=5 - day.weekday())
    return saturday, saturday + timedelta(days=1)


def week_of(day: date) -> tuple[date, date]:
    """Monday and Sunday of the week of `day`."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def month_of(year: int, month: int) -> tuple[date, date]:
    """First and last day. Raises: ValueError outside 1 ≤ month ≤ 12."""
    first = date(year, month, 1)
    following = date(year + month // 12, month % 12 + 1, 1)
    return first, following - timedelta(days=1)


def weekday(day: date) -> str:
    """周六"""
    return WEEKDAYS[day.weekday()]


def short_day(day: date, *, beside: date) -> str:
    """4月8日, with the year in front where it differs from that of `beside`."""
    year = f"{day.year}年" if day.year != beside.year else ""
    return f"{year}{day.month}月{day.day}日"


def said_end(moment: datetime, *, today: date) -> str:
    """As said_moment, but midnight is the end of the day before it: 11月28日24:00"""
    local_time = local(moment)
    if local_time.hour or local_time.minute:
        return said_moment(moment, today=today)
    return said_moment(moment - timedelta(minutes=1), today=today).replace("23:59", "24:00")


def said_moment(moment: datetime, *, today: date) -> str:
    """今天18:00 · 明天8:00 · 11月28日9:30"""
    local_time = local(moment)
    days = (local_time.date() - today).days
    day = {0: "今天", 1: "明天", 2: "后天"}.get(days) or short_day(local_time.date(), beside=today)
    return f"{day}{local_time.hour}:{local_time.minute:02d}"
