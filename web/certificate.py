"""证书, A4 across: as a picture for phones, and as pages to print. Pure: what it says and the faces are handed in.

Where everything stands is worked out once, in dots of 150 to the inch; a picture and a page only draw it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import IO

import segno
from PIL import Image, ImageDraw
from PIL.ImageFont import FreeTypeFont

from web import pdf
from web.lettering import Faces, lines, unwritable

WIDTH, HEIGHT, MARGIN = 1754, 1240, 118  # pixels: A4 at 150 to the inch, 20 mm
DPI = 150
POINT = 72 / DPI
INK, QUIET, PAPER, BAMBOO = "#1F2A2E", "#5B6468", "#FFFFFF", "#2F7D5B"
NAME_SIZES = (104, 88, 72, 60)
QR_SIZE = 190
TITLE, TEXT = "title", "text"  # faces
FRAME = "Frame"
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
            image.paste(_qr(mark.url), (mark.x, mark.top))
        elif mark.bottom is None:
            draw.line((mark.left, mark.top, mark.right, mark.top), fill=BAMBOO, width=mark.width)
        else:
            draw.rectangle((mark.left, mark.top, mark.right, mark.bottom), outline=BAMBOO, width=mark.width)
    image.save(made, "PNG", optimize=True, dpi=(DPI, DPI))
    return made.getvalue()


def _qr(url: str) -> Image.Image:
    """Every square of as many pixels: a camera reads uneven ones badly."""
    code, made = segno.make(url, error="m", micro=False), BytesIO()
    code.save(made, kind="png", scale=max(1, QR_SIZE // code.symbol_size(border=2)[0]), border=2)
    drawn, framed = Image.open(made), Image.new("RGB", (QR_SIZE, QR_SIZE), "white")
    framed.paste(drawn.convert("RGB"), ((QR_SIZE - drawn.width) // 2, (QR_SIZE - drawn.height) // 2))
    return framed


# ── as pages ──


def pages(every: Iterable[Said], faces: Faces, to: IO[bytes], *, tell: Callable[[int], None] = lambda _: None) -> int:
    """A PDF to print, a page each, written page by page: how many. `tell` hears every so often how many there are by now."""
    sizes, count = Sizes(faces), 0
    with pdf.written(to, (WIDTH * POINT, HEIGHT * POINT)) as writer:
        for face in (TITLE, TEXT):
            writer.face(face, sizes.font(face, pdf.EM))
        writer.shared(FRAME, _content(_frame(sizes), sizes, writer))
        for count, said in enumerate(every, 1):
            writer.page(f"/{FRAME} Do " + _content(_own(said, sizes), sizes, writer))
            if count % TELL_EVERY == 0:
                tell(count)
    return count


def _content(marks: Iterable[Mark], sizes: Sizes, writer: pdf.Writer) -> str:
    """In dots, from the upper edge down, as everything is worked out."""
    drawn = [_operators(mark, sizes, writer) for mark in marks]
    return f"q {POINT:.4f} 0 0 {-POINT:.4f} 0 {HEIGHT * POINT:.2f} cm\n" + "\n".join(drawn) + "\nQ"


def _operators(mark: Mark, sizes: Sizes, writer: pdf.Writer) -> str:
    if isinstance(mark, Words):
        ascent, _ = sizes.font(mark.face, mark.size).getmetrics()
        matrix = f"{mark.size} 0 0 {-mark.size} {mark.x:.1f} {mark.top + ascent:.1f} Tm"
        return f"BT {_colour(mark.ink)} rg {matrix} {writer.text(mark.text, mark.face)} ET"
    if isinstance(mark, Code):
        return _squares(mark)
    stroke = f"{_colour(BAMBOO)} RG {mark.width} w"
    if mark.bottom is None:
        return f"{stroke} {mark.left} {mark.top} m {mark.right} {mark.top} l S"
    half = mark.width / 2  # a picture's line lies within its box, a page's on both sides of it
    box = (
        mark.left + half,
        mark.top + half,
        mark.right - mark.left - mark.width,
        mark.bottom - mark.top - mark.width,
    )
    return f"{stroke} {' '.join(f'{one:.1f}' for one in box)} re S"


def _squares(mark: Code) -> str:
    """The code in rows of squares, as sharp as the printer."""
    code = segno.make(mark.url, error="m", micro=False, mask=MASK)
    side = QR_SIZE / code.symbol_size(border=2)[0]
    runs = []
    for y, row in enumerate(code.matrix, 2):
        x = 0
        while x < len(row):
            width = next((at for at in range(x, len(row)) if row[at] != row[x]), len(row)) - x
            if row[x]:
                runs.append(f"{x + 2} {y} {width} 1 re")
            x += width
    return f"q {side:.4f} 0 0 {side:.4f} {mark.x} {mark.top} cm 0 0 0 rg {' '.join(runs)} f Q"


def _colour(ink: str) -> str:
    return " ".join(f"{int(ink[at : at + 2], 16) / 255:.3f}" for at in (1, 3, 5))
