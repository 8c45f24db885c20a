"""Reading a bill that the merchant's site hands out: 资金账单, or the export of red packets or transfers. Pure.

Columns are found by their names, whose order the platform does not promise. A file is taken whole or not at all: what is
wrong is named by row and column. The column names of the exports differ between products and years; those known stand below.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from io import StringIO

from models import times
from models.bill import BillSource
from models.errors import BadInput
from models.money import fen_from

LARGEST_BILL = 8 * 1024 * 1024
MOST_LINES, MOST_FAULTS, LOOKED_FOR_HEAD = 50_000, 20, 30
HAND = "资金变更提交申请人"
FUND_COLUMNS = ("记账时间", "微信支付业务单号", "资金流水单号", "业务名称", "收支类型", "收支金额", "业务凭证号")
SUMS = ("资金流水总笔数", "收入笔数", "收入金额", "支出笔数", "支出金额")
# What the exports call the same thing.
LIST_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "number": (
        "商户单号",
        "商户订单号",
        "商户转账单号",
        "商家转账单号",
        "商家明细单号",
        "商户明细单号",
        "商户红包单号",
    ),
    "platform": ("微信单号", "微信转账单号", "微信明细单号", "微信红包单号", "微信支付单号", "红包单号"),
    "amount": ("转账金额", "红包金额", "付款金额", "发放金额", "金额"),
    "state": ("转账状态", "明细状态", "红包状态", "领取状态", "单据状态", "状态"),
    "at": ("更新时间", "完成时间", "转账时间", "发放时间", "发送时间", "创建时间"),
}
PAID = frozenset({"SUCCESS", "RECEIVED", "转账成功", "已领取", "成功", "已到账"})
BACK = frozenset({
    "FAIL", "FAILED", "REFUND", "CANCELLED", "转账失败", "发放失败", "失败", "已退款", "已退回", "已撤销", "已关闭",
})  # fmt: skip
FORMULA, MADE_SHORT, MERCHANT = (
    re.compile(r"[=+@-]"),
    re.compile(r"\d(\.\d+)?E\+?\d+", re.I),
    re.compile(r"(\d{8,12})(API)?"),
)
AMOUNT, DAY = re.compile(r"\d{1,8}(\.\d{1,2})?"), re.compile(r"(?<!\d)(20\d\d)-?(\d\d)-?(\d\d)(?!\d)")
MOMENTS = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M")


class BadBill(BadInput):
    """A file that is not taken; the words name the rows and columns."""


@dataclass(frozen=True, slots=True)
class Line:
    """Money that moved; fen."""

    row: int
    key: str
    at: datetime
    number: str
    platform_number: str
    name: str
    is_in: bool
    fen: int


@dataclass(frozen=True, slots=True)
class Read:
    """A whole file. `waiting`: rows of an export that have not ended, and so say nothing yet."""

    source: BillSource
    lines: Sequence[Line]
    days: tuple[date, date] | None
    waiting: int = 0


@dataclass
class _Rows:
    """The rows below a header, each by its column; faults are gathered."""

    columns: Sequence[str]
    merchant: str
    faults: list[str] = field(default_factory=list)

    def wrong(self, row: int, column: str, why: str) -> None:
        self.faults.append(f"第 {row} 行“{column}”：{why}" if column else f"第 {row} 行：{why}")

    def cells(self, row: int, values: Sequence[str]) -> dict[str, str] | None:
        """The cells by their column, once they are known to be plain."""
        if len(values) < len(self.columns):
            self.wrong(row, self.columns[len(values)], "这一行不完整，文件可能没有下载完")
            return None
        cells = dict(zip(self.columns, values, strict=False))
        for column, value in cells.items():
            if FORMULA.match(value) and not AMOUNT.fullmatch(value.lstrip("-+")):
                self.wrong(row, column, "像是公式，账单里不会有")
            elif MADE_SHORT.fullmatch(value):
                self.wrong(row, column, "单号被表格软件改短了，请重新下载，不要用 Excel 存过再交")
            elif (
                column in (HAND, "商户号") and (of := MERCHANT.fullmatch(value)) and self.merchant not in ("", of[1])
            ):
                self.wrong(row, column, f"是商户号 {of[1]} 的，本馆的是 {self.merchant}")
        return cells

    def fen(self, row: int, column: str, value: str) -> int:
        fen = fen_from(value) if AMOUNT.fullmatch(value) else 0
        if not fen:
            self.wrong(row, column, f"“{value}”不是金额")
        return fen

    def moment(self, row: int, column: str, value: str) -> datetime | None:
        for shape in MOMENTS:
            try:
                return datetime.strptime(value, shape).replace(tzinfo=times.local(times.now()).tzinfo)
            except ValueError:
                continue
        self.wrong(row, column, f"“{value}”不是时间")
        return None

    def done(self) -> None:
        """Raises: BadBill, if anything was wrong."""
        if self.faults:
            more = f"\n还有 {len(self.faults) - MOST_FAULTS} 处。" if len(self.faults) > MOST_FAULTS else ""
            raise BadBill("\n".join(["这份账单没有导入：", *self.faults[:MOST_FAULTS]]) + more)


def read(name: str, body: bytes, *, merchant: str = "") -> Read:
    """The file `name`, if it is of `merchant`. Raises: BadBill."""
    rows = _rows(body)
    for place, (_number, values) in enumerate(rows[:LOOKED_FOR_HEAD]):
        columns = [re.sub(r"\s|\(元\)|（元）|\(￥\)", "", value) for value in values]
        if all(column in columns for column in FUND_COLUMNS):
            return _fund(_Rows(columns, merchant), rows[place + 1 :], name)
        if found := _list_columns(columns):
            return _list(_Rows(columns, merchant), found, rows[place + 1 :], name)
    raise BadBill(
        "没有认出表头：要商户平台下载的资金账单（有“记账时间”“收支金额”“业务凭证号”等列），或红包、转账的导出明细"
        "（有商户单号、金额、状态、时间）。编码要 UTF-8 或 GBK，文件要下载完整。"
    )


def _rows(body: bytes) -> list[tuple[int, list[str]]]:
    """Each row that is not empty with its number. Raises: BadBill."""
    if len(body) > LARGEST_BILL:
        raise BadBill("文件太大：最多 8 MB。请按天或按月分开下载。")
    if body.startswith((b"PK", b"\x1f\x8b", b"\xd0\xcf")):
        raise BadBill("这是 Excel 或压缩包：先解开，交里面的 CSV 文件。")
    reader = csv.reader(StringIO(_decoded(body), newline=""))
    try:
        found = [(reader.line_num, [_plain(value) for value in row]) for row in reader if any(row)]
    except csv.Error:
        raise BadBill(f"第 {reader.line_num} 行读不了：不是 CSV，或引号没有成对。") from None
    if len(found) > MOST_LINES:
        raise BadBill(f"超过 {MOST_LINES} 行：请按天或按月分开下载。")
    return found


def _decoded(body: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadBill("编码不对：要 UTF-8 或 GBK 的 CSV。请在商户平台重新下载。")


def _plain(value: str) -> str:
    """Without the backtick that keeps Excel from rounding."""
    return value.strip().removeprefix("`").strip()


def _fund(rows: _Rows, found: Sequence[tuple[int, list[str]]], name: str) -> Read:
    lines: list[Line] = []
    for place, (row, values) in enumerate(found):
        if values[0] == SUMS[0]:
            _check_sums(rows, lines, [one for _, one in found[place : place + 2]], row + 1)
            rows.done()
            return Read(BillSource.FUND, lines, _days(name, lines))
        if (cells := rows.cells(row, values)) and (line := _fund_line(rows, row, cells)):
            lines.append(line)
    rows.faults.append("最后没有汇总的两行，文件没有下载完：请重新下载")
    rows.done()
    raise AssertionError("a fault was raised")


def _fund_line(rows: _Rows, row: int, cells: Mapping[str, str]) -> Line | None:
    at = rows.moment(row, "记账时间", cells["记账时间"])
    fen = rows.fen(row, "收支金额(元)", cells["收支金额"])
    if cells["收支类型"] not in ("收入", "支出"):
        rows.wrong(row, "收支类型", f"“{cells['收支类型']}”不是收入或支出")
    flow = cells["资金流水单号"]
    if not re.fullmatch(r"[0-9A-Za-z_-]{1,64}", flow):
        rows.wrong(row, "资金流水单号", "没有单号，或写法不对")
    if at is None:
        return None
    return Line(
        row, f"fund:{flow}", at, cells["业务凭证号"][:64], cells["微信支付业务单号"][:64], cells["业务名称"][:60],
        cells["收支类型"] == "收入", fen,
    )  # fmt: skip


def _check_sums(rows: _Rows, lines: Sequence[Line], written: Sequence[Sequence[str]], row: int) -> None:
    """The file's own sums hold it to its lines: a line that is missing or changed shows."""
    seen: dict[str, int] = {}
    for line in lines:
        if line.key in seen:
            rows.wrong(line.row, "资金流水单号", f"和第 {seen[line.key]} 行一样")
        seen[line.key] = line.row
    if len(written) < 2 or rows.faults:
        if len(written) < 2:
            rows.wrong(row, SUMS[0], "没有汇总的数字，文件没有下载完")
        return
    came, went = ([line.fen for line in lines if line.is_in is is_in] for is_in in (True, False))
    ours = (len(lines), len(came), Decimal(sum(came)) / 100, len(went), Decimal(sum(went)) / 100)
    for title, mine, value in zip(SUMS, ours, [*written[1], *[""] * len(SUMS)], strict=False):
        if _number(value) != mine:
            rows.wrong(row, title, f"写的是“{value}”，各行合起来是 {mine}：有行被改过或丢了")


def _number(value: str) -> Decimal | None:
    try:
        return Decimal(value)
    except InvalidOperation:
        return None


def _list_columns(columns: Sequence[str]) -> dict[str, str] | None:
    found = {what: next((name for name in names if name in columns), "") for what, names in LIST_COLUMNS.items()}
    return found if all(found[what] for what in ("number", "amount", "state", "at")) else None


def _list(rows: _Rows, found: Mapping[str, str], below: Sequence[tuple[int, list[str]]], name: str) -> Read:
    lines: list[Line] = []
    waiting = 0
    seen: dict[str, int] = {}
    for row, values in below:
        if values[0].startswith(("合计", "总")) or (cells := rows.cells(row, values)) is None:
            continue
        number = cells[found["number"]]
        if not number or number in seen:
            rows.wrong(row, found["number"], f"和第 {seen[number]} 行一样" if number else "没有单号")
        seen[number] = row
        made = _list_lines(rows, row, cells, found)
        lines += made
        waiting += not made
    rows.done()
    return Read(BillSource.LIST, lines, _days(name, lines), waiting)


def _list_lines(rows: _Rows, row: int, cells: Mapping[str, str], found: Mapping[str, str]) -> list[Line]:
    """Paid: money went. Given back: it went and came. Not ended yet: nothing that can be compared."""
    at = rows.moment(row, found["at"], cells[found["at"]])
    fen = rows.fen(row, found["amount"], cells[found["amount"]])
    state = cells[found["state"]].upper()
    if at is None or state not in PAID | BACK:
        return []
    number, platform = cells[found["number"]][:64], cells.get(found["platform"], "")[:64]
    ways = (False, True) if state in BACK else (False,)
    return [
        Line(row, f"list:{number}:{'back' if is_in else 'out'}", at, number, platform, cells[found["state"]], is_in, fen)
        for is_in in ways
    ]  # fmt: skip


def _days(name: str, lines: Sequence[Line]) -> tuple[date, date] | None:
    """The days that the name tells, if every line is of them; else those of the lines."""
    of_lines = sorted(times.today(line.at) for line in lines)
    told = []
    for year, month, day in DAY.findall(name):
        try:
            told.append(date(int(year), int(month), int(day)))
        except ValueError:
            continue
    if told and (not of_lines or (min(told) <= of_lines[0] and of_lines[-1] <= max(told))):
        return min(told), max(told)
    return (of_lines[0], of_lines[-1]) if of_lines else None
