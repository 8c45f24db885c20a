"""证书, A4 across: as a picture for phones, and as pages to print. Pure: what it says and the faces are handed in.

Where everything stands is worked out once, in dots of 150 to the inch; a picture and a page only draw it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from typing import IO

import segno
from fpdf import FPDF
from PIL import Image, ImageDraw
from PIL.ImageFont import FreeTypeFont

from web import qr
from web.lettering import Faces, lines, unwritable

WIDTH, HEIGHT, MARGIN = 1754, 1240, 118  # pixels: A4 at 150 to the inch, 20 mm
DPI = 150
POINT = 72 / DPI
INK, QUIET, PAPER, BAMBOO = "#1F2A2E", "#5B6468", "#FFFFFF", "#2F7D5B"
NAME_SIZES = (104, 88, 72, 60)
QR_SIZE = 190
TITLE, TEXT = "title", "text"  # faces
TELL_EVERY = 50  # pages
MASK = 2  # of a code: any of the eight reads alike, and to weigh them all takes longer than the rest of the page


@dataclass(frozen=True, slots=True)
class Said:
    """What a certificate says. `site`: the address below which its code is checked."""

    library: str
    name: str
    occasion: str
    result: str
    day: str
    code: str
    site: str

    @property
    def url(self) -> str:
        """Where everybody may check it."""
        return f"{self.site}/c/{self.code}"


# ── where everything stands ──


@dataclass(frozen=True, slots=True)
class Words:
    """One line; `top` of the face's own height."""

    text: str
    face: str
    size: int
    ink: str
    x: float
    top: float


