"""The access token (and the ticket of pages): one row for all processes, renewed by whoever holds its lease, read by everybody else."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import limits
from models import times
from models.db import Database, insert
from models.errors import FateUnknown, TryLater
from models.platform import Token

LEASE = timedelta(seconds=25)  # above the timeouts of the two calls that may be made under it
LOOK_AGAIN_SECONDS = 0.1
OF_ACCESS = "access_token"

Fetch = Callable[[bool], tuple[str, int]]  # force_refresh → (token, seconds it lives)


@dataclass(frozen=True, slots=True)
class _Held:
    value: str
    expires_at: datetime


class TokenHolder:
    """Hands out the shared token, and renews it when it is old or was refused."""

    def __init__(self, database: Database, fetch: Fetch, *, name: str = OF_ACCESS) -> None:
        """`name` of its row: pages have a ticket that is kept like the token."""
        self._name = name
        self._database = database
        self._fetch = fetch
        self._held: _Held | None = None

    def token(self) -> str:
        """A token that is not about to end.

        Raises: WeChatError when WeChat gives none; never FateUnknown: what wanted the token was surely not sent.
        """
        held = self._held
        if held is None or not _is_fresh(held, times.now()):
            held = self._held = self._found(refused=None)
        return held.value

    def instead_of(self, refused: str) -> str:
        """A token other than one WeChat just refused."""
        self._held = self._found(refused=refused)
        return self._held.value

    def _found(self, *, refused: str | None) -> _Held:
        try:
            return self._renewed(refused=refused)
        except (FateUnknown, sa.exc.SQLAlchemyError) as error:
            raise TryLater(f"no token: {error}") from error

    def _renewed(self, *, refused: str | None) -> _Held:
        wait, until = threading.Event(), times.now() + LEASE
        while times.now() < until:
            with self._database.units() as session:
                row = _locked_row(session, self._name, now=times.now())
                known = _usable(row, refused=refused, now=times.now())
                may_fetch = known is None and _take_lease(row, now=times.now())
            if known is not None:
                return known
            if may_fetch:
                return self._fetched(refused)
            wait.wait(LOOK_AGAIN_SECONDS)
        raise TryLater("another process has been asking for the token for too long")

    def _fetched(self, refused: str | None) -> _Held:
        try:
            value, seconds = self._fetch(False)
            if value == refused:  # the platform believes in a token it refuses: only force helps
                value, seconds = self._fetch(True)
        except BaseException:
            with self._database.units() as session:
                session.execute(sa.update(Token).where(Token.name == self._name).values(leased_until=None))
            raise
        held = _Held(value, times.now() + timedelta(seconds=seconds))
        with self._database.units() as session:
            session.execute(
                sa.update(Token)
                .where(Token.name == self._name)
                .values(value=value, expires_at=held.expires_at, leased_until=None, asked=Token.asked + 1)
            )
        return held


def _locked_row(session: Session, name: str, *, now: datetime) -> Token:
    """The one row, held until the unit ends: looking at it and leasing it must be one step."""
    new = {"name": name, "value": "", "expires_at": now, "asked": 0}
    session.execute(insert(session, Token).values(new).on_conflict_do_nothing())
    return session.execute(sa.select(Token).where(Token.name == name).with_for_update()).scalar_one()


def _usable(row: Token, *, refused: str | None, now: datetime) -> _Held | None:
    if row.value in ("", refused):
        return None
    held = _Held(row.value, row.expires_at)
    return held if _is_fresh(held, now) else None


def _is_fresh(held: _Held, now: datetime) -> bool:
    # stable_token renews on the platform's side five minutes before the end: asking earlier gives the same one.
    return held.expires_at - now > timedelta(seconds=limits.TOKEN_RENEW_BEFORE_SECONDS // 2)


def _take_lease(row: Token, *, now: datetime) -> bool:
    # A lease from further ahead than leases reach was taken by a clock that has been set back since.
    if row.leased_until is not None and now <= row.leased_until <= now + LEASE:
        return False
    row.leased_until = now + LEASE
    return True
