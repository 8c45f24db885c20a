"""Names, ages, phones and answers go thirty days after the activity, as guardians were promised; figures stay."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import times
from models.activity import Activity
from models.signup import Appeal, AppealState, DoorMark, Entry, EntryPerson
from models.upkeep import PART, counted

KEEP_NAMES = timedelta(days=30)


def _is_old(now: datetime) -> sa.ColumnElement[bool]:
    day = times.today(now) - KEEP_NAMES
    return Entry.activity_id.in_(sa.select(Activity.id).where(Activity.last_on < day))


def empty_people(session: Session, now: datetime) -> int:
    """A part of the people whose activity is long over: how many."""
    old = (
        sa.select(EntryPerson.id)
        .join(Entry, Entry.id == EntryPerson.entry_id)
        .where(sa.or_(EntryPerson.name != "", EntryPerson.age.is_not(None)), _is_old(now))
        .limit(PART)
    )
    emptied = sa.update(EntryPerson).where(EntryPerson.id.in_(old)).values(name="", age=None)
    return counted(session, emptied)


def empty_entries(session: Session, now: datetime) -> int:
    """The same of what entries say themselves."""
    says = sa.or_(
        Entry.name != "", Entry.phone != "", Entry.unit != "", sa.cast(Entry.answers, sa.String) != "{}"
    )  # fmt: skip
    old = sa.select(Entry.id).where(says, _is_old(now)).limit(PART)
    emptied = sa.update(Entry).where(Entry.id.in_(old)).values(name="", phone="", unit="", answers={})
    return counted(session, emptied)


def empty_appeals(session: Session, now: datetime) -> int:
    """Words of appeals that were answered so long ago."""
    old = sa.select(Appeal.entry_id).where(
        Appeal.words != "", Appeal.state != AppealState.ASKED, Appeal.answered_at < now - KEEP_NAMES
    )
    emptied = sa.update(Appeal).where(Appeal.entry_id.in_(old.limit(PART))).values(words="")
    return counted(session, emptied.returning(Appeal.entry_id))


def drop_marks(session: Session, now: datetime) -> int:
    """Ticks that no phone will send again."""
    old = sa.select(DoorMark.key).where(DoorMark.at < now - KEEP_NAMES).limit(PART)
    return counted(session, sa.delete(DoorMark).where(DoorMark.key.in_(old)))


PARTS = (empty_people, empty_entries, empty_appeals, drop_marks)
