"""Tables copied as one cell a line: finding the rows again.

Under a run of known header words the cells are cut into rows, by their numbers (序号) where there are any.
Without a header the cells are told apart by what they are: a branch, its numbered items, their dates.
"""

from collections.abc import Callable

from activities.plans.columns import Columns, index_of, rows_under
from activities.plans.headers import Field, columns_under, field_of, is_header
from activities.plans.plan import DoubtKind, quoted
from activities.plans.rows import Found, PlanRow, is_dateish
from activities.plans.scope import Scope, branch_scope, is_heading, scope_of
from activities.plans.tables import Cell, Stream
from activities.plans.titles import is_branch_name, is_numbered


def read_stream(stream: Stream, scope: Scope) -> Found:
    """Every activity in a stream of cells."""
    found = Found()
    cells = list(stream.cells)
    start = _header_at(cells, 0)
    if start is None:
        is_dated = any(is_dateish(cell.text) for cell in cells)
        return _read_items(cells, scope, found) if is_dated else Found(is_a_plan=False)
    _read_items(cells[: start[0]], scope, found)
    while start:
        following = _header_at(cells, start[1])
        part = cells[start[1] : following[0] if following else len(cells)]
        _read_numbered(columns_under(tuple(cells[slice(*start)])), part, scope, found)
        start = following
    return found


def _header_at(cells: list[Cell], begin: int) -> tuple[int, int] | None:
    """The next run of header words, as begin and end."""
    at = begin
    while at < len(cells):
        end = at
        while end < len(cells) and field_of(cells[end].text):
            end += 1
        if end - at >= 2 and is_header(tuple(cells[at:end])):
            return at, end
        at = end + 1
    return None


def _read_numbered(columns: Columns, cells: list[Cell], scope: Scope, found: Found) -> None:
    """Cut the cells under a header into rows; what no longer has its shape is read cell by cell."""
    has_numbers = columns[0].field is Field.NUMBER
    number = 1
    while cells:
        if not cells[0].text:
            cells = cells[1:]
            continue
        if has_numbers and cells[0].text.isdigit():
            number = int(cells[0].text)
        elif has_numbers and not _lost_its_number(columns, cells):
            end = _next_number(cells, number + 1, 1) or len(cells)
            _read_items(cells[:end], scope, found)
            cells = cells[end:]
            continue
        width = _row_width(columns, cells, number if has_numbers else None)
        found.rows += rows_under(columns, tuple(cells[:width]), scope, found)
        cells = cells[width:]


def _lost_its_number(columns: Columns, cells: list[Cell]) -> bool:
    """A row that begins one cell late: its date stands one place too early."""
    at = index_of(Field.DATE, columns)
    return at is not None and 1 < at <= len(cells) and is_dateish(cells[at - 1].text)


def _next_number(cells: list[Cell], number: int, begin: int) -> int | None:
    wanted = str(number)
    return next((at for at in range(begin, len(cells)) if cells[at].text == wanted), None)


def _row_width(columns: Columns, cells: list[Cell], number: int | None) -> int:
    """How many cells this row has: the header's width unless the next number, or its date, says otherwise."""
    width = len(columns)
    if number is not None:
        is_where_expected = width < len(cells) and cells[width].text == str(number + 1)
        following = _next_number(cells, number + 1, 2)
        if is_where_expected or following is None or following > 2 * width:
            return _trimmed(columns, cells, width) if following is None else width
        return following
    return _trimmed(columns, cells, width)


def _trimmed(columns: Columns, cells: list[Cell], width: int) -> int:
    """One cell less or more where the date stands one place off."""
    at = index_of(Field.DATE, columns)
    if at is None or _is_date_at(cells, at):
        return width
    if at > 0 and _is_date_at(cells, at - 1):
        return width - 1
    return width + 1 if _is_date_at(cells, at + 1) else width


def _is_date_at(cells: list[Cell], at: int) -> bool:
    return at < len(cells) and is_dateish(cells[at].text)


