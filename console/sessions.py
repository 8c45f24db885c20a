"""Who is signed in: a random token in the browser's cookie, its SHA-256 in a row."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from console.rights import Act, acts_of
from models.staff import Role, Staff, StaffSession, StaffState

IDLE = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=5)  # a write for every page read would be too many


@dataclass(frozen=True, slots=True)
class Me:
    """The person behind this request."""

    id: int
    login: str
    name: str
    roles: frozenset[Role]
    branch_id: int | None
    must_choose: bool
    token_hash: str
    seen_at: datetime

    @property
    def acts(self) -> frozenset[Act]:
        """Everything they may do."""
        return acts_of(self.roles)


def begin(session: Session, staff: Staff, *, now: datetime) -> str:
    """Open a session; the token for the cookie, which is kept nowhere else."""
    token = secrets.token_urlsafe(32)
    session.add(StaffSession(token_hash=hashed(token), staff_id=staff.id, started_at=now, seen_at=now))
    staff.signed_in_at = now
    return token


def whose(session: Session, token: str, *, now: datetime) -> Me | None:
    """The active person whose unexpired session this is."""
    found = session.execute(
        sa.select(Staff, StaffSession)
        .join(StaffSession, StaffSession.staff_id == Staff.id)
        .where(
            StaffSession.token_hash == hashed(token),
            StaffSession.seen_at > now - IDLE,
            Staff.state == StaffState.ACTIVE,
        )
    ).one_or_none()
    if found is None:
        return None
    staff, row = found
    return Me(
        staff.id,
        staff.login,
        staff.name,
        staff.roles,
        staff.branch_id,
        staff.must_choose,
        row.token_hash,
        row.seen_at,
    )


def seen(session: Session, me: Me, *, now: datetime) -> None:
    """They are still at work."""
    session.execute(sa.update(StaffSession).where(StaffSession.token_hash == me.token_hash).values(seen_at=now))


def end(session: Session, me: Me) -> None:
    """Sign this browser out."""
    session.execute(sa.delete(StaffSession).where(StaffSession.token_hash == me.token_hash))


def end_all_of(session: Session, staff: Staff) -> None:
    """Sign a person out everywhere."""
    session.execute(sa.delete(StaffSession).where(StaffSession.staff_id == staff.id))


def hashed(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
