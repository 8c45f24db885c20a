"""A loan as it is shown: unsealed, its day moved by the calendar."""

from dataclasses import dataclass
from datetime import date

from models.loan import LoanKind


@dataclass(frozen=True, slots=True)
class Shown:
    """`original`: the day of the library's system; `due`: as the calendar has moved it; `known_on`: of which day we know
    it, None where the newest whole file has not seen it."""

    id: int
    card_id: int
    kind: LoanKind
    title: str
    barcode: str
    place: str
    original: date | None
    due: date | None
    is_ready: bool
    known_on: date | None = None
