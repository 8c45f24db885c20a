"""What falls due of cases: overdue, silent, quiet, of readers who left, of staff who left, and words that are kept no longer.

Each is a part for the clock: so many rows a unit, each held, looked at again and changed.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desk.cases import asking, handing, rules, texts
from desk.cases.holding import happened, held, named, service
from models.case import OPEN, Case, CaseDraft, CaseHanding, CaseResult, CaseState, CaseWay, CaseWord, HandingState
from models.staff import Staff, StaffState
from models.upkeep import counted

C = CaseState
PART = 50
KEEP_DRAFTS = rules.QUIET


def _each(session: Session, which: sa.Select[Any], do: Callable[[Case], None]) -> int:
    """Of a part of `which`, those that nobody else just changes."""
    rows = sa.select(Case).where(Case.id.in_(which.limit(PART))).order_by(Case.id)
    cases = session.scalars(rows.with_for_update(skip_locked=True)).all()
    for case in cases:
        do(case)
    session.flush()
    return len(cases)


def mark_late(session: Session, now: datetime) -> int:
    """Nobody has answered in time: marked, for whoever leads to see."""

    def late(case: Case) -> None:
        if (due := service(session, case).due(case.asked_at)) is None or due > now:  # the hours have changed since
            case.due_at = due
            return
        case.late_at, case.times_late = now, case.times_late + 1
        whose = f"，现在由{named(session, case.owner)}负责" if case.owner else "，还没有人接"
        happened(session, case, f"到了时限没有答复{whose}", now)

    due = sa.select(Case.id).where(Case.due_at.is_not(None), sa.text("due_at IS NOT NULL"), Case.due_at <= now)
    return _each(session, due.where(Case.late_at.is_(None), Case.state.in_((C.WAITING, C.TAKEN))), late)


def give_back_silent(session: Session, now: datetime) -> int:
    """Whoever has it says nothing: it goes back."""

    def back(case: Case) -> None:
        silent_at = service(session, case).silent(case.given_at or case.asked_at)
        if silent_at is None or silent_at > now:
            case.silent_at = silent_at
        else:
            handing.give_back(session, case, now)

    silent = sa.select(Case.id).where(sa.text("silent_at IS NOT NULL"), Case.silent_at <= now, Case.state == C.TAKEN)
    return _each(session, silent, back)


def lapse_offers(session: Session, now: datetime) -> int:
    """Offers that nobody answers."""
    rows = sa.select(CaseHanding.id, CaseHanding.case_id).where(
        CaseHanding.state == HandingState.OFFERED, sa.text("state = 'offered'"), CaseHanding.lapses_at <= now
    )
    found = session.execute(rows.order_by(CaseHanding.case_id).limit(PART)).all()
    for row in found:
        case = held(session, row.case_id)
        offer = session.get(CaseHanding, row.id, populate_existing=True)
        if case is not None and offer is not None and offer.state is HandingState.OFFERED:
            handing.lapse(session, case, offer, now)
    session.flush()
    return len(found)


def close_quiet(session: Session, now: datetime) -> int:
    """Answered, and the reader says nothing more."""

    def close(case: Case) -> None:
        asking.shut(session, case, CaseResult.SOLVED, texts.QUIET_LINE, now=now)
        happened(session, case, texts.QUIET_LINE, now)

    quiet = sa.select(Case.id).where(
        Case.state == C.ANSWERED, sa.text("state = 'answered'"), Case.asked_at < now - rules.QUIET
    )
    return _each(session, quiet, close)


def close_left(session: Session, now: datetime) -> int:
    """The reader left: models.privacy has emptied their words, and nobody is there to be answered."""

    def close(case: Case) -> None:
        asking.shut(session, case, CaseResult.WITHDRAWN, texts.LEFT, now=now)
        _emptied(session, case, now)
        case.result_line = texts.LEFT

    left = sa.select(Case.id).where(Case.state.in_(OPEN), Case.way == CaseWay.CHAT, Case.openid.is_(None))
    return _each(session, left.order_by(Case.id), close)


def free_of_the_gone(session: Session, now: datetime) -> int:
    """Of somebody who does not work here any more."""
    gone = sa.select(Staff.login).where(Staff.state == StaffState.DISABLED)
    owners = sa.select(Case.owner).where(Case.state.in_(OPEN), Case.owner != "", Case.owner.in_(gone)).limit(1)
    offered = sa.select(CaseHanding.to_who).where(
        CaseHanding.state == HandingState.OFFERED, sa.text("state = 'offered'"), CaseHanding.to_who.in_(gone)
    )
    login = session.scalar(owners) or session.scalar(offered.limit(1))
    return handing.free_all_of(session, login, now=now) if login else 0


def empty_words(session: Session, now: datetime) -> int:
    """What was said goes some time after the close, and at once where its reader left; the figures stay."""
    has_left = sa.and_(Case.way == CaseWay.CHAT, Case.openid.is_(None))
    old = sa.select(Case.id).where(
        sa.text("state = 'closed' AND emptied_at IS NULL"),
        sa.or_(Case.closed_at < now - rules.KEEP_WORDS, has_left),
    )
    return _each(session, old, lambda case: _emptied(session, case, now))


def _emptied(session: Session, case: Case, now: datetime) -> None:
    """Nothing that anybody wrote is left, also not why it was handed on."""
    session.execute(sa.delete(CaseWord).where(CaseWord.case_id == case.id))
    session.execute(sa.delete(CaseDraft).where(CaseDraft.case_id == case.id))
    session.execute(sa.update(CaseHanding).where(CaseHanding.case_id == case.id).values(why="", reason=""))
    case.question = case.contact = case.result_line = ""
    case.openid, case.emptied_at = None, now


def drop_drafts(session: Session, now: datetime) -> int:
    """What somebody began to write and never sent."""
    old = sa.select(CaseDraft.case_id, CaseDraft.who).where(CaseDraft.saved_at < now - KEEP_DRAFTS).limit(PART)
    rows = session.execute(old).all()
    gone = sa.tuple_(CaseDraft.case_id, CaseDraft.who).in_([tuple(row) for row in rows])
    return counted(session, sa.delete(CaseDraft).where(gone)) if rows else 0


DUE = (mark_late, give_back_silent, lapse_offers, close_left, free_of_the_gone)
UPKEEP = (close_quiet, empty_words, drop_drafts)
