"""The account's menu. `click` keys come back as events and earn a window to write in; `view` links earn none.

A key is the very word a reader could type, so the menu and the keyboard are one way.
"""

from typing import Any

from config import limits

Menu = dict[str, Any]


def menu_of(public_url: str) -> Menu:
    """The menu as menu/create takes it."""
    return {
        "button": [
            {
                "name": "看活动",
                "sub_button": [
                    _tap("近期活动", "活动"),
                    _tap("这个周末", "周末"),
                    _tap("这个月", "本月"),
                    _tap("各分馆", "分馆"),
                    _tap("答题", "答题"),
                ],
            },
            _page("活动月历", f"{public_url}/plan"),
            {
                "name": "身边的馆",
                "sub_button": [
                    _place("附近的馆", "附近"),
                    _page("馆和服务点", f"{public_url}/places"),
                    _tap("流动图书车", "流动图书车"),
                    _tap("帮助", "帮助"),
                ],
            },
        ]
    }


def faults_of(menu: Menu) -> list[str]:
    """What menu/create would refuse, one line each."""
    faults = []
    if len(menu["button"]) > limits.MAX_MENU_BUTTONS:
        faults.append(f"{len(menu['button'])} buttons")
    for top in menu["button"]:
        faults += _name_faults(top, limits.MAX_MENU_NAME_BYTES)
        for sub in top.get("sub_button", ()):
            faults += _name_faults(sub, limits.MAX_SUB_NAME_BYTES)
        if len(top.get("sub_button", ())) > limits.MAX_SUB_BUTTONS:
            faults.append(f"{top['name']}: {len(top['sub_button'])} entries")
    return faults


def _name_faults(button: Menu, most: int) -> list[str]:
    size = len(button["name"].encode())
    return [f"{button['name']}: {size} bytes, at most {most}"] if size > most else []


def _tap(name: str, word: str) -> Menu:
    return {"type": "click", "name": name, "key": word}


def _place(name: str, word: str) -> Menu:
    """The phone asks for a location, which comes as an event."""
    return {"type": "location_select", "name": name, "key": word}


def _page(name: str, url: str) -> Menu:
    return {"type": "view", "name": name, "url": url}
