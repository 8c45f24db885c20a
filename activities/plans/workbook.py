"""Workbooks (.xlsx): every visible sheet as rows of cells, merged cells filled, dates and numbers in words."""

from datetime import date, datetime, time, timedelta
from io import BytesIO

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from activities.plans.plan import Doubt, DoubtKind, quoted
from activities.plans.tables import Cell, Page, Row, Table

MOST_ROWS = 20_000  # a month's plan has some dozens; far more is another file
MOST_COLUMNS = 100
_SEEN = SheetVisibleEnum.Visible

Value = int | float | str | bool | time | date | datetime | timedelta


def read_workbook(content: bytes, name: str) -> list[Page]:
    """Raises: CalamineError and its kin for what is no workbook."""
    with CalamineWorkbook.from_filelike(BytesIO(content)) as workbook:
        sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ is SheetTypeEnum.WorkSheet]
        opened = [(workbook.get_sheet_by_name(sheet.name), sheet.name, sheet.visible is _SEEN) for sheet in sheets]
        return [
            _page(sheet, f"{name}:{title}", title) if is_seen else _hidden(sheet, f"{name}:{title}", title)
            for sheet, title, is_seen in opened
        ]


def _hidden(sheet: CalamineSheet, place: str, title: str) -> Page:
    """What staff have hidden is not for readers; that it is there is said."""
    text = f"工作表{quoted(title)}是隐藏的，没有读。里面如果有活动，请取消隐藏，再导入一次。"
    return Page(title, (), (Doubt(DoubtKind.SHEET, text, place),) if sheet.height else ())


def _page(sheet: CalamineSheet, place: str, title: str) -> Page:
    values = sheet.to_python(skip_empty_area=False, nrows=MOST_ROWS)
    width = min(max((len(row) for row in values), default=0), MOST_COLUMNS)
    rows = [
        [_cell(value, f"{place}:{column_letters(across)}{down + 1}") for across, value in enumerate(row[:width])]
        for down, row in enumerate(values)
    ]
    _fill_merged(rows, sheet.merged_cell_ranges or [])
    return Page(
        title, (Table(tuple(tuple(row) for row in _without_blank_columns(rows))),), _too_large(sheet, place, title)
    )


def _too_large(sheet: CalamineSheet, place: str, title: str) -> tuple[Doubt, ...]:
    if sheet.height <= MOST_ROWS and sheet.width <= MOST_COLUMNS:
        return ()
    text = (
        f"工作表{quoted(title)}有 {sheet.height} 行、{sheet.width} 列，只读了前 {MOST_ROWS} 行、前 {MOST_COLUMNS} 列。"
        "请把活动安排表单独存成一个文件，再导入一次。"
    )
    return (Doubt(DoubtKind.SHEET, text, place),)


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
