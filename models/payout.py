"""Money and gifts: pools, the prizes of a pool as rows, the numbers under which they are paid, and the ledger.

Every prize of a pool exists, with its size, before anybody can win it: a win takes one that is free. A prize has at most
one living payment, and a payment one number for ever. Nothing is counted: what is left is the sum of the ledger.
Amounts are fen.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from models.db import Base, UtcDateTime, personal, plain, word
from models.signup import AppealState
from models.states import Moves

KEPT = "财务凭证要留存"  # why the openid of who got money outlives the rest of what is known of a reader


class PayWay(StrEnum):
    """How a prize reaches its winner."""

    TRANSFER = "transfer"  # 商家转账 v3: confirmed by the reader on a page
    RED_PACKET = "red_packet"  # 现金红包 v2: arrives in the chat
    DESK = "desk"  # handed over against a pick-up code


class PoolState(StrEnum):
    DRAFT = "draft"
    SEALED = "sealed"  # approved by a second person: its prizes exist, nothing of it changes any more
    CLOSED = "closed"  # what nobody won is back with the library, and the seal is open


POOL_MOVES: Moves[PoolState] = {
    PoolState.DRAFT: frozenset({PoolState.SEALED}),
    PoolState.SEALED: frozenset({PoolState.CLOSED}),
}


class PrizeState(StrEnum):
    """From lying in the pot to the winner's hands."""

    FREE = "free"
    WON = "won"  # promised; the winner has not asked for it yet
    HELD = "held"  # a person looks at how it was won
    CLAIMED = "claimed"  # asked for: a payment is owed or on its way
    PAID = "paid"
    FAILED = "failed"  # the platform said for sure that it was not paid: may be claimed anew
    LAPSED = "lapsed"  # nobody asked in time
    DENIED = "denied"  # a person decided that it was not won fairly; the winner may appeal, its money stays promised
    REFUSED = "refused"  # the same for good: no appeal came in time, or it was answered with no
    LEFT = "left"  # never won: back with the library


P = PrizeState
PRIZE_MOVES: Moves[PrizeState] = {
    P.FREE: frozenset({P.WON, P.LEFT}),
    P.WON: frozenset({P.CLAIMED, P.PAID, P.HELD, P.LAPSED}),
    P.HELD: frozenset({P.WON, P.DENIED}),
    P.DENIED: frozenset({P.WON, P.REFUSED}),
    P.CLAIMED: frozenset({P.PAID, P.FAILED}),
    P.FAILED: frozenset({P.CLAIMED, P.HELD, P.LAPSED}),
}
OPEN_PRIZES = (P.WON, P.HELD, P.DENIED, P.CLAIMED, P.FAILED)  # promised and not settled


class PaymentState(StrEnum):
    """One number at WeChat Pay."""

    OWED = "owed"  # whether the platform knows it is not known
    PENDING = "pending"  # the platform has it: being handled, or waits for the reader
    DONE = "done"
    FAILED = "failed"  # read back: it was not paid and never will be


M = PaymentState
PAYMENT_MOVES: Moves[PaymentState] = {
    M.OWED: frozenset({M.OWED, M.PENDING, M.DONE, M.FAILED}),
    M.PENDING: frozenset({M.PENDING, M.DONE, M.FAILED}),
}


class LineKind(StrEnum):
    """Why money moved between what is free, promised, paid, and the library."""

    FUND = "fund"  # library → free
    WIN = "win"  # free → promised
    PAY = "pay"  # promised → paid
    BACK = "back"  # promised → free: lapsed or refused
    LEAVE = "leave"  # free → library


_IS_FREE = sa.text("state = 'free'")
_IS_OPEN = sa.text("state IN ('won', 'held', 'claimed', 'failed')")
_LIVES = sa.text("state != 'failed'")
_WAITS = sa.text("prize_id IS NULL AND openid IS NOT NULL")
_IS_UNSETTLED = sa.text("state IN ('owed', 'pending')")


