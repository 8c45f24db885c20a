"""What 今天 shows of a member of staff, for their phone: the very same questions, asked in their name. app.py hands it on."""

from collections.abc import Sequence

import sqlalchemy as sa
from flask import Flask, g
from sqlalchemy.orm import Session

from console import today
from console.desk import Desk
from console.sessions import Me
from handlers.waiting import Waiting
from models.staff import Staff, StaffState


class NeedsByChat:
    """Called by the chat inside its own transaction; reads only."""

    def __init__(self) -> None:
        self._app: Flask | None = None
        self._desk: Desk | None = None

    def of(self, app: Flask, desk: Desk) -> None:
        """From here on: the pages whose addresses are told, and the desk they belong to."""
        self._app, self._desk = app, desk

    def __call__(self, session: Session, login: str) -> Sequence[Waiting]:
        """The oldest first; nothing for whoever is out, or must first choose a password."""
        who = _me(session, login)
        if self._app is None or self._desk is None or who is None:
            return ()
        with self._app.test_request_context("/console/"):  # addresses are built, and `me` is known, as for a page
            g.me = who
            return [
                Waiting(question.kind, need.title, "/console/" if need.post else need.url, question.is_approval)
                for question, need in today.needs_of(self._desk, session)
            ]


def _me(session: Session, login: str) -> Me | None:
    asked = sa.select(Staff).where(Staff.login == login, Staff.state == StaffState.ACTIVE, sa.not_(Staff.must_choose))
    staff = session.scalars(asked).one_or_none()
    if staff is None:
        return None
    return Me(staff.id, staff.login, staff.name, staff.roles, staff.branch_id, False, "", staff.created_at)
