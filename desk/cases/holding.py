"""A case held while it is changed, whose turn it is from here on, and what happened to it as a line of its conversation."""

import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desk.cases import clock
from desk.cases.hours import Service, service_of
from models import audit
from models.case import CASE_MOVES, Case, CaseState, CaseWord, Speaker
from models.errors import BadInput
from models.staff import Staff, StaffState
from models.states import moved

C = CaseState


class Overtaken(BadInput):
    """Somebody else was quicker; nothing was done, and nothing is sent twice."""


def held(session: Session, case_id: int) -> Case | None:
    """The case as it is now, nobody else's until the unit ends."""
    return session.get(Case, case_id, with_for_update=True, populate_existing=True)


def move(case: Case, to: CaseState) -> None:
    """Raises: IllegalMove."""
    if case.state is not to:
        case.state = moved(case.state, to=to, moves=CASE_MOVES)


def must_be_open(case: Case) -> None:
    """Raises: Overtaken."""
    if case.state is C.CLOSED:
        raise Overtaken("这个提问已经办结了。还要说话，请先“重新打开”。")


def service(session: Session, case: Case) -> Service:
    """By which hours it is counted, from its beginning on."""
    return service_of(session, case.branch_id, since=case.opened_at)


def desks_turn(session: Session, case: Case, now: datetime, *, anew: bool = False) -> None:
    """The desk owes an answer: since now, unless it did before."""
    if case.due_at is not None and not anew:
        return
    of = service(session, case)
    case.asked_at, case.due_at, case.late_at = now, of.due(now), None
    case.given_at, case.silent_at = now, of.silent(now) if case.owner else None


def readers_turn(case: Case, now: datetime) -> None:
    """Nothing is owed."""
    case.asked_at, case.due_at, case.silent_at, case.late_at = now, None, None, None


def give(session: Session, case: Case, owner: str, now: datetime) -> None:
    """`owner` answers for it from here on; "": it is in the queue."""
    case.owner = owner
    if not case.first_by:
        case.first_by = owner
    if case.state is not C.ANSWERED or not owner:
        move(case, C.TAKEN if owner else C.WAITING)
    if case.state is not C.ANSWERED and case.due_at is None:
        desks_turn(session, case, now)
    case.given_at = now
    case.silent_at = service(session, case).silent(now) if owner and case.due_at is not None else None


def first_answered(session: Session, case: Case, now: datetime) -> None:
    """How long the reader waited, once."""
    if case.first_answer_at is None:
        case.first_answer_at = now
        case.answer_minutes = worked(session, case, now)


def worked(session: Session, case: Case, now: datetime) -> int:
    """Minutes of work since it came."""
    return clock.minutes_between(service(session, case).hours, case.opened_at, now)


def happened(session: Session, case: Case, text: str, now: datetime, *, who: str = "") -> None:
    """A line among the words that only staff see."""
    session.add(
        CaseWord(
            case_id=case.id, key=f"house:{secrets.token_hex(12)}", openid=case.openid, speaker=Speaker.HOUSE, who=who,
            text=text, said_at=now,
        )
    )  # fmt: skip


def noted(session: Session, act: str, case: Case, who: str, now: datetime, detail: str = "") -> None:
    """A line of the log."""
    audit.note(session, act, who=who, subject=f"case {case.number}", at=now, detail=detail)


def is_here(session: Session, login: str) -> bool:
    """Does this person still work here?"""
    asked = sa.select(Staff.id).where(Staff.login == login, Staff.state == StaffState.ACTIVE)
    return bool(login) and session.scalar(asked) is not None


def named(session: Session, login: str) -> str:
    """小何"""
    return session.scalar(sa.select(Staff.name).where(Staff.login == login)) or login
