"""A large file of questions: handed in with one request, read by a program of its own, taken in by parts.

No request waits for it and no unit is long. Whoever is stopped in the middle leaves what was taken in; the same file handed
in again goes on, since a question comes in once.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock, Thread
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from models import times
from models.by import By
from models.db import Database
from models.quiz import BankFile, BankFileState
from quizzes.bank import rows
from quizzes.bank.question import Kind, Question

LARGE = 1024 * 1024  # bytes: some ten thousand questions as a workbook, two seconds to read
SILENT = timedelta(minutes=3)  # after which nobody reads it any more
KEPT = timedelta(days=30)  # what is said of a file
_ROOT = Path(__file__).parent.parent.parent
_PATIENCE = 600  # seconds

log = structlog.get_logger("quizzes.bank")
_one = Lock()  # file at a time


def hand_in(database: Database, name: str, content: bytes, *, tags: tuple[str, ...] = (), by: By) -> int:
    """Have the file read, each question with these tags besides its own; its number, under which one sees how far it is."""
    with database.units() as session:
        session.execute(sa.delete(BankFile).where(BankFile.handed_in_at < by.at - KEPT))
        file = BankFile(
            name=name, state=BankFileState.READING, new=0, known=0, doubts=[], doubt_count=0, handed_in_by=by.who,
            handed_in_at=by.at, touched_at=by.at,
        )  # fmt: skip
        session.add(file)
        session.flush()
        number = file.id
    asked = (database, number, name, content, tags, by.who)
    Thread(
        target=_read, args=asked, name=f"bank file {number}", daemon=True
    ).start()  # a server that stops waits for none
    return number


def is_silent(file: BankFile) -> bool:
    """Was whoever read it stopped?"""
    return file.state is BankFileState.READING and times.now() - file.touched_at > SILENT


def _read(database: Database, number: int, name: str, content: bytes, tags: tuple[str, ...], who: str) -> None:
    try:
        with _one:
            for line in _lines(name, content):
                database.unit(partial(_take, number=number, line=line, tags=tags, who=who))
        database.unit(partial(_end, number=number, who=who))
    except Exception as error:
        log.exception("bank file broken", file=number)
        why = f"读到一半停了（{type(error).__name__}）：再传一次就接着，已经收进的不会重复。"
        database.unit(partial(_take, number=number, line={"why": why}, tags=tags, who=who))


def _lines(name: str, content: bytes) -> Iterator[dict[str, Any]]:
    with TemporaryFile() as given:
        given.write(content)
        given.seek(0)
        asked = [sys.executable, "-m", "quizzes.bank.reader", name]
        with subprocess.Popen(asked, stdin=given, stdout=subprocess.PIPE, cwd=_ROOT) as reader:
            if reader.stdout is None:
                raise RuntimeError("no pipe to the reader")
            yield from map(json.loads, reader.stdout)
            if reader.wait(_PATIENCE):
                raise RuntimeError(f"the reader ended with {reader.returncode}")


def _take(session: Session, *, number: int, line: dict[str, Any], tags: tuple[str, ...], who: str) -> None:
    file, now = session.get_one(BankFile, number, with_for_update=True), times.now()
    file.touched_at = now
    if "why" in line:
        file.state, file.why = BankFileState.BROKEN, line["why"][:400]
    if "doubts" in line:
        file.doubts, file.doubt_count = line["doubts"], line["count"]
    if "found" in line:
        found = [(_question(kept).tagged(tags), where) for kept, where in line["found"]]
        added = rows.take_in(session, found, by=By(who, now))
        file.new, file.known = file.new + added.new, file.known + added.known


def _question(kept: dict[str, Any]) -> Question:
    day = kept["recheck_on"]
    tuples = {name: tuple(kept[name]) for name in ("options", "tags")}
    return Question(
        **{**kept, **tuples, "kind": Kind(kept["kind"]), "recheck_on": date.fromisoformat(day) if day else None}
    )


def _end(session: Session, *, number: int, who: str) -> None:
    file = session.get_one(BankFile, number, with_for_update=True)
    if file.state is BankFileState.READING:
        file.state = BankFileState.DONE
        rows.note_added(session, file.new, by=By(who, times.now()))
