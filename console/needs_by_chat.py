"""What 今天 shows of a member of staff, for their phone: the very same questions, asked in their name. app.py hands it on."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Flask, g
from sqlalchemy.orm import Session

from activities.records import phones
from console import today
from console.desk import Desk
from console.sessions import Me
from handlers.waiting import Waiting
from models import times
from models.staff import Staff, StaffState

FRESH = timedelta(seconds=10)  # a push that failed after its reading leaves it behind


class NeedsByChat:
    """Called by the chat inside its own transaction; reads only, and nothing at all where it was asked just before."""

    def __init__(self) -> None:
        self._ahead: dict[str, tuple[datetime, Sequence[Waiting]]] = {}
        self._app: Flask | None = None
        self._desk: Desk | None = None

    def of(self, app: Flask, desk: Desk) -> None:
        """From here on: the pages whose addresses are told, and the desk they belong to."""
        self._app, self._desk = app, desk

    def ahead(self, openid: str) -> None:
        """What waits for whose phone this is, read before the unit that tells it; of everybody else's nothing."""
        if self._desk is None:
            return
        with self._desk.reading() as session:
            who = phones.colleague(session, openid)
            if who is not None:
                self._ahead[who.login] = times.now(), self._asked(session, who.login)

    def __call__(self, session: Session, login: str) -> Sequence[Waiting]:
        """The oldest first; nothing for whoever is out, or must first choose a password."""
        at, found = self._ahead.pop(login, (None, ()))
        return found if at is not None and times.now() - at < FRESH else self._asked(session, login)

    def _asked(self, session: Session, login: str) -> Sequence[Waiting]:
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
