"""Files that a browser sends in parts, so that a lost network goes on where it broke off.

The bytes lie on disk under the upload's token while they come, and no unit is open then: a door reads whose upload it is, takes
the part in (`append`), and notes how far it got (`note`). Once all is there it is kept (`kept_of`), and becomes a piece (`finish`).
What lies on the disk is the truth; the row says it to pages.
"""

import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests import files, pieces, queries
from contests.files import CHUNK, MOST_BYTES, NoSpace
from contests.refusals import NotThis, StorageFull, UploadBusy, UploadGone, WrongOffset
from models.contest import Piece, PieceKind, Submission, Upload
from models.work import Json

ROOM = "uploads"  # of the media folder
KEEP = timedelta(days=2)  # since the last part came
PART = 200  # rows a unit
MOST_AT_ONCE = 3  # unfinished uploads of one work; the oldest make room
_TOKEN = re.compile(r"[0-9a-f]{32}")


def begin(
    session: Session, submission: Submission, name: str, size: int, *, now: datetime, kind: PieceKind | None = None
) -> str:
    """A file of `size` bytes is going to come: its token. Raises: NotChangeable, NoRoom, OverQuota, NotThis by its size alone."""
    kind = kind or pieces.KIND_OF[submission.genre]
    pieces.may_take(session, submission, kind)
    pieces.has_room(session, submission, kind, more_bytes=size, now=now)
    _may_be_so_large(size, most_bytes(session, submission, kind))
    _make_room(session, submission)
    token = secrets.token_hex(16)
    session.add(
        Upload(
            token=token, openid=submission.openid, submission_id=submission.id, name=name[:120], bytes=size, received=0,
            began_at=now, touched_at=now,
        )
    )  # fmt: skip
    session.flush()
    return token


def most_bytes(session: Session, submission: Submission, kind: PieceKind) -> int:
    """Of one file of this work."""
    allowed = queries.limits_of(session, submission).most_megabytes * 1024 * 1024
    return min(allowed or MOST_BYTES[kind], MOST_BYTES[kind])


def _may_be_so_large(size: int, most: int) -> None:
    if size <= 0:
        raise NotThis("是空的，请再选一次。")
    if size > most:
        raise NotThis(f"超过了 {most // 1024 // 1024} MB，请换一个小一点的。")


def _make_room(session: Session, submission: Submission) -> None:
    mine = sa.select(Upload).where(Upload.submission_id == submission.id)
    begun = session.scalars(mine.order_by(Upload.began_at.desc(), Upload.token)).all()
    for old in begun[MOST_AT_ONCE - 1 :]:
        session.delete(old)


def upload_of(session: Session, token: str, *, openid: str | None) -> Upload:
    """Whose upload it is decides; another's token is nobody's. Raises: UploadGone."""
    found = session.get(Upload, token)
    if found is None or found.openid != openid:
        raise UploadGone
    return found


# ── on disk, with no unit open ──


def received(media: Path, token: str) -> int:
    """How many bytes are safely there: a browser goes on from here."""
    path = _path_of(media, token)
    return path.stat().st_size if path.is_file() else 0


def append(media: Path, token: str, offset: int, stream: IO[bytes], *, size: int) -> int:
    """What comes from `offset` on, up to the file's `size`; how many bytes are there now, also where the line broke.

    Raises: WrongOffset with the right one, UploadBusy while another part comes in, NotThis for more than was announced,
    StorageFull.
    """
    try:
        with _held_part(media, token) as part:
            there = part.seek(0, os.SEEK_END)
            if offset != there:
                raise WrongOffset(there)
            return _taken_in(part, stream, there, size)
    except NoSpace:
        raise StorageFull from None


@contextmanager
def _held_part(media: Path, token: str) -> Iterator[IO[bytes]]:
    path = _path_of(media, token)
    path.parent.mkdir(parents=True, exist_ok=True)
    files.has_room(path.parent)
    with path.open("ab") as part:
        try:
            fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UploadBusy from None
        with files.space_told():
            yield part


def _taken_in(part: IO[bytes], stream: IO[bytes], there: int, size: int) -> int:
    try:
        while chunk := stream.read(CHUNK):
            if there + len(chunk) > size:
                part.truncate(0)  # not the file that was announced: nothing of it is of use
                raise NotThis("和刚才选的不是同一个，请重新选一次。")
            part.write(chunk)
            there += len(chunk)
    finally:
        part.flush()
        os.fsync(part.fileno())
    return there


def kept_of(media: Path, token: str, kind: PieceKind, *, name: str, size: int, most: int) -> Json:
    """All of it is there: checked by its content, and kept among the works. For `finish`.

    Raises: WrongOffset where something is missing, NotThis, StorageFull.
    """
    there = received(media, token)
    if there != size:
        raise WrongOffset(there)
    try:
        with _path_of(media, token).open("rb") as part:
            return files.keep(media, part, kind, name=name, most=most)
    except NoSpace:
        raise StorageFull from None


def drop(media: Path, token: str) -> None:
    """Its part, once `finish` is committed; what a crash leaves is swept."""
    _path_of(media, token).unlink(missing_ok=True)


def _path_of(media: Path, token: str) -> Path:
    if not _TOKEN.fullmatch(token):
        raise UploadGone
    return media / ROOM / token


# ── rows again ──


def note(session: Session, token: str, there: int, *, now: datetime) -> None:
    """How far it got."""
    mine = sa.update(Upload).where(Upload.token == token)
    session.execute(mine.values(received=there, touched_at=now))


def finish(
    session: Session, submission: Submission, token: str, kept: Json, *, now: datetime, kind: PieceKind | None = None
) -> Piece:
    """The file is a piece of the work; asked again, as a browser does whose answer was lost, it is the same piece.

    Raises: NotChangeable, NoRoom, OverQuota.
    """
    kind = kind or pieces.KIND_OF[submission.genre]
    piece = pieces.take_upload(session, submission, kind, f"upload:{token}", kept, name=kept["name"], now=now)
    session.execute(sa.delete(Upload).where(Upload.token == token))
    return piece


def finished(session: Session, submission: Submission, token: str) -> Piece | None:
    """The piece that this upload has become."""
    return pieces.come_from(session, submission, f"upload:{token}")
