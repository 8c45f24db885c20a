"""Days and spans of days: what one written date allows, and what two of them with "to" between allow."""

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date

from activities.plans.plan import DoubtKind
from activities.plans.scanner import Scanner
from models.when import Precision

LONGEST_CROSSING = 184  # days; 12月28日-1月3日 crosses the year, 10月15日-9月21日 is a slip

# First and last day of the month that each word allows; 31 means the last there is.
PARTS_OF_MONTH = {
    "上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31), "上中旬": (1, 20), "中下旬": (11, 31),
    "初": (1, 10), "中": (11, 20), "底": (21, 31), "末": (21, 31), "上半月": (1, 15), "下半月": (16, 31),
}  # fmt: skip
_PART = "上、?中旬|中、?下旬|[上中下]旬|[上下]半月|初|底|末|中(?![^ ,，()至到~-])"
_YEAR = r"(?:(?P<year>(?:19|20)\d\d|\d\d)年|[次翌今本]?年)?"
_DAY_SIGN = "[日号](?![楼线馆院店厅门室栋])"  # 三号厅 is no day
_NO_MORE = r"(?![\d:]|\.\d)"

_POINTS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_YEAR}(?P<month>\d{{1,2}})月份?(?P<day>\d{{1,2}})(?:{_DAY_SIGN}|{_NO_MORE}(?![月旬点时年]))",
        r"(?P<year>(?:19|20)\d\d)([-./])(?P<month>\d{1,2})\2(?P<day>\d{1,2})日?(?!\d)",
        rf"(?P<month>\d{{1,2}})[./](?P<day>\d{{1,2}})(?:{_DAY_SIGN}|{_NO_MORE}(?![/点时月年]))",
        rf"{_YEAR}(?P<month>\d{{1,2}})月份?(?:全月|整月|(?P<part>{_PART}))?(?!\d)",
        r"(?P<year>(?:19|20)\d\d)[-./](?P<month>\d{1,2})(?![\d./:-])",
        r"(?P<month>\d{1,2})(?=[-~至到]+\d{1,2}月(?!\d))",
        rf"(?P<day>\d{{1,2}})(?:{_DAY_SIGN}|(?=[-~至到]+\d{{1,2}}{_DAY_SIGN}))",
        r"(?:本月|当月)?(?P<part>上、?中旬|中、?下旬|[上中下]旬|[上下]半月)(?!\d)",
        rf"(?:本月|当月|月)(?P<part>{_PART})",
        r"本月|当月|全月|整月",
        r"(?:(?P<year>(?:19|20)\d\d)年?)?(?P<whole>全年|整年)|(?P<whole_year>(?:19|20)\d\d)年度?(?!\d)",
    )
)
_ONLY_A_DAY = re.compile(rf"(?P<day>\d{{1,2}})日?{_NO_MORE}(?![点时月年/])")


class DaysContradict(ValueError):
    """The words name days that do not exist, or end before they begin. Its text is for staff."""

    kind = DoubtKind.IMPOSSIBLE_DATE


class DaysUnknown(DaysContradict):
    """Nobody can say yet which days are meant."""

    kind = DoubtKind.UNREAD


