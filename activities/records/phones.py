"""Whose phone may send records: bound with six digits that the console shows, ten minutes, few tries."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.records.rules import CODE_IS_GOOD, KEEPERS
from models import audit, tries
from models.db import core, insert
from models.record import PhoneCode, StaffPhone
from models.staff import Staff, StaffRole, StaffState
from models.tries import Allowance

TRIES = Allowance(burst=5, step_s=120)


@dataclass(frozen=True, slots=True)
class Sender:
    """A member of staff behind a phone; `branch_id` None: of the whole library."""

    login: str
    name: str
    branch_id: int | None
    sent_for: int | None
    sent_at: datetime | None


_MAY = (
    sa.select(StaffPhone.login, Staff.name, Staff.branch_id, StaffPhone.sent_for, StaffPhone.sent_at)
    .join(Staff, Staff.login == StaffPhone.login)
    .where(StaffPhone.openid == sa.bindparam("openid"), Staff.state == StaffState.ACTIVE)
    .where(sa.exists().where(StaffRole.staff_id == Staff.id, StaffRole.role.in_(KEEPERS)))
)


def sender(session: Session, openid: str) -> Sender | None:
    """Who this is, if they may send records. One look-up by key: it stands on the message path."""
    row = core(session).execute(_MAY, {"openid": openid}).first()
    return Sender(*row) if row else None


def bound(session: Session, login: str) -> StaffPhone | None:
    """The phone of this member of staff."""
    return session.scalars(sa.select(StaffPhone).where(StaffPhone.login == login)).one_or_none()


def of(session: Session, logins: Collection[str]) -> dict[str, str]:
    """openids by login, of those whose phone is known."""
    rows = sa.select(StaffPhone.login, StaffPhone.openid).where(StaffPhone.login.in_(set(logins)))
    return dict(session.execute(rows).all())


def code_for(session: Session, login: str, *, now: datetime) -> PhoneCode:
    """Six fresh digits; those before are worth nothing any more."""
    session.execute(sa.delete(PhoneCode).where(sa.or_(PhoneCode.login == login, PhoneCode.valid_until <= now)))
    taken = set(session.scalars(sa.select(PhoneCode.digits)))
    digits = next(one for one in iter(lambda: f"{secrets.randbelow(10**6):06d}", "") if one not in taken)
    code = PhoneCode(login=login, digits=digits, valid_until=now + CODE_IS_GOOD)
    session.add(code)
    session.flush()
    return code


def open_code(session: Session, login: str, *, now: datetime) -> PhoneCode | None:
    """The digits that are good at present."""
    found = session.get(PhoneCode, login)
    return found if found is not None and found.valid_until > now else None


def may_try(session: Session, openid: str, *, now: datetime) -> bool:
    """Counts one try of a phone; False when it has had too many."""
    return tries.take(session, tries.key("bind", openid), TRIES, now=now) is None


def bind(session: Session, openid: str, digits: str, *, now: datetime) -> str | None:
    """The name of the member of staff whose phone it is from now on; None for digits that are nobody's (any more)."""
    used = sa.delete(PhoneCode).where(PhoneCode.digits == digits, PhoneCode.valid_until > now)
    login = session.scalar(used.returning(PhoneCode.login))
    name = session.scalar(sa.select(Staff.name).where(Staff.login == login, Staff.state == StaffState.ACTIVE))
    if login is None or name is None:
        return None
    session.execute(sa.delete(StaffPhone).where(sa.or_(StaffPhone.openid == openid, StaffPhone.login == login)))
    session.execute(insert(session, StaffPhone).values(openid=openid, login=login, bound_at=now))
    audit.note(session, "phone bound", who=login, subject=f"staff {login}", at=now)
    return name


def unbind(session: Session, *, login: str, now: datetime) -> bool:
    """False where none was bound."""
    gone = sa.delete(StaffPhone).where(StaffPhone.login == login).returning(StaffPhone.login)
    if session.scalar(gone) is None:
        return False
    audit.note(session, "phone unbound", who=login, subject=f"staff {login}", at=now)
    return True


def has_sent(session: Session, openid: str, activity_id: int, *, now: datetime) -> None:
    """Photos that follow are of this."""
    mine = sa.update(StaffPhone).where(StaffPhone.openid == openid)
    session.execute(mine.values(sent_for=activity_id, sent_at=now))
