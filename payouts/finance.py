"""The finance sheet of a pot: each payment, the ledger, and what each person got in a year. Amounts in yuan."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import times
from models.payout import LedgerLine, LineKind, Payment, PaymentState, PayWay, Pool, Prize, PrizeState
from models.staff import names
from payouts import comparing, ledger
from payouts.plan import plan_of
from payouts.tax import Tax

Table = tuple[str, Sequence[tuple[str, int]], Iterable[Sequence[object]]]

WAYS = {PayWay.TRANSFER: "微信转账", PayWay.RED_PACKET: "微信红包", PayWay.DESK: "到馆领取"}
STATES = {
    PrizeState.FREE: "没人得", PrizeState.WON: "待领取", PrizeState.HELD: "核对中", PrizeState.CLAIMED: "发放中",
    PrizeState.PAID: "已发", PrizeState.FAILED: "没到账", PrizeState.LAPSED: "过期未领", PrizeState.REFUSED: "未发放",
    PrizeState.DENIED: "不发，可申诉",
    PrizeState.LEFT: "结清退回",
}  # fmt: skip
PAYMENTS = {
    PaymentState.OWED: "等结果", PaymentState.PENDING: "在途", PaymentState.DONE: "已发", PaymentState.FAILED: "没发成",
}  # fmt: skip
LINES = {
    LineKind.FUND: "入池", LineKind.WIN: "得奖（预留）", LineKind.PAY: "发放", LineKind.BACK: "退回奖池", LineKind.LEAVE: "结清退回",
}  # fmt: skip
IN_YUAN = 100


def sheets(session: Session, pool: Pool, tax: Tax) -> list[Table]:
    """Summary, prizes, ledger, WeChat Pay's side, and yearly sums, as tables."""
    tables = [_summary(session, pool), _prizes(session, pool), _lines(session, pool)]
    return [*tables, *([] if pool.way is PayWay.DESK else [_billed(session, pool)]), *_yearly(session, pool, tax)]


def _summary(session: Session, pool: Pool) -> Table:
    balance, known = ledger.balance_of(session, pool), names(session)
    rows = [
        ("活动", pool.title), ("发放方式", WAYS[pool.way]), ("设奖", _who(pool.made_by, known)), ("批准", _who(pool.approved_by, known)),
        ("封存时间", _said(pool.sealed_at)), ("封存指纹", pool.commitment), ("入池（元）", balance.funded / IN_YUAN),
        ("已发（元）", balance.paid / IN_YUAN), ("待发（元）", balance.promised / IN_YUAN), ("未得（元）", balance.free / IN_YUAN),
        ("结清退回（元）", balance.returned / IN_YUAN),
    ]  # fmt: skip
    return "汇总", (("项目", 16), ("内容", 70)), rows


def _prizes(session: Session, pool: Pool) -> Table:
    columns = (
        ("奖品", 8), ("读者编号", 34), ("金额（元）", 10), ("礼品", 16), ("得奖", 18), ("状态", 10), ("了结", 18), ("单号", 32),
        ("微信单号", 32), ("说明", 30), ("奖项", 18), ("怎样发", 10), ("领取人", 12),
    )  # fmt: skip
    paid = sa.and_(Payment.prize_id == Prize.id, Payment.state != "failed")
    rows = (
        sa.select(
            Prize.number, Prize.tier, Prize.openid, Prize.fen, Prize.gift, Prize.won_at, Prize.state, Prize.settled_at, Prize.cause,
            Prize.handed_to, Prize.at_desk,
            Payment.number.label("paid_as"), Payment.platform_number,
        )
        .outerjoin(Payment, paid)
        .where(Prize.pool_id == pool.id, Prize.won_at.is_not(None))
        .order_by(Prize.won_at, Prize.id)
    )  # fmt: skip
    tiers = plan_of(pool.plan).all
    return "得奖与发放", columns, (
        (
            row.number, row.openid or "", row.fen / IN_YUAN, row.gift, _said(row.won_at), STATES[row.state],
            _said(row.settled_at), row.paid_as or "", row.platform_number or "", row.cause,
            tiers[row.tier].name, WAYS[PayWay.DESK if row.at_desk else pool.way], row.handed_to,
        )
        for row in session.execute(rows)
    )  # fmt: skip


