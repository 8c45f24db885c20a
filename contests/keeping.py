"""Files are kept as long as a contest has said: of works without an award they go after that day, and the rows stay.

What somebody agreed to have kept, or to have in a programme, stays. Here it is decided in rows; contests.sweeping takes the files
off the disk once no row names them.
"""

from collections.abc import Callable
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests import queries, texts
from models import times
from models.award import Award, AwardState
from models.contest import (
    LIVING_PIECES,
    WRITTEN,
    Agreement,
    Contest,
    ContestState,
    Piece,
    PieceState,
    Purpose,
    Submission,
)
from models.programme import IssuePart

C = ContestState
PART = 100  # works a unit
OVER = (C.AWARDED, C.CLOSED, C.CANCELLED)


def let_go(session: Session, now: datetime) -> int:
    """Works of one contest whose day has passed, a part: how many; the last time the contest is done with."""
    due = sa.select(Contest).where(
        Contest.keeps_until < times.today(now), Contest.state.in_(OVER), Contest.is_let_go.is_(False)
    )
    contest = session.scalars(
        due.order_by(Contest.id).limit(1).with_for_update(skip_locked=True, key_share=True)
    ).first()
    if contest is None:
        return 0
    works = session.scalars(_to_let_go(contest).limit(PART).with_for_update(skip_locked=True, of=Submission)).all()
    for work in works:
        session.execute(
            sa.update(Piece)
            .where(Piece.submission_id == work.id, Piece.state.in_(LIVING_PIECES))
            .values(state=PieceState.REMOVED)
        )
        work.whole = ""
    session.flush()
    contest.is_let_go = not session.scalar(
        sa.select(_to_let_go(contest).exists())
    )  # somebody may hold one of them now
    return len(works) or int(contest.is_let_go)


def _to_let_go(contest: Contest) -> sa.Select[Submission]:
    """With a file, without an award that stands, and nobody agreed that it stays."""
    has_file = sa.exists().where(Piece.submission_id == Submission.id, Piece.state.in_(LIVING_PIECES))
    has_award = sa.exists().where(Award.submission_id == Submission.id, Award.state != AwardState.REVOKED)
    is_aired = sa.exists().where(
        IssuePart.submission_id == Submission.id
    )  # once out of every issue it is agreed to for none
    is_wanted = sa.exists().where(
        Agreement.submission_id == Submission.id, Agreement.withdrawn_at.is_(None),
        sa.or_(Agreement.purpose == Purpose.KEEP, sa.and_(Agreement.purpose == Purpose.SERIES, is_aired)),
    )  # fmt: skip
    mine = sa.select(Submission).where(Submission.contest_id == contest.id, has_file | (Submission.whole != ""))
    return mine.where(~has_award, ~is_wanted).order_by(Submission.id)


def look_again(session: Session, contest_id: int) -> None:
    """Something of a work for which its files stayed is gone: an award, or what its author had agreed to."""
    done = sa.update(Contest).where(Contest.id == contest_id, Contest.is_let_go)
    session.execute(done.values(is_let_go=False))


def said(session: Session, work: Submission, *, today: date) -> list[str]:
    """To its author: until when the files are there, or that they are gone; nothing where neither matters."""
    contest = work.contest
    if contest.keeps_until is None or work.genre in WRITTEN:
        return []
    has_files = any(one.state in LIVING_PIECES for one in queries.pieces_of(session, work))
    if contest.is_let_go and not has_files:
        return [texts.files_are_gone(contest, today=today)]
    return []


PARTS: tuple[Callable[[Session, datetime], int], ...] = (let_go,)
