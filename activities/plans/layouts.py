"""Real tables: rows under a header, rows across the table that name a branch, and tables without a header."""

from collections.abc import Callable
from dataclasses import replace

from activities.plans.columns import Columns, fits, rows_under
from activities.plans.grids import is_grid, is_half_grid, read_grid, read_half_grid
from activities.plans.headers import Column, Field, columns_under, is_header
from activities.plans.outside import day_in
from activities.plans.plan import DoubtKind, quoted
from activities.plans.rows import Found, PlanRow, is_clock, is_dateish
from activities.plans.scope import Scope, is_heading, scope_of
from activities.plans.streams import read_stream
from activities.plans.tables import Cell, Row, Stream, Table, written
from activities.plans.titles import is_branch_name, is_numbered, without_number

_LONGEST_SECTION = 16


def read_table(table: Table, scope: Scope) -> Found:
    """Every activity in a table of rows."""
    if is_grid(table):
        return read_grid(table, scope)
    if is_half_grid(table):
        return read_half_grid(table, scope)
    reader = _TableReader(scope)
    for row in table.rows:
        reader.read(row)
    return reader.finished()


class _TableReader:
    """Where the reading of a table stands: under which header, in whose section."""

    def __init__(self, scope: Scope) -> None:
        self.found = Found()
        self.scope = scope
        self.columns: Columns | None = None
        self.is_a_plan = False
        self.section = ""  # a type that a row across the table gives to the rows below it
        self.day: Cell | None = None  # a date that a row across the table gives to the rows below it
        self.idle: Cell | None = None  # the cell of a section that has no rows yet
        self.is_new_section = False
        self.waiting: list[Row] = []  # rows without a header so far
        self.passed_over: list[Row] = []  # and those that told of no activity

    def read(self, row: Row) -> None:
        cells = written(row)
        if not cells:
            return
        if is_header(row):
            self._read_header(row)
        elif self._is_section(row, cells):
            self._read_section(cells[0], row)
        elif self.columns and self.is_new_section and not fits(self.columns, row):
            self.columns = None
            self.waiting.append(row)
        elif self.columns:
            self._read_row(self.columns, row)
        else:
            self.waiting.append(row)

    def finished(self) -> Found:
        self._read_waiting()
        self._leave_section()
        self.found.is_a_plan = self.is_a_plan
        if self.found.is_a_plan:
            for row in self.passed_over:
                self.found.unread_row(row)
        return self.found

    def _read_header(self, row: Row) -> None:
        self._read_waiting()
        self.columns, self.is_new_section, self.is_a_plan = columns_under(row), False, True

    def _is_section(self, row: Row, cells: list[Cell]) -> bool:
        """One thing alone: across merged cells, in a row of one cell, or in the first column."""
        if len(cells) > 1:
            return False
        is_across = sum(bool(cell.text) for cell in row) > 1
        return is_across or len(row) == 1 or (bool(row[0].text) and not cells[0].text.isdigit())

    def _read_section(self, cell: Cell, row: Row) -> None:
        self._leave_section()
        if self.columns and is_dateish(cell.text):
            self.day = self.idle = cell
            return
        scope = scope_of(cell.text) if len(cell.text) <= 40 else None
        self.day = None
        if scope:
            self._read_waiting()
            self.found.aside(scope.aside, cell)
            self.scope, self.section, self.is_new_section = scope, "", True
        elif (not self.columns and not self.waiting) or is_heading(cell.text):
            self._read_waiting()
            if day_in(cell.text):
                self.found.unread(cell)
            self.is_new_section = True
            self.section = self._section_of(cell, row)
        elif len(cell.text) <= _LONGEST_SECTION and len(row) > 1 and self.columns:
            self.section, self.idle = without_number(cell.text), cell
        else:
            self.found.unread(cell)

    def _leave_section(self) -> None:
        """A section without rows may be an activity whose other cells are blank."""
        if self.idle:
            self.found.unread(self.idle)
        self.idle = None

    def _section_of(self, cell: Cell, row: Row) -> str:
        is_type = self.columns and len(row) > 1 and len(cell.text) <= _LONGEST_SECTION and is_numbered(cell.text)
        return without_number(cell.text) if is_type else ""

    def _read_row(self, columns: Columns, row: Row) -> None:
        self.is_new_section, self.idle = False, None
        rows = rows_under(columns, row, self.scope, self.found)
        self.found.rows += [self._placed(plan_row, columns) for plan_row in rows]

    def _placed(self, row: PlanRow, columns: Columns) -> PlanRow:
        """Give the row its section's type, and the branch of the row above where its own is blank."""
        if self.section and Field.TYPE not in row.cells:
            row.cells[Field.TYPE] = Cell(self.section, row.where)
        above = self.found.rows[-1] if self.found.rows else None
        self._date(row, above)
        has_column = any(column.field is Field.BRANCH for column in columns)
        if has_column and above and Field.BRANCH in above.cells and Field.BRANCH not in row.cells:
            self.found.doubt(
                DoubtKind.BRANCH,
                f"这一行没写是哪个馆，按上一行的{quoted(above.branch or '总馆')}算，请核对。",
                row.where,
            )
            row.cells[Field.BRANCH] = above.cells[Field.BRANCH]
            row = replace(row, branch=above.branch)
        return row

    def _date(self, row: PlanRow, above: PlanRow | None) -> None:
        """Give the row the day above the rows; or the date of the last row that has one, if it has a time alone."""
        date = row.cells.get(Field.DATE)
        if date and not is_clock(date.text):
            return
        if self.day:
            row.cells |= ({Field.CLOCK: date} if date else {}) | {Field.DATE: self.day}
        elif not date and Field.CLOCK in row.cells and above and Field.DATE in above.cells:
            words = above.text(Field.DATE)
            self.found.doubt(
                DoubtKind.NO_DATE, f"这一行只写了几点，日期按上一行的{quoted(words)}算，请核对。", row.where
            )
            row.cells[Field.DATE] = above.cells[Field.DATE]

    def _read_waiting(self) -> None:
        if self.waiting:
            headerless = _read_headerless(self.waiting, self.scope)
            self.found.take(headerless)
            self.is_a_plan = self.is_a_plan or headerless.is_a_plan
            self.passed_over += [] if headerless.is_a_plan else self.waiting
        self.waiting = []


