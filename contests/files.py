"""The files of works on disk: each below the media folder under the SHA-256 of its content, whole or not at all.

Kept as they came they end in `.original`, and are handed to nobody but staff; what is played or shown is made from them by
contests.media. No row is read or written here, and no unit may be open while a file comes in.
"""

import errno
import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from activities import picture_files
from contests.formats import HEAD, Format, format_of, wrong
from contests.refusals import NotThis
from models.contest import PieceKind
from models.errors import Stopped
from models.work import Json

ROOM = "works"  # of the media folder
CHUNK = 256 * 1024
LEAST_FREE = 256 * 1024 * 1024  # bytes that are left to the database and everything else on the disk
MOST_BYTES = {  # of one file, whatever a contest allows: sound and video ours, pictures what Pillow is given
    PieceKind.SOUND: 200 * 1024 * 1024, PieceKind.VIDEO: 500 * 1024 * 1024,
    PieceKind.PICTURE: picture_files.LARGEST_FILE, PieceKind.SLIP: picture_files.LARGEST_FILE,
}  # fmt: skip
ORIGINAL, SOUND, VIDEO, PICTURE = "original", "m4a", "mp4", "jpg"
_DIGEST = re.compile(r"[0-9a-f]{64}")


class NoSpace(Stopped):
    """The disk is full: what wants to be kept waits, and staff see why."""

    def __init__(self) -> None:
        super().__init__("存放作品的磁盘满了：请信息科的同事腾出地方，腾出来以后会接着办", errcode=errno.ENOSPC)


def path_of(media: Path, digest: str, suffix: str) -> Path:
    """Where the file of this hash lies."""
    if not _DIGEST.fullmatch(digest):  # never anything else below the folder
        raise ValueError(f"no hash: {digest!r}")
    return media / ROOM / digest[:2] / f"{digest}.{suffix}"


def original(media: Path, digest: str) -> Path:
    """Where the file lies as it came."""
    return path_of(media, digest, ORIGINAL)


def playable(media: Path, digest: str) -> Path | None:
    """The file that is played or shown; its suffix says what it is. None where there is none."""
    found = (path_of(media, digest, suffix) for suffix in (SOUND, VIDEO, PICTURE))
    return next((path for path in found if path.is_file()), None)


def format_at(path: Path) -> Format | None:
    """What lies there, by its content."""
    with path.open("rb") as file:
        return format_of(file.read(HEAD))


def keep(media: Path, source: Iterable[bytes] | IO[bytes], kind: PieceKind, *, name: str = "", most: int = 0) -> Json:
    """A file as it came, streamed to its place: {"original", "bytes", "name"}. `most` bytes, or what is taken at all.

    Raises: NotThis for what is of another kind, empty or too large; NoSpace.
    """
    most = min(most or MOST_BYTES[kind], MOST_BYTES[kind])
    with place(media) as file:
        head, digest, size = b"", hashlib.sha256(), 0
        for chunk in _chunks(source):
            if len(head) < HEAD:
                head += chunk[:HEAD]
                if len(head) >= HEAD:
                    _of_kind(head, kind)  # at once: the rest need not come
            digest.update(chunk)
            size += len(chunk)
            if size > most:
                raise NotThis(f"超过了 {most // 1024 // 1024} MB，请换一个小一点的。")
            file.write(chunk)
        if not size:
            raise NotThis("是空的，请再发一次。")
        found = _of_kind(head, kind)
        settle(file, original(media, digest.hexdigest()))
    return {"original": digest.hexdigest(), "bytes": size, "name": _tidy(name, found)}


def _chunks(source: Iterable[bytes] | IO[bytes]) -> Iterator[bytes]:
    read = getattr(source, "read", None)
    return iter(lambda: read(CHUNK), b"") if read else iter(source)


def _of_kind(head: bytes, kind: PieceKind) -> Format:
    found = format_of(head)
    if found is None or (cause := wrong(found, kind)):
        raise NotThis(cause if found else wrong(None, kind))
    return found


def _tidy(name: str, found: Format) -> str:
    """The name it was handed in by, with the ending of what it is."""
    stem = re.sub(r"[\x00-\x1f\x7f/\\:*?\"<>|]", "", name.rpartition(".")[0] or name).strip(". ")
    return f"{stem[:100] or '未命名'}.{found.suffix}"


@contextmanager
def place(media: Path, suffix: str = "part") -> Iterator[IO[bytes]]:
    """A file beside the others that nobody finds; gone at the end unless `settle` has given it its name. Raises: NoSpace."""
    beside = media / ROOM / "making"
    beside.mkdir(parents=True, exist_ok=True)
    has_room(beside)
    with space_told(), NamedTemporaryFile(dir=beside, suffix=f".{suffix}", delete=False) as file:
        try:
            yield file
        finally:
            with suppress(FileNotFoundError):
                os.unlink(file.name)


@contextmanager
def space_told() -> Iterator[None]:
    """Raises: NoSpace for whatever cannot be written since the disk is full."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoSpace from None
        raise


def has_room(folder: Path) -> None:
    """The disk is not for works alone. Raises: NoSpace."""
    if shutil.disk_usage(folder).free < LEAST_FREE:
        raise NoSpace


def settle(file: IO[bytes], path: Path) -> None:
    """Its content is safe on disk and lies at `path`; one that lay there is the same, and is as fresh as this one from here on."""
    file.flush()
    os.fsync(file.fileno())
    path.parent.mkdir(exist_ok=True)
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def settle_made(media: Path, file: IO[bytes], suffix: str) -> str:
    """What a program wrote into `file` gets its place: its hash."""
    with open(file.name, "rb") as made:
        digest = hashlib.file_digest(made, "sha256").hexdigest()
    settle(file, path_of(media, digest, suffix))
    return digest