@dataclass(frozen=True, slots=True)
class Line:
    """From left to right, or around a box where it has a `bottom`."""

    left: float
    top: float
    right: float
    bottom: float | None
    width: int


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code of `QR_SIZE`."""

    url: str
    x: int
    top: int


Mark = Words | Line | Code


class Sizes:
    """Faces in the sizes that are used, each opened once: a file of twenty megabytes is not opened for every line."""

    def __init__(self, faces: Faces) -> None:
        self._faces = faces
        self._open: dict[tuple[str, int], FreeTypeFont] = {}

    def font(self, face: str, size: int) -> FreeTypeFont:
        """This face in this size."""
        if (face, size) not in self._open:
            self._open[face, size] = self._faces.title(size) if face == TITLE else self._faces.text(size)
        return self._open[face, size]


def _frame(sizes: Sizes) -> Iterator[Mark]:
    for inset, width in ((44, 6), (60, 2)):
        yield Line(inset, inset, WIDTH - inset, HEIGHT - inset, width)
    yield _centred("证　书", sizes, TITLE, 116, BAMBOO, top=168)


def _own(said: Said, sizes: Sizes) -> Iterator[Mark]:
    y = 396
    room = WIDTH - 4 * MARGIN
    size = next((one for one in NAME_SIZES if sizes.font(TITLE, one).getlength(said.name) <= room), NAME_SIZES[-1])
    for line in lines(said.name, sizes.font(TITLE, size), room):  # as large as fits into one line, the longest in two
        yield _centred(line, sizes, TITLE, size, INK, top=y)
        y += int(size * 1.4)
    yield Line(2 * MARGIN, y + 14, WIDTH - 2 * MARGIN, None, 2)
    y += 74
    body = f"在{said.occasion}中，{said.result}，特发此证。"
    for line in lines(body, sizes.font(TEXT, 50), WIDTH - 3 * MARGIN):
        yield _centred(line, sizes, TEXT, 50, INK, top=y)
        y += 84
    top = HEIGHT - MARGIN - QR_SIZE - 20
    yield Code(said.url, MARGIN, top)
    spaced = " ".join(said.code[at : at + 4] for at in range(0, len(said.code), 4))
    x = MARGIN + QR_SIZE + 28
    yield Words("扫码核对真伪", TEXT, 30, QUIET, x, top + 46)
    yield Words(f"编号 {spaced}", TEXT, 34, INK, x, top + 92)
    for words, face, size, at in ((said.library, TITLE, 44, top + 36), (said.day, TEXT, 36, top + 108)):
        yield Words(words, face, size, INK, WIDTH - MARGIN - 30 - sizes.font(face, size).getlength(words), at)


def _centred(text: str, sizes: Sizes, face: str, size: int, ink: str, *, top: int) -> Words:
    return Words(text, face, size, ink, (WIDTH - sizes.font(face, size).getlength(text)) / 2, top)


def rare(said: Said, sizes: Sizes) -> str:
    """The first character of its name or its words that no face of this machine has; "" where it can be printed."""
    return unwritable(said.name, sizes.font(TITLE, 40)) or unwritable(
        said.occasion + said.result, sizes.font(TEXT, 40)
    )


# ── as a picture ──


def picture(said: Said, faces: Faces) -> bytes:
    """PNG, for phones."""
    made, sizes = BytesIO(), Sizes(faces)
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    for mark in (*_frame(sizes), *_own(said, sizes)):
        if isinstance(mark, Words):
            draw.text((mark.x, mark.top), mark.text, font=sizes.font(mark.face, mark.size), fill=mark.ink)
        elif isinstance(mark, Code):
            image.paste(qr.picture(mark.url, QR_SIZE, border=2), (mark.x, mark.top))
        elif mark.bottom is None:
            draw.line((mark.left, mark.top, mark.right, mark.top), fill=BAMBOO, width=mark.width)
        else:
            draw.rectangle((mark.left, mark.top, mark.right, mark.bottom), outline=BAMBOO, width=mark.width)
    image.save(made, "PNG", optimize=True, dpi=(DPI, DPI))
    return made.getvalue()


# ── as pages ──


def pages(every: Iterable[Said], faces: Faces, to: IO[bytes], *, tell: Callable[[int], None] = lambda _: None) -> int:
    """A PDF to print, a page each: how many. `tell` hears every so often how many there are by now."""
    sizes, count = Sizes(faces), 0
    paper = FPDF(unit="pt", format=(WIDTH * POINT, HEIGHT * POINT))
    paper.set_auto_page_break(auto=False)
    for name, (path, number) in ((TITLE, faces.serif), (TEXT, faces.sans)):
        paper.add_font(name, fname=path, collection_font_number=number if path.endswith(".ttc") else 0)
    frame = tuple(_frame(sizes))
    for count, said in enumerate(every, 1):
        paper.add_page()
        for mark in (*frame, *_own(said, sizes)):
            _print(mark, sizes, paper)
        if count % TELL_EVERY == 0:
            tell(count)
    to.write(paper.output())
    return count


def _print(mark: Mark, sizes: Sizes, paper: FPDF) -> None:
    if isinstance(mark, Words):
        ascent, _ = sizes.font(mark.face, mark.size).getmetrics()
        paper.set_font(mark.face, size=mark.size * POINT)
        paper.set_text_color(mark.ink)
        paper.text(mark.x * POINT, (mark.top + ascent) * POINT, mark.text)
    elif isinstance(mark, Code):
        _squares(mark, paper)
    else:
        _rule(mark, paper)


def _rule(mark: Line, paper: FPDF) -> None:
    paper.set_draw_color(BAMBOO)
    paper.set_line_width(mark.width * POINT)
    if mark.bottom is None:
        paper.line(mark.left * POINT, mark.top * POINT, mark.right * POINT, mark.top * POINT)
        return
    inset = mark.width / 2  # a picture's line lies within its box, a page's on both sides of it
    left, top = mark.left + inset, mark.top + inset
    width, height = mark.right - mark.left - mark.width, mark.bottom - mark.top - mark.width
    paper.rect(left * POINT, top * POINT, width * POINT, height * POINT)


def _squares(mark: Code, paper: FPDF) -> None:
    """Rows of squares, as sharp as the printer: a picture of a pixel a square is smoothed by some of them."""
    code = segno.make(mark.url, error="m", micro=False, mask=MASK)
    side = QR_SIZE * POINT / code.symbol_size(border=2)[0]
    paper.set_fill_color(0)
    for y, row in enumerate(code.matrix, 2):
        x = 2
        for is_dark, run in groupby(row):
            width = len(list(run))
            if is_dark:
                paper.rect(mark.x * POINT + x * side, mark.top * POINT + y * side, width * side, side, style="F")
            x += width
