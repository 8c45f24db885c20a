"""How often sign-in may be tried: by name and address together, by name, by address. Rows, so in all processes."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models import tries
from models.errors import Refused
from models.tries import Allowance

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
    return sorted((tries.key(kind, what), allowance) for kind, what, allowance in named)


def take(session: Session, login: str, address: str, *, now: datetime) -> None:
    """Count one try before the password is looked at. Raises: TooManyTries; the unit that fails counts nothing."""
    for key, allowance in _allowances(login, address):
        if wait := tries.take(session, key, allowance, now=now):
            raise TooManyTries(wait)


def give_back(session: Session, login: str, address: str) -> None:
    """The password was right: the try does not count."""
    for key, allowance in _allowances(login, address):
        tries.give_back(session, key, allowance)
