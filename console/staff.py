"""Verbs on staff: taken in, given roles, given a password, kept out and let in again. Every one ends in the audit log."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.records import phones
from console import sessions
from console.words import ROLES
from desk.cases import handing
from models import audit
from models.activity import Branch
from models.errors import BadInput
from models.staff import STAFF_MOVES, Role, Staff, StaffRole, StaffState
from models.states import moved

DEMO = "demo-"  # how the demo's logins begin; the real mode knows no such login
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")
_NAME = re.compile(r"[^\s<>&\"'\x00-\x1f](?:[^<>&\"'\x00-\x1f]{0,30}[^\s<>&\"'\x00-\x1f])?")


@dataclass(frozen=True, slots=True)
class Person:
    """What is asked about somebody, checked. `branch` is a branch's name, or "" for the whole library."""

    login: str
    name: str
    roles: frozenset[Role]
    branch: str = ""


def person(*, login: str, name: str, roles: Iterable[str], branch: str = "") -> Person:
    """Raises: BadInput saying which of them cannot be used."""
    login, name = folded(login), name.strip()
    if not _LOGIN.fullmatch(login):
        raise BadInput("登录名用 2—32 个小写字母、数字、点、横线，以字母或数字开头。")
    if not _NAME.fullmatch(name):
        raise BadInput("姓名写 1—32 个字。")
    known = {role.value for role in Role}
    asked = set(roles)
    if not asked or asked - known:
        raise BadInput("至少选一个角色。")
    return Person(login, name, frozenset(map(Role, asked)), branch)


def folded(login: str) -> str:
    """Logins are compared without blanks around them and without capitals."""
    return login.strip().casefold()


def called(session: Session, login: str) -> Staff | None:
    """The person of this login, held until the unit ends."""
    found = sa.select(Staff).where(Staff.login == folded(login)).with_for_update(of=Staff)
    return session.execute(found).scalar_one_or_none()


def everybody(session: Session) -> Sequence[Staff]:
    """Active ones first, by login."""
    return session.scalars(sa.select(Staff).order_by(Staff.state, Staff.login)).all()


def add(session: Session, asked: Person, *, sealed: str, must_choose: bool, by: str, now: datetime) -> Staff:
    """Take somebody in. `sealed`: console.passwords. Raises: BadInput if the login is taken."""
    if called(session, asked.login) is not None:
        raise BadInput(f"登录名 {asked.login} 已经有人用了。")
    staff = Staff(
        login=asked.login, name=asked.name, state=StaffState.ACTIVE, branch_id=_branch_id(session, asked.branch),
        password=sealed, must_choose=must_choose, created_at=now,
    )  # fmt: skip
    staff.held = _rows(asked.roles)
    session.add(staff)
    session.flush()
    _note(session, "staff added", staff, by=by, now=now, detail=_said(asked.roles))
    return staff


def change(session: Session, staff: Staff, asked: Person, *, by: str, now: datetime) -> None:
    """Another name, other roles, another branch. Raises: BadInput if nobody would be left to manage staff."""
    if Role.ADMIN not in asked.roles:
        _keep_an_admin(session, staff)
    before = staff.roles
    staff.name, staff.branch_id = asked.name, _branch_id(session, asked.branch)
    staff.held = [*(row for row in staff.held if row.role in asked.roles), *_rows(asked.roles - before)]
    _note(session, "staff changed", staff, by=by, now=now, detail=f"{_said(before)} → {_said(asked.roles)}")


def give_password(session: Session, staff: Staff, sealed: str, *, must_choose: bool, by: str, now: datetime) -> None:
    """A new password; whoever is signed in with the old one is signed out."""
    staff.password, staff.must_choose = sealed, must_choose
    sessions.end_all_of(session, staff)
    _note(session, "password set" if must_choose else "password chosen", staff, by=by, now=now)


def disable(session: Session, staff: Staff, *, by: str, now: datetime) -> None:
    """Keep somebody out, at once. Raises: IllegalMove if they are out already, BadInput for the last admin."""
    _keep_an_admin(session, staff)
    staff.state = moved(staff.state, to=StaffState.DISABLED, moves=STAFF_MOVES)
    sessions.end_all_of(session, staff)
    handing.free_all_of(session, staff.login, now=now)
    phones.unbind(session, login=staff.login, now=now, who=by)
    _note(session, "staff disabled", staff, by=by, now=now)


def enable(session: Session, staff: Staff, *, by: str, now: datetime) -> None:
    """Let somebody in again, with the password they had. Raises: IllegalMove if they are in."""
    staff.state = moved(staff.state, to=StaffState.ACTIVE, moves=STAFF_MOVES)
    _note(session, "staff enabled", staff, by=by, now=now)


def _keep_an_admin(session: Session, leaving: Staff) -> None:
    if Role.ADMIN not in leaving.roles:
        return
    admins = (
        sa.select(Staff.id)
        .join(StaffRole, StaffRole.staff_id == Staff.id)
        .where(StaffRole.role == Role.ADMIN, Staff.state == StaffState.ACTIVE)
        .order_by(Staff.id)
        .with_for_update(of=Staff)  # two admins who remove each other at once
    )
    if set(session.scalars(admins)) <= {leaving.id}:
        raise BadInput("这是最后一位管理员：先让另一位做管理员，再改这一位。")


def _branch_id(session: Session, name: str) -> int | None:
    if not name:
        return None
    found = session.scalar(sa.select(Branch.id).where(Branch.name == name))
    if found is None:
        raise BadInput(f"没有叫“{name}”的分馆。")
    return found


def _rows(roles: Iterable[Role]) -> list[StaffRole]:
    return [StaffRole(role=role) for role in sorted(roles)]


def _said(roles: Iterable[Role]) -> str:
    return "、".join(ROLES[role] for role in Role if role in set(roles))


def _note(session: Session, act: str, staff: Staff, *, by: str, now: datetime, detail: str = "") -> None:
    audit.note(session, act, who=by, subject=f"staff {staff.login}", at=now, detail=detail)
