"""What a judge does: keep a draft, hand a mark in, change it until the round closes, say that a work is not theirs to judge."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests.judging import queries, rules
from contests.judging.refusals import NoReason, NotOpen, NotWhole, NotYours
from contests.judging.service import bar
from models import audit
from models.contest import Contest, ContestState, Submission, SubmissionState
from models.judging import MARK_MOVES, Judge, JudgeState, JudgingRound, Mark, MarkState, RoundState
from models.states import moved

M = MarkState
LONGEST_REMARK = 300


def keep_draft(session: Session, judge_id: int, mark_id: int, points: Sequence[int], remark: str) -> bool:
    """What is marked so far, once more; a mark that is handed in is changed by handing it in again only.

    Was it kept? Raises: NotOpen, NotYours.
    """
    mark = _held(session, judge_id, mark_id)
    if mark.state is M.DONE:
        return False
    mark.points, mark.remark = _within(session, mark, points), remark.strip()[:LONGEST_REMARK]
    return True


def hand_in(
    session: Session, judge_id: int, mark_id: int, points: Sequence[int], remark: str, *, now: datetime
) -> None:
    """It counts, and may be changed until the round closes. Raises: NotOpen, NotYours, NotWhole."""
    mark = _held(session, judge_id, mark_id)
    given, criteria = _within(session, mark, points), queries.criteria_of(session, mark.round_id)
    missing = [one.name for one, point in zip(criteria, given, strict=True) if point == rules.UNSET]
    if missing:
        raise NotWhole(missing)
    mark.points, mark.remark = given, remark.strip()[:LONGEST_REMARK]
    mark.score = rules.score_of(given, queries.measures_of(session, mark.round_id))
    mark.state = moved(mark.state, to=M.DONE, moves=MARK_MOVES)
    mark.given_at = now


def step_aside(session: Session, judge_id: int, mark_id: int, reason: str, *, now: datetime) -> None:
    """回避, with its reason: somebody else takes the work. Raises: NoReason, NotOpen, NotYours."""
    if not reason.strip():
        raise NoReason
    mark = session.get(Mark, mark_id)
    if mark is None or mark.judge_id != judge_id:
        raise NotYours
    this = session.get_one(JudgingRound, mark.round_id)
    judge = session.get_one(Judge, judge_id)
    submission = session.get_one(Submission, mark.submission_id)
    if this.state is not RoundState.OPEN:
        raise NotOpen
    bar(session, judge, submission, reason, at=now)
    code = session.get_one(Contest, judge.contest_id).code
    audit.note(
        session, "judge stood aside", who=f"judge {judge.id}", subject=f"work {submission.code}", at=now,
        detail=f"{code}: {reason.strip()[:150]}",
    )  # fmt: skip


def _held(session: Session, judge_id: int, mark_id: int) -> Mark:
    """The mark, after the round is shared: it closes behind this mark, or before it. Raises: NotOpen, NotYours."""
    mark = session.get(Mark, mark_id)
    if mark is None or mark.judge_id != judge_id:
        raise NotYours
    rounds = sa.select(JudgingRound).where(JudgingRound.id == mark.round_id).with_for_update(read=True)
    this = session.scalars(rounds.execution_options(populate_existing=True)).one()
    session.refresh(mark, with_for_update={"key_share": True})
    if this.state is not RoundState.OPEN:
        raise NotOpen
    if session.get_one(Contest, this.contest_id).state is not ContestState.JUDGING:
        raise NotOpen
    work, judge = session.get_one(Submission, mark.submission_id), session.get_one(Judge, judge_id)
    if mark.state is M.GIVEN_BACK or work.state is not SubmissionState.ACCEPTED or judge.state is JudgeState.STOPPED:
        raise NotYours
    return mark


def _within(session: Session, mark: Mark, points: Sequence[int]) -> list[int]:
    """What is out of bounds, or was left out, is not marked."""
    measures = queries.measures_of(session, mark.round_id)
    given = [*points, *([rules.UNSET] * len(measures))]
    return [
        point if 0 <= point <= measure.most else rules.UNSET for point, measure in zip(given, measures, strict=False)
    ]
