"""Files that no row names any more go from the disk: the folders of a room one a unit, whatever was lost in between."""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from models import times

FRESH = timedelta(hours=2)  # above the longest lease, and what comes between a file and its row


class Sweep:
    """A part of the clock's upkeep, from the first folder to the last, and then again from the first.

    `named(session, folder, digests)`: which of these hashes, the names of its files before the first dot, are still wanted.
    """

    def __init__(
        self, folders: Callable[[], Iterable[Path]], named: Callable[[Session, Path, set[str]], set[str]]
    ) -> None:
        self._folders, self._named = folders, named
        self._left = iter(folders())

    def __call__(self, session: Session, now: datetime) -> int:
        """How many folders were looked at: 0 at the end of a round."""
        folder = next(self._left, None)
        if folder is None:
            self._left = iter(self._folders())
            return 0
        self.look_through(session, folder, now)
        return 1

    def look_through(self, session: Session, folder: Path, now: datetime) -> int:
        """One folder: how many files went."""
        before = on_disk(now - FRESH)
        old = {path: path.name.partition(".")[0] for path in folder.iterdir() if is_older(path, before)}
        wanted = self._named(session, folder, set(old.values())) if old else set()
        return sum(_drop(path, before) for path, digest in old.items() if digest not in wanted)


def is_older(path: Path, before: float) -> bool:
    """Is it a file that was last written before that moment of the disk's own clock?"""
    with suppress(FileNotFoundError):
        return path.is_file() and path.stat().st_mtime < before
    return False


def on_disk(moment: datetime) -> float:
    """As the disk's own clock shows it: the demo's is ahead."""
    return (moment - times.shift()).timestamp()


def _drop(path: Path, before: float) -> bool:
    """Aside first: a file that is kept anew at this very moment lies there fresh, and stays."""
    aside = path.with_name(f"{path.name}.going")
    with suppress(FileNotFoundError):
        os.rename(path, aside)
        if is_older(aside, before) or path.exists():
            aside.unlink()
            return True
        os.rename(aside, path)
    return False
