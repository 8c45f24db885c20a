"""A work's row: held by who changes it, and moved from state to state only here; and a reader's, where they have only so many."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests.refusals import NotChangeable
from models.contest import SUBMISSION_MOVES, Submission, SubmissionState
from models.follower import Follower
from models.states import moved

S = SubmissionState
CHANGEABLE = frozenset({S.DRAFT, S.RETURNED})


def held(session: Session, submission: Submission) -> Submission:
    """Its row, for who changes it: another tab, the worker and staff wait."""
    session.flush()
    session.refresh(submission, with_for_update={"key_share": True})
    return submission


def changeable(session: Session, submission: Submission) -> Submission:
    """The same, of a work that its author may change. Raises: NotChangeable."""
    if held(session, submission).state not in CHANGEABLE:
        raise NotChangeable
    return submission


def is_posted(submission: Submission) -> bool:
    """Put in by staff: nobody's account, and no box either."""
    return submission.openid is None and not submission.is_boxed and submission.left_as is None


def move(submission: Submission, to: SubmissionState) -> None:
    """The only place where a work's state changes."""
    submission.state = moved(submission.state, to=to, moves=SUBMISSION_MOVES)


def hold_reader(session: Session, openid: str) -> None:
    """For whoever may do something only so often: of two taps at once the second counts what the first has left.

    Nobody else waits. Who came by web authorisation may follow nobody: there is no row then, and their name is held. SQLite
    has one who writes.
    """
    theirs = sa.select(Follower.openid).where(Follower.openid == openid)
    has_row = session.scalars(theirs.with_for_update(key_share=True)).one_or_none()
    if has_row is None and session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(openid, 0))))
