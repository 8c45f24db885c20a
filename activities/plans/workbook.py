"""Workbooks (.xlsx): every visible sheet as rows of cells, merged cells filled, dates and numbers in words."""

from datetime import date, datetime, time, timedelta
from io import BytesIO

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from activities.plans.tables import Cell, Page, Row, Table

MOST_ROWS = 20_000  # a month's plan has some dozens; far more is another file
MOST_COLUMNS = 100

Value = int | float | str | bool | time | date | datetime | timedelta


def read_workbook(content: bytes, name: str) -> list[Page]:
    """Raises: CalamineError and its kin for what is no workbook."""
    with CalamineWorkbook.from_filelike(BytesIO(content)) as workbook:
        visible = [
            sheet.name
            for sheet in workbook.sheets_metadata
            if sheet.visible is SheetVisibleEnum.Visible and sheet.typ is SheetTypeEnum.WorkSheet
        ]
        return [_page(workbook.get_sheet_by_name(sheet), f"{name}:{sheet}", sheet) for sheet in visible]


def _page(sheet: CalamineSheet, place: str, title: str) -> Page:
    values = sheet.to_python(skip_empty_area=False, nrows=MOST_ROWS)
    width = min(max((len(row) for row in values), default=0), MOST_COLUMNS)
    rows = [
        [_cell(value, f"{place}:{column_letters(across)}{down + 1}") for across, value in enumerate(row[:width])]
        for down, row in enumerate(values)
    ]
    _fill_merged(rows, sheet.merged_cell_ranges or [])
    return Page(title, (Table(tuple(tuple(row) for row in _without_blank_columns(rows))),))


def _cell(value: Value, where: str) -> Cell:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return Cell(in_words(value), where, is_number)


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


def column_letters(at: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    at += 1
    while at:
        at, letter = divmod(at - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


def _fill_merged(rows: list[list[Cell]], ranges: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """The first cell of a merged range stands in all its places."""
    for (top, left), (bottom, right) in ranges:
        if top < len(rows) and left < len(rows[top]):
            for row in rows[top : bottom + 1]:
                row[left : right + 1] = [rows[top][left]] * len(row[left : right + 1])


def _without_blank_columns(rows: list[list[Cell]]) -> list[Row]:
    used = [at for at in range(len(rows[0]) if rows else 0) if any(row[at].text for row in rows)]
    return [tuple(row[at] for at in used) for row in rows]
