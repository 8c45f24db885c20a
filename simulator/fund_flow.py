"""资金账单 of a day, in the form the merchant's site gives: a backtick before each value, amounts in yuan, sums at the end."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta

from simulator import bills
from simulator.clock import SHANGHAI, said_time
from simulator.inbound import BadWish

HEAD = (
    "记账时间", "微信支付业务单号", "资金流水单号", "业务名称", "业务类型", "收支类型", "收支金额(元)", "账户结余(元)",
    "资金变更提交申请人", "备注", "业务凭证号",
)  # fmt: skip
SUMS = ("资金流水总笔数", "收入笔数", "收入金额", "支出笔数", "支出金额")
# What a line is called, money going out and coming back.
NAMES = {
    bills.RED_PACKET: ("现金红包", "现金红包退款"), bills.TRANSFER: ("商家转账", "商家转账退款"), bills.TOP_UP: ("提现", "充值"),
}  # fmt: skip


def bill_of(db: sqlite3.Connection, day: str, *, merchant: str) -> str:
    """The whole file of one day (2026-11-26). Raises: BadWish for what is no day."""
    try:
        first = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=SHANGHAI)
    except ValueError:
        raise BadWish("day is written 2026-11-26") from None
    span = (first.timestamp(), (first + timedelta(days=1)).timestamp())
    flows = db.execute("SELECT * FROM flows WHERE at >= ? AND at < ? ORDER BY n", span).fetchall()
    lines = [",".join(HEAD), *(_line(_values(flow, merchant)) for flow in flows), ",".join(SUMS)]
    return "\r\n".join([*lines, _line(_sums(flows)), ""])


def _values(flow: sqlite3.Row, merchant: str) -> tuple[str, ...]:
    is_in = flow["fen"] > 0
    name = NAMES[flow["product"]][is_in]
    kind = NAMES[flow["product"]][1] if flow["product"] == bills.TOP_UP else "退款" if is_in else "转账"
    who = f"{merchant}API" if flow["number"] else "system"
    return (
        said_time(flow["at"]), flow["platform_number"] or f"TOPUP{flow['n']:010}", f"{merchant}{flow['n']:018}", name, kind,
        "收入" if is_in else "支出", _yuan(abs(flow["fen"])), _yuan(flow["balance"]), who, name, flow["number"],
    )  # fmt: skip


def _sums(flows: list[sqlite3.Row]) -> tuple[str, ...]:
    came, went = ([abs(flow["fen"]) for flow in flows if (flow["fen"] > 0) is is_in] for is_in in (True, False))
    return str(len(flows)), str(len(came)), _yuan(sum(came)), str(len(went)), _yuan(sum(went))


def _line(values: Iterable[str]) -> str:
    return ",".join(f"`{value}" for value in values)


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02}"
