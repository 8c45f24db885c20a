"""Days that have names instead of numbers: 正月初一, 农历八月十五, 清明, 国庆期间.

Of the days of that name the one nearest to the plan's month is meant: 元旦 in a plan of December is next year's.
"""

import re
from dataclasses import dataclass, replace
from datetime import date

from activities import festivals
from activities.festivals import NOTHING_TOLD, Told
from activities.plans.days import Days, DaysContradict, DaysUnknown, Point, read_point
from activities.plans.numerals import normalised
from activities.plans.scanner import Scanner
from models.when import Precision

_YEAR = r"(?:(?P<year>(?:19|20)\d\d)年)?"
_DAY = r"(?P<day>初[一二三四五六七八九十]|[二三]十[一二三四五六七八九]?|廿[一二三四五六七八九]?|十[一二三四五六七八九]|三十|\d{1,2}日)"
_MOON_DAY = re.compile(
    rf"{_YEAR}(?:(?:农历|阴历|旧历)(?P<leap>闰)?(?:(?P<month>\d{{1,2}})月|(?P<name>[正冬腊]月))|(?P<bare>[正冬腊]月|大年)){_DAY}"
)
_ONLY_MOON_DAY = re.compile(_DAY)
_NEEDS_A_SUFFIX = ("三八", "五四", "七一", "八一", "十一", "六一", "雨水", "小满", "小雪", "大雪")
_OFF = r"(?:节日?)?(?:小?长假|假期|期间|放假期间|假日|黄金周)"
_NAMES = "|".join(sorted(set(festivals.FESTIVALS) - set(_NEEDS_A_SUFFIX), key=len, reverse=True))
_FESTIVAL = re.compile(
    rf"{_YEAR}(?:(?P<name>{_NAMES})(?:(?P<off>{_OFF})|节?(?P<that_day>当[天日]|这[天日]))?"
    rf"|(?P<short>{'|'.join(_NEEDS_A_SUFFIX)})(?:(?P<short_off>{_OFF})|节?(?:当[天日]|这[天日])))"
)
_MOON_MONTHS = {"正月": 1, "大年": 1, "冬月": 11, "腊月": 12}


@dataclass(frozen=True, slots=True)
class NamedPoint(Point):
    """A day by its name: `moon` is month and day of the moon's calendar, else `festival` names it."""

    festival: str = ""
    moon: tuple[int, int] = (0, 0)
    is_holiday: bool = False  # the days off around it
    told: Told = NOTHING_TOLD

    @property
    def is_a_day(self) -> bool:
        return not self.is_holiday

    def days(self, *, year: int, month: int | None) -> Days | None:
        day = _nearest(self, self.year or year, None if self.year else month)
        if not self.is_holiday:
            return Days(day, day, Precision.DAY)
        try:
            first, last = festivals.days_off_around(day, self.told)
        except festivals.DaysOffUnknown as unknown:
            raise DaysUnknown(f"{unknown}，请写明是哪几天") from None
        return Days(first, last, Precision.PERIOD)

    def behind(self, first: Point) -> Point:
        return replace(self, year=self.year or first.year)


def _nearest(point: NamedPoint, year: int, month: int | None) -> date:
    years = (year,) if month is None else (year - 1, year, year + 1)
    days = [day for y in years for day in _days_called(point, y)]
    if not days:
        raise DaysContradict(f"{year}年没有这一天")
    middle = date(year, month or 7, 15)
    return min(days, key=lambda day: abs((day - middle).days))


def _days_called(point: NamedPoint, year: int) -> list[date]:
    return festivals.day_of(point.festival, year) if point.festival else festivals.lunar_day(*point.moon, year)


def read_named_point(scanner: Scanner, *, after: Point | None = None, told: Told = NOTHING_TOLD) -> Point | None:
    """Read a named day standing right here; behind "to" also a day in numbers, or the bare 初七 after 正月初一."""
    if hit := scanner.take(_MOON_DAY):
        return NamedPoint(year=_year(hit), moon=(_moon_month(hit), _moon_day(hit["day"])))
    if hit := scanner.take(_FESTIVAL):
        return _festival(hit, told)
    if isinstance(after, NamedPoint) and after.moon[0] and (hit := scanner.take(_ONLY_MOON_DAY)):
        return NamedPoint(moon=(after.moon[0], _moon_day(hit["day"])))
    return read_point(scanner, after=after) if after else None


def _festival(hit: re.Match[str], told: Told) -> NamedPoint:
    name = hit["name"] or hit["short"]
    is_long = name in festivals.LONG_HOLIDAYS and not hit["that_day"]
    is_off = bool(hit["off"] or hit["short_off"] or (is_long and hit["name"]))
    return NamedPoint(year=_year(hit), festival=name, is_holiday=is_off, told=told)


def _year(hit: re.Match[str]) -> int | None:
    return int(hit["year"]) if hit["year"] else None


def _moon_month(hit: re.Match[str]) -> int:
    month = int(hit["month"]) if hit["month"] else _MOON_MONTHS[hit["name"] or hit["bare"]]
    return -month if hit["leap"] else month


def _moon_day(words: str) -> int:
    """初七 → 7, 廿三 → 23, 三十 → 30, 15日 → 15"""
    numeral = normalised(words.removeprefix("初").removesuffix("日") + "日")
    return int(numeral.removesuffix("日"))
