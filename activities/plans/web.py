"""Web pages, saved or exported (also those that call themselves .xls): text outside tables as lines, tables as rows.

Cells are closed by whatever opens the next one, as browsers do; rowspan and colspan are filled.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from activities.plans.tables import Block, Cell, Line, Page, Row, Table

_MOST_SPANNED = 100  # rows or columns of one cell, and columns filled by spans; more is a slip or an attack
_UNSEEN = {"script", "style", "head", "noscript", "template", "select", "svg", "iframe", "textarea", "title"}
_BREAKS = {
    "p", "div", "br", "li", "ul", "ol", "dl", "dt", "dd", "section", "article", "header", "footer", "blockquote", "pre",
    "h1", "h2", "h3", "h4", "h5", "h6", "hr", "figure", "figcaption", "caption", "main", "nav", "aside", "tbody", "thead",
}  # fmt: skip
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{3,20})", re.I)


_Spanning = tuple[Cell, int, int]  # a cell, and how many rows and columns it covers
_NOTHING = (Cell("", ""), 0)


def is_web_page(beginning: str) -> bool:
    """Told by its first tag."""
    start = beginning.lstrip("\ufeff \t\r\n")[:400].lower()
    return start.startswith(("<!doctype html", "<html", "<table", "<meta", "<head", "<body", "<div", "<section")) or (
        start.startswith(("<?xml", "<!--")) and "<html" in start
    )


def charset_of(content: bytes) -> str | None:
    """The encoding a page declares about itself; gb2312 is read as its superset."""
    hit = _CHARSET.search(content[:4096])
    name = hit[1].decode("ascii").lower() if hit else None
    return "gb18030" if name in {"gb2312", "gbk", "gb_2312"} else name


def read_web_page(text: str, name: str) -> Page:
    """Never raises: whatever is no tag is text."""
    reader = _Reader(name)
    reader.feed(text)
    reader.close()
    return Page("", tuple(reader.finished()))


class _Reader(HTMLParser):
    """Where the reading stands: inside which table, row and cell. A table inside a cell is read as a table of its own."""

    def __init__(self, name: str) -> None:
        super().__init__(convert_charrefs=True)
        self.name = name
        self.blocks: list[Block] = []
        self.unseen: list[str] = []
        self.words: list[str] = []
        self.tables: list[_Rows] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self.unseen.append(tag)
        elif self.unseen:
            return
        elif tag == "table":
            self._break()
            self.tables.append(_Rows(f"{self.name}:{self.getpos()[0]}"))
        elif self.tables and tag == "tr":
            self.tables[-1].open_row()
        elif self.tables and tag in {"td", "th"}:
            sizes = dict(attrs)
            where = f"{self.name}:{self.getpos()[0]}"
            self.tables[-1].open_cell(where, _span(sizes.get("rowspan")), _span(sizes.get("colspan")))
        elif tag in _BREAKS:
            self._break()

    def handle_endtag(self, tag: str) -> None:
        if self.unseen:
            if tag == self.unseen[-1]:
                self.unseen.pop()
        elif tag == "table" and self.tables:
            self._close_table()
        elif self.tables and tag in {"td", "th", "tr"}:
            self.tables[-1].close_cell()
        elif tag in _BREAKS:
            self._break()

    def handle_data(self, data: str) -> None:
        if self.unseen:
            return
        if self.tables and self.tables[-1].is_open:
            self.tables[-1].write(data)
        elif not self.tables:
            self.words.append(" ".join(data.split()) if data.strip() else "")

    def finished(self) -> list[Block]:
        while self.tables:
            self._close_table()
        self._break()
        return self.blocks

    def _break(self) -> None:
        if self.tables:
            self.tables[-1].write("\n")
            return
        text, self.words = "".join(self.words).strip(), []
        if text:
            self.blocks.append(Line(text, f"{self.name}:{self.getpos()[0]}"))

    def _close_table(self) -> None:
        rows = self.tables.pop().finished()
        if rows:
            self.blocks.append(Table(tuple(rows)))


def _span(size: str | None) -> int:
    return max(1, min(int(size), _MOST_SPANNED)) if size and size.isdecimal() else 1


class _Rows:
    """The rows of one table while it is read, each cell with the rows and columns it spans."""

    def __init__(self, where: str) -> None:
        self.rows: list[list[_Spanning]] = []
        self.is_open = False
        self._words: list[str] = []
        self._shape = (where, 1, 1)

    def open_row(self) -> None:
        self.close_cell()
        self.rows.append([])

    def open_cell(self, where: str, down: int, across: int) -> None:
        self.close_cell()
        if not self.rows:
            self.rows.append([])
        self.is_open, self._shape = True, (where, down, across)

    def write(self, words: str) -> None:
        if self.is_open:
            self._words.append(words if words == "\n" else re.sub(r"\s+", " ", words))

    def close_cell(self) -> None:
        if not self.is_open:
            return
        where, down, across = self._shape
        lines = [line.strip() for line in "".join(self._words).split("\n")]
        self.rows[-1].append((Cell("\n".join(line for line in lines if line), where), down, across))
        self.is_open, self._words = False, []

    def finished(self) -> list[Row]:
        self.close_cell()
        return [tuple(row) for row in _filled(self.rows) if row]


def _filled(rows: list[list[_Spanning]]) -> Iterator[list[Cell]]:
    """Every cell in all the places it covers."""
    below: dict[int, tuple[Cell, int]] = {}  # column → a cell from above, and how many rows it still covers
    for row in rows:
        filled: list[Cell] = []
        for cell, down, across in row:
            _take_from_above(filled, below)
            for _ in range(min(across, max(1, _MOST_SPANNED - len(filled)))):
                below[len(filled)] = (cell, down - 1)
                filled.append(cell)
        _take_from_above(filled, below)
        yield filled


def _take_from_above(filled: list[Cell], below: dict[int, tuple[Cell, int]]) -> None:
    while len(filled) < _MOST_SPANNED and below.get(len(filled), _NOTHING)[1] > 0:
        cell, left = below[len(filled)]
        below[len(filled)] = (cell, left - 1)
        filled.append(cell)
