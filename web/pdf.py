"""A PDF of many pages that are nearly alike, written page by page: text, lines and codes, no picture of the page.

Every character is drawn once a file, as a stencil of a Type 3 font: the machine's faces are asked for its shape, and nothing
but Pillow is needed. With a table of what each means, text can be searched and copied. Memory holds the shapes, no page.
"""

import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO

from PIL import Image, ImageDraw
from PIL.ImageFont import FreeTypeFont

EM = 400  # dots of a shape's side: 600 to the inch where a letter is 48 points high, more where it is smaller
A_FONT = 255  # shapes of one font: a code is a byte
MIDDLE = 128  # of 256 greys: from here on a dot is ink


@dataclass(slots=True)
class _Font:
    """As many shapes as a code can tell apart, by their order."""

    number: int
    letters: list[str] = field(default_factory=list)
    shapes: list[int] = field(default_factory=list)  # objects
    widths: list[float] = field(default_factory=list)


class Writer:
    """`size`: of every page, in points. What pages share is drawn by `shared` and shown by its name."""

    def __init__(self, to: IO[bytes], size: tuple[float, float]) -> None:
        self._to = to
        self._size = size
        self._places: list[int] = []  # of objects, by their number
        self._at = 0
        self._pages: list[int] = []
        self._fonts: dict[str, list[_Font]] = {}
        self._known: dict[tuple[str, str], tuple[_Font, int]] = {}
        self._faces: dict[str, FreeTypeFont] = {}
        self._forms: dict[str, int] = {}
        self._raw(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
        self._catalog, self._tree, self._means = self._new(), self._new(), self._new()

    def face(self, name: str, font: FreeTypeFont) -> None:
        """A face under a name, of the size `EM`."""
        self._faces[name] = font
        self._fonts[name] = []

    def text(self, words: str, face: str) -> str:
        """The operators that show these words where the text matrix is; their fonts are set at `1` unit."""
        parts: list[str] = []
        font, codes = None, ""
        for letter in words:
            its, code = self._shape(face, letter)
            if its is not font and codes and font:
                parts.append(f"/F{font.number} 1 Tf <{codes}> Tj")
                codes = ""
            font, codes = its, codes + f"{code:02x}"
        if font:
            parts.append(f"/F{font.number} 1 Tf <{codes}> Tj")
        return " ".join(parts)

    def shared(self, name: str, content: str) -> None:
        """What many pages show, written once."""
        box = f"/BBox [0 0 {self._size[0]:.2f} {self._size[1]:.2f}] /Resources {self._means} 0 R"
        self._forms[name] = self._stream(f"/Type /XObject /Subtype /Form {box}", content.encode())

    def page(self, content: str) -> None:
        """One more."""
        body = self._stream("", content.encode())
        number = self._new()
        box = f"[0 0 {self._size[0]:.2f} {self._size[1]:.2f}]"
        self._object(
            number, f"<< /Type /Page /Parent {self._tree} 0 R /MediaBox {box} /Resources {self._means} 0 R /Contents {body} 0 R >>"
        )  # fmt: skip
        self._pages.append(number)

    def end(self) -> None:
        """What all pages point at; the file is whole."""
        fonts = " ".join(f"/F{font.number} {self._font(font)} 0 R" for some in self._fonts.values() for font in some)
        forms = " ".join(f"/{name} {number} 0 R" for name, number in self._forms.items())
        self._object(self._means, f"<< /Font << {fonts} >> /XObject << {forms} >> >>")
        kids = " ".join(f"{number} 0 R" for number in self._pages)
        self._object(self._tree, f"<< /Type /Pages /Count {len(self._pages)} /Kids [{kids}] >>")
        self._object(self._catalog, f"<< /Type /Catalog /Pages {self._tree} 0 R >>")
        self._cross_references()

    # ── shapes ──

    def _shape(self, face: str, letter: str) -> tuple[_Font, int]:
        known = self._known.get((face, letter))
        if known is None:
            known = self._known[face, letter] = self._drawn(face, letter)
        return known

    def _drawn(self, face: str, letter: str) -> tuple[_Font, int]:
        fonts = self._fonts[face]
        if not fonts or len(fonts[-1].letters) == A_FONT:
            fonts.append(_Font(sum(map(len, self._fonts.values()))))
        font, width = fonts[-1], self._faces[face].getlength(letter)
        font.letters.append(letter)
        font.widths.append(width)
        font.shapes.append(self._stencil(self._faces[face], letter, width))
        return font, len(font.letters) - 1

    def _stencil(self, face: FreeTypeFont, letter: str, width: float) -> int:
        left, top, right, bottom = map(int, face.getbbox(letter, anchor="ls"))
        if right <= left or bottom <= top:
            return self._stream("", f"{width:.0f} 0 0 0 0 0 d1".encode())
        grey = Image.new("L", (right - left, bottom - top))
        ImageDraw.Draw(grey).text((-left, -top), letter, font=face, fill=255, anchor="ls")
        dots = grey.point(lambda value: 255 if value >= MIDDLE else 0).convert("1", dither=Image.Dither.NONE)
        size = f"/Width {dots.width} /Height {dots.height}"
        image = self._stream(
            f"/Type /XObject /Subtype /Image {size} /ImageMask true /BitsPerComponent 1 /Decode [1 0]", dots.tobytes()
        )
        self._forms[f"S{image}"] = image
        placed = f"q {dots.width} 0 0 {dots.height} {left} {-bottom} cm /S{image} Do Q"
        return self._stream("", f"{width:.0f} 0 {left} {-bottom} {right} {-top} d1 {placed}".encode())

    def _font(self, font: _Font) -> int:
        last = len(font.letters) - 1
        shapes = " ".join(f"/g{at} {number} 0 R" for at, number in enumerate(font.shapes))
        names = " ".join(f"/g{at}" for at in range(last + 1))
        widths = " ".join(f"{width:.0f}" for width in font.widths)
        means, number = self._stream("", _meanings(font.letters).encode()), self._new()
        self._object(
            number,
            f"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 0 0] /FontMatrix [{1 / EM} 0 0 {1 / EM} 0 0] /FirstChar 0 "
            f"/LastChar {last} /Widths [{widths}] /CharProcs << {shapes} >> /Resources {self._means} 0 R "
            f"/Encoding << /Type /Encoding /Differences [0 {names}] >> /ToUnicode {means} 0 R >>",
        )
        return number

    # ── the file ──

    def _new(self) -> int:
        self._places.append(0)
        return len(self._places)

    def _object(self, number: int, body: str) -> None:
        self._places[number - 1] = self._at
        self._raw(f"{number} 0 obj\n{body}\nendobj\n".encode())

    def _stream(self, about: str, content: bytes) -> int:
        number, packed = self._new(), zlib.compress(content)
        self._places[number - 1] = self._at
        self._raw(f"{number} 0 obj\n<< {about} /Length {len(packed)} /Filter /FlateDecode >>\nstream\n".encode())
        self._raw(packed)
        self._raw(b"\nendstream\nendobj\n")
        return number

    def _raw(self, some: bytes) -> None:
        self._to.write(some)
        self._at += len(some)

    def _cross_references(self) -> None:
        begins, count = self._at, len(self._places) + 1
        rows = "".join(f"{place:010} 00000 n \n" for place in self._places)
        self._raw(f"xref\n0 {count}\n0000000000 65535 f \n{rows}".encode())
        self._raw(f"trailer\n<< /Size {count} /Root {self._catalog} 0 R >>\nstartxref\n{begins}\n%%EOF\n".encode())


def _meanings(letters: Sequence[str]) -> str:
    """What each code of a font means, so that a certificate can be searched for a name."""
    rows = [f"<{code:02x}> <{letter.encode('utf-16-be').hex()}>" for code, letter in enumerate(letters)]
    parts = [rows[at : at + 100] for at in range(0, len(rows), 100)]  # as many as a table may have
    tables = "\n".join(f"{len(part)} beginbfchar\n{chr(10).join(part)}\nendbfchar" for part in parts)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def /CMapName /Letters def\n"
        f"1 begincodespacerange <00> <ff> endcodespacerange\n{tables}\nendcmap end end"
    )


@contextmanager
def written(to: IO[bytes], size: tuple[float, float]) -> Iterator[Writer]:
    """A writer whose file is whole at the end."""
    writer = Writer(to, size)
    yield writer
    writer.end()
