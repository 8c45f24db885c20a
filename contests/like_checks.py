"""核对点赞: likes that were held aside as a burst, and what a person decides about those of a work, together and for good."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests import rules
from contests.holding import held
from models import audit
from models.by import By
from models.contest import COUNTED, Contest, Like, LikeCheck, Submission
from models.errors import BadInput
from models.judging import JudgingRound
from models.upkeep import counted

MOST = 100  # works of the page


@dataclass(frozen=True, slots=True)
class Held:
    """The likes of a work that wait for somebody: how many, of how many readers who had just begun to follow, between when."""

    work: Submission
    likes: int
    fresh: int
    first: datetime
    last: datetime
    counted: int  # beside them

    @property
    def why(self) -> str:
        """What was unusual about them."""
        if not self.fresh:
            return "一分钟里赞这一件的人太多。"
        return f"{self.likes} 个赞里有 {self.fresh} 个，读者刚关注，或者没有关注。"


# Refused before: they stay aside, and nobody is asked again.
_REFUSED = sa.exists(
    sa.select(LikeCheck.id).where(
        LikeCheck.submission_id == Like.submission_id, ~LikeCheck.is_fine, LikeCheck.until >= Like.given_at
    )
)
_WAITS = sa.and_(Like.is_held.is_(True), ~_REFUSED)


def waiting(session: Session, contest: Contest) -> Sequence[Held]:
    """Works with likes to look at, those that have waited longest first."""
    first = sa.func.min(Like.given_at)
    rows = sa.select(
        Like.submission_id, sa.func.count(), sa.func.sum(sa.case((Like.is_fresh, 1), else_=0)), first, sa.func.max(Like.given_at)
    ).where(Like.contest_id == contest.id, _WAITS)  # fmt: skip
    found = session.execute(rows.group_by(Like.submission_id).order_by(first).limit(MOST)).all()
    ids = [row[0] for row in found]
    works = {one.id: one for one in session.scalars(sa.select(Submission).where(Submission.id.in_(ids)))}
    counts = sa.select(Like.submission_id, sa.func.count()).where(Like.submission_id.in_(ids), COUNTED)
    shown = {row[0]: row[1] for row in session.execute(counts.group_by(Like.submission_id))}
    return [Held(works[row[0]], row[1], row[2], row[3], row[4], shown.get(row[0], 0)) for row in found]


def decided(session: Session, contest: Contest) -> Sequence[tuple[LikeCheck, Submission]]:
    """What was decided before, the newest first."""
    rows = sa.select(LikeCheck, Submission).join(Submission, Submission.id == LikeCheck.submission_id)
    rows = rows.where(Submission.contest_id == contest.id).order_by(LikeCheck.id.desc()).limit(MOST)
    return [(row[0], row[1]) for row in session.execute(rows)]


def count_waiting(session: Session, contest_id: int) -> int:
    """How many works have likes to look at."""
    rows = sa.select(sa.func.count(Like.submission_id.distinct())).where(Like.contest_id == contest_id, _WAITS)
    return session.scalar(rows) or 0


def decide(session: Session, work: Submission, *, until: datetime, is_fine: bool, by: By) -> int:
    """The likes that waited and were given until that moment count, or stay aside: how many. Raises: BadInput."""
    held(session, work)
    if not rules.likes_matter(work.contest.state):
        raise BadInput("评审已经结束，点赞不再计了。")
    frozen = sa.select(JudgingRound.id).where(
        JudgingRound.contest_id == work.contest_id, JudgingRound.likes_until.is_not(None)
    )
    if session.scalar(frozen.limit(1)) is not None:
        raise BadInput("计票的那一轮结束时点赞已经定下来，不能再计入。")
    which = (Like.submission_id == work.id, _WAITS, Like.given_at <= until)
    likes = session.scalar(sa.select(sa.func.count()).select_from(Like).where(*which)) or 0
    if not likes:
        raise BadInput("这些点赞已经有人核对过了。")
    if is_fine:
        counted(
            session, sa.update(Like).where(*which).values(is_held=False).execution_options(synchronize_session=False)
        )
    session.add(
        LikeCheck(submission_id=work.id, until=until, is_fine=is_fine, likes=likes, by=by.who, at=by.at)
    )  # fmt: skip
    audit.note(
        session, "likes let count" if is_fine else "likes kept aside", who=by.who, subject=f"work {work.code}", at=by.at,
        detail=f"{likes} 个",
    )  # fmt: skip
    return likes