def _read_items(cells: list[Cell], scope: Scope, found: Found) -> Found:
    """Branches, their items and dates, in the order they stand."""
    reader = _Items(cells, scope, found)
    if not any(is_dateish(cell.text) for cell in cells):
        for cell in cells:
            reader.pass_over(cell)
        return found
    for at in range(len(cells)):
        reader.read(at)
    reader.finish()
    reader.leave_branch()
    return found


class _Items:
    """Where the reading of a headerless stream stands: whose item waits for its date."""

    def __init__(self, cells: list[Cell], scope: Scope, found: Found) -> None:
        self.cells, self.scope, self.found = cells, scope, found
        self.item: Cell | None = None
        self.date: Cell | None = None  # where the date comes before its item
        self.branch: Cell | None = None  # named, and none of its activities read yet

    def read(self, at: int) -> None:
        cell = self.cells[at]
        if not cell.text:
            self.finish()
        elif is_dateish(cell.text):
            self._read_date(cell, at)
        elif is_numbered(cell.text) or self._is_item(at):
            self._read_item(cell)
        else:
            self._read_name(cell, at)

    def finish(self) -> None:
        """An item whose date never came is kept without one; so is a date without an item, as a doubt."""
        if self.item:
            self._emit(self.item, None)
        if self.date:
            self.found.unread(self.date)
        self.item = self.date = None

    def leave_branch(self) -> None:
        """A branch without activities is either meant so or a sign that its rows were lost."""
        if self.branch:
            text = f"{quoted(self.branch.text)}下面没有读到活动。请核对是不是漏了几行。"
            self.found.doubt(DoubtKind.BRANCH, text, self.branch.where)
        self.branch = None

    def pass_over(self, cell: Cell) -> None:
        if cell.text:
            self.found.unread(cell)

    def _read_date(self, cell: Cell, at: int) -> None:
        if self.item:
            self._emit(self.item, cell)
            self.item = None
        elif at + 1 < len(self.cells) and self.cells[at + 1].text:
            self.finish()
            self.date = cell
        else:
            self.found.unread(cell)

    def _read_item(self, cell: Cell) -> None:
        if self.date:
            self._emit(cell, self.date)
            self.date = None
            return
        self.finish()
        self.item = cell

    def _is_item(self, at: int) -> bool:
        """Unnumbered, and its date stands next to it."""
        text = self.cells[at].text
        if is_heading(text) and scope_of(text):
            return False
        if self.date:
            return not is_branch_name(text)
        return self._next_is(at, is_dateish) and not self._dates_come_first(at)

    def _dates_come_first(self, at: int) -> bool:
        """Behind this branch name stand a date and then a numbered item."""
        beyond = self.cells[at + 2 : at + 3]
        return is_branch_name(self.cells[at].text) and bool(beyond) and is_numbered(beyond[0].text)

    def _next_is(self, at: int, is_kind: Callable[[str], bool]) -> bool:
        return any(is_kind(cell.text) for cell in self.cells[at + 1 : at + 2])

    def _read_name(self, cell: Cell, at: int) -> None:
        self.finish()
        opens_a_group = at == 0 or not self.cells[at - 1].text
        if is_branch_name(cell.text) or (opens_a_group and self._next_is(at, is_numbered)):
            self.leave_branch()
            named = scope_of(cell.text) if is_heading(cell.text) else None
            self.scope, self.branch = named or branch_scope(cell.text), cell
            self.found.aside(self.scope.aside, cell)
        elif is_heading(cell.text) and (scope := scope_of(cell.text)):
            self.leave_branch()
            self.scope = scope
        else:
            self.found.unread(cell)

    def _emit(self, item: Cell, date: Cell | None) -> None:
        cells = {Field.TITLE: item} | ({Field.DATE: date} if date else {})
        row = PlanRow(cells, item.where, self.scope.branch, self.scope.is_of_some_branch)
        self.found.rows.append(row)
        self.branch = None
