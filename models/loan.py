"""Reader cards, what they have borrowed, what we tell their readers about it, and renewals they ask for.

A card of the library's list is a keyed digest, and so are the answers by which its holder is known; titles are sealed
under the card's own number (desk.loans.sealing). The number itself stands only with the reader who bound it.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session

from models.db import Base, UtcDateTime, personal, plain, word
from models.states import Moves


class Proof(StrEnum):
    """By what a card's holder is known."""

    ID = "id"  # the last four of the identity number
    PHONE = "phone"  # the last four of the telephone
    BIRTHDAY = "birthday"  # eight digits


class RenewWay(StrEnum):
    NONE = "none"  # not by us: the reader is told where
    STAFF = "staff"  # a list for the desk
    ILS = "ils"  # by SIP2


class LoanKind(StrEnum):
    LOAN = "loan"
    HOLD = "hold"


class LoanState(StrEnum):
    OUT = "out"  # lent, or a hold that still stands
    BACK = "back"  # returned, picked up, lapsed: no more in the books


LOAN_MOVES: Moves[LoanState] = {
    LoanState.OUT: frozenset({LoanState.BACK}),
    LoanState.BACK: frozenset({LoanState.OUT}),  # lent again under the same number
}


class ImportWhat(StrEnum):
    CARDS = "cards"
    LOANS = "loans"
    HOLDS = "holds"


class ImportState(StrEnum):
    SHOWN = "shown"  # read; staff look at what was recognised
    GOING = "going"  # put in part by part
    SWEEPING = "sweeping"  # what is no longer in the file goes
    DONE = "done"
    DROPPED = "dropped"
    BROKEN = "broken"  # its file is gone, it failed, or staff have stopped it: `cause` says which


I = ImportState  # noqa: E741
IMPORT_MOVES: Moves[ImportState] = {
    I.SHOWN: frozenset({I.GOING, I.DROPPED}),
    I.GOING: frozenset({I.SWEEPING, I.BROKEN}),
    I.SWEEPING: frozenset({I.DONE, I.BROKEN}),
}


class Stage(StrEnum):
    """What there is to say of a loan or a hold, the latest reached."""

    SOON = "soon"  # some days before
    TOMORROW = "tomorrow"  # the day before, or the day itself
    OVER = "over"  # a day
    OVER_WEEK = "over_week"
    OVER_MONTH = "over_month"
    ARRIVED = "arrived"  # a hold lies there
    LAPSING = "lapsing"  # and not for long any more


class NoteState(StrEnum):
    OWED = "owed"  # its message is in the outbox
    TOLD = "told"
    DROPPED = "dropped"  # nothing of it was true any more


N = NoteState
NOTE_MOVES: Moves[NoteState] = {
    N.OWED: frozenset({N.TOLD, N.DROPPED}),
    N.TOLD: frozenset({N.TOLD, N.DROPPED}),  # staff have sent it again
    N.DROPPED: frozenset({N.TOLD}),
}


class RenewState(StrEnum):
    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"


RENEW_MOVES: Moves[RenewState] = {RenewState.ASKED: frozenset({RenewState.DONE, RenewState.REFUSED})}

_IS_BACK = sa.text("state = 'back'")
_IS_OUT, _IS_AT_WORK = sa.text("state = 'out'"), sa.text("state IN ('going', 'sweeping')")
_IS_OWED, _IS_ASKED = sa.text("state = 'owed'"), sa.text("state = 'asked'")


class LoanRules(Base):
    """What this library has chosen: one row."""

    __tablename__ = "loan_rules"

    id: Mapped[int] = plain(sa.SmallInteger, primary_key=True)
    proof: Mapped[Proof] = plain(word(Proof))
    proof_words: Mapped[str] = plain(sa.String(60))  # how it is asked for; "" for our own words
    days_before: Mapped[int] = plain(sa.SmallInteger)
    extends: Mapped[bool] = plain(sa.Boolean)  # a due day on which it is shut moves on
    renews: Mapped[RenewWay] = plain(word(RenewWay))
    renew_words: Mapped[str] = plain(sa.String(120))  # where to renew, where we do not
    keep_days: Mapped[int] = plain(sa.SmallInteger)  # what came back is kept
    stale_days: Mapped[int] = plain(sa.SmallInteger)  # data older than this sends nothing
    ils_said: Mapped[str] = plain(sa.String(200), server_default="")  # of the last trial of the line
    ils_ok: Mapped[bool | None] = plain(sa.Boolean, nullable=True)
    ils_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)


