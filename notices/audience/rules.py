"""Rules that describe readers: one value, kept as JSON by segments and broadcasts, and said in Chinese. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Self

MOST_RULES = 12
MOST_VALUES = 20  # of one rule: any of them fits
EVERYBODY = "全部关注的读者"


class Kind(StrEnum):
    """What a rule asks of a reader."""

    BRANCH = "branch"  # signed up for something there, or came
    ENTERED = "entered"  # signed up for one of these activities
    WAITING = "waiting"  # in line for one, or with a seat kept
    CAME = "came"
    SUBMITTED = "submitted"  # a work in one of these contests
    WON = "won"
    INTEREST = "interest"  # signed up for, or followed, such activities within a year
    NOT_TOLD = "not_told"  # has not been sent this notice
    SINCE = "since"  # follows since that day, or later


NAMED_BY_NUMBER = (Kind.BRANCH, Kind.ENTERED, Kind.WAITING, Kind.CAME, Kind.SUBMITTED, Kind.WON, Kind.NOT_TOLD)
_SAID = {
    Kind.BRANCH: "在{}报过名或到过场的", Kind.ENTERED: "报了{}的", Kind.WAITING: "在{}候补的", Kind.CAME: "来过{}的",
    Kind.SUBMITTED: "给{}投过稿的", Kind.WON: "在{}得了奖的", Kind.INTEREST: "一年里报过或关注过{}这类活动的",
    Kind.NOT_TOLD: "还没收到{}的", Kind.SINCE: "{}起关注的",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """Fits whoever fits any of the values: numbers of rows, types, one day (ISO). `names`: what people call them."""

    kind: Kind
    values: tuple[str, ...]
    names: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """报了“听绘本”或“剪纸”的"""
        names = self.names or self.values
        quoted = [one if self.kind in (Kind.SINCE, Kind.BRANCH) else f"“{one}”" for one in names]
        return _SAID[self.kind].format("或".join(quoted))

    def __post_init__(self) -> None:
        """Raises: ValueError for values that name nothing."""
        if not 1 <= len(self.values) <= MOST_VALUES:
            raise ValueError(f"{self.kind}: {len(self.values)} values")
        if self.kind in NAMED_BY_NUMBER and not all(value.isascii() and value.isdigit() for value in self.values):
            raise ValueError(f"{self.kind}: not a number among {self.values}")
        if self.kind is Kind.SINCE:
            date.fromisoformat(self.values[0])


@dataclass(frozen=True, slots=True)
class Rules:
    """Readers who fit all of `all_of` and none of `none_of`; without any: everybody. With `tag_id` WeChat chooses, by
    that tag of its own, and the rest is empty."""

    all_of: tuple[Rule, ...] = ()
    none_of: tuple[Rule, ...] = ()
    tag_id: int | None = None
    tag_name: str = ""

    @property
    def json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "all_of": [_kept(rule) for rule in self.all_of], "none_of": [_kept(rule) for rule in self.none_of],
            "tag_id": self.tag_id, "tag_name": self.tag_name,
        }  # fmt: skip

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """The value that was kept so; of {} everybody. Raises: ValueError for anything else."""
        try:
            all_of, none_of = (_rules(kept.get(name) or ()) for name in ("all_of", "none_of"))
            tag_id = kept.get("tag_id")
            return cls(all_of, none_of, None if tag_id is None else int(tag_id), str(kept.get("tag_name") or ""))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"no rules: {error}") from error

    def __post_init__(self) -> None:
        """Raises: ValueError for more rules than anybody reads."""
        if len(self.all_of) + len(self.none_of) > MOST_RULES:
            raise ValueError("too many rules")

    @property
    def is_everybody(self) -> bool:
        """Nothing is asked."""
        return not self.all_of and not self.none_of and self.tag_id is None

    @property
    def words(self) -> str:
        """As staff read it: 报了“听绘本”的读者，不含来过“剪纸”的"""
        if self.tag_id is not None:
            return f"公众平台标签“{self.tag_name or self.tag_id}”里的读者"
        said = "、同时".join(rule.words.removesuffix("的") for rule in self.all_of)
        head = f"{said}的读者" if said else EVERYBODY
        without = "、".join(rule.words for rule in self.none_of)
        return f"{head}，不含{without}" if without else head


def _kept(rule: Rule) -> dict[str, Any]:
    kept = asdict(rule)
    return {**kept, "kind": rule.kind.value, "values": list(rule.values), "names": list(rule.names)}


def _rules(kept: Sequence[Mapping[str, Any]]) -> tuple[Rule, ...]:
    return tuple(
        Rule(Kind(one["kind"]), tuple(map(str, one["values"])), tuple(map(str, one.get("names") or ())))
        for one in kept
    )
