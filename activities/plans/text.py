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
from activities.plans.titles import is_numbered

Clean = Callable[[str], str]

_RULE = re.compile(r"[\s|:+=_\-─—┼├┤┬┴┌┐└┘━═]*")
_GAP = re.compile(r"[ \u3000\xa0]{2,}|\u3000")
_BARS = str.maketrans("│┃｜∣", "||||")
_BARE_HEADER = 3  # so many header words on lines of their own begin a table without any bar


@dataclass(slots=True)
class _Shaped:
    """A line and the cells it parts into; no cells for prose and for blank lines."""

    words: Line  # in clean words
    cells: Row = ()
    pieces: Row = ()  # of a line without bars: what stands between its wide gaps
    is_trailing: bool = True  # its | stands at the end

    @property
    def is_row(self) -> bool:
        return sum(bool(cell.text) for cell in self.cells) >= 2

    @property
    def is_blank(self) -> bool:
        return not self.cells and not self.words.text


def gathered(lines: Iterable[Line], clean: Clean) -> list[Block]:
    """Prose lines, and between them the tables they hold, all in clean words."""
    shaped = [_shaped(line, clean) for line in _unquoted(lines)]
    blocks: list[Block] = []
    at = 0
    while at < len(shaped):
        end = _end_of_table(shaped, at)
        if end > at:
            blocks.append(_table_of(shaped[at:end]))
        elif shaped[at].words.text:
            blocks.append(shaped[at].words)
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
    words = replace(line, text=clean(line.text))
    if "|" in text:
        return _barred(words, text.strip(), clean)
    if "\t" in text.strip("\n"):
        cells = _cells(text.strip("\n").split("\t"), line, clean)
        is_row = sum(bool(cell.text) for cell in cells) > 1 or text.endswith("\t")
        return _Shaped(words, cells if is_row else ())
    return _Shaped(words, pieces=_cells([piece for piece in _GAP.split(text.strip()) if piece], line, clean))


def _barred(words: Line, text: str, clean: Clean) -> _Shaped:
    if len(text) > 3 and _RULE.fullmatch(text):
        return _Shaped(replace(words, text=""))
    core = text.removeprefix("|").removesuffix("|")
    return _Shaped(words, _cells(core.split("|"), words, clean), is_trailing=text.endswith("|"))


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
        if shaped[at].cells or _continues(shaped, at):
            end = at + 1
        elif not shaped[at].is_blank:
            break
        at += 1
    is_lone = sum(bool(shape.cells) for shape in shaped[begin:end]) < 2
    return begin if is_lone else end


def _continues(shaped: list[_Shaped], at: int) -> bool:
    """Short lines next to those of the table lost their bars or were broken; a heading or prose did not."""
    text = shaped[at].words.text
    is_beside = at > 0 and not shaped[at - 1].is_blank
    return bool(text) and is_beside and len(text) <= LONGEST_HEADING and not is_heading(text)


def _end_of_spaced(shaped: list[_Shaped], begin: int) -> int | None:
    """Columns set apart by wide gaps, under a header."""
    if not is_header(shaped[begin].pieces):
        return None
    end = begin
    while end < len(shaped) and len(shaped[end].pieces) > 1:
        shaped[end].cells = shaped[end].pieces
        end += 1
    return end if end > begin + 1 else None


def _end_of_bare(shaped: list[_Shaped], begin: int) -> int | None:
    """Header words on lines of their own, then one cell a line until the next heading."""
    run = []
    end = begin
    while end < len(shaped) and (shaped[end].is_blank or field_of(shaped[end].words.text)):
        run += [Cell(shaped[end].words.text, "")] if not shaped[end].is_blank else []
        end += 1
    if len(run) < _BARE_HEADER or not is_header(tuple(run)):
        return None
    while end < len(shaped) and not shaped[end].cells and not is_heading(shaped[end].words.text):
        end += 1
    for shape in shaped[begin:end]:
        shape.cells = (Cell(shape.words.text, shape.words.where),) if not shape.is_blank else ()
    return end


def _table_of(shaped: list[_Shaped]) -> Table | Stream:
    """Rows if most lines hold several cells, else a stream of single cells."""
    parted = [shape for shape in shaped if shape.cells]
    if 2 * sum(shape.is_row for shape in parted) >= sum(any(c.text for c in s.cells) for s in parted):
        return Table(tuple(shape.cells or _lone(shape) for shape in shaped if not shape.is_blank))
    is_trailing = 2 * sum(shape.is_trailing for shape in parted) >= len(parted)
    return Stream(_stream(shaped if is_trailing else shaped[::-1], is_trailing=is_trailing))


def _lone(shape: _Shaped) -> Row:
    return (Cell(shape.words.text, shape.words.where),)


def _stream(shaped: list[_Shaped], *, is_trailing: bool) -> tuple[Cell, ...]:
    """The cells in order; a line without a bar belongs to the cell whose bar it lacks.

    Bars at the beginning are the same thing read backwards. A number or a listed item begins a cell of its
    own, so what stands before one is a cell too, such as a branch name whose bar was lost.
    """
    cells: list[Cell] = []
    broken: list[Cell] = []
    for shape in shaped:
        if not shape.cells:
            broken += [] if shape.is_blank else [_lone(shape)[0]]
            continue
        own = [cell for cell in shape.cells if cell.text] or [shape.cells[0]]
        own = own if is_trailing else own[::-1]
        if broken and _can_be_mended(own[0], is_trailing=is_trailing):
            own[0] = _mended(own[0], broken, is_trailing=is_trailing)
            broken = []
        cells += [*broken, *own]
        broken = []
    cells += broken
    return tuple(cells if is_trailing else cells[::-1])


def _can_be_mended(cell: Cell, *, is_trailing: bool) -> bool:
    return bool(cell.text) and not cell.text.isdigit() and not (is_trailing and is_numbered(cell.text))


def _mended(cell: Cell, broken: list[Cell], *, is_trailing: bool) -> Cell:
    words = [piece.text for piece in broken]
    text = "".join([*words, cell.text]) if is_trailing else "".join([cell.text, *words[::-1]])
    return Cell(text, broken[0].where if is_trailing else cell.where)
