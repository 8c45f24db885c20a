"""Everything on the map, branches and places alike, as readers see it: found by a point, a name, a need. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from activities.nearby import Near, Places, Point
from models.place import PlaceKind
from models.wording import compact

MAIN, BRANCH = "总馆", "分馆"


@dataclass(frozen=True, slots=True)
class Spot:
    """One of them. `key`: b3 for a branch, p7 for a place. `branch_id`: the branch it is, or that looks after it.

    `hours` are the words of a place that is no branch; `route` is "" where no bus comes, `runs` False while it is laid up.
    """

    key: str
    name: str
    kind: PlaceKind | None
    kind_words: str
    at: Point | None = None
    district: str = ""
    address: str = ""
    phone: str = ""
    way: str = ""
    hours: str = ""
    does: tuple[str, ...] = ()
    branch_id: int | None = None
    route: str = ""
    route_note: str = ""
    position: int = 0
    runs: bool = True

    @property
    def is_branch(self) -> bool:
        """The main library is one."""
        return self.kind is None

    @property
    def is_stop(self) -> bool:
        """Does something come here, instead of being here?"""
        return self.kind is PlaceKind.STOP


@dataclass(frozen=True)
class Atlas:
    """All spots, main library first."""

    spots: Sequence[Spot]

    @cached_property
    def by_key(self) -> dict[str, Spot]:
        """Each under its key."""
        return {spot.key: spot for spot in self.spots}

    @cached_property
    def by_name(self) -> dict[str, Spot]:
        """Each under its comparable name; a branch before a place that is called the same."""
        return {compact(spot.name): spot for spot in reversed(self.spots)}

    @cached_property
    def needs(self) -> dict[str, int]:
        """What can be done, and in how many of them."""
        found: dict[str, int] = {}
        for spot in self.spots:
            for one in spot.does:
                found[one] = found.get(one, 0) + 1
        return found

    @cached_property
    def main(self) -> Spot | None:
        """The main library."""
        return next((spot for spot in self.spots if spot.kind_words == MAIN), None)

    @cached_property
    def districts(self) -> list[str]:
        """As they are written, in the order of the first spot of each."""
        return list(dict.fromkeys(spot.district for spot in self.spots if spot.district))

    @cached_property
    def _grids(self) -> dict[str | None, Places]:
        return {}

    def near(self, at: Point, need: str | None = None, *, most: int = 3) -> list[tuple[Spot, Near]]:
        """The nearest that offer what is needed, the nearest first."""
        grid = self._grids.get(need)
        if grid is None:
            grid = self._grids[need] = Places(self._placed(need))
        return [(self.spots[near.number], near) for near in grid.nearest(at, most)]

    def _placed(self, need: str | None) -> Iterable[tuple[int, Point]]:
        for number, spot in enumerate(self.spots):
            if spot.at is not None and (need is None or need in spot.does):
                yield number, spot.at

    def offering(self, need: str) -> list[Spot]:
        """Where it can be done, wherever that is."""
        return [spot for spot in self.spots if need in spot.does]

    def about(self, words: str, *, most: int = 3) -> list[Spot]:
        """Those that have the words in their name, else in their street or district."""
        asked = compact(words)
        if not asked:
            return []
        named = [spot for spot in self.spots if asked in compact(spot.name)]
        found = named or [spot for spot in self.spots if asked in compact(f"{spot.district}{spot.address}{spot.way}")]
        return found[:most]

    def of_route(self, route: str) -> list[Spot]:
        """Its stops, in order."""
        return sorted(
            (spot for spot in self.spots if spot.route == route and spot.is_stop),
            key=lambda spot: (spot.position, spot.name),
        )
