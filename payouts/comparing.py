"""WeChat Pay's bill held against our payments, number by number, to the fen.

Lines stay, so that what began before midnight and ended after it is one thing once both days are here; what is told of a
bill is worked out anew each time, and a difference that has been cleared up is gone.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import audit, times
from models.bill import BillSource, PayBill, PayBillLine
from models.by import By
from models.db import Base, core
from models.money import yuan
from models.payout import Payment, PaymentState, Pool, Prize
from payouts.bill import BadBill, Line, read

M = PaymentState
PART = 400  # numbers a statement
LONGEST = timedelta(days=366)  # of one file


class Verdict(StrEnum):
    """What became of one number, both sides seen; the first of them ask for something to be done."""

    AMOUNT = "amount"
    PAID_THERE = "paid there"
    BACK_THERE = "back there"
    ONLY_THEIRS = "only theirs"
    ONLY_OURS = "only ours"
    EARLIER = "earlier"
    LATER = "later"
    UNDER_WAY = "under way"
    BACK = "back"
    EQUAL = "equal"
    OTHER = "other"


V = Verdict
WORDS = {
    V.AMOUNT: "金额不同", V.PAID_THERE: "账单付了没记", V.BACK_THERE: "账单退了没记", V.ONLY_THEIRS: "只在账单里",
    V.ONLY_OURS: "只在我们账上", V.EARLIER: "要看前一天的账单", V.LATER: "等退款的账单", V.UNDER_WAY: "还在途", V.BACK: "已退回",
    V.EQUAL: "一致", V.OTHER: "不是发奖",
}  # fmt: skip
TO_DO = {
    V.AMOUNT: "在商户平台按单号查这一笔的金额和次数，和奖品的金额核对。没弄清前不要补发。",
    V.PAID_THERE: "读者可能已经收到钱。先在奖品里扣下这份奖，不要再发；过一天导入新账单，看有没有退款。",
    V.BACK_THERE: "钱退回来了。在商户平台按单号查状态，确认后告诉技术人员改账，再联系读者。",
    V.ONLY_THEIRS: "先问：这个商户号是不是还有别的系统在发？都不是，就停用接口密钥并查是谁发的。",
    V.ONLY_OURS: "先看账单是不是同一个账户（运营账户、基本账户）的；是的话，在商户平台按单号查这一笔。",
    V.EARLIER: "钱可能记在前面的日子，导入那天的账单再看。",
    V.LATER: "微信说没有付成。退款记在后面的日子，导入那天的账单再看。",
    V.UNDER_WAY: "不用做什么：系统会再问微信，有结果就记上。",
    V.BACK: "", V.EQUAL: "", V.OTHER: "充值、提现、手续费等，不和奖品比。",
}  # fmt: skip
ASKING = (V.AMOUNT, V.PAID_THERE, V.BACK_THERE, V.ONLY_THEIRS, V.ONLY_OURS, V.EARLIER, V.LATER)


@dataclass(frozen=True, slots=True)
class Row:
    """One number, or one line of other business. `theirs`: what left and did not come back; fen."""

    verdict: Verdict
    number: str
    platform_number: str
    ours: int | None
    theirs: int | None
    came_back: int = 0
    name: str = ""
    rows: tuple[int, ...] = ()  # of the file; of several files, each counts its own
    pool_id: int | None = None
    pool: str = ""
    day: date | None = None

    @property
    def to_do(self) -> str:
        if self.verdict is V.EARLIER and self.day:
            return f"钱可能记在 {self.day:%Y-%m-%d} 那天，导入那天的账单再看。"
        if self.verdict is V.LATER and self.day:
            return f"微信说没有付成。退款记在 {self.day:%Y-%m-%d} 或之后，导入那天的账单再看。"
        return TO_DO[self.verdict]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that is told of one bill, what asks for something first."""

    rows: Sequence[Row]

    def count(self, *verdicts: Verdict) -> int:
        return sum(row.verdict in verdicts for row in self.rows)

    @property
    def is_clear(self) -> bool:
        return not self.count(*ASKING)

    @property
    def theirs(self) -> int:
        """Fen of prizes that left and did not come back, by the bill."""
        return sum(row.theirs or 0 for row in self.rows if row.verdict not in (V.OTHER, V.UNDER_WAY))

    @property
    def ours(self) -> int:
        """Fen that our books call paid, of the same numbers and days."""
        return sum(row.ours or 0 for row in self.rows if row.verdict not in (V.OTHER, V.UNDER_WAY))

    @property
    def said(self) -> str:
        """一致 12 笔，只在账单里 1 笔"""
        counts = ((WORDS[verdict], self.count(verdict)) for verdict in V if verdict is not V.OTHER)
        return "，".join(f"{words} {count} 笔" for words, count in counts if count) or "没有发奖的流水"


