"""Prize money of awards: a pot made of the list that is shown, sealed by a second person, promised when awards are given.

From there it is a prize like those of a quiz (payouts): claimed, paid, held, denied, lapsed. A list that is taken down takes its
pot with it, the sealed one by being closed; the next list has a new one.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests import awards
from contests.certificates import group_of, titled
from contests.judging.queries import submissions
from models import times
from models.award import Award, AwardTier
from models.by import By
from models.contest import Contest, ContestState, Submission
from models.errors import BadInput
from models.money import yuan
from models.payout import PayWay, Pool, PoolState, Prize, PrizeState
from models.upkeep import PART
from payouts import plan, pools, service
from payouts.plan import Plan, Tier
from payouts.service import Wish

P = PrizeState
CLAIM_DAYS = 60
LATEST = timedelta(days=366)  # after which nobody waits for a list to be given any more


def why_not(fen: int, quota: int, way: PayWay) -> str:
    """Why an award cannot carry this money; "" where it can."""
    least, most = pools.AMOUNTS[way]
    if not quota:
        return "有奖金的奖项要写名额，奖金总额才定得下来。"
    if not least <= fen <= most:
        other = "" if way is PayWay.DESK else "，更多的请选“到馆领取”"
        return f"每名奖金要在 {yuan(least)} 到 {yuan(most)} 元之间{other}。"
    return ""


# ── which pot ──


def pool_of(session: Session, contest: Contest) -> Pool | None:
    """The pot of the list that is shown, or was last; None where no award carries money."""
    base = _occasion(contest)
    mine = sa.select(Pool).where(sa.or_(Pool.occasion == base, Pool.occasion.startswith(f"{base}/")))
    return session.scalars(mine.order_by(Pool.id.desc()).limit(1)).first()


def shown_with(session: Session, contest: Contest) -> Pool | None:
    """The pot of the present list: one that was closed with a list that was taken down is none of it."""
    pool = pool_of(session, contest)
    is_former = pool is not None and pool.state is PoolState.CLOSED and contest.state is ContestState.NOTICE
    return None if is_former else pool


def contest_of(session: Session, pool: Pool) -> Contest | None:
    """The contest that a pot is for."""
    kind, _, number = pool.occasion.partition(" ")
    return session.get(Contest, int(number.partition("/")[0])) if kind == "contest" else None


def _occasion(contest: Contest) -> str:
    return f"contest {contest.id}"


# ── with the list ──


def plan_pot(session: Session, contest: Contest, *, way: PayWay, by: By) -> None:
    """The pot of the list that is about to be shown: a prize for each award that carries money. Raises: BadFields."""
    tiers = tuple(
        Tier(0, count, fen=tier.fen, name=_named(session, tier))
        for tier in awards.money_tiers(session, contest)
        if (count := awards.count_living(session, tier))
    )
    if not tiers:
        return
    before = pool_of(session, contest)
    occasion = f"{_occasion(contest)}/{before.id}" if before else _occasion(contest)
    pools.make(
        session, occasion, contest.title, Plan((), awarded=tiers), way=PayWay.DESK if contest.pays_at_desk else way,
        opens_at=by.at, closes_at=by.at + LATEST, by=by, claim_days=CLAIM_DAYS,
    )  # fmt: skip


def _named(session: Session, tier: AwardTier) -> str:
    return titled(group_of(session, tier), tier)


def seal(session: Session, pool: Pool, contest: Contest, *, by: By) -> None:
    """A second person approves, as long as the list may be objected to. Raises: BadInput."""
    if contest.state is not ContestState.NOTICE or contest.notice_until is None:
        raise BadInput("公示开始以后才能封存奖金。")
    if times.today(by.at) > contest.notice_until:
        raise BadInput("公示已经结束，奖金要在公示结束前封存：请先在评奖页延长公示。")
    pools.seal(session, pool, by=by)


def drop_pot(session: Session, contest: Contest, *, by: By) -> None:
    """The list is taken down: nothing of its pot was promised to anybody, and all of it goes back."""
    pool = pool_of(session, contest)
    if pool is not None:
        session.refresh(pool, with_for_update={"key_share": True})  # somebody may be sealing it
    if pool is not None and pool.state is PoolState.DRAFT:
        session.delete(pool)
    elif pool is not None and pool.state is PoolState.SEALED:
        pools.close(session, pool, by=by, early=True)


# ── with the awards ──


def promise(session: Session, contest: Contest, given: Sequence[Award], *, at: datetime) -> None:
    """Everybody on the list has their prize; children's, boxed works' and those of nobody we know are picked up.

    Raises: BadInput while the pot is not sealed, or where it has less than the list.
    """
    worth = {tier.id: _named(session, tier) for tier in awards.money_tiers(session, contest)}
    rich = [award for award in given if award.tier_id in worth]
    if not rich:
        return
    pool = pool_of(session, contest)
    if pool is not None and pool.state is PoolState.DRAFT:
        raise BadInput("奖金还没有封存：请另一位同事先批准奖池，再颁奖。")
    if pool is None or pool.state is not PoolState.SEALED:
        raise BadInput("这份名单还没有奖池：请撤下公示，再公示一次，奖金就进奖池。")
    numbers = plan.plan_of(pool.plan).awarded_numbers
    works = submissions(session, [award.submission_id for award in rich if award.submission_id])
    wishes = [
        Wish(award.openid, [numbers[worth[award.tier_id]]], f"award:{award.id}", at_desk=_is_for_desk(works.get(award.submission_id or 0)))
        for award in rich
        if worth[award.tier_id] in numbers
    ]  # fmt: skip
    won = service.win(session, pool, wishes, at=at)
    if len(won) < len(rich):
        raise BadInput(f"名单上有 {len(rich)} 份奖金，奖池里只有 {len(won)} 份：请撤下公示，再公示一次。")
    for award in rich:
        award.prize_id = won[f"award:{award.id}"].id
    pool.closes_at = at  # from now on it may be settled, as soon as everybody has theirs


def _is_for_desk(work: Submission | None) -> bool:
    """Money of a child is for its guardian, and a box has a teacher's phone at most."""
    return work is None or work.is_child or work.is_boxed


