"""The parts of a page that hold activities: its tables and the text between them, each with the heading above it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from activities.plans import outside
from activities.plans.announced import month_in
from activities.plans.layouts import read_table
from activities.plans.plan import Doubt
from activities.plans.prose import read_prose
from activities.plans.rows import Found
from activities.plans.scope import Scope, is_heading, scope_of
from activities.plans.streams import read_stream
from activities.plans.tables import Cell, Line, Page, Stream, Table, written
from activities.plans.titles import is_branch_name


@dataclass(frozen=True, slots=True)
class Part:
    """What a table, or the text between two, holds; and doubts about what of it was passed over."""

    found: Found
    heading: str  # the words that stood above, or the sheet's name
    passed_over: tuple[Doubt, ...] = ()


def parts_in(pages: Iterable[Page]) -> tuple[list[Part], list[Doubt]]:
    """Every table and text with activities; and doubts about all that was passed over."""
    found: list[Part] = []
    doubts: list[Doubt] = []
    for page in pages:
        doubts += page.doubts
        for part in _parts_of(page):
            found += [part] if part.found.is_a_plan else []
            doubts += part.passed_over
    return found, doubts


def _parts_of(page: Page) -> Iterator[Part]:
    """The page's tables, and the text between them, in their order."""
    tables = _tables_in(page)
    lines: list[Line] = []
    for block in page.blocks:
        if isinstance(block, Line):
            lines.append(block)
            continue
        yield _text(lines, page)
        lines = []
        table = next(tables)
        yield table if table.found.is_a_plan else _text_of_table(block, page)
    yield _text(lines, page)


def _text(lines: list[Line], page: Page) -> Part:
    read = read_prose(lines, Scope())
    heading = next((line.text for line in lines if month_in(line.text)), page.name)
    read.found.is_a_plan = bool(read.found.rows)
    return Part(read.found, heading, tuple(outside.about_lines(read.unread)))


def _text_of_table(block: Table | Stream, page: Page) -> Part:
    """A table that is none of ours may hold an activity a row: 12月5日 社区送书活动 官塘."""
    as_text = _text(outside.lines_of(block), page)
    if as_text.found.is_a_plan:
        return as_text
    return replace(as_text, passed_over=tuple(outside.about_unread_block(block, page.name)))


def _tables_in(page: Page) -> Iterator[Part]:
    """Each table with what the nearest heading above it says; without one the last scope goes on."""
    scope, heading = Scope(), Line(page.name, "")
    for block in page.blocks:
        if isinstance(block, Line):
            if is_heading(block.text) or is_branch_name(block.text):
                heading, scope = block, scope_of(block.text) or Scope()
            continue
        found = read_stream(block, scope) if isinstance(block, Stream) else read_table(block, scope)
        own_heading = "" if isinstance(block, Stream) else _own_heading(block)
        found.aside(scope.aside, Cell(heading.text, heading.where))
        yield Part(found, own_heading or heading.text)


def _own_heading(table: Table) -> str:
    """A title row inside the table that names a month."""
    lone = (cells[0].text for row in table.rows[:10] if len(cells := written(row)) == 1)
    return next((text for text in lone if month_in(text)), "")