# ── taking a file in ──


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was read, before anything is written: that takes seconds for the largest."""

    digest: str
    name: str
    source: BillSource
    days: tuple[date, date]
    lines: Sequence[Line]


def file_of(name: str, body: bytes, *, merchant: str, days: tuple[date, date] | None = None) -> File:
    """The file, of the days that are given or that it tells. Raises: BadBill."""
    found = read(name, body, merchant=merchant)
    period = _period(days, found.days, found.lines)
    return File(hashlib.sha256(body).hexdigest(), name[:80], found.source, period, found.lines)


def take_in(session: Session, file: File, *, by: By) -> tuple[PayBill, bool]:
    """The bill of this file, and whether it is new; one that was handed in before stays as it is. Raises: BadBill."""
    known = session.scalars(sa.select(PayBill).where(PayBill.digest == file.digest)).one_or_none()
    if known is not None:
        return known, False
    first, last = file.days
    bill = PayBill(
        digest=file.digest, name=file.name, source=file.source, first_day=first, last_day=last, handed_by=by.who, handed_at=by.at
    )  # fmt: skip
    session.add(bill)
    session.flush()
    _keep(session, bill, file.lines)
    audit.note(
        session, "bill taken in", who=by.who, subject=f"bill {bill.id}", at=by.at, detail=compared(session, bill).said
    )
    return bill, True


def _period(
    told: tuple[date, date] | None, found: tuple[date, date] | None, lines: Sequence[Line]
) -> tuple[date, date]:
    days = told or found
    if days is None:
        raise BadBill("这份账单一笔流水都没有，也看不出是哪天的：请填上账单的日期再交。")
    if days[0] > days[1]:
        raise BadBill("日期反了：开始的一天要在前面。")
    if days[1] - days[0] > LONGEST or not 2000 <= days[0].year <= days[1].year < 2100:
        raise BadBill("日期不对：一份账单最多一年。")
    for line in lines:
        if not days[0] <= times.today(line.at) <= days[1]:
            raise BadBill(f"第 {line.row} 行“记账时间”：不在所填的日期里。")
    return days


def _keep(session: Session, bill: PayBill, lines: Sequence[Line]) -> None:
    """Lines that are not here yet. Raises: BadBill for one that is here with other content."""
    known: dict[str, PayBillLine] = {}
    for part in _parts([line.key for line in lines]):
        known |= {one.key: one for one in session.scalars(sa.select(PayBillLine).where(PayBillLine.key.in_(part)))}
    for line in lines:
        before = known.get(line.key)
        if before is not None and (before.fen, before.number) != (line.fen, line.number):
            raise BadBill(f"第 {line.row} 行：这笔流水以前导入过，金额或单号和现在的不一样。")
    new = [
        {
            "bill_id": bill.id, "source": bill.source, "key": line.key, "row": line.row, "at": line.at, "number": line.number,
            "platform_number": line.platform_number, "name": line.name, "is_in": line.is_in, "fen": line.fen,
        }
        for line in lines
        if line.key not in known
    ]  # fmt: skip
    if new:
        core(session).execute(sa.insert(Base.metadata.tables["pay_bill_lines"]), new)


# ── both sides ──


def compared(session: Session, bill: PayBill) -> Comparison:
    """Every number of the bill's days, as the books of both sides have it now."""
    since, until = times.start_of(bill.first_day), times.start_of(bill.last_day + timedelta(days=1))
    of_days = sa.select(PayBillLine).where(
        PayBillLine.source == bill.source, PayBillLine.at >= since, PayBillLine.at < until
    )
    lines = session.scalars(of_days.order_by(PayBillLine.at, PayBillLine.id)).all()
    settled = sa.select(Payment).where(
        Payment.state == M.DONE, Payment.settled_at >= since, Payment.settled_at < until
    )
    payments = _payments_of(session, lines) | {one.number: one for one in session.scalars(settled)}
    theirs = _by_number(_all_lines(session, bill.source, payments.values()), payments)
    rows = [_row(payment, theirs.get(number, [])) for number, payment in payments.items()]
    ours = set(payments) | {one.platform_number for one in payments.values() if one.platform_number}
    rows += _foreign(line for line in lines if not {line.number, line.platform_number} & ours)
    rows = _not_covered(session, bill.source, rows, payments)
    order = list(V)
    titles = _titles(session, [row.pool_id for row in rows if row.pool_id])
    rows = [replace(row, pool=titles.get(row.pool_id or 0, "")) for row in rows]
    return Comparison(sorted(rows, key=lambda row: (order.index(row.verdict), row.number)))


def of_pool(session: Session, pool: Pool) -> list[tuple[Payment, Row | None]]:
    """Each payment of a pot with what the fund bills say of it; None where none was handed in that has it."""
    mine = sa.select(Payment).join(Prize, Prize.id == Payment.prize_id).where(Prize.pool_id == pool.id)
    payments = {one.number: one for one in session.scalars(mine.order_by(Payment.id))}
    theirs = _by_number(_all_lines(session, BillSource.FUND, payments.values()), payments)
    rows = [_row(one, theirs[number]) for number, one in payments.items() if number in theirs]
    by_number = {row.number: row for row in _not_covered(session, BillSource.FUND, rows, payments)}
    return [(one, by_number.get(number)) for number, one in payments.items()]


