"""Written dates as spans: 4月8日, 4月中旬, 明年1月, 12.8, 2026-12-8, 8号, 4月-6月. Pure; `days` finds them."""

import re
from dataclasses import replace
from datetime import date

from activities.plans.days import PARTS_OF_MONTH
from handlers.spans import Span, day_span, month_span
from models import times
from models.wording import number_of

_YEARS = {"前年": -2, "去年": -1, "今年": 0, "明年": 1, "后年": 2}
_STEPS = {"这": 0, "本": 0, "当": 0, "下": 1, "上": -1}


def written(match: re.Match[str], today: date) -> Span | None:
    """A month, and what else is said of year, part, day and a second day. Without a year the nearest is meant."""
    parts = {name: said or "" for name, said in match.groupdict().items()}
    month, day = number_of(parts["month"]), number_of(parts.get("day") or parts.get("bare", ""))
    if month is None or (parts.get("numeric") and not (1 <= month <= 12 and 1 <= (day or 1) <= 31)):
        return None
    year = _year(parts.get("year", ""), today)
    years = (year,) if year else (today.year, today.year + 1, today.year - 1)
    return min((_of_month(one, month, day, parts, today) for one in years), key=lambda span: _distance(span, today))


def _year(said: str, today: date) -> int | None:
    if not said:
        return None
    return today.year + _YEARS[said] if said in _YEARS else int(said[:4])


def _distance(span: Span, today: date) -> tuple[bool, int, bool]:
    """A year that has the day before one that has not; of two as near, the coming one."""
    if span.first <= today <= span.last:
        return bool(span.missing), 0, False
    is_past = span.last < today
    days = (today - span.last).days if is_past else (span.first - today).days
    return bool(span.missing), days, is_past


def _of_month(year: int, month: int, day: int | None, parts: dict[str, str], today: date) -> Span:
    if not 1 <= month <= 12:
        return replace(month_span(year, 12 if month > 12 else 1, today), missing=f"{month}月")
    if day is None:
        return _part(year, month, parts.get("part", ""), today)
    first, last = times.month_of(year, month)
    if not 1 <= day <= last.day:
        return replace(day_span(last if day > last.day else first, today), missing=f"{month}月{day}日")
    until_month, until_day = number_of(parts["until_month"]), number_of(parts["until_day"])
    return _run(first.replace(day=day), until_month, until_day, today)


def _part(year: int, month: int, part: str, today: date) -> Span:
    whole = month_span(year, month, today)
    begins, ends = PARTS_OF_MONTH.get(part, (1, 31))
    last = whole.last.replace(day=min(ends, whole.last.day))
    return replace(whole, first=whole.first.replace(day=begins), last=last, name=whole.name + part)


def _run(first: date, until_month: int | None, until_day: int | None, today: date) -> Span:
    """From one day to another; the first alone where the second makes no sense."""
    month = until_month or first.month
    try:
        last = date(first.year + (month < first.month), month, until_day or 0)
    except ValueError:
        return day_span(first, today)
    if not first < last:
        return day_span(first, today)
    return Span(first, last, f"{times.short_day(first, beside=today)}—{times.short_day(last, beside=first)}")


def months(match: re.Match[str], today: date) -> Span | None:
    """4-6月, 11月到1月"""
    first, last = number_of(match["month"]), number_of(match["until_month"])
    if first is None or last is None or not (1 <= first <= 12 and 1 <= last <= 12) or first == last:
        return None
    given = _year(match["year"] or "", today)
    years = (given,) if given else (today.year, today.year + 1, today.year - 1)
    return min((_months(year, first, last, today) for year in years), key=lambda span: _distance(span, today))


def _months(year: int, first: int, last: int, today: date) -> Span:
    begins, ends = month_span(year, first, today), month_span(year + (last < first), last, today)
    return replace(begins, last=ends.last, name=f"{begins.name}—{last}月")


def relative_month(match: re.Match[str], today: date) -> Span:
    """下个月, 本月底, 下个月8号"""
    said = match["rel"]
    step = _STEPS[said[0]] * (2 if said[:2] in ("下下", "上上") else 1)
    year, month = divmod(today.year * 12 + today.month - 1 + step, 12)
    parts = {name: text or "" for name, text in match.groupdict().items()}
    return _of_month(year, month + 1, number_of(parts["day"]), parts, today)


def part_of_this_month(match: re.Match[str], today: date) -> Span:
    """月底, 下旬"""
    return _part(today.year, today.month, match["part"], today)


def day_alone(match: re.Match[str], today: date) -> Span | None:
    """8号: the one to come; the one that is gone is kept for where nothing is found. 8-10号 too."""
    day, until = number_of(match["day"]), number_of(match["until_day"] or "")
    if not day:
        return None
    if day > 31:
        return replace(day_span(times.month_of(today.year, today.month)[1], today), missing=f"{day}号")
    coming = next(one for one in _days_numbered(day, today, step=1) if one >= today)
    gone = next(one for one in _days_numbered(day, today, step=-1) if one < today)
    return replace(_run(coming, None, until, today), instead=day_span(gone, today))


def run_of_days(match: re.Match[str], today: date) -> Span | None:
    """8-10号; None where it is no run, and so perhaps a date (12-8)."""
    span = day_alone(match, today)
    return span if span and span.first != span.last else None


def _days_numbered(day: int, today: date, *, step: int) -> list[date]:
    """The days of this number in this month and the three next to it on one side."""
    near = (divmod(today.year * 12 + today.month - 1 + step * n, 12) for n in range(4))
    lasts = (times.month_of(year, month + 1)[1] for year, month in near)
    return [last.replace(day=day) for last in lasts if day <= last.day]


def whole_year(match: re.Match[str], today: date) -> Span:
    """明年, 2025年"""
    year = _year(match["year"], today) or today.year
    return Span(date(year, 1, 1), date(year, 12, 31), f"{year}年", is_month=True)
