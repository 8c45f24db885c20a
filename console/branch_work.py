"""What concerns all of a branch's activities, done a part a unit for as long as a page may take; the clock does the rest."""

from time import monotonic

from activities import merging
from console.desk import Desk
from models import times

PATIENCE = 8  # seconds: some thousand activities


def carried_on(desk: Desk, number: int) -> bool:
    """Is all of it done?"""
    begun = monotonic()
    while monotonic() - begun < PATIENCE:
        with desk.unit() as session:
            has_more = merging.go_on(session, number, now=times.now())
        if not has_more:
            return True
    return False
