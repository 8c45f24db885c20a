"""Renewals that readers ask for: by the line to the library's system, or by the desk; how it ended is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import times
from models.db import insert
from models.errors import BadInput
from models.loan import (
    RENEW_MOVES,
    BoundCard,
    Loan,
    LoanKind,
    LoanState,
    RenewRequest,
    RenewState,
    RenewWay,
)
from models.messages import owe_message
from models.states import moved
from models.tapping import tappable

R = RenewState
LONGEST_REASON = 120
NO_REASON = "图书馆系统没有续成，可能超期了、续过了，或有人预约。请到服务台问一声。"
BY_FILE = "借阅清单"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A loan on a card of the reader's."""

    card_id: int
    loan_id: int
    due_on: date  # of the library's system


def ask(session: Session, openid: str, wanted: Wanted, way: RenewWay, *, now: datetime) -> RenewRequest | None:
    """The request, under way; None where one is already."""
    row = {
        "openid": openid, "card_id": wanted.card_id, "loan_id": wanted.loan_id, "way": way, "state": R.ASKED,
        "was_due": wanted.due_on, "asked_at": now, "reason": "", "settled_by": "",
    }  # fmt: skip
    asked = insert(session, RenewRequest).values(row).on_conflict_do_nothing().returning(RenewRequest.id)
    number = session.execute(asked).scalar()
    return session.get(RenewRequest, number) if number is not None else None


def done(session: Session, request: RenewRequest, due_on: date, *, by: str, now: datetime) -> None:
    """Renewed until that day. Raises: IllegalMove; BadInput for a day that is not later."""
    if due_on <= request.was_due:
        raise BadInput(f"续到的日子要晚于原来的 {request.was_due.isoformat()}。")
    request.due_on = due_on
    loan = session.get(Loan, request.loan_id, with_for_update=True)
    if loan is not None:
        loan.day, loan.import_id, loan.changed_at = due_on, 0, now
    _settle(session, request, R.DONE, by, now)
    _tell(session, request, now)


def refuse(session: Session, request: RenewRequest, reason: str, *, by: str, now: datetime) -> None:
    """It cannot be renewed. Raises: IllegalMove."""
    request.reason = " ".join(reason.split())[:LONGEST_REASON] or NO_REASON
    _settle(session, request, R.REFUSED, by, now)
    _tell(session, request, now)


def hand_to_staff(session: Session, request: RenewRequest, *, now: datetime) -> None:
    """The line did not do it: it is on the desk's list from here on."""
    request.way = RenewWay.STAFF
    session.flush()
    words = "图书馆系统暂时连不上，续借转给了服务台，馆员办好会告诉您。"
    owe_message(session, request.openid, words, key=f"renew handed:{_batch(request)}", now=now)
    _tell(session, request, now)


def _settle(session: Session, request: RenewRequest, to: RenewState, by: str, now: datetime) -> None:
    request.state = moved(request.state, to=to, moves=RENEW_MOVES)
    request.settled_at, request.settled_by = now, by
    session.flush()


def _batch(request: RenewRequest) -> str:
    return f"{request.openid}:{request.asked_at:%Y-%m-%dT%H:%M:%S.%f}"


def _tell(session: Session, request: RenewRequest, now: datetime) -> None:
    """Once for all that were asked for in one breath; what waits for the desk is told by itself."""
    together = sa.select(RenewRequest).where(
        RenewRequest.openid == request.openid, RenewRequest.asked_at == request.asked_at
    )
    every = session.scalars(together.order_by(RenewRequest.id)).all()
    if request.way is RenewWay.STAFF and request.state is not R.ASKED:
        owe_message(session, request.openid, _said([request], now), key=f"renewed:{request.id}", now=now)
    elif all(one.state is not R.ASKED or one.way is RenewWay.STAFF for one in every):
        settled = [one for one in every if one.state is not R.ASKED]
        if settled:
            owe_message(session, request.openid, _said(settled, now), key=f"renewed:{_batch(request)}", now=now)


def _said(requests: Sequence[RenewRequest], now: datetime) -> str:
    """Which of their books it is says the day on which it was due: no title lies in a table of messages."""
    today = times.today(now)
    lines = [f"{times.short_day(one.was_due, beside=today)}到期的那一本{_ended(one, today)}" for one in requests]
    return "\n".join(["您要续借的书：", *lines, f"回复“{tappable('我的借阅')}”看全部。"])


def _ended(request: RenewRequest, today: date) -> str:
    if request.due_on is None:
        return f"没有续成：{request.reason}"
    return f"续好了，{times.short_day(request.due_on, beside=today)}（{times.weekday(request.due_on)}）到期。"


def notice_renewed(session: Session, *, now: datetime, card_key: str = "") -> None:
    """New data has a later day, or no such loan any more: what was asked for it is settled."""
    asked = (
        sa.select(RenewRequest, Loan)
        .join(Loan, Loan.id == RenewRequest.loan_id)
        .where(RenewRequest.state == R.ASKED, Loan.kind == LoanKind.LOAN)
        .execution_options(populate_existing=True)
    )
    if card_key:
        asked = asked.where(Loan.card_key == card_key)
    for request, loan in session.execute(asked).all():
        if loan.state is LoanState.BACK:
            refuse(session, request, "这本书已经还了。", by=BY_FILE, now=now)
        elif loan.day is not None and loan.day > request.was_due:
            done(session, request, loan.day, by=BY_FILE, now=now)


def card_of(session: Session, request: RenewRequest) -> BoundCard:
    """The card it is on."""
    return session.get_one(BoundCard, request.card_id)
