"""Bars drawn on the server: where each lies, how long it is, and the sentence above them. Pure.

A chart is as wide as a phone and stands beside its neighbours on a desk. Every bar carries its number; the two bars of
the fullest row carry their names, so that no legend is needed; hollow beside full can be told apart without colours.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from console import words

WIDTH, LEFT, RIGHT = 360, 92, 92  # of the drawing; for names; for numbers behind a bar
BAR, BETWEEN, TOP, BOTTOM = 13, 9, 8, 26
LONGEST_NAME = 7


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, with its number and, in one row, its name; `kind` is its class."""

    y: float
    length: float
    said: str
    kind: str


@dataclass(frozen=True, slots=True)
class Row:
    """One name with its bars."""

    name: str
    y: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A question's answer as a title, and the drawing below it."""

    title: str
    unit: str
    rows: tuple[Row, ...]
    height: float
    most: str
    head: tuple[str, ...]
    table: tuple[tuple[str, ...], ...]
    width: int = WIDTH
    left: int = LEFT
    right: int = WIDTH - RIGHT


Series = tuple[str, str, Sequence[int]]  # name, class of its bars, a number a row


def chart(title: str, unit: str, first: str, names: Sequence[str], *series: Series) -> Chart:
    """Bars of one or two series for each name; `first` heads the names in the table behind."""
    most = max((max(values, default=0) for _, _, values in series), default=0)
    step = BAR * len(series) + BETWEEN
    fullest = max(range(len(names)), key=lambda at: max(values[at] for _, _, values in series), default=0)
    rows = tuple(_row(name, at, step, most, series, is_named=at == fullest) for at, name in enumerate(names))
    table = tuple((name, *(words.number(values[at]) for *_, values in series)) for at, name in enumerate(names))
    height = TOP + step * len(names) + BOTTOM
    return Chart(title, unit, rows, height, words.number(most), (first, *(name for name, *_ in series)), table)


def _row(name: str, at: int, step: int, most: int, series: Sequence[Series], *, is_named: bool) -> Row:
    y, bars = TOP + at * step, []
    for number, (label, kind, values) in enumerate(series):
        said = words.number(values[at]) if values[at] or len(series) == 1 else ""
        if is_named and len(series) > 1:
            said = f"{label} {words.number(values[at])}"
        length = (WIDTH - LEFT - RIGHT) * values[at] / most if most else 0
        bars.append(Bar(y + number * BAR, round(length, 1), said, kind))
    short = name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
    return Row(short, y + BAR * len(series) / 2, tuple(bars))


COLUMNS_HEIGHT, COLUMNS_TOP, COLUMNS_LEFT = 128, 18, 8  # of the field of upright bars; above and beside it
LEAST_SEEN = 1.5  # height of a number that is small, beside none


@dataclass(frozen=True, slots=True)
class Column:
    """One upright bar; `name` stands below it where there is room, `said` above the highest."""

    x: float
    y: float
    height: float
    name: str
    said: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Numbers along a time: a title that says the answer, and a bar for each moment."""

    title: str
    columns: tuple[Column, ...]
    step: float
    head: tuple[str, str]
    table: tuple[tuple[str, str], ...]
    width: int = WIDTH
    base: int = COLUMNS_TOP + COLUMNS_HEIGHT
    height: int = COLUMNS_TOP + COLUMNS_HEIGHT + BOTTOM


def columns(title: str, unit: str, first: str, points: Sequence[tuple[str, int]], *, named: Sequence[int]) -> Columns:
    """A bar for each (name, number) of `points`; those at the places `named` have their name below."""
    most = max((number for _, number in points), default=0)
    step = (WIDTH - 2 * COLUMNS_LEFT) / max(1, len(points))
    highest = max(range(len(points)), key=lambda at: points[at][1], default=0)
    drawn = []
    for at, (name, number) in enumerate(points):
        height = max(LEAST_SEEN, COLUMNS_HEIGHT * number / most) if number else 0.0
        said = words.number(number) if at == highest and number else ""
        y = COLUMNS_TOP + COLUMNS_HEIGHT - height
        x = COLUMNS_LEFT + at * step
        drawn.append(Column(round(x, 1), round(y, 1), round(height, 1), name if at in named else "", said))
    table = tuple((name, words.number(number)) for name, number in points)
    return Columns(title, tuple(drawn), round(step, 2), (first, unit), table)
