"""The demo's cards and loans: three cards of its list, loans around today, one due inside a closure, and older data never.

The pretend library system that the demo starts beside it holds the same cards.
"""

from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities import hours
from desk.loans import choosing, sealing
from models import times
from models.activity import Branch
from models.bulk import Bulk
from models.by import By
from models.loan import (
    ImportState,
    ImportWhat,
    LibraryCard,
    Loan,
    LoanImport,
    LoanKind,
    LoanState,
    Proof,
    RenewWay,
)

CARDS = (("20260003317", "1234"), ("20260003318", "5678"), ("20260003319", "9012"))
SHUT, SHUT_WHY = "官塘社区分馆", "书库搬架"
# Card, barcode, title, days until it is due, where; the third lies inside the closure.
LOANS = (
    (0, "A000101", "夏洛的网", 2, "总馆"), (0, "A000102", "城南旧事", 12, "总馆"), (0, "A000103", "小王子", 6, SHUT),
    (1, "A000201", "平凡的世界", -3, "总馆"), (1, "A000202", "边城", 1, "总馆"), (2, "A000301", "人间词话", 20, "总馆"),
)  # fmt: skip
HOLDS = ((0, "A000104", "草房子", 5, "总馆"),)
_LOANS = Bulk(
    Loan, "card_key", "kind", "item_key", "sealed", "place", "day", "is_ready", "state", "import_id", "changed_at",
    or_nothing=True,
)  # fmt: skip
_CARDS = Bulk(LibraryCard, "card_key", "id_key", "phone_key", "birthday_key", "import_id", or_nothing=True)


def lend(session: Session, *, secret: str, has_ils: bool, by: By) -> None:
    """Once: what readers bound and brought back since stays."""
    if not secret or session.scalar(sa.select(LibraryCard.card_key).limit(1)) is not None:
        return
    today = times.today(by.at)
    cards = _file(session, ImportWhat.CARDS, "读者证名单.xlsx", len(CARDS), by)
    _CARDS.run(session, [_card(secret, number, phone, cards) for number, phone in CARDS])
    loans = _file(session, ImportWhat.LOANS, "借阅清单.xlsx", len(LOANS), by)
    _LOANS.run(session, [_row(secret, LoanKind.LOAN, one, today, loans, by.at) for one in LOANS])
    holds = _file(session, ImportWhat.HOLDS, "预约清单.xlsx", len(HOLDS), by)
    _LOANS.run(session, [_row(secret, LoanKind.HOLD, one, today, holds, by.at) for one in HOLDS])
    row = choosing.row_of(session)
    row.renews = RenewWay.ILS if has_ils else RenewWay.STAFF
    branch = session.scalar(sa.select(Branch.id).where(Branch.name == SHUT))
    if branch is not None:
        first = today + timedelta(days=5)
        hours.close(session, branch_id=branch, first_on=first, last_on=first + timedelta(days=3), reason=SHUT_WHY)


def _card(secret: str, number: str, phone: str, import_id: int) -> tuple[object, ...]:
    answer = sealing.proof_key(secret, number, Proof.PHONE, phone)
    return sealing.card_key(secret, number), None, answer, None, import_id


def _row(
    secret: str, kind: LoanKind, one: tuple[int, str, str, int, str], today: date, import_id: int, at: datetime
) -> tuple[object, ...]:
    card, barcode, title, days, place = one
    number = CARDS[card][0]
    return (
        sealing.card_key(secret, number), kind.value, sealing.item_key(secret, number, barcode),
        sealing.seal(secret, number, sealing.Item(title, barcode)), place, (today + timedelta(days=days)).isoformat(),
        kind is LoanKind.HOLD, LoanState.OUT.value, import_id, at,
    )  # fmt: skip


def _file(session: Session, what: ImportWhat, name: str, rows: int, by: By) -> int:
    row = LoanImport(
        what=what, name=name, file="", state=ImportState.DONE, is_whole=True, spared=[], is_unsure=False,
        data_on=times.today(by.at), columns=[], ignored=[],
        faults=[], fault_count=0, places=[], total=rows, at=0, done=rows, swept_to=0, gone=0, handed_by=by.who, handed_at=by.at,
        done_at=by.at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id
