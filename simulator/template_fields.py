"""Values for the lines of a template, held to the rule that the line's name begins with."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from simulator.errors import Refusal
from simulator.template_library import Keyword

_CLOCK = r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?"
_DAY = r"\d{4}(?:年\d{1,2}月\d{1,2}日|-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2})"


def values_of(data: object, keywords: tuple[Keyword, ...]) -> dict[str, str]:
    """The value of every line, by its key. Raises: Refusal 47003 naming the first line that is empty or wrong."""
    given = data if isinstance(data, dict) else {}
    values = {word.field: _value(given.get(word.field), word) for word in keywords}
    for word in keywords:
        if not _fits(values[word.field], word):
            raise Refusal(47003, f"data.{word.field}.value invalid")
    return values


def _value(given: Any, word: Keyword) -> str:
    value = given.get("value") if isinstance(given, dict) else None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        raise Refusal(47003, f"data.{word.field}.value is empty")
    return value


def _fits(value: str, word: Keyword) -> bool:
    if word.rule == "const":
        return value in word.choices
    return RULES[word.rule](value)


def _like(pattern: str) -> Callable[[str], bool]:
    return lambda value: re.fullmatch(pattern, value) is not None


def _times(value: str) -> bool:
    """A time, also with its day before it, or two of them joined by ~."""
    parts = value.split("~")
    return (
        len(parts) <= 2
        and all(re.fullmatch(rf"(?:{_DAY} ?)?{_CLOCK}", part.strip()) for part in parts)
        and _real_days(value)
    )


def _dates(value: str) -> bool:
    """A day, also with its time behind it, or two of them joined by ~."""
    parts = value.split("~")
    return (
        len(parts) <= 2
        and all(re.fullmatch(rf"{_DAY}(?: ?{_CLOCK})?", part.strip()) for part in parts)
        and _real_days(value)
    )


def _real_days(value: str) -> bool:
    try:
        for found in re.findall(_DAY, value):
            date(*(int(number) for number in re.findall(r"\d+", found)))
    except ValueError:
        return False
    return True


RULES: dict[str, Callable[[str], bool]] = {
    "thing": _like(r"[^\r\n]{1,20}"),
    "character_string": _like(r"[\x20-\x7e]{1,32}"),
    "number": _like(r"(?=.{1,32}$)\d+(?:\.\d+)?"),
    "time": _times,
    "date": _dates,
    "amount": _like(r"[￥¥$€£]?\d{1,10}(?:\.\d+)?元?"),
    "phone_number": _like(r"[\d+\-() ]{1,17}"),
    "name": _like(r"[\u4e00-\u9fff·]{1,10}|[A-Za-z .·'\-]{1,20}"),
    "phrase": _like(r"[\u4e00-\u9fff]{1,5}"),
}
