"""What a question about activities may ask for, part by part. Pure; activities.search finds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Hours:
    """Part of a day: what begins from `first` on and before `before`."""

    first: time
    before: time
    said: str


class Only(StrEnum):
    """What is either so or not; the word is how the answer says it back."""

    ONLINE = "线上"
    FREE = "免费"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One of these words must stand in an activity's title, series, type, branch, audience or text.

    `said` is how the answer says it back. `ages`, where people are meant: youngest and oldest; an activity with ages
    of its own is asked for those instead.
    """

    said: str
    words: tuple[str, ...]
    ages: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Facets:
    """Every part that is set must hold. Without days: what is coming or, if `is_past`, what was.

    `is_month`: vague periods (4月中旬) count too. `branches`: ids, one of them. `words`: all of them, made
    comparable (models.wording).
    """

    first: date | None = None
    last: date | None = None
    is_month: bool = False
    hours: Hours | None = None
    branches: tuple[int, ...] = ()
    wanted: tuple[Wanted, ...] = ()
    only: tuple[Only, ...] = ()
    words: tuple[str, ...] = ()
    is_past: bool = False

    @property
    def is_day(self) -> bool:
        """A single day: what is over of it stays in the list, at its end."""
        return self.first is not None and self.first == self.last

    @property
    def names_something(self) -> bool:
        """Is more asked for than days?"""
        return bool(self.branches or self.wanted or self.only or self.words)

    def to_json(self) -> Json:
        """For the conversation to remember; only what is set."""
        held: Json = {}
        if self.first and self.last:
            held |= {"first": self.first.isoformat(), "last": self.last.isoformat(), "is_month": self.is_month}
        if self.hours:
            held["hours"] = [self.hours.first.isoformat(), self.hours.before.isoformat(), self.hours.said]
        if self.wanted:
            held["wanted"] = [[wanted.said, wanted.words, wanted.ages] for wanted in self.wanted]
        if self.is_past:
            held["is_past"] = True
        several = ("branches", "only", "words")
        return held | {name: list(getattr(self, name)) for name in several if getattr(self, name)}

    @classmethod
    def of_json(cls, held: Mapping[str, Any]) -> "Facets":
        """What `to_json` wrote."""
        day = {name: date.fromisoformat(held[name]) for name in ("first", "last") if name in held}
        hours = held.get("hours")
        return cls(
            **day,
            is_month=bool(held.get("is_month")),
            hours=Hours(time.fromisoformat(hours[0]), time.fromisoformat(hours[1]), hours[2]) if hours else None,
            branches=tuple(held.get("branches", ())),
            wanted=tuple(
                Wanted(said, tuple(words), tuple(ages) if ages else None)
                for said, words, ages in held.get("wanted", ())
            ),
            only=tuple(map(Only, held.get("only", ()))),
            words=tuple(held.get("words", ())),
            is_past=bool(held.get("is_past")),
        )
