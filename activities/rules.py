"""Rules of plans and branches. Pure."""

import hashlib
from base64 import b32encode
from collections import Counter
from collections.abc import Iterable
from datetime import date

from models.activity import MAIN_LIBRARY
from models.when import When
from models.wording import compact

NO_END = date(9999, 12, 31)  # sorts after every real day
SHORTEST_NAME = 2  # a branch called by one character would swallow words of titles

_SUFFIXES = ("图书馆", "分馆", "社区", "街道", "服务点", "书屋", "馆")


def plan_keys(rows: Iterable[tuple[str, str]]) -> list[str]:
    """What makes each (branch, title) of one plan the same row next time; equal pairs are told apart by order."""
    seen: Counter[str] = Counter()
    keys = []
    for branch, title in rows:
        same = f"{compact(branch)}|{compact(title)}"[:150]
        seen[same] += 1
        keys.append(same if seen[same] == 1 else f"{same}#{seen[same]}")
    return keys


def code_of(plan_month: str, plan_key: str) -> str:
    """Eight letters for the activity's address: the same for the same row of the same plan, everywhere."""
    digest = hashlib.blake2b(f"{plan_month}|{plan_key}".encode(), digest_size=5, person=b"activity").digest()
    return b32encode(digest).decode().lower()


def last_day(when: When) -> date:
    """By which day it is over; never, for one without an end."""
    return when.ends_on or NO_END


def names_said(branch: str) -> set[str]:
    """How readers may call a branch: 官塘社区分馆, 官塘社区, 官塘分馆, 官塘."""
    if branch == MAIN_LIBRARY:
        return {"总馆", "主馆", "本馆", "总馆活动"}
    whole = compact(branch)
    said, stem = {whole}, whole
    for suffix in _SUFFIXES * 2:
        if stem.endswith(suffix) and len(stem) - len(suffix) >= SHORTEST_NAME:
            stem = stem.removesuffix(suffix)
            said |= {stem, stem + "分馆"}
    return said
