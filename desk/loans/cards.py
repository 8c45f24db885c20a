"""Reader cards bound to readers: shown to be theirs by what the library's list knows, named, given up.

Whether a card exists is told to nobody who cannot answer for it, and tries are few, for a reader, for a card, and for the
whole library. The first try of whoever has not failed is always looked at: strangers who guess shut no owner out.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desk.loans import looking, rules, sealing
from desk.loans.queries import cards_of, rules_of
from models import tries
from models.db import insert
from models.loan import BoundCard, LibraryCard, LoanWish, Proof, forget_loans
from models.tries import Allowance

MOST_CARDS, LONGEST_NICKNAME = 8, 12
OF_A_READER, OF_A_CARD = Allowance(burst=5, step_s=3600), Allowance(burst=8, step_s=3600)
OF_ALL = Allowance(burst=100, step_s=600)
MANY_FAILED = 40  # of all together, and staff are told
_ALL = tries.key("cards", "all")


class Bound(StrEnum):
    DONE = "done"
    MINE = "mine"  # was already
    NOT_THIS = "not this"  # no such card, or another answer: which is not told
    TOO_OFTEN = "too often"
    TOO_MANY = "too many"


@dataclass(frozen=True, slots=True)
class Binding:
    """What became of an attempt; the card where it is the reader's now."""

    what: Bound
    card: BoundCard | None = None


def bind(
    session: Session, openid: str, number: str, answer: str, *, secret: str, now: datetime, asks_ils: bool = False
) -> Binding:
    """`number` and `answer` as they were typed. A wrong one is counted, so nothing may be raised after it: whoever
    answers must not undo the unit."""
    number = sealing.number_in(number)
    mine = cards_of(session, openid)
    if (had := next((card for card in mine if card.number == number), None)) is not None:
        return Binding(Bound.MINE, had)
    if len(mine) >= MOST_CARDS:
        return Binding(Bound.TOO_MANY)
    reader, shared = tries.key("card of reader", openid), ((tries.key("card", number), OF_A_CARD), (_ALL, OF_ALL))
    has_failed = tries.used(session, reader, OF_A_READER, now=now) > 0
    is_full = any(tries.used(session, key, allowed, now=now) >= allowed.burst for key, allowed in shared)
    if tries.take(session, reader, OF_A_READER, now=now) or (has_failed and is_full):
        return Binding(Bound.TOO_OFTEN)
    if not number or not _is_theirs(session, number, answer, rules_of(session).proof, secret):
        for key, allowance in shared:
            tries.take(session, key, allowance, now=now)
        return Binding(Bound.NOT_THIS)
    tries.give_back(session, reader, OF_A_READER)
    return Binding(Bound.DONE, _bound(session, openid, number, secret, now, asks_ils=asks_ils))


def failed(session: Session, *, now: datetime) -> int:
    """Wrong answers of the last hours, of all readers together."""
    return tries.used(session, _ALL, OF_ALL, now=now)


def _is_theirs(session: Session, number: str, answer: str, proof: Proof, secret: str) -> bool:
    """The digest of the answer is made in either case, so that no time tells whether there is such a card."""
    given = sealing.proof_key(secret, number, proof, rules.answer_in(proof, answer))
    card = session.get(LibraryCard, sealing.card_key(secret, number))
    kept = {Proof.ID: "id_key", Proof.PHONE: "phone_key", Proof.BIRTHDAY: "birthday_key"}[proof]
    return bool(rules.answer_in(proof, answer)) and card is not None and getattr(card, kept) == given


def _bound(session: Session, openid: str, number: str, secret: str, now: datetime, *, asks_ils: bool) -> BoundCard:
    key = sealing.card_key(secret, number)
    row = {"openid": openid, "card_key": key, "number": number, "nickname": "", "bound_at": now}
    session.execute(insert(session, BoundCard).values(row).on_conflict_do_nothing())
    mine = sa.select(BoundCard).where(BoundCard.openid == openid, BoundCard.card_key == key)
    card = session.scalars(mine).one()
    if asks_ils:
        looking.look(session, card, now=now)
    return card


def name(card: BoundCard, nickname: str) -> str:
    """What it is called from now on: as much of it as fits."""
    card.nickname = " ".join(nickname.split())[:LONGEST_NICKNAME]
    return card.nickname


def unbind(session: Session, card: BoundCard) -> None:
    """It is no longer theirs, and the number is gone under which its loans can be read; with the last, what they wished about reminders goes too."""
    forget_loans(session, card.openid, card_id=card.id)
    session.delete(card)
    session.flush()
    if not cards_of(session, card.openid):
        session.execute(sa.delete(LoanWish).where(LoanWish.openid == card.openid))
