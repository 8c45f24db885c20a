"""The three books of money beside each other: what WeChat Pay has, what the ledger says, what readers were promised."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import requests
import sqlalchemy as sa
from sqlalchemy.orm import Session

from drills.delivery import Report
from drills.workers import Site
from models.db import Database
from models.money import yuan
from models.outbox import CallKind, CallState, OutboxCall
from models.payout import LedgerLine, LineKind, Payment, PaymentState, Pool, Prize, PrizeState
from models.quiz import Attempt, AttemptState, Quiz, Standing
from payouts import ledger

KINDS = (CallKind.RED_PACKET, CallKind.TRANSFER, CallKind.PAY_LOOK)
PAID_WORDS = ("RECEIVED", "SUCCESS")
GONE_WORDS = ("FAILED", "REFUND", "FAIL", "CANCELLED")

M, P = PaymentState, PrizeState


@dataclass
class Paid(Report):
    """What the drill saw of money."""

    runs: int = 0  # readers
    prizes: Counter[str] = field(default_factory=Counter)
    fen: int = 0
    numbers: int = 0  # of payments: more than prizes where one failed and was claimed anew

    def __str__(self) -> str:
        ends = ", ".join(f"{count} {state}" for state, count in sorted(self.prizes.items()))
        verdict = "holds" if self.holds else "FAILED: " + "; ".join(self.faults[:5])
        return (
            f"seed {self.seed}: {self.runs} readers, {self.kills} kills, {self.in_flight} in flight; prizes {ends}; "
            f"{self.numbers} numbers, {yuan(self.fen)} yuan in each of the three books; {verdict}"
        )


def compare(site: Site, report: Paid) -> None:
    answer = requests.get(f"{site.simulator_url}/sim/books", timeout=60).json()
    books = {row["number"]: (row["openid"], row["fen"], row["state"]) for row in answer}
    database = Database(site.database_url)
    with database.reading() as session:
        payments = session.scalars(sa.select(Payment)).all()
        found = session.scalars(sa.select(Prize).where(Prize.state != P.FREE)).all()
        report.faults += [
            *_faults_of_numbers(payments, books),
            *_faults_of_prizes(session, found, payments),
            *_faults_of_pools(session, books, payments),
            *_faults_of_readers(session),
        ]
    database.close()
    report.prizes.update(prize.state.value for prize in found)
    report.numbers = len(payments)
    report.fen = sum(fen for _, fen, state in books.values() if state in PAID_WORDS)


def _faults_of_numbers(payments: Sequence[Payment], books: Mapping[str, tuple[str, int, str]]) -> Iterator[str]:
    ours = {payment.number: payment for payment in payments}
    for number in books.keys() - ours.keys():
        yield f"the platform has {number}, which is not ours"
    for number, payment in ours.items():
        openid, fen, state = books.get(number, (payment.openid, payment.fen, "none"))
        if (openid, fen) != (payment.openid, payment.fen):
            yield f"{number} is {fen} fen for another at the platform"
        if payment.state not in (M.DONE, M.FAILED):
            yield f"{number} was left {payment.state}"
        if (payment.state is M.DONE) != (state in PAID_WORDS):
            yield f"{number} is {payment.state} here and {state} there"
        if payment.state is M.FAILED and state not in (*GONE_WORDS, "none"):
            yield f"{number} failed here and is {state} there"


def _faults_of_prizes(session: Session, found: Sequence[Prize], payments: Sequence[Payment]) -> Iterator[str]:
    done = Counter(payment.prize_id for payment in payments if payment.state is M.DONE)
    owed = sa.select(OutboxCall.key).where(OutboxCall.kind == CallKind.CUSTOMER_MESSAGE)
    said = set(session.scalars(owed))
    lines: dict[int | None, list[LineKind]] = {}
    for prize_id, kind in session.execute(sa.select(LedgerLine.prize_id, LedgerLine.kind).order_by(LedgerLine.id)):
        lines.setdefault(prize_id, []).append(kind)
    ends = {P.PAID: [LineKind.WIN, LineKind.PAY], P.LAPSED: [LineKind.WIN, LineKind.BACK]}
    ends[P.REFUSED] = ends[P.LAPSED]
    for prize in found:
        if prize.state not in ends:
            yield f"prize {prize.id} was left {prize.state}"
        elif lines.get(prize.id) != ends[prize.state]:
            yield f"prize {prize.id} is {prize.state}, and its lines are {lines.get(prize.id)}"
        if done[prize.id] != (prize.state is P.PAID):
            yield f"prize {prize.id} is {prize.state} and was paid {done[prize.id]} times"
    for payment in payments:
        if payment.state is M.FAILED and f"payment:{payment.number}:failed" not in said:
            yield f"nobody was told that {payment.number} failed"


def _faults_of_pools(
    session: Session, books: Mapping[str, tuple[str, int, str]], payments: Sequence[Payment]
) -> Iterator[str]:
    way_of = {payment.number: payment.way for payment in payments}
    for pool in session.scalars(sa.select(Pool)):
        balance = ledger.balance_of(session, pool)
        told = sum(
            fen for number, (_, fen, state) in books.items() if state in PAID_WORDS and way_of.get(number) is pool.way
        )
        if told != balance.paid:
            yield f"{pool.way}: the platform paid {told} fen, the ledger {balance.paid}"
        if balance.promised or balance.free < 0 or balance.free + balance.paid != balance.funded:
            yield f"{pool.way}: {balance}"
    # One that was tried eight times is dead, and its number is asked after all the same.
    stuck = sa.select(OutboxCall.key, OutboxCall.state, OutboxCall.cause).where(
        OutboxCall.kind.in_(KINDS), OutboxCall.state.not_in((CallState.DONE, CallState.DROPPED, CallState.DEAD))
    )
    yield from (f"{key} was left {state}: {cause}" for key, state, cause in session.execute(stuck))


def _faults_of_readers(session: Session) -> Iterator[str]:
    """Who passed has a prize, unless the pot has none left; nobody has two."""
    attempts = session.scalars(sa.select(Attempt)).all()
    quizzes = {f"quiz {quiz.id}": quiz.id for quiz in session.scalars(sa.select(Quiz))}
    winners: dict[int, Counter[str]] = {number: Counter() for number in quizzes.values()}
    free = Counter[int]()
    for prize in session.scalars(sa.select(Prize)):
        number = quizzes[prize.pool.occasion]
        if prize.state is P.FREE:
            free[number] += 1
        else:
            winners[number][prize.openid or ""] += 1
    yield from (f"{openid} won {n} prizes" for won in winners.values() for openid, n in won.items() if n > 1)
    for attempt in attempts:
        passed, has_won = attempt.score >= 1, winners[attempt.quiz_id][attempt.openid or ""] > 0
        if attempt.state is not AttemptState.DONE:
            yield f"attempt {attempt.id} was left {attempt.state}"
        if has_won and not passed:
            yield f"{attempt.openid} won and did not pass"
        if passed and not has_won and free[attempt.quiz_id]:
            yield f"{attempt.openid} passed, and {free[attempt.quiz_id]} prizes are left"
    if session.scalar(sa.select(sa.func.count()).select_from(Standing)) != len(attempts):
        yield "standings and attempts differ"
