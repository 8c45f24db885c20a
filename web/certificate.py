"""证书 as a picture, A4 across. Pure: what it says and the faces are handed in."""

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import segno
from PIL import Image, ImageDraw
from PIL.ImageFont import FreeTypeFont

from web.lettering import Faces, lines

WIDTH, HEIGHT, MARGIN = 1754, 1240, 118  # pixels: A4 at 150 to the inch, 20 mm
DPI, QUALITY = 150, 90
INK, QUIET, PAPER, BAMBOO = "#1F2A2E", "#5B6468", "#FFFFFF", "#2F7D5B"
NAME_SIZES = (104, 88, 72, 60)
QR_SIZE = 190


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


def picture(said: Said, faces: Faces) -> bytes:
    """PNG, for phones."""
    made = BytesIO()
    _drawn(said, faces).save(made, "PNG", optimize=True, dpi=(DPI, DPI))
    return made.getvalue()


def pages(every: Iterable[Said], faces: Faces, to: Path) -> int:
    """A PDF to print, a page each, written to the file `to` page by page: how many. However many, one is in memory."""
    count = 0
    for count, said in enumerate(every, 1):
        _drawn(said, faces).save(to, "PDF", resolution=DPI, quality=QUALITY, append=count > 1)
    return count


def _drawn(said: Said, faces: Faces) -> Image.Image:
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    _frame(draw)
    _centred(draw, "证　书", faces.title(116), BAMBOO, top=168)
    y = _name(draw, said.name, faces, top=396)
    body = f"在{said.occasion}中，{said.result}，特发此证。"
    for line in lines(body, faces.text(50), WIDTH - 3 * MARGIN):
        _centred(draw, line, faces.text(50), INK, top=y)
        y += 84
    _foot(image, draw, said, faces)
    return image


def _frame(draw: ImageDraw.ImageDraw) -> None:
    for inset, width in ((44, 6), (60, 2)):
        draw.rectangle((inset, inset, WIDTH - inset, HEIGHT - inset), outline=BAMBOO, width=width)


def _centred(draw: ImageDraw.ImageDraw, text: str, font: FreeTypeFont, ink: str, *, top: int) -> None:
    draw.text(((WIDTH - font.getlength(text)) / 2, top), text, font=font, fill=ink)


def _name(draw: ImageDraw.ImageDraw, name: str, faces: Faces, *, top: int) -> int:
    """The name as large as it fits into one line, the longest ones in two; where the next line begins."""
    room = WIDTH - 4 * MARGIN
    fonts = [faces.title(size) for size in NAME_SIZES]
    font = next((font for font in fonts if font.getlength(name) <= room), fonts[-1])
    for line in lines(name, font, room):
        _centred(draw, line, font, INK, top=top)
        top += int(font.size * 1.4)
    draw.line((2 * MARGIN, top + 14, WIDTH - 2 * MARGIN, top + 14), fill=BAMBOO, width=2)
    return top + 74


def _foot(image: Image.Image, draw: ImageDraw.ImageDraw, said: Said, faces: Faces) -> None:
    top = HEIGHT - MARGIN - QR_SIZE - 20
    image.paste(_qr(said.url), (MARGIN, top))
    spaced = " ".join(said.code[at : at + 4] for at in range(0, len(said.code), 4))
    x = MARGIN + QR_SIZE + 28
    draw.text((x, top + 46), "扫码核对真伪", font=faces.text(30), fill=QUIET)
    draw.text((x, top + 92), f"编号 {spaced}", font=faces.text(34), fill=INK)
    for words, font, y in ((said.library, faces.title(44), top + 36), (said.day, faces.text(36), top + 108)):
        draw.text((WIDTH - MARGIN - 30 - font.getlength(words), y), words, font=font, fill=INK)


def _qr(url: str) -> Image.Image:
    """Every square of as many pixels: a camera reads uneven ones badly."""
    code, made = segno.make(url, error="m", micro=False), BytesIO()
    code.save(made, kind="png", scale=max(1, QR_SIZE // code.symbol_size(border=2)[0]), border=2)
    drawn, framed = Image.open(made), Image.new("RGB", (QR_SIZE, QR_SIZE), "white")
    framed.paste(drawn.convert("RGB"), ((QR_SIZE - drawn.width) // 2, (QR_SIZE - drawn.height) // 2))
    return framed
