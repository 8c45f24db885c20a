"""What an entry says, as one value: its ways of asking, an answer for everybody and others for single branches. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any

from desk.matching import COURTESY
from models.wording import compact


class Form(StrEnum):
    """How an answer reaches the reader."""

    TEXT = "text"
    CARD = "card"  # a picture, two lines and a link
    MINI = "mini"  # a mini-program
    PAGE = "page"  # a page of ours for what is long
    OWN = "own"  # the bot knows it from its own rows: hours, ways, activities


class Own(StrEnum):
    """What the bot answers from its own rows."""

    HOURS = "hours"
    WAY = "way"
    DESK = "desk"
    ACTIVITIES = "activities"
    LECTURES = "lectures"
    MINE = "mine"


# Topics of the starter of which the bot knows more than any text that is kept beside its rows.
OWN_TOPICS = {
    "opening-hours": Own.HOURS, "holiday-hours": Own.HOURS, "closed-day": Own.HOURS, "address": Own.WAY, "phone": Own.DESK,
    "activities": Own.ACTIVITIES, "storytime": Own.ACTIVITIES, "lecture": Own.LECTURES, "cancel-activity": Own.MINE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; `branch` is the name of the branch it is for, "" for all. Which fields count depends on the form."""

    branch: str = ""
    form: Form = Form.TEXT
    text: str = ""  # the answer, the two lines of a card, what leads to a page
    title: str = ""  # of a card, a page, a mini-program
    url: str = ""  # of a card; the way for whoever cannot open the mini-program
    picture: str = ""  # of a card: an address
    appid: str = ""
    path: str = ""  # within the mini-program
    body: str = ""  # of a page
    own: str = ""  # a value of Own


@dataclass(frozen=True, slots=True)
class Resource:
    """A digital resource."""

    address: str = ""
    appid: str = ""
    path: str = ""
    how: str = ""
    free_until: date | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """All of it. `branch`: the only branch it is about, "" for the whole library; `first_on`, `last_on`: when it holds."""

    name: str
    ways: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()
    branch: str = ""
    first_on: date | None = None
    last_on: date | None = None
    resource: Resource | None = None

    def holds_on(self, day: date) -> bool:
        """Is it shown to readers on this day?"""
        return (self.first_on is None or self.first_on <= day) and (self.last_on is None or day <= self.last_on)

    def is_over_on(self, day: date) -> bool:
        """Was its free time over by then? Such a resource is still found, and said to be over."""
        return bool(self.resource and self.resource.free_until and self.resource.free_until < day)

    def answer_for(self, branches: Iterable[str]) -> Answer | None:
        """That of the first of these branches that has its own, else the general one; None where there is neither."""
        own = {one.branch: one for one in self.answers}
        return next((own[name] for name in branches if name and name in own), own.get(""))

    @property
    def asked_as(self) -> tuple[str, ...]:
        """Its name and its ways, each once."""
        said = {compact(words): words for words in reversed((self.name, *self.ways)) if compact(words)}
        return tuple(reversed(said.values()))

    @property
    def branches(self) -> set[str]:
        """Every branch that it names."""
        return {name for name in (self.branch, *(one.branch for one in self.answers)) if name}

    @property
    def to_json(self) -> dict[str, Any]:
        """As rows keep it."""
        return {
            "name": self.name, "ways": list(self.ways), "answers": [_without_empty(asdict(one)) for one in self.answers],
            "branch": self.branch, "first_on": _day(self.first_on), "last_on": _day(self.last_on),
            "resource": {**asdict(self.resource), "free_until": _day(self.resource.free_until)} if self.resource else None,
        }  # fmt: skip

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> "Content":
        """From a row."""
        told = kept.get("resource")
        resource = Resource(**{**told, "free_until": _read(told.get("free_until"))}) if told else None
        answers = tuple(Answer(**{**one, "form": Form(one.get("form", Form.TEXT))}) for one in kept["answers"])
        return cls(
            kept["name"], tuple(kept["ways"]), answers, kept.get("branch", ""), _read(kept.get("first_on")),
            _read(kept.get("last_on")), resource,
        )  # fmt: skip


def _without_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value != ""}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _read(day: str | None) -> date | None:
    return date.fromisoformat(day) if day else None


@dataclass(frozen=True)
class Shown:
    """An entry as readers have it."""

    id: int
    code: str
    is_resource: bool
    content: Content = field(hash=False)

    @cached_property
    def ways(self) -> tuple[tuple[str, str], ...]:
        """Its ways of asking, each with what of it is compared to the letter: worked out once, since books are made often."""
        return tuple((way, bare(way)) for way in self.content.asked_as)


def bare(words: str) -> str:
    """Without what is said out of courtesy: 请问怎么办读者证 is 怎么办读者证."""
    left = said = compact(words)
    for word in COURTESY:
        left = left.replace(word, "")
    return left or said
