"""What a reader does with the phone, turned into a push: state changes, credits, the screen, the XML."""

import math
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulator import codes, events, media, readers, screen, windows
from simulator.platform import Platform
from simulator.push import Push

LONGEST_TEXT = 20_000  # characters; a phone sends no more in one message
MOST_PICTURES = 9  # that a phone lets a reader pick at once


class BadWish(ValueError):
    """A send that a phone could not make; its text says what is missing."""


@dataclass
class Act:
    """One act of one reader, inside one unit."""

    platform: Platform
    db: sqlite3.Connection
    reader: sqlite3.Row
    wish: dict[str, Any]
    upload: tuple[str, bytes] | None = None  # filename, content

    @property
    def openid(self) -> str:
        return str(self.reader["openid"])

    @property
    def now(self) -> float:
        return self.platform.clock.now()

    def text(self, name: str, *, needed: bool = True) -> str:
        value = self.wish.get(name, "")
        if isinstance(value, bool) or not isinstance(value, (str, int)) or (needed and value == ""):
            raise BadWish(f"{name} is wanted")
        return str(value)

    def number(self, name: str, default: float | None = None) -> float:
        value = self.wish.get(name, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise BadWish(f"{name} must be a number")
        return float(value)

    def shown(self, kind: str, text: str, **more: Any) -> int:
        sender = "note" if kind == "note" else screen.READER
        return screen.show(self.db, self.openid, sender=sender, kind=kind, text=text, at=self.now, **more)


def push_of(act: Act) -> Push | None:
    """Do what the reader does; the push to make, or None where there is none to make. Raises: BadWish."""
    kind = act.text("type")
    if kind == "event":
        return event(act)
    if kind == "raw":
        return Push(act.openid, act.text("xml"), "raw", is_message=True)
    build = MESSAGES.get(kind)
    if build is None:
        raise BadWish(f"type must be one of {', '.join((*MESSAGES, 'event', 'raw'))}")
    fields, item = build(act)
    tapped = bool(act.wish.get("bizmsgmenuid"))
    # A tapped word counts as the menu row, not as a message sent.
    windows.grant(act.db, act.openid, "menu" if tapped else "message", act.now)
    readers.heard(act.db, act.openid, act.now)
    numbered = {**fields, **_extra(act), "MsgId": act.platform.next_msgid()}
    return Push(
        act.openid, events.written(act.platform, act.openid, kind, numbered), kind, is_message=True, item=item
    )


def _extra(act: Act) -> dict[str, Any]:
    """Fields a test wants beside the usual ones, such as MsgDataId and Idx."""
    fields = act.wish.get("fields", {})
    if not isinstance(fields, dict):
        raise BadWish("fields must be an object")
    return fields


Built = tuple[dict[str, Any], int]  # the message's own fields, and its item on the screen


def _text(act: Act) -> Built:
    content = act.text("content")
    if len(content) > LONGEST_TEXT:
        raise BadWish(f"content is longer than {LONGEST_TEXT}")
    tapped = {"bizmsgmenuid": act.text("bizmsgmenuid")} if act.wish.get("bizmsgmenuid") else {}
    return {"Content": content, **tapped}, act.shown("text", content)


def _upload(act: Act, kind: str) -> tuple[str, dict[str, Any]]:
    """Keep the file. Returns its media id, and what the screen shows of it."""
    if act.upload is None:
        raise BadWish(f"{kind} is sent as multipart with a field named file")
    filename, content = act.upload
    if not content:
        raise BadWish("the file is empty")
    media_id = media.store(act.db, kind, content, filename, act.now)
    url = media.file_url(act.platform.address, media_id)
    return media_id, {"media_url": url, "content_type": media.format_of(content), "filename": filename}


def _image(act: Act) -> Built:
    media_id, content = _upload(act, "image")
    return {"PicUrl": content["media_url"], "MediaId": media_id}, act.shown("image", "[图片]", content=content)


def _voice(act: Act) -> Built:
    """Told as AMR whatever was uploaded: a real phone records nothing else. The bytes stay as they are."""
    media_id, content = _upload(act, "voice")
    wide_id, _ = _upload(act, "voice")
    fields = {"MediaId": media_id, "Format": "amr", "MediaId16K": wide_id}
    return fields, act.shown("voice", "[语音]", content=content)


def _video(act: Act) -> Built:
    kind = act.text("type")
    media_id, content = _upload(act, kind)
    thumb_id = media.store(act.db, "thumb", media.GREY_DOT, "thumb.jpg", act.now)
    return {"MediaId": media_id, "ThumbMediaId": thumb_id}, act.shown("video", "[视频]", content=content)


def _location(act: Act) -> Built:
    lat, lon, label = act.number("lat"), act.number("lon"), act.text("label", needed=False)
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise BadWish("lat is within ±90, lon within ±180")
    scale = int(act.number("scale", 16))
    fields = {"Location_X": f"{lat:.6f}", "Location_Y": f"{lon:.6f}", "Scale": str(scale), "Label": label}
    content = {"lat": lat, "lon": lon, "label": label}
    return fields, act.shown("location", f"[位置] {label}".strip(), content=content)


def _link(act: Act) -> Built:
    url = act.wish.get("url") or act.wish.get("link")
    if not isinstance(url, str) or not url:
        raise BadWish("url is wanted")
    title, description = act.text("title"), act.text("description", needed=False)
    fields = {"Title": title, "Description": description, "Url": url}
    card = {"title": title, "description": description, "url": url, "picurl": ""}
    return fields, act.shown("link", f"[链接] {title}", url=url, content={"articles": [card]})


MESSAGES: dict[str, Callable[[Act], Built]] = {
    "text": _text,
    "image": _image,
    "voice": _voice,
    "video": _video,
    "shortvideo": _video,
    "location": _location,
    "link": _link,
}


def event(act: Act) -> Push | None:
    """An event by its name; one the simulator has no special manners for is pushed with the fields given."""
    asked = act.text("event")
    name = next((known for known in EVENTS if known.lower() == asked.lower()), asked)
    if name == "SCAN" and not act.reader["following"]:
        name = "subscribe"
    fields = EVENTS[name](act) if name in EVENTS else _plain_event(act)
    if fields is None:
        return None
    if name != "unsubscribe":
        readers.heard(act.db, act.openid, act.now)
    return events.event_push(act.platform, act.openid, name, {**fields, **_extra(act)})


def _subscribe(act: Act) -> dict[str, Any] | None:
    scene = act.text("key", needed=False).removeprefix("qrscene_")
    ticket = codes.ticket_of(act.db, scene, act.now) if scene else ""
    if scene and ticket is None:
        act.shown("note", "二维码已过期")
        return None
    readers.follow(act.db, act.openid, act.now, scene=scene)
    windows.grant(act.db, act.openid, "follow", act.now)
    act.shown("note", f"您已关注{act.platform.account.name}")
    return {"EventKey": f"qrscene_{scene}", "Ticket": ticket} if scene else {"EventKey": ""}


def _unsubscribe(act: Act) -> dict[str, Any]:
    readers.unfollow(act.db, act.openid)
    act.shown("note", f"您已取消关注{act.platform.account.name}")
    return {"EventKey": ""}


def _scan(act: Act) -> dict[str, Any] | None:
    scene = act.text("key").removeprefix("qrscene_")
    ticket = codes.ticket_of(act.db, scene, act.now)
    act.shown("note", "二维码已过期" if ticket is None else "您扫描了二维码")
    if ticket is None:
        return None
    windows.grant(act.db, act.openid, "scan", act.now)
    return {"EventKey": scene, "Ticket": ticket}


def _click(act: Act) -> dict[str, Any]:
    windows.grant(act.db, act.openid, "menu", act.now)
    return {"EventKey": act.text("key")}


def _view(act: Act) -> dict[str, Any]:
    return {"EventKey": act.text("key"), "MenuId": act.text("menu_id", needed=False) or "400000000"}


def _whereabouts(act: Act) -> dict[str, Any]:
    places = {
        "Latitude": act.number("lat"),
        "Longitude": act.number("lon"),
        "Precision": act.number("precision", 30),
    }
    return {name: f"{value:.6f}" for name, value in places.items()}


def _scanned_from_menu(act: Act) -> dict[str, Any]:
    windows.grant(act.db, act.openid, "menu", act.now)
    result = act.text("result", needed=False)
    return {"EventKey": act.text("key"), "ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": result}}


