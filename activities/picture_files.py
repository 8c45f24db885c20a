"""Picture files: what was handed in is checked by its content, made anew, and kept below the media folder by its hash.

Made anew means that nothing of the file itself is kept: no place where it was taken, no camera, no hidden payload.
"""

import hashlib
import io
import os
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from PIL import Image, ImageOps, UnidentifiedImageError

from models.errors import BadInput

LARGEST_FILE = 12 * 1024 * 1024  # bytes: a phone's best picture
MOST_PIXELS = 50_000_000  # a phone's best camera; more is a bomb, or a mistake
LONGEST_SIDE = 1600
QUALITY = 82
KINDS = ("JPEG", "PNG", "WEBP")
# Rooms of the media folder: served to everybody; to staff alone; with an issue of a programme, while it may be heard.
SHOWN, RECORDS, COVERS = "pictures", "records", "covers"
_PAPER = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A JPEG of ours; `digest` is the SHA-256 of `body` in hex, and its name."""

    body: bytes
    digest: str
    width: int
    height: int


def made_anew(body: bytes) -> PictureFile:
    """Upright, at most 1600 px, without anything but what is to be seen. Raises: BadInput for what is no picture."""
    if len(body) > LARGEST_FILE:
        raise BadInput(f"图片最大 {LARGEST_FILE // 1024 // 1024} MB，这一张太大了：请先缩小一点。")
    try:
        picture = _drawn(body)
    except UnidentifiedImageError:
        raise BadInput("这不是图片，或者是读不了的格式：请用 jpg、png 或 webp。") from None
    except Image.DecompressionBombError:
        raise BadInput(_TOO_MANY) from None
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError):
        raise BadInput("这张图片打不开，可能没有传完整：请再传一次，或换一张。") from None
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    made = out.getvalue()
    return PictureFile(made, hashlib.sha256(made).hexdigest(), *picture.size)


_TOO_MANY = f"这张图片超过 {MOST_PIXELS // 10_000} 万像素：请先缩小一点。"


def _drawn(body: bytes) -> Image.Image:
    with Image.open(io.BytesIO(body), formats=KINDS) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise BadInput(_TOO_MANY)
        picture.draft("RGB", (2 * LONGEST_SIDE, 2 * LONGEST_SIDE))  # a JPEG is read smaller at once
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
        return _on_paper(upright)


def _on_paper(picture: Image.Image) -> Image.Image:
    """In the colours of a screen, what is see-through on white; a canvas of its own, so that no extras come along."""
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        paper = Image.new("RGB", layer.size, _PAPER)
        paper.paste(layer, mask=layer.getchannel("A"))
        return paper
    paper = Image.new("RGB", picture.size, _PAPER)
    paper.paste(picture.convert("RGB"))
    return paper


def fitted(body: bytes, most: int) -> bytes:
    """A picture of ours in at most so many bytes: as it is, or as a smaller JPEG. Raises: BadInput where none is small
    enough."""
    if len(body) <= most:
        return body
    with Image.open(io.BytesIO(body), formats=KINDS) as picture:
        whole = _on_paper(picture)
    for side, quality in _SMALLER:
        smaller = whole.copy()
        smaller.thumbnail((side, side), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        smaller.save(out, "JPEG", quality=quality, optimize=True)
        if out.tell() <= most:
            return out.getvalue()
    raise BadInput("这张图片怎么也小不到微信要的大小，请换一张。")


_SMALLER = ((LONGEST_SIDE, 75), (1280, 75), (1080, 70), (800, 70), (640, 60), (320, 50))


def path_of(media: Path, digest: str, *, room: str = SHOWN) -> Path:
    """Where the file of this hash lies. `room`: what readers may see, or what only staff do."""
    return media / room / digest[:2] / f"{digest}.jpg"


def keep(media: Path, file: PictureFile, *, room: str = SHOWN) -> None:
    """On disk, whole or not at all; one that is there stays."""
    path = path_of(media, file.digest, room=room)
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as beside:
        beside.write(file.body)
        beside.flush()
        os.fsync(beside.fileno())
    os.chmod(beside.name, 0o644)
    os.replace(beside.name, path)


def let_be_shown(media: Path, digest: str) -> bool:
    """A picture of the records, from now on open to whoever has its address as well. False where there is no such file."""
    path = path_of(media, digest, room=RECORDS)
    if not path.exists():
        return path_of(media, digest).exists()
    keep(media, PictureFile(path.read_bytes(), digest, 0, 0))
    return True


def drop(media: Path, digest: str, *, room: str = SHOWN) -> None:
    """Off the disk."""
    path_of(media, digest, room=room).unlink(missing_ok=True)
