"""Rules of plans and branches. Pure."""

import hashlib
from base64 import b32encode
from collections.abc import Collection, MutableMapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from models import times
from models.activity import MAIN_LIBRARY
from models.when import Precision, When
from models.wording import compact

NO_END = date(9999, 12, 31)  # sorts after every real day
OPEN_FOR = timedelta(days=92)  # a season: so long lists carry what has no end (12月1日起)
WITHOUT_END = timedelta(hours=2)  # so long after its start an activity is over whose words name no end
SHORTEST_NAME = 2  # a branch called by one character would swallow words of titles

_SUFFIXES = ("图书馆", "分馆", "社区", "街道", "服务点", "书屋", "馆")


def plan_key(branch: str, title: str) -> str:
    """The name of a row of a plan, for its activity to be born with."""
    return f"{compact(branch)}|{compact(title)}"[:150]


def fresh_key(key: str, taken: Collection[str], given: MutableMapping[str, int] | None = None) -> str:
    """The same name if it is free, else told apart by a number.

    `given`: the last number of each name so far, or thousands of one name are counted from the start for each.
    """
    given = {} if given is None else given
    number = given.get(key, 1)
    while (fresh := key if number == 1 else f"{key}#{number}") in taken:
        number += 1
    given[key] = number
    return fresh


def same_key(key: str) -> str:
    """The name without the number that tells it apart."""
    return key.partition("#")[0]


def code_of(plan_month: str, plan_key: str) -> str:
    """Eight letters for the activity's address: the same for the same row of the same plan, everywhere."""
    digest = hashlib.blake2b(f"{plan_month}|{plan_key}".encode(), digest_size=5, person=b"activity").digest()
    return b32encode(digest).decode().lower()


def last_day(when: When, *, plan_month: str | None = None) -> date:
    """Until when lists carry it: its last possible day; a season from its start where it has no end; the end of
    its plan's month ('2026-11') where it has no date at all."""
    if when.ends_on or when.starts_on:
        return when.ends_on or (when.starts_on or NO_END) + OPEN_FOR
    return times.month_of(*map(int, plan_month.split("-")))[1] if plan_month else NO_END


def over_at(when: When) -> time | None:
    """At which time of its last day it is over; None for the end of that day."""
    if when.starts_at is None:
        return None
    if when.ends_at is not None:
        return when.ends_at if when.ends_at > when.starts_at else None
    start = datetime.combine(date.min, when.starts_at)
    return (start + WITHOUT_END).time() if (start + WITHOUT_END).date() == date.min else None


def is_over(when: When, *, last_on: date, now: datetime) -> bool:
    """Can nobody come any more at `now` (aware)? What has no end never is over, only listed no longer."""
    today, clock = times.today(now), times.local(now).time()
    if when.starts_on is not None and when.ends_on is None:
        return False
    last, at = when.ends_on or last_on, over_at(when)
    return last < today or (last == today and at is not None and at <= clock)


def begun(when: When, *, made_public: date, first_of_month: date) -> When:
    """即日起至12月31日 begins on the day it is made public; in the plan of a month long gone, with that month."""
    if when.starts_on is not None or when.ends_on is None:
        return when
    begins = made_public if made_public <= when.ends_on else min(first_of_month, when.ends_on)
    return replace(when, precision=Precision.DAY, starts_on=begins)


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
