"""The body of an article as blocks, for paper: headings, paragraphs, lists, tables, pictures. Pure.

It reads what notices.html keeps; words in anything else are a paragraph, so that nothing that was signed is left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from notices.html import CONTROLS

_PICTURE = re.compile(r"[0-9a-f]{64}")
_ENDS = frozenset(
    {"p", "section", "blockquote", "div", "h1", "h2", "h3", "h4", "li", "ul", "ol", "table", "hr", "br"}
)
_BOLD, _SLANTED = frozenset({"strong", "b"}), frozenset({"em", "i"})


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one face."""

    text: str
    is_bold: bool = False
    is_slanted: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    level: int  # 1 to 4
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`mark` stands before it in a list: • or 3."""

    runs: tuple[Run, ...]
    mark: str = ""

    @property
    def text(self) -> str:
        """All of its words."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Picture:
    """`digest` names its file; "" for a picture that is not ours."""

    digest: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """`head` may be empty; every row is as long as the longest."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across."""


Block = Heading | Paragraph | Picture | Table | Rule


def words_of(block: Block) -> list[str]:
    """All that is to be read in it."""
    if isinstance(block, Table):
        return [cell for row in (block.head, *block.rows) for cell in row]
    if isinstance(block, Picture):
        return [block.caption]
    return [] if isinstance(block, Rule) else [block.text]


def blocks_of(body: str) -> list[Block]:
    """In their order. A paragraph that only repeats the caption of the picture before it is that caption."""
    walk = _Walk()
    walk.feed(body)
    walk.close()
    walk.finish()
    return list(_without_repeats(walk.blocks))


def _without_repeats(blocks: list[Block]) -> Iterator[Block]:
    before: list[Picture] = []
    for block in blocks:
        if isinstance(block, Paragraph) and any(block.text.strip() == one.caption for one in before if one.caption):
            continue
        before = [*before, block] if isinstance(block, Picture) else []
        yield block


@dataclass
class _Cells:
    head: tuple[str, ...] = ()
    rows: list[tuple[str, ...]] = field(default_factory=list)
    row: list[str] = field(default_factory=list)
    is_head: bool = False


class _Walk(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._runs: list[Run] = []
        self._level = 0
        self._bold = self._slanted = 0
        self._lists: list[int] = []  # 0 for bullets, else the next number
        self._mark = ""
        self._table: _Cells | None = None
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if self._cell is not None:
            if tag in _ENDS and self._cell and not self._cell[-1].endswith(" "):
                self._cell.append(" ")
            if tag in ("td", "th"):
                self.handle_endtag("td")
            elif tag != "img":
                return
        if tag in _BOLD:
            self._bold += 1
        elif tag in _SLANTED:
            self._slanted += 1
        elif tag == "img":
            self.end()
            found = _PICTURE.search(given.get("src", ""))
            self.blocks.append(Picture(found[0] if found else "", CONTROLS.sub("", given.get("alt", "")).strip()))
        elif tag == "hr":
            self.end()
            self.blocks.append(Rule())
        elif tag in ("ul", "ol"):
            self.end()
            start = given.get("start", "1")
            self._lists.append(0 if tag == "ul" else int(start) if start.isdecimal() else 1)
        elif tag == "li":
            self._begin_item()
        elif tag == "table":
            self.finish()
            self._table = _Cells()
        elif tag in ("td", "th") and self._table is not None:
            self._cell, self._table.is_head = [], tag == "th"
        elif tag in _ENDS:
            self.end()
            self._level = int(tag[1]) if tag in ("h1", "h2", "h3", "h4") else 0

    def _begin_item(self) -> None:
        self.end()
        number = self._lists[-1] if self._lists else 0
        self._mark = f"{number}." if number else "•"
        if number:
            self._lists[-1] = number + 1

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._cell is not None and self._table is not None:
            self._table.row.append("".join(self._cell).strip())
            self._cell = None
        elif self._cell is not None and tag not in ("tr", "table"):
            return
        elif tag == "tr" and self._table is not None:
            self._end_row(self._table)
        elif tag == "table" and self._table is not None:
            self._end_row(self._table)
            self._end_table(self._table)
        elif tag in _BOLD:
            self._bold = max(0, self._bold - 1)
        elif tag in _SLANTED:
            self._slanted = max(0, self._slanted - 1)
        elif tag in _ENDS:
            self.end()
            if tag in ("ul", "ol") and self._lists:
                self._lists.pop()

    def _end_row(self, table: _Cells) -> None:
        if self._cell is not None:
            table.row.append("".join(self._cell).strip())
            self._cell = None
        if table.row and table.is_head and not table.head and not table.rows:
            table.head = tuple(table.row)
        elif table.row:
            table.rows.append(tuple(table.row))
        table.row, table.is_head = [], False

    def _end_table(self, table: _Cells) -> None:
        width = max((len(row) for row in (table.head, *table.rows)), default=0)
        rows = tuple(row + ("",) * (width - len(row)) for row in table.rows)
        head = table.head + ("",) * (width - len(table.head)) if table.head else ()
        if width:
            self.blocks.append(Table(head, rows))
        self._table = None

    def handle_data(self, data: str) -> None:
        words = CONTROLS.sub("", re.sub(r"\s+", " ", data))
        if self._cell is not None:
            self._cell.append(words)
        elif self._runs or words.strip():
            words = words if self._runs else words.lstrip()
            self._runs.append(Run(words, self._bold > 0, self._slanted > 0))

    def finish(self) -> None:
        """Whatever is open is a block, a table that was never closed as well."""
        self.end()
        if self._table is not None:
            self._end_row(self._table)
            self._end_table(self._table)

    def end(self) -> None:
        """What has been read so far is a block."""
        runs, level, mark = self._runs, self._level, self._mark
        self._runs, self._level, self._mark = [], 0, ""
        if not "".join(run.text for run in runs).strip():
            self._mark = mark if mark and not runs else ""
            return
        last = runs[-1]
        runs[-1] = Run(last.text.rstrip(), last.is_bold, last.is_slanted)
        if level:
            self.blocks.append(Heading(level, "".join(run.text for run in runs)))
        else:
            self.blocks.append(Paragraph(tuple(runs), mark))
