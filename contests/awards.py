"""Awards as they are read: who has which, and who would by the places. `by_places` is pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.award import Award, AwardKind, AwardState, AwardTier, Objection
from models.codes import as_printed
from models.contest import Contest, Submission
from models.signup import AppealState

LIVING = (AwardState.PROPOSED, AwardState.SHOWN, AwardState.GIVEN)


@dataclass(frozen=True, slots=True)
class Tier:
    """A ranked award: `group_id` None is for all groups together, `quota` 0 for as many as there are; `has` are chosen.

    One that `takes_earlier` goes on with those who fell out, once nobody of the last round is left.
    """

    id: int
    group_id: int | None
    quota: int
    has: int = 0
    takes_earlier: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a work stands in its group. `depth`: 0 in the last round, 1 for who fell out of the one before it, and so on."""

    work: int
    group_id: int | None
    place: int
    score: int
    depth: int = 0


def by_places(tiers: Sequence[Tier], places: Sequence[Placed]) -> list[tuple[int, int, int]]:
    """(work, tier, place): from the best down, the highest award first, every work one at most.

    Who shares a place shares its award, though more have it then than were planned: no rule told them apart.
    Across groups, the higher score comes first. Nobody who fell out comes before anybody who went on.
    """
    left = sorted(places, key=lambda one: (one.depth, one.place, one.work))
    found: list[tuple[int, int, int]] = []
    for tier in tiers:
        mine = [
            one for one in left if tier.group_id in (None, one.group_id) and (tier.takes_earlier or not one.depth)
        ]
        if tier.group_id is None:
            mine.sort(key=lambda one: (one.depth, -one.score, one.place, one.work))
        won: list[Placed] = []
        room = tier.quota - tier.has
        for _, here in groupby(mine, key=_shared if tier.group_id is None else _placed):
            if tier.quota and len(won) >= room:
                break
            won += here
        found += [(one.work, tier.id, one.place) for one in won]
        gone = {one.work for one in won}
        left = [one for one in left if one.work not in gone]
    return found


def _shared(one: Placed) -> object:
    return one.depth, one.score


def _placed(one: Placed) -> object:
    return one.depth, one.place


def ranked_tiers(session: Session, contest: Contest) -> Sequence[AwardTier]:
    """Those that go by places, the highest first."""
    rows = sa.select(AwardTier).where(AwardTier.contest_id == contest.id, AwardTier.kind == AwardKind.RANKED)
    return session.scalars(rows.order_by(AwardTier.rank, AwardTier.id)).all()


def money_tiers(session: Session, contest: Contest) -> Sequence[AwardTier]:
    """Those that carry money, the highest first."""
    rows = sa.select(AwardTier).where(AwardTier.contest_id == contest.id, AwardTier.fen > 0)
    return session.scalars(rows.order_by(AwardTier.rank, AwardTier.id)).all()


def with_a_rank(session: Session, contest: Contest) -> set[int]:
    """Works that have a ranked award, or from which it was taken: no place gives them one."""
    rows = sa.select(Award.submission_id).join(AwardTier, AwardTier.id == Award.tier_id)
    rows = rows.where(
        Award.contest_id == contest.id, AwardTier.kind == AwardKind.RANKED, Award.submission_id.is_not(None)
    )
    return {number for number in session.scalars(rows) if number is not None}


def listed(session: Session, contest: Contest, *states: AwardState) -> Sequence[Award]:
    """In these states, or all; the highest award first, by place."""
    rows = sa.select(Award).join(AwardTier, AwardTier.id == Award.tier_id).where(Award.contest_id == contest.id)
    if states:
        rows = rows.where(Award.state.in_(states))
    return session.scalars(rows.order_by(AwardTier.rank, AwardTier.id, Award.place.nulls_last(), Award.id)).all()


def printable(session: Session, contest: Contest) -> Sequence[Award]:
    """Those given with a certificate of ours: whoever else gives one prints their own."""
    return [award for award in listed(session, contest, AwardState.GIVEN) if award.code]


def count_living(session: Session, tier: AwardTier) -> int:
    """How many have this award."""
    rows = sa.select(sa.func.count()).where(Award.tier_id == tier.id, Award.state.in_(LIVING))
    return session.scalar(rows.select_from(Award)) or 0


def living(session: Session, tier: AwardTier, work: Submission) -> Award | None:
    """This award of this work."""
    rows = sa.select(Award).where(Award.tier_id == tier.id, Award.submission_id == work.id, Award.state.in_(LIVING))
    return session.scalars(rows).one_or_none()


def by_code(session: Session, code: str) -> Award | None:
    """The award whose certificate has this code, however it was written."""
    return session.scalars(sa.select(Award).where(Award.code == as_printed(code))).one_or_none()


def objections_of(session: Session, contest: Contest) -> Sequence[Objection]:
    """Those that wait for an answer first, the oldest first."""
    rows = sa.select(Objection).where(Objection.contest_id == contest.id)
    return session.scalars(rows.order_by(Objection.answered_at.nulls_first(), Objection.id)).all()


def count_objections(session: Session, contest: Contest, state: AppealState) -> int:
    """How many are in this state."""
    rows = sa.select(sa.func.count()).where(Objection.contest_id == contest.id, Objection.state == state)
    return session.scalar(rows.select_from(Objection)) or 0
