"""Files that nothing names any more go from the disk, whatever was lost in between.

What is unwanted is decided in rows (withdrawn, replaced, a reader who left); here the disk is laid beside them. A crash between
the two leaves a file for the next time and never a row without its file. Fresh files stay: their row may be on its way.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contests import printing, uploads
from contests.files import ROOM
from models.award import CertificatePrint
from models.contest import LIVING_PIECES, Piece, Submission, SubmissionState, Upload
from models.programme import Issue, IssueState
from models.sweeping import FRESH, Sweep, is_older, on_disk
from models.upkeep import counted

ROOMS = tuple(f"{number:02x}" for number in range(256))
MAKING = "making"


def sweep(media: Path) -> Sweep:
    """Files of works, of issues and of what is being made of them."""
    works = media / ROOM
    return Sweep(lambda: [one for name in (*ROOMS, MAKING) if (one := works / name).is_dir()], _wanted)


def _wanted(session: Session, folder: Path, digests: set[str]) -> set[str]:
    return named(session, digests) if folder.name != MAKING else set()


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
        before = on_disk(now - FRESH)
        old = {path: path.stem for path in _files_in(self._folder) if is_older(path, before)}
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
        before = on_disk(now - FRESH)
        old = {path: path.name for path in _files_in(self._folder) if is_older(path, before)}
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
