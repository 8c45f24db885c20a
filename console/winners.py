"""Who has won a contest, as its page says it to everybody: for a notice that is begun from it."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests import awards, rules, texts
from contests.certificates import group_of, titled
from contests.judging.queries import submissions
from models.award import Award, AwardState, AwardTier
from models.contest import Contest, ContestState

MOST_OFFERED = 30
GIVEN = (ContestState.AWARDED, ContestState.CLOSED)


def awarded(session: Session) -> Sequence[Contest]:
    """Contests whose awards are given, the newest first."""
    has_some = sa.exists().where(Award.contest_id == Contest.id, Award.state == AwardState.GIVEN)
    rows = sa.select(Contest).where(Contest.state.in_(GIVEN), has_some)
    return session.scalars(rows.order_by(Contest.closes_at.desc(), Contest.id.desc()).limit(MOST_OFFERED)).all()


def groups(session: Session, contest: Contest) -> list[tuple[str, list[str]]]:
    """小学组 一等奖 with its names, the highest award first; a child's is masked, whoever was forgotten is not named."""
    is_masked = rules.masks_results(contest.state)
    rows = awards.listed(session, contest, AwardState.GIVEN)
    works = submissions(session, [award.submission_id for award in rows if award.submission_id])
    found: dict[int, list[str]] = {}
    for award in rows:
        if award.name:
            work = works.get(award.submission_id) if award.submission_id else None
            found.setdefault(award.tier_id, []).append(texts.winner(award, work, is_masked=is_masked))
    return [(_named(session, number), names) for number, names in found.items()]


def _named(session: Session, number: int) -> str:
    tier = session.get_one(AwardTier, number)
    return titled(group_of(session, tier), tier)
