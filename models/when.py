"""When an activity takes place: a real time, a day, or a period that stays vague.

Libraries plan in words such as 4月中下旬. Such a period is a value of its own here: it has the first and the
last day its words allow, and no day in between is ever picked for it. Standard library only.
"""

from dataclasses import dataclass, replace
from datetime import date, time
from enum import StrEnum


class Precision(StrEnum):
    """How much the words say; the word in the database is the word in the code."""

    TIME = "time"  # a day and a clock time
    DAY = "day"  # a day, or an exact run of days (9月21日-10月15日)
    PERIOD = "period"  # some day or days inside 4月中下旬: not fixed yet
    MONTH = "month"  # some day or days inside 4月: not fixed yet
    OPEN = "open"  # no end (4月17日起), no beginning (即日起至12月31日), or no date at all


VAGUE = frozenset({Precision.PERIOD, Precision.MONTH})


@dataclass(frozen=True, slots=True)
class When:
    """`text` as the library wrote it (simplified), and what it allows.

    `starts_on`, `ends_on`: first and last day the words allow, both included; `ends_on` is None for "no end",
    `starts_on` alone is None for "from now on", which an import turns into the day it is made public.
    `starts_at`, `ends_at`: Asia/Shanghai wall-clock times, only when the words give them.
    Raises: ValueError for a value that contradicts itself.
    """

    text: str
    precision: Precision
    starts_on: date | None = None
    ends_on: date | None = None
    starts_at: time | None = None
    ends_at: time | None = None

    def __post_init__(self) -> None:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValueError(f"{self.text}: ends before it starts")
        if self.precision is not Precision.OPEN and not (self.starts_on and self.ends_on):
            raise ValueError(f"{self.text}: {self.precision} needs a first and a last day")
        if (self.precision is Precision.TIME) != (self.starts_at is not None):
            raise ValueError(f"{self.text}: a clock time makes precision 'time', and nothing else does")

    @property
    def is_vague(self) -> bool:
        """The day is still to be fixed."""
        return self.precision in VAGUE or (self.starts_on is None and self.ends_on is None)

    def says_the_same(self, other: "When") -> bool:
        """Where the days say all the words do not count: 12月19日14:00 is 12月19日下午2点."""
        if self.is_vague or other.is_vague:
            return self == other
        return replace(self, text="") == replace(other, text="")
