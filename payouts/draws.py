"""抽奖: the last prizes of a pool, drawn after closing among those on a list, in an order anybody can check.

Who is on the list is said by the room whose pool it is. Everything is done by the clock in parts and by rows, so that a kill
loses and doubles nothing: a code is on the list once, an entry has one prize, a prize is won under a key of its own.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, lazyload

from models import audit, lots, messages
from models.db import core, insert
from models.payout import Pool, PoolDraw, PoolEntry, Prize
from payouts import plan, service, texts

PART = 50  # prizes a unit
MOST_SHOWN = 500  # codes of a list that a page carries; longer ones are a file


def code_of(occasion: str, openid: str) -> str:
    """The reader's code in the draw of this occasion: known before it closes, chosen by nobody, telling nothing of them."""
    return base64.b32encode(hashlib.sha256(f"{occasion}:{openid}".encode()).digest()).decode()[:12]


def announce(session: Session, pool: Pool) -> None:
    """A pool that is being sealed will be drawn from: its seed exists from now on."""
    seed, seed_hash = lots.new_seed()
    session.add(PoolDraw(pool_id=pool.id, seed=seed, seed_hash=seed_hash))


def of_pool(session: Session, pool: Pool) -> PoolDraw | None:
    """The draw of this pool, if it has one."""
    return session.get(PoolDraw, pool.id)


def is_owed(session: Session, pool: Pool) -> bool:
    """Has a draw been announced and not been carried through?"""
    draw = of_pool(session, pool)
    return draw is not None and draw.handed_at is None


# ── the list ──


def enter(session: Session, draw: PoolDraw, openids: Iterable[str]) -> None:
    """Put these readers on the list; who is on it already stays there once."""
    codes = [(openid, code_of(draw.pool.occasion, openid)) for openid in openids]
    rows = [
        {"pool_id": draw.pool_id, "code": code, "openid": openid, "drawn_as": lots.drawn_as(draw.seed, code)}
        for openid, code in codes
    ]
    if rows:
        core(session).execute(insert(session, PoolEntry.__table__).on_conflict_do_nothing(), rows)


def close_list(session: Session, draw: PoolDraw, *, now: datetime) -> None:
    """Nobody enters any more: the hash of the list is published."""
    draw.entries_hash, draw.listed_at = lots.list_hash(codes(session, draw, in_order=False)), now


def codes(session: Session, draw: PoolDraw, *, in_order: bool = True) -> Sequence[str]:
    """Every code of the list, as drawn or as it comes."""
    mine = sa.select(PoolEntry.code).where(PoolEntry.pool_id == draw.pool_id)
    return core(session).scalars(mine.order_by(PoolEntry.drawn_as) if in_order else mine).all()


# ── the draw ──


def draw_due(session: Session, now: datetime) -> int:
    """Show the seed of one draw whose list is closed: 1, or 0 when there is none."""
    draw = _next(session, PoolDraw.listed_at.is_not(None), PoolDraw.drawn_at.is_(None))
    if draw is None:
        return 0
    draw.drawn_at = now
    audit.note(session, "prizes drawn", who="clock", subject=f"pool {draw.pool.occasion}", at=now, detail=draw.seed)
    return 1


def hand_out(session: Session, now: datetime) -> int:
    """Give prizes to the first in the drawn order: a part of what is left of one draw. 0 when there is none."""
    draw = _next(session, PoolDraw.drawn_at.is_not(None), PoolDraw.handed_at.is_(None))
    if draw is None:
        return 0
    waiting = sa.select(PoolEntry).where(
        PoolEntry.pool_id == draw.pool_id, PoolEntry.prize_id.is_(None), PoolEntry.openid.is_not(None)
    )
    entries = session.scalars(waiting.order_by(PoolEntry.drawn_as).limit(PART).with_for_update()).all()
    if _give(session, draw, entries, now) < PART:  # no prize is left, or nobody
        draw.handed_at = now
    return 1


def _give(session: Session, draw: PoolDraw, entries: Sequence[PoolEntry], now: datetime) -> int:
    """The best prizes that are left, for these entries in their order. How many."""
    numbers = plan.plan_of(draw.pool.plan).drawn_numbers
    keys = {f"draw:{draw.pool_id}:{entry.code}": entry for entry in entries}
    wishes = [service.Wish(entry.openid or "", numbers, key) for key, entry in keys.items()]
    won = service.win(session, draw.pool, wishes, at=now)
    for key, prize in won.items():
        entry = keys[key]
        entry.prize_id = prize.id
        messages.owe_message(session, entry.openid or "", texts.drawn(prize), key=f"prize:{prize.id}:drawn", now=now)
    return len(won)


def _next(session: Session, *where: sa.ColumnElement[bool]) -> PoolDraw | None:
    """One draw, locked until the unit ends."""
    due = sa.select(PoolDraw).where(*where).order_by(PoolDraw.pool_id).limit(1)
    held = due.with_for_update(skip_locked=True, of=PoolDraw).execution_options(populate_existing=True)
    return session.scalars(held).first()


# ── for whoever looks ──


@dataclass(frozen=True, slots=True)
class Drawn:
    """One code of the list, with what it won ("": nothing)."""

    code: str
    prize: str


def first(session: Session, draw: PoolDraw, *, most: int = MOST_SHOWN) -> list[Drawn]:
    """The first of the drawn order; empty before the draw."""
    if draw.drawn_at is None:
        return []
    rows = (
        sa.select(PoolEntry.code, Prize)
        .outerjoin(Prize, Prize.id == PoolEntry.prize_id)
        .where(PoolEntry.pool_id == draw.pool_id)
        .order_by(PoolEntry.drawn_as)
        .limit(most)
        .options(lazyload(Prize.pool))  # joined, it would leave out whoever has no prize
    )
    prizes = plan.plan_of(draw.pool.plan)
    return [
        Drawn(code, f"{texts.drawn_word(prizes, prize.tier)} {texts.what(prize)}" if prize else "")
        for code, prize in session.execute(rows)
    ]


def count(session: Session, draw: PoolDraw) -> int:
    """How many are on the list."""
    mine = sa.select(sa.func.count()).select_from(PoolEntry).where(PoolEntry.pool_id == draw.pool_id)
    return session.scalar(mine) or 0


def entry_of(session: Session, draw: PoolDraw, openid: str) -> PoolEntry | None:
    """The reader's entry."""
    mine = sa.select(PoolEntry).where(PoolEntry.pool_id == draw.pool_id, PoolEntry.openid == openid)
    return session.scalars(mine).one_or_none()
