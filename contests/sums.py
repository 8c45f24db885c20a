"""Likes, plays and visits added up for each work, again and again from the rows: what is read often is counted seldom.

The rows are the truth. A sum is a few minutes old at most, and the pages that show one say so.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.contest import (
    COUNTED,
    Contest,
    ContestState,
    Like,
    Look,
    LookKind,
    Submission,
    SubmissionState,
    SubmissionSum,
)
from models.db import insert

EVERY, EVERY_OLD = timedelta(minutes=5), timedelta(days=1)  # of a contest that is over
PART = 100  # works a unit
C = ContestState
_GOING_ON = (C.JUDGING, C.NOTICE, C.AWARDED)


def sum_up(session: Session, now: datetime) -> int:
    """The works of a part whose sums are oldest, or that have none: how many."""
    due = (
        sa.select(Submission.id, Submission.contest_id)
        .join(Contest, Contest.id == Submission.contest_id)
        .outerjoin(SubmissionSum, SubmissionSum.submission_id == Submission.id)
        .where(
            Submission.state == SubmissionState.ACCEPTED, Contest.state.in_((*_GOING_ON, C.CLOSED)), Contest.has_gallery,
            sa.or_(
                SubmissionSum.summed_at.is_(None), SubmissionSum.summed_at <= now - EVERY_OLD,
                Contest.state.in_(_GOING_ON) & (SubmissionSum.summed_at <= now - EVERY),
            ),
        )
        .order_by(Submission.contest_id, Submission.id)
        .limit(PART)
    )  # fmt: skip
    contests = {row.id: row.contest_id for row in session.execute(due)}
    if not contests:
        return 0
    likes = _count(session, Like, COUNTED, of=list(contests))
    plays = _count(session, Look, Look.kind == LookKind.PLAY, of=list(contests))
    visits = _count(session, Look, Look.kind == LookKind.VISIT, of=list(contests))
    rows = [
        {
            "submission_id": number, "contest_id": contest, "likes": likes.get(number, 0), "plays": plays.get(number, 0),
            "visits": visits.get(number, 0), "summed_at": now,
        }
        for number, contest in contests.items()
    ]  # fmt: skip
    made = insert(session, SubmissionSum).values(rows)
    told = ("likes", "plays", "visits", "summed_at")
    session.execute(
        made.on_conflict_do_update(
            index_elements=["submission_id"], set_={name: made.excluded[name] for name in told}
        )
    )
    return len(rows)


def _count(
    session: Session, table: type[Like] | type[Look], which: sa.ColumnElement[bool], *, of: list[int]
) -> dict[int, int]:
    rows = sa.select(table.submission_id, sa.func.count()).where(table.submission_id.in_(of), which)
    return {row[0]: row[1] for row in session.execute(rows.group_by(table.submission_id))}
