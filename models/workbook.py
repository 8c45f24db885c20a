"""Tables as Excel files. Whatever a reader or a file wrote stays text: no cell is ever taken for a formula or a link."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any

from config.later import Later

if TYPE_CHECKING:
    import xlsxwriter
else:
    xlsxwriter = Later("xlsxwriter")


MOST_ROWS = 20_000
EVERY_ROW = 1_000_000  # of a list that must be whole: a worksheet holds few more
_LONGEST = 32_000  # characters a cell takes
_AS_TEXT = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: columns with their width in characters, and rows of texts and numbers. `choices`: what the cells of a
    column may say, by its place from 0."""

    name: str
    columns: Sequence[tuple[str, int]]
    rows: Iterable[Sequence[object]]
    choices: Mapping[int, Sequence[str]] = field(default_factory=dict)


def workbook(*sheets: Sheet, most_rows: int = MOST_ROWS) -> bytes:
    """An .xlsx file; a sheet ends after `most_rows` rows, and says so."""
    kept = BytesIO()
    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    }  # fmt: skip
    with xlsxwriter.Workbook(kept, options) as book:
        styles = (book.add_format({"bold": True, "bg_color": "#E6F0EA"}), book.add_format({"quote_prefix": True}))
        for sheet in sheets:
            _write(book.add_worksheet(sheet.name[:31]), sheet, most_rows, *styles)
    return kept.getvalue()


def _write(target: Any, sheet: Sheet, most_rows: int, head: Any, quoted: Any) -> None:
    for at, (title, width) in enumerate(sheet.columns):
        target.set_column(at, at, width)
        target.write_string(0, at, title, head)
    target.freeze_panes(1, 0)
    for at, words in sheet.choices.items():
        target.data_validation(1, at, most_rows, at, {"validate": "list", "source": list(words)})
    line = 0
    for line, row in enumerate(sheet.rows, 1):
        if line > most_rows:
            target.write_string(line, 0, f"只导出前 {most_rows} 行：请用筛选缩小范围后再导出。", head)
            return
        for at, value in enumerate(row):
            _cell(target, line, at, value, quoted)
    if line:
        target.autofilter(0, 0, line, len(sheet.columns) - 1)


def _cell(target: Any, line: int, at: int, value: object, quoted: Any) -> None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        target.write_number(line, at, value)
        return
    text = "".join(filter(_may_stand, str("" if value is None else value)[:_LONGEST]))
    # Excel shows such a cell as text even after somebody edits it or saves it as CSV and opens that.
    target.write_string(line, at, text, quoted if text.startswith(_AS_TEXT) else None)


def _may_stand(sign: str) -> bool:
    """No control characters, but every kind of blank: （　） is one."""
    return sign.isprintable() or sign in "\n\t" or unicodedata.category(sign) == "Zs"
