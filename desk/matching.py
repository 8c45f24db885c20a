"""Which question a reader may have asked, offline: by characters, pairs, meanings and sounds. Pure.

What is said is cut into meanings (`synonyms.txt`: 几点, 啥时候, 何时 are one) and the characters between them. Every piece weighs
as much as it tells questions apart. An entry is as likely as the share of the question that it explains, and as the nearest of
its own ways of asking. The figures were tuned on one half of what readers asked (tests/desk/asked); the other half was run once.
"""

import math
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from heapq import nlargest
from itertools import pairwise
from pathlib import Path

from models.sounding import slurred
from models.wording import compact

MOST_CHOICES = 3
LONGEST = 120  # characters of a question that are looked at
MOST_LOOKED_AT = 6000  # rows of the index, the rarest pieces first: what keeps it fast at any size
MOST_SCORED = 30  # entries
ELSEWHERE = "别处"  # other places, of which a library knows nothing: the head of their line
COURTESY = ("您好", "你好", "请问", "谢谢", "麻烦", "不好意思", "一下", "图书馆", "你们", "我们", "我想", "想问")  # fmt: skip


class Sureness(StrEnum):
    SURE = "sure"
    UNSURE = "unsure"  # one of at most three may be meant
    MISS = "miss"


@dataclass(frozen=True, slots=True)
class Likely:
    """An entry, and how likely it is between 0 and 1."""

    entry: int
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """The likeliest first: one where sure, at most three where not."""

    sureness: Sureness
    entries: tuple[Likely, ...] = ()


@dataclass(frozen=True, slots=True)
class Scales:
    """What was tuned."""

    sure: float = 0.5
    unsure: float = 0.3
    ahead: float = 1.35  # times the second
    of_way: float = 0.5
    pair: float = 0.4
    char: float = 0.2
    sound: float = 0.15
    meaning: float = 1.0
    unknown: float = 0.4
    elsewhere: float = 2.0


TUNED = Scales()


class Index:
    """All ways of asking, as they are compared.

    Cutting ways is what making one costs: of entries that are asked in the same words as in `former`, which was made with the
    same synonyms, the pieces are taken over.
    """

    def __init__(
        self,
        ways: Iterable[tuple[int, str]],
        synonyms: Mapping[str, str] | None = None,
        scales: Scales = TUNED,
        *,
        former: "Index | None" = None,
    ) -> None:
        self._scales, self._meanings = scales, Meanings(usual() if synonyms is None else synonyms)
        self._words: dict[int, list[str]] = defaultdict(list)
        for entry, words in ways:
            self._words[entry].append(words)
        self._ways = {entry: self._cut(entry, words, former) for entry, words in self._words.items()}
        self._entries = {entry: self._union(entry, former) for entry in self._ways}
        self._where: dict[str, list[int]] = defaultdict(list)
        for entry, pieces in self._entries.items():
            for piece in pieces:
                self._where[piece].append(entry)
        self._weights = {piece: math.log(1 + len(self._entries) / len(rows)) for piece, rows in self._where.items()}
        self._rarest = math.log(1 + len(self._entries))
        self._sizes: dict[
            int, list[float]
        ] = {}  # of those that were asked for; all of them are dear, and most are never wanted

    def _cut(self, entry: int, words: Sequence[str], former: "Index | None") -> list[dict[str, float]]:
        if former is not None and former._words.get(entry) == words:
            return former._ways[entry]
        return [self._pieces(one) for one in words]

    def _union(self, entry: int, former: "Index | None") -> frozenset[str]:
        if former is not None and former._ways.get(entry) is self._ways[entry]:
            return former._entries[entry]
        return frozenset().union(*self._ways[entry])

    def _sizes_of(self, entry: int) -> list[float]:
        if entry not in self._sizes:
            self._sizes[entry] = [self._size(one) for one in self._ways[entry]]
        return self._sizes[entry]

    def asked(self, words: str, *, without: Container[int] = ()) -> Found:
        """What `words` may ask for, were there no entries `without`."""
        likely = [one for one in self.ranked(words) if one.entry not in without]
        if not likely or likely[0].score < self._scales.unsure:
            return Found(Sureness.MISS)
        second = likely[1].score if len(likely) > 1 else 0.0
        if likely[0].score >= self._scales.sure and likely[0].score >= second * self._scales.ahead:
            return Found(Sureness.SURE, tuple(likely[:1]))
        return Found(Sureness.UNSURE, tuple(likely[:MOST_CHOICES]))

    def ranked(self, words: str) -> list[Likely]:
        """Entries that share the most with `words`, the likeliest first; of two as likely the earlier one."""
        pieces = self._pieces(words)
        size = self._size(pieces)
        if not size:
            return []
        known = {piece: weight * self._weights[piece] for piece, weight in pieces.items() if piece in self._weights}
        scored = [Likely(entry, self._score(known, size, entry)) for entry in self._candidates(known)]
        return sorted(scored, key=lambda one: (-one.score, one.entry))

    def _score(self, pieces: Mapping[str, float], size: float, entry: int) -> float:
        near = max(
            self._shared(pieces, way) / math.sqrt(size * theirs)
            for way, theirs in zip(self._ways[entry], self._sizes_of(entry), strict=True)
        )
        explained = self._shared(pieces, self._entries[entry]) / size
        return self._scales.of_way * near + (1 - self._scales.of_way) * explained

    def _candidates(self, pieces: Mapping[str, float]) -> list[int]:
        """Those that explain the most by the pieces that are rare enough to be looked up."""
        explained: dict[int, float] = defaultdict(float)
        looked = 0
        for piece in sorted(pieces, key=lambda one: len(self._where[one])):
            rows = self._where[piece]
            looked += len(rows)
            if explained and looked > MOST_LOOKED_AT:
                break
            weight = pieces[piece]
            for entry in rows:
                explained[entry] += weight
        return nlargest(MOST_SCORED, explained, key=explained.__getitem__)

    @staticmethod
    def _shared(pieces: Mapping[str, float], theirs: Container[str]) -> float:
        return sum(weight for piece, weight in pieces.items() if piece in theirs)

    def _size(self, pieces: Mapping[str, float]) -> float:
        unknown = self._scales.unknown * self._rarest
        return sum(weight * self._weights.get(piece, unknown) for piece, weight in pieces.items())

    def _pieces(self, words: str) -> dict[str, float]:
        scales = self._scales
        found: dict[str, float] = {}
        for is_meaning, part in self._meanings.cut(compact(words[: LONGEST * 2])[:LONGEST]):
            if is_meaning:
                found[f"={part}"] = scales.elsewhere if part == ELSEWHERE else scales.meaning
                continue
            for char in part:
                found.setdefault(char, scales.char)
            for one, two in pairwise(part):
                found[one + two] = scales.pair
                found[f"~{slurred(one)} {slurred(two)}"] = scales.sound
        return found


