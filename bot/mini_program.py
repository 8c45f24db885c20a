"""A mini-program's card as a customer-service message, with the picture that the platform asks for.

The picture is drawn once and handed over as a temporary file, which the platform keeps for three days; its name is kept in
this process for two. A lost name only means that it is handed over once more.
"""

from datetime import datetime, timedelta
from functools import cache
from io import BytesIO
from threading import Lock

from PIL import Image, ImageDraw

from bot.client import Client, Json
from models import times
from models.errors import Rejected

KEEP = timedelta(days=2)
INVALID_MEDIA = 40007
_SIZE, _PAPER, _BAMBOO, _DARK = (520, 416), "#E6F1EB", "#2F7D5B", "#1F5C42"  # 5:4, as the card shows it

_named: dict[str, tuple[str, datetime]] = {}  # by the API's address: the demo's and the real one are two accounts
_lock = Lock()


def send(client: Client, payload: Json) -> Json:
    """One message. A picture that the platform has forgotten is handed over anew, once: nothing was sent by then."""
    try:
        return _sent(client, payload, _picture(client))
    except Rejected as error:
        if error.errcode != INVALID_MEDIA:
            raise
        _named.pop(client.base, None)
        return _sent(client, payload, _picture(client))


def _sent(client: Client, payload: Json, media_id: str) -> Json:
    mini = payload["mini"]
    body = {
        "touser": payload["openid"], "msgtype": "miniprogrampage",
        "miniprogrampage": {"title": mini["title"], "appid": mini["appid"], "pagepath": mini["path"], "thumb_media_id": media_id},
    }  # fmt: skip
    return client.ask(lambda: client.post("message/custom/send", data=body))


def _picture(client: Client) -> str:
    now = times.now()
    with _lock:
        known = _named.get(client.base)
    if known is not None and known[1] > now:
        return known[0]
    told = client.upload("cgi-bin/media/upload", {"type": "image"}, name="cover.png", body=cover(), kind="image/png")
    media_id = str(told["media_id"])
    with _lock:
        _named[client.base] = (media_id, now + KEEP)
    return media_id


@cache
def cover() -> bytes:
    """A book on bamboo green, without words: the title stands on the card."""
    picture = Image.new("RGB", _SIZE, _PAPER)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 356, 520, 416), fill=_BAMBOO)
    pen.polygon([(260, 130), (120, 100), (120, 270), (260, 300)], fill=_BAMBOO)
    pen.polygon([(260, 130), (400, 100), (400, 270), (260, 300)], fill=_DARK)
    for line in range(3):
        pen.line([(148, 150 + 34 * line), (236, 168 + 34 * line)], fill=_PAPER, width=6)
        pen.line([(284, 168 + 34 * line), (372, 150 + 34 * line)], fill=_PAPER, width=6)
    kept = BytesIO()
    picture.save(kept, "PNG", optimize=True)
    return kept.getvalue()
