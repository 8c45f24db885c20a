"""The calendar of festivals: 清明 of a year, 正月初一, and which days the country has off.

Lunar days and solar terms are computed (lunar_python). The days off are decided by the State Council each autumn;
chinesecalendar knows them to a certain year and nobody knows them beyond.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar
from chinese_calendar import Holiday
from lunar_python import Lunar, LunarMonth, Solar

_SOLAR = {
    "元旦": (1, 1), "情人节": (2, 14), "妇女节": (3, 8), "三八": (3, 8), "植树节": (3, 12), "消费者权益日": (3, 15),
    "国际儿童图书日": (4, 2), "世界地球日": (4, 22), "世界读书日": (4, 23), "劳动节": (5, 1), "五一": (5, 1),
    "青年节": (5, 4), "五四": (5, 4), "儿童节": (6, 1), "六一": (6, 1), "建党节": (7, 1), "七一": (7, 1),
    "建军节": (8, 1), "八一": (8, 1), "教师节": (9, 10), "国庆": (10, 1), "国庆节": (10, 1), "十一": (10, 1),
    "平安夜": (12, 24), "圣诞": (12, 25), "圣诞节": (12, 25),
}  # fmt: skip
_LUNAR = {
    "春节": (1, 1), "大年初一": (1, 1), "元宵": (1, 15), "元宵节": (1, 15), "龙抬头": (2, 2), "端午": (5, 5),
    "端午节": (5, 5), "七夕": (7, 7), "七夕节": (7, 7), "中元节": (7, 15), "中秋": (8, 15), "中秋节": (8, 15),
    "重阳": (9, 9), "重阳节": (9, 9), "腊八": (12, 8), "腊八节": (12, 8), "小年": (12, 23),
}  # fmt: skip
_EVES = ("除夕", "除夕夜", "大年三十", "年三十")
TERMS = (
    "小寒", "大寒", "立春", "雨水", "惊蛰", "春分", "清明", "谷雨", "立夏", "小满", "芒种", "夏至", "小暑", "大暑",
    "立秋", "处暑", "白露", "秋分", "寒露", "霜降", "立冬", "小雪", "大雪", "冬至",
)  # fmt: skip
FESTIVALS = (*_SOLAR, *_LUNAR, *_EVES, *TERMS, "清明节", "冬至节")
LONG_HOLIDAYS = frozenset({"春节", "国庆", "国庆节", "五一", "劳动节", "十一"})  # three days and more by themselves
_MOST_DAYS_OFF = 12  # in one run, whatever the State Council may think of


class DaysOffUnknown(ValueError):
    """Nobody has said yet which days of that year are off. Its text is for staff."""


def day_of(festival: str, year: int) -> list[date]:
    """The days of the solar year on which it falls: nearly always one, none or two for those around New Year."""
    if festival in _SOLAR:
        return [date(year, *_SOLAR[festival])]
    if festival in _LUNAR:
        return lunar_day(*_LUNAR[festival], year)
    if festival in _EVES:
        return [
            day - timedelta(days=1) for y in (year, year + 1) for day in lunar_day(1, 1, y) if _eve(day).year == year
        ]
    return [_terms(year)[festival.removesuffix("节")]]


def _eve(day: date) -> date:
    return day - timedelta(days=1)


def lunar_day(month: int, day: int, year: int) -> list[date]:
    """The days of the solar year that are this day of the moon's calendar; a leap month is negative. Day 30 may fail to be."""
    return list(_lunar_days(month, day, year))


@lru_cache(maxsize=256)  # a look at the sky takes milliseconds
def _lunar_days(month: int, day: int, year: int) -> tuple[date, ...]:
    found: list[date] = []
    for lunar_year in (year - 1, year):
        size = LunarMonth.fromYm(lunar_year, month)
        if size is None or not 1 <= day <= size.getDayCount():
            continue
        solar = Lunar.fromYmd(lunar_year, month, day).getSolar()
        found += [date(solar.getYear(), solar.getMonth(), solar.getDay())] if solar.getYear() == year else []
    return tuple(found)


@lru_cache(maxsize=16)
def _terms(year: int) -> dict[str, date]:
    table = Solar.fromYmd(year, 6, 1).getLunar().getJieQiTable()
    terms = {}
    for name in TERMS:
        days = [table[key] for key in (name, *_NEXT_YEARS.get(name, ())) if key in table]
        terms[name] = next(date(day.getYear(), day.getMonth(), day.getDay()) for day in days if day.getYear() == year)
    return terms


_NEXT_YEARS = {
    "冬至": ("DONG_ZHI",),
    "小寒": ("XIAO_HAN",),
    "大寒": ("DA_HAN",),
    "立春": ("LI_CHUN",),
    "大雪": ("DA_XUE",),
}


@dataclass(frozen=True, slots=True)
class ToldDay:
    """A day off, or a working day in exchange, and of which festival."""

    is_workday: bool
    name: str


@dataclass(frozen=True, slots=True, eq=False)  # told apart by being another one: answers are remembered under it
class Told:
    """What staff have entered; it stands above the tables of chinesecalendar."""

    days: Mapping[date, ToldDay] = field(default_factory=dict)


NOTHING_TOLD = Told()


def days_off_around(day: date, told: Told = NOTHING_TOLD) -> tuple[date, date]:
    """First and last day of the run of days off that holds this festival; what staff have `told` counts first.

    Raises: DaysOffUnknown for a year whose days off have not been told.
    """
    if day not in told.days and not is_known(day.year):
        raise DaysOffUnknown(f"{day.year}年的放假安排还不知道")
    return _edge(day, -1, told), _edge(day, 1, told)


def _edge(day: date, step: int, told: Told) -> date:
    edge = day
    for following in _days(day, step):
        if not _is_named_off(following, told):
            break
        edge = following
    return edge


def _days(day: date, step: int) -> Iterator[date]:
    for distance in range(_MOST_DAYS_OFF):
        yield day + timedelta(days=step * distance)


def _is_named_off(day: date, told: Told) -> bool:
    """Off because of a festival, not as an ordinary weekend."""
    if day in told.days:
        return not told.days[day].is_workday
    return is_known(day.year) and _OFFICIAL.get(day, (False, ""))[0]


def is_known(year: int) -> bool:
    """Do the tables of chinesecalendar reach so far?"""
    return year in _KNOWN_YEARS


def official(year: int) -> dict[date, ToldDay]:
    """The days off and the working days in exchange that are known without anybody's telling, in order."""
    days = {day: ToldDay(not is_off, name) for day, (is_off, name) in _OFFICIAL.items() if day.year == year}
    return dict(sorted(days.items()))


def untold(year: int, told: Told = NOTHING_TOLD) -> list[str]:
    """Those of the seven official festivals of which nobody has told yet which days are off."""
    known = {**official(year), **told.days}
    return [name for name in OFFICIAL_FESTIVALS if not any(day in known for day in day_of(name, year))]


def _name(english: str) -> str:
    name = str(Holiday(english).chinese)
    return "国庆" if name == "国庆节" else name


# Every day that the tables name: is it off, and whose it is.
_OFFICIAL: dict[date, tuple[bool, str]] = {
    **{day: (True, _name(name)) for day, name in chinese_calendar.constants.holidays.items()},
    **{day: (False, _name(name)) for day, name in chinese_calendar.constants.workdays.items()},
}
_KNOWN_YEARS = frozenset(day.year for day in _OFFICIAL)
OFFICIAL_FESTIVALS = ("元旦", "春节", "清明", "劳动节", "端午", "中秋", "国庆")
