"""What readers are answered from: the live entries with their index, kept in memory while nothing changes. Pure.

A book is made out of the one before: only what changed is cut anew (half a millisecond an entry with ten ways of asking). In a
message at most MOST_ANEW entries are: what was there before answers meanwhile, and the rest follows with the next messages.
Whatever is live no longer is gone at once.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from desk.answers.content import Shown, bare
from desk.matching import COURTESY, Found, Index, Likely, Sureness, empty, starter, unanswered, usual

MOST_ANEW = 100  # entries cut in one message: the starter has 62


@dataclass(frozen=True)
class Book:
    """Entries by number, each with the number of its version; `today` is the day it was made for.

    `held`: the version of each that is in the index. `stale`: those cut with other synonyms than now. `topics`: those of the
    starter that are answered; the others stand in the index as what is not.
    """

    entries: Mapping[int, tuple[int, Shown]] = field(default_factory=dict)
    today: date | None = None
    synonyms: Mapping[str, str] = field(default_factory=usual)
    is_whole: bool = True
    index: Index = field(default_factory=empty)
    exact: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    held: Mapping[int, int] = field(default_factory=dict)
    stale: frozenset[int] = frozenset()
    topics: frozenset[str] = frozenset()

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
    most: int | None = None,
    topics: frozenset[str] = frozenset(),
) -> Book:
    """The book of these (version, entry) out of the one before. `most`: of those cut anew for other synonyms alone. `topics`: of
    the starter that these answer."""
    former = former or Book()
    found = {shown.id: (number, shown) for number, shown in entries}
    held = {number: version for number, (version, shown) in found.items() if shown.content.holds_on(today)}
    new = [number for number, version in held.items() if former.held.get(number) != version]
    gone = former.held.keys() - held.keys()
    stale = sorted((former.stale | _said_anew(former, synonyms)) & held.keys() - set(new))
    again = stale[:most]
    index = former.index
    if new or gone or again or synonyms != former.synonyms or topics != former.topics:
        words = {one: _ways(found[one]) for one in (*new, *again)} | _not_answered(former.topics - topics)
        index = index.changed(words, {*gone, *_not_answered(topics - former.topics)}, synonyms)
    left = frozenset(stale[len(again) :])
    exact = _exact(former, found, new, gone) if new or gone else former.exact
    return Book(found, today, synonyms, is_whole and not left, index, exact, held, left, topics)


def _not_answered(topics: Collection[str]) -> dict[int, list[str]]:
    """As they stand in the index without an entry of the library's."""
    every = starter()
    return {unanswered(number): every[topic][1] for number, topic in enumerate(every) if topic in topics}


def _ways(entry: tuple[int, Shown]) -> list[str]:
    return [way for way, _ in entry[1].ways]


def _said_anew(former: Book, synonyms: Mapping[str, str]) -> frozenset[int]:
    """Those in whose ways a word stands that means something else now. Courtesy is not in what is looked through."""
    if synonyms == former.synonyms:
        return frozenset()
    words = {word for word, _ in former.synonyms.items() ^ synonyms.items()}
    if any(polite in word for word in words for polite in COURTESY):
        return frozenset(former.held)
    return frozenset(
        number for number in former.held
        if any(word in said for _, said in former.entries[number][1].ways for word in words)
    )  # fmt: skip


def _exact(
    former: Book, found: Mapping[int, tuple[int, Shown]], new: Collection[int], gone: Collection[int]
) -> dict[str, tuple[int, ...]]:
    """Each way of asking to the letter, and whose it is."""
    exact = dict(former.exact)
    for number in (*new, *gone):
        for _, said in former.entries[number][1].ways if number in former.entries else ():
            exact[said] = tuple(one for one in exact.get(said, ()) if one != number)
            if not exact[said]:
                del exact[said]
    for number in new:
        for _, said in found[number][1].ways:
            exact[said] = tuple(sorted({*exact.get(said, ()), number}))
    return exact
