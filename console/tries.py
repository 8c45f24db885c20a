"""How often sign-in may be tried: by name and address together, by name, by address. Rows, so in all processes."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.db import insert
from models.errors import Refused
from models.staff import SignInPace


@dataclass(frozen=True, slots=True)
class Allowance:
    """`burst` tries at once, then one every `step_s` seconds."""

    burst: int
    step_s: int


# The pair stops somebody who guesses; the name alone many machines that guess for one person, and is wide, since it
# also keeps that person out; the address alone somebody who tries one password on everybody.
PAIR, NAME, ADDRESS = Allowance(5, 120), Allowance(25, 60), Allowance(40, 20)


class TooManyTries(Refused):
    """Wait until `free_in`."""

    def __init__(self, free_in: timedelta) -> None:
        super().__init__("too many tries to sign in")
        self.free_in = free_in


def _allowances(login: str, address: str) -> list[tuple[str, Allowance]]:
    named = (("pair", f"{login}\n{address}", PAIR), ("name", login, NAME), ("address", address, ADDRESS))
    return sorted((_key(kind, what), allowance) for kind, what, allowance in named)


def _key(kind: str, what: str) -> str:
    """No name and no address is kept: the name field sees passwords typed by mistake."""
    return hashlib.sha256(f"{kind}\n{what}".encode()).hexdigest()


def take(session: Session, login: str, address: str, *, now: datetime) -> None:
    """Count one try before the password is looked at. Raises: TooManyTries, and then nothing is counted."""
    now_us = int(now.timestamp() * 1e6)
    for key, allowance in _allowances(login, address):
        row = _held(session, key)
        step_us = allowance.step_s * 1_000_000
        earliest = max(row.next_us, now_us - step_us * (allowance.burst - 1))
        if earliest > now_us:
            raise TooManyTries(timedelta(microseconds=earliest - now_us))
        row.next_us = earliest + step_us


def give_back(session: Session, login: str, address: str) -> None:
    """The password was right: the try does not count."""
    for key, allowance in _allowances(login, address):
        _held(session, key).next_us -= allowance.step_s * 1_000_000


def _held(session: Session, key: str) -> SignInPace:
    seed = insert(session, SignInPace).values(key=key, next_us=0).on_conflict_do_nothing()
    session.execute(seed)
    return session.execute(sa.select(SignInPace).where(SignInPace.key == key).with_for_update()).scalar_one()
