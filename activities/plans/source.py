"""The file's own words, line by line, for whoever checks what was read against what is written."""

import re
from collections.abc import Iterable, Iterator

from activities.plans.tables import Block, Cell, Line, Page, Row, Stream, written

Spoken = list[list[str]]  # the cells of one line: [place, text]
_TOGETHER = "、"
_CELL = re.compile(rf"(?:^|{_TOGETHER})([^:]+:[A-Z]+\d+)(?={_TOGETHER}|$)")  # its sheet may be called 4、5月


def lines_of(pages: Iterable[Page]) -> list[Spoken]:
    """Every line and table row that holds something, in the order of the file."""
    return [line for page in pages for block in page.blocks for line in _lines(block) if line]


def _lines(block: Block) -> Iterator[Spoken]:
    if isinstance(block, Line):
        yield [[block.where, block.text.strip()]] if block.text.strip() else []
    elif isinstance(block, Stream):
        yield from (_spoken([cell]) for cell in block.cells if cell.text)
    else:
        yield from (_spoken(written(row)) for row in block.rows)


def _spoken(cells: Row | list[Cell]) -> Spoken:
    return [[cell.where, cell.text] for cell in cells]


def spots_of(where: str, file_name: str) -> list[str]:
    """The places that a doubt names: plan.txt:23、28 is plan.txt:23 and plan.txt:28; none for the file as a whole."""
    if not where.startswith(f"{file_name}:"):
        return []
    named = where.removeprefix(f"{file_name}:")
    return [f"{file_name}:{spot}" for spot in _CELL.findall(named) or named.split(_TOGETHER)]
