"""Questions about cards and loans."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desk.loans import sealing
from desk.loans.calendars import calendars_of
from desk.loans.rules import Rules, is_stale
from desk.loans.shown import Shown
from models import times
from models.db import core
from models.loan import (
    BoundCard,
    ImportState,
    ImportWhat,
    LibraryCard,
    Loan,
    LoanImport,
    LoanKind,
    LoanNote,
    LoanRules,
    LoanState,
    LoanWish,
    NoteState,
    RenewRequest,
    RenewState,
    sealed_rows,
)

IS_OUT = sa.and_(Loan.state == LoanState.OUT, sa.text("loans.state = 'out'"))
_FILES = {LoanKind.LOAN: ImportWhat.LOANS, LoanKind.HOLD: ImportWhat.HOLDS}
_KIND = {LoanKind.LOAN: "借的书", LoanKind.HOLD: "预约的书"}


def rules_of(session: Session) -> Rules:
    """What the library has chosen, or how it is without."""
    row = session.get(LoanRules, 1)
    if row is None:
        return Rules()
    return Rules(
        row.proof, row.proof_words, row.days_before, row.extends, row.renews, row.renew_words, row.keep_days, row.stale_days
    )  # fmt: skip


def is_on(session: Session) -> bool:
    """Has the library a list by which cards can be bound?"""
    return session.scalar(sa.select(LibraryCard.card_key).limit(1)) is not None


def cards_of(session: Session, openid: str) -> list[BoundCard]:
    """This reader's, the first bound first."""
    mine = sa.select(BoundCard).where(BoundCard.openid == openid).order_by(BoundCard.id)
    return list(session.scalars(mine))


def newest(session: Session, what: ImportWhat) -> LoanImport | None:
    """The whole file that is in, of the latest day."""
    done = sa.select(LoanImport).where(
        LoanImport.what == what, LoanImport.state == ImportState.DONE, LoanImport.is_whole
    )
    return session.scalars(done.order_by(LoanImport.data_on.desc(), LoanImport.id.desc()).limit(1)).first()


def data_on(session: Session) -> date | None:
    """Of which day the newest whole file of loans tells; None before the first."""
    row = newest(session, ImportWhat.LOANS)
    return row.data_on if row else None


@dataclass(frozen=True, slots=True)
class Data:
    """The newest whole file of each kind: its day and its number."""

    files: Mapping[LoanKind, tuple[date, int] | None]

    def known_on(self, row: Any, looked_at: datetime | None) -> date | None:
        """Of which day we know how it stands with this loan of a card; None where the newest whole file has not seen it:
        it may be back, and nobody is told of it. `row`: kind, import_id, changed_at."""
        file = self.files[row.kind]
        if file is not None and (row.changed_at, row.import_id) < (times.start_of(file[0]), file[1]):
            return None
        return known_on(row.changed_at if row.import_id == 0 else looked_at, file[0] if file else None)


def data_of(session: Session) -> Data:
    """As it is now."""
    rows = {kind: newest(session, what) for kind, what in _FILES.items()}
    return Data({kind: (row.data_on, row.id) if row else None for kind, row in rows.items()})


def known_on(looked_at: datetime | None, file_on: date | None) -> date | None:
    """Of which day we know how it stands with a card: the file, or the look at the library's system."""
    looked_on = times.today(looked_at) if looked_at else None
    return max(filter(None, (looked_on, file_on)), default=None)


_OUT = sa.select(
    Loan.id,
    Loan.card_key,
    Loan.kind,
    Loan.sealed,
    Loan.place,
    Loan.day,
    Loan.is_ready,
    Loan.import_id,
    Loan.changed_at,
).where(Loan.card_key.in_(sa.select(BoundCard.card_key).where(BoundCard.openid == sa.bindparam("reader"))), IS_OUT)


def borrowed(
    session: Session, openid: str, *, secret: str, now: datetime, rules: Rules | None = None, data: Data | None = None
) -> list[tuple[BoundCard, list[Shown]]]:
    """Each card with what is out on it: the soonest due first, holds at the end. `rules`, `data`: where they are at hand."""
    cards = cards_of(session, openid)
    today, rules = times.today(now), rules or rules_of(session)
    calendar = calendars_of(session, today=today, extends=rules.extends)
    rows, data = core(session).execute(_OUT, {"reader": openid}).all(), data or data_of(session)
    found = []
    for card in cards:
        mine = [_shown(row, card, calendar, secret, data) for row in rows if row.card_key == card.card_key]
        found.append((card, sorted(mine, key=_first)))
    return found


