"""A program of its own: a workbook on stdin, its sheets as JSON on stdout, of each as many rows as its argument says.

Started by `workbook`, imports nothing of ours. A broken or malicious workbook can make the reader ask for hundreds of GB
and abort; here that ends a child and not the server. Exit code 3 is a password, 4 a file the reader refuses; anything
else but 0 is a crash.
"""

import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from python_calamine import (
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

MOST_COLUMNS = 100
MOST_MEMORY = 1 << 30  # bytes of address space
MOST_SECONDS = 30  # of work

IS_LOCKED, IS_REFUSED = 3, 4

Value = int | float | str | bool | time | date | datetime | timedelta

_NOT_CALCULATED = re.compile(rb"<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>")


def sheets_of(content: bytes, most_rows: int) -> dict[str, Any]:
    """Every sheet with its cells in words, merged ranges, true size; and how many formulas were never calculated."""
    with CalamineWorkbook.from_filelike(BytesIO(content)) as workbook:
        sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ is SheetTypeEnum.WorkSheet]
        found = [_sheet(workbook.get_sheet_by_name(sheet.name), sheet, most_rows) for sheet in sheets]
    return {"sheets": found, "not_calculated": _not_calculated(content)}


def _sheet(sheet: CalamineSheet, about: SheetMetadata, most_rows: int) -> dict[str, Any]:
    return {
        "name": about.name,
        "is_seen": about.visible is SheetVisibleEnum.Visible,
        "height": sheet.end[0] + 1 if sheet.end else 0,
        "width": sheet.end[1] + 1 if sheet.end else 0,
        "rows": list(_rows(sheet, most_rows)),
        "merged": sheet.merged_cell_ranges or [],
    }


def _rows(sheet: CalamineSheet, most_rows: int) -> Iterator[tuple[int, list[tuple[int, str, bool]]]]:
    """The rows that hold something with their index; of each the cells that do: index, words, is it a bare number."""
    for down, row in enumerate(sheet.to_python(False, most_rows)):
        cells = [(across, *_cell(value)) for across, value in enumerate(row[:MOST_COLUMNS]) if value != ""]
        if cells:
            yield down, cells


def _cell(value: Value) -> tuple[str, bool]:
    """Its words, and whether it is a bare number."""
    return in_words(value), isinstance(value, int | float) and not isinstance(value, bool)


def in_words(value: Value) -> str:
    """A value as a librarian would write it: 1.0 is 1, a date is 2023年4月7日, a time 14:30."""
    if isinstance(value, datetime):
        day = in_words(value.date())
        return f"{day} {value:%H:%M}" if value.time() != time() else day
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds()) // 60
        return f"{minutes // 60:02}:{minutes % 60:02}"
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    return str(value)


def _not_calculated(content: bytes) -> int:
    """Formulas without a result: a program wrote the file, and no Excel has opened it since."""
    if not content.startswith(b"PK"):
        return 0
    with zipfile.ZipFile(BytesIO(content)) as archive:
        parts = [name for name in archive.namelist() if name.startswith("xl/worksheets/") and name.endswith(".xml")]
        return sum(len(_NOT_CALCULATED.findall(archive.read(name))) for name in parts)


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    try:
        found = sheets_of(sys.stdin.buffer.read(), int(sys.argv[1]))
    except PasswordError:
        return IS_LOCKED
    except Exception:  # the reader has a dozen errors, and all mean that it cannot read this
        return IS_REFUSED
    json.dump(found, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
