"""Likes: one of a reader for a work, once or once a day, within what they have for a day. Rows, never a counter.

Where a ballot must name several works, its likes are cast together once it names as many; a burst is held aside.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests import bursts, rules
from contests.holding import hold_reader
from contests.refusals import LikesClosed, NoLikesLeft
from models import times
from models.contest import COUNTED, Contest, Like, LikeCheck, Submission, SubmissionState, VoteRule
from models.db import insert
from models.follower import Follower

ONCE = date(2000, 1, 1)  # the day of every like where there is one for all days


@dataclass(frozen=True, slots=True)
class Ballot:
    """How many works a reader has named, today or ever, and how many have to be named before any counts (0: none)."""

    named: int
    at_least: int

    @property
    def missing(self) -> int:
        """How many more."""
        return max(0, self.at_least - self.named)


def like(session: Session, work: Submission, openid: str, *, now: datetime) -> bool:
    """False where it was liked already. Raises: LikesClosed, NoLikesLeft."""
    contest, today = work.contest, times.today(now)
    if not takes(contest, now) or work.state is not SubmissionState.ACCEPTED:
        raise LikesClosed
    hold_reader(session, openid)
    day = _day(contest, now)
    if session.get(Like, (work.id, openid, day)) is not None:
        return False
    if contest.votes_a_day and given_on(session, contest, openid, today) >= contest.votes_a_day:
        raise NoLikesLeft(contest.votes_a_day)
    is_fresh = bursts.is_fresh(_followed_at(session, openid), now=now)
    # Where no row of the reader was held the key decides between two taps.
    made = insert(session, Like).values(
        submission_id=work.id, openid=openid, day=day, contest_id=contest.id, is_fresh=is_fresh, given_at=now,
        is_held=_is_of_burst(session, work, is_fresh=is_fresh, now=now), is_cast=not contest.votes_at_least,
    )  # fmt: skip
    is_new = session.scalar(made.on_conflict_do_nothing().returning(Like.submission_id)) is not None
    if contest.votes_at_least and not ballot_of(session, contest, openid, now=now).missing:
        mine = sa.update(Like).where(Like.openid == openid, Like.contest_id == contest.id, Like.day == day)
        session.execute(mine.where(Like.is_cast.is_(False)).values(is_cast=True))
    return is_new


def _followed_at(session: Session, openid: str) -> datetime | None:
    return session.scalar(sa.select(Follower.followed_at).where(Follower.openid == openid))


def _is_of_burst(session: Session, work: Submission, *, is_fresh: bool, now: datetime) -> bool:
    """Are there as many of its kind as are usual already, since somebody last said that they are fine?"""
    windows = bursts.windows_for(is_fresh=is_fresh)
    since = session.scalar(
        sa.select(sa.func.max(LikeCheck.until)).where(LikeCheck.submission_id == work.id, LikeCheck.is_fine)
    )
    return any(_reached(session, work.id, window, since=since, now=now) for window in windows)


def _reached(session: Session, work_id: int, window: bursts.Window, *, since: datetime | None, now: datetime) -> bool:
    first = now - window.within if since is None else max(now - window.within, since)
    recent = sa.select(sa.literal(1)).where(
        Like.submission_id == work_id, Like.is_fresh.is_(True) if window.of_fresh else COUNTED, Like.given_at > first
    )
    return session.scalar(sa.select(sa.func.count()).select_from(recent.limit(window.most).subquery())) == window.most


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


def ballot_of(session: Session, contest: Contest, openid: str, *, now: datetime) -> Ballot:
    """What this reader has named so far."""
    mine = sa.select(sa.func.count()).select_from(Like)
    named = mine.where(Like.openid == openid, Like.contest_id == contest.id, Like.day == _day(contest, now))
    return Ballot(session.scalar(named) or 0, contest.votes_at_least)


def own_like(session: Session, work: Submission, openid: str, *, now: datetime) -> Like | None:
    """The like after which this reader has none to give to this work, today or ever."""
    return session.get(Like, (work.id, openid, _day(work.contest, now)))


def _day(contest: Contest, now: datetime) -> date:
    return ONCE if contest.votes is VoteRule.ONCE else times.today(now)


def counted(session: Session, works: Sequence[Submission]) -> dict[int, int]:
    """Likes by work, those that count; from the rows of just these works."""
    rows = sa.select(Like.submission_id, sa.func.count()).where(
        Like.submission_id.in_([work.id for work in works]), COUNTED
    )
    return {row[0]: row[1] for row in session.execute(rows.group_by(Like.submission_id))}
