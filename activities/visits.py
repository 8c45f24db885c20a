"""Who opened the page of an online activity: counted once a reader and day, without a trail of anybody.

A visitor is a digest of what the browser tells and of the day, under the installation's own secret: the same person
is somebody else tomorrow.
"""

import hashlib
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.activity import ActivityVisit
from models.db import insert

DIGEST_BYTES = 16


def visitor(*, secret: str, day: date, address: str, agent: str) -> str:
    """32 hex digits, for this day only."""
    key = hashlib.blake2b(secret.encode()).digest()
    said = f"{day}|{address}|{agent}".encode(errors="replace")
    return hashlib.blake2b(said, digest_size=DIGEST_BYTES, key=key, person=b"visit").hexdigest()


def note_visit(session: Session, activity_id: int, *, day: date, who: str) -> None:
    """One more; the same visitor again on that day changes nothing."""
    visit = insert(session, ActivityVisit).values(activity_id=activity_id, day=day, visitor=who)
    session.execute(visit.on_conflict_do_nothing())


def visits(session: Session, activity_id: int) -> int:
    """Readers and days together."""
    mine = sa.select(sa.func.count()).select_from(ActivityVisit).where(ActivityVisit.activity_id == activity_id)
    return session.scalar(mine) or 0
