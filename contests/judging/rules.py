"""Scores, means, ties, places, and who judges what. Pure, and in whole numbers: no float ever decides a place.

A score is in hundredths of a point out of 100 (8650 is 86.50). Wherever one is rounded, half a hundredth goes up. The order
in which marks came, or in which judges stand in a list, changes nothing.
"""

import hashlib
from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from math import lcm

from models.judging import Mean
from models.lots import drawn_as

WHOLE = 100 * 100  # the best score: hundredths of 100
LOW = 60 * 100  # a mark below it is a low one
UNSET = -1  # a criterion that is not marked yet
FEWEST_TO_TRIM = 3


# ── one mark ──


@dataclass(frozen=True, slots=True)
class Measure:
    """A criterion: marked from 0 to `most`, weighed by `weight` in the sum of all weights."""

    weight: int
    most: int


def is_whole(points: Sequence[int], measures: Sequence[Measure]) -> bool:
    """Is every criterion marked, within its bounds?"""
    return len(points) == len(measures) and all(
        0 <= given <= measure.most for given, measure in zip(points, measures, strict=True)
    )


def score_of(points: Sequence[int], measures: Sequence[Measure]) -> int:
    """Hundredths of 100: each criterion as a share of its most, weighed; half a hundredth goes up.

    Raises: ValueError for points that are not whole.
    """
    if not is_whole(points, measures):
        raise ValueError(f"not whole: {points}")
    one = lcm(*(measure.most for measure in measures))
    got = sum(given * measure.weight * (one // measure.most) for given, measure in zip(points, measures, strict=True))
    return _half_up(WHOLE * got, one * sum(measure.weight for measure in measures))


def _half_up(over: int, under: int) -> int:
    return (2 * over + under) // (2 * under)


# ── several judges ──


def combined(scores: Sequence[int], mean: Mean) -> int:
    """The marks of several judges as one, in hundredths. At least one mark."""
    if mean is Mean.MEDIAN:
        return _half_up(_twice_median(scores), 2)
    kept = sorted(scores)[1:-1] if mean is Mean.TRIMMED and len(scores) >= FEWEST_TO_TRIM else scores
    return _half_up(sum(kept), len(kept))


def _twice_median(scores: Sequence[int]) -> int:
    """Doubled, so that it is whole for an even number of marks too."""
    ordered = sorted(scores)
    return ordered[len(ordered) // 2] + ordered[(len(ordered) - 1) // 2]


def spread(scores: Sequence[int]) -> int:
    """Hundredths between the highest and the lowest mark."""
    return max(scores) - min(scores) if scores else 0


def asks_second_look(scores: Sequence[int], flag: int) -> bool:
    """Are the marks further apart than the round's rule lets pass? A flag of 0 never asks."""
    return bool(flag) and len(scores) > 1 and spread(scores) >= flag


# ── likes ──


def counted(likes: int, cap: int) -> int:
    """Likes above the cap count no more; a cap of 0 is none."""
    return min(likes, cap) if cap else likes


def with_likes(judged: int, likes: int, *, highest: int, percent: int) -> int:
    """Judges' part and the public's, in hundredths. `likes` and `highest` of the group are counted, capped ones.

    The work with the most counted likes of its group has the public's whole part, the others their share of it.
    """
    if not percent or not highest:
        return _half_up(judged * (100 - percent), 100)
    return _half_up(judged * (100 - percent) * highest + WHOLE * likes * percent, 100 * highest)


# ── ties ──


class Tie(StrEnum):
    """What decides between equal scores. `criterion:2` is the third criterion, higher by the plain mean of all judges."""

    CRITERION = "criterion"
    MEDIAN = "median"
    FEWER_LOW = "fewer_low"
    EARLIER = "earlier"
    LOT = "lot"


def is_tie(word: str, *, criteria: int) -> bool:
    """Does this word of a rule mean anything, with so many criteria?"""
    kind, _, place = word.partition(":")
    if kind == Tie.CRITERION:
        return place.isdecimal() and int(place) < criteria
    return not place and kind in set(Tie)


@dataclass(frozen=True, slots=True)
class Judged:
    """A work with its marks: `scores` one a judge, `sums` of all judges' points by criterion (0 where no rule asks for it)."""

    id: int
    scores: tuple[int, ...]
    sums: tuple[int, ...] = ()
    likes: int = 0
    handed_in_at: datetime | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """How a round ranks: fixed when it opens. `seed` of the lots, as hex."""

    mean: Mean
    ties: tuple[str, ...] = ()
    percent: int = 0
    cap: int = 0
    shortlist: int = 0
    seed: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a work stands in its group. `decided`: the word of the tie rule by which it is not where its equals are."""

    id: int
    judged: int
    likes: int
    score: int
    place: int
    goes_on: bool
    decided: str = ""
    is_shared: bool = False
    is_marked: bool = True
    is_at_border: bool = False  # shares the place at which the shortlist ends: more go on than it has room for


_LATEST = datetime.max.replace(tzinfo=UTC)


def ranked(works: Iterable[Judged], way: Way) -> list[Placed]:
    """One group by place: 1, 2, 2, 4. Who shares a place at the border of the shortlist goes on with the others.

    Works that nobody marked come last, together, and do not go on.
    """
    every = list(works)
    marked = [work for work in every if work.scores]
    highest = max((counted(work.likes, way.cap) for work in marked), default=0)
    scored = [(_scored(work, way, highest), work) for work in marked]
    level: dict[int, list[Judged]] = defaultdict(list)
    for (_, _, score), work in scored:
        level[score].append(work)
    figures = {work.id: found for found, work in scored}
    placed: list[Placed] = []
    for score in sorted(level, reverse=True):
        for together, decided in _untied(level[score], way):
            place = len(placed) + 1
            placed += [_placed(work, figures[work.id], place, decided, len(together), way) for work in together]
    left = sorted(work.id for work in every if not work.scores)
    return placed + [
        Placed(number, 0, 0, 0, len(placed) + 1, goes_on=False, is_shared=len(left) > 1, is_marked=False)
        for number in left
    ]


def _scored(work: Judged, way: Way, highest: int) -> tuple[int, int, int]:
    judged, likes = combined(work.scores, way.mean), counted(work.likes, way.cap) if way.percent else 0
    return judged, likes, with_likes(judged, likes, highest=highest, percent=way.percent) if way.percent else judged


def _placed(work: Judged, figures: tuple[int, int, int], place: int, decided: str, alike: int, way: Way) -> Placed:
    goes_on = not way.shortlist or place <= way.shortlist
    is_at_border = bool(way.shortlist) and place <= way.shortlist < place + alike - 1
    return Placed(work.id, *figures, place, goes_on, decided, alike > 1, is_at_border=is_at_border)


def _untied(works: list[Judged], way: Way) -> list[tuple[list[Judged], str]]:
    """Equals parted by one rule after another: those that stay together share a place. With each the rule that parted it last."""
    parts: list[tuple[list[Judged], str]] = [(works, "")]
    for tie in way.ties:
        if all(len(together) == 1 for together, _ in parts):
            break
        parts = [part for together, before in parts for part in _parted(together, before, tie, way.seed)]
    return [(sorted(together, key=lambda work: work.id), decided) for together, decided in parts]


def _parted(together: list[Judged], before: str, tie: str, seed: str) -> list[tuple[list[Judged], str]]:
    if len(together) == 1:
        return [(together, before)]
    alike: dict[object, list[Judged]] = defaultdict(list)
    common = lcm(*(len(work.scores) for work in together))
    for work in together:
        alike[_key(work, tie, seed, common)].append(work)
    if len(alike) == 1:
        return [(together, before)]
    return [(alike[key], tie) for key in sorted(alike)]  # type: ignore[type-var]


def _key(work: Judged, tie: str, seed: str, common: int) -> object:
    """The smaller, the better. Means of different counts are compared over a `common` one: exact, and no fraction is made."""
    kind, _, place = tie.partition(":")
    if kind == Tie.CRITERION:
        at = int(place)
        return -work.sums[at] * (common // len(work.scores))
    if kind == Tie.MEDIAN:
        return -_twice_median(work.scores)
    if kind == Tie.FEWER_LOW:
        return sum(1 for score in work.scores if score < LOW)
    if kind == Tie.EARLIER:
        return work.handed_in_at or _LATEST
    return drawn_as(seed, work.code)


# ── who judges what ──


@dataclass(frozen=True, slots=True)
class Seat:
    """A judge: the groups they mark (none: all), and how many works of the round they have by now."""

    id: int
    groups: frozenset[int] = frozenset()
    load: int = 0


@dataclass(frozen=True, slots=True)
class Wanting:
    """A work that wants judges: who has it by now, and who may not have it (a conflict, or they gave it back)."""

    id: int
    group: int | None = None
    has: frozenset[int] = frozenset()
    barred: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Dealt:
    """(judge, work) that are new; and of each work that has too few judges how many it lacks."""

    pairs: tuple[tuple[int, int], ...]
    lacking: Mapping[int, int]


def may_judge(seat: Seat, work: Wanting) -> bool:
    """Their group, no conflict, and not theirs already."""
    return (not seat.groups or work.group in seat.groups) and seat.id not in work.barred and seat.id not in work.has


def dealt(works: Collection[Wanting], seats: Collection[Seat], *, each: int) -> Dealt:
    """Every work gets `each` judges (0: all who may), as evenly as can be: whoever has least takes the next.

    Works with little choice come first; in the end chains of exchanges even out what a choice made too early. The same
    input gives the same hands, in whatever order it is written. What somebody has already is not taken from them.
    """
    able = {work.id: [seat.id for seat in seats if may_judge(seat, work)] for work in works}
    load = {seat.id: seat.load for seat in seats}
    hands: dict[int, set[int]] = {seat.id: set() for seat in seats}
    lacking: dict[int, int] = {}
    for work in sorted(works, key=lambda one: (len(able[one.id]), _mixed(0, one.id))):
        wanted = max(0, each - len(work.has)) if each else len(able[work.id])
        chosen = sorted(able[work.id], key=lambda judge: (load[judge], _mixed(judge, work.id)))[:wanted]
        for judge in chosen:
            load[judge] += 1
            hands[judge].add(work.id)
        short = wanted - len(chosen) if each else int(not chosen and not work.has)
        if short:
            lacking[work.id] = short
    _even_out(hands, load, {number: frozenset(judges) for number, judges in able.items()})
    return Dealt(tuple(sorted((judge, number) for judge, held in hands.items() for number in held)), lacking)


def _even_out(hands: dict[int, set[int]], load: dict[int, int], able: Mapping[int, frozenset[int]]) -> None:
    """Hand works on along a chain, from who has most to somebody with two less, as long as there is one."""
    while True:
        for judge in sorted(load, key=lambda one: (-load[one], one)):
            if chain := _chain(judge, hands, load, able):
                break
        else:
            return
        for giver, taker, work in chain:
            hands[giver].remove(work)
            hands[taker].add(work)
        load[chain[0][0]] -= 1
        load[chain[-1][1]] += 1


def _chain(
    start: int, hands: Mapping[int, set[int]], load: Mapping[int, int], able: Mapping[int, frozenset[int]]
) -> list[tuple[int, int, int]]:
    came: dict[int, tuple[int, int]] = {}
    waiting, seen = deque([start]), {start}
    if not any(load[other] <= load[start] - 2 for other in load):
        return []
    while waiting:
        giver = waiting.popleft()
        for taker in sorted(load.keys() - seen, key=lambda one: (load[one], one)):
            work = next((one for one in hands[giver] if taker in able[one] and one not in hands[taker]), None)
            if work is None:
                continue
            seen.add(taker)
            came[taker] = (giver, min(one for one in hands[giver] if taker in able[one] and one not in hands[taker]))
            if load[taker] <= load[start] - 2:
                return _back(start, taker, came)
            waiting.append(taker)
    return []


def _back(start: int, end: int, came: Mapping[int, tuple[int, int]]) -> list[tuple[int, int, int]]:
    chain = []
    while end != start:
        giver, work = came[end]
        chain.append((giver, end, work))
        end = giver
    return chain[::-1]


def own_order(works: Iterable[int], seed: int) -> list[int]:
    """The works in a judge's own order: no two see the same work first, and the last of one is not the last of all.

    A work that comes later does not move those that were there.
    """
    return sorted(works, key=lambda work: _mixed(seed, work))


def _mixed(seed: int, number: int) -> bytes:
    """The same in every process."""
    return hashlib.blake2b(f"{seed}:{number}".encode(), digest_size=8).digest()
