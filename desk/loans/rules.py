"""When something is due, what there is to say of it, and when. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from unicodedata import normalize

from desk.loans.days import day_in
from models.loan import LoanKind, Proof, RenewWay, Stage

FURTHEST = 400  # days that a due day may move on: a building that is shut for a year
FIRST, LAST = time(9), time(20)  # between which messages are planned
SNOOZE = timedelta(days=2)
BEFORE_LAPSE = 1  # days before a hold lapses
S = Stage


@dataclass(frozen=True, slots=True)
class Rules:
    """What the library has chosen."""

    proof: Proof = Proof.PHONE
    proof_words: str = ""
    days_before: int = 3
    extends: bool = True
    renews: RenewWay = RenewWay.STAFF
    renew_words: str = ""
    keep_days: int = 7
    stale_days: int = 2


def due_with_calendar(due: date, is_open: Callable[[date], bool]) -> date:
    """`due`, or the first open day after it where it is shut on that day; `due` where none is known, and of a day that
    stands for never."""
    if due > date.max - timedelta(days=FURTHEST):
        return due
    days = (due + timedelta(days=ahead) for ahead in range(FURTHEST))
    return next((day for day in days if is_open(day)), due)


def stage_of(kind: LoanKind, due: date | None, *, is_ready: bool, today: date, days_before: int) -> Stage | None:
    """What there is to say today; `due` is the day as the calendar has moved it. None while there is nothing."""
    if kind is LoanKind.HOLD:
        return _stage_of_hold(due, today) if is_ready else None
    if due is None:
        return None
    late = (today - due).days
    for days, stage in ((30, S.OVER_MONTH), (7, S.OVER_WEEK), (1, S.OVER), (-1, S.TOMORROW), (-days_before, S.SOON)):
        if late >= days:
            return stage
    return None


def _stage_of_hold(until: date | None, today: date) -> Stage | None:
    if until is None:
        return S.ARRIVED
    if until < today:
        return None
    return S.LAPSING if (until - today).days <= BEFORE_LAPSE else S.ARRIVED


def is_stale(data_on: date | None, *, today: date, stale_days: int) -> bool:
    """Is what we know too old to tell anybody anything by it?"""
    return data_on is None or (today - data_on).days > stale_days


def answer_in(proof: Proof, words: str) -> str:
    """An answer as it is compared; "" for what cannot be one.

    Whoever types the whole identity number or telephone is understood; an X counts as a digit.
    """
    if proof is Proof.BIRTHDAY:
        day = day_in(words)
        return f"{day:%Y%m%d}" if day else ""
    signs = "".join(sign for sign in normalize("NFKC", words).upper() if sign in "0123456789X")
    return signs[-4:] if len(signs) >= 4 else ""
