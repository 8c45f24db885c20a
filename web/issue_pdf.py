"""An issue set as a PDF: A4, 20 mm margins, a masthead, titles in a serif, pictures with captions, one chart, page numbers.

In black and white it looks as it does in colour. fpdf2 writes text as text: what is printed can be searched and read aloud.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from fpdf import FPDF
from PIL import Image
from PIL.ImageFont import FreeTypeFont

from notices.blocks import Block, Heading, Paragraph, Picture, Rule, Run, Table, words_of
from web.issue import PROOF, Bars, Paper, bars_of, file_of, grouped, is_number
from web.lettering import Faces, lines, unwritable

WIDTH, HEIGHT, MARGIN = 210.0, 297.0, 20.0  # mm
INNER = WIDTH - 2 * MARGIN
BOTTOM = HEIGHT - MARGIN
POINT = 25.4 / 72  # mm
INK, QUIET, FAINT, SEAL = "#1F2A2E", "#5B6468", "#CFD0CF", "#B5382A"
TITLE, TEXT = "title", "text"
BODY, LEADING = 10.5, 6.4  # points, mm
HEADINGS = {
    1: (17, 9.5, 6.0),
    2: (15, 8.5, 7.0),
    3: (12, 7.0, 4.0),
    4: (11, 6.5, 3.0),
}  # points, mm of a line, mm above
CAPTION, CAPTION_LEADING = 8.5, 4.6
CELL, CELL_LEADING, CELL_PAD = 9.5, 5.0, 1.6
NARROWEST = CELL * POINT * 1.1 + 2 * CELL_PAD  # mm: of a column, so that a character fits
MOST_COLUMNS = 12
MOST_LINES, FEWEST_LINES = 40, 4  # of a row that goes onto a page of its own; of what a page is begun for
LONGEST_REPEATED = 60  # characters of a cell in a head that stands on every page
STAND_IN = "〓"  # as a setter of lead stood one for a character he had not got
GAP = 6.0  # between two pictures
TALLEST, ALONE = 62.0, 96.0  # mm: of a picture; how wide one is that stands alone
MEASURE = 100  # pixels: text is measured at this size
SPREAD = 0.05  # of a line's width, that may be spread between its characters
INDENT = "口口"  # measured in the place of two characters


def draw(paper: Paper, faces: Faces) -> bytes:
    """The whole file."""
    press = _Press(paper, faces)
    press.masthead()
    for group in grouped(press.blocks):
        press.put(group)
    press.colophon()
    return bytes(press.pdf.output())


class _Pages(FPDF):
    """With a head from the second page on, and a foot on all."""

    def __init__(self, paper: Paper, faces: Faces) -> None:
        super().__init__(unit="mm", format="A4")
        self._paper = paper
        self.set_auto_page_break(auto=False)
        self.set_margins(MARGIN, MARGIN, MARGIN)
        for name, (path, number) in ((TITLE, faces.serif), (TEXT, faces.sans)):
            self.add_font(name, fname=path, collection_font_number=number if path.endswith(".ttc") else 0)
        self.set_title(f"{paper.library}{paper.name} {paper.number}")
        self.set_author(paper.library)
        self.set_lang("zh-CN")

    def header(self) -> None:
        paper = self._paper
        self.set_font(TEXT, size=8)
        self.set_text_color(QUIET)
        if paper.is_proof:
            self.set_xy(MARGIN, 9)
            self.cell(INNER, 4, PROOF, align="C")
        if self.page_no() > 1:
            self.set_xy(MARGIN, 12.5)
            self.cell(INNER, 4, f"{paper.library}　{paper.name}")
            self.set_xy(MARGIN, 12.5)
            self.cell(INNER, 4, f"{paper.number}（{paper.total}）", align="R")
            self.set_draw_color(FAINT)
            self.set_line_width(0.2)
            self.line(MARGIN, 17, WIDTH - MARGIN, 17)

    def footer(self) -> None:
        self.set_font(TEXT, size=8.5)
        self.set_text_color(QUIET)
        self.set_xy(MARGIN, HEIGHT - 13)
        self.cell(INNER, 5, f"— {self.page_no()} —", align="C")


class _Press:
    """Puts one thing below the other; `y` is where the next begins."""

    def __init__(self, paper: Paper, faces: Faces) -> None:
        self.fonts = {TITLE: faces.title(MEASURE), TEXT: faces.text(MEASURE)}
        swap = _swap(_words_of(paper), self.fonts.values())
        self.swapped = sum(to is not None for to in swap.values())
        self.blocks = [_swapped(block, swap) for block in paper.blocks]
        self.paper = paper = replace(
            paper, name=paper.name.translate(swap), about=paper.about.translate(swap), library=paper.library.translate(swap),
            signed=[(step, name.translate(swap)) for step, name in paper.signed],
        )  # fmt: skip
        self.pdf = _Pages(paper, faces)
        self.has_chart = False
        self.pdf.add_page()
        self.y = MARGIN

    # ── masthead and end ──

    def masthead(self) -> None:
        pdf, paper = self.pdf, self.paper
        size = 40 if len(paper.name) <= 4 else 34 if len(paper.name) <= 7 else 24
        spaced = "　".join(paper.name) if len(paper.name) <= 3 else paper.name
        self._lines(spaced, TITLE, size, SEAL, "C", size * POINT * 1.25)
        self.y += 1.5
        self._lines(paper.about, TEXT, 9.5, QUIET, "C", 5.5)
        pdf.set_draw_color(SEAL)
        pdf.set_line_width(0.9)
        pdf.line(MARGIN, self.y + 2, WIDTH - MARGIN, self.y + 2)
        pdf.set_line_width(0.25)
        pdf.line(MARGIN, self.y + 3.1, WIDTH - MARGIN, self.y + 3.1)
        self.y += 5.2
        self._imprint((f"{paper.number}（{paper.total}）", f"{paper.library} 主办", paper.day))
        self.y += 1.4
        pdf.set_draw_color(INK)
        pdf.set_line_width(0.2)
        pdf.line(MARGIN, self.y, WIDTH - MARGIN, self.y)
        self.y += 3

    def _imprint(self, three: Sequence[str]) -> None:
        """Side by side, or below each other where they are too long for that."""
        self.pdf.set_font(TEXT, size=9.5)
        widths = [float(self.pdf.get_string_width(words)) for words in three]
        if widths[1] + 2 * max(widths[0], widths[2]) + 2 * GAP > INNER:
            for words in three:
                self._lines(words, TEXT, 9.5, INK, "C", 5)
            return
        top = self.y
        for words, align in zip(three, "LCR", strict=True):
            self.y = top
            self._lines(words, TEXT, 9.5, INK, align, 5)

    def colophon(self) -> None:
        """Who signed, and where it is from."""
        said = "　".join(f"{step}：{name}" for step, name in self.paper.signed)
        words = [line for line in (said, f"{self.paper.library}　{self.paper.site}".strip()) if line]
        if self.paper.is_proof and self.swapped:
            words.append(f"有 {self.swapped} 种表情或生僻字，这台机器的字体里没有，印成了“{STAND_IN}”：请改写。")
        self._room(6 + 5 * len(words))
        self.y += 5
        self.pdf.set_draw_color(INK)
        self.pdf.set_line_width(0.2)
        self.pdf.line(MARGIN, self.y, WIDTH - MARGIN, self.y)
        self.y += 2
        for line in words:
            self._lines(line, TEXT, 8.5, QUIET, "L", 5)

    def _lines(self, words: str, face: str, size: float, colour: str, align: str, height: float) -> None:
        """As many as it takes."""
        for line in lines(words, self.fonts[face], self._pixels(INNER, size)):
            self._room(height)
            self.pdf.set_font(face, size=size)
            self.pdf.set_text_color(colour)
            self.pdf.set_xy(MARGIN, self.y)
            self.pdf.cell(INNER, height, line, align=align)
            self.y += height

    def _room(self, height: float) -> None:
        """A new page where this would not fit."""
        if self.y + height > BOTTOM:
            self.pdf.add_page()
            self.y = MARGIN + 1

    # ── blocks ──

    def put(self, group: Sequence[Block]) -> None:
        block = group[0]
        if isinstance(block, Picture):
            self._pictures([one for one in group if isinstance(one, Picture)])
        elif isinstance(block, Heading):
            self._heading(block)
        elif isinstance(block, Table):
            self._table(block)
        elif isinstance(block, Rule):
            self._room(6)
            self.pdf.set_draw_color(FAINT)
            self.pdf.line(MARGIN, self.y + 3, WIDTH - MARGIN, self.y + 3)
            self.y += 6
        elif isinstance(block, Paragraph):
            self._paragraph(block)

    def _heading(self, heading: Heading) -> None:
        size, height, above = HEADINGS[heading.level]
        told = lines(heading.text, self.fonts[TITLE], self._pixels(INNER - 5, size))
        self._room(above + height * min(len(told), 6) + 3 * LEADING)  # it never stands alone at the end of a page
        self.y += above
        for at, line in enumerate(told):
            self._room(height)
            if heading.level <= 2 and at == 0:
                self.pdf.set_fill_color(SEAL)
                self.pdf.rect(MARGIN, self.y + height * 0.2, 1.6, height * 0.6, style="F")
            self.pdf.set_font(TITLE, size=size)
            self.pdf.set_text_color(INK)
            self.pdf.set_xy(MARGIN + (4 if heading.level <= 2 else 0), self.y)
            self.pdf.cell(INNER, height, line)
            self.y += height
        self.y += 1.2

    def _paragraph(self, paragraph: Paragraph) -> None:
        hang = 6.0 if paragraph.mark else 0.0
        first = "" if paragraph.mark else INDENT
        told = lines(first + paragraph.text, self.fonts[TEXT], self._pixels(INNER - hang, BODY))
        letters = _Letters(paragraph.runs)
        self._room(min(len(told), 2) * LEADING)
        for at, line in enumerate(told):
            self._room(LEADING)
            is_first = at == 0
            if is_first and paragraph.mark:
                self.pdf.set_font(TEXT, size=BODY)
                self.pdf.set_text_color(INK)
                self.pdf.set_xy(MARGIN, self.y)
                self.pdf.cell(hang, LEADING, paragraph.mark)
            words = line.removeprefix(INDENT) if is_first and first else line
            indent = 2 * BODY * POINT if is_first and first else 0.0
            is_last = at == len(told) - 1
            self._words(letters.of(words), MARGIN + hang + indent, INNER - hang - indent, is_last=is_last)
            self.y += LEADING
        self.y += 0.8 if paragraph.mark else 1.6

    def _words(self, runs: Sequence[Run], x: float, room: float, *, is_last: bool) -> None:
        """A line whose right edge stands with the others, where little is lacking."""
        pdf, count = self.pdf, sum(len(run.text) for run in runs)
        widths = [self._width(run) for run in runs]
        slack = room - sum(widths)
        spacing = slack / (count - 1) if not is_last and count > 1 and 0 < slack < room * SPREAD else 0.0
        pdf.set_text_color(INK)
        for run, width in zip(runs, widths, strict=True):
            pdf.set_font(TITLE if run.is_bold else TEXT, size=BODY)
            pdf.set_char_spacing(spacing / POINT)
            pdf.text(x, self.y + LEADING * 0.72, run.text)
            x += width + spacing * len(run.text)
        pdf.set_char_spacing(0)

    def _width(self, run: Run) -> float:
        self.pdf.set_font(TITLE if run.is_bold else TEXT, size=BODY)
        return float(self.pdf.get_string_width(run.text))

    def _pixels(self, width: float, size: float) -> int:
        """How wide `width` mm at `size` points are where text is measured."""
        return int(width / (size * POINT) * MEASURE)

    # ── pictures ──

    def _pictures(self, pictures: Sequence[Picture]) -> None:
        there = [(one, path) for one in pictures if (path := file_of(self.paper.pictures, one.digest))]
        kept = [one for one, _ in there]
        for words in (one.caption for one in pictures if one not in kept and one.caption):
            self._paragraph(Paragraph((Run(words),)))  # its words were signed, wherever its file is
        if not there:
            return
        widest = (INNER - GAP) / 2 if len(there) == 2 else ALONE
        sizes = []
        for _, path in there:
            with Image.open(path) as opened:
                ratio = opened.height / opened.width
            width = min(widest, TALLEST / ratio)
            sizes.append((width, width * ratio))
        captions = [lines(one.caption, self.fonts[TEXT], self._pixels(widest, CAPTION)) for one, _ in there]
        tall = max(height for _, height in sizes)
        below = max(len(caption) for caption in captions) * CAPTION_LEADING
        self._room(tall + below + 5)
        self.y += 2
        left = MARGIN + (0 if len(there) == 2 else (INNER - widest) / 2)
        for (_, path), (width, height), caption in zip(there, sizes, captions, strict=True):
            self.pdf.image(str(path), left + (widest - width) / 2, self.y + tall - height, width, height)
            for at, line in enumerate(caption):
                self.pdf.set_font(TEXT, size=CAPTION)
                self.pdf.set_text_color(QUIET)
                self.pdf.set_xy(left, self.y + tall + 1.2 + at * CAPTION_LEADING)
                self.pdf.cell(widest, CAPTION_LEADING, line, align="C")
            left += widest + GAP
        self.y += tall + below + 3.5

    # ── table and chart ──

    def _table(self, table: Table) -> None:
        """One that is too wide is set as several, each with the first column."""
        for part in _narrow(table):
            self._narrow_table(part)

    def _narrow_table(self, table: Table) -> None:
        columns = _columns(table, self.fonts[TEXT])
        self._room(3 * (CELL_LEADING + 2 * CELL_PAD))
        self.y += 1.5
        self._across(0.5)
        if table.head:
            self._row(table.head, table, columns, TITLE)
            self._across(0.25)
        for row in table.rows:
            self._row(row, table, columns, TITLE if row[0] == "合计" else TEXT)
        self._across(0.5)
        self.y += 4
        if not self.has_chart and (bars := bars_of(table)):
            self.has_chart = True
            self._chart(bars)

    def _across(self, width: float) -> None:
        self.pdf.set_draw_color(INK)
        self.pdf.set_line_width(width)
        self.pdf.line(MARGIN, self.y, WIDTH - MARGIN, self.y)

    def _row(self, cells: Sequence[str], table: Table, columns: Sequence["_Column"], face: str) -> None:
        """On a page of its own where it does not fit here; over as many as it needs where none would hold it."""
        told = [
            lines(cell, self.fonts[face], self._pixels(column.width - 2 * CELL_PAD, CELL)) or [""]
            for cell, column in zip(cells, columns, strict=True)
        ]
        tall = max(len(one) for one in told)
        if tall > self._cell_lines() and (tall <= MOST_LINES or self._cell_lines() < FEWEST_LINES):
            self._page_of(cells, table, columns)
        while any(told):
            fit = max(1, self._cell_lines())
            self._part_of_row([one[:fit] for one in told], columns, face)
            told = [one[fit:] for one in told]
            if any(told):
                self._page_of(cells, table, columns)

    def _cell_lines(self) -> int:
        """So many lines of a cell fit below here."""
        return int((BOTTOM - self.y - 2 * CELL_PAD) / CELL_LEADING)

    def _page_of(self, cells: Sequence[str], table: Table, columns: Sequence["_Column"]) -> None:
        """A new one, with the head of the table again where that is short."""
        self.pdf.add_page()
        self.y = MARGIN + 1
        if table.head and cells is not table.head and max(map(len, table.head)) <= LONGEST_REPEATED:
            self._across(0.5)
            self._row(table.head, table, columns, TITLE)
            self._across(0.25)

    def _part_of_row(self, told: Sequence[Sequence[str]], columns: Sequence["_Column"], face: str) -> None:
        x = MARGIN
        for words, column in zip(told, columns, strict=True):
            for at, line in enumerate(words):
                self.pdf.set_font(face, size=CELL)
                self.pdf.set_text_color(INK)
                self.pdf.set_xy(x + CELL_PAD, self.y + CELL_PAD + at * CELL_LEADING)
                self.pdf.cell(column.width - 2 * CELL_PAD, CELL_LEADING, line, align="R" if column.is_number else "L")
            x += column.width
        self.y += max(len(one) for one in told) * CELL_LEADING + 2 * CELL_PAD

    def _chart(self, chart: Bars) -> None:
        name, number, step, bar = 38.0, 24.0, 7.2, 4.6
        self._room(10 + step * len(chart.bars))
        self.pdf.set_font(TITLE, size=11)
        self.pdf.set_text_color(INK)
        self.pdf.set_xy(MARGIN, self.y)
        self.pdf.cell(INNER, 6, chart.title)
        self.y += 8
        most = chart.bars[0][1]
        for words, count in chart.bars:
            self.pdf.set_font(TEXT, size=CELL)
            short = words if len(words) <= 10 else words[:9] + "…"
            self.pdf.set_xy(MARGIN, self.y)
            self.pdf.cell(name - 3, step, short, align="R")
            length = (INNER - name - number) * count / most
            self.pdf.set_fill_color(INK)
            self.pdf.rect(MARGIN + name, self.y + (step - bar) / 2, max(length, 0.3), bar, style="F")
            self.pdf.set_xy(MARGIN + name + length + 1.5, self.y)
            self.pdf.cell(number, step, f"{count:,}".replace(",", " "))
            self.y += step
        self.y += 3


@dataclass(frozen=True, slots=True)
class _Column:
    width: float
    is_number: bool


def _words_of(paper: Paper) -> str:
    own = (paper.name, paper.about, paper.library, *(name for _, name in paper.signed))
    return "".join([*own, *(words for block in paper.blocks for words in words_of(block))])


def _swap(words: str, fonts: Iterable[FreeTypeFont]) -> dict[int, str | None]:
    """What the faces cannot write is STAND_IN; what only joins or varies others goes without a trace."""
    odd = {char for font in fonts for char in set(words) if unwritable(char, font)}
    joins = {char for char in set(words) if unicodedata.category(char) == "Cf" or "\ufe00" <= char <= "\ufe0f"}
    return {**{ord(char): STAND_IN for char in odd}, **{ord(char): None for char in joins}}


def _swapped(block: Block, swap: Mapping[int, str | None]) -> Block:
    if isinstance(block, Heading):
        return replace(block, text=block.text.translate(swap))
    if isinstance(block, Paragraph):
        return replace(block, runs=tuple(replace(run, text=run.text.translate(swap)) for run in block.runs))
    if isinstance(block, Picture):
        return replace(block, caption=block.caption.translate(swap))
    if isinstance(block, Table):
        head, *rows = (tuple(cell.translate(swap) for cell in row) for row in (block.head, *block.rows))
        return Table(head, tuple(rows))
    return block


def _narrow(table: Table) -> Iterator[Table]:
    count = len(table.rows[0]) if table.rows else len(table.head)
    if count <= MOST_COLUMNS:
        yield table
        return
    for at in range(1, count, MOST_COLUMNS - 1):
        until = at + MOST_COLUMNS - 1
        rows = tuple((row[0], *row[at:until]) for row in table.rows)
        yield Table((table.head[0], *table.head[at:until]) if table.head else (), rows)


def _columns(table: Table, font: FreeTypeFont) -> list[_Column]:
    """As wide as what stands in them; a column of words takes what is left."""
    count = len(table.rows[0]) if table.rows else len(table.head)
    columns = []
    for at in range(count):
        cells = [row[at] for row in table.rows]
        widest = max((font.getlength(cell) for cell in (*cells, *(table.head[at : at + 1]))), default=0)
        width = min(widest / MEASURE * CELL * POINT + 2 * CELL_PAD + 2, INNER * 0.6)
        columns.append(_Column(width, bool(cells) and all(is_number(cell) for cell in cells if cell)))
    spare = INNER - NARROWEST * len(columns)  # a column of one character keeps the room for it
    wanted = sum(column.width for column in columns) or 1
    return [_Column(NARROWEST + column.width * spare / wanted, column.is_number) for column in columns]


class _Letters:
    """The runs of a paragraph, taken off line by line: where lines() let blanks go, they are passed over."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self._left = [(letter, run) for run in runs for letter in run.text]
        self._at = 0

    def of(self, line: str) -> list[Run]:
        """The same words in runs of one face."""
        found: list[Run] = []
        for letter in line:
            while self._at < len(self._left) and self._left[self._at][0] != letter:
                self._at += 1
            face = self._left[self._at][1] if self._at < len(self._left) else Run("")
            self._at += 1
            if found and found[-1].is_bold == face.is_bold:
                found[-1] = Run(found[-1].text + letter, face.is_bold, face.is_slanted)
            else:
                found.append(Run(letter, face.is_bold, face.is_slanted))
        return found