class Pool(Base):
    """The money and gifts of one occasion."""

    __tablename__ = "pools"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    occasion: Mapped[str] = plain(sa.String(40), unique=True)  # "quiz 7", "contest 7"
    title: Mapped[str] = plain(sa.String(100))
    way: Mapped[PayWay] = plain(word(PayWay))
    claim_days: Mapped[int] = plain(sa.SmallInteger)
    plan: Mapped[dict[str, Any]] = plain(sa.JSON)  # payouts.plan.Plan, as staff set it
    state: Mapped[PoolState] = plain(word(PoolState))
    is_paused: Mapped[bool] = plain(sa.Boolean)  # nothing is paid until staff go on; winning does not stop
    is_watched: Mapped[bool] = plain(sa.Boolean, server_default=sa.false())  # a prize with a sign is held by itself
    bars_staff: Mapped[bool] = plain(sa.Boolean, server_default=sa.false())  # and one won from a phone of staff
    made_by: Mapped[str] = plain(sa.String(40))
    made_at: Mapped[datetime] = plain(UtcDateTime)
    approved_by: Mapped[str] = plain(sa.String(40), server_default="")
    sealed_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    opens_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    closes_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    closed_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    secret: Mapped[str] = plain(sa.String(64), server_default="")  # 32 random bytes as hex, shown once closed
    commitment: Mapped[str] = plain(sa.String(64), server_default="")

    __table_args__ = (sa.Index("ix_pools_state", "state", "closes_at"),)


class Prize(Base):
    """Prize `number` of a pool. `fen` 0: a gift, which `gift` names."""

    __tablename__ = "prizes"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    pool_id: Mapped[int] = plain(sa.ForeignKey("pools.id"))
    number: Mapped[int] = plain(sa.Integer)
    tier: Mapped[int] = plain(sa.SmallInteger)
    fen: Mapped[int] = plain(sa.Integer)
    gift: Mapped[str] = plain(sa.String(60))
    release_at: Mapped[datetime] = plain(UtcDateTime)
    state: Mapped[PrizeState] = plain(word(PrizeState))
    openid: Mapped[str | None] = personal("微信号在本号的编号", sa.String(64), nullable=True, kept=KEPT)
    win_key: Mapped[str | None] = plain(sa.String(80), unique=True, nullable=True)  # a win takes one prize, once
    code: Mapped[str | None] = plain(sa.String(8), unique=True, nullable=True)  # to pick it up
    won_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    claim_until: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)  # denied: until when it may be appealed
    seen_at: Mapped[datetime | None] = plain(
        UtcDateTime, nullable=True
    )  # how it was won was measured, in a watched pool
    looked_by: Mapped[str] = plain(sa.String(40), server_default="")  # let it go: no sign holds it again
    is_reminded: Mapped[bool] = plain(sa.Boolean, server_default=sa.false())  # told that it is about to lapse
    settled_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    cause: Mapped[str] = plain(sa.String(200), server_default="")  # why it is held, failed or refused

    at_desk: Mapped[bool] = plain(sa.Boolean, server_default=sa.false())  # picked up, whatever the way of its pool
    handed_to: Mapped[str] = personal("领取人", sa.String(60), server_default="", kept=KEPT)  # at_desk

    pool: Mapped[Pool] = relationship(lazy="joined", innerjoin=True)

    @property
    def way(self) -> PayWay:
        """How this one reaches its winner."""
        return PayWay.DESK if self.at_desk else self.pool.way

    __table_args__ = (
        sa.UniqueConstraint("pool_id", "number"),
        sa.CheckConstraint("fen >= 0", name="prize_fen"),
        sa.Index(
            "ix_prizes_free",
            "pool_id",
            "tier",
            "release_at",
            "number",
            sqlite_where=_IS_FREE,
            postgresql_where=_IS_FREE,
        ),
        sa.Index("ix_prizes_open", "claim_until", sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
        sa.Index("ix_prizes_pool_state", "pool_id", "state", "won_at"),
        sa.Index("ix_prizes_openid", "openid", "won_at"),
        sa.Index("ix_prizes_state", "state", "won_at", "id"),
    )


class PrizeAppeal(Base):
    """What a winner says to a prize that is held or denied, once `against` each; staff answer."""

    __tablename__ = "prize_appeals"

    prize_id: Mapped[int] = plain(sa.ForeignKey("prizes.id", ondelete="CASCADE"), primary_key=True)
    against: Mapped[PrizeState] = plain(word(PrizeState), primary_key=True)
    openid: Mapped[str | None] = personal("微信号在本号的编号", sa.String(64), nullable=True, index=True)
    state: Mapped[AppealState] = plain(word(AppealState))
    words: Mapped[str] = personal("申诉的话", sa.String(300))
    answer: Mapped[str] = plain(sa.String(200), server_default="")
    asked_at: Mapped[datetime] = plain(UtcDateTime)
    answered_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)

    __table_args__ = (sa.Index("ix_prize_appeals_state", "state", "asked_at"),)


