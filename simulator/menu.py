"""API of the account's menu: three buttons, five below each, counted in bytes."""

from dataclasses import dataclass
from typing import Any

from simulator.account import Right
from simulator.calls import Call, endpoint
from simulator.errors import OK, Refusal
from simulator.state import drop_setting, keep_setting, setting

MOST_BUTTONS, MOST_SUB_BUTTONS = 3, 5
LONGEST_KEY, LONGEST_URL = 128, 1024

NEEDS: dict[str, tuple[str, ...]] = {
    "click": ("key",),
    "view": ("url",),
    "miniprogram": ("url", "appid", "pagepath"),
    "scancode_push": ("key",),
    "scancode_waitmsg": ("key",),
    "pic_sysphoto": ("key",),
    "pic_photo_or_album": ("key",),
    "pic_weixin": ("key",),
    "location_select": ("key",),
    "media_id": ("media_id",),
    "view_limited": ("media_id",),
    "article_id": ("article_id",),
    "article_view_limited": ("article_id",),
}


@dataclass(frozen=True)
class Row:
    """The bounds and error codes of one row of buttons."""

    longest_name: int
    type_code: int
    name_code: int
    key_code: int
    url_code: int


TOP = Row(16, 40017, 40018, 40019, 40020)
SUB = Row(40, 40024, 40025, 40026, 40027)


@endpoint("POST", "/cgi-bin/menu/create", Right.MENU, daily=1000)
def create(call: Call) -> dict[str, Any]:
    buttons = call.json.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= MOST_BUTTONS:
        raise Refusal(40016)
    for button in buttons:
        _check_top(button)
    keep_setting(call.db, "menu", buttons)
    return OK


def _check_top(button: object) -> None:
    """Raises: Refusal with the code of what is wrong."""
    if not isinstance(button, dict):
        raise Refusal(47001, "a button must be an object")
    _check_name(button, TOP)
    below = button.get("sub_button")
    if not below:
        _check_act(button, TOP)
        return
    if not isinstance(below, list) or len(below) > MOST_SUB_BUTTONS:
        raise Refusal(40023)
    for sub in below:
        if not isinstance(sub, dict):
            raise Refusal(47001, "a button must be an object")
        _check_name(sub, SUB)
        _check_act(sub, SUB)


def _check_name(button: dict[str, Any], row: Row) -> None:
    name = button.get("name")
    if not isinstance(name, str) or not 1 <= len(name.encode()) <= row.longest_name:
        raise Refusal(row.name_code)


def _check_act(button: dict[str, Any], row: Row) -> None:
    needs = NEEDS.get(str(button.get("type")))
    if needs is None:
        raise Refusal(row.type_code)
    for field in needs:
        value = button.get(field)
        longest = LONGEST_URL if field == "url" else LONGEST_KEY
        if not isinstance(value, str) or not 1 <= len(value.encode()) <= longest:
            raise Refusal(row.url_code if field == "url" else row.key_code)


@endpoint("GET", "/cgi-bin/menu/get", Right.MENU)
def read(call: Call) -> dict[str, Any]:
    buttons = setting(call.db, "menu")
    if buttons is None:
        raise Refusal(46003)
    return {"menu": {"button": [{"sub_button": [], **button} for button in buttons]}}


@endpoint("GET", "/cgi-bin/menu/delete", Right.MENU)
def delete(call: Call) -> dict[str, Any]:
    drop_setting(call.db, "menu")
    return OK
