"""The sheet at the door: entries as rows that a thumb can hit."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.signup import roll
from activities.signup.roll import AT_THE_DOOR, Sought
from models.signup import Entry, EntryPerson, EntryState, Origin

S = EntryState
MOST_SHOWN = 400  # entries on a sheet; further ones are found by searching
MANY = 6  # people of one entry who are counted rather than named one by one
_RANK = sa.case({state.value: at for at, state in enumerate(AT_THE_DOOR)}, value=sa.cast(Entry.state, sa.String))


@dataclass(frozen=True, slots=True)
class Row:
    """One entry. `tail`: the end of the phone. `find` is what the phone looks through when it searches by itself."""

    entry: Entry
    title: str
    tail: str
    find: str
    people: list[EntryPerson]

    @property
    def came(self) -> int:
        return sum(person.came_at is not None for person in self.people)

    @property
    def missing(self) -> list[int]:
        """Ids of those who are not in."""
        return [person.id for person in self.people if person.came_at is None]

    @property
    def has_many(self) -> bool:
        return len(self.people) > MANY

    @property
    def is_expected(self) -> bool:
        """Else its state is said: somebody in line, or who had cancelled."""
        return self.entry.state in (S.CONFIRMED, S.ATTENDED)


def rows_of(session: Session, activity_id: int, words: str = "") -> tuple[list[Row], bool]:
    """Those who may stand at the door, who is expected first, by name; and are there more than are shown?"""
    found = roll.asked(activity_id, Sought(AT_THE_DOOR, words)).order_by(_RANK, Entry.id).limit(MOST_SHOWN + 1)
    rows = [_row(entry) for entry in session.scalars(found)]
    return rows[:MOST_SHOWN], len(rows) > MOST_SHOWN


def _row(entry: Entry) -> Row:
    tail = entry.phone[-4:] if len(entry.phone) >= 7 else ""
    named = [person.name for person in entry.people if person.name]
    find = " ".join((*named, entry.name, entry.unit, entry.code, tail)).lower()
    return Row(entry, _title(entry, named, tail), tail, find, list(entry.people))


def _title(entry: Entry, named: Sequence[str], tail: str) -> str:
    """By what they say at the door who they are."""
    if entry.origin is Origin.WALK_IN and not named:
        return "现场来的"
    return entry.unit or entry.name or (named[0] if named else "") or (f"尾号 {tail}" if tail else "没有留名")


def said(person: EntryPerson, at: int, row: Row) -> str:
    """小林（35岁） · 第 2 位; `at` counts from 1."""
    name = person.name or (row.title if len(row.people) == 1 else f"第 {at} 位")
    return f"{name}（{person.age}岁）" if person.age is not None else name
