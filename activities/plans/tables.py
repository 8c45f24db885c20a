"""What every kind of file is turned into before a plan is looked for: lines of prose, and tables.

Each piece knows where it stands in the file, so that every doubt can point there.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from activities.plans.plan import Doubt


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. `is_number` marks a bare number of a workbook, where 4.20 has become 4.2."""

    text: str
    where: str
    is_number: bool = False


Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line or paragraph outside every table, as it stands. `numbering`: the list that numbers it by itself, and how deep
    in it, where a word processor does ("3/0"): the number is not in the text. `pictures`: how many stand in it, unread."""

    text: str
    where: str
    numbering: str = ""
    pictures: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; a merged cell stands in every place it covers."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Stream:
    """A table copied as one cell a line: its cells in order, its rows to be found."""

    cells: tuple[Cell, ...]


Block = Line | Table | Stream


@dataclass(frozen=True, slots=True)
class Page:
    """A file, or one sheet of a workbook, under its own name."""

    name: str
    blocks: tuple[Block, ...]
    doubts: tuple[Doubt, ...] = ()  # what of it was not even opened


def cleaned_row(row: Row, clean: Callable[[str], str]) -> Row:
    """The same row in clean words."""
    return tuple(replace(cell, text=clean(cell.text)) for cell in row)


def words_of(block: Block) -> str:
    """All the words of a block, for questions asked of the whole file."""
    if isinstance(block, Line):
        return block.text
    cells = block.cells if isinstance(block, Stream) else [cell for row in block.rows for cell in row]
    return "\n".join(dict.fromkeys(cell.text for cell in cells))


def written(row: Row) -> list[Cell]:
    """The cells of a row that hold something, a merged one once."""
    return list({(cell.text, cell.where): cell for cell in row if cell.text}.values())
