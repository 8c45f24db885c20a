"""Visits and plays of works: once a visitor and day however often, without a trail of anybody (activities.visits)."""

from datetime import date

from sqlalchemy.orm import Session

from models.contest import Look, LookKind
from models.db import insert


def note(session: Session, *, work_id: int, contest_id: int, kind: LookKind, day: date, who: str) -> None:
    """One more; the same visitor again on that day changes nothing."""
    look = insert(session, Look).values(submission_id=work_id, contest_id=contest_id, day=day, kind=kind, visitor=who)
    session.execute(look.on_conflict_do_nothing())