class LibraryCard(Base):
    """A card of the library's list: digests alone."""

    __tablename__ = "library_cards"

    card_key: Mapped[str] = plain(sa.String(32), primary_key=True)
    id_key: Mapped[str | None] = plain(sa.String(32), nullable=True)
    phone_key: Mapped[str | None] = plain(sa.String(32), nullable=True)
    birthday_key: Mapped[str | None] = plain(sa.String(32), nullable=True)
    import_id: Mapped[int] = plain(sa.Integer, index=True)


class BoundCard(Base):
    """A card that a reader has shown to be theirs, or their child's."""

    __tablename__ = "bound_cards"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    openid: Mapped[str] = personal("微信号在本号的编号", sa.String(64))
    card_key: Mapped[str] = plain(sa.String(32), index=True)
    number: Mapped[str] = personal("读者证号", sa.String(40))
    nickname: Mapped[str] = personal("您给证起的名字", sa.String(12), server_default="")
    bound_at: Mapped[datetime] = personal("绑定读者证的时间", UtcDateTime)
    asked_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)  # last, of the library's system, by SIP2
    looked_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)  # when that answered last

    __table_args__ = (sa.UniqueConstraint("openid", "card_key", name="uq_bound_cards_once"),)


class Loan(Base):
    """A loan or a hold of a card, as the library's system had it. `sealed`: title and barcode."""

    __tablename__ = "loans"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    card_key: Mapped[str] = plain(sa.String(32))
    kind: Mapped[LoanKind] = plain(word(LoanKind))
    item_key: Mapped[str] = plain(sa.String(32))
    sealed: Mapped[str] = plain(sa.Text)
    place: Mapped[str] = plain(sa.String(64))  # as written; which branch that is is asked when it is shown
    day: Mapped[date | None] = plain(sa.Date, nullable=True)  # due; of a hold: kept until
    is_ready: Mapped[bool] = plain(sa.Boolean)  # a hold that lies there
    state: Mapped[LoanState] = plain(word(LoanState))
    import_id: Mapped[int] = plain(sa.Integer)  # that saw it last; 0: the line to the library's system
    changed_at: Mapped[datetime] = plain(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("card_key", "kind", "item_key", name="uq_loans_once"),
        sa.Index("ix_loans_out", "card_key", sqlite_where=_IS_OUT, postgresql_where=_IS_OUT),
        # None on the state alone: a database would look through all that is out for what is on one card.
        sa.Index("ix_loans_back", "changed_at", sqlite_where=_IS_BACK, postgresql_where=_IS_BACK),
        sa.Index("ix_loans_day", "day", sqlite_where=_IS_OUT, postgresql_where=_IS_OUT),
    )


class LoanImport(Base):
    """A file handed in. Its lines, digested and sealed, lie on the disk until they are in; `at` is the byte to go on from."""

    __tablename__ = "loan_imports"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    what: Mapped[ImportWhat] = plain(word(ImportWhat))
    name: Mapped[str] = plain(sa.String(80))
    file: Mapped[str] = plain(sa.String(40))
    state: Mapped[ImportState] = plain(word(ImportState))
    is_whole: Mapped[bool] = plain(sa.Boolean)  # what is not in it is returned
    spared: Mapped[list[str]] = plain(sa.JSON)  # keys of cards of which a row could not be read
    is_unsure: Mapped[bool] = plain(sa.Boolean)  # of some row not even the card
    cause: Mapped[str] = plain(sa.String(200), server_default="")  # why it is broken
    data_on: Mapped[date] = plain(sa.Date)
    columns: Mapped[list[list[str]]] = plain(sa.JSON)  # [what, its heading]
    ignored: Mapped[list[str]] = plain(sa.JSON)
    faults: Mapped[list[str]] = plain(sa.JSON)
    fault_count: Mapped[int] = plain(sa.Integer)
    places: Mapped[list[str]] = plain(sa.JSON)
    total: Mapped[int] = plain(sa.Integer)
    at: Mapped[int] = plain(sa.BigInteger)
    done: Mapped[int] = plain(sa.Integer)
    swept_to: Mapped[int] = plain(sa.Integer)
    gone: Mapped[int] = plain(sa.Integer)
    handed_by: Mapped[str] = plain(sa.String(40))
    handed_at: Mapped[datetime] = plain(UtcDateTime)
    done_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)

    __table_args__ = (
        sa.Index("ix_loan_imports_at_work", "id", sqlite_where=_IS_AT_WORK, postgresql_where=_IS_AT_WORK),
    )


class LoanRun(Base):
    """The planning of one day's messages, card after card."""

    __tablename__ = "loan_runs"

    day: Mapped[date] = plain(sa.Date, primary_key=True)
    planned_to: Mapped[int] = plain(sa.Integer)  # bound card
    done_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)


