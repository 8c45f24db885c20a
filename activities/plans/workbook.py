"""Workbooks (.xlsx, .xls): every visible sheet as rows of cells, merged cells filled, dates and numbers in words.

Read by a program of its own (`sheets`), because what a bad file does to it must not happen to a server.
"""

import json
import subprocess
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from activities.plans.plan import Doubt, DoubtKind, PlanUnreadable, quoted
from activities.plans.tables import Cell, Page, Row, Table

MOST_ROWS = 20_000  # a month's plan has some dozens; far more is another file
# Named here and in `sheets`, which must start quickly and imports nothing of ours.
MOST_COLUMNS = 100
IS_LOCKED, IS_REFUSED = 3, 4

_Cells = dict[int, dict[int, Cell]]  # by row and column

_READER = Path(__file__).with_name("sheets.py")
_PATIENCE = 60  # seconds


def read_workbook(content: bytes, name: str, *, most_rows: int = MOST_ROWS) -> list[Page]:
    """Of each sheet the first `most_rows` rows. Raises: PlanUnreadable."""
    found = _sheets_of(content, name, most_rows)
    pages = [_page(sheet, f"{name}:{sheet['name']}", most_rows) for sheet in found["sheets"]]
    if found["not_calculated"]:
        text = (
            f"有 {found['not_calculated']} 格是公式，文件里没有存它们的结果，读出来是空的。"
            "请用 Excel 或 WPS 打开，保存一次，再导入。"
        )
        pages.append(Page("", (), (Doubt(DoubtKind.SHEET, text, name),)))
    return pages


def _sheets_of(content: bytes, name: str, most_rows: int) -> Any:
    asked = [sys.executable, "-I", str(_READER), str(most_rows)]
    try:
        done = subprocess.run(asked, input=content, capture_output=True, timeout=_PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        raise PlanUnreadable(_too_much(name)) from None
    if done.returncode == 0:
        return json.loads(done.stdout)
    if done.returncode == IS_LOCKED:
        raise PlanUnreadable(f"{quoted(name)}设了密码。请去掉密码，再导入。")
    if done.returncode == IS_REFUSED:
        raise PlanUnreadable(f"{quoted(name)}已损坏，打不开。请用 Excel 或 WPS 打开后重新保存，再导入。")
    raise PlanUnreadable(_too_much(name))


def _too_much(name: str) -> str:
    return (
        f"{quoted(name)}打不开：文件已损坏，或者表格大得不像一份计划（例如在很远的一格里误写了字）。"
        "请把活动安排表复制到一个新的表格文件里，再导入。"
    )


def _page(sheet: Any, place: str, most_rows: int) -> Page:
    title = sheet["name"]
    if not sheet["is_seen"]:
        return Page(title, (), _hidden(sheet, place))
    rows: _Cells = {}
    for down, cells in _given_up(sheet["rows"]):
        rows[down] = {across: Cell(text, _where(place, down, across), is_number) for across, text, is_number in cells}
    _fill_merged(rows, sheet["merged"])
    return Page(title, (Table(tuple(_dense(rows, place))),), _too_large(sheet, place, most_rows))


def _given_up(rows: list[Any]) -> Iterator[Any]:
    """The rows in order, let go one by one: of a hundred thousand, twice would be too many to hold."""
    rows.reverse()
    while rows:
        yield rows.pop()


def _where(place: str, down: int, across: int) -> str:
    return f"{place}:{column_letters(across)}{down + 1}"


def _hidden(sheet: Any, place: str) -> tuple[Doubt, ...]:
    """What staff have hidden is not for readers; that it is there is said."""
    text = f"工作表{quoted(sheet['name'])}是隐藏的，没有读。里面如果有活动，请取消隐藏，再导入一次。"
    return (Doubt(DoubtKind.SHEET, text, place),) if sheet["height"] else ()


def _too_large(sheet: Any, place: str, most_rows: int) -> tuple[Doubt, ...]:
    if sheet["height"] <= most_rows and sheet["width"] <= MOST_COLUMNS:
        return ()
    text = (
        f"工作表{quoted(sheet['name'])}有 {sheet['height']} 行、{sheet['width']} 列，"
        f"只读了前 {most_rows} 行、前 {MOST_COLUMNS} 列。请把活动安排表单独存成一个文件，再导入一次。"
    )
    return (Doubt(DoubtKind.SHEET, text, place),)


@cache
def column_letters(at: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    at += 1
    while at:
        at, letter = divmod(at - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


def _fill_merged(rows: _Cells, ranges: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """The first cell of a merged range stands in all its places, in rows that hold anything else."""
    written = sorted(rows)
    for (top, left), (bottom, right) in ranges:
        cell = rows.get(top, {}).get(left)
        if cell is None:
            continue
        for down in written[bisect_left(written, top) : bisect_right(written, bottom)]:
            rows[down] |= dict.fromkeys(range(left, min(right + 1, MOST_COLUMNS)), cell)


def _dense(rows: _Cells, place: str) -> Iterator[Row]:
    """The rows with all columns that hold anything; the others are only for looks."""
    used = sorted({across for row in rows.values() for across in row})
    for down, row in rows.items():
        yield tuple(row.get(across) or Cell("", _where(place, down, across)) for across in used)
