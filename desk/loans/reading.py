"""Rows of a file as what they say: cards, loans, holds; what is wrong is named by row and column. Pure.

A row that cannot be read is left out and told; the others count.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from io import StringIO

from desk.loans import sealing
from desk.loans.columns import WORDS, Column, Head, head_of, missing
from desk.loans.days import day_in
from desk.loans.rules import answer_in
from models.errors import BadInput
from models.loan import ImportWhat, Proof
from models.wording import compact

LOOKED_FOR_HEAD, MOST_FAULTS, MOST_ROWS = 20, 100, 300_000
MOST_SPARED = 1_000  # cards with a fault; of more than that nobody can say what is missing
LONGEST_TITLE, LONGEST_PLACE, LONGEST_CELL = 200, 64, 1_000
KINDS = {ImportWhat.CARDS: "读者证名单", ImportWhat.LOANS: "借阅清单", ImportWhat.HOLDS: "预约清单"}
# What a state says, looked for in this order: 到书已过期 is over, 预约到书 lies there, 预约 alone waits.
_NOT_READY = (
    "未到", "没到", "不可", "等待", "排队", "在途", "过期", "到期", "逾期", "失效", "取消", "unavailable", "expired", "cancel", "transit",
)  # fmt: skip
_READY = ("到馆", "到书", "可取", "待取", "已到", "ready", "waitingforpickup", "available", "onholdshelf")
_OTHERS = (
    "预约",
    "处理",
    "有效",
    "已取",
    "已借",
    "完成",
    "placed",
    "pending",
    "active",
    "waiting",
    "queue",
    "fulfilled",
)
_YES, _NO = frozenset({"是", "y", "yes", "true", "1", "有"}), frozenset({"否", "n", "no", "false", "0", "无", ""})
_PROOFS = ((Column.ID, Proof.ID), (Column.PHONE, Proof.PHONE), (Column.BIRTHDAY, Proof.BIRTHDAY))
Row = tuple[int, Sequence[str]]  # its number as Excel counts, its cells
C = Column


@dataclass(frozen=True, slots=True)
class Card:
    """One card with the answers that its holder will know."""

    number: str
    answers: tuple[tuple[Proof, str], ...]


@dataclass(frozen=True, slots=True)
class Borrowed:
    """One loan or hold. `day`: due; of a hold the last to fetch it."""

    number: str
    item: str  # what tells it from the card's others
    title: str
    barcode: str
    place: str
    day: date | None
    is_ready: bool = False


@dataclass
class Reader:
    """Reads one file; `head`, `total` and `faults` are known once all of `records` is read."""

    what: ImportWhat
    head: Head
    total: int = 0
    faults: list[str] = field(default_factory=list)
    fault_count: int = 0
    spared: set[str] = field(default_factory=set)  # numbers of cards of which a row could not be read
    is_unsure: bool = False  # of some row not even the card

    def records(self, rows: Iterable[Row]) -> Iterator[Card | Borrowed]:
        """Each row that can be read. Raises: BadInput for more rows than any library's file has."""
        seen: dict[tuple[str, str], int] = {}
        for number, cells in rows:
            if not any(cell.strip() for cell in cells):
                continue
            self.total += 1
            if self.total > MOST_ROWS:
                raise BadInput(f"超过 {MOST_ROWS} 行：请分成几个文件，并选“只是一部分”。")
            record = self._record(number, cells)
            if record is not None and not self._is_known(seen, number, record):
                yield record

    def _is_known(self, seen: dict[tuple[str, str], int], number: int, record: Card | Borrowed) -> bool:
        key = (record.number, record.item if isinstance(record, Borrowed) else "")
        first = seen.setdefault(key, number)
        if first != number:
            self._note(
                number, C.CARD, f"和第 {first} 行是同一{'张证' if self.what is ImportWhat.CARDS else '本'}，只算一次"
            )
        return first != number

    def _wrong(self, row: int, column: Column, why: str, number: str = "") -> None:
        """`number`: the card of the row, where it can be read: of that card nothing may be taken as returned."""
        self._note(row, column, why)
        self.is_unsure = self.is_unsure or not number or len(self.spared) >= MOST_SPARED
        if not self.is_unsure:
            self.spared.add(number)

    def _note(self, row: int, column: Column, why: str) -> None:
        self.fault_count += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(f"第 {row} 行“{self.head.headings.get(column, WORDS[column])}”：{why}")

    def _cell(self, cells: Sequence[str], column: Column) -> str:
        at = self.head.places.get(column)
        return cells[at].strip() if at is not None and at < len(cells) else ""

    def _number(self, cells: Sequence[str]) -> str:
        return sealing.number_in(self._cell(cells, C.CARD).removeprefix("`").removeprefix("'"))

    def _record(self, row: int, cells: Sequence[str]) -> Card | Borrowed | None:
        said = self._cell(cells, C.CARD).removeprefix("`").removeprefix("'")
        if "E+" in said.upper():
            self._wrong(row, C.CARD, f"“{said}”被表格软件改短了：把这一列设成文本，重新导出")
            return None
        number = sealing.number_in(said)
        if not number:
            self._wrong(row, C.CARD, "是空的" if not said else f"“{_short(said)}”不是证号：要 3 到 40 个字母或数字")
            return None
        return self._card(row, cells, number) if self.what is ImportWhat.CARDS else self._borrowed(row, cells, number)

    def _card(self, row: int, cells: Sequence[str], number: str) -> Card | None:
        answers = []
        for column, proof in _PROOFS:
            said = self._cell(cells, column)
            if not said:
                continue
            answer = answer_in(proof, said)
            if not answer:
                wanted = "要写成 2015-03-08" if proof is Proof.BIRTHDAY else "至少要有后四位"
                self._wrong(row, column, f"读不懂：{wanted}", number)
                return None
            answers.append((proof, answer))
        return Card(number, tuple(answers))

    def _borrowed(self, row: int, cells: Sequence[str], number: str) -> Borrowed | None:
        title, barcode = self._cell(cells, C.TITLE)[:LONGEST_TITLE], self._cell(cells, C.BARCODE).lstrip("`'")[:64]
        if not title:
            self._wrong(row, C.TITLE, "是空的", number)
            return None
        day, ready = self._day(row, cells), self._ready(row, cells)
        if day is _BAD or ready is None:
            return None
        place = self._cell(cells, C.BRANCH)[:LONGEST_PLACE]
        item = barcode or f"{compact(title)}\n{self._cell(cells, C.LENT)}"
        return Borrowed(number, item, title, barcode, place, day, ready)

    def _day(self, row: int, cells: Sequence[str]) -> date | None:
        """Its day; `_BAD` where it cannot be read. Raises nothing: the fault is noted."""
        column = C.DUE if self.what is ImportWhat.LOANS else C.UNTIL
        said = self._cell(cells, column)
        if not said and column is C.UNTIL:
            return None
        day = day_in(said)
        if day is None:
            why = "是空的" if not said else f"“{_short(said)}”不是日期：要写成 2026-12-01 这样"
            self._wrong(row, column, why, self._number(cells))
            return _BAD
        return day

    def _ready(self, row: int, cells: Sequence[str]) -> bool | None:
        """Does a hold lie there? Without a column of states whatever has a last day does. None where it cannot be read."""
        if self.what is not ImportWhat.HOLDS:
            return False
        if C.STATE not in self.head.places:
            return bool(self._cell(cells, C.UNTIL))
        said = compact(self._cell(cells, C.STATE))
        if said in _YES or said in _NO:
            return said in _YES
        if said.startswith("not") or any(word in said for word in _NOT_READY):
            return False
        if any(word in said for word in _READY):
            return True
        if any(word in said for word in _OTHERS):
            return False
        self._wrong(row, C.STATE, f"“{_short(said)}”不认得：到馆了写“到馆”，没到写“未到”", self._number(cells))
        return None


