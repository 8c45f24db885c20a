"""What an import is about to do, and what it did, row by row. Values only; `service` makes them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from activities.plans.plan import PlannedActivity
from models.activity import ActivityState

PART = 25  # rows a unit: some 20 ms, 50 on PostgreSQL; no unit may hold the write lock over 200 ms


class Fate(StrEnum):
    """What an import did to a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the file after the import. `was`, `was_on`: title and date words until now, where they changed."""

    code: str
    planned: PlannedActivity
    fate: Fate
    state: ActivityState
    was: str = ""
    was_on: str | None = None


@dataclass(frozen=True, slots=True)
class Gone:
    """A published activity of the month that the file does not have."""

    code: str
    branch: str
    title: str
    date_text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What an import would change of an activity: a column's name, or when (both When), branch (its name), state."""

    name: str
    was: Any
    will: Any


@dataclass(frozen=True, slots=True)
class Compared:
    """One row of a file beside the activity it would become. `state`: of the activity until now, None for a new one."""

    planned: PlannedActivity
    code: str
    fate: Fate
    state: ActivityState | None
    differences: tuple[Difference, ...] = ()


@dataclass(slots=True)
class Imported:
    """What an import did, row by row. `known`: how many activities of the month earlier imports had put in."""

    entries: list[Entry] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)
    known: int = 0

    def of(self, fate: Fate) -> list[Entry]:
        return [entry for entry in self.entries if entry.fate is fate]

    @property
    def summary(self) -> str:
        """新增 9，更新 1，未变 0"""
        new, changed, same = (len(self.of(fate)) for fate in (Fate.NEW, Fate.CHANGED, Fate.SAME))
        return f"新增 {new}，更新 {changed}，未变 {same}"

    @property
    def is_a_part_of_the_month(self) -> bool:
        """Few of the known rows are in this file: it brings others, and is no newer version of theirs."""
        return _is_a_part(len(self.entries) - len(self.of(Fate.NEW)), self.known)


def _is_a_part(found: int, known: int) -> bool:
    return 2 * found < known


@dataclass(frozen=True, slots=True)
class Comparison:
    """A plan beside what its month has. `known`: how many activities that is."""

    rows: tuple[Compared, ...]
    gone: tuple[Gone, ...]
    known: int

    def of(self, fate: Fate) -> list[Compared]:
        return [row for row in self.rows if row.fate is fate]

    @property
    def is_a_part_of_the_month(self) -> bool:
        return _is_a_part(len(self.rows) - len(self.of(Fate.NEW)), self.known)


PreparedRow = tuple[PlannedActivity, int | None, str]  # the id of its activity, if there is one, and its key


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan beside what earlier imports of its month put in."""

    month: str
    rows: tuple[PreparedRow, ...]
    gone: tuple[Gone, ...]
    known: int

    def parts(self) -> Iterator[Sequence[PreparedRow]]:
        """The rows in portions that one unit may hold."""
        for begin in range(0, len(self.rows), PART):
            yield self.rows[begin : begin + PART]
