"""The cover of an activity that has no picture: a thread-bound book with its title on the slip. Pure.

A template draws it as SVG; here is where each character stands. Everything on it is said in words as well.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import date

from activities.queries import Shown
from models import times
from models.when import When

TINTS = ("bamboo", "indigo", "ochre", "plum", "ink")
MOTIFS = {"展": "lattice", "电影": "moon", "影": "moon", "手工": "bamboo", "志愿": "hills", "关爱": "hills"}
OTHER_MOTIFS = ("hills", "moon", "bamboo", "lattice")

# The slip: how many characters a column may hold, and how far apart they stand, by the number of columns.
SLIP_TOP, SLIP_LEFT, SLIP_HEIGHT = 36, 44, 333
SEAL_X, SEAL_Y, SEAL_STEP = 609, 70, 34
_GRIDS = ((8, 1, 40.0), (18, 2, 34.0), (33, 3, 27.5))  # most characters, columns, step
_UPRIGHT = str.maketrans(
    "《》〈〉「」『』“”‘’（）()【】—…，。：；！？·-",
    "︽︾︿﹀﹁﹂﹃﹄﹁﹂﹃﹄︵︶︵︶︻︼︱︙︐︒︓︔︕︖・︱",
)
_OUTER_MARKS = re.compile(r"^《([^《》]+)》$")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character and the middle of its foot line."""

    char: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Cover:
    """What the template draws."""

    tint: str
    motif: str
    glyphs: tuple[Glyph, ...]
    size: float
    slip_width: float
    seal: tuple[Glyph, ...]
    lead: str
    under: str

    @property
    def slip_line_width(self) -> float:
        """The fine line inside the slip's edge."""
        return round(self.slip_width - 12, 1)

    @property
    def lead_length(self) -> str:
        """How much room the large words need; a CSS class's end."""
        return "short" if len(self.lead) <= 3 else "middle" if len(self.lead) <= 7 else "long"


def cover_of(activity: Shown, *, library: str) -> Cover:
    """The same cover for the same activity, always."""
    glyphs, size, width = _slip(upright(activity.title))
    number = hashlib.sha256((activity.series or activity.code).encode()).digest()[0]
    lead, under = date_words(activity.when)
    return Cover(
        tint=TINTS[number % len(TINTS)],
        motif=_motif(activity.type, number),
        glyphs=glyphs,
        size=size,
        slip_width=width,
        seal=tuple(Glyph(char, SEAL_X, SEAL_Y + n * SEAL_STEP) for n, char in enumerate(_owner(library))),
        lead=lead,
        under=under,
    )


def _owner(library: str) -> str:
    """The two characters a seal has room for: 铜官 of 铜官区图书馆."""
    return library.removesuffix("图书馆")[:2] or library[:2]


def upright(title: str) -> str:
    """A title as a column writes it: outer marks gone, punctuation in its upright form, cut where it ends."""
    bare = _BLANKS.sub("", _OUTER_MARKS.sub(r"\1", title.strip())).translate(_UPRIGHT)
    longest = _GRIDS[-1][0]
    return bare if len(bare) <= longest else bare[: longest - 1] + "︙"


def _slip(title: str) -> tuple[tuple[Glyph, ...], float, float]:
    """Glyphs, their size and the slip's width; columns run from right to left and are equally full."""
    _, columns, step = next(grid for grid in _GRIDS if len(title) <= grid[0])
    per_column = -(-len(title) // columns) or 1
    pitch = step * 1.18
    width = columns * pitch + 28
    top = SLIP_TOP + (SLIP_HEIGHT - per_column * step) / 2
    glyphs = (
        Glyph(
            char,
            x=round(SLIP_LEFT + width - 14 - (n // per_column + 0.5) * pitch, 1),
            y=round(top + (n % per_column + 0.84) * step, 1),
        )
        for n, char in enumerate(title)
    )
    return tuple(glyphs), round(step * 0.9, 1), round(width, 1)


def _motif(kind: str, number: int) -> str:
    named = (motif for word, motif in MOTIFS.items() if word in kind)
    return next(named, OTHER_MOTIFS[number // len(TINTS) % len(OTHER_MOTIFS)])


def date_words(when: When) -> tuple[str, str]:
    """(28, 11月 · 周六) · (11.5—11.26, 2026) · (11月中下旬, 日期待定)"""
    if when.is_vague or when.starts_on is None:
        return when.text or "日期待定", "日期待定" if when.text else ""
    if when.ends_on is None:
        return f"{_dotted(when.starts_on)}起", str(when.starts_on.year)
    if when.starts_on != when.ends_on:
        return f"{_dotted(when.starts_on)}—{_dotted(when.ends_on)}", str(when.starts_on.year)
    return str(when.starts_on.day), f"{when.starts_on.month}月 · {times.weekday(when.starts_on)}"


def _dotted(day: date) -> str:
    return f"{day.month}.{day.day}"