def _row(payment: Payment, lines: Sequence[PayBillLine]) -> Row:
    out, back = (sum(line.fen for line in lines if line.is_in is is_in) for is_in in (False, True))
    return Row(
        _verdict(payment, out, back), payment.number, payment.platform_number, payment.fen if payment.state is M.DONE else 0,
        out - back if lines else None, back, lines[0].name if lines else "", tuple(line.row for line in lines),
        pool_id=payment.prize.pool_id, day=times.today(payment.made_at),
    )  # fmt: skip


def _verdict(payment: Payment, out: int, back: int) -> Verdict:
    left, whole = out - back, payment.fen
    if not out and not back:
        return V.ONLY_OURS
    if left not in (0, whole) or out > whole:
        return V.AMOUNT
    if payment.state is M.DONE:
        return V.EQUAL if left else V.BACK_THERE
    if payment.state is M.FAILED:
        return V.PAID_THERE if left else V.BACK
    return V.UNDER_WAY


def _foreign(lines: Iterable[PayBillLine]) -> list[Row]:
    """Numbers that are none of ours: prizes by the name of the move, or other business."""
    found: dict[tuple[Verdict, str], Row] = {}
    for line in lines:
        is_prize = line.source is BillSource.LIST or "红包" in line.name or "转账" in line.name
        verdict = V.ONLY_THEIRS if is_prize else V.OTHER
        key = (verdict, (line.number or line.platform_number) if is_prize else line.key)
        before = found.get(key) or Row(verdict, line.number, line.platform_number, None, 0, name=line.name)
        found[key] = replace(
            before, theirs=(before.theirs or 0) + (-line.fen if line.is_in else line.fen), rows=(*before.rows, line.row),
            came_back=before.came_back + (line.fen if line.is_in and is_prize else 0),
        )  # fmt: skip
    return list(found.values())


def _not_covered(
    session: Session, source: BillSource, rows: Sequence[Row], payments: dict[str, Payment]
) -> list[Row]:
    """What no bill has, though no bill of the day it was sent is here, is not missing yet; nor is what should have come
    back by the end of a day that is not here."""
    days: set[date] = set()
    for first, last in session.execute(
        sa.select(PayBill.first_day, PayBill.last_day).where(PayBill.source == source)
    ):
        days |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
    return [_seen_in(days, row, payments.get(row.number)) for row in rows]


def _seen_in(days: set[date], row: Row, payment: Payment | None) -> Row:
    if payment is None:
        return row
    sent = times.today(payment.made_at)
    if row.verdict is V.ONLY_OURS and sent not in days:
        return replace(row, verdict=V.EARLIER)
    if row.verdict is V.PAID_THERE and payment.settled_at is not None:
        span = (times.today(payment.settled_at) - sent).days
        missing = [day for n in range(span + 1) if (day := sent + timedelta(days=n)) not in days]
        return replace(row, verdict=V.LATER, day=missing[0]) if missing else row
    return row


def _payments_of(session: Session, lines: Sequence[PayBillLine]) -> dict[str, Payment]:
    numbers = {one for line in lines for one in (line.number, line.platform_number) if one}
    found: dict[str, Payment] = {}
    for part in _parts(numbers):
        ours = sa.select(Payment).where(sa.or_(Payment.number.in_(part), Payment.platform_number.in_(part)))
        found |= {payment.number: payment for payment in session.scalars(ours)}
    return found


def _all_lines(session: Session, source: BillSource, payments: Iterable[Payment]) -> list[PayBillLine]:
    """Of any day: a packet that was sent before midnight and given back after it."""
    numbers = {one for payment in payments for one in (payment.number, payment.platform_number) if one}
    found: dict[int, PayBillLine] = {}
    for part in _parts(numbers):
        either = sa.or_(PayBillLine.number.in_(part), PayBillLine.platform_number.in_(part))
        lines = session.scalars(sa.select(PayBillLine).where(PayBillLine.source == source, either))
        found |= {line.id: line for line in lines}
    return [found[key] for key in sorted(found)]


def _by_number(lines: Sequence[PayBillLine], payments: dict[str, Payment]) -> dict[str, list[PayBillLine]]:
    by_platform = {one.platform_number: one.number for one in payments.values() if one.platform_number}
    found: dict[str, list[PayBillLine]] = {}
    for line in lines:
        number = line.number if line.number in payments else by_platform.get(line.platform_number, "")
        if number:
            found.setdefault(number, []).append(line)
    return found


def _titles(session: Session, pools: Sequence[int]) -> dict[int, str]:
    wanted = sa.select(Pool.id, Pool.title).where(Pool.id.in_(set(pools)))
    return {row.id: row.title for row in session.execute(wanted)} if pools else {}


def _parts(values: Iterable[str]) -> Iterator[list[str]]:
    listed = sorted(values)
    return (listed[at : at + PART] for at in range(0, len(listed), PART))


def in_yuan(fen: int | None) -> str:
    """1.68, or – where a side has nothing."""
    return "–" if fen is None else yuan(fen)
