"""Names and phones of those who were refused or help no more go after ninety days; hours and states stay."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.upkeep import PART, counted
from models.volunteer import Post, ThanksCertificate, TrainingPerson, Volunteer, VolunteerState

KEEP = timedelta(days=90)
_OVER = (VolunteerState.REFUSED, VolunteerState.LEFT)


def empty_over(session: Session, now: datetime) -> int:
    """A part of them: how many."""
    says = sa.or_(Volunteer.name != "", Volunteer.phone != "", Volunteer.openid.is_not(None))
    old = (
        sa.select(Volunteer.id).where(Volunteer.state.in_(_OVER), Volunteer.changed_at < now - KEEP, says).limit(PART)
    )
    nothing = {
        "openid": None,
        "name": "",
        "phone": "",
        "age": None,
        "guardian": "",
        "guardian_phone": "",
        "skills": "",
        "wish": "",
    }
    gone = session.scalars(old).all()
    for table in (Post, TrainingPerson, ThanksCertificate):  # what says of a line whose it is
        theirs = sa.update(table).where(table.volunteer_id.in_(gone), table.openid.is_not(None))
        session.execute(theirs.values(openid=None).execution_options(synchronize_session=False))
    emptied = sa.update(Volunteer).where(Volunteer.id.in_(gone)).values(nothing)
    return counted(session, emptied)


PARTS = (empty_over,)
