"""What a judge hears and sees of a work: the recording without the self-introduction, pictures, a film; never what names a person.

Where the introduction ends is a mark of staff and may change, so that no second file is kept of a work: the part behind it is
cut when it is first asked for, without being encoded again (30 ms for ten minutes), and kept under a name made of both. It is
named by no row: contests.sweeping takes it away with everything else that nobody names, and the next judge has it cut anew.
A page that only began to play later would send the introduction to whoever looks for it.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from contests import ffmpeg, files, queries
from contests.media import LONGEST_WHOLE
from models.contest import Genre, PieceKind, PieceState, Submission

PATIENCE = 20.0  # seconds; somebody waits for it
TYPES = {files.SOUND: "audio/mp4", files.VIDEO: "video/mp4", files.PICTURE: "image/jpeg"}


def shown(session: Session, submission: Submission) -> Sequence[tuple[PieceKind, str]]:
    """The playable files of a work in order, as kind and hash: a recording is one, whatever it was made of."""
    if submission.genre is Genre.VOICE:
        return [(PieceKind.SOUND, submission.whole)] if submission.whole else []
    return [
        (piece.kind, piece.playable)
        for piece in queries.pieces_of(session, submission)
        if piece.state is PieceState.READY and piece.playable
    ]


def heard(media: Path, digest: str, *, intro_ms: int) -> Path | None:
    """The file that is sent: of a recording or a film what comes behind the introduction. None where there is no file.

    Raises: NotInstalled, NoSpace, CannotRead, TryLater.
    """
    whole = files.playable(media, digest)
    if whole is None or not intro_ms or whole.suffix == f".{files.PICTURE}":
        return whole
    name = hashlib.sha256(f"heard:{digest}:{intro_ms}".encode()).hexdigest()
    suffix = whole.suffix.removeprefix(".")
    kept = files.path_of(media, name, suffix)
    if not kept.is_file():
        with files.place(media, suffix) as file:
            ffmpeg.convert(_behind(whole, intro_ms, file.name), seconds=PATIENCE)
            files.settle(file, kept)
    return kept


def _behind(whole: Path, intro_ms: int, name: str) -> list[str]:
    """Packets from there on; of a film the pictures begin with the next whole one."""
    return [
        *ffmpeg.taken_from(whole, "mov", most_seconds=LONGEST_WHOLE), "-ss", f"{intro_ms / 1000:.3f}", "-map", "0", "-c", "copy",
        "-map_metadata", "-1", "-map_chapters", "-1", "-movflags", "+faststart", "-f", "mp4", f"file:{name}",
    ]  # fmt: skip
