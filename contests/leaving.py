"""A reader has left: what of their works stays, and what goes. models.privacy has emptied what is personal by then."""

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests.holding import move
from contests.programmes import falling
from contests.programmes import texts as programme_texts
from models.award import Award
from models.contest import (
    Agreement,
    Contest,
    ContestState,
    Piece,
    PieceState,
    Purpose,
    Submission,
    SubmissionState,
)
from models.pack import Pack, PackState
from models.programme import IssuePart
from models.upkeep import counted

PART = 50  # works a unit
S = SubmissionState
_IS_LEFT = sa.text("left_as IS NOT NULL")  # the words of the index
_OVER = (ContestState.CLOSED, ContestState.CANCELLED)
_WORDS = (Submission.title, Submission.author, Submission.partner, Submission.teacher, Submission.words)
_IS_KEPT = sa.exists().where(
    Agreement.submission_id == Submission.id, Agreement.purpose == Purpose.KEEP, Agreement.use == "",
    Agreement.withdrawn_at.is_(None),
)  # fmt: skip


def take_down(session: Session, now: datetime) -> int:
    """Works of readers who left and did not agree that they stay: withdrawn, emptied, their files let go. How many."""
    # One that was taken back earlier has its words until now.
    has_words = sa.or_(Submission.state != S.WITHDRAWN, *(column != "" for column in _WORDS))
    left = sa.select(Submission).where(_IS_LEFT, has_words, ~_IS_KEPT)
    taken = session.scalars(
        left.order_by(Submission.id).limit(PART).with_for_update(skip_locked=True, of=Submission)
    ).all()
    for submission in taken:
        if submission.state is not S.WITHDRAWN:
            move(submission, S.WITHDRAWN)
        session.execute(sa.update(IssuePart).where(IssuePart.submission_id == submission.id).values(caption=""))
        submission.title = submission.author = submission.partner = submission.teacher = submission.words = ""
        submission.likeness, submission.found, submission.whole = None, [], ""
        falling.let_go(session, submission, programme_texts.GONE_WORK, now=now)  # it says why without a title
        session.execute(
            sa.update(Piece).where(Piece.submission_id == submission.id).values(state=PieceState.REMOVED, name="")
        )
        # The award itself stays in the list and in the ledger, without a name.
        session.execute(sa.update(Award).where(Award.submission_id == submission.id).values(name="", title=""))
    session.flush()
    return len(taken)


def forget(session: Session, _now: datetime) -> int:
    """The digests by which leaving gave no work back, once the contest is over: how many of a part."""
    old = sa.select(Submission.id).join(Contest, Contest.id == Submission.contest_id)
    is_done = sa.or_(Submission.state == S.WITHDRAWN, _IS_KEPT)  # the others are to be found by it first
    has_pack = sa.exists().where(Pack.contest_id == Contest.id, Pack.state != PackState.GONE)
    old = old.where(_IS_LEFT, Contest.state.in_(_OVER), is_done, ~has_pack).limit(PART)
    return counted(session, sa.update(Submission).where(Submission.id.in_(old)).values(left_as=None))


PARTS: tuple[Callable[[Session, datetime], int], ...] = (forget,)