_BAD = date.min


def reader_of(rows: Sequence[Row], what: ImportWhat) -> tuple[Reader, int]:
    """Finds the headings among the first rows: whoever reads on, and how many rows they took. Raises: BadInput."""
    for place, (_, cells) in enumerate(rows[:LOOKED_FOR_HEAD]):
        if (head := head_of(cells, what)) is not None:
            _needs_a_proof(head, what)
            return Reader(what, head), place + 1
    lacking = "、".join(f"“{word}”" for word in missing([cells for _, cells in rows[:LOOKED_FOR_HEAD]], what))
    raise BadInput(
        f"没有认出{KINDS[what]}的表头：缺{lacking}这一列。表头要在前 {LOOKED_FOR_HEAD} 行里，列的先后不要紧。"
    )


def _needs_a_proof(head: Head, what: ImportWhat) -> None:
    if what is ImportWhat.CARDS and not any(column in head.places for column, _ in _PROOFS):
        raise BadInput("读者证名单里要有身份证号、手机号、出生日期当中的一列，读者绑定时用它核对。")


def text_rows(body: bytes) -> Iterator[Row]:
    """The rows of a CSV or of columns kept apart by tabs. Raises: BadInput."""
    text = _decoded(body)
    sample = "\n".join(text.split("\n", LOOKED_FOR_HEAD)[:LOOKED_FOR_HEAD])
    apart = max(",\t;，", key=sample.count)
    csv.field_size_limit(1 << 20)
    lines = csv.reader(StringIO(text, newline=""), delimiter=apart)
    try:
        for row in lines:
            yield lines.line_num, [cell[:LONGEST_CELL] for cell in row]
    except csv.Error:
        raise BadInput(f"第 {lines.line_num} 行读不下去：引号不成对，或者有一格太长。请改正后再导入。") from None


def _decoded(body: bytes) -> str:
    marks = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    for encoding in (marks.get(body[:2], "utf-8-sig"), "gb18030"):
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadInput("编码不对：要 UTF-8 或 GBK 的文本。请从图书馆系统重新导出，或另存为 Excel 文件（.xlsx）。")


def _short(words: str) -> str:
    return words if len(words) <= 16 else f"{words[:15]}…"
