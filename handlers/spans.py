"""Days as readers ask for them: 今天 · 周六 · 下周 · 周末 · 这个月 · 4月 · 2023年4月 · 4月8号. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from activities.plans.dates import read_when
from models import times


@dataclass(frozen=True, slots=True)
class Span:
    """First and last day meant, and how to say them back. `is_month`: vague periods inside count too."""

    first: date
    last: date
    said: str
    is_month: bool = False


_DAYS_FROM_TODAY = {"今天": 0, "今日": 0, "今晚": 0, "明天": 1, "明日": 1, "明晚": 1, "后天": 2, "大后天": 3}
_WEEK = re.compile(r"(?P<next>下个?)?(?:这个?|本)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天末])?")
_MONTH_SAID = {"这个月": 0, "本月": 0, "当月": 0, "这月": 0, "下个月": 1, "下月": 1, "上个月": -1, "上月": -1}
_DAY_OF_MONTH = re.compile(r"(\d{1,2})[日号]")
_MAYBE_DATE = re.compile(r"[月日号旬]|\d{4}[-./]\d{1,2}")
_TAIL = re.compile(r"(?:的|有|有什么|有哪些)*(?:活动|安排|计划)?(?:吗|呢)?$")


@lru_cache(maxsize=4096)  # pure, and most readers ask for the same days
def span_in(words: str, *, today: date) -> Span | None:
    """The days these words name, and nothing but days ('周末活动' too); None for any other words."""
    bare = _TAIL.sub("", words.replace(" ", "")) or words
    for reader in _READERS:
        span = reader(bare, today)
        if span:
            return span
    return None


def _near_day(words: str, today: date) -> Span | None:
    if words not in _DAYS_FROM_TODAY:
        return None
    day = today + timedelta(days=_DAYS_FROM_TODAY[words])
    return Span(day, day, f"{words}（{day.month}月{day.day}日 {times.weekday(day)}）")


def _week_words(words: str, today: date) -> Span | None:
    match = _WEEK.fullmatch("周末" if words == "周末" else words)
    if not match:
        return None
    start = today + timedelta(days=7 if match["next"] else 0)
    if match["day"] == "末":
        first, last = times.weekend_of(start)
        return Span(
            max(first, min(today, last)),
            last,
            f"{'下周末' if match['next'] else '这个周末'}{_days(first, last)}",
        )
    if match["day"]:
        return _weekday(match["day"], today, in_next_week=bool(match["next"]))
    first, last = times.week_of(start)
    return Span(max(first, today), last, f"{'下周' if match['next'] else '这周'}{_days(first, last)}")


def _weekday(said: str, today: date, *, in_next_week: bool) -> Span:
    index = 6 if said in "日天" else "一二三四五六".index(said)
    monday, _ = times.week_of(today)
    day = monday + timedelta(days=index + (7 if in_next_week else 0))
    if day < today:  # 周三 said on a Friday: the coming one
        day += timedelta(days=7)
    return Span(day, day, f"{times.weekday(day)}（{day.month}月{day.day}日）")


def _days(first: date, last: date) -> str:
    return f"（{first.month}月{first.day}日—{last.month}月{last.day}日）"


def _near_month(words: str, today: date) -> Span | None:
    if words not in _MONTH_SAID:
        return None
    index = today.year * 12 + today.month - 1 + _MONTH_SAID[words]
    return _month(index // 12, index % 12 + 1, today)


def _month(year: int, month: int, today: date) -> Span:
    first, last = times.month_of(year, month)
    said = f"{month}月" if year == today.year else f"{year}年{month}月"
    return Span(first, last, said, is_month=True)


def _day_of_month(words: str, today: date) -> Span | None:
    match = _DAY_OF_MONTH.fullmatch(words)
    return _written(f"{today.month}月{match[1]}日", today) if match else None


def _written(words: str, today: date) -> Span | None:
    """What a plan could write as well: 4月8日, 4月中旬, 2023年4月, 4月8日-10日."""
    if not _MAYBE_DATE.search(words):
        return None
    when = None
    for year in sorted((today.year, today.year + 1, today.year - 1), key=lambda y: y != today.year):
        reading = read_when(words, year=year)
        if reading.when is None or reading.note or reading.when.starts_on is None or reading.when.ends_on is None:
            return None
        when = min((w for w in (when, reading.when) if w), key=lambda w: _distance(w.starts_on, w.ends_on, today))
    if when is None or when.starts_on is None or when.ends_on is None:
        return None
    return _span_of(when.starts_on, when.ends_on, today, is_month=when.is_vague)


def _distance(first: date | None, last: date | None, today: date) -> tuple[int, bool]:
    """A month or day without a year is the nearest one; of two as near, the coming one."""
    if first is None or last is None or first <= today <= last:
        return (0, False)
    return ((first - today).days, False) if first > today else ((today - last).days, True)


def _span_of(first: date, last: date, today: date, *, is_month: bool) -> Span:
    if (first, last) == times.month_of(first.year, first.month):
        return _month(first.year, first.month, today)
    said = times.short_day(first, beside=today)
    if first != last:
        return Span(first, last, f"{said}—{times.short_day(last, beside=first)}", is_month=is_month)
    return Span(first, last, f"{said}（{times.weekday(first)}）")


_READERS: tuple[Callable[[str, date], Span | None], ...] = (
    _near_day,
    _week_words,
    _near_month,
    _day_of_month,
    _written,
)
