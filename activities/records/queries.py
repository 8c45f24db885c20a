"""Questions about records: one, what could be proposed for one, which are missing, which wait to be confirmed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities import visits
from activities.records.rules import ASKED_FOR, Figures
from activities.rules import NO_END, OPEN_FOR
from models.activity import Activity, ActivityState, Branch
from models.record import ActivityRecord, RecordPicture, RecordState
from models.signup import Entry, EntryPerson

LOOKS_BACK = timedelta(days=31)  # without a day, so far: who sends numbers sends them soon
_TOOK_PLACE = (ActivityState.PUBLISHED, ActivityState.FINISHED)
COLUMNS: tuple[Any, ...] = (
    Activity.id, Activity.code, Activity.title, Activity.series, Activity.type, Activity.branch_id, Activity.state,
    Activity.date_text, Activity.precision, Activity.starts_on, Activity.ends_on, Activity.starts_at, Activity.ends_at,
    Activity.last_on, Branch.name.label("branch"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of how it went."""

    digest: str
    width: int
    height: int


def record_of(session: Session, activity_id: int) -> ActivityRecord | None:
    """Of one activity."""
    return session.get(ActivityRecord, activity_id)


def pictures_of(session: Session, activity_id: int) -> list[Picture]:
    """In the order in which they came."""
    asked = sa.select(RecordPicture.digest, RecordPicture.width, RecordPicture.height)
    mine = asked.where(RecordPicture.activity_id == activity_id)
    return [Picture(*row) for row in session.execute(mine.order_by(RecordPicture.added_at, RecordPicture.digest))]


def proposed(session: Session, activity: Activity) -> Figures:
    """What the house has seen itself: who was ticked at the door, who looked at the page of what is online."""
    came = came_to(session, activity.id) if activity.is_on_site else 0
    seen = visits.visits(session, activity.id) if activity.is_online else 0
    words = activity.reason if activity.state is ActivityState.FINISHED else ""
    return Figures(came or None, seen or None, 1, words)


def came_to(session: Session, activity_id: int) -> int:
    """People of entries who were ticked at the door, walk-ins among them."""
    came = sa.select(sa.func.count(EntryPerson.came_at)).join(Entry, Entry.id == EntryPerson.entry_id)
    return session.scalar(came.where(Entry.activity_id == activity_id)) or 0


def missing(*, today: date, branch_id: int | None = None) -> list[sa.Select[Any]]:
    """What took place and was told by nobody, a statement a state: over, or closed by staff. `key` is its last day."""
    return [_missing(state, today, branch_id) for state in _TOOK_PLACE]


def _missing(state: ActivityState, today: date, branch_id: int | None) -> sa.Select[Any]:
    until = (
        today if state is ActivityState.PUBLISHED else NO_END
    )  # what staff have closed is over whatever its last day
    told = sa.exists(sa.select(sa.literal(1)).where(ActivityRecord.activity_id == Activity.id))
    asked = (
        sa.select(*COLUMNS, Activity.last_on.label("key"))
        .join(Branch, Branch.id == Activity.branch_id)
        .where(Activity.state == state, Activity.last_on >= today - ASKED_FOR, Activity.last_on < until, ~told)
    )
    return asked.where(Activity.branch_id == branch_id) if branch_id is not None else asked


def sent(session: Session, *, branch_id: int | None = None, most: int) -> Sequence[Any]:
    """What phones have told and nobody at a desk has confirmed, oldest first: COLUMNS and the record's."""
    asked = (
        sa.select(
            *COLUMNS, ActivityRecord.on_site, ActivityRecord.online, ActivityRecord.sessions, ActivityRecord.words,
            ActivityRecord.sent_by, ActivityRecord.sent_at,
        )
        .join(Branch, Branch.id == Activity.branch_id)
        .join(ActivityRecord, ActivityRecord.activity_id == Activity.id)
        .where(sa.text("activity_records.state = 'sent'"))
    )  # fmt: skip
    if branch_id is not None:
        asked = asked.where(Activity.branch_id == branch_id)
    return session.execute(asked.order_by(ActivityRecord.sent_at, Activity.id).limit(most)).all()


def count_sent(session: Session) -> int:
    """How many wait to be confirmed, of the whole library."""
    waiting = sa.select(sa.func.count()).select_from(ActivityRecord)
    return session.scalar(waiting.where(ActivityRecord.state == RecordState.SENT)) or 0


@dataclass(frozen=True, slots=True)
class Meant:
    """Which activity somebody's words mean. Days None: of the last weeks; `words` must all be there, of each of
    `wanted` one."""

    first: date | None = None
    last: date | None = None
    branches: tuple[int, ...] = ()
    words: tuple[str, ...] = ()
    wanted: tuple[tuple[str, ...], ...] = ()


def meant_by(session: Session, meant: Meant, *, today: date, most: int) -> list[Activity]:
    """What took place, or takes place today, and may be meant: the latest first."""
    first, last = meant.first or today - LOOKS_BACK, min(meant.last or today, today)
    begins = sa.func.coalesce(Activity.starts_on, first)
    found = sa.select(Activity).where(
        Activity.state.in_(_TOOK_PLACE),
        Activity.last_on >= first,
        Activity.last_on < last + OPEN_FOR * 4,
        begins <= last,
    )
    if meant.branches:
        found = found.where(Activity.branch_id.in_(meant.branches))
    for word in meant.words:
        found = found.where(Activity.words.contains(word, autoescape=True))
    for words in meant.wanted:
        found = found.where(sa.or_(*(Activity.words.contains(word, autoescape=True) for word in words)))
    return list(session.scalars(found.order_by(Activity.starts_on.desc().nulls_last(), Activity.id).limit(most)))
