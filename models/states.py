"""States are words with a table of moves; only `moved` changes one. Standard library only."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from models.errors import IllegalMove

S = TypeVar("S", bound=StrEnum)

Moves = Mapping[S, frozenset[S]]


def moved(state: S, *, to: S, moves: Moves[S]) -> S:
    """The new state. Raises: IllegalMove unless the table leads there."""
    if to not in moves.get(state, frozenset()):
        raise IllegalMove(f"{type(state).__name__}: {state} does not lead to {to}")
    return to
