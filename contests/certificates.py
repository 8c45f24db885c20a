"""What the certificate of an award says; it is drawn by web.certificate."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from contests import texts
from models import times
from models.award import Award, AwardTier
from models.contest import Contest, ContestGroup
from models.wording import quoted


@dataclass(frozen=True, slots=True)
class Certified:
    """Its words, a part each; `code` is "" before it is given."""

    name: str
    occasion: str
    result: str
    day: str
    code: str


def certified(session: Session, award: Award) -> Certified:
    """Of this award, as it is now."""
    contest, tier = session.get_one(Contest, award.contest_id), session.get_one(AwardTier, award.tier_id)
    day = times.local(award.given_at or award.made_at).date()
    work = f"作品《{award.title}》" if award.title else ""
    return Certified(
        award.name, quoted(contest.title), f"{work}荣获{group_of(session, tier)}{tier.name}", texts.birthday(day), award.code or "",
    )  # fmt: skip


def group_of(session: Session, tier: AwardTier) -> str:
    """The name of the group in which it is won; "" for what an organisation wins, or goes across groups."""
    return texts.group_name(session.get_one(ContestGroup, tier.group_id) if tier.group_id else None)


def titled(group: str, tier: AwardTier) -> str:
    """小学组 一等奖, as a heading; what others give with their name: 省图书馆 一等奖."""
    return " ".join(filter(None, (tier.giver, group, tier.name)))
