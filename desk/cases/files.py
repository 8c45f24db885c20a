"""Pictures, voices and films of a case: promised with the push, fetched outside every unit, kept by their hash, swept when nobody
names them any more. Only staff see them."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import outbox
from models.case import CaseWord, FileKind, FileState
from models.errors import FateUnknown, Rejected, Stopped
from models.outbox import CallKind, CallState, Claimed
from models.sweeping import Sweep
from models.work import NotNow, Outcome, Ready

ROOM = "desk"  # of the media folder
WECHAT_KEEPS = timedelta(days=3)  # temporary media, source: media/get
FILM_LEASE = timedelta(minutes=15)  # a film is made playable with it
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


def sweep(media: Path) -> Sweep:
    """Files of cases; of who has left the words are gone, and with them what names a file."""
    room = media / ROOM
    return Sweep(lambda: sorted(one for one in room.iterdir() if one.is_dir()) if room.is_dir() else (), _wanted)


def _wanted(session: Session, _folder: Path, digests: set[str]) -> set[str]:
    return set(session.scalars(sa.select(CaseWord.digest).where(CaseWord.digest.in_(digests))))
