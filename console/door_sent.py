"""What a phone at the door sends: marks, each with the number that phone gave it. Pure.

One mark that makes no sense is answered as such; it must not hold up those behind it in the phone.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from activities.signup.door import MOST_AT_ONCE
from activities.signup.door_marks import MOST_MARKS, Mark
from models.errors import BadInput

LONGEST_NAME = 50
_KEY = re.compile(r"[0-9a-f]{16,40}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MS = 32_503_680_000_000  # the year 3000
_MOST_ID = 2**31 - 1
NONSENSE = "这一笔看不懂，没有记下。请刷新名单再勾。"

Told = dict[str, Any]


def marks_of(sent: object) -> tuple[list[Mark], list[Told]]:
    """{"marks": [{"key", "at" ms since 1970, "person", "came"} or {"key", "at", "people", "name"}]} → (marks, answers
    to those that make no sense). Raises: BadInput for what is no list of marks, or one that is too long.
    """
    rows = sent.get("marks") if isinstance(sent, dict) else None
    if not isinstance(rows, list) or len(rows) > MOST_MARKS:
        raise BadInput(f"请一次送 {MOST_MARKS} 笔以内。")
    marks, told = [], []
    for row in rows:
        mark = _mark(row)
        if mark:
            marks.append(mark)
        elif isinstance(row, dict):
            told.append({"key": str(row.get("key", ""))[:40], "ok": False, "words": NONSENSE})
    return marks, told


def _mark(row: object) -> Mark | None:
    if not isinstance(row, dict) or not _is_key(row.get("key")) or not _is_whole(row.get("at"), 0, _LAST_MS):
        return None
    key, at = row["key"], _EPOCH + timedelta(milliseconds=row["at"])
    person, came, people, name = row.get("person"), row.get("came"), row.get("people"), row.get("name", "")
    if _is_whole(person, 1, _MOST_ID) and isinstance(came, bool):
        return Mark(key, at, person, came)
    if person is None and _is_whole(people, 1, MOST_AT_ONCE) and isinstance(name, str):
        return Mark(key, at, people=people, name=name_of(name))  # type: ignore[arg-type]
    return None


def _is_key(given: object) -> bool:
    return isinstance(given, str) and _KEY.fullmatch(given) is not None


def _is_whole(given: object, least: int, most: int) -> bool:
    return isinstance(given, int) and not isinstance(given, bool) and least <= given <= most


def name_of(typed: str) -> str:
    """A name as it is kept: one line, nothing that cannot be seen."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in typed).split())[:LONGEST_NAME]


def ticked(button: str) -> tuple[list[int], bool] | None:
    """The button of a form without a script: 12,13:1 → ([12, 13], True); None for anything else."""
    found = re.fullmatch(r"(\d{1,9}(?:,\d{1,9}){0,199}):([01])", button, re.ASCII)
    return ([int(number) for number in found[1].split(",")], found[2] == "1") if found else None


def to_count(people: Sequence[tuple[int, bool]], count: int) -> list[tuple[int, bool]]:
    """Of these (id, is in), in order, the fewest ticks by which `count` are in: the first come, the last go."""
    present = [number for number, is_in in people if is_in]
    missing = [number for number, is_in in people if not is_in]
    if count >= len(present):
        return [(number, True) for number in missing[: count - len(present)]]
    return [(number, False) for number in present[count:]]
