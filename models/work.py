"""Owed work as one table in app.py: a row says how a kind is prepared, done, settled, and what "unknown" means.

`prepare` and `settle` run inside short units, `do` between them without any session.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from models.outbox import CallKind, CallState, Claimed, Pace

Json = dict[str, Any]


class Unknown(StrEnum):
    """What a lost answer means for a kind."""

    AGAIN = "again"  # the platform takes a repeat for the same thing: ask again
    NEVER = "never"  # a repeat would be a second message: staff decide


@dataclass(frozen=True, slots=True)
class Ready:
    """Go ahead with this payload."""

    payload: Json


@dataclass(frozen=True, slots=True)
class NotNow:
    """No call is to be made: the row goes to `to` with this cause; with `kind`, on another way from here on."""

    to: CallState
    cause: str
    kind: CallKind | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the call ended: `answer` when it was done, `error` when not, neither when nobody knows."""

    answer: Json | None = None
    error: Exception | None = None

    @property
    def is_done(self) -> bool:
        """WeChat said yes."""
        return self.answer is not None


Prepare = Callable[[Session, Claimed, datetime], Ready | NotNow]
Settle = Callable[[Session, Claimed, Outcome, datetime], NotNow | None]


def as_it_is(_session: Session, call: Claimed, _now: datetime) -> Ready:
    """The payload needs nothing more."""
    return Ready(call.payload)


def nothing_more(_session: Session, _call: Claimed, _outcome: Outcome, _now: datetime) -> None:
    """The row's own state says it all."""


@dataclass(frozen=True, slots=True)
class Work:
    """One kind. `settle` may send the row elsewhere than its outcome would (back to waiting, say)."""

    kind: CallKind
    do: Callable[[Json], Json]
    pace: Pace
    unknown: Unknown
    prepare: Prepare = as_it_is
    settle: Settle = nothing_more
