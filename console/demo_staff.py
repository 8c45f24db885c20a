"""The demo's logins: visibly fake, known to everybody, refused by the real mode (console.staff.DEMO)."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from console import passwords, staff
from models.staff import Role

# login and password, name, roles. 审核 manages staff too, so that the demo opens every page to somebody.
LOGINS = (
    ("demo-editor", "编辑（演示）", (Role.EDITOR, Role.DESK)),
    ("demo-reviewer", "审核（演示）", (Role.REVIEWER, Role.ADMIN)),
    ("demo-proofreader", "校对（演示）", (Role.PROOFREADER,)),
    ("demo-checker", "核对（演示）", (Role.PROOFREADER,)),
    ("demo-director", "馆长（演示）", (Role.REVIEWER,)),
    ("demo-finance", "财务（演示）", (Role.FINANCE,)),
)


def hire(session: Session, *, now: datetime) -> None:
    """Take them in; again changes nothing."""
    for login, name, roles in LOGINS:
        if staff.called(session, login) is None:
            asked = staff.person(login=login, name=name, roles=roles)
            sealed = passwords.sealed(login)  # the password is the login: nobody can take it for a secret
            staff.add(session, asked, sealed=sealed, must_choose=False, by="demo", now=now)


def said() -> Iterator[str]:
    """A line for each, for the demo's welcome."""
    for login, name, _roles in LOGINS:
        yield f"           {login:<17} 密码 {login:<17} {name}"
