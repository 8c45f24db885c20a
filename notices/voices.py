"""Recordings of notices: told by their first bytes, kept below the media folder by their hash. WeChat takes mp3 and amr."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from config.limits import MAX_MASS_VOICE_SECONDS, MAX_VOICE_BYTES
from models.errors import BadInput

KINDS = {"mp3": "audio/mpeg", "amr": "audio/amr"}
_AMR = b"#!AMR\n"
_AMR_FRAMES = (13, 14, 16, 18, 20, 21, 27, 32, 6)  # bytes of a frame of 20 ms by its type, and of silence


@dataclass(frozen=True, slots=True)
class VoiceFile:
    """`digest`: the SHA-256 of `body` in hex, and its name; `kind` one of KINDS."""

    body: bytes
    digest: str
    kind: str


def checked(body: bytes) -> VoiceFile:
    """Raises: BadInput for what WeChat would not take."""
    if len(body) > MAX_VOICE_BYTES:
        raise BadInput(f"录音最大 {MAX_VOICE_BYTES // 1024 // 1024} MB，这一段太大了。")
    kind = _kind(body)
    if kind == "amr" and (seconds := _amr_seconds(body)) > MAX_MASS_VOICE_SECONDS:
        raise BadInput(f"这段录音 {seconds:.0f} 秒，微信最多 {MAX_MASS_VOICE_SECONDS} 秒，请剪短。")
    return VoiceFile(body, hashlib.sha256(body).hexdigest(), kind)


def _kind(body: bytes) -> str:
    if body.startswith(_AMR):
        return "amr"
    if body.startswith(b"ID3") or (len(body) > 2 and body[0] == 0xFF and body[1] & 0xE6 == 0xE2):
        return "mp3"
    raise BadInput("请用 mp3 或 amr 的录音：别的格式微信的群发不收。")


def _amr_seconds(body: bytes) -> float:
    at, frames = len(_AMR), 0
    while at < len(body):
        kind = body[at] >> 3 & 15
        at += _AMR_FRAMES[kind] if kind < len(_AMR_FRAMES) else 1
        frames += 1
    return frames * 0.02


def found(media: Path, digest: str) -> Path | None:
    """Where the recording of this hash lies."""
    return next((path for kind in KINDS if (path := _path(media, digest, kind)).is_file()), None)


def keep(media: Path, file: VoiceFile) -> None:
    """On disk, whole or not at all; one that is there stays."""
    path = _path(media, file.digest, file.kind)
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as beside:
        beside.write(file.body)
        beside.flush()
        os.fsync(beside.fileno())
    os.chmod(beside.name, 0o644)
    os.replace(beside.name, path)


def _path(media: Path, digest: str, kind: str) -> Path:
    return media / "voices" / digest[:2] / f"{digest}.{kind}"
