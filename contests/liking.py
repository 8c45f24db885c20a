"""Likes: one of a reader for a work, once or once a day, within what they have for a day. Rows, never a counter."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests import rules
from contests.holding import hold_reader
from contests.refusals import LikesClosed, NoLikesLeft
from models import times
from models.contest import Contest, Like, Submission, SubmissionState, VoteRule
from models.db import insert

ONCE = date(2000, 1, 1)  # the day of every like where there is one for all days


def like(session: Session, work: Submission, openid: str, *, now: datetime) -> bool:
    """False where it was liked already. Raises: LikesClosed, NoLikesLeft."""
    contest, today = work.contest, times.today(now)
    if not takes(contest, now) or work.state is not SubmissionState.ACCEPTED:
        raise LikesClosed
    hold_reader(session, openid)
    day = ONCE if contest.votes is VoteRule.ONCE else today
    if session.get(Like, (work.id, openid, day)) is not None:
        return False
    if contest.votes_a_day and given_on(session, contest, openid, today) >= contest.votes_a_day:
        raise NoLikesLeft(contest.votes_a_day)
    # Where no row of the reader was held the key decides between two taps.
    made = insert(session, Like).values(
        submission_id=work.id, openid=openid, day=day, contest_id=contest.id, is_held=False, given_at=now
    )
    return session.scalar(made.on_conflict_do_nothing().returning(Like.submission_id)) is not None


def takes(contest: Contest, now: datetime) -> bool:
    """May works be liked right now?"""
    return (
        contest.has_gallery
        and contest.votes is not VoteRule.NEVER
        and rules.takes_likes(contest.state, first=contest.votes_from, last=contest.votes_until, now=now)
    )


def given_on(session: Session, contest: Contest, openid: str, day: date) -> int:
    """How many works this reader has liked on a day of the library's."""
    first, last = times.start_of(day), times.start_of(day + timedelta(days=1))
    mine = sa.select(sa.func.count()).where(
        Like.openid == openid, Like.contest_id == contest.id, Like.given_at >= first, Like.given_at < last
    )
    return session.scalar(mine.select_from(Like)) or 0


def has_liked(session: Session, work: Submission, openid: str, *, now: datetime) -> bool:
    """Is there none to be given by this reader to this work, today or ever?"""
    day = ONCE if work.contest.votes is VoteRule.ONCE else times.today(now)
    return session.get(Like, (work.id, openid, day)) is not None


def counted(session: Session, works: Sequence[Submission]) -> dict[int, int]:
    """Likes by work, those held aside left out; counted from the rows of just these works."""
    rows = sa.select(Like.submission_id, sa.func.count()).where(
        Like.submission_id.in_([work.id for work in works]), Like.is_held.is_(False)
    )
    return {row[0]: row[1] for row in session.execute(rows.group_by(Like.submission_id))}
