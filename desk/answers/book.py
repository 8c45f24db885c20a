"""What readers are answered from: the live entries with their index, kept in memory while nothing changes. Pure.

Cutting the ways of an entry takes half a millisecond: at most MOST_ANEW of them are cut in one message, so that after a large
import, or a start, nobody waits; the rest follows with the next messages.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from desk.answers.content import Shown, bare
from desk.matching import Found, Index, Likely, Sureness

MOST_ANEW = 300  # entries cut in one message: about 150 ms


@dataclass(frozen=True)
class Book:
    """Entries by number, each with the number of its version; `today` is the day it was made for."""

    entries: Mapping[int, tuple[int, Shown]] = field(default_factory=dict)
    today: date | None = None
    synonyms: Mapping[str, str] = field(default_factory=dict)
    is_whole: bool = True
    index: Index = field(default_factory=lambda: Index(()))
    exact: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def shown(self, number: int) -> Shown | None:
        """One of them, while it holds."""
        found = self.entries.get(number)
        return found[1] if found and self.today and found[1].content.holds_on(self.today) else None

    @property
    def resources(self) -> list[Shown]:
        """Digital resources that hold, those whose free time is over last."""
        held = [one for _, one in self.entries.values() if one.is_resource and self.shown(one.id)]
        return sorted(held, key=lambda one: (one.content.is_over_on(self.today or date.min), one.id))

    def asked(self, words: str, branches: Collection[str] = ()) -> Found:
        """What `words`, without the names of the branches they name, may ask for."""
        left_out = self._of_others(branches)
        same = [number for number in self.exact.get(bare(words), ()) if number not in left_out]
        if len(same) == 1:
            return Found(Sureness.SURE, (Likely(same[0], 1.0),))
        return self.index.asked(words, without=left_out)

    def is_exact(self, words: str, branches: Collection[str] = ()) -> bool:
        """Is it, to the letter, a way of asking of one entry and of no other?"""
        left_out = self._of_others(branches)
        return len([number for number in self.exact.get(bare(words), ()) if number not in left_out]) == 1

    def _of_others(self, branches: Collection[str]) -> frozenset[int]:
        """Entries about one branch only, where others are named."""
        if not branches:
            return frozenset()
        return frozenset(
            number
            for number, (_, one) in self.entries.items()
            if one.content.branch and one.content.branch not in branches
        )


def made(
    entries: Iterable[tuple[int, Shown]],
    *,
    today: date,
    synonyms: Mapping[str, str],
    former: Book | None,
    is_whole: bool,
) -> Book:
    """The book of these (version, entry), with what the one before has cut already."""
    found = {shown.id: (number, shown) for number, shown in entries}
    held = [shown for _, shown in found.values() if shown.content.holds_on(today)]
    keeps = former is not None and former.synonyms == synonyms
    index = Index(
        ((one.id, way) for one in held for way, _ in one.ways),
        synonyms,
        former=former.index if former is not None and keeps else None,
    )
    exact: dict[str, list[int]] = {}
    for one in held:
        for _, said in one.ways:
            if one.id not in exact.setdefault(said, []):
                exact[said].append(one.id)
    return Book(found, today, synonyms, is_whole, index, {words: tuple(numbers) for words, numbers in exact.items()})