class Payment(Base):
    """One try to pay one prize, under one number. A second row only once the first has been read back as failed."""

    __tablename__ = "payments"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    prize_id: Mapped[int] = plain(sa.ForeignKey("prizes.id"))
    number: Mapped[str] = plain(sa.String(28), unique=True)  # mch_billno, out_bill_no
    way: Mapped[PayWay] = plain(word(PayWay))
    fen: Mapped[int] = plain(sa.Integer)
    openid: Mapped[str | None] = personal("微信号在本号的编号", sa.String(64), nullable=True, kept=KEPT)
    state: Mapped[PaymentState] = plain(word(PaymentState))
    said: Mapped[str] = plain(sa.String(40), server_default="")  # the platform's own word for where it is
    cause: Mapped[str] = plain(sa.String(200), server_default="")
    package: Mapped[str] = plain(sa.Text, server_default="")  # opens WeChat's sheet of a transfer
    platform_number: Mapped[str] = plain(sa.String(64), server_default="")
    looks: Mapped[int] = plain(sa.SmallInteger)  # how often it was asked after
    look_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)  # when it is asked after next
    made_at: Mapped[datetime] = plain(UtcDateTime)
    settled_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)

    prize: Mapped[Prize] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (
        sa.CheckConstraint("fen > 0", name="payment_fen"),
        sa.Index("uq_payments_one_lives", "prize_id", unique=True, sqlite_where=_LIVES, postgresql_where=_LIVES),
        sa.Index("ix_payments_look", "look_at", sqlite_where=_IS_UNSETTLED, postgresql_where=_IS_UNSETTLED),
    )


class PoolDraw(Base):
    """The draw of a pool's last prizes: shown are the seed's hash since the seal, the list's since it closed, then the seed."""

    __tablename__ = "pool_draws"

    pool_id: Mapped[int] = plain(sa.ForeignKey("pools.id", ondelete="CASCADE"), primary_key=True)
    seed: Mapped[str] = plain(sa.String(64))
    seed_hash: Mapped[str] = plain(sa.String(64))
    entries_hash: Mapped[str] = plain(sa.String(64), server_default="")
    listed_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)  # nobody enters any more
    drawn_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)  # since when the seed is shown
    handed_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)  # every prize has its winner

    pool: Mapped[Pool] = relationship(lazy="joined", innerjoin=True)


class PoolEntry(Base):
    """One reader in a draw, under a code; `drawn_as` is what it is ordered by. Without openid it wins nothing any more."""

    __tablename__ = "pool_entries"

    pool_id: Mapped[int] = plain(sa.ForeignKey("pools.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[str] = plain(sa.String(12), primary_key=True)
    openid: Mapped[str | None] = personal("微信号在本号的编号", sa.String(64), nullable=True)
    drawn_as: Mapped[str] = plain(sa.String(64))
    prize_id: Mapped[int | None] = plain(sa.ForeignKey("prizes.id"), unique=True, nullable=True)

    __table_args__ = (
        sa.Index("ix_pool_entries_openid", "openid", "pool_id"),
        sa.Index("ix_pool_entries_order", "pool_id", "drawn_as"),
        sa.Index("ix_pool_entries_waiting", "pool_id", "drawn_as", sqlite_where=_WAITS, postgresql_where=_WAITS),
    )


class LedgerLine(Base):
    """Money that moved; written once, never changed. `key` lets no line be written twice."""

    __tablename__ = "ledger"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    pool_id: Mapped[int] = plain(sa.ForeignKey("pools.id"))
    key: Mapped[str] = plain(sa.String(40), unique=True)
    kind: Mapped[LineKind] = plain(word(LineKind))
    fen: Mapped[int] = plain(sa.Integer)
    prize_id: Mapped[int | None] = plain(sa.ForeignKey("prizes.id"), nullable=True)
    who: Mapped[str] = plain(sa.String(40))
    at: Mapped[datetime] = plain(UtcDateTime)
    note: Mapped[str] = plain(sa.String(200), server_default="")

    __table_args__ = (
        sa.CheckConstraint("fen > 0", name="ledger_fen"),
        sa.Index("ix_ledger_pool", "pool_id", "kind", "id"),
    )
