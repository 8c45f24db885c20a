"""How an activity's sign-up looks to somebody who has not signed up yet, in chat and pages alike."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from activities.signup import queries, rules, seats
from activities.signup.refusals import NotThisWay
from activities.signup.terms import times_of
from models.signup import SignUp, Way

MOST_TOLD = 100  # seats left are counted so far


class Look(StrEnum):
    """What a reader would be told at the counter."""

    SHUT = "shut"  # not open yet, closed, over: `why`
    DRAW = "draw"
    APPROVAL = "approval"
    UNLIMITED = "unlimited"
    SEATS = "seats"
    LINE = "line"  # full, and one may wait
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Seen:
    """`seats`: those left (up to MOST_TOLD), or of a draw all there are. `draws_at` of a draw, aware."""

    look: Look
    seats: int = 0
    draws_at: datetime | None = None
    why: str = ""

    @property
    def is_open(self) -> bool:
        """Can anything be handed in?"""
        return self.look not in (Look.SHUT, Look.FULL)


def seen(session: Session, terms: SignUp, *, now: datetime) -> Seen:
    """As it stands now; seats are counted from their rows."""
    try:
        rules.may_enter(terms.activity.state, times_of(terms), now=now)
    except NotThisWay as no:
        return Seen(Look.SHUT, why=no.matter)
    if terms.way is Way.LOTTERY and terms.draws_at is not None:
        return Seen(Look.DRAW, seats.count(session, terms.activity_id)[0], terms.draws_at)
    if terms.way is Way.APPROVAL:
        return Seen(Look.APPROVAL)
    if not terms.is_limited:
        return Seen(Look.UNLIMITED)
    left = seats.free(session, terms.activity_id, up_to=MOST_TOLD)
    if left and not queries.does_anybody_wait(session, terms.activity_id):
        return Seen(Look.SEATS, left)
    return Seen(Look.LINE if terms.has_line else Look.FULL)
