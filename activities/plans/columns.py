"""One row under a header: giving each cell its meaning, also where the row has too few or too many."""

import re
from dataclasses import replace

from activities.plans.headers import Column, Field, said_by_readers
from activities.plans.particulars import PARTICULARS, joined
from activities.plans.plan import DoubtKind, quoted
from activities.plans.rows import Found, PlanRow, is_dateish
from activities.plans.scope import Scope, branch_scope
from activities.plans.tables import Cell, Row, written
from activities.plans.titles import is_branch_name, is_numbered, says_called_off

Columns = tuple[Column, ...]


def fits(columns: Columns, row: Row) -> bool:
    """The row has the header's shape: as many cells, and a date where dates belong."""
    at = index_of(Field.DATE, columns)
    if len(row) != len(columns):
        return False
    return at is None or is_dateish(row[at].text) or not any(is_dateish(cell.text) for cell in row)


def index_of(field: Field, columns: Columns) -> int | None:
    return next((at for at, column in enumerate(columns) if column.field is field), None)


def rows_under(columns: Columns, row: Row, scope: Scope, found: Found) -> list[PlanRow]:
    """The activities of one row: usually one, several where a cell holds a numbered list."""
    row = _without_blank_tail(row, len(columns))
    pairs = _paired(columns, row)
    if pairs is None:
        pairs = _aligned(columns, row, found)
    plan_row = row_of_pairs(pairs, scope, found)
    return _one_each(plan_row) if plan_row else []


def _without_blank_tail(row: Row, width: int) -> Row:
    while len(row) > width and not row[-1].text:
        row = row[:-1]
    return row


def _paired(columns: Columns, row: Row) -> list[tuple[Column, Cell]] | None:
    """Cell by cell, if the row is whole or only lacks blank cells at its end."""
    at, title_at = index_of(Field.DATE, columns), index_of(Field.TITLE, columns)
    is_whole = len(row) == len(columns) and not (title_at is not None and is_dateish(row[title_at].text))
    if is_whole and (at is None or is_dateish(row[at].text) or not any(is_dateish(c.text) for c in row)):
        return list(zip(columns, row, strict=True))
    lacks_only_its_end = at is not None and at < len(row) < len(columns) and is_dateish(row[at].text)
    return list(zip(columns, row, strict=False)) if lacks_only_its_end else None


def _aligned(columns: Columns, row: Row, found: Found) -> list[tuple[Column, Cell]]:
    """Hang a ragged row up at its date; tell of it, and of every cell without a place."""
    cells = written(row)
    names = "、".join(column.word for column in columns if column.word)
    found.doubt(
        DoubtKind.RAGGED,
        f"这一行{quoted(' | '.join(cell.text for cell in cells))}有 {len(row)} 格，表头有 {len(columns)} 格（{names}），"
        "只能按日期的位置对齐，请核对各项是否填对。",
        row[0].where,
    )
    column_at = index_of(Field.DATE, columns)
    cell_at = next((at for at, cell in enumerate(cells) if is_dateish(cell.text)), None)
    if column_at is None or cell_at is None:
        return _filled(columns, cells, found)
    before = _before_the_date(list(columns[:column_at]), cells[:cell_at], found)
    after = _filled(columns[column_at + 1 :], cells[cell_at + 1 :], found)
    return [*before, (columns[column_at], cells[cell_at]), *after]


def _filled(columns: Columns, cells: list[Cell], found: Found) -> list[tuple[Column, Cell]]:
    for cell in cells[len(columns) :]:
        found.unread(cell)
    return list(zip(columns, cells, strict=False))


def _before_the_date(columns: list[Column], cells: list[Cell], found: Found) -> list[tuple[Column, Cell]]:
    """The number first, then from the date backwards; a title there must be."""
    pairs = []
    if columns and columns[0].field is Field.NUMBER:
        number = columns.pop(0)
        if cells and cells[0].text.isdigit():
            pairs.append((number, cells.pop(0)))
    titles = [column for column in columns if column.field is Field.TITLE]
    if len(cells) == 1 and titles:
        return [*pairs, (titles[0], cells[0])]
    for cell in cells[: max(0, len(cells) - len(columns))]:
        found.unread(cell)
    return pairs + list(zip(reversed(columns), reversed(cells), strict=False))


def row_of_pairs(pairs: list[tuple[Column, Cell]], scope: Scope, found: Found) -> PlanRow | None:
    """The row's cells by their meaning; None for a numbered line nobody has filled in."""
    cells: dict[Field, Cell] = {}
    for_readers = []
    called_off = None
    for column, cell in pairs:
        if not cell.text:
            continue
        if said := says_called_off(cell.text):
            called_off = called_off or said
        elif column.field in {Field.INTERNAL, Field.UNKNOWN}:
            found.leave_out(column.word, cell)
        elif column.field is Field.HOST and is_branch_name(cell.text):
            cells[Field.BRANCH] = cell
        elif column.field in PARTICULARS:
            cells[column.field] = joined(cells.get(column.field), cell)
        elif column.field in cells and column.field in {Field.TITLE, Field.DATE} and cell != cells[column.field]:
            found.unread(cell)  # two activities beside each other, perhaps: nobody may find one in the other's text
        elif column.field in {Field.FOR_READERS, Field.HOST} or column.field in cells:
            for_readers.append((said_by_readers(column.word), cell.text))
        else:
            cells[column.field] = cell
    if not for_readers and set(cells) <= {Field.NUMBER, Field.TYPE, Field.BRANCH, Field.CONTACT}:
        return None
    where = cells[Field.TITLE].where if Field.TITLE in cells else pairs[0][1].where
    row = PlanRow(cells, where, scope.branch, scope.is_of_some_branch, for_readers, called_off)
    return _in_its_branch(row, found)


def _in_its_branch(row: PlanRow, found: Found) -> PlanRow:
    branch = row.cells.get(Field.BRANCH)
    if branch is None:
        return row
    scope = branch_scope(branch.text)
    found.aside(scope.aside, branch)
    return replace(row, branch=scope.branch, is_of_some_branch=False)


def _one_each(row: PlanRow) -> list[PlanRow]:
    """A cell with a numbered list holds several activities; the dates beside it go one to each."""
    items = _items(row.text(Field.TITLE))
    if len(items) < 2:
        return [row]
    dates = [line for line in row.text(Field.DATE).split("\n") if line]
    if len(dates) != len(items):
        dates = ["；".join(dates)] * len(items)
    return [_with(row, title, date) for title, date in zip(items, dates, strict=True)]


def _items(title: str) -> list[str]:
    """The numbered items of a cell, each with the lines that continue it."""
    lines = title.split("\n")
    if not is_numbered(lines[0]):
        return [title]
    items: list[str] = []
    for line in lines:
        if is_numbered(line) or not items:
            items.append(line)
        else:
            items[-1] += line
    return items


def _with(row: PlanRow, title: str, date: str) -> PlanRow:
    cells = row.cells | {Field.TITLE: replace(row.cells[Field.TITLE], text=title)}
    if date:
        cells[Field.DATE] = replace(cells[Field.DATE], text=re.sub(r"^\d{1,2}、", "", date))
    return replace(row, cells=cells)
