"""Lists as Excel files. Whatever a reader or a plan wrote stays text: no cell is ever taken for a formula or a link."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import quote

import xlsxwriter
from flask import Response, make_response

MOST_ROWS = 20_000
_LONGEST = 32_000  # characters a cell takes
_AS_TEXT = ("=", "+", "-", "@", "\t", "\r")
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: columns with their width in characters, and rows of texts and numbers."""

    name: str
    columns: Sequence[tuple[str, int]]
    rows: Iterable[Sequence[object]]


def workbook(*sheets: Sheet) -> bytes:
    """An .xlsx file; a sheet ends after MOST_ROWS rows, and says so."""
    kept = BytesIO()
    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    }  # fmt: skip
    with xlsxwriter.Workbook(kept, options) as book:
        styles = (book.add_format({"bold": True, "bg_color": "#E6F0EA"}), book.add_format({"quote_prefix": True}))
        for sheet in sheets:
            _write(book.add_worksheet(sheet.name[:31]), sheet, *styles)
    return kept.getvalue()


def _write(target: Any, sheet: Sheet, head: Any, quoted: Any) -> None:
    for at, (title, width) in enumerate(sheet.columns):
        target.set_column(at, at, width)
        target.write_string(0, at, title, head)
    target.freeze_panes(1, 0)
    line = 0
    for line, row in enumerate(sheet.rows, 1):
        if line > MOST_ROWS:
            target.write_string(line, 0, f"只导出前 {MOST_ROWS} 行：请用筛选缩小范围后再导出。", head)
            return
        for at, value in enumerate(row):
            _cell(target, line, at, value, quoted)
    if line:
        target.autofilter(0, 0, line, len(sheet.columns) - 1)


def _cell(target: Any, line: int, at: int, value: object, quoted: Any) -> None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        target.write_number(line, at, value)
        return
    text = "".join(c for c in str("" if value is None else value)[:_LONGEST] if c.isprintable() or c in "\n\t")
    # Excel shows such a cell as text even after somebody edits it or saves it as CSV and opens that.
    target.write_string(line, at, text, quoted if text.startswith(_AS_TEXT) else None)


def downloaded(name: str, body: bytes) -> Response:
    """The file as a browser saves it."""
    response = make_response(body)
    response.headers["Content-Type"] = _EXCEL
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"export.xlsx\"; filename*=UTF-8''{quote(name)}.xlsx"
    )
    return response