def take_back(session: Session, award: Award, cause: str, *, by: By) -> None:
    """An award that was given is taken out: its money is not paid, and its winner may appeal. What is paid is paid.

    Raises: BadInput while it is being paid.
    """
    prize = service.held(session, award.prize_id) if award.prize_id else None
    if prize is None:
        return
    if prize.state is P.CLAIMED:
        raise BadInput("这个奖的奖金正在发放：等有了结果（已领或没到账）再取消。")
    if prize.state in (P.WON, P.FAILED):
        service.hold(session, prize, cause, by=by)
    if prize.state is P.HELD:
        service.refuse(session, prize, cause, by=by)


def prizes_of(session: Session, rows: Sequence[Award]) -> dict[int, Prize]:
    """The prizes of these awards, by award."""
    numbers = {award.prize_id: award.id for award in rows if award.prize_id}
    found = session.scalars(sa.select(Prize).where(Prize.id.in_(numbers))) if numbers else ()
    return {numbers[prize.id]: prize for prize in found}


# ── whoever left ──


def to_desk(session: Session, now: datetime) -> int:
    """Readers who left with an award take its money at the desk: a part of them. How many."""
    left = (
        sa.select(Prize)
        .join(Award, Award.prize_id == Prize.id)
        .where(Award.openid.is_(None), Prize.state.in_((P.WON, P.FAILED)), Prize.at_desk.is_(False))
    )
    rows = session.scalars(left.order_by(Prize.id).limit(PART).with_for_update(of=Prize, skip_locked=True)).all()
    for prize in rows:
        prize.at_desk = True
        if prize.state is P.FAILED:  # by WeChat; a desk hands out what was won
            service.hold(session, prize, "读者已离开，改为到馆领取", by=By("clock", now))
            service.release(session, prize, by=By("clock", now))
    return len(rows)


PARTS: tuple[Callable[[Session, datetime], int], ...] = (to_desk,)
