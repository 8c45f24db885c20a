"""Which question a reader may have asked, offline: by characters, pairs, meanings and sounds. Pure.

What is said is cut into meanings (`synonyms.txt`: 几点, 啥时候, 何时 are one) and the characters between them. Every piece weighs
as much as it tells questions apart. An entry is as likely as the share of the question that it explains, and as the nearest of
its own ways of asking. How the figures were chosen, and what they are worth: docs/desk-matching.md.
"""

import math
from array import array
from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from heapq import nlargest
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

from models.sounding import slurred
from models.wording import compact

MOST_CHOICES = 3
TO_THE_LETTER = 0.98  # a score: it is, or as good as, one of the ways of asking
LONGEST = 120  # characters of a question that are looked at
MOST_LOOKED_AT = 6000  # rows of the index, the rarest pieces first: what keeps it fast at any size
MOST_SCORED = 20  # entries
NOWHERE = -1  # stands for all that no library has an answer to: the ways of `elsewhere.txt` are its own
# Entries below stand for topics of the starter that this library has not answered: 书丢了怎么办 is not 证丢了怎么办.
ELSEWHERE = "别处"  # other places, of which a library knows nothing: the head of their line
COURTESY = ("您好", "你好", "请问", "谢谢", "麻烦", "不好意思", "一下", "图书馆", "你们", "我们", "我想", "想问")  # fmt: skip


Row: TypeAlias = "array[int]"
_NOBODY: Row = array("i")


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

    sure: float = 0.55
    unsure: float = 0.3
    ahead: float = 1.35  # times the second
    of_way: float = 0.6  # how much the nearest way counts beside what all ways of the entry explain
    few: float = 1.0  # how little a piece counts that few ways of an entry have
    pair: float = 0.4
    char: float = 0.2
    sound: float = 0.15
    meaning: float = 1.2
    unknown: float = 0.4
    elsewhere: float = 2.0


TUNED = Scales()