def _pictures_from_menu(act: Act) -> dict[str, Any]:
    """The pictures themselves follow as messages; here each is only named by its sum."""
    count = int(act.number("count", 1))
    if not 1 <= count <= MOST_PICTURES:
        raise BadWish(f"count is 1 to {MOST_PICTURES}")
    pictures = [{"PicMd5Sum": secrets.token_hex(16)} for _ in range(count)]
    return {"EventKey": act.text("key"), "SendPicsInfo": {"Count": count, "PicList": {"item": pictures}}}


def _place_from_menu(act: Act) -> dict[str, Any]:
    place = {
        "Location_X": f"{act.number('lat'):.6f}",
        "Location_Y": f"{act.number('lon'):.6f}",
        "Scale": str(int(act.number("scale", 16))),
        "Label": act.text("label", needed=False),
        "Poiname": act.text("poiname", needed=False),
    }
    return {"EventKey": act.text("key"), "SendLocationInfo": place}


def _plain_event(act: Act) -> dict[str, Any]:
    key = act.text("key", needed=False)
    return {"EventKey": key} if key else {}


EVENTS: dict[str, Callable[[Act], dict[str, Any] | None]] = {
    "subscribe": _subscribe,
    "unsubscribe": _unsubscribe,
    "SCAN": _scan,
    "CLICK": _click,
    "VIEW": _view,
    "view_miniprogram": _view,
    "LOCATION": _whereabouts,
    "scancode_push": _scanned_from_menu,
    "scancode_waitmsg": _scanned_from_menu,
    "pic_sysphoto": _pictures_from_menu,
    "pic_photo_or_album": _pictures_from_menu,
    "pic_weixin": _pictures_from_menu,
    "location_select": _place_from_menu,
}
