"""Whose phone belongs to which member of staff: bound with six digits that the console shows, ten minutes, few tries.

Every member of staff may bind theirs; records are taken from those whose roles keep them.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.records.rules import CODE_IS_GOOD, KEEPERS
from models import audit, messages, tries
from models.activity import Branch
from models.db import core, insert
from models.record import PhoneCode, StaffPhone
from models.staff import Staff, StaffRole, StaffState
from models.tries import Allowance

TRIES = Allowance(burst=5, step_s=120)
BOUND_ELSEWHERE = (
    "您的馆员账号刚刚绑定了另一部手机，这部手机不再认作馆员。不是您本人做的，请马上登录管理台换密码，并告诉管理员。"
)


@dataclass(frozen=True, slots=True)
class Sender:
    """A member of staff behind a phone; `branch_id` None: of the whole library."""

    login: str
    name: str
    branch_id: int | None
    sent_for: int | None
    sent_at: datetime | None
    sent_delivery: int | None = None


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff behind a phone, whatever their roles; `branch` is "" for the whole library."""

    login: str
    name: str
    branch_id: int | None
    branch: str
    keeps_records: bool


_KEEPS = sa.exists().where(StaffRole.staff_id == Staff.id, StaffRole.role.in_(KEEPERS))
_MAY = (
    sa.select(
        StaffPhone.login,
        Staff.name,
        Staff.branch_id,
        StaffPhone.sent_for,
        StaffPhone.sent_at,
        StaffPhone.sent_delivery,
    )
    .join(Staff, Staff.login == StaffPhone.login)
    .where(StaffPhone.openid == sa.bindparam("openid"), Staff.state == StaffState.ACTIVE, _KEEPS)
)
_WHOSE = (
    sa.select(StaffPhone.login, Staff.name, Staff.branch_id, sa.func.coalesce(Branch.name, ""), _KEEPS)
    .join(Staff, Staff.login == StaffPhone.login)
    .outerjoin(Branch, Branch.id == Staff.branch_id)
    .where(StaffPhone.openid == sa.bindparam("openid"), Staff.state == StaffState.ACTIVE)
)


def sender(session: Session, openid: str) -> Sender | None:
    """Who this is, if they may send records. One look-up by key: it stands on the message path."""
    row = core(session).execute(_MAY, {"openid": openid}).first()
    return Sender(*row) if row else None


def colleague(session: Session, openid: str) -> Colleague | None:
    """Whose phone it is, of those who are in: asked at each word, so that it ends with the account."""
    row = core(session).execute(_WHOSE, {"openid": openid}).first()
    return Colleague(row[0], row[1], row[2], row[3], bool(row[4])) if row else None


def bound(session: Session, login: str) -> StaffPhone | None:
    """The phone of this member of staff."""
    return session.scalars(sa.select(StaffPhone).where(StaffPhone.login == login)).one_or_none()


def all_bound(session: Session) -> dict[str, datetime]:
    """Since when a phone is bound, by login."""
    return {row.login: row.bound_at for row in session.execute(sa.select(StaffPhone.login, StaffPhone.bound_at))}


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
    """The name of the member of staff whose phone it is from now on; None for digits that are nobody's (any more).

    A phone that was theirs before is told, so that nobody takes it over unseen.
    """
    used = sa.delete(PhoneCode).where(PhoneCode.digits == digits, PhoneCode.valid_until > now)
    login = session.scalar(used.returning(PhoneCode.login))
    name = session.scalar(sa.select(Staff.name).where(Staff.login == login, Staff.state == StaffState.ACTIVE))
    if login is None or name is None:
        return None
    gone = sa.delete(StaffPhone).where(sa.or_(StaffPhone.openid == openid, StaffPhone.login == login))
    before = session.execute(gone.returning(StaffPhone.openid, StaffPhone.login)).all()
    for row in before:
        if row.openid != openid:
            key = f"phone:{login}:{int(now.timestamp() * 1e6)}"
            messages.owe_message(session, row.openid, BOUND_ELSEWHERE, key=key, now=now)
        if row.login != login:
            audit.note(session, "phone unbound", who=row.login, subject=f"staff {row.login}", at=now)
    session.execute(insert(session, StaffPhone).values(openid=openid, login=login, bound_at=now))
    audit.note(session, "phone bound", who=login, subject=f"staff {login}", at=now)
    return name


def unbind(session: Session, *, login: str, now: datetime, who: str = "") -> bool:
    """False where none was bound. `who`: somebody else did it."""
    session.execute(sa.delete(PhoneCode).where(PhoneCode.login == login))
    gone = sa.delete(StaffPhone).where(StaffPhone.login == login).returning(StaffPhone.login)
    if session.scalar(gone) is None:
        return False
    audit.note(session, "phone unbound", who=who or login, subject=f"staff {login}", at=now)
    return True


def has_sent(session: Session, openid: str, activity_id: int, *, now: datetime) -> None:
    """Photos that follow are of this."""
    mine = sa.update(StaffPhone).where(StaffPhone.openid == openid)
    session.execute(mine.values(sent_for=activity_id, sent_delivery=None, sent_at=now))


def has_delivered(session: Session, openid: str, delivery_id: int, *, now: datetime) -> None:
    """Photos that follow are of this delivery."""
    mine = sa.update(StaffPhone).where(StaffPhone.openid == openid)
    session.execute(mine.values(sent_for=None, sent_delivery=delivery_id, sent_at=now))
