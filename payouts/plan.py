"""The plan of a pot: what staff set becomes prizes, each with its size and the moment from which it may be won. Pure.

A plan is kept as JSON in its pool; `prizes_of` lays it out, shuffled, and `canonical` is the text whose hash is published
before anybody plays (docs/seals.md).
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from models import times
from models.errors import BadFields

MOST_PRIZES = 100_000
Draw = Callable[[], float]  # a float in [0, 1)


@dataclass(frozen=True, slots=True)
class Tier:
    """Prizes for those who reach `at_least` right answers: `count` of `fen` each, or `total` fen split into `count` shares
    between `floor` and `ceiling`, or a gift. What people award has the `name` of its award, and no answers to reach."""

    at_least: int
    count: int
    fen: int = 0
    total: int = 0
    floor: int = 0
    ceiling: int = 0
    gift: str = ""
    name: str = ""

    @property
    def is_lucky(self) -> bool:
        """Are the shares of chance?"""
        return self.total > 0

    @property
    def pot(self) -> int:
        """Fen of all its prizes together."""
        return self.total if self.is_lucky else self.fen * self.count


@dataclass(frozen=True, slots=True)
class Plan:
    """Tiers, the highest first, and the hours of each day at which a part of every tier is let out (none: all at once).

    `drawn`: what is drawn after closing among those who passed, the first prize first; `awarded`: what people award, the
    highest first. Their tiers count on after the others.
    """

    tiers: tuple[Tier, ...]
    hours: tuple[str, ...] = field(default=())  # "08:00", the library's wall clock
    drawn: tuple[Tier, ...] = field(default=())
    awarded: tuple[Tier, ...] = field(default=())

    @property
    def pot(self) -> int:
        """Fen of everything together."""
        return sum(tier.pot for tier in self.all)

    @property
    def count(self) -> int:
        """How many prizes."""
        return sum(tier.count for tier in self.all)

    @property
    def all(self) -> tuple[Tier, ...]:
        """Every tier, by the number that its prizes have."""
        return self.tiers + self.drawn + self.awarded

    @property
    def drawn_numbers(self) -> range:
        """The numbers of the tiers that are drawn."""
        return range(len(self.tiers), len(self.tiers) + len(self.drawn))

    @property
    def awarded_numbers(self) -> dict[str, int]:
        """The number of each tier that people award, by its name."""
        return {tier.name: number for number, tier in enumerate(self.awarded, len(self.tiers) + len(self.drawn))}

    @property
    def json(self) -> dict[str, Any]:
        """As kept in a pool."""
        tiers, drawn, awarded = ([asdict(tier) for tier in some] for some in (self.tiers, self.drawn, self.awarded))
        return {"tiers": tiers, "hours": list(self.hours), "drawn": drawn, "awarded": awarded}


@dataclass(frozen=True, slots=True)
class Laid:
    """One prize to be: its tier is the place in the plan, from 0."""

    number: int
    tier: int
    fen: int
    gift: str
    release_at: datetime


def plan_of(kept: Mapping[str, Any]) -> Plan:
    """The plan that `Plan.json` wrote."""
    tiers, drawn, awarded = (
        tuple(Tier(**tier) for tier in kept.get(name, ())) for name in ("tiers", "drawn", "awarded")
    )
    return Plan(tiers, tuple(kept["hours"]), drawn, awarded)


def checked(plan: Plan, *, least: int, most: int, takes_gifts: bool) -> Plan:
    """The same plan, its tiers from the highest down. `least`, `most`: fen that one payment of this way may carry.

    Raises: BadFields, a sentence per tier that cannot be.
    """
    wrong = {
        f"{name}{place}": said
        for name, tiers in (("tier", plan.tiers), ("drawn", plan.drawn), ("awarded", plan.awarded))
        for place, tier in enumerate(tiers)
        if (said := _wrong(tier, least=least, most=most, takes_gifts=takes_gifts))
    }
    if not plan.all:
        wrong["tiers"] = "还没有设奖项：至少要一档。"
    if len({tier.at_least for tier in plan.tiers}) < len(plan.tiers):
        wrong["tiers"] = "有两档的“至少答对”一样：每档要不同，答对多的拿高的那档。"
    if plan.count > MOST_PRIZES:
        wrong["tiers"] = f"一共 {plan.count} 份，最多 {MOST_PRIZES} 份：请减少份数。"
    if wrong:
        raise BadFields(wrong)
    return replace(plan, tiers=tuple(sorted(plan.tiers, key=lambda tier: -tier.at_least)))


def _wrong(tier: Tier, *, least: int, most: int, takes_gifts: bool) -> str:
    if tier.count < 1:
        return "份数至少是 1。"
    if sum(map(bool, (tier.gift, tier.fen, tier.total))) > 1:
        return "每份几元、拼手气的总额、礼品，一档只填一样。"
    if tier.gift:
        return "" if takes_gifts else "实物奖只能到馆领取：请把发放方式改成“到馆领取”，或改成金额。"
    floor, ceiling = (tier.floor, tier.ceiling) if tier.is_lucky else (tier.fen, tier.fen)
    if floor > ceiling:
        return "最少的一份不能比最多的一份还多。"
    if floor < least or ceiling > most:
        return f"每份要在 {_yuan(least)} 到 {_yuan(most)} 元之间，这是这种发放方式的限制。"
    if tier.is_lucky and not tier.count * floor <= tier.total <= tier.count * ceiling:
        low, high = _yuan(tier.count * floor), _yuan(tier.count * ceiling)
        return f"{tier.count} 份、每份 {_yuan(floor)} 到 {_yuan(ceiling)} 元，总额要在 {low} 到 {high} 元之间。"
    return ""


def _yuan(fen: int) -> str:
    return f"{fen / 100:g}"


def split(fen: int, *, shares: int, floor: int, ceiling: int, draw: Draw) -> list[int]:
    """`fen` in `shares` amounts within [floor, ceiling]; what is above the floors goes by random weights.

    Raises: ValueError if no such split exists.
    """
    if not shares * floor <= fen <= shares * ceiling:
        raise ValueError(f"{fen} fen do not fit into {shares} shares of {floor} to {ceiling}")
    amounts = []
    for left in range(shares, 0, -1):
        # What must stay for the others, and what they could take at most, bound this one; within, twice the even share at
        # most, so that the first are not the richest.
        low = max(floor, fen - (left - 1) * ceiling)
        high = min(ceiling, fen - (left - 1) * floor, max(low, 2 * fen // left - floor))
        amount = low + int(draw() * (high - low + 1))
        amounts.append(amount)
        fen -= amount
    return amounts


def releases(opens_at: datetime, closes_at: datetime, hours: Sequence[str]) -> list[datetime]:
    """The moments at which a part is let out: `hours` of each day between opening and closing; without any, the opening."""
    if not hours:
        return [opens_at]
    day, last = times.today(opens_at), times.today(closes_at)
    moments = []
    while day <= last:
        for hour in sorted(hours):
            moments.append(datetime.combine(day, time.fromisoformat(hour), times.local(opens_at).tzinfo))
        day += timedelta(days=1)
    return [moment for moment in moments if opens_at <= moment < closes_at] or [opens_at]


def prizes_of(plan: Plan, *, opens_at: datetime, closes_at: datetime, draw: Draw) -> list[Laid]:
    """Every prize of the plan in a shuffled order; each moment lets out as even a part of every tier as can be, and the
    end what is drawn."""
    hours = releases(opens_at, closes_at, plan.hours)
    dealt = []
    for place, tier in enumerate(plan.all):
        moments = [closes_at] if place in plan.drawn_numbers else hours
        for at, fen in enumerate(_shuffled(_amounts(tier, draw), draw)):
            dealt.append((place, fen, tier.gift, moments[at * len(moments) // tier.count]))
    return [Laid(number, *prize) for number, prize in enumerate(_shuffled(dealt, draw), 1)]


def _amounts(tier: Tier, draw: Draw) -> list[int]:
    if tier.is_lucky:
        return split(tier.total, shares=tier.count, floor=tier.floor, ceiling=tier.ceiling, draw=draw)
    return [tier.fen] * tier.count


def _shuffled(items: Sequence[Any], draw: Draw) -> list[Any]:
    shuffled = list(items)
    for place in range(len(shuffled) - 1, 0, -1):
        other = int(draw() * (place + 1))
        shuffled[place], shuffled[other] = shuffled[other], shuffled[place]
    return shuffled


def canonical(occasion: str, prizes: Sequence[Laid]) -> str:
    """The pot as one text: compact JSON of the occasion and, by number, each prize's tier, fen, gift and moment (UTC)."""
    rows = [
        [
            prize.number,
            prize.tier,
            prize.fen,
            prize.gift,
            f"{prize.release_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        ]
        for prize in sorted(prizes, key=lambda prize: prize.number)
    ]
    return json.dumps({"occasion": occasion, "prizes": rows}, ensure_ascii=False, separators=(",", ":"))


def commitment(secret: str, text: str) -> str:
    """SHA-256, as hex, of the secret's bytes (hex) followed by the text in UTF-8."""
    return hashlib.sha256(bytes.fromhex(secret) + text.encode()).hexdigest()


def tier_for(plan: Plan, score: int) -> int | None:
    """The highest tier that this score reaches; None: no prize."""
    return next((place for place, tier in enumerate(plan.tiers) if score >= tier.at_least), None)
