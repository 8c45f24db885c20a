"""The nearest places of a point, by the minutes one walks. Pure: nothing is kept, and no map is asked.

WeChat sends locations as GCJ-02, the datum of Chinese maps; places are kept as those maps show them, so that nothing is converted.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nsmallest

from models.errors import BadInput

EARTH_M = 6_371_008.8  # mean radius, IUGG
CELL, MOST_RINGS = 0.02, 8  # degrees: some two kilometres
DETOUR = 1.3  # streets are longer than the straight line
METRES_A_MINUTE = 75  # 4.5 km/h: people with children, and elders
# The mainland with its islands, Hong Kong, Macao and Taiwan, with room to spare.
SOUTH, NORTH, WEST, EAST = 3.0, 54.0, 73.0, 136.0


@dataclass(frozen=True, slots=True)
class Point:
    """Degrees of latitude and longitude, GCJ-02."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Near:
    """`number`: of the place. `metres`: in a straight line."""

    number: int
    metres: float

    @property
    def minutes(self) -> int:
        """On foot, at least one."""
        return max(1, round(self.metres * DETOUR / METRES_A_MINUTE))


def point_of(latitude: float, longitude: float) -> Point:
    """A place where readers may be. Raises: BadInput for one outside the country, for nothing and for what is no number."""
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        raise BadInput("经纬度要写成数字，例如 28.68、115.86。")
    if not (SOUTH <= latitude <= NORTH and WEST <= longitude <= EAST):
        turned = SOUTH <= longitude <= NORTH and WEST <= latitude <= EAST
        raise BadInput(
            "纬度和经度写反了：先写纬度（30 上下），再写经度（110 上下）。"
            if turned
            else "这个位置不在国内，请在地图上重新选。"
        )
    return Point(latitude, longitude)


def metres_between(one: Point, other: Point) -> float:
    """Along the ground of a ball: within half a percent of the true distance."""
    return _metres(_squared(_vector(one), _vector(other)))


Vector = tuple[float, float, float]


def _vector(at: Point) -> Vector:
    """On a ball of radius one: what lies nearer there lies nearer on the ground, and three products tell it."""
    latitude, longitude = math.radians(at.latitude), math.radians(at.longitude)
    level = math.cos(latitude)
    return level * math.cos(longitude), level * math.sin(longitude), math.sin(latitude)


def _squared(one: Vector, other: Vector) -> float:
    x, y, z = one[0] - other[0], one[1] - other[1], one[2] - other[2]
    return x * x + y * y + z * z


def _metres(squared: float) -> float:
    return 2 * EARTH_M * math.asin(min(1.0, math.sqrt(squared) / 2))


class Places:
    """Places in cells of a grid, so that those of a town are not looked at one by one."""

    def __init__(self, places: Iterable[tuple[int, Point]]) -> None:
        self._all = [(number, at, _vector(at)) for number, at in places]
        self._cells: dict[tuple[int, int], list[Kept]] = defaultdict(list)
        for kept in self._all:
            self._cells[_cell(kept[1])].append(kept)

    def nearest(self, to: Point, most: int = 3) -> list[Near]:
        """The nearest `most`, the nearest first; of two as near the one with the lower number."""
        here, found = _vector(to), list[tuple[float, int]]()
        row, column = _cell(to)
        for ring in range(MOST_RINGS):
            kept = (one for cell in _ring(row, column, ring) for one in self._cells.get(cell, ()))
            found = _best(here, kept, most, found)
            if len(found) == most and _metres(found[-1][0]) <= _reached(to, ring):
                break
        else:  # far from everything: each is looked at
            found = _best(here, self._all, most, [])
        return [Near(number, _metres(squared)) for squared, number in found]


Kept = tuple[int, Point, Vector]


def _best(here: Vector, kept: Iterable[Kept], most: int, before: list[tuple[float, int]]) -> list[tuple[float, int]]:
    return nsmallest(most, [*before, *((_squared(here, vector), number) for number, _, vector in kept)])


def _reached(to: Point, ring: int) -> float:
    """Metres within which everything lies in the rings up to this one: a column is narrowest at its northern edge."""
    north = min(89.0, abs(to.latitude) + (ring + 1) * CELL)
    return math.radians(ring * CELL) * EARTH_M * math.cos(math.radians(north)) * 0.999


def _cell(at: Point) -> tuple[int, int]:
    return math.floor(at.latitude / CELL), math.floor(at.longitude / CELL)


def _ring(row: int, column: int, ring: int) -> list[tuple[int, int]]:
    """The cells that are `ring` away."""
    if not ring:
        return [(row, column)]
    edge = range(-ring, ring + 1)
    sides = [(row + side, column + step) for side in (-ring, ring) for step in edge]
    return sides + [(row + step, column + side) for side in (-ring, ring) for step in edge[1:-1]]
