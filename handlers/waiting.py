"""What waits for a member of staff, as the chat is told it: the console's own list, handed over by app.py."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits. `kind` says in two or four characters of which sort; `path` is its page in the console."""

    kind: str
    title: str
    path: str
    is_approval: bool = False  # somebody else's work stands still until it is signed, approved or answered


# (session, login) → what waits for this person, the oldest first.
NeedsOf = Callable[[Session, str], Sequence[Waiting]]

# (openid) → the same asked ahead, before the unit in which it is told: it is much to read while all others wait to write.
NeedsAhead = Callable[[str], None]


def nothing(_session: Session, _login: str) -> Sequence[Waiting]:
    """Where no console is beside the chat."""
    return ()


def nothing_ahead(_openid: str) -> None:
    """The same."""
