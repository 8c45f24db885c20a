"""The roll of an activity: entries as staff look through them."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.signup import Entry, EntryPerson, EntryState

S = EntryState
# Who may stand at the door, by the order in which the sheet names them.
AT_THE_DOOR = (S.CONFIRMED, S.ATTENDED, S.OFFERED, S.APPLIED, S.WAITING, S.EXCUSED, S.ABSENT)


def masked(phone: str) -> str:
    """138****1234; of a short number its last two digits; nothing of none."""
    if len(phone) < 7:
        return f"****{phone[-2:]}" if phone else ""
    return f"{phone[:3]}****{phone[-4:]}"


def names(entry: Entry, *, most: int = 4) -> str:
    """小林、林小小; the unit, or who is to be called, where nobody is named; what was erased is a reader who left."""
    named = [person.name for person in entry.people if person.name]
    if named:
        return "、".join(named[:most]) + (f" 等 {len(named)} 位" if len(named) > most else "")
    return entry.unit or entry.name or ("没有留名" if entry.openid else "没有留名（现场或已离开）")


@dataclass(frozen=True, slots=True)
class Sought:
    """What a list is narrowed to; "" and () for all."""

    states: tuple[EntryState, ...] = ()
    words: str = ""


def asked(activity_id: int, sought: Sought) -> sa.Select[Entry]:
    """Entries of one activity, unordered."""
    rows = sa.select(Entry).where(Entry.activity_id == activity_id)
    if sought.states:
        rows = rows.where(Entry.state.in_(sought.states))
    return rows.where(_has(sought.words)) if sought.words else rows


def _has(words: str) -> sa.ColumnElement[bool]:
    """In a name, the unit or the code, or as the end of the phone."""
    of_person = sa.exists().where(EntryPerson.entry_id == Entry.id, EntryPerson.name.contains(words, autoescape=True))
    found = [
        of_person, Entry.name.contains(words, autoescape=True), Entry.unit.contains(words, autoescape=True),
        Entry.code == words.upper(),
    ]  # fmt: skip
    if words.isdecimal() and len(words) >= 4:
        found.append(Entry.phone.endswith(words, autoescape=True))
    return sa.or_(*found)


def came(session: Session, activity_id: int) -> list[int]:
    """Ids of those who are in."""
    mine = sa.select(EntryPerson.id).join(Entry, Entry.id == EntryPerson.entry_id)
    return list(session.scalars(mine.where(Entry.activity_id == activity_id, EntryPerson.came_at.is_not(None))))
