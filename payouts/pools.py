"""Pools: planned by one person, approved and sealed by another, closed at the end."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from random import SystemRandom

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import limits
from models import audit
from models.by import By
from models.db import Base, core
from models.errors import BadInput
from models.payout import OPEN_PRIZES, POOL_MOVES, PRIZE_MOVES, LineKind, PayWay, Pool, PoolState, Prize, PrizeState
from models.states import moved
from payouts import draws, ledger, paying, plan
from payouts.plan import Laid, Plan

CLAIM_DAYS = 7
# What one payment may carry, in fen. A pick-up at the desk has no lower limit, and no upper one but sense.
AMOUNTS = {
    PayWay.TRANSFER: (limits.LEAST_TRANSFER_FEN, limits.MOST_TRANSFER_FEN),
    PayWay.RED_PACKET: (limits.LEAST_RED_PACKET_FEN, limits.MOST_RED_PACKET_FEN),
    PayWay.DESK: (1, 100_000),
}


def make(
    session: Session,
    occasion: str,
    title: str,
    prizes: Plan,
    *,
    way: PayWay,
    opens_at: datetime,
    closes_at: datetime,
    by: By,
    claim_days: int = CLAIM_DAYS,
    is_watched: bool = False,
    bars_staff: bool = False,
) -> Pool:
    """The pool of this occasion as planned; one that is there and not sealed yet is planned anew.

    `is_watched`: a prize with a sign is held by itself. `bars_staff`: so is one won from a phone of staff.

    Raises: BadFields; BadInput once it is sealed.
    """
    least, most = AMOUNTS[way]
    fitting = plan.checked(prizes, least=least, most=most, takes_gifts=way is PayWay.DESK)
    pool = of_occasion(session, occasion, held=True)
    if pool is not None and pool.state is not PoolState.DRAFT:
        raise BadInput("奖池已经封存，不能再改。")
    if pool is None:
        pool = Pool(occasion=occasion, state=PoolState.DRAFT, is_paused=False)
        session.add(pool)
    planned = (fitting.json, way, claim_days, is_watched, bars_staff)
    before = plan.plan_of(pool.plan).json if pool.plan else None
    if planned != (before, pool.way, pool.claim_days, pool.is_watched, pool.bars_staff):
        # Whoever only saved it again, with other words or hours, has not planned it.
        pool.made_by, pool.made_at = by.who, by.at
    pool.plan, pool.way, pool.claim_days, pool.is_watched, pool.bars_staff = planned
    pool.title, pool.opens_at, pool.closes_at = title, opens_at, closes_at
    session.flush()
    return pool


def of_occasion(session: Session, occasion: str, *, held: bool = False) -> Pool | None:
    """The pool of an occasion, locked until the unit ends if `held`."""
    mine = sa.select(Pool).where(Pool.occasion == occasion)
    return session.scalars(mine.with_for_update() if held else mine).one_or_none()


def seal(session: Session, pool: Pool, *, by: By) -> None:
    """A second person approves: every prize is laid out, the money is the pool's, the commitment is published.

    Raises: BadInput for whoever planned it, once it is sealed, or after its opening.
    """
    session.refresh(pool, with_for_update=True)
    if pool.state is not PoolState.DRAFT:
        raise BadInput("奖池已经封存过了。")
    if by.who == pool.made_by:
        raise BadInput("奖池要由另一位同事批准：设奖的人不能自己批。")
    if pool.opens_at is None or pool.closes_at is None or pool.closes_at <= by.at:
        raise BadInput("活动已经结束或还没定时间，不能封存奖池。")
    prizes = plan.plan_of(pool.plan)
    laid = plan.prizes_of(prizes, opens_at=pool.opens_at, closes_at=pool.closes_at, draw=SystemRandom().random)
    pool.secret = secrets.token_hex(32)
    pool.commitment = plan.commitment(pool.secret, plan.canonical(pool.occasion, laid))
    pool.state = moved(pool.state, to=PoolState.SEALED, moves=POOL_MOVES)
    pool.approved_by, pool.sealed_at = by.who, by.at
    _lay(session, pool, laid)
    if prizes.drawn:
        draws.announce(session, pool)
    ledger.write(session, LineKind.FUND, pool.id, prizes.pot, of=None, who=by.who, at=by.at)
    audit.note(session, "pot sealed", who=by.who, subject=f"pool {pool.occasion}", at=by.at, detail=pool.commitment)


def _lay(session: Session, pool: Pool, laid: Iterable[Laid]) -> None:
    session.flush()
    rows = [
        {
            "pool_id": pool.id, "number": one.number, "tier": one.tier, "fen": one.fen, "gift": one.gift,
            "release_at": one.release_at, "state": PrizeState.FREE,
        }
        for one in laid
    ]  # fmt: skip
    core(session).execute(sa.insert(Base.metadata.tables["prizes"]), rows)


def laid_out(session: Session, pool: Pool) -> list[Laid]:
    """The prizes as they were sealed, in their order: what the commitment is of."""
    rows = sa.select(Prize.number, Prize.tier, Prize.fen, Prize.gift, Prize.release_at).where(
        Prize.pool_id == pool.id
    )
    return [Laid(*row) for row in session.execute(rows.order_by(Prize.number))]


@dataclass(frozen=True, slots=True)
class Seal:
    """What anybody needs to check that nothing was changed: the secret and the text only once the pool is closed."""

    title: str
    commitment: str
    secret: str
    text: str


def seal_of(session: Session, pool: Pool) -> Seal:
    """Of a pool that is sealed."""
    if pool.state is not PoolState.CLOSED:
        return Seal(pool.title, pool.commitment, "", "")
    text = plan.canonical(pool.occasion, laid_out(session, pool))
    return Seal(pool.title, pool.commitment, pool.secret, text)


def pause(session: Session, pool: Pool, *, is_paused: bool, by: By) -> None:
    """Stop or resume paying out; what is won meanwhile waits."""
    if pool.is_paused == is_paused:
        return
    pool.is_paused = is_paused
    session.flush()
    if not is_paused:
        paying.resume(session, now=by.at)
    act = "payouts paused" if is_paused else "payouts resumed"
    audit.note(session, act, who=by.who, subject=f"pool {pool.occasion}", at=by.at)


def close(session: Session, pool: Pool, *, by: By, early: bool = False) -> None:
    """Prizes nobody won and money that came back leave the pool, and the seal may be opened by everybody.

    Raises: BadInput while a prize is promised and not settled, or before the end unless `early`.
    """
    session.refresh(pool, with_for_update=True)
    if pool.state is not PoolState.SEALED:
        raise BadInput("奖池没有在进行，不用结清。")
    if not early and pool.closes_at is not None and by.at < pool.closes_at:
        raise BadInput("活动还没结束，奖池不能结清。")
    if not early and draws.is_owed(session, pool):
        raise BadInput("还没有抽完奖：答题结束后几分钟内自动抽，抽完、领完再结清。")
    if open_prizes := _count(session, pool, OPEN_PRIZES):
        raise BadInput(f"还有 {open_prizes} 份奖没有了结（待领取、在发放或在核对），等它们了结再结清。")
    left = sa.update(Prize).where(Prize.pool_id == pool.id, Prize.state == PrizeState.FREE)
    to = moved(PrizeState.FREE, to=PrizeState.LEFT, moves=PRIZE_MOVES)
    session.execute(left.values(state=to, settled_at=by.at).execution_options(synchronize_session="fetch"))
    ledger.write(
        session, LineKind.LEAVE, pool.id, ledger.balance_of(session, pool).free, of=None, who=by.who, at=by.at
    )
    pool.state = moved(pool.state, to=PoolState.CLOSED, moves=POOL_MOVES)
    pool.closed_at = by.at
    audit.note(session, "pot closed", who=by.who, subject=f"pool {pool.occasion}", at=by.at, detail=pool.secret)


def to_close(session: Session, *, now: datetime, most: int) -> list[Pool]:
    """Pools that `close` would take: over, and every prize of them settled."""
    unsettled = sa.exists().where(Prize.pool_id == Pool.id, Prize.state.in_(OPEN_PRIZES))
    over = sa.select(Pool).where(Pool.state == PoolState.SEALED, Pool.closes_at <= now, ~unsettled)
    return [
        pool
        for pool in session.scalars(over.order_by(Pool.closes_at).limit(most))
        if not draws.is_owed(session, pool)
    ]


def _count(session: Session, pool: Pool, states: Iterable[PrizeState]) -> int:
    mine = (
        sa.select(sa.func.count()).select_from(Prize).where(Prize.pool_id == pool.id, Prize.state.in_(tuple(states)))
    )
    return session.scalar(mine) or 0
