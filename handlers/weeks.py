"""Days beside today as spans: 昨天, 大后天, 这几天, 下周三, 上周末, 周一到周五. Pure; `days` finds them."""

import re
from datetime import date, timedelta

from handlers.spans import Span
from models import times

_NEAR = {
    "大前天": -3, "前天": -2, "昨天": -1, "昨日": -1, "昨": -1, "今天": 0, "今日": 0, "今儿": 0, "今": 0,
    "明天": 1, "明日": 1, "明儿": 1, "明": 1, "后天": 2, "大后天": 3,
}  # fmt: skip
_WEEKS = {"": 0, "这": 0, "本": 0, "下": 1, "下下": 2, "上": -1, "上上": -2}
_NAMES = {0: "这", 1: "下", 2: "下下", -1: "上", -2: "上上"}
_WEEKDAYS = "一二三四五六日"


def near_day(match: re.Match[str], today: date) -> Span:
    """今天（11月24日 周二）; of 今晚 the 今."""
    day = today + timedelta(days=_NEAR[match["near"]])
    name = f"{match['near']}天" if len(match["near"]) == 1 else match["near"]
    return Span(day, day, name, names_days=True)


def next_days(match: re.Match[str], today: date) -> Span:
    """这几天: today and the two after it; 接下来一周."""
    days = 6 if match[0][-1] == "周" or match[0][-2] in "7七" else 1 if "两" in match[0] else 2
    return Span(today, today + timedelta(days=days), match[0], names_days=True)


def week(match: re.Match[str], today: date) -> Span | None:
    """A week, its weekend, one of its days, or some: 下周, 周末, 上周三, 周一到周五."""
    rel, day, until = (match["rel"] or "").removesuffix("个"), match["day"], match["until_day"]
    if not rel and not day:
        return None
    monday, sunday = times.week_of(today + timedelta(weeks=_WEEKS[rel]))
    name = _NAMES[_WEEKS[rel]]
    if not day:
        return Span(monday, sunday, f"{name}周", names_days=True)
    if day == "末" or (day == "六" and until in ("日", "天")):
        return weekend(monday, name)
    first = _weekday(monday, day)
    if until and _weekday(monday, until) > first:
        return Span(first, _weekday(monday, until), f"{name}周{day}到周{until}", names_days=True)
    if not rel and first < today:  # 周三 said on a Friday: the coming one
        first += timedelta(weeks=1)
    return Span(first, first, f"{times.weekday(first)}（{times.short_day(first, beside=today)}）")


def _weekday(monday: date, said: str) -> date:
    return monday + timedelta(days=_WEEKDAYS.index(said.replace("天", "日")))


def weekend(day: date, name: str = "这") -> Span:
    """这个周末（11月28日—11月29日）, of the week of `day`."""
    saturday, sunday = times.weekend_of(day)
    return Span(saturday, sunday, f"{'这个' if name == '这' else name}周末", names_days=True)
