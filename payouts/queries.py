"""Questions about prizes: whose are which, and where they are."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.payout import OPEN_PRIZES, Payment, PaymentState, Pool, Prize, PrizeState

MOST_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Mine:
    """A prize with the payment that is under way or was made for it, if any."""

    prize: Prize
    payment: Payment | None


def mine(session: Session, openid: str, *, most: int = MOST_SHOWN) -> list[Mine]:
    """What this reader has won: what is still open first, then the newest."""
    is_over = sa.case((Prize.state.in_(OPEN_PRIZES), 0), else_=1)
    rows = sa.select(Prize).where(Prize.openid == openid).order_by(is_over, Prize.won_at.desc()).limit(most)
    prizes = session.scalars(rows).all()
    return [Mine(prize, payment) for prize, payment in zip(prizes, _payments(session, prizes), strict=True)]


def _payments(session: Session, prizes: Sequence[Prize]) -> list[Payment | None]:
    wanted = sa.select(Payment).where(
        Payment.prize_id.in_([prize.id for prize in prizes]), Payment.state != PaymentState.FAILED
    )
    found = {payment.prize_id: payment for payment in session.scalars(wanted)} if prizes else {}
    return [found.get(prize.id) for prize in prizes]


def payments_of(session: Session, prize: Prize) -> Sequence[Payment]:
    """Every payment that was made for it, the newest first."""
    return session.scalars(sa.select(Payment).where(Payment.prize_id == prize.id).order_by(Payment.id.desc())).all()


def by_state(session: Session, pool: Pool) -> dict[PrizeState, int]:
    """How many prizes of a pool are in which state."""
    counts = sa.select(Prize.state, sa.func.count()).where(Prize.pool_id == pool.id).group_by(Prize.state)
    return {row[0]: row[1] for row in session.execute(counts)}