class Index:
    """All ways of asking, as they are compared. It is never changed: `changed` makes another, which shares what stays.

    Pieces are numbers from 0: of each its weight by kind, and the entries that have it, in order.
    """

    def __init__(
        self, ways: Iterable[tuple[int, str]], synonyms: Mapping[str, str] | None = None, scales: Scales = TUNED
    ) -> None:
        self._scales, self._meanings = scales, Meanings(usual() if synonyms is None else synonyms)
        self._numbers: dict[str, int] = {}
        self._kinds: list[float] = []
        self._rows: list[Row] = []
        self._ways: dict[int, tuple[Row, ...]] = {}
        words: dict[int, list[str]] = defaultdict(list)
        for entry, way in ways:
            words[entry].append(way)
        self._put(words)
        self._forget()

    def changed(
        self,
        words: Mapping[int, Iterable[str]],
        gone: Iterable[int] = (),
        synonyms: Mapping[str, str] | None = None,
    ) -> "Index":
        """With these entries asked in these words, and without those that are gone. Costs what is changed.

        With other `synonyms` what is not in `words` stays cut as it was: the caller knows whom they touch.
        """
        new = copy(self)
        new._numbers, new._kinds = dict(self._numbers), list(self._kinds)
        new._rows, new._ways = list(self._rows), dict(self._ways)
        if synonyms is not None:
            new._meanings = Meanings(synonyms)
        new._take_out(entry for entry in (*words, *gone) if entry in self._ways)
        new._put(words)
        new._forget()
        return new

    def _put(self, words: Mapping[int, Iterable[str]]) -> None:
        added: dict[int, list[int]] = defaultdict(list)
        for entry, ways in words.items():
            self._ways[entry] = tuple(array("I", self._numbered(way)) for way in ways)
            for piece in frozenset().union(*self._ways[entry]):
                added[piece].append(entry)
        for piece, entries in added.items():
            if not self._rows[piece]:
                self._rows[piece] = array("i", sorted(entries))
                continue
            row = self._rows[piece] = array("i", self._rows[piece])
            for entry in entries:
                insort(row, entry)

    def _take_out(self, entries: Iterable[int]) -> None:
        gone: dict[int, list[int]] = defaultdict(list)
        for entry in entries:
            for piece in frozenset().union(*self._ways.pop(entry)):
                gone[piece].append(entry)
        for piece, those in gone.items():
            row = self._rows[piece] = array("i", self._rows[piece])
            for entry in those:
                del row[bisect_left(row, entry)]

    def _numbered(self, words: str) -> Iterator[int]:
        for piece, kind in self._pieces(words).items():
            number = self._numbers.setdefault(piece, len(self._kinds))
            if number == len(self._kinds):
                self._kinds.append(kind)
                self._rows.append(_NOBODY)
            yield number

    def _forget(self) -> None:
        """What was worked out goes with every change: how rare pieces are is another then."""
        self._rarest = math.log(1 + len(self._ways))
        self._sizes: dict[int, list[float]] = {}  # of those that were asked for; most never are

    def asked(self, words: str, *, without: Container[int] = ()) -> Found:
        """What `words` may ask for, were there no entries `without`."""
        likely = [one for one in self.ranked(words) if one.entry not in without]
        answered = tuple(one for one in likely if one.entry > NOWHERE)
        if not answered or likely[0].entry == NOWHERE or likely[0].score < self._scales.unsure:
            return Found(Sureness.MISS)
        if (
            likely[0].score >= answered[0].score * self._scales.ahead
        ):  # surely about what the library has not answered
            return Found(Sureness.MISS)
        second = likely[1].score if len(likely) > 1 else 0.0
        is_ahead = likely[0] == answered[0] and likely[0].score >= max(self._scales.sure, second * self._scales.ahead)
        if is_ahead and not self._is_of_others(words, likely[0].entry):
            return Found(Sureness.SURE, answered[:1])
        return Found(Sureness.UNSURE, answered[:MOST_CHOICES])

    def _is_of_others(self, words: str, entry: int) -> bool:
        """Is a place named of which a library knows nothing, and of which this entry says nothing either?"""
        piece = self._numbers.get(f"={ELSEWHERE}")
        return f"={ELSEWHERE}" in self._pieces(words) and (piece is None or entry not in self._rows[piece])

    def ranked(self, words: str) -> list[Likely]:
        """Entries that share the most with `words`, the likeliest first; of two as likely the earlier one."""
        pieces, size = self._known(words)
        scored = [Likely(entry, self._score(pieces, size, entry)) for entry in self._candidates(pieces)]
        return sorted(scored, key=lambda one: (-one.score, one.entry))

    def _known(self, words: str) -> tuple[dict[int, float], float]:
        """The pieces of the question that some entry has, with their weights; the weight of all of them."""
        known: dict[int, float] = {}
        unknown = 0.0
        for piece, kind in self._pieces(words).items():
            number = self._numbers.get(piece)
            if number is None or not self._rows[number]:
                unknown += kind
            else:
                known[number] = self._weight(number)
        return known, sum(known.values()) + unknown * self._scales.unknown * self._rarest

    def _weight(self, piece: int) -> float:
        return self._kinds[piece] * math.log(1 + len(self._ways) / len(self._rows[piece]))

    def _score(self, pieces: Mapping[int, float], size: float, entry: int) -> float:
        near, had = 0.0, Counter[int]()
        for way, theirs in zip(self._ways[entry], self._sizes_of(entry), strict=True):
            shared = list(filter(pieces.__contains__, way))
            had.update(shared)
            near = max(near, sum(map(pieces.__getitem__, shared)) / math.sqrt(size * theirs))
        if entry == NOWHERE:  # is about many things, and explains none of them
            return near
        few = self._scales.few
        explained = sum(pieces[piece] * (1 + few) * count / (count + few) for piece, count in had.items()) / size
        return self._scales.of_way * near + (1 - self._scales.of_way) * min(1.0, explained)

    def _sizes_of(self, entry: int) -> list[float]:
        if entry not in self._sizes:
            self._sizes[entry] = [sum(map(self._weight, way)) or 1.0 for way in self._ways[entry]]
        return self._sizes[entry]

    def _candidates(self, pieces: Mapping[int, float]) -> list[int]:
        """Those that explain the most by the pieces that are rare enough to be looked up."""
        explained: dict[int, float] = defaultdict(float)
        looked = 0
        for piece in sorted(pieces, key=lambda one: len(self._rows[one])):
            rows = self._rows[piece]
            looked += len(rows)
            if explained and looked > MOST_LOOKED_AT:
                break
            weight = pieces[piece]
            for entry in rows:
                explained[entry] += weight
        return nlargest(MOST_SCORED, explained, key=explained.__getitem__)

    def _pieces(self, words: str) -> dict[str, float]:
        """Each with the weight of its kind."""
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
        sizes: dict[str, set[int]] = defaultdict(set)
        for word in synonyms:
            sizes[word[:1]].add(len(word))
        self._sizes = {first: sorted(found, reverse=True) for first, found in sizes.items()}

    def cut(self, words: str) -> list[tuple[bool, str]]:
        """(is it a meaning?, its word or the characters)."""
        found: list[tuple[bool, str]] = []
        at = left = 0
        while at < len(words):
            size = self._word_at(words, at)
            if not size:
                at += 1
                continue
            if words[left:at]:
                found.append((False, words[left:at]))
            if meaning := self._synonyms[words[at : at + size]]:
                found.append((True, meaning))
            at = left = at + size
        return [*found, (False, words[left:])] if words[left:] else found

    def _word_at(self, words: str, at: int) -> int:
        """How long the longest word is that begins here; 0: none does."""
        sizes = self._sizes.get(words[at], ())
        return next((size for size in sizes if words[at : at + size] in self._synonyms), 0)


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


@cache
def nowhere() -> Sequence[tuple[int, str]]:
    """What readers ask a library that no library answers, as ways of NOWHERE."""
    return [(NOWHERE, line) for line in _lines("elsewhere.txt") if not line.startswith("#")]


@cache
def unanswered(number: int) -> int:
    """The entry that stands for the starter's topic of this place, while the library has not answered it."""
    return NOWHERE - 1 - number


@cache
def empty() -> Index:
    """Of no entry, with the house's synonyms: it knows only what is not answered. Others are `changed` out of it."""
    topics = [(unanswered(number), way) for number, (_, ways) in enumerate(starter().values()) for way in ways]
    return Index([*nowhere(), *topics])


def _lines(name: str) -> Sequence[str]:
    return Path(__file__).with_name(name).read_text("utf-8").splitlines()
