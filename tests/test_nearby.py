"""The nearest three places, whatever the grid: held against looking at all of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.nearby import Near, Places, Point, metres_between, point_of
from models.errors import BadInput

LIBRARY = Point(28.6829, 115.8582)
IN_TOWN = st.builds(Point, st.floats(28.5, 28.9), st.floats(115.6, 116.1))
ANYWHERE = st.builds(Point, st.floats(3, 54), st.floats(73, 136))


@given(st.lists(st.one_of(IN_TOWN, ANYWHERE), max_size=40), st.one_of(IN_TOWN, ANYWHERE), st.integers(1, 4))
def test_the_nearest_are_those_that_a_look_at_all_finds(points: list[Point], here: Point, most: int) -> None:
    places = list(enumerate(points))
    plainly = sorted((metres_between(here, at), number) for number, at in places)[:most]
    assert [(near.metres, near.number) for near in Places(places).nearest(here, most)] == plainly


def test_distances_are_those_of_the_ground() -> None:
    beijing, shanghai = Point(39.9042, 116.4074), Point(31.2304, 121.4737)
    assert metres_between(beijing, shanghai) == pytest.approx(1_067_000, rel=0.005)
    assert metres_between(LIBRARY, LIBRARY) == 0
    north = Point(LIBRARY.latitude + 0.009, LIBRARY.longitude)
    assert metres_between(LIBRARY, north) == pytest.approx(1000, rel=0.01)


def test_a_kilometre_is_some_seventeen_minutes_and_next_door_is_one() -> None:
    assert (Near(1, 1000).minutes, Near(1, 0).minutes) == (17, 1)


@pytest.mark.parametrize(
    ("latitude", "longitude", "said"),
    [(0, 0, "不在国内"), (115.86, 28.68, "写反了"), (51.5, -0.12, "不在国内"), (float("nan"), 115, "写成数字"), (float("inf"), 0, "写成数字")],
)  # fmt: skip
def test_what_is_no_place_of_ours_says_why(latitude: float, longitude: float, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        point_of(latitude, longitude)


def test_a_place_of_ours_is_taken() -> None:
    assert point_of(28.6829, 115.8582) == LIBRARY


def test_without_places_none_is_near() -> None:
    assert Places([]).nearest(LIBRARY) == []