@dataclass(frozen=True, slots=True)
class Point:
    """One written date; what is missing is None or empty. `is_year` stands for a whole year."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    part: str = ""
    is_year: bool = False

    @property
    def is_a_day(self) -> bool:
        """It names one day, so that a weekday may stand behind it."""
        return self.day is not None

    def days(self, *, year: int, month: int | None) -> "Days | None":
        """What the date allows in the plan of that year and month; None where no month can be told.

        Raises: DaysContradict for a day that does not exist.
        """
        return _days_of(self, year=year, month=month)

    def behind(self, first: "Point") -> "Point":
        """The same as the second half of a span that begins with `first`: 4月3日-5日."""
        return replace(self, year=self.year or first.year, month=self.month or first.month)


@dataclass(frozen=True, slots=True)
class Days:
    """First and last day, both included, and how much the words say."""

    first: date
    last: date
    precision: Precision


def read_point(scanner: Scanner, *, after: Point | None = None) -> Point | None:
    """Read one date standing right here. `after` is the date before "to": 4月3-5 may end in a bare number."""
    for pattern in _POINTS:
        if hit := scanner.take(pattern):
            return _point(hit.groupdict())
    if after and after.day and (hit := scanner.take(_ONLY_A_DAY)):
        return Point(day=int(hit["day"]))
    return None


def _point(found: dict[str, str | None]) -> Point:
    year = found.get("year") or found.get("whole_year")
    return Point(
        year=int(year) % 100 + 2000 if year and len(year) == 2 else int(year) if year else None,
        month=int(found["month"]) if found.get("month") else None,  # type: ignore[arg-type]
        day=int(found["day"]) if found.get("day") else None,  # type: ignore[arg-type]
        part=(found.get("part") or "").replace("、", ""),
        is_year=bool(found.get("whole") or found.get("whole_year")),
    )


def days_between(first: Point, last: Point | None, *, year: int, month: int | None) -> Days | None:
    """The days from one written date to another, or of one alone; None where no month can be told.

    Raises: DaysContradict for a day that does not exist, or an end before its beginning.
    """
    year += _is_next_january(first, last, month)
    begins = first.days(year=year, month=month)
    if last is None or begins is None:
        return begins
    ends = last.behind(first).days(year=year, month=month)
    return _joined(begins, ends, first, last, month) if ends else None


def _is_next_january(first: Point, last: Point | None, month: int | None) -> bool:
    """1月1日 or 1月 in the plan of December, but not its 1月-12月."""
    return month == 12 and first.year is None and first.month == 1 and (last is None or last.month in (None, 1, 2))


def _days_of(point: Point, *, year: int, month: int | None) -> Days | None:
    """What one written date allows."""
    year, month = point.year or year, point.month or month
    if point.is_year:
        return Days(date(year, 1, 1), date(year, 12, 31), Precision.PERIOD)
    if month is None:
        return None
    if point.day is None and 1 <= month <= 12:
        return _part_of_month(year, month, point.part)
    try:
        day = date(year, month, point.day or 1)
    except ValueError:
        raise DaysContradict(_no_such_day(year, month, point.day)) from None
    return Days(day, day, Precision.DAY)


def _no_such_day(year: int, month: int, day: int | None) -> str:
    return f"没有{year}年{month}月{day}日这一天" if day else f"没有{month}月这个月份"


def _part_of_month(year: int, month: int, part: str) -> Days:
    end = monthrange(year, month)[1]
    first, last = PARTS_OF_MONTH.get(part, (1, end))
    precision = Precision.PERIOD if part else Precision.MONTH
    return Days(date(year, month, first), date(year, month, min(last, end)), precision)


def _joined(begins: Days, ends: Days, first: Point, last: Point, month: int | None) -> Days:
    """From the first day of one to the last day of the other, over a new year if the words allow it."""
    if ends.last < begins.first and first.month != last.month and last.year is None and last.month:
        plan_month = None if first.year else month
        begins, ends = _across_new_year(begins, ends, plan_month)
    if ends.last < begins.first or ends.last.toordinal() - begins.first.toordinal() > 366:
        raise DaysContradict("结束的日子早于开始的日子")
    is_exact = begins.precision is ends.precision is Precision.DAY
    return Days(begins.first, ends.last, Precision.DAY if is_exact else Precision.PERIOD)


def _across_new_year(begins: Days, ends: Days, plan_month: int | None) -> tuple[Days, Days]:
    """12月28日-1月3日: in a January plan it began last year, else it ends next year."""
    is_january_plan = plan_month is not None and plan_month <= ends.last.month
    moved_begins = _moved(begins, -1) if is_january_plan else begins
    moved_ends = ends if is_january_plan else _moved(ends, 1)
    is_too_long = (moved_ends.last - moved_begins.first).days > LONGEST_CROSSING
    return (begins, ends) if is_too_long else (moved_begins, moved_ends)


def _moved(days: Days, years: int) -> Days:
    if (days.first.month, days.first.day) == (2, 29):
        return days
    first = days.first.replace(year=days.first.year + years)
    end = monthrange(first.year, days.last.month)[1]
    last = date(first.year, days.last.month, min(days.last.day, end))
    return Days(first, last, days.precision)
