"""What a menu may be: three buttons, five below each, counted in bytes; which one is shown at a moment. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from config import limits
from models.account_menu import MenuState

Button = dict[str, Any]  # as menu/create takes it
TOPS, SUBS = limits.MAX_MENU_BUTTONS, limits.MAX_SUB_BUTTONS
CLOSED = {"type": "click", "name": "闭馆通知", "key": "闭馆"}
NEARBY = "附近"  # the key of a button that asks for a location, where staff have written none
_URL = re.compile(r"https?://[^\s/$.?#][^\s]*")
_APP_ID = re.compile(r"wx[0-9a-f]{16}")


class Kind(StrEnum):
    """What a button does, as staff choose it."""

    WORD = "word"  # as if the reader had typed the word
    PAGE = "page"  # a page of ours
    ADDRESS = "address"
    PLACE = "place"  # the phone asks where the reader is: the nearest places are the answer
    APP = "app"  # a miniprogram, with an address for phones that cannot open it


@dataclass(frozen=True, slots=True)
class Row:
    """One button as its row in the form says it."""

    name: str = ""
    kind: str = Kind.WORD.value
    value: str = ""  # a word, a path of ours, an address
    app_id: str = ""
    path: str = ""

    @property
    def is_empty(self) -> bool:
        """Nothing was written into it."""
        return not (self.name or self.value or self.app_id or self.path)


@dataclass(frozen=True, slots=True)
class Top:
    """One of the three: a button itself, or the name above those of `subs` that are not empty."""

    row: Row
    subs: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """What came of a form: buttons, and what is wrong by the name of its field."""

    buttons: list[Button]
    wrong: Mapping[str, str]


def read(tops: Sequence[Top], site: str) -> Read:
    """Field names are `name-0`, `name-0-2`, `value-0` …; empty rows are left out."""
    wrong: dict[str, str] = {}
    buttons = []
    for at, top in enumerate(tops):
        subs = [(number, row) for number, row in enumerate(top.subs) if not row.is_empty]
        if top.row.is_empty and not subs:
            continue
        if not subs:
            buttons.append(_button(top.row, f"{at}", limits.MAX_MENU_NAME_BYTES, site, wrong))
            continue
        _name(top.row.name, f"{at}", limits.MAX_MENU_NAME_BYTES, wrong)
        below = [_button(row, f"{at}-{number}", limits.MAX_SUB_NAME_BYTES, site, wrong) for number, row in subs]
        buttons.append({"name": top.row.name, "sub_button": below})
    if not buttons and not wrong:
        wrong["name-0"] = "菜单里至少要有一个按钮。"
    return Read(buttons, wrong)


def _button(row: Row, at: str, most: int, site: str, wrong: dict[str, str]) -> Button:
    _name(row.name, at, most, wrong)
    if row.kind == Kind.WORD:
        _fits(row.value, f"value-{at}", limits.MAX_MENU_KEY_BYTES, "读者点了等于发出的词", wrong)
        return {"type": "click", "name": row.name, "key": row.value}
    if row.kind == Kind.PLACE:
        _fits(row.value or NEARBY, f"value-{at}", limits.MAX_MENU_KEY_BYTES, "按钮的词", wrong)
        return {"type": "location_select", "name": row.name, "key": row.value or NEARBY}
    if row.kind == Kind.APP:
        _address(row.value, f"value-{at}", wrong)
        if not _APP_ID.fullmatch(row.app_id):
            wrong[f"app-{at}"] = "小程序的 AppID 以 wx 开头，一共 18 位。"
        _fits(row.path, f"path-{at}", limits.MAX_MENU_KEY_BYTES, "小程序里的页面", wrong)
        return {"type": "miniprogram", "name": row.name, "url": row.value, "appid": row.app_id, "pagepath": row.path}
    url = row.value
    if row.kind == Kind.PAGE:
        url = f"{site}/{row.value.lstrip('/')}"
        if not row.value.strip():
            wrong[f"value-{at}"] = "请写上本馆网页的地址，例如 /plan。"
        _short(url, f"value-{at}", wrong)
    else:
        _address(url, f"value-{at}", wrong)
    return {"type": "view", "name": row.name, "url": url}


def _name(name: str, at: str, most: int, wrong: dict[str, str]) -> None:
    size = len(name.encode())
    if not name:
        wrong[f"name-{at}"] = "请写上按钮的名字。"
    elif size > most:
        wrong[f"name-{at}"] = f"名字太长：微信最多 {most} 个字节（{most // 3} 个汉字），现在 {size} 个。"


def _fits(value: str, field: str, most: int, what: str, wrong: dict[str, str]) -> None:
    if not value:
        wrong[field] = f"请写上{what}。"
    elif len(value.encode()) > most:
        wrong[field] = f"{what}最多 {most} 个字节，现在 {len(value.encode())} 个。"


def _address(url: str, field: str, wrong: dict[str, str]) -> None:
    if not _URL.fullmatch(url):
        wrong[field] = "请写完整的网址，以 https:// 开头。"
    else:
        _short(url, field, wrong)


def _short(url: str, field: str, wrong: dict[str, str]) -> None:
    if len(url.encode()) > limits.MAX_MENU_URL_BYTES:
        wrong[field] = f"网址最多 {limits.MAX_MENU_URL_BYTES} 个字节。"


def tops_of(buttons: Iterable[Button], site: str) -> list[Top]:
    """The form that these buttons were, with all its empty rows."""
    tops = []
    for button in buttons:
        subs = [_row(sub, site) for sub in button.get("sub_button") or ()]
        row = Row(button["name"]) if subs else _row(button, site)
        tops.append(Top(row, (*subs, *[Row()] * (SUBS - len(subs)))))
    return [*tops, *[Top(Row(), (Row(),) * SUBS)] * (TOPS - len(tops))]


def _row(button: Button, site: str) -> Row:
    if button["type"] == "click":
        return Row(button["name"], Kind.WORD, button["key"])
    if button["type"] == "location_select":
        return Row(button["name"], Kind.PLACE, button["key"])
    if button["type"] == "miniprogram":
        return Row(button["name"], Kind.APP, button["url"], button["appid"], button["pagepath"])
    url = button["url"]
    if url.startswith(f"{site}/"):
        return Row(button["name"], Kind.PAGE, url.removeprefix(site))
    return Row(button["name"], Kind.ADDRESS, url)


def with_closed(buttons: Sequence[Button]) -> list[Button] | None:
    """The same menu with 闭馆通知 in it, for the days of a closure; None where there is no place left.

    Where it is there already, for another closure, it stays the only one.

    A free place of the three, else first below the last that has room; a last one that stood alone goes below itself.
    """
    made = deepcopy(list(buttons))
    if any(_is_closed(one) for top in made for one in (top, *(top.get("sub_button") or ()))):
        return made  # of another closure
    if len(made) < TOPS:
        return [*made, dict(CLOSED)]
    for top in reversed(made):
        below = top.get("sub_button") or []
        if 0 < len(below) < SUBS:
            top["sub_button"] = [dict(CLOSED), *below]
            return made
        if not below:
            alone = dict(top)
            top.clear()
            top.update({"name": alone["name"], "sub_button": [dict(CLOSED), alone]})
            return made
    return None


def _is_closed(button: Button) -> bool:
    return button.get("type") == CLOSED["type"] and button.get("key") == CLOSED["key"]


class Shown(Protocol):
    """What a menu row says of when it is shown."""

    @property
    def id(self) -> int: ...
    @property
    def state(self) -> MenuState: ...
    @property
    def shows_from(self) -> datetime | None: ...
    @property
    def shows_until(self) -> datetime | None: ...


def is_its_time(menu: Shown, now: datetime) -> bool:
    """Is it set, and not over?"""
    has_begun = menu.shows_from is not None and menu.shows_from <= now
    return menu.state is MenuState.SET and has_begun and (menu.shows_until is None or now < menu.shows_until)
