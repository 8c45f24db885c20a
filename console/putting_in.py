"""A checked or read plan goes into the calendar: by parts, each in a unit of its own."""

from collections.abc import Callable
from contextlib import suppress

import sqlalchemy as sa

from activities import service
from activities.imported import PART, Imported
from activities.plans.plan import Plan
from models import audit, times
from models.db import Database

Tell = Callable[[int, int], None]  # rows in so far, rows in all


def put_in(
    database: Database, plan: Plan, *, who: str, publish: bool = True, tell: Tell = lambda _done, _all: None
) -> Imported:
    """The whole plan; where another import of the month came in between, looked at again. Raises: BadInput.

    One that is cut off in the middle is put in again and finds its own rows.
    """
    # Whoever is beaten to a part was beaten by a part that is now in: there are no more defeats than parts.
    for _ in range(len(plan.activities) // PART + 2):
        with suppress(sa.exc.IntegrityError):
            return _put_in_once(database, plan, who, publish, tell)
    return _put_in_once(database, plan, who, publish, tell)


def _put_in_once(database: Database, plan: Plan, who: str, publish: bool, tell: Tell) -> Imported:
    with database.reading() as session:
        prepared = service.prepare(session, plan)
    done = Imported(gone=list(prepared.gone), known=prepared.known)
    for part in prepared.parts():
        with database.units() as session:
            done.entries += service.import_part(session, prepared.month, part, now=times.now(), publish=publish)
        tell(len(done.entries), len(prepared.rows))
    with database.units() as session:
        audit.note(session, "plan imported", who=who, subject=prepared.month, at=times.now(), detail=done.summary)
    return done
