"""Staff: who may come into the console, in which roles, and the rows of those who are in.

Passwords are kept as argon2 strings, sessions as SHA-256 of their token: neither can be turned back.
"""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, relationship

from models.activity import Branch
from models.db import Base, UtcDateTime, personal, plain, word
from models.states import Moves


class Role(StrEnum):
    """What a person is asked to do; one may have several. console.rights says what each may."""

    EDITOR = "editor"
    PROOFREADER = "proofreader"
    REVIEWER = "reviewer"
    JUDGE = "judge"
    DESK = "desk"
    FINANCE = "finance"
    ADMIN = "admin"


class StaffState(StrEnum):
    """A person is never deleted: the audit log names them."""

    ACTIVE = "active"
    DISABLED = "disabled"


STAFF_MOVES: Moves[StaffState] = {
    StaffState.ACTIVE: frozenset({StaffState.DISABLED}),
    StaffState.DISABLED: frozenset({StaffState.ACTIVE}),
}


class Staff(Base):
    """One member of staff."""

    __tablename__ = "staff"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    login: Mapped[str] = personal("登录名", sa.String(32), unique=True)
    name: Mapped[str] = personal("姓名", sa.String(32))
    state: Mapped[StaffState] = plain(word(StaffState))
    # None: the whole library.
    branch_id: Mapped[int | None] = plain(sa.ForeignKey("branches.id"), nullable=True)
    password: Mapped[str] = plain(sa.String(160))
    # Somebody else chose the password: nothing is shown before the person has chosen one.
    must_choose: Mapped[bool] = plain(sa.Boolean)
    created_at: Mapped[datetime] = plain(UtcDateTime)
    signed_in_at: Mapped[datetime | None] = personal("最近登录", UtcDateTime, nullable=True)

    branch: Mapped[Branch | None] = relationship(lazy="joined")
    held: Mapped[list["StaffRole"]] = relationship(lazy="selectin", cascade="all, delete-orphan")

    @property
    def roles(self) -> frozenset[Role]:
        """Everything this person is."""
        return frozenset(row.role for row in self.held)


class StaffRole(Base):
    """One role of one person."""

    __tablename__ = "staff_roles"

    staff_id: Mapped[int] = plain(sa.ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[Role] = plain(word(Role), primary_key=True)


class StaffSession(Base):
    """One browser somebody signed in with; the row is the session, and deleting it ends it."""

    __tablename__ = "staff_sessions"

    token_hash: Mapped[str] = plain(sa.String(64), primary_key=True)
    staff_id: Mapped[int] = plain(sa.ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[datetime] = plain(UtcDateTime)
    seen_at: Mapped[datetime] = plain(UtcDateTime, index=True)


class SignInPace(Base):
    """When the next try of a name or an address is free, in microseconds since 1970: one row serves all processes."""

    __tablename__ = "sign_in_paces"

    key: Mapped[str] = plain(sa.String(64), primary_key=True)
    next_us: Mapped[int] = plain(sa.BigInteger, index=True)


def names(session: Session) -> dict[str, str]:
    """Everybody's name by their login, those who have left too: what was approved keeps its name."""
    return {row.login: row.name for row in session.execute(sa.select(Staff.login, Staff.name))}
