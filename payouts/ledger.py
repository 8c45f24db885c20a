"""The ledger: money that moves between what is free, promised, paid and the library; lines are only ever added.

Every balance is a sum over lines, so that none can drift from them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.bulk import Bulk
from models.payout import LedgerLine, LineKind, Pool, Prize

K = LineKind
_ADD = Bulk(LedgerLine, "pool_id", "key", "kind", "fen", "prize_id", "who", "at", "note")


@dataclass(frozen=True, slots=True)
class Balance:
    """Where a pool's money is, in fen."""

    funded: int = 0
    free: int = 0
    promised: int = 0
    paid: int = 0
    returned: int = 0  # to the library, at the end


def write(
    session: Session,
    kind: LineKind,
    pool_id: int,
    fen: int,
    *,
    of: Prize | None,
    who: str,
    at: datetime,
    note: str = "",
) -> None:
    """One line; of a gift there is none to write. A second one of the same kind and prize is refused by its key."""
    if fen:
        _ADD.run(session, [_line(kind, pool_id, fen, of=of, who=who, at=at, note=note)])


def write_wins(session: Session, prizes: Sequence[Prize], *, at: datetime) -> None:
    """A line for each prize just won, of a pool's money only."""
    _ADD.run(
        session,
        [_line(K.WIN, prize.pool_id, prize.fen, of=prize, who="", at=at, note="") for prize in prizes if prize.fen],
    )


def _line(
    kind: LineKind, pool_id: int, fen: int, *, of: Prize | None, who: str, at: datetime, note: str
) -> tuple[object, ...]:
    key = f"{kind}:{of.id}" if of else f"{kind}:pool:{pool_id}"
    return pool_id, key, kind, fen, of.id if of else None, who, at, note


def balance_of(session: Session, pool: Pool) -> Balance:
    """Summed from its lines."""
    session.flush()
    sums = sa.select(LedgerLine.kind, sa.func.sum(LedgerLine.fen)).where(LedgerLine.pool_id == pool.id)
    fen = {kind: int(total) for kind, total in session.execute(sums.group_by(LedgerLine.kind))}
    funded, won, paid, back, left = (fen.get(kind, 0) for kind in (K.FUND, K.WIN, K.PAY, K.BACK, K.LEAVE))
    return Balance(funded, funded - won + back - left, won - paid - back, paid, left)
