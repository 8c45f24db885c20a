"""Permanent material: pictures of articles and covers, recordings and films that stay until they are deleted."""

import json
from dataclasses import replace
from typing import Any

from simulator import media
from simulator.calls import Answer, Call, endpoint
from simulator.errors import OK, Refusal
from simulator.media import KINDS, MEGABYTE, check, file_url

FORMATS = {"image": ("image/bmp",), "voice": ("audio/wav", "audio/x-ms-wma")}  # beside those of temporary media
SEPARATE = ("image", "voice", "video", "thumb")
MOST = {"image": 100_000, "voice": 1000, "video": 1000, "thumb": 1000}
INLINE_FORMATS, INLINE_LARGEST = ("image/png", "image/jpeg"), MEGABYTE


@endpoint("POST", "/cgi-bin/media/uploadimg")
def upload_inline(call: Call) -> Answer:
    """A picture inside an article: an address, and no material that counts."""
    content, filename = _part(call)
    if media.format_of(content) not in INLINE_FORMATS:
        raise Refusal(40005)
    if len(content) > INLINE_LARGEST:
        raise Refusal(40009)
    return {**OK, "url": file_url(call.platform.address, _kept(call, "inline", content, filename))}


@endpoint("POST", "/cgi-bin/media/uploadvideo")
def upload_film(call: Call) -> Answer:
    """A film as mass sends want it: another number for one that was uploaded. Raises: Refusal 40007."""
    row = media.found(call.db, call.json.get("media_id"), call.now, "video")
    if row is None:
        raise Refusal(40007)
    content = call.db.execute("SELECT content FROM media WHERE media_id = ?", (row["media_id"],)).fetchone()[
        "content"
    ]
    return {
        "type": "video", "media_id": media.store(call.db, "film", content, row["filename"], call.now),
        "created_at": int(call.now),
    }  # fmt: skip


@endpoint("POST", "/cgi-bin/material/add_material", daily=1000)
def add(call: Call) -> Answer:
    wanted = call.query.get("type", "")
    kind = KINDS.get(wanted)
    if kind is None:
        raise Refusal(40004)
    content, filename = _part(call)
    check(replace(kind, formats=(*kind.formats, *FORMATS.get(wanted, ()))), content)
    if _count(call, wanted) >= MOST[wanted]:
        raise Refusal(45009)
    words = _description(call) if wanted == "video" else ("", "")
    media_id = _kept(call, wanted, content, filename, *words)
    return {"media_id": media_id, **({"url": file_url(call.platform.address, media_id)} if wanted == "image" else {})}


def _part(call: Call) -> tuple[bytes, str]:
    """Raises: Refusal 41005."""
    part = call.request.files.get("media")
    if part is None:
        raise Refusal(41005)
    return part.read(), part.filename or "media"


def _description(call: Call) -> tuple[str, str]:
    """Title and introduction of a film. Raises: Refusal 47001."""
    try:
        told = json.loads(call.request.form.get("description", ""))
        return str(told["title"]), str(told["introduction"])
    except (ValueError, KeyError, TypeError):
        raise Refusal(47001, "description with title and introduction is wanted") from None


def _kept(call: Call, kind: str, content: bytes, filename: str, title: str = "", introduction: str = "") -> str:
    media_id = media.store(call.db, kind, content, filename, call.now)
    call.db.execute("INSERT INTO materials VALUES (?,?,?,?,?)", (media_id, kind, title, introduction, call.now))
    return media_id


def _count(call: Call, kind: str) -> int:
    found = call.db.execute("SELECT count(*) FROM materials WHERE kind = ?", (kind,)).fetchone()[0]
    return int(found)


@endpoint("POST", "/cgi-bin/material/get_material")
def download(call: Call) -> Answer:
    media_id = str(call.json.get("media_id") or "")
    row = call.db.execute("SELECT * FROM materials WHERE media_id = ? AND kind != 'inline'", (media_id,)).fetchone()
    if row is None:
        raise Refusal(40007)
    if row["kind"] == "video":
        url = file_url(call.platform.address, media_id)
        return {"title": row["title"], "description": row["introduction"], "down_url": url}
    return media.as_file(call.db, media_id)


@endpoint("POST", "/cgi-bin/material/del_material")
def delete(call: Call) -> Answer:
    media_id = str(call.json.get("media_id") or "")
    if not call.db.execute("DELETE FROM materials WHERE media_id = ? AND kind != 'inline'", (media_id,)).rowcount:
        raise Refusal(40007)
    call.db.execute("DELETE FROM media WHERE media_id = ?", (media_id,))
    return OK


@endpoint("GET", "/cgi-bin/material/get_materialcount")
def count(call: Call) -> Answer:
    told: dict[str, Any] = {f"{kind}_count": _count(call, kind) for kind in ("voice", "video", "image")}
    return {**told, "news_count": 0}  # old articles: none can be made any more
