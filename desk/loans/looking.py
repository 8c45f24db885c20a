"""The line to the library's system as owed work: a card looked at, a loan renewed, the line tried.

The card's number and the barcode are put into the call when it is made; the row that waits names rows of ours alone.
"""

from collections.abc import Container
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desk.loans import renewing, sealing
from models import outbox
from models.bulk import Bulk
from models.errors import Rejected
from models.loan import (
    LOAN_MOVES,
    BoundCard,
    Loan,
    LoanKind,
    LoanRules,
    LoanState,
    RenewRequest,
    RenewState,
)
from models.outbox import CallKind, CallState, Claimed
from models.states import moved
from models.work import NotNow, Outcome, Ready

EVERY = timedelta(hours=12)  # a card is looked at without being asked
ASKED = timedelta(minutes=10)  # and when its reader asks
PART = 50  # cards a unit
TRIES = 4  # of a call, before people do it
GONE = "读者证已经解绑"
_LOANS = Bulk(
    Loan, "card_key", "kind", "item_key", "sealed", "place", "day", "is_ready", "state", "import_id", "changed_at",
    key=("card_key", "kind", "item_key"),
)  # fmt: skip


def look(session: Session, card: BoundCard, *, now: datetime) -> bool:
    """Have the card looked at, unless it just was. True if it will be."""
    if card.asked_at is not None and now - card.asked_at < ASKED:
        return False
    card.asked_at = now
    key = f"ils look:{card.id}:{now:%Y-%m-%dT%H:%M:%S}"
    payload = {"what": "look", "card": card.id}
    outbox.owe(session, CallKind.ILS, key=key, payload=payload, openid=card.openid, now=now)
    return True


def look_due(session: Session, now: datetime) -> int:
    """Cards that were not looked at for half a day, a part; always 0, so that the line is not asked for all at once."""
    since = now - EVERY
    due = sa.select(BoundCard).where(sa.or_(BoundCard.asked_at.is_(None), BoundCard.asked_at < since))
    oldest = due.order_by(BoundCard.asked_at.asc().nulls_first(), BoundCard.id).limit(PART)
    for card in session.scalars(oldest.with_for_update(skip_locked=True)):
        look(session, card, now=now)
    return 0


def renew(session: Session, request: RenewRequest, *, now: datetime) -> None:
    """Have the loan renewed."""
    payload = {"what": "renew", "request": request.id}
    outbox.owe(
        session, CallKind.ILS, key=f"ils renew:{request.id}", payload=payload, openid=request.openid, now=now
    )  # fmt: skip


def test(session: Session, *, now: datetime) -> None:
    """Have the line tried."""
    outbox.owe(session, CallKind.ILS, key=f"ils test:{now:%Y-%m-%dT%H:%M:%S}", payload={"what": "test"}, now=now)


def prepare(secret: str, session: Session, call: Claimed, now: datetime) -> Ready | NotNow:
    """With what only the call may know."""
    what = call.payload.get("what")
    if what == "test":
        return Ready({"what": "test"})
    if what == "look":
        card = session.get(BoundCard, call.payload["card"])
        return Ready({"what": "look", "number": card.number}) if card else NotNow(CallState.DROPPED, GONE)
    request = session.get(RenewRequest, call.payload.get("request", 0))
    if request is None or request.state is not RenewState.ASKED:
        return NotNow(CallState.DROPPED, "已经办完了，或读者证已经解绑")
    card, loan = session.get(BoundCard, request.card_id), session.get(Loan, request.loan_id)
    if card is None or loan is None or loan.state is not LoanState.OUT:
        renewing.refuse(session, request, "这本书已经还了。", by="ILS", now=now)
        return NotNow(CallState.DROPPED, "这本书已经还了")
    item = sealing.unsealed(secret, card.number, loan.sealed)
    if not item.barcode:
        renewing.hand_to_staff(session, request, now=now)
        return NotNow(CallState.DROPPED, "没有条码，转给馆员")
    ready = {"what": "renew", "number": card.number, "barcode": item.barcode, "due": request.was_due.isoformat()}
    return Ready(ready)


