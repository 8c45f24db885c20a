"""展厅: the works that everybody may see, and from when on by whose name. Reads only."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests import rules, texts
from models.contest import Contest, ContestState, Submission, SubmissionState, SubmissionSum

A_PAGE = 24
MOST_RANKED = 240  # places that are shown: ten pages, and what an offset costs stays small


def is_open(contest: Contest) -> bool:
    """Are its works shown?"""
    return rules.shows_works(contest.state, has_gallery=contest.has_gallery)


def works_of(session: Session, contest: Contest, *, group_id: int | None, after: int) -> Sequence[Submission]:
    """A page and one more, to know whether there is a next: accepted works behind the id `after`, of a group or of all."""
    rows = sa.select(Submission).where(
        Submission.contest_id == contest.id, Submission.state == SubmissionState.ACCEPTED, Submission.id > after
    )
    if group_id is not None:
        rows = rows.where(Submission.group_id == group_id)
    return session.scalars(rows.order_by(Submission.id).limit(A_PAGE + 1)).all()


def ranked(
    session: Session, contest: Contest, *, group_id: int | None, after: int
) -> Sequence[tuple[Submission, int]]:
    """The same by likes as they were last added up (contests.sums), the most first, with that number; `after`: how many
    were shown before.
    """
    rows = sa.select(Submission, SubmissionSum.likes).join(
        SubmissionSum, SubmissionSum.submission_id == Submission.id
    )
    rows = rows.where(SubmissionSum.contest_id == contest.id, Submission.state == SubmissionState.ACCEPTED)
    if group_id is not None:
        rows = rows.where(Submission.group_id == group_id)
    rows = rows.order_by(SubmissionSum.likes.desc(), SubmissionSum.submission_id.desc())  # along the index
    return [(row[0], row[1]) for row in session.execute(rows.limit(A_PAGE + 1).offset(min(after, MOST_RANKED)))]


def work_called(session: Session, contest: Contest, code: str) -> Submission | None:
    """An accepted work of this contest by its code, while works are shown."""
    rows = sa.select(Submission).where(
        Submission.contest_id == contest.id, Submission.code == code.lower(),
        Submission.state == SubmissionState.ACCEPTED,
    )  # fmt: skip
    return session.scalars(rows).one_or_none() if is_open(contest) else None


def is_blind(contest: Contest) -> bool:
    """Nobody is named until awards are given: judges do not know whose works are, and the gallery is open to them as well."""
    return contest.state not in (ContestState.AWARDED, ContestState.CLOSED)


def author_of(work: Submission) -> str:
    """By name, of a child masked; "" while it is blind."""
    return "" if is_blind(work.contest) else texts.in_public(work, texts.on_paper(work))
