"""Files that nothing names any more go from the disk, whatever was lost in between.

What is unwanted is decided in rows (withdrawn, replaced, a reader who left); here the disk is laid beside them. A crash between
the two leaves a file for the next time and never a row without its file. Fresh files stay: their row may be on its way.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests import printing, uploads
from contests.files import ROOM
from models import times
from models.award import CertificatePrint
from models.contest import LIVING_PIECES, Piece, Submission, SubmissionState, Upload
from models.programme import Issue, IssueState
from models.upkeep import counted

FRESH = timedelta(hours=2)  # above the longest lease, and what comes between a file and its row
ROOMS = tuple(f"{number:02x}" for number in range(256))
MAKING = "making"


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
        works = self._media / ROOM
        return iter([folder for name in (*ROOMS, MAKING) if (folder := works / name).is_dir()])


def drop_unneeded(session: Session, folder: Path, now: datetime) -> int:
    """Of one folder of works: how many files went."""
    before = _ours(now - FRESH)
    old = {path: path.name.partition(".")[0] for path in folder.iterdir() if _is_older(path, before)}
    wanted = named(session, old.values()) if folder.name != MAKING else set()
    return sum(_drop(path, before) for path, digest in old.items() if digest not in wanted)


def named(session: Session, digests: Iterable[str]) -> set[str]:
    """Which of these hashes a living piece, a work or an issue names."""
    asked = list(digests)
    pieces = Piece.state.in_(LIVING_PIECES)
    columns = (
        sa.select(Piece.original).where(Piece.original.in_(asked), pieces),
        sa.select(Piece.playable).where(Piece.playable.in_(asked), pieces),
        sa.select(Submission.whole).where(
            Submission.whole.in_(asked), Submission.state != SubmissionState.WITHDRAWN
        ),
        sa.select(Issue.audio).where(Issue.audio.in_(asked), Issue.state != IssueState.TAKEN_DOWN),
    )  # fmt: skip
    return {digest for column in columns for digest in session.scalars(column)} if asked else set()


def _drop(path: Path, before: float) -> bool:
    """Aside first: a file that is kept anew at this very moment lies there fresh, and stays."""
    aside = path.with_name(f"{path.name}.going")
    with suppress(FileNotFoundError):
        os.rename(path, aside)
        if _is_older(aside, before) or path.exists():
            aside.unlink()
            return True
        os.rename(aside, path)
    return False


def _is_older(path: Path, before: float) -> bool:
    with suppress(FileNotFoundError):
        return path.is_file() and path.stat().st_mtime < before
    return False


def _ours(moment: datetime) -> float:
    """As the disk's own clock shows it: the demo's is ahead."""
    return (moment - times.shift()).timestamp()


def drop_stale_uploads(session: Session, now: datetime) -> int:
    """Uploads that nobody went on with, of a part."""
    stale = sa.select(Upload.token).where(Upload.touched_at < now - uploads.KEEP).limit(uploads.PART)
    return counted(session, sa.delete(Upload).where(Upload.token.in_(stale)))


class SweepPrints:
    """Certificates to print whose row is gone."""

    def __init__(self, media: Path) -> None:
        self._folder = media / printing.ROOM

    def __call__(self, session: Session, now: datetime) -> int:
        """Nothing is left for a second unit."""
        before = _ours(now - FRESH)
        old = {path: path.stem for path in _files_in(self._folder) if _is_older(path, before)}
        numbers = [int(stem) for stem in old.values() if stem.isdecimal()]
        rows = sa.select(CertificatePrint.id).where(CertificatePrint.id.in_(numbers))
        living = {str(number) for number in session.scalars(rows)} if numbers else set()
        for path, stem in old.items():
            if stem not in living:
                path.unlink(missing_ok=True)
        return 0


class SweepUploads:
    """Parts of files whose upload is over, or was dropped."""

    def __init__(self, media: Path) -> None:
        self._folder = media / uploads.ROOM

    def __call__(self, session: Session, now: datetime) -> int:
        """Nothing is left for a second unit."""
        before = _ours(now - FRESH)
        old = {path: path.name for path in _files_in(self._folder) if _is_older(path, before)}
        living = (
            set(session.scalars(sa.select(Upload.token).where(Upload.token.in_(list(old.values())))))
            if old
            else set()
        )
        for path, token in old.items():
            if token not in living:
                path.unlink(missing_ok=True)
        return 0


def _files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []
