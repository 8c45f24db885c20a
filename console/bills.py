"""对账: WeChat Pay's bills handed in, each held against our books, with what to do about every difference."""

from datetime import date

import sqlalchemy as sa
from flask import Blueprint, Response, abort, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from console.desk import Desk, by_me, done, drawn
from console.exports import EVERY_ROW, Sheet, downloaded, workbook
from console.rights import Act, may
from models.bill import PayBill
from models.errors import BadInput
from payouts import comparing
from payouts.bill import LARGEST_BILL
from payouts.comparing import WORDS, Comparison, Row, Verdict, in_yuan
from web import uploads
from web.uploads import takes_files

MOST_BILLS, MOST_ROWS = 100, 300
COLUMNS = (
    ("结果", 22), ("商户单号", 32), ("微信单号", 32), ("账单净支出（元）", 16), ("我们已发（元）", 14), ("其中退回（元）", 14), ("业务", 16),
    ("账单行", 10), ("奖池", 20), ("怎么办", 60),
)  # fmt: skip
COLOURS = {
    Verdict.EQUAL: "done", Verdict.BACK: "done", Verdict.OTHER: "draft", Verdict.UNDER_WAY: "live", Verdict.EARLIER: "waiting",
    Verdict.LATER: "waiting",
}  # fmt: skip


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/bills"""
    views = _Views(desk)
    blueprint.add_url_rule("/bills", "bills", views.all, methods=["GET", "POST"])
    blueprint.add_url_rule("/bills/<int:number>", "bill", views.one)
    blueprint.add_url_rule("/bills/<int:number>/sheet", "bill_sheet", views.sheet)


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.APPROVE_PRIZES)
    @takes_files(LARGEST_BILL)
    def all(self) -> AnyResponse | str | tuple[str, int]:
        """Those handed in, and the form for the next; a file that is not taken is told row by row."""
        if request.method == "GET":
            return self._page("")
        try:
            name, body, days = _handed_in()
            file = comparing.file_of(name, body, merchant=self._desk.merchant, days=days)
            with self._desk.unit() as session:
                bill, is_new = comparing.take_in(session, file, by=by_me())
                where = url_for("console.bill", number=bill.id)
        except BadInput as error:
            return self._page(error.to_staff), 400
        return done("导入了，下面是对下来的结果。" if is_new else "这份账单以前导入过，什么都没有改。", where)

    def _page(self, wrong: str) -> str:
        with self._desk.reading() as session:
            found = session.scalars(sa.select(PayBill).order_by(PayBill.id.desc()).limit(MOST_BILLS)).all()
            listed = [(bill, comparing.compared(session, bill)) for bill in found[:10]]
            return drawn(
                "bills.html", listed=listed, older=found[10:], wrong=wrong.split("\n") if wrong else [], yuan=in_yuan,
                largest=LARGEST_BILL // 1024 // 1024,
            )  # fmt: skip

    @may(Act.APPROVE_PRIZES)
    def one(self, number: int) -> str:
        """One bill, row by row, what asks for something first."""
        with self._desk.reading() as session:
            bill = session.get(PayBill, number) or abort(404)
            self._desk.noted("bill looked at", f"bill {bill.id}")
            found = comparing.compared(session, bill)
            shown = request.args.get("only", "")
            rows = [row for row in found.rows if not shown or row.verdict == shown]
            return drawn(
                "bill.html", bill=bill, found=found, tabs=_tabs(found), only=shown, rows=rows[:MOST_ROWS], more=len(rows) - MOST_ROWS,
                words=WORDS, colours=COLOURS, yuan=in_yuan,
            )  # fmt: skip

    @may(Act.APPROVE_PRIZES)
    def sheet(self, number: int) -> Response:
        """All its rows as a workbook."""
        with self._desk.reading() as session:
            bill = session.get(PayBill, number) or abort(404)
            self._desk.noted("list exported", f"bill {bill.id}", detail="对账")
            found = comparing.compared(session, bill)
            name = f"对账 {bill.first_day} {bill.last_day}"
        return downloaded(name, workbook(Sheet("对账", COLUMNS, map(_cells, found.rows)), most_rows=EVERY_ROW))


def _handed_in() -> tuple[str, bytes, tuple[date, date] | None]:
    """Raises: BadInput."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise BadInput("请选账单的文件。")
    first, last = (request.form.get(name, "").strip() for name in ("first", "last"))
    try:
        days = (date.fromisoformat(first), date.fromisoformat(last or first)) if first else None
    except ValueError:
        raise BadInput("日期要写成 2026-11-26。") from None
    return uploads.name_of(file), file.read(), days


def _tabs(found: Comparison) -> list[tuple[str, str, int]]:
    """The results there are: name, words, how many."""
    counts = [(verdict.value, WORDS[verdict], found.count(verdict)) for verdict in Verdict]
    return [("", "全部", len(found.rows)), *(tab for tab in counts if tab[2])]


def _cells(row: Row) -> tuple[object, ...]:
    return (
        WORDS[row.verdict], row.number, row.platform_number, *(None if fen is None else fen / 100 for fen in (row.theirs, row.ours)),
        row.came_back / 100, row.name, "、".join(map(str, row.rows)), row.pool, row.to_do,
    )  # fmt: skip
