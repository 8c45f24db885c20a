"""Questions about periodicals: all, the issues of one, what is due, who has signed."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.notice import Notice, NoticeSignature, NoticeState, NoticeVersion, Step
from models.periodical import IssueState, Periodical, PeriodicalIssue
from models.staff import Staff
from notices.periodicals.service import SOON

MOST = 500
STEPS = {Step.FIRST_PROOF: "一校", Step.SECOND_PROOF: "二校", Step.FIRST_REVIEW: "一审", Step.SECOND_REVIEW: "二审"}


def all_periodicals(session: Session) -> Sequence[Periodical]:
    """In the order in which they were made."""
    return session.scalars(sa.select(Periodical).order_by(Periodical.id)).all()


def issues(session: Session, periodical_id: int) -> Sequence[Any]:
    """(issue, state of its notice), the newest first."""
    asked = (
        sa.select(PeriodicalIssue, Notice.state)
        .outerjoin(Notice, Notice.id == PeriodicalIssue.notice_id)
        .where(PeriodicalIssue.periodical_id == periodical_id)
        .order_by(PeriodicalIssue.year.desc(), PeriodicalIssue.number.desc())
    )
    return session.execute(asked.limit(MOST)).all()


def next_due(session: Session) -> dict[int, PeriodicalIssue]:
    """Of each periodical the issue that is due first and is not out."""
    left = sa.select(PeriodicalIssue).where(PeriodicalIssue.state.in_((IssueState.PLANNED, IssueState.WRITING)))
    found: dict[int, PeriodicalIssue] = {}
    for issue in session.scalars(left.order_by(PeriodicalIssue.due_on, PeriodicalIssue.id)):
        found.setdefault(issue.periodical_id, issue)
    return found


def due(session: Session, *, today: date, most: int) -> Sequence[Any]:
    """(issue, its periodical's name, state of its notice): due soon or late, and not out."""
    asked = (
        sa.select(PeriodicalIssue, Periodical.name, Notice.state)
        .join(Periodical, Periodical.id == PeriodicalIssue.periodical_id)
        .outerjoin(Notice, Notice.id == PeriodicalIssue.notice_id)
        .where(
            PeriodicalIssue.state.in_((IssueState.PLANNED, IssueState.WRITING)),
            PeriodicalIssue.due_on <= today + SOON,
        )
        .order_by(PeriodicalIssue.due_on, PeriodicalIssue.id)
    )
    return session.execute(asked.limit(most)).all()


def is_signed(state: NoticeState | None) -> bool:
    """Has everybody signed?"""
    return state in (NoticeState.READY, NoticeState.SENT)


def is_proof(session: Session, issue: PeriodicalIssue) -> bool:
    """Are its words still to be signed? Those of an issue that is out are its own for good, whatever its notice says now."""
    if issue.state is IssueState.OUT or issue.notice_id is None:
        return False
    return not is_signed(session.get_one(Notice, issue.notice_id).state)


def signed_by(session: Session, issue: PeriodicalIssue) -> list[tuple[str, str]]:
    """(一校, 小焦) of the signatures to its words, in the order of the chain: those that stand, and of an issue that is out
    those that stood when it came out, though its notice was written on since."""
    if issue.notice_id is None:
        return []
    notice = session.get_one(Notice, issue.notice_id)
    number = issue.version or notice.version
    digest = sa.select(NoticeVersion.digest).where(
        NoticeVersion.notice_id == notice.id, NoticeVersion.number == number
    )
    asked = (
        sa.select(NoticeSignature.step, sa.func.coalesce(Staff.name, NoticeSignature.who).label("name"))
        .outerjoin(Staff, Staff.login == NoticeSignature.who)
        .where(NoticeSignature.notice_id == notice.id, NoticeSignature.is_yes)
        .where(NoticeSignature.digest == digest.scalar_subquery())
        .order_by(NoticeSignature.id)
    )
    if issue.version is None:
        asked = asked.where(NoticeSignature.voided_at.is_(None))
    else:
        asked = asked.where(NoticeSignature.version <= issue.version)
    names = {row.step: row.name for row in session.execute(asked)}
    return [(words, names[step]) for step, words in STEPS.items() if step in names]