def shown(session: Session, loan: Loan, card: BoundCard, *, secret: str, now: datetime) -> Shown:
    """One of them."""
    calendar = calendars_of(session, today=times.today(now), extends=rules_of(session).extends)
    return _shown(loan, card, calendar, secret, data_of(session))


def _shown(row: Any, card: BoundCard, calendar: Any, secret: str, data: Data) -> Shown:
    item = sealing.unsealed(secret, card.number, row.sealed)
    due = calendar.due(row.day, row.place) if row.day else None
    if row.kind is LoanKind.HOLD:
        due = row.day  # the shelf is cleared on its day, whether one could come or not
    return Shown(
        row.id, card.id, row.kind, item.title, item.barcode, row.place, row.day, due, row.is_ready,
        known_on=data.known_on(row, card.looked_at),
    )  # fmt: skip


def _first(one: Shown) -> tuple[bool, date, int]:
    return one.kind is LoanKind.HOLD, one.due or date.max, one.id


def wants(session: Session, openid: str) -> bool:
    """Does this reader want to be told?"""
    row = session.get(LoanWish, openid)
    return row is None or row.is_wanted


def own_file(session: Session, openid: str, *, secret: str) -> dict[str, list[dict[str, Any]]]:
    """What is sealed of a reader's own, for their own file, under the Chinese words."""
    rows: list[dict[str, Any]] = []
    for number, nickname, sealed, kind, place, day in sealed_rows(session, openid):
        item = sealing.unsealed(secret, number, sealed)
        rows.append({
            "读者证": nickname or sealing.masked(number), "哪一种": _KIND[kind], "题名": item.title, "条码": item.barcode,
            "馆": place, "到期或保留到": day,
        })  # fmt: skip
    return {"loans": rows} if rows else {}


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts for the console; nobody is named in them."""

    cards: int
    readers: int
    out: int
    due_today: int
    overdue: int
    holds: int
    asked: int
    told: Mapping[str, int]  # by way, of the last days
    renewed: int
    refused: int
    off: int


FIGURE_DAYS = 30


def figures(session: Session, *, now: datetime) -> Figures:
    """As they stand; `out`, `due_today`, `overdue` and `holds` of bound cards alone."""
    today, since = times.today(now), now - timedelta(days=FIGURE_DAYS)
    bound = sa.exists().where(BoundCard.card_key == Loan.card_key)
    loans = sa.and_(IS_OUT, Loan.kind == LoanKind.LOAN, bound)
    told = sa.select(LoanNote.way, sa.func.count()).where(LoanNote.state == NoteState.TOLD, LoanNote.told_at >= since)
    ended = sa.select(RenewRequest.state, sa.func.count()).where(RenewRequest.settled_at >= since)
    renewals = dict(session.execute(ended.group_by(RenewRequest.state)).all())
    return Figures(
        _count(session, BoundCard.id), _count(session, BoundCard.openid.distinct()),
        _count(session, Loan.id, loans), _count(session, Loan.id, loans, Loan.day == today),
        _count(session, Loan.id, loans, Loan.day < today),
        _count(session, Loan.id, IS_OUT, Loan.kind == LoanKind.HOLD, Loan.is_ready, bound),
        _count(session, RenewRequest.id, RenewRequest.state == RenewState.ASKED),
        dict(session.execute(told.group_by(LoanNote.way)).all()),
        renewals.get(RenewState.DONE, 0), renewals.get(RenewState.REFUSED, 0),
        _count(session, LoanWish.openid, ~LoanWish.is_wanted),
    )  # fmt: skip


def _count(session: Session, what: Any, *where: Any) -> int:
    return session.scalar(sa.select(sa.func.count(what)).where(*where)) or 0


def stale_since(session: Session, *, today: date) -> date | None:
    """The day of the data where it is too old to tell readers anything; None where it is fresh, or there is none and
    no reader who would miss it."""
    on = data_on(session)
    if on is None or not is_stale(on, today=today, stale_days=rules_of(session).stale_days):
        return None
    return on
