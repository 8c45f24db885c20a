"""Chinese set in lines for pictures: the system's fonts, and lines that break where a typesetter would. Pure but for files."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import ImageFont
from PIL.ImageFont import FreeTypeFont

FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts")
SERIF, SANS = ("NotoSerifCJK-Bold", "NotoSerifCJKsc-Bold"), ("NotoSansCJK-Regular", "NotoSansCJKsc-Regular")
HOW_TO_GET = "apt-get install fonts-noto-cjk"
_NEVER_FIRST = frozenset("，。！？；：、”’）》】」』…—·,.!?;:)]}%℃")
_NEVER_LAST = frozenset("“‘（《【「『([{")
_PIECE = re.compile(r"[A-Za-z0-9][A-Za-z0-9./:_-]*|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Faces:
    """Files and the number of the simplified face in them."""

    serif: tuple[str, int]
    sans: tuple[str, int]

    def title(self, size: int) -> FreeTypeFont:
        """Bold, with feet; size in pixels."""
        return ImageFont.truetype(self.serif[0], size, index=self.serif[1])

    def text(self, size: int) -> FreeTypeFont:
        """Plain."""
        return ImageFont.truetype(self.sans[0], size, index=self.sans[1])


@cache
def faces(folders: tuple[Path, ...] = FOLDERS) -> Faces | None:
    """The Chinese faces of this machine; None where there are none: HOW_TO_GET says how."""
    serif, sans = _found(SERIF, folders), _found(SANS, folders)
    one = serif or sans
    return Faces(serif or one, sans or one) if one else None


def _found(names: tuple[str, ...], folders: tuple[Path, ...]) -> tuple[str, int] | None:
    for folder in folders:
        for name in names:
            for path in sorted(folder.rglob(f"{name}.*")):
                return str(path), _simplified(path)
    return None


def _simplified(path: Path) -> int:
    """A collection holds a face a country; that of the mainland draws 直 and 骨 as its readers write them."""
    for index in range(10):
        try:
            family = ImageFont.truetype(str(path), 20, index=index).getname()[0] or ""
        except OSError:
            break
        if family.endswith("SC"):
            return index
    return 0


def lines(text: str, font: FreeTypeFont, width: int) -> list[str]:
    """The text in lines no wider than `width` pixels; no stop at a line's start, no opening bracket at its end."""
    return [line for paragraph in text.splitlines() for line in _lines(paragraph, font.getlength, width)]


def _lines(text: str, measure: Callable[[str], float], width: int) -> Iterator[str]:
    line: list[str] = []
    for piece in _pieces(text, measure, width):
        if line and measure("".join([*line, piece])) > width and not _hangs(piece, line, measure, width):
            kept, over = _broken(line, piece)
            yield "".join(kept).strip()
            line = over
        line.append(piece)
    if words := "".join(line).strip():
        yield words


def _hangs(piece: str, line: list[str], measure: Callable[[str], float], width: int) -> bool:
    """A stop may stand half outside, where pulling a word down would leave a hole."""
    return (piece in _NEVER_FIRST and len(line) < 2) or (
        piece in "，。、" and measure("".join([*line, piece])) <= width * 1.02
    )


def _broken(line: list[str], piece: str) -> tuple[list[str], list[str]]:
    """Where the line ends: whatever may not part goes down together."""
    at = len(line)
    while at > 1 and ((piece if at == len(line) else line[at]) in _NEVER_FIRST or line[at - 1] in _NEVER_LAST):
        at -= 1
    return line[:at], line[at:]


def _pieces(text: str, measure: Callable[[str], float], width: int) -> Iterator[str]:
    """Characters, and words of letters whole, unless they are wider than the line."""
    for piece in _PIECE.findall(text):
        yield from piece if len(piece) > 1 and measure(piece) > width else (piece,)


def unwritable(text: str, font: FreeTypeFont) -> str:
    """The first character that the face has no shape for; "" where it can write all."""
    nothing = bytes(font.getmask("\U0010ffff"))
    return next((char for char in text if not char.isspace() and bytes(font.getmask(char)) == nothing), "")
