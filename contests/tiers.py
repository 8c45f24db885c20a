"""奖项: how many of each are given, per group or in all. Plain rows until results are proposed."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests import prizes, queries
from models.award import Award, AwardKind, AwardTier
from models.contest import Contest
from models.errors import BadFields, BadInput
from models.payout import PayWay


@dataclass(frozen=True, slots=True)
class TierWanted:
    """An award as staff set it: `is_each` for every group its own, else one count for all of them."""

    name: str
    quota: int
    is_each: bool = True
    kind: AwardKind = AwardKind.RANKED
    fen: int = 0
    gift: str = ""
    takes_earlier: bool = False


def set_tiers(
    session: Session, contest: Contest, wanted: Sequence[TierWanted], *, way: PayWay = PayWay.DESK, pays_at_desk: bool = False
) -> None:  # fmt: skip
    """The awards of a contest, in their order, the highest first; money goes by `way` unless it is all picked up.

    Raises: BadFields, BadInput once an award was proposed.
    """
    _checked(wanted, PayWay.DESK if pays_at_desk else way)
    contest.pays_at_desk = pays_at_desk
    if _as_set(session, contest) == list(wanted):
        return
    if session.scalar(sa.select(Award.id).where(Award.contest_id == contest.id).limit(1)) is not None:
        raise BadInput("已经拟好获奖名单，奖项不能再改。")
    session.execute(sa.delete(AwardTier).where(AwardTier.contest_id == contest.id))
    groups = queries.groups_of(session, contest)
    for rank, tier in enumerate(wanted, 1):
        for group_id in [group.id for group in groups] if tier.is_each else [None]:
            session.add(
                AwardTier(
                    contest_id=contest.id, group_id=group_id, kind=tier.kind, rank=rank, name=tier.name,
                    quota=tier.quota, fen=tier.fen, gift=tier.gift, takes_earlier=tier.takes_earlier,
                )
            )  # fmt: skip
    session.flush()


def tiers_of(session: Session, contest: Contest) -> Sequence[AwardTier]:
    """The rows, the highest award first, its groups in their order."""
    rows = sa.select(AwardTier).where(AwardTier.contest_id == contest.id)
    return session.scalars(rows.order_by(AwardTier.rank, AwardTier.id)).all()


def wanted_of(session: Session, contest: Contest) -> list[TierWanted]:
    """The awards as staff set them: one for all its groups."""
    found: dict[int, TierWanted] = {}
    for row in tiers_of(session, contest):
        if row.kind is not AwardKind.PROVINCE:
            found.setdefault(
                row.rank,
                TierWanted(
                    row.name, row.quota, row.group_id is not None, row.kind, row.fen, row.gift, row.takes_earlier
                ),
            )
    return list(found.values())


def _as_set(session: Session, contest: Contest) -> list[TierWanted]:
    """What was set, if it still covers every group; a group that came later is given its own."""
    groups = {group.id for group in queries.groups_of(session, contest)}
    covered = {row.group_id for row in tiers_of(session, contest) if row.group_id is not None}
    return wanted_of(session, contest) if covered in (set(), groups) else []


def _checked(wanted: Sequence[TierWanted], way: PayWay) -> None:
    wrong = {}
    for at, tier in enumerate(wanted):
        if not tier.name:
            wrong[f"tier{at}"] = "请写奖项的名字，例如：一等奖。"
        elif tier.fen and tier.gift:
            wrong[f"tier{at}"] = "奖金和奖品写一样就行。"
        elif tier.fen and (said := prizes.why_not(tier.fen, tier.quota, way)):
            wrong[f"tier{at}"] = said
    names = [tier.name for tier in wanted]
    for at, name in enumerate(names):
        if name and name in names[:at]:
            wrong[f"tier{at}"] = f"“{name}”写了两次。"
    if wrong:
        raise BadFields(wrong)
