"""What is asked of cases, their words and who has them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desk.cases import rules
from models.by import By
from models.case import (
    HANDING_MOVES,
    OPEN,
    CannedReply,
    Case,
    CaseHanding,
    CaseState,
    CaseTopic,
    CaseWord,
    HandingState,
    Speaker,
)
from models.outbox import CallState, OutboxCall
from models.states import moved

MOST_SHOWN = 400  # words of a case on its page: all that a case may have, and some
C = CaseState


# ── a reader's ──


def open_case(session: Session, openid: str) -> int | None:
    """The number of the row of this reader's open case: there is at most one."""
    return session.scalar(sa.select(Case.id).where(Case.openid == openid, Case.state.in_(OPEN)))


def to_rate(session: Session, openid: str, now: datetime) -> int | None:
    """The newest that was answered, is closed and has no rating yet."""
    asked = sa.select(Case.id).where(
        Case.openid == openid, Case.state == C.CLOSED, Case.rating.is_(None), Case.first_answer_at.is_not(None),
        Case.closed_at > now - rules.MAY_RATE,
    )  # fmt: skip
    return session.scalar(asked.order_by(Case.opened_at.desc(), Case.id.desc()).limit(1))


def to_reopen(session: Session, openid: str, now: datetime) -> int | None:
    """The newest that is closed, for some days."""
    asked = sa.select(Case.id).where(
        Case.openid == openid, Case.state == C.CLOSED, Case.closed_at > now - rules.MAY_REOPEN
    )
    return session.scalar(asked.order_by(Case.opened_at.desc(), Case.id.desc()).limit(1))


def cases_of(session: Session, openid: str, *, most: int) -> Sequence[Case]:
    """The newest first."""
    rows = sa.select(Case).where(Case.openid == openid).order_by(Case.opened_at.desc(), Case.id.desc())
    return session.scalars(rows.limit(most)).all()


# ── words ──


def words_of(session: Session, case_id: int) -> Sequence[CaseWord]:
    """In the order in which they were said."""
    rows = sa.select(CaseWord).where(CaseWord.case_id == case_id).order_by(CaseWord.id.desc()).limit(MOST_SHOWN)
    return list(reversed(session.scalars(rows).all()))


def last_word(session: Session, case_id: int) -> CaseWord | None:
    """Of those that the reader and the desk said to each other."""
    rows = sa.select(CaseWord).where(
        CaseWord.case_id == case_id, CaseWord.speaker.in_((Speaker.READER, Speaker.STAFF))
    )
    return session.scalars(rows.order_by(CaseWord.id.desc()).limit(1)).first()


def last_answer(session: Session, case_id: int) -> CaseWord | None:
    """The desk's newest words to the reader."""
    rows = sa.select(CaseWord).where(CaseWord.case_id == case_id, CaseWord.speaker == Speaker.STAFF)
    return session.scalars(rows.order_by(CaseWord.id.desc()).limit(1)).first()


def count_words(session: Session, case_id: int) -> int:
    """Of the reader."""
    asked = sa.select(sa.func.count()).where(CaseWord.case_id == case_id, CaseWord.speaker == Speaker.READER)
    return session.scalar(asked) or 0


def count_messages(session: Session, case_id: int) -> int:
    """Of the reader: what was written in one go is one row of several."""
    asked = sa.select(sa.func.sum(CaseWord.parts)).where(
        CaseWord.case_id == case_id, CaseWord.speaker == Speaker.READER
    )
    return session.scalar(asked) or 0


def answered_since(session: Session, case_id: int, seen: int) -> CaseWord | None:
    """The desk's first word after the one somebody saw last."""
    rows = sa.select(CaseWord).where(
        CaseWord.case_id == case_id, CaseWord.speaker == Speaker.STAFF, CaseWord.id > seen
    )
    return session.scalars(rows.order_by(CaseWord.id.desc()).limit(1)).first()


def deliveries(session: Session, keys: Collection[str]) -> Mapping[str, tuple[CallState, str]]:
    """State and cause of owed messages, by key."""
    if not keys:
        return {}
    rows = session.execute(
        sa.select(OutboxCall.key, OutboxCall.state, OutboxCall.cause).where(OutboxCall.key.in_(keys))
    )
    return {row.key: (row.state, row.cause) for row in rows}


# ── handing over ──


def offered(session: Session, case_id: int) -> CaseHanding | None:
    """The offer that nobody has answered yet."""
    rows = sa.select(CaseHanding).where(CaseHanding.case_id == case_id, CaseHanding.state == HandingState.OFFERED)
    return session.scalars(rows).one_or_none()


def handings_of(session: Session, case_id: int) -> Sequence[CaseHanding]:
    """All of a case, the oldest first."""
    return session.scalars(
        sa.select(CaseHanding).where(CaseHanding.case_id == case_id).order_by(CaseHanding.id)
    ).all()


def take_back_offers(session: Session, case_id: int, by: By) -> None:
    """Whatever is offered of it is offered no more."""
    if (one := offered(session, case_id)) is not None:
        one.state = moved(one.state, to=HandingState.TAKEN_BACK, moves=HANDING_MOVES)
        one.answered_by, one.answered_at = by.who, by.at
        session.flush()


# ── canned replies ──


def canned(session: Session, topic: CaseTopic | None = None) -> Sequence[CannedReply]:
    """Those of a topic first."""
    rows = sa.select(CannedReply)
    first = (sa.case((CannedReply.topic == topic, 0), else_=1),) if topic else ()
    return session.scalars(rows.order_by(*first, CannedReply.title)).all()