class LoanNote(Base):
    """One message of a day to a family; what it says is found when it leaves."""

    __tablename__ = "loan_notes"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    openid: Mapped[str] = personal("微信号在本号的编号", sa.String(64))
    day: Mapped[date] = personal("借阅提醒的日子", sa.Date, index=True)
    state: Mapped[NoteState] = plain(word(NoteState))
    way: Mapped[str] = plain(sa.String(24), server_default="")
    told_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True, index=True)

    __table_args__ = (
        sa.UniqueConstraint("openid", "day", name="uq_loan_notes_once"),
        sa.Index("ix_loan_notes_owed", "openid", unique=True, sqlite_where=_IS_OWED, postgresql_where=_IS_OWED),
    )


class LoanTold(Base):
    """What a reader was told of a loan: once for each stage of each due day."""

    __tablename__ = "loans_told"

    openid: Mapped[str] = personal("微信号在本号的编号", sa.String(64), primary_key=True)
    loan_id: Mapped[int] = plain(sa.ForeignKey("loans.id", ondelete="CASCADE"), primary_key=True, index=True)
    stage: Mapped[Stage] = plain(word(Stage), primary_key=True)
    due_on: Mapped[date] = plain(sa.Date, primary_key=True)
    note_id: Mapped[int] = plain(sa.ForeignKey("loan_notes.id", ondelete="CASCADE"), index=True)


class LoanWish(Base):
    """Does a reader want to be told? Without a row: yes. `again_on`: not before that day, and then anew."""

    __tablename__ = "loan_wishes"

    openid: Mapped[str] = personal("微信号在本号的编号", sa.String(64), primary_key=True)
    is_wanted: Mapped[bool] = personal("要借阅提醒", sa.Boolean)
    again_on: Mapped[date | None] = personal("过几天再提醒", sa.Date, nullable=True)
    changed_at: Mapped[datetime] = plain(UtcDateTime)


class RenewRequest(Base):
    """A reader asked for a loan to be renewed."""

    __tablename__ = "renew_requests"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    openid: Mapped[str] = personal("微信号在本号的编号", sa.String(64), index=True)
    card_id: Mapped[int] = plain(sa.ForeignKey("bound_cards.id", ondelete="CASCADE"), index=True)
    loan_id: Mapped[int] = plain(sa.ForeignKey("loans.id", ondelete="CASCADE"), index=True)
    way: Mapped[RenewWay] = plain(word(RenewWay))
    state: Mapped[RenewState] = plain(word(RenewState))
    was_due: Mapped[date] = plain(sa.Date)
    due_on: Mapped[date | None] = plain(sa.Date, nullable=True)
    reason: Mapped[str] = personal("续借的答复", sa.String(120), server_default="")
    asked_at: Mapped[datetime] = personal("要求续借的时间", UtcDateTime)
    settled_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    settled_by: Mapped[str] = plain(sa.String(40), server_default="")

    __table_args__ = (
        sa.Index(
            "ix_renew_requests_asked", "loan_id", unique=True, sqlite_where=_IS_ASKED, postgresql_where=_IS_ASKED
        ),
    )


def forget_loans(session: Session, openid: str, *, card_id: int | None = None) -> None:
    """What this reader was told of their cards goes, before the cards do; `card_id`: of this one alone.

    The loans themselves are the library's, sealed under a number that goes with the card; the next file would bring them
    again. Only what the line to the library's system has shown, of a card that nobody else has bound, goes too.
    """
    mine = sa.select(BoundCard.card_key).where(BoundCard.openid == openid)
    if card_id is not None:
        mine = mine.where(BoundCard.id == card_id)
    others = sa.select(BoundCard.card_key).where(BoundCard.openid != openid)
    of_these = sa.select(Loan.id).where(Loan.card_key.in_(mine))
    session.execute(sa.delete(LoanTold).where(LoanTold.openid == openid, LoanTold.loan_id.in_(of_these)))
    shown = mine.where(BoundCard.looked_at.is_not(None))
    session.execute(
        sa.delete(Loan).where(Loan.import_id == 0, Loan.card_key.in_(shown), Loan.card_key.not_in(others))
    )


def sealed_rows(session: Session, openid: str) -> list[Any]:
    """(number, nickname, sealed, kind, place, day) of everything on this reader's cards."""
    rows = (
        sa.select(BoundCard.number, BoundCard.nickname, Loan.sealed, Loan.kind, Loan.place, Loan.day)
        .join(Loan, Loan.card_key == BoundCard.card_key)
        .where(BoundCard.openid == openid)
        .order_by(BoundCard.id, Loan.day, Loan.id)
    )
    return list(session.execute(rows))
