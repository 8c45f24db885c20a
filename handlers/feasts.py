"""Festivals and days of the moon's calendar as spans: 国庆, 清明假期, 正月初一, 腊月. Pure; `days` finds them."""

import re
from dataclasses import replace
from datetime import date, timedelta

from activities import festivals
from activities.festivals import NOTHING_TOLD, Told
from handlers.spans import Span, day_span
from models import times
from models.wording import number_of

# Those whose days people ask for; 世界读书日 and the like stand in titles and are left to the search.
NAMES = (
    "元旦", "春节", "元宵节", "元宵", "龙抬头", "清明节", "清明", "五一", "劳动节", "端午节", "端午", "六一", "儿童节", "七夕节", "七夕",
    "中秋节", "中秋", "重阳节", "重阳", "国庆节", "国庆", "教师节", "妇女节", "圣诞节", "圣诞", "平安夜", "腊八节", "腊八", "小年",
    "除夕夜", "除夕", "大年三十", "冬至",
)  # fmt: skip
MOON_MONTHS = {"正月": 1, "大年": 1, "冬月": 11, "腊月": 12}
_USUAL = timedelta(days=2)  # added where nobody has told the days off yet


def festival(match: re.Match[str], today: date, *, told: Told = NOTHING_TOLD) -> Span | None:
    """国庆 and its days off, 清明 or 清明假期; the nearest one, and a word of titles where nothing is on."""
    name = match["name"]
    days = [day for year in (today.year - 1, today.year, today.year + 1) for day in festivals.day_of(name, year)]
    day = min(days, key=lambda day: (abs((day - today).days), day < today))
    if not match["off"] and name not in festivals.LONG_HOLIDAYS:
        return replace(day_span(day, today), name=f"{name}（{times.short_day(day, beside=today)}）", title=name)
    first, last = _days_off(day, told)
    year = f"{day.year}年" if day.year != today.year else ""
    return Span(first, last, f"{year}{name}{match['off'] or ''}", names_days=True, title=name)


def _days_off(day: date, told: Told) -> tuple[date, date]:
    try:
        return festivals.days_off_around(day, told)
    except festivals.DaysOffUnknown:
        return day, day + _USUAL


def moon_day(match: re.Match[str], today: date) -> Span | None:
    """正月初一, 农历八月十五"""
    day = number_of(match["day"].removeprefix("初"))
    days = _moon_days(match["month"], day or 0, today)
    return replace(_nearest(days, today), name=match[0]) if days else None


def moon_month(match: re.Match[str], today: date) -> Span | None:
    """腊月, 农历八月"""
    starts = [span.first for span in _moon_days(match["month"], 1, today)]
    months = [Span(first, first + timedelta(days=28), match[0], is_month=True, names_days=True) for first in starts]
    return _nearest(months, today) if months else None


def _moon_days(month_said: str, day: int, today: date) -> list[Span]:
    month = MOON_MONTHS.get(month_said) or number_of(month_said.removesuffix("月")) or 0
    if not 1 <= month <= 12:
        return []
    years = (today.year - 1, today.year, today.year + 1)
    found = (one for year in years for one in festivals.lunar_day(month, day, year))
    return [Span(one, one, "", names_days=True) for one in found]


def _nearest(spans: list[Span], today: date) -> Span:
    """Around today, else the nearest, the coming one of two as near."""
    return min(spans, key=lambda span: (max(span.first - today, today - span.last, timedelta(0)), span.last < today))