def _lines(session: Session, pool: Pool) -> Table:
    columns = (("时间", 18), ("事项", 14), ("金额（元）", 10), ("奖品", 8), ("经手", 20), ("说明", 40))
    known = names(session)
    rows = (
        sa.select(LedgerLine.at, LedgerLine.kind, LedgerLine.fen, Prize.number, LedgerLine.who, LedgerLine.note)
        .outerjoin(Prize, Prize.id == LedgerLine.prize_id)
        .where(LedgerLine.pool_id == pool.id)
        .order_by(LedgerLine.id)
    )
    return "流水", columns, (
        (_said(line.at), LINES[line.kind], line.fen / IN_YUAN, line.number or "", _who(line.who, known), line.note)
        for line in session.execute(rows)
    )  # fmt: skip


def _billed(session: Session, pool: Pool) -> Table:
    """Each number with what WeChat Pay's own bills, as far as they were handed in, say of it."""
    columns = (
        ("单号", 32),
        ("金额（元）", 10),
        ("我们记的", 12),
        ("账单净支出（元）", 16),
        ("其中退回（元）", 14),
        ("对账结果", 24),
    )
    return "微信对账", columns, (
        (
            payment.number, payment.fen / IN_YUAN, PAYMENTS[payment.state], (row.theirs or 0) / IN_YUAN if row else "",
            row.came_back / IN_YUAN if row else "", comparing.WORDS[row.verdict] if row else "账单还没导入",
        )
        for payment, row in comparing.of_pool(session, pool)
    )  # fmt: skip


def _yearly(session: Session, pool: Pool, tax: Tax) -> list[Table]:
    """A table for each year in which something of this pot was paid."""
    paid = sa.select(sa.func.min(Prize.settled_at), sa.func.max(Prize.settled_at))
    first, last = session.execute(paid.where(Prize.pool_id == pool.id, Prize.state == PrizeState.PAID)).one()
    begins = first or pool.sealed_at or pool.made_at
    years = range(times.local(begins).year, times.local(last or begins).year + 1)
    return [_of_year(session, pool, tax, year) for year in years]


def _of_year(session: Session, pool: Pool, tax: Tax, year: int) -> Table:
    """Over all pots of the library, for those who won in this one; what the setting makes of it, where there is one."""
    first, after = (times.start_of(date(of, 1, 1)) for of in (year, year + 1))
    here = sa.select(Prize.openid).where(Prize.pool_id == pool.id, Prize.state == PrizeState.PAID)
    sums = (
        sa.select(Prize.openid, Prize.fen)
        .where(Prize.state == PrizeState.PAID, Prize.settled_at >= first, Prize.settled_at < after)
        .where(Prize.openid.in_(here))
    )
    # Handed to somebody without an account of ours (a school's child, a teacher): by the name that was written down, in this pot.
    by_name = sa.select(Prize.handed_to, Prize.fen).where(
        Prize.pool_id == pool.id, Prize.state == PrizeState.PAID, Prize.openid.is_(None), Prize.settled_at >= first,
        Prize.settled_at < after,
    )  # fmt: skip
    won: dict[str, list[int]] = {}
    for who, fen in (*session.execute(sums), *session.execute(by_name)):
        won.setdefault(who or "没有记姓名", []).append(fen)
    columns = [
        ("读者编号，或领取人", 34),
        ("份数", 8),
        (f"{year} 年合计（元）", 16),
        *([(f"税额（元），{tax.said}", 44)] if tax else []),
    ]
    rows = sorted(((sum(each), openid, each) for openid, each in won.items()), key=lambda row: (-row[0], row[1]))
    return f"{year}年每人合计", columns, (
        (openid, len(each), total / IN_YUAN, *([sum(map(tax.of, each)) / IN_YUAN] if tax else []))
        for total, openid, each in rows
    )  # fmt: skip


def _who(login: str, known: Mapping[str, str]) -> str:
    """陈馆员（chen）: a paper that is kept names people, and two may have one name."""
    return f"{known[login]}（{login}）" if login in known else login


def _said(moment: datetime | None) -> str:
    return f"{times.local(moment):%Y-%m-%d %H:%M}" if moment else ""
