"""Pictures, voices and films of a case: promised with the push, fetched outside every unit, kept by their hash, swept when nobody
names them any more. Only staff see them."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import outbox, times
from models.case import CaseWord, FileKind, FileState
from models.errors import FateUnknown, Rejected, Stopped
from models.outbox import CallKind, CallState, Claimed
from models.work import NotNow, Outcome, Ready

ROOM = "desk"  # of the media folder
WECHAT_KEEPS = timedelta(days=3)  # temporary media, source: media/get
FILM_LEASE = timedelta(minutes=15)  # a film is made playable with it
FRESH = timedelta(hours=2)  # above the longest lease
TYPES = {"jpg": "image/jpeg", "m4a": "audio/mp4", "mp4": "video/mp4", "amr": "audio/amr"}
GONE = "在微信那边已经取不到了（只保留三天），请读者再发一次。"
NOT_WANTED = "这个提问的内容已经清除"
KINDS = {
    "image": FileKind.PICTURE, "voice": FileKind.VOICE, "video": FileKind.VIDEO, "shortvideo": FileKind.VIDEO,
}  # fmt: skip
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class File:
    """What WeChat has of a reader."""

    kind: FileKind
    media_id: str
    sent_at: datetime


def owe(session: Session, row: CaseWord, file: File, *, now: datetime) -> None:
    """It will be fetched."""
    payload = {"word_id": row.id, "kind": file.kind.value, "media_id": file.media_id}
    until = file.sent_at + WECHAT_KEEPS
    outbox.owe(session, CallKind.FETCH_SAID, key=f"said:{row.id}", payload=payload, now=now, useful_until=until)


def prepare(session: Session, call: Claimed, now: datetime) -> Ready | NotNow:
    """Only what is still wanted."""
    row = session.get(CaseWord, int(call.payload["word_id"]))
    if row is None or row.file_state is not FileState.WANTED or row.openid is None:
        return NotNow(CallState.DROPPED, NOT_WANTED)
    if row.file is FileKind.VIDEO:
        outbox.keep_longer(session, call, until=now + FILM_LEASE)
    return Ready(call.payload)


def settle(session: Session, call: Claimed, outcome: Outcome, now: datetime) -> NotNow | None:
    """{"digest", "suffix"}: the file lies in its place; {"refused"} says why not. Gone for good is said as well."""
    row = session.get(CaseWord, int(call.payload["word_id"]), with_for_update=True)
    if row is None or row.file_state is not FileState.WANTED:
        return NotNow(CallState.DROPPED, NOT_WANTED)
    if outcome.answer is None:
        is_final = isinstance(outcome.error, Rejected) and not isinstance(outcome.error, Stopped | FateUnknown)
        if is_final:
            row.file_state, row.cause = FileState.REFUSED, GONE
        return None
    if refused := outcome.answer.get("refused"):
        row.file_state, row.cause = FileState.REFUSED, str(refused)[:200]
        return NotNow(CallState.DROPPED, str(refused))
    row.file_state, row.digest, row.suffix = FileState.HERE, outcome.answer["digest"], outcome.answer["suffix"]
    return None


def path_of(media: Path, digest: str, suffix: str) -> Path:
    """Where the file of this hash lies. Raises: ValueError for anything else."""
    if not _DIGEST.fullmatch(digest) or suffix not in TYPES:
        raise ValueError(f"no file of the desk: {digest!r}.{suffix!r}")
    return media / ROOM / digest[:2] / f"{digest}.{suffix}"


class Sweep:
    """A part of the clock's upkeep: one folder a unit, from the first to the last, and then again from the first."""

    def __init__(self, media: Path) -> None:
        self._media = media
        self._left = self._folders()

    def __call__(self, session: Session, now: datetime) -> int:
        """How many folders were looked at: 0 at the end of a round."""
        folder = next(self._left, None)
        if folder is None:
            self._left = self._folders()
            return 0
        drop_unneeded(session, folder, now)
        return 1

    def _folders(self) -> Iterator[Path]:
        room = self._media / ROOM
        return iter(sorted(one for one in room.iterdir() if one.is_dir())) if room.is_dir() else iter(())


def drop_unneeded(session: Session, folder: Path, now: datetime) -> int:
    """Of one folder: how many files went."""
    before = (now - FRESH - times.shift()).timestamp()  # as the disk's own clock shows it
    old = {path: path.stem for path in folder.iterdir() if path.is_file() and path.stat().st_mtime < before}
    wanted = (
        set(session.scalars(sa.select(CaseWord.digest).where(CaseWord.digest.in_(set(old.values())))))
        if old
        else set()
    )
    unneeded = [path for path, digest in old.items() if digest not in wanted]
    for path in unneeded:
        os.unlink(path)
    return len(unneeded)
