"""How often something secret may be tried: rows, so in all processes; nothing of who tries is kept but a digest.

One moment in a row stands for the whole past (generic cell rate): a right try is given back.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.db import insert
from models.staff import SignInPace


@dataclass(frozen=True, slots=True)
class Allowance:
    """`burst` tries at once, then one every `step_s` seconds."""

    burst: int
    step_s: int

    @property
    def step_us(self) -> int:
        """One try, in microseconds."""
        return self.step_s * 1_000_000


def key(kind: str, what: str) -> str:
    """No name and no address is kept: a name field sees passwords typed by mistake."""
    return hashlib.sha256(f"{kind}\n{what}".encode()).hexdigest()


def take(session: Session, of: str, allowance: Allowance, *, now: datetime) -> timedelta | None:
    """Count one try; where it is one too many, how long to wait, and then nothing is counted."""
    now_us, row = int(now.timestamp() * 1e6), _held(session, of)
    earliest = max(row.next_us, now_us - allowance.step_us * (allowance.burst - 1))
    if earliest > now_us:
        return timedelta(microseconds=earliest - now_us)
    row.next_us = earliest + allowance.step_us
    return None


def used(session: Session, of: str, allowance: Allowance, *, now: datetime) -> int:
    """How many are counted and not forgotten yet. Nothing is held."""
    next_us = session.scalar(sa.select(SignInPace.next_us).where(SignInPace.key == of)) or 0
    free_us = int(now.timestamp() * 1e6) - allowance.step_us * (allowance.burst - 1)
    return max(0, -((free_us - next_us) // allowance.step_us))


def give_back(session: Session, of: str, allowance: Allowance) -> None:
    """The try was right: it does not count."""
    _held(session, of).next_us -= allowance.step_us


def _held(session: Session, of: str) -> SignInPace:
    session.execute(insert(session, SignInPace).values(key=of, next_us=0).on_conflict_do_nothing())
    return session.execute(sa.select(SignInPace).where(SignInPace.key == of).with_for_update()).scalar_one()