class Meanings:
    """Cuts words into meanings and what lies between, the longest word first."""

    def __init__(self, synonyms: Mapping[str, str]) -> None:
        self._synonyms = dict(synonyms)
        self._longest = max(map(len, synonyms), default=0)

    def cut(self, words: str) -> list[tuple[bool, str]]:
        """(is it a meaning?, its word or the characters)."""
        found: list[tuple[bool, str]] = []
        at = left = 0
        while at < len(words):
            size = next(
                (
                    size
                    for size in range(min(self._longest, len(words) - at), 0, -1)
                    if words[at : at + size] in self._synonyms
                ),
                0,
            )
            if not size:
                at += 1
                continue
            if words[left:at]:
                found.append((False, words[left:at]))
            if meaning := self._synonyms[words[at : at + size]]:
                found.append((True, meaning))
            at = left = at + size
        return [*found, (False, words[left:])] if words[left:] else found


def read_synonyms(lines: Iterable[str]) -> dict[str, str]:
    """Each word with the first of its line; one that stands in two lines has the first line's."""
    found = dict.fromkeys(map(compact, COURTESY), "")
    for line in lines:
        words = [compact(word) for word in line.split() if not line.startswith("#")]
        for word in words:
            found.setdefault(word, words[0])
    return found


def read_starter(lines: Iterable[str]) -> dict[str, tuple[str, list[str]]]:
    """The starter's topics by key: name and ways of asking."""
    found: dict[str, tuple[str, list[str]]] = {}
    ways: list[str] = []
    for line in map(str.strip, lines):
        if line.startswith("="):
            key, _, name = (part.strip() for part in line[1:].partition("|"))
            ways = []
            found[key] = (name, ways)
        elif line and not line.startswith("#"):
            ways.append(line)
    return found


@cache
def usual() -> Mapping[str, str]:
    """The house's own synonyms."""
    return read_synonyms(_lines("synonyms.txt"))


@cache
def starter() -> Mapping[str, tuple[str, list[str]]]:
    """The house's own topics."""
    return read_starter(_lines("starter.txt"))


def _lines(name: str) -> Sequence[str]:
    return Path(__file__).with_name(name).read_text("utf-8").splitlines()
