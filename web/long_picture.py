"""长图: an activity in one tall picture, for groups of readers. Pure: what it shows and the faces are handed in."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageOps
from PIL.ImageFont import FreeTypeFont

from web import qr
from web.lettering import Faces, lines

WIDTH, MARGIN, TALLEST = 1080, 88, 12_000  # pixels
INK, QUIET, PAPER, BAMBOO, LINE = "#1F2A2E", "#5B6468", "#FBFAF7", "#2F7D5B", "#DDDCD7"
LABEL_WIDTH = 132
LONGEST_TEXT = 900  # characters of the introduction
QR_SIZE = 300


@dataclass(frozen=True, slots=True)
class Poster:
    """What is told. `facts`: (label, words). `cover`: the file of a picture, if there is one."""

    library: str
    title: str
    above: str  # series or type
    facts: tuple[tuple[str, str], ...]
    text: str
    url: str
    call: str  # beside the QR code
    phone: str
    cover: Path | None = None


class _Sheet:
    """A canvas that is written from the top down, and cut where the writing ends."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (WIDTH, TALLEST), PAPER)
        self.draw = ImageDraw.Draw(self.image)
        self.y = 0

    def write(
        self, text: str, font: FreeTypeFont, ink: str, *, x: int = MARGIN, lead: float = 1.55, width: int = 0
    ) -> None:
        """Lines of text below what is there."""
        for line in lines(text, font, width or WIDTH - MARGIN - x):
            self.draw.text((x, self.y), line, font=font, fill=ink)
            self.y += int(font.size * lead)

    def rule(self) -> None:
        """A thin line across."""
        self.draw.line((MARGIN, self.y, WIDTH - MARGIN, self.y), fill=LINE, width=2)


def long_picture(poster: Poster, faces: Faces) -> bytes:
    """PNG, 1080 pixels wide, as tall as its words want."""
    sheet = _Sheet()
    _head(sheet, poster, faces)
    _facts(sheet, poster, faces)
    if poster.text:
        sheet.y += 20
        sheet.write(_cut(poster.text), faces.text(40), INK, lead=1.75)
    _call(sheet, poster, faces)
    body = BytesIO()
    sheet.image.crop((0, 0, WIDTH, min(sheet.y, TALLEST))).save(body, "PNG", optimize=True)
    return body.getvalue()


def _head(sheet: _Sheet, poster: Poster, faces: Faces) -> None:
    if poster.cover is not None:
        with Image.open(poster.cover) as photo:
            fitted = ImageOps.fit(photo.convert("RGB"), (WIDTH, WIDTH * 9 // 16))
        sheet.image.paste(fitted, (0, 0))
        sheet.y = WIDTH * 9 // 16
    else:
        sheet.draw.rectangle((0, 0, WIDTH, 24), fill=BAMBOO)
        sheet.y = 24
    sheet.y += 64
    sheet.write(poster.library, faces.title(36), BAMBOO)
    sheet.y += 28
    if poster.above:
        sheet.write(poster.above, faces.text(36), QUIET)
        sheet.y += 4
    size = 78 if len(poster.title) <= 20 else 66 if len(poster.title) <= 40 else 56
    sheet.write(poster.title, faces.title(size), INK, lead=1.4)
    sheet.y += 36


def _facts(sheet: _Sheet, poster: Poster, faces: Faces) -> None:
    for label, words in poster.facts:
        sheet.rule()
        sheet.y += 26
        sheet.draw.text((MARGIN, sheet.y + 2), label, font=faces.text(36), fill=QUIET)
        sheet.write(words, faces.text(40), INK, x=MARGIN + LABEL_WIDTH)
        sheet.y += 18
    sheet.rule()
    sheet.y += 20


def _call(sheet: _Sheet, poster: Poster, faces: Faces) -> None:
    sheet.y += 56
    top = sheet.y
    sheet.image.paste(qr.picture(poster.url, QR_SIZE, border=4), (MARGIN, top))
    sheet.y = top + 62
    beside = MARGIN + QR_SIZE + 48
    sheet.write("微信扫一扫", faces.title(48), INK, x=beside)
    sheet.write(poster.call, faces.text(38), INK, x=beside)
    if poster.phone:
        sheet.write(f"服务台 {poster.phone}", faces.text(34), QUIET, x=beside)
    sheet.y = max(sheet.y, top + QR_SIZE) + 80


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
