"""A work's row: held by who changes it, and moved from state to state only here."""

from sqlalchemy.orm import Session

from contests.refusals import NotChangeable
from models.contest import SUBMISSION_MOVES, Submission, SubmissionState
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


def move(submission: Submission, to: SubmissionState) -> None:
    """The only place where a work's state changes."""
    submission.state = moved(submission.state, to=to, moves=SUBMISSION_MOVES)