def _read_headerless(rows: list[Row], scope: Scope) -> Found:
    """A table without a header: each column is known by what most of its cells are."""
    width = max(len(row) for row in rows)
    columns = [[row[at] for row in rows if at < len(row) and row[at].text] for at in range(width)]
    dated = [at for at, column in enumerate(columns) if _most(column, is_dateish)]
    if not dated:
        return _undated(rows, scope)
    if len(dated) > 1 and dated[1] - dated[0] > 1:
        return read_stream(Stream(tuple(cell for row in rows for cell in (*row, Cell("", "")))), scope)
    meanings = _meanings(columns, dated)
    found = Found()
    if any(column.field in {Field.TYPE, Field.BODY} for column in meanings):
        order = "、".join(column.word for column in meanings if column.word)
        found.doubt(
            DoubtKind.NO_HEADER, f"这张表没有表头，各栏按“{order}”理解，请核对；最好补上表头。", rows[0][0].where
        )
    for row in rows:
        found.rows += rows_under(meanings, row, scope, found)
    return found


def _undated(rows: list[Row], scope: Scope) -> Found:
    """No date anywhere: a list of branch activities still to be dated, or no plan at all."""
    found = Found(is_a_plan=scope != Scope())
    if found.is_a_plan:
        for cell in {cell.text: cell for row in rows for cell in written(row)}.values():
            found.unread(cell)
    return found


def _most(column: list[Cell], is_kind: Callable[[str], bool]) -> bool:
    return 2 * sum(is_kind(cell.text) for cell in column) > len(column)


_WORDS = {
    Field.NUMBER: "序号", Field.TYPE: "类型", Field.TITLE: "名称", Field.DATE: "时间", Field.CLOCK: "具体时间",
    Field.BRANCH: "分馆", Field.BODY: "内容", Field.FOR_READERS: "说明", Field.UNKNOWN: "",
}  # fmt: skip


def _meanings(columns: list[list[Cell]], dated: list[int]) -> Columns:
    """What each column of a headerless table means."""
    fields: dict[int, Field] = {dated[0]: Field.DATE} | dict.fromkeys(dated[1:2], Field.CLOCK)
    texts = []
    for at, column in enumerate(columns):
        if at in fields:
            continue
        fields[at] = _plain_meaning(column)
        if fields[at] is Field.BODY:
            texts.append(at)
    before = [at for at in texts if at < dated[0]]
    if texts:
        numbered = [at for at in texts if _most(columns[at], is_numbered)]
        title = (numbered or before[-1:] or texts)[0]
        fields |= {at: Field.TYPE for at in before[-2:] if at < title}
        fields[title] = Field.TITLE
    return tuple(Column(fields[at], _WORDS[fields[at]]) for at in range(len(columns)))


def _plain_meaning(column: list[Cell]) -> Field:
    if not column:
        return Field.UNKNOWN
    if _most(column, str.isdigit):
        return Field.NUMBER
    return Field.BRANCH if _most(column, is_branch_name) else Field.BODY
