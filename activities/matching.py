"""Which row of a plan is which activity of an earlier import. Pure.

Every row gets at most one activity and every activity at most one row: nothing is merged, whatever changed. A row
that changed its title or its date keeps the activity, and with it the address readers have.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from activities.plans.plan import SOME_BRANCH, PlannedActivity, cut
from activities.rules import plan_key, same_key
from models.when import When
from models.wording import compact

ALIKE = 0.6  # 植物界的活化石 and 植物界的活化石2 are 0.93; 绘本故事会 and 绘本手工课 0.4


@dataclass(frozen=True, slots=True)
class Row:
    """What a row is known by; `key` is the name its activity was given when it first came in."""

    branch: str
    title: str  # compact, as are all words here
    series: str
    when: When
    key: str

    @property
    def days(self) -> tuple[Hashable, ...]:
        """Its days, or the words that stand for them."""
        when = self.when
        return (when.starts_on, when.ends_on) if when.starts_on or when.ends_on else (compact(when.text),)


def under_name_of_today(
    planned: PlannedActivity, former: Mapping[str, str], ways: Mapping[str, str]
) -> PlannedActivity:
    """The row with its branch's own name, where that is called otherwise in the file."""
    name = former.get(planned.branch) or ways.get(compact(planned.branch), planned.branch)
    return planned if name == planned.branch else replace(planned, branch=name)


def row_of(planned: PlannedActivity) -> Row:
    """The row of a file. Columns of the database end somewhere: what is cut there is cut here too."""
    title = cut("title", planned.title)
    when = replace(planned.when, text=planned.when.text[:80])
    return Row(
        planned.branch, compact(title), compact(cut("series", planned.series)), when, plan_key(planned.branch, title)
    )


def matched(rows: Sequence[Row], known: Sequence[Row]) -> list[int | None]:
    """For each row the index of its activity among `known`; None for a new one."""
    match = _Match(rows, known)
    match.pair(lambda row: (row.branch, row.title, row.series, row.when))
    match.pair(lambda row: (row.branch, row.title, row.when))
    match.pair(lambda row: (row.branch, row.title, row.days))
    is_revision = 2 * len(match.found) >= len(known)
    if is_revision or not _goes_on(rows, known):
        match.pair(lambda row: (row.branch, row.title))
        match.pair(lambda row: (row.branch, same_key(row.key)))
    match.pair(lambda row: (row.title, row.days), may=lambda _, known: known.branch == SOME_BRANCH)
    match.pair_alike()
    if is_revision:
        match.pair(lambda row: (row.branch, row.series, row.days), may=_has_series)
    return [match.found.get(at) for at in range(len(rows))]


def _has_series(row: Row, known: Row) -> bool:
    return bool(row.series) and _at_one_time(row, known)


def _at_one_time(row: Row, known: Row) -> bool:
    """A time added or taken away is a correction; two different times are two activities."""
    return None in (row.when.starts_at, known.when.starts_at) or row.when.starts_at == known.when.starts_at


def _goes_on(rows: Sequence[Row], known: Sequence[Row]) -> bool:
    """All of these days come after (or before) all of those: next week's file, not this week's corrected."""
    mine, theirs = _fixed(rows), _fixed(known)
    if len(rows) < 2 or len(known) < 2 or not mine or not theirs:
        return False
    return min(mine) > max(theirs) or max(mine) < min(theirs)


def _fixed(rows: Iterable[Row]) -> list[int]:
    return [row.when.starts_on.toordinal() for row in rows if row.when.starts_on and not row.when.is_vague]


class _Match:
    """Pairs found so far; each step looks only at what is still alone, in the order of the file."""

    def __init__(self, rows: Sequence[Row], known: Sequence[Row]) -> None:
        self.rows, self.known = rows, known
        self.found: dict[int, int] = {}
        self._taken: set[int] = set()

    def pair(self, same: Callable[[Row], Hashable], *, may: Callable[[Row, Row], bool] = lambda *_: True) -> None:
        """Pair the rows that are the same in this respect, first with first."""
        alone = self._alone_by(same)
        for at, row in self._new():
            candidates = alone.get(same(row), deque[int]())
            while (
                candidates and candidates[0] in self._taken
            ):  # a thousand of one name are passed over once, not each time
                candidates.popleft()
            for index in candidates:
                if index not in self._taken and may(row, self.known[index]):
                    self._take(at, index)
                    break

    def pair_alike(self) -> None:
        """Pair what has the same branch and days and nearly the same title, the most alike first."""
        alone = self._alone_by(lambda row: (row.branch, row.days))
        pairs = [
            (-_likeness(row.title, self.known[index].title), at, index)
            for at, row in self._new()
            for index in alone.get((row.branch, row.days), ())
            if _at_one_time(row, self.known[index])
        ]
        for unlike, at, index in sorted(pairs):
            if -unlike >= ALIKE and at not in self.found and index not in self._taken:
                self._take(at, index)

    def _alone_by(self, same: Callable[[Row], Hashable]) -> dict[Hashable, deque[int]]:
        alone: dict[Hashable, deque[int]] = defaultdict(deque)
        for index, row in enumerate(self.known):
            if index not in self._taken:
                alone[same(row)].append(index)
        return alone

    def _new(self) -> list[tuple[int, Row]]:
        return [(at, row) for at, row in enumerate(self.rows) if at not in self.found]

    def _take(self, at: int, index: int) -> None:
        self.found[at] = index
        self._taken.add(index)


def _likeness(one: str, other: str) -> float:
    """Between 0 and 1; 0 for what a glance at lengths and characters tells to be unlike."""
    both = SequenceMatcher(None, one, other, autojunk=False)
    is_near = both.real_quick_ratio() >= ALIKE and both.quick_ratio() >= ALIKE
    return both.ratio() if is_near else 0.0
