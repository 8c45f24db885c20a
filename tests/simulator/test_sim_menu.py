"""The account's menu: its rows and its bytes."""

# mypy: disallow-untyped-calls=False

import pytest

CLICK = {"type": "click", "name": "活动", "key": "week"}


def create(world, *buttons):
    return world.post("/cgi-bin/menu/create", {"button": list(buttons)})["errcode"]


def test_a_menu_is_kept_read_and_dropped(world):
    assert world.get("/cgi-bin/menu/get")["errcode"] == 46003
    below = {"name": "我的", "sub_button": [CLICK]}
    assert create(world, CLICK, below) == 0
    assert world.get("/cgi-bin/menu/get") == {"menu": {"button": [{"sub_button": [], **CLICK}, below]}}
    assert world.get("/cgi-bin/menu/delete")["errcode"] == 0
    assert world.get("/cgi-bin/menu/get")["errcode"] == 46003


def test_the_reader_sees_the_menu(world):
    create(world, CLICK)
    assert world.sim("GET", f"phone/{world.reader()}")["menu"] == [CLICK]


@pytest.mark.parametrize(
    ("buttons", "code"),
    [
        ([], 40016),
        ([CLICK] * 4, 40016),
        ([CLICK | {"type": "hologram"}], 40017),
        ([CLICK | {"name": "五个汉字半xx"}], 40018),
        ([CLICK | {"name": ""}], 40018),
        ([CLICK | {"key": "k" * 129}], 40019),
        ([{"type": "view", "name": "网页", "url": "http://" + "x" * 1018}], 40020),
        ([{"name": "更多", "sub_button": [CLICK] * 6}], 40023),
        ([{"name": "更多", "sub_button": [CLICK | {"type": "x"}]}], 40024),
        ([{"name": "更多", "sub_button": [CLICK | {"name": "字" * 13 + "xx"}]}], 40025),
        ([{"name": "更多", "sub_button": [CLICK | {"key": ""}]}], 40026),
        ([{"name": "更多", "sub_button": [{"type": "view", "name": "网页", "url": ""}]}], 40027),
        (["活动"], 47001),
    ],
)
def test_each_limit_has_its_code(world, buttons, code):
    assert create(world, *buttons) == code
    assert world.get("/cgi-bin/menu/get")["errcode"] == 46003


def test_names_are_counted_in_bytes(world):
    assert create(world, CLICK | {"name": "五个汉字x"}) == 0
    assert create(world, {"name": "更多", "sub_button": [CLICK | {"name": "字" * 13 + "x"}]}) == 0
    assert create(world, {"name": "更多", "sub_button": [CLICK] * 5}, CLICK, CLICK) == 0
