"""Month calendars: a column a weekday, in each cell a day and what is on, a line an activity."""

import re

from activities.plans.headers import Field, field_of
from activities.plans.phrases import clock_and_words, is_plain_date
from activities.plans.rows import Found, PlanRow
from activities.plans.scope import Scope
from activities.plans.tables import Cell, Row, Table, written

_WEEKDAY = re.compile(r"(?:周|星期|礼拜)?([一二三四五六日天])(?:[(（].*[)）])?")
_DAY = re.compile(r"(\d{1,2})[日号]?(?:[ （(].*)?")
_FEWEST_WEEKDAYS = 5
_HALVES = frozenset({"上午", "下午", "晚上", "中午", "早上", "傍晚"})


def is_grid(table: Table) -> bool:
    """One of its first rows names the days of the week."""
    return any(_is_week(row) for row in table.rows[:5])


def is_half_grid(table: Table) -> bool:
    """Its header is a date and the halves of a day: 日期 | 上午 | 下午 | 晚上."""
    return bool(table.rows) and any(_halves(row) for row in table.rows[:3])


def _halves(row: Row) -> dict[int, str]:
    halves = {across: cell.text for across, cell in enumerate(row) if cell.text in _HALVES}
    return halves if len(halves) >= 2 and field_of(row[0].text) in {Field.DATE, Field.WEEKDAY} else {}


def read_half_grid(table: Table, scope: Scope) -> Found:
    """A cell an activity, its day at the left, its half of the day above."""
    found = Found()
    head = next(at for at, row in enumerate(table.rows) if _halves(row))
    halves = _halves(table.rows[head])
    for row in table.rows[head + 1 :]:
        for across, cell in enumerate(row[1:], start=1):
            if cell.text and across in halves and row[0].text:
                half = Cell(halves[across], cell.where)
                found.rows.append(_row(" ".join(cell.text.split()), row[0], cell, scope, half))
            elif cell.text:
                found.unread(cell)
    return found


def _is_week(row: Row) -> bool:
    cells = written(row)
    return len(cells) >= _FEWEST_WEEKDAYS and all(_WEEKDAY.fullmatch(cell.text.strip()) for cell in cells)


def read_grid(table: Table, scope: Scope) -> Found:
    """Every activity of the calendar; words without a day above them are doubts."""
    found = Found()
    head = next(at for at, row in enumerate(table.rows) if _is_week(row))
    days: dict[int, Cell] = {}  # column → the cell that names the day
    seen: set[str] = set()
    for row in table.rows[head + 1 :]:
        for across, cell in enumerate(row):
            if cell.text and cell.where not in seen:
                seen.add(cell.where)
                _read_cell(cell, across, days, scope, found)
    found.is_a_plan = bool(found.rows)
    return found


def _read_cell(cell: Cell, across: int, days: dict[int, Cell], scope: Scope, found: Found) -> None:
    first, *lines = cell.text.split("\n")
    if day := _DAY.fullmatch(first.strip()):
        days[across] = Cell(f"{int(day[1])}日", cell.where)
    elif is_plain_date(first):
        days[across] = Cell(first, cell.where)
    else:
        lines = [first, *lines]
    for line in filter(str.strip, lines):
        if across in days:
            found.rows.append(_row(line.strip(), days[across], cell, scope))
        else:
            found.unread(Cell(line, cell.where))


def _row(line: str, day: Cell, cell: Cell, scope: Scope, half: Cell | None = None) -> PlanRow:
    clock, words = clock_and_words(line)
    clock = clock or (half.text if half else "")
    title, _, place = words.partition(" ")
    cells = {Field.TITLE: title, Field.PLACE: place.strip(), Field.CLOCK: clock}
    row = {name: Cell(text, cell.where) for name, text in cells.items() if text}
    return PlanRow(row | {Field.DATE: day}, cell.where, scope.branch, scope.is_of_some_branch)
