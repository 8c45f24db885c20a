"""Temporary media, the account's and the readers': what may be uploaded, three days of life, downloads."""

import base64
import secrets
import sqlite3
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from werkzeug.wrappers import Response

from simulator.calls import Answer, Call, endpoint
from simulator.errors import Refusal

LIFE_S = 3 * 24 * 3600
MEGABYTE = 1024 * 1024
AMR_HEAD = b"#!AMR\n"
AMR_FRAME_BYTES = (13, 14, 16, 18, 20, 21, 27, 32, 6)  # by frame type 0…8, head byte included; 20 ms each
FRAMES_A_SECOND = 50
LONGEST_VOICE_S = 60

# A 1×1 JPEG: the cover of every video a reader sends.
GREY_DOT = base64.b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP////////////////////////////////////////////////////////////////////////////"
    "//////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA="
)


@dataclass(frozen=True)
class MediaKind:
    """What one `type` of upload accepts; sizes in bytes."""

    formats: tuple[str, ...]
    largest: int
    too_large: int  # error code


KINDS = {
    "image": MediaKind(("image/png", "image/jpeg", "image/gif"), 10 * MEGABYTE, 40009),
    "voice": MediaKind(("audio/amr", "audio/mpeg"), 2 * MEGABYTE, 40010),
    "video": MediaKind(("video/mp4",), 10 * MEGABYTE, 40011),
    "thumb": MediaKind(("image/jpeg",), 64 * 1024, 40012),
}


def format_of(content: bytes) -> str:
    """The format by the content's first bytes; names and headers prove nothing."""
    if content[4:8] == b"ftyp":
        return "video/mp4"
    heads = {
        b"\x89PNG\r\n\x1a\n": "image/png",
        b"\xff\xd8\xff": "image/jpeg",
        b"GIF8": "image/gif",
        AMR_HEAD: "audio/amr",
        b"ID3": "audio/mpeg",
        b"\xff\xfb": "audio/mpeg",
        b"\xff\xf3": "audio/mpeg",
        b"\x1aE\xdf\xa3": "video/webm",
        b"RIFF": "audio/wav",
        b"BM": "image/bmp",
        b"OggS": "audio/ogg",
    }
    return next((name for head, name in heads.items() if content.startswith(head)), "application/octet-stream")


def amr_seconds(content: bytes) -> float:
    """How long an AMR recording plays: its frames counted."""
    at, frames = len(AMR_HEAD), 0
    while at < len(content):
        kind = content[at] >> 3 & 0x0F
        at += AMR_FRAME_BYTES[kind] if kind < len(AMR_FRAME_BYTES) else 1
        frames += 1
    return frames / FRAMES_A_SECOND


@endpoint("POST", "/cgi-bin/media/upload", daily=5000)
def upload(call: Call) -> Answer:
    wanted = call.query.get("type", "")
    kind = KINDS.get(wanted)
    if kind is None:
        raise Refusal(40004)
    part = call.request.files.get("media")
    if part is None:
        raise Refusal(41005)
    content = part.read()
    check(kind, content)
    media_id = store(call.db, wanted, content, part.filename or "media", call.now)
    name = "thumb_media_id" if wanted == "thumb" else "media_id"
    return {"type": wanted, name: media_id, "created_at": int(call.now)}


def check(kind: MediaKind, content: bytes) -> None:
    """Raises: Refusal 44001-like for nothing, 40005 format, the kind's own size code, 45007 too long."""
    if not content:
        raise Refusal(41005)
    if format_of(content) not in kind.formats:
        raise Refusal(40005)
    if len(content) > kind.largest:
        raise Refusal(kind.too_large)
    if content.startswith(AMR_HEAD) and amr_seconds(content) > LONGEST_VOICE_S:
        raise Refusal(45007)


def store(db: sqlite3.Connection, kind: str, content: bytes, filename: str, now: float) -> str:
    media_id = secrets.token_urlsafe(48)
    row = (media_id, kind, filename, format_of(content), content, now)
    db.execute("INSERT INTO media VALUES (?,?,?,?,?,?)", row)
    return media_id


def found(db: sqlite3.Connection, media_id: object, now: float, *kinds: str) -> sqlite3.Row | None:
    """The medium if it lives or is permanent material, and is of one of `kinds` where any are named."""
    row: sqlite3.Row | None = db.execute(
        "SELECT media_id, kind, filename, content_type FROM media WHERE media_id = ? AND kind != 'inline'"
        " AND (made_at > ? OR media_id IN (SELECT media_id FROM materials))",
        (str(media_id), now - LIFE_S),
    ).fetchone()
    return row if row and (not kinds or row["kind"] in kinds) else None


@endpoint("GET", "/cgi-bin/media/get", daily=10_000)
def download(call: Call) -> Answer:
    media_id = call.query.get("media_id", "")
    if not media_id:
        raise Refusal(41006)
    row = found(call.db, media_id, call.now)
    if row is None:
        raise Refusal(40007)
    if row["kind"] in ("video", "shortvideo"):
        return {"video_url": file_url(call.platform.address, media_id)}
    return as_file(call.db, media_id)


def as_file(db: sqlite3.Connection, media_id: str) -> Response:
    """The bytes with their type; 404 when there are none."""
    row = db.execute("SELECT filename, content_type, content FROM media WHERE media_id = ?", (media_id,)).fetchone()
    if row is None:
        return Response("no such file", 404)
    answer = Response(row["content"], mimetype=row["content_type"])
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(row['filename'])}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def file_url(address: str, media_id: str) -> str:
    """Where this simulator serves a picture or a video itself; WeChat uses a content network."""
    return f"{address}/sim/files/{media_id}"


def described(row: sqlite3.Row, address: str) -> dict[str, Any]:
    return {"media_url": file_url(address, row["media_id"]), "content_type": row["content_type"]}
