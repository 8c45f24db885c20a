"""What winners say to a prize that is held or denied; deciding about it is payouts.service."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.by import By
from models.db import insert
from models.payout import Prize, PrizeAppeal, PrizeState
from models.signup import APPEAL_MOVES, AppealState
from models.states import moved
from models.upkeep import PART, counted
from payouts.refusals import AppealedBefore, NothingToAppeal, TooLateToAppeal

P = PrizeState
AGAINST = (P.DENIED, P.HELD)
LONGEST, LONGEST_ANSWER = 300, 200
MOST_SHOWN = 200
KEEP_WORDS = timedelta(days=30)


def to_appeal(session: Session, openid: str, *, now: datetime) -> Prize | None:
    """The prize of this reader that an appeal is about: one that is denied before one that is held, the newest, one of which
    nothing was said yet before one of which it was."""
    said = sa.exists().where(PrizeAppeal.prize_id == Prize.id, PrizeAppeal.against == Prize.state)
    mine = (
        sa.select(Prize)
        .where(Prize.openid == openid, Prize.state.in_(AGAINST))
        .where(sa.or_(Prize.state == P.HELD, Prize.claim_until > now))
    )
    order = (sa.case((said, 1), else_=0), sa.case((Prize.state == P.DENIED, 0), else_=1), Prize.won_at.desc())
    return session.scalars(mine.order_by(*order).limit(1)).first()


def appeal(session: Session, prize: Prize, words: str, *, now: datetime) -> None:
    """The winner says why, of a prize that is locked. Raises: NothingToAppeal, TooLateToAppeal, AppealedBefore."""
    if prize.state not in AGAINST:
        raise NothingToAppeal
    if prize.state is P.DENIED and prize.claim_until is not None and now >= prize.claim_until:
        raise TooLateToAppeal
    asked = insert(session, PrizeAppeal).values(
        prize_id=prize.id, against=prize.state, openid=prize.openid, state=AppealState.ASKED,
        words=words.strip()[:LONGEST], answer="", asked_at=now,
    )  # fmt: skip
    if session.execute(asked.on_conflict_do_nothing().returning(PrizeAppeal.prize_id)).first() is None:
        raise AppealedBefore


def of_prize(session: Session, prize: Prize) -> Sequence[PrizeAppeal]:
    """All that was said, the first first."""
    mine = sa.select(PrizeAppeal).where(PrizeAppeal.prize_id == prize.id)
    return session.scalars(mine.order_by(PrizeAppeal.asked_at)).all()


def open_of(session: Session, prize: Prize) -> PrizeAppeal | None:
    """The one that waits for an answer."""
    return next((one for one in of_prize(session, prize) if one.state is AppealState.ASKED), None)


def answered(session: Session, prize: Prize, to: AppealState, words: str, *, by: By) -> None:
    """Close what waits, if anything does."""
    if (asked := open_of(session, prize)) is not None:
        asked.state = moved(asked.state, to=to, moves=APPEAL_MOVES)
        asked.answer, asked.answered_at = words.strip()[:LONGEST_ANSWER], by.at


def waits() -> sa.ColumnElement[bool]:
    """Of a prize in a query: does an appeal wait?"""
    return sa.exists().where(PrizeAppeal.prize_id == Prize.id, PrizeAppeal.state == AppealState.ASKED)


def waiting(session: Session) -> list[tuple[PrizeAppeal, Prize]]:
    """Appeals to be answered, oldest first."""
    asked = (
        sa.select(PrizeAppeal, Prize)
        .join(Prize, Prize.id == PrizeAppeal.prize_id)
        .where(PrizeAppeal.state == AppealState.ASKED)
        .order_by(PrizeAppeal.asked_at)
        .limit(MOST_SHOWN)
    )
    return [(row[0], row[1]) for row in session.execute(asked)]


def empty_appeals(session: Session, now: datetime) -> int:
    """Words of appeals that were answered thirty days ago, as with those of absences: how many."""
    old = sa.select(PrizeAppeal.prize_id).where(
        PrizeAppeal.words != "", PrizeAppeal.state != AppealState.ASKED, PrizeAppeal.answered_at < now - KEEP_WORDS
    )
    settled = PrizeAppeal.state != AppealState.ASKED
    emptied = sa.update(PrizeAppeal).where(PrizeAppeal.prize_id.in_(old.limit(PART)), settled).values(words="")
    return counted(session, emptied)
