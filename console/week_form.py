"""A week's hours as a form carries them: for each weekday up to three stretches of two times. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import time

from activities.opening import WEEK, Stretch, checked_week, clock
from models.errors import BadFields, BadInput
from models.times import WEEKDAYS

MOST_STRETCHES = 3
Times = Sequence[tuple[str, str]]  # as typed; either may be empty or no time at all

_CLOCK = re.compile(r"(\d{1,2})[:：.点时]?(?:(\d{2})分?)?")


def shown(week: Mapping[int, Sequence[Stretch]]) -> dict[int, Times]:
    """Every weekday with its stretches."""
    return {weekday: shown_day(week.get(weekday, ())) for weekday in WEEK}


def shown_day(stretches: Sequence[Stretch]) -> Times:
    """The stretches of one day."""
    return [(clock(one.opens_at), clock(one.closes_at)) for one in sorted(stretches)]


def typed(form: Mapping[str, str]) -> dict[int, Times]:
    """As it was sent."""
    return {weekday: typed_day(form, f"d{weekday}") for weekday in WEEK}


def typed_day(form: Mapping[str, str], name: str) -> Times:
    """The stretches of the day whose fields begin with `name`, without those left empty."""
    pairs = [
        (form.get(f"{name}-{n}-from", "").strip()[:8], form.get(f"{name}-{n}-to", "").strip()[:8])
        for n in range(MOST_STRETCHES)
    ]
    return [pair for pair in pairs if any(pair)]


def checked(days: Mapping[int, Times]) -> dict[int, list[Stretch]]:
    """The week that is meant. Raises: BadFields, naming every weekday ('d0' is Monday) that is wrong."""
    week: dict[int, list[Stretch]] = {}
    wrong: dict[str, str] = {}
    for weekday, pairs in days.items():
        try:
            week[weekday] = checked_day(pairs)
            checked_week({weekday: week[weekday]})
        except BadInput as error:
            said = error.to_staff
            wrong[f"d{weekday}"] = said if said.startswith(WEEKDAYS[weekday]) else f"{WEEKDAYS[weekday]}：{said}"
    if wrong:
        raise BadFields(wrong)
    return week


def checked_day(pairs: Times) -> list[Stretch]:
    """The stretches that are meant. Raises: BadInput for half a stretch, no time or a wrong order."""
    return [Stretch(_clock(opens, "开门"), _clock(closes, "关门")) for opens, closes in pairs]


def _clock(words: str, which: str) -> time:
    hit = _CLOCK.fullmatch(words)
    if not words or hit is None:
        raise BadInput(f"{which}时间{f'“{words}”看不懂，' if words else '还空着，'}请写成 9:00 这样。")
    try:
        return time(int(hit[1]), int(hit[2] or 0))
    except ValueError:
        raise BadInput(f"没有 {words} 这个时间。") from None
