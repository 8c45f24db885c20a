"""Clock times in Chinese words: 14:30-16:30, 上午9点, 下午3:00-5:00, 晚7点半.

A time that could be morning or evening (2:30 without 下午, 9:00-4:00) is left unread rather than guessed.
"""

import re
from dataclasses import dataclass
from datetime import time

from activities.plans.scanner import Scanner

_HALF_OF_DAY = "凌晨|清晨|早晨|早上|上午|中午|午间|下午|午后|傍晚|晚上|晚间|夜间|早|晚"
_TIME = re.compile(
    rf" *(?P<half>{_HALF_OF_DAY})? *(?P<hour>\d{{1,2}})"
    r"(?:[:.](?P<minute>\d{2})(?!\d|[.]\d)(?::00)?|[点时](?P<part>半|[一1]刻|[三3]刻|整|(?P<past>\d{1,2})分?)?)(?!\d)"
)
_UNTIL = re.compile(r" *(?:[-~]+|至|到) *")
_STARTS = re.compile(r" *(?:开始|准时开始)")

_PARTS = {"半": 30, "一刻": 15, "1刻": 15, "三刻": 45, "3刻": 45}
_EVENING = frozenset({"下午", "午后", "傍晚", "晚上", "晚间", "夜间", "晚"})
_MORNING = frozenset({"清晨", "早晨", "早上", "上午", "早"})
_NOON = frozenset({"中午", "午间"})


@dataclass(frozen=True, slots=True)
class Clock:
    """From when, and until when if the words say so."""

    starts_at: time
    ends_at: time | None = None


def read_clock(scanner: Scanner) -> Clock | None:
    """Read a time, or a span of times, standing right here; reads nothing if it is not certain."""
    begun = scanner.at
    clock = _span(scanner)
    if clock is None:
        scanner.at = begun
    return clock


def _span(scanner: Scanner) -> Clock | None:
    first = scanner.take(_TIME)
    starts_at = _time_of(first, first["half"]) if first else None
    if first is None or starts_at is None:
        return None
    until = scanner.at
    second = scanner.take(_TIME) if scanner.take(_UNTIL) else None
    if second is None:
        scanner.at = until
        scanner.take(_STARTS)
        return Clock(starts_at)
    ends_at = _time_of(second, second["half"] or _half_carried(first, starts_at))
    return Clock(starts_at, ends_at) if ends_at and ends_at > starts_at else None


def _half_carried(first: re.Match[str], starts_at: time) -> str | None:
    """下午3:00-5:00 ends in the afternoon; 上午9:00-11:00 in the morning."""
    if first["half"] in _NOON and starts_at.hour >= 12:
        return "下午"
    return first["half"]


def _time_of(hit: re.Match[str], half: str | None) -> time | None:
    hour = _hour(hit["hour"], half)
    minute = int(hit["minute"] or hit["past"] or _PARTS.get(hit["part"] or "", 0))
    return time(hour, minute) if hour is not None and minute < 60 else None


def _hour(written: str, half: str | None) -> int | None:
    """The hour of the day, or None where the words contradict themselves or leave it open."""
    hour = int(written)
    if half in _EVENING:
        return _in_the_evening(hour, half)
    if half in _NOON:
        return {11: 11, 12: 12, 1: 13, 2: 14}.get(hour)
    if half in _MORNING:
        return hour if 4 <= hour <= 12 else None
    if half == "凌晨":
        return hour % 12 if hour <= 12 else None
    may_be_either_half = len(written) == 1 and hour < 7
    return hour if hour < 24 and not may_be_either_half else None


def _in_the_evening(hour: int, half: str | None) -> int | None:
    """下午3点 → 15, 晚19:30 → 19; 晚12点 is midnight of which day? Unread."""
    if hour == 12:
        return 12 if half in {"下午", "午后"} else None
    return hour + 12 if 1 <= hour < 12 else hour if 12 < hour < 24 else None
