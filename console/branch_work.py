"""What concerns all of a branch's activities, done a part a unit for as long as a page may take; the clock does the rest."""

from contextlib import suppress
from time import monotonic

from sqlalchemy.exc import IntegrityError

from activities import merging
from console.desk import Desk
from models import times

PATIENCE = 8  # seconds: some thousand activities


def carried_on(desk: Desk, number: int) -> bool:
    """Is all of it done?"""
    begun = monotonic()
    while monotonic() - begun < PATIENCE:
        # An activity that came in at the last moment keeps its branch: once more, then.
        with suppress(IntegrityError), desk.unit() as session:
            if not merging.go_on(session, number, now=times.now()):
                return True
    return False
