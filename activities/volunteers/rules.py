"""Rules of shifts and hours: spans, overlaps, how late one may go, how much was served. Pure."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from activities.reminders import rules as reminders
from activities.reminders.rules import Wish
from models import times
from models.errors import BadFields, BadInput
from models.when import Precision, When

GUARDED_BELOW = 18  # years: 《志愿服务条例》 asks a guardian's consent for minors
GUARDIAN_WORDING = "2026-11"  # version of GUARDIAN_WORDS
GUARDIAN_WORDS = "我是孩子的监护人，同意孩子参加图书馆的志愿服务，留下自己的姓名和电话，有事时图书馆先联系我。"
CONSENT_WORDS = "同意图书馆为志愿服务记下上面的资料；取消关注或清除资料时一起删掉，只留没有名字的时长。"
YOUNGEST, OLDEST = 8, 80  # that a call may name
SHORTEST, LONGEST = timedelta(minutes=30), timedelta(hours=12)
MOST_SEATS = 100
MOST_CANCEL_HOURS = 168
DOOR_OPENS = timedelta(hours=1)
DOOR_SHUTS = timedelta(hours=2)  # after its end: who forgot is told to ask staff
MOST_MINUTES = 16 * 60  # of one line
ROUND = 5  # minutes
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Span:
    """From a moment to a later one."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: "Span") -> bool:
        """Is there a moment that is in both? One that begins when the other ends is none."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    @property
    def minutes(self) -> int:
        """How long."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


def span_of(day: date, first: time, last: time) -> Span:
    """Of the library's wall clock. Raises: BadFields for one that is too short, too long or the wrong way round."""
    begin = times.start_of(day)
    made = Span(*(begin + timedelta(hours=at.hour, minutes=at.minute) for at in (first, last)))
    length = made.ends_at - made.starts_at
    if length <= timedelta():
        raise BadFields({"until": "结束要晚于开始。"})
    if not SHORTEST <= length <= LONGEST:
        raise BadFields({"until": "一班最短半小时，最长十二小时。"})
    return made


def may_give_back(span: Span, cancel_hours: int, *, now: datetime) -> bool:
    """May whoever took it still leave it without a word?"""
    return now <= span.starts_at - timedelta(hours=cancel_hours)


def remind_at(span: Span, *, now: datetime, wanted: bool = True) -> datetime | None:
    """The day before, as activities are reminded of; None where that is past, or not wanted."""
    begin = times.local(span.starts_at)
    when = When("", Precision.TIME, begin.date(), begin.date(), begin.time())
    due = reminders.moments(when, Wish(day_before=wanted, hours_before=False))
    return due[0][1] if due and due[0][1] > now else None


def is_door_open(span: Span, *, now: datetime) -> bool:
    """May one come or go by code now?"""
    return span.starts_at - DOOR_OPENS <= now <= span.ends_at + DOOR_SHUTS


def served_minutes(span: Span, came_at: datetime | None, left_at: datetime | None) -> int:
    """What is proposed: from coming to going as far as it lies within the shift, in steps of five minutes.

    Who never signed out is proposed until the end; who never came, nothing.
    """
    if came_at is None:
        return 0
    begin, end = max(came_at, span.starts_at), min(left_at or span.ends_at, span.ends_at)
    minutes = max(0.0, (end - begin).total_seconds() / 60)
    return min(span.minutes, ROUND * round(minutes / ROUND))


_HOURS = re.compile(r"(\d{1,2}(?:\.\d{1,2})?)(?:个?小时|h)?(?:(\d{1,3})分钟?)?")
_MINUTES, _CLOCK = re.compile(r"(\d{1,3})分钟?"), re.compile(r"(\d{1,2}):([0-5]\d)")


def minutes_in(typed: str) -> int:
    """2.5, 2小时30分, 2:30, 90分 in minutes. Raises: BadInput."""
    written = re.sub(r"\s", "", unicodedata.normalize("NFKC", typed))
    if clock := _CLOCK.fullmatch(written):
        minutes = int(clock[1]) * 60 + int(clock[2])
    elif alone := _MINUTES.fullmatch(written):
        minutes = int(alone[1])
    elif words := _HOURS.fullmatch(written):
        minutes = round(float(words[1]) * 60) + int(words[2] or 0)
    else:
        raise BadInput("时长请写小时，例如 2.5，也可以写 2小时30分。")
    if minutes > MOST_MINUTES:
        raise BadInput(f"一次最多记 {MOST_MINUTES // 60} 小时。")
    return minutes


def said_hours(minutes: int) -> str:
    """2小时30分 · 3小时 · 45分钟 · 0小时"""
    hours, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else ""
    if not rest:
        return f"{sign}{hours}小时"
    return f"{sign}{hours}小时{rest}分" if hours else f"{sign}{rest}分钟"


def correction(stands: int, wanted: int, reason: str) -> int:
    """What a further line has to add. Raises: BadInput without a reason, or where nothing changes."""
    if not reason.strip():
        raise BadInput("更正时长要写明原因，志愿者会看到。")
    if wanted == stands:
        raise BadInput("时长没有变，不用更正。")
    return wanted - stands


def shift_form(typed: Mapping[str, str]) -> tuple[date, Span, int, int]:
    """Day, span, how many, until how many hours before: of a form. Raises: BadFields."""
    wrong: dict[str, str] = {}
    day = _read(lambda: date.fromisoformat(typed["day"]), wrong, "day", "请选哪一天。")
    first = _read(lambda: time.fromisoformat(typed["from"]), wrong, "from", "请写几点开始，例如 09:00。")
    last = _read(lambda: time.fromisoformat(typed["until"]), wrong, "until", "请写几点结束，例如 12:00。")
    seats = whole(typed["seats"], 1, MOST_SEATS, wrong, "seats", "人")
    hours = whole(typed["cancel_hours"], 0, MOST_CANCEL_HOURS, wrong, "cancel_hours", "小时")
    if not typed["task"].strip():
        wrong["task"] = "请写做什么，例如“整理书架”。"
    if wrong or day is None or first is None or last is None:
        raise BadFields(wrong)
    return day, span_of(day, first, last), seats, hours


def whole(word: str, least: int, most: int, wrong: dict[str, str], name: str, unit: str) -> int:
    """A number of a form, or a word about it in `wrong`."""
    written = unicodedata.normalize("NFKC", word).strip()
    if re.fullmatch(r"\d{1,4}", written) and least <= int(written) <= most:
        return int(written)
    wrong[name] = f"请写 {least} 到 {most} {unit}之间的整数。"
    return least


def _read(read: Callable[[], T], wrong: dict[str, str], name: str, words: str) -> T | None:
    try:
        return read()
    except ValueError:
        wrong[name] = words
        return None
