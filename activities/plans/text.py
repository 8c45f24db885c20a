"""Text that was once a table: telling rows, single cells and prose apart, line by line.

A table survives copying as rows (cells parted by | or tabs, or set apart by wide gaps) or as one cell a line,
with a | at its end or its beginning. All else is prose and stays a `Line`.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from activities.plans.headers import field_of, is_header
from activities.plans.scope import LONGEST_HEADING, is_heading
from activities.plans.tables import Block, Cell, Line, Row, Stream, Table

Clean = Callable[[str], str]

_RULE = re.compile(r"[\s|:+=_\-─—┼├┤┬┴┌┐└┘━═]*")
_GAP = re.compile(r"[ \u3000\xa0]{2,}|\u3000")
_BARS = str.maketrans("│┃｜∣", "||||")
_BARE_HEADER = 3  # so many header words on lines of their own begin a table without any bar


@dataclass(slots=True)
class _Shaped:
    """A line and the cells it parts into; no cells for prose and for blank lines."""

    line: Line
    cells: Row = ()
    is_trailing: bool = True  # its | stands at the end

    @property
    def is_row(self) -> bool:
        return sum(bool(cell.text) for cell in self.cells) >= 2

    @property
    def is_blank(self) -> bool:
        return not self.cells and not self.line.text.strip()


def gathered(lines: Iterable[Line], clean: Clean) -> list[Block]:
    """Prose lines, and between them the tables they hold, all in clean words."""
    shaped = [_shaped(line, clean) for line in _unquoted(lines)]
    blocks: list[Block] = []
    at = 0
    while at < len(shaped):
        end = _end_of_table(shaped, at)
        if end > at:
            blocks.append(_table_of(shaped[at:end]))
        elif shaped[at].line.text.strip():
            blocks.append(replace(shaped[at].line, text=clean(shaped[at].line.text)))
        at = max(end, at + 1)
    return blocks


def _unquoted(lines: Iterable[Line]) -> list[Line]:
    """Join the lines of a cell that a workbook quoted because it holds line breaks."""
    joined: list[Line] = []
    is_open = False
    for line in lines:
        if is_open:
            joined[-1] = replace(joined[-1], text=f"{joined[-1].text}\n{line.text}")
        else:
            joined.append(line)
        opens = "\t" in line.text and re.search(r'(?:^|\t)"[^"\t]*$', line.text)
        is_open = '"' not in line.text if is_open else bool(opens)
    return joined


def _shaped(line: Line, clean: Clean) -> _Shaped:
    text = line.text.translate(_BARS) if len(re.findall("[│┃｜∣]", line.text)) > 1 else line.text
    if "|" in text:
        return _barred(line, text.strip(), clean)
    if "\t" in text.strip("\n"):
        cells = _cells(text.strip("\n").split("\t"), line, clean)
        return _Shaped(line, cells if sum(bool(c.text) for c in cells) > 1 or text.endswith("\t") else ())
    return _Shaped(line)


def _barred(line: Line, text: str, clean: Clean) -> _Shaped:
    is_trailing = text.endswith("|")
    core = text.removeprefix("|").removesuffix("|")
    if len(text) > 3 and _RULE.fullmatch(text):
        return _Shaped(replace(line, text=""))
    cells = _cells(core.split("|"), line, clean)
    return _Shaped(line, cells, is_trailing)


def _cells(texts: list[str], line: Line, clean: Clean) -> Row:
    return tuple(Cell(clean(_without_quotes(text)), line.where) for text in texts)


def _without_quotes(text: str) -> str:
    text = text.strip(" ")
    return text[1:-1].replace('""', '"') if len(text) > 1 and text[0] == text[-1] == '"' else text


def _end_of_table(shaped: list[_Shaped], begin: int) -> int:
    """Where the table that begins here ends; `begin` itself if none does."""
    if shaped[begin].cells:
        return _end_of_barred(shaped, begin)
    return _end_of_spaced(shaped, begin) or _end_of_bare(shaped, begin) or begin


def _end_of_barred(shaped: list[_Shaped], begin: int) -> int:
    end = at = begin
    while at < len(shaped):
        if shaped[at].cells:
            end = at + 1
        elif not shaped[at].is_blank and not _continues(shaped, at):
            break
        at += 1
    is_lone = sum(bool(shape.cells) for shape in shaped[begin:end]) < 2
    return begin if is_lone else end


def _continues(shaped: list[_Shaped], at: int) -> bool:
    """A short line between two of the table is part of a cell that was broken; a heading is not."""
    text = shaped[at].line.text.strip()
    is_beside = at + 1 < len(shaped) and bool(shaped[at + 1].cells)
    return is_beside and len(text) <= LONGEST_HEADING and not is_heading(text)


def _end_of_spaced(shaped: list[_Shaped], begin: int) -> int | None:
    """Columns set apart by wide gaps, under a header."""
    if not is_header(_spaced(shaped[begin])):
        return None
    end = begin
    while end < len(shaped) and len(_spaced(shaped[end])) > 1:
        shaped[end].cells = _spaced(shaped[end])
        end += 1
    return end if end > begin + 1 else None


def _spaced(shape: _Shaped) -> Row:
    return tuple(Cell(text, shape.line.where) for text in _GAP.split(shape.line.text.strip()) if text)


def _end_of_bare(shaped: list[_Shaped], begin: int) -> int | None:
    """Header words on lines of their own, then one cell a line until the next heading."""
    run = []
    end = begin
    while end < len(shaped) and (shaped[end].is_blank or field_of(shaped[end].line.text)):
        run += [Cell(shaped[end].line.text, "")] if not shaped[end].is_blank else []
        end += 1
    if len(run) < _BARE_HEADER or not is_header(tuple(run)):
        return None
    while end < len(shaped) and not shaped[end].cells and not is_heading(shaped[end].line.text.strip()):
        end += 1
    for shape in shaped[begin:end]:
        shape.cells = (Cell(shape.line.text.strip(), shape.line.where),) if not shape.is_blank else ()
    return end


def _table_of(shaped: list[_Shaped]) -> Table | Stream:
    """Rows if most lines hold several cells, else a stream of single cells."""
    parted = [shape for shape in shaped if shape.cells]
    if 2 * sum(shape.is_row for shape in parted) >= sum(any(c.text for c in s.cells) for s in parted):
        return Table(tuple(shape.cells or _lone(shape) for shape in shaped if not shape.is_blank))
    is_trailing = 2 * sum(shape.is_trailing for shape in parted) >= len(parted)
    return Stream(_stream(shaped if is_trailing else shaped[::-1], is_trailing=is_trailing))


def _lone(shape: _Shaped) -> Row:
    return (Cell(shape.line.text.strip(), shape.line.where),)


def _stream(shaped: list[_Shaped], *, is_trailing: bool) -> tuple[Cell, ...]:
    """The cells in order; a line without a bar belongs to the cell whose bar it lacks."""
    cells: list[Cell] = []
    broken = ""
    for shape in shaped:
        if shape.cells:
            own = [cell for cell in shape.cells if cell.text] or [shape.cells[0]]
            if broken and own[0].text and not own[0].text.isdigit():
                own[0 if is_trailing else -1] = _mended(own[0 if is_trailing else -1], broken, is_trailing)
                broken = ""
            cells += own if is_trailing else own[::-1]
        elif not shape.is_blank:
            broken = broken + shape.line.text.strip() if is_trailing else shape.line.text.strip() + broken
    return tuple(cells if is_trailing else cells[::-1])


def _mended(cell: Cell, broken: str, is_trailing: bool) -> Cell:
    return replace(cell, text=broken + cell.text if is_trailing else cell.text + broken)