def settle(secret: str, session: Session, call: Claimed, outcome: Outcome, now: datetime) -> NotNow | None:
    """Take over what was told."""
    what, answer = call.payload.get("what"), outcome.answer
    _note_line(session, call, outcome, now)
    if answer is None:
        return _failed(session, call, outcome, now)
    if what == "look" and (card := session.get(BoundCard, call.payload["card"])) is not None:
        take_over(session, card, answer, secret=secret, now=now)
    if what == "renew" and (request := session.get(RenewRequest, call.payload["request"])) is not None:
        _renewed(session, request, answer, now)
    return None


def _renewed(session: Session, request: RenewRequest, answer: dict[str, Any], now: datetime) -> None:
    if request.state is not RenewState.ASKED:
        return
    if answer["ok"]:
        renewing.done(session, request, date.fromisoformat(answer["due"]), by="ILS", now=now)
    else:
        renewing.refuse(session, request, answer["why"], by="ILS", now=now)


def _failed(session: Session, call: Claimed, outcome: Outcome, now: datetime) -> NotNow | None:
    """The line did not answer: after some tries a renewal is for people, and a look or a trial is let go."""
    is_final = isinstance(outcome.error, Rejected) or call.attempts >= TRIES or call.payload.get("what") == "test"
    if not is_final:
        return None
    request = session.get(RenewRequest, call.payload.get("request", 0))
    if request is not None and request.state is RenewState.ASKED:
        renewing.hand_to_staff(session, request, now=now)
    return NotNow(CallState.DROPPED, f"{outcome.error}"[:200])


def _note_line(session: Session, call: Claimed, outcome: Outcome, now: datetime) -> None:
    """How the line is; of a line that goes on answering nothing is written each time."""
    row = session.get(LoanRules, 1, with_for_update=True)
    if row is None or (row.ils_ok and outcome.is_done and call.payload.get("what") != "test"):
        return
    row.ils_ok, row.ils_at = outcome.is_done, now
    row.ils_said = str((outcome.answer or {}).get("said", "")) if outcome.is_done else f"{outcome.error}"[:200]


def take_over(session: Session, card: BoundCard, answer: dict[str, Any], *, secret: str, now: datetime) -> None:
    """A card as the library's system has it now: what it does not name is back, unless its list is but a `part`."""
    parts = {LoanKind(kind) for kind in answer.get("part", ())}
    rows = [
        *(_row(card, LoanKind.LOAN, one, secret, now) for one in answer["loans"]),
        *(_row(card, LoanKind.HOLD, one, secret, now) for one in answer["holds"]),
    ]
    _LOANS.run(session, list({row[:3]: row for row in rows}.values()))
    _give_back(session, card, {(LoanKind(row[1]), row[2]) for row in rows}, parts, now)
    if not parts:
        card.looked_at = now
    session.flush()
    renewing.notice_renewed(session, now=now, card_key=card.card_key)


def _row(card: BoundCard, kind: LoanKind, one: dict[str, Any], secret: str, now: datetime) -> tuple[Any, ...]:
    item = sealing.seal(secret, card.number, sealing.Item(one["title"], one["barcode"]))
    key = sealing.item_key(secret, card.number, one["barcode"])
    out = moved(LoanState.BACK, to=LoanState.OUT, moves=LOAN_MOVES)
    return (
        card.card_key, kind.value, key, item, one["place"][:64], one["day"], bool(one.get("ready")), out.value, 0, now,
    )  # fmt: skip


def _give_back(
    session: Session,
    card: BoundCard,
    seen: Container[tuple[LoanKind, str]],
    parts: Container[LoanKind],
    now: datetime,
) -> None:
    mine = sa.select(Loan).where(Loan.card_key == card.card_key, Loan.state == LoanState.OUT)
    for row in session.scalars(mine.execution_options(populate_existing=True)):
        if row.kind not in parts and (row.kind, row.item_key) not in seen:
            row.state, row.import_id = moved(row.state, to=LoanState.BACK, moves=LOAN_MOVES), 0
            row.changed_at = now
