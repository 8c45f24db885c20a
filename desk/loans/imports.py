"""Files of cards, loans and holds put in: looked at by staff first, then by parts of the clock, resumable anywhere.

Of a whole file what is not in it any more is returned; where a row could not be read, not on its card, and where not even
the card could be read, nothing at all: nobody knows which that was.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from desk.loans import queries, renewing, staging, telling
from models import audit, times
from models.bulk import Bulk
from models.by import By
from models.db import Database
from models.errors import BadInput
from models.loan import (
    IMPORT_MOVES,
    LOAN_MOVES,
    ImportState,
    ImportWhat,
    LibraryCard,
    Loan,
    LoanImport,
    LoanKind,
    LoanState,
)
from models.states import moved
from models.sweeping import is_older, on_disk

I = ImportState  # noqa: E741
PART, SWEPT = 1000, 2000  # lines, and rows that go, a unit: some 40 ms
KEPT = timedelta(days=60)  # what is said of a file
LOOKED_AT = timedelta(days=1)  # a file nobody puts in
KINDS = {ImportWhat.LOANS: LoanKind.LOAN, ImportWhat.HOLDS: LoanKind.HOLD}
FOLDER = "loans"
MUCH, FEW = 0.3, 20  # a share of what is there, and a number below which nobody is asked
AGAIN = "请把文件再交一次；还是这样，请技术人员看日志。"
log = structlog.get_logger("desk.loans")


def _not_undone(old: Any, new: Any) -> dict[str, Any]:
    """A renewal, a look at the library's system, or a file of a later day is not undone by a file that was written before
    it: `changed_at` of a file's rows is the morning of the day it tells of."""
    is_newer = sa.and_(old.changed_at > new.changed_at, sa.or_(old.import_id == 0, old.state == LoanState.OUT))
    kept = ("place", "day", "is_ready", "state", "import_id", "changed_at")
    return {"sealed": new.sealed, **{name: sa.case((is_newer, old[name]), else_=new[name]) for name in kept}}


_CARDS = Bulk(LibraryCard, "card_key", "id_key", "phone_key", "birthday_key", "import_id", key="card_key")
_LOANS = Bulk(
    Loan, "card_key", "kind", "item_key", "sealed", "place", "day", "is_ready", "state", "import_id", "changed_at",
    key=("card_key", "kind", "item_key"),
    changed=_not_undone,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """A file as it was handed in."""

    what: ImportWhat
    name: str
    body: bytes
    is_whole: bool
    data_on: date


def hand_in(database: Database, media: Path, given: Given, *, secret: str, by: By) -> int:
    """Read the file, outside every unit; the number under which it is looked at. Raises: BadInput."""
    today = times.today(by.at)
    if given.data_on > today:
        raise BadInput("数据的日子不能晚于今天。")
    if not secret:
        raise BadInput("还没有设 SHUSHENG_SECRET_KEY，证号没法变成暗码，不能导入。")
    file = f"{secrets.token_hex(16)}.lines"
    into = media / FOLDER / file
    try:
        found = staging.staged(given.body, given.what, into, secret=secret)
        return database.unit(partial(_shown, given=given, file=file, found=found, by=by))
    except BaseException:
        into.unlink(missing_ok=True)
        raise


def _shown(session: Session, *, given: Given, file: str, found: dict[str, Any], by: By) -> int:
    row = LoanImport(
        what=given.what, name=given.name, file=file, state=I.SHOWN, is_whole=given.is_whole, data_on=given.data_on,
        **found, at=0, done=0, swept_to=0, gone=0, handed_by=by.who, handed_at=by.at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def put_in(session: Session, row: LoanImport, *, by: By) -> None:
    """From here on the clock goes on with it. Raises: IllegalMove; BadInput while another of its kind is under way, or
    where a newer one is in."""
    of_kind = sa.select(LoanImport).where(LoanImport.what == row.what, LoanImport.id != row.id)
    if session.scalars(of_kind.where(LoanImport.state.in_((I.GOING, I.SWEEPING))).limit(1)).first():
        raise BadInput("前一份还在导入，等它导完再导这一份。")
    last = queries.newest(session, row.what)
    if last is not None and (last.data_on, last.id) > (row.data_on, row.id):
        raise BadInput("已经导入过更新的数据，这份旧的不能再盖上去。")
    row.state = moved(row.state, to=I.GOING, moves=IMPORT_MOVES)
    audit.note(session, "loans imported", who=by.who, subject=f"loan import {row.id}", at=by.at, detail=row.name)


def drop(session: Session, row: LoanImport) -> None:
    """It is not wanted. Raises: IllegalMove."""
    row.state = moved(row.state, to=I.DROPPED, moves=IMPORT_MOVES)


def stop(session: Session, row: LoanImport, *, by: By) -> None:
    """No further: what is in stays. Raises: IllegalMove."""
    _break(row, f"有人按了停止，进了的 {row.done} 行留着。")
    audit.note(
        session, "loans import stopped", who=by.who, subject=f"loan import {row.id}", at=by.at, detail=row.name
    )


def _break(row: LoanImport, cause: str) -> None:
    row.state, row.cause = moved(row.state, to=I.BROKEN, moves=IMPORT_MOVES), cause


def least_gone(session: Session, row: LoanImport) -> tuple[int, int]:
    """How many of what is there would go with this file at the least, and of how many: a whole file that is but a
    branch's own takes the others' along."""
    there = sa.select(sa.func.count(LibraryCard.card_key))
    if row.what is not ImportWhat.CARDS:
        there = sa.select(sa.func.count(Loan.id)).where(queries.IS_OUT, Loan.kind == KINDS[row.what])
    count = session.scalar(there) or 0
    sweeps = row.is_whole and not row.is_unsure
    return (max(0, count - row.total) if sweeps else 0), count


def is_much(gone: int, count: int) -> bool:
    """Is that more than goes in a day, so that staff are asked once more?"""
    return gone > count * MUCH and gone >= FEW


def carry_on(media: Path, session: Session, now: datetime) -> int:
    """The next part of one import: 1, or 0 where none is under way. One that fails is broken and says so: it must not stand
    in the next one's way."""
    at_work = sa.select(LoanImport).where(LoanImport.state.in_((I.GOING, I.SWEEPING))).order_by(LoanImport.id)
    row = session.scalars(at_work.limit(1).with_for_update(skip_locked=True)).first()
    if row is None:
        return 0
    try:
        with session.begin_nested():
            _next(media, session, row, now)
    except sa.exc.OperationalError:  # away, locked, a deadlock: the next time it goes
        raise
    except Exception as error:
        log.exception("an import of loans broke", number=row.id)
        _break(row, f"导到第 {row.done} 行之后出了错（{type(error).__name__}），进了的留着。{AGAIN}")
    return 1


def _next(media: Path, session: Session, row: LoanImport, now: datetime) -> None:
    path = media / FOLDER / row.file
    if row.state is I.SWEEPING:
        _sweep(session, row, now)
    elif path.is_file():
        _take(session, row, path)
    else:
        _break(row, f"读好的内容不在了（换过数据文件夹？），没有导完。{AGAIN}")


def _take(session: Session, row: LoanImport, path: Path) -> None:
    """The lines from where it stood; both are one transaction."""
    with path.open("rb") as lines:
        lines.seek(row.at)
        part = [line for _, line in zip(range(PART), lines, strict=False)]
    found = [json.loads(line) for line in part]
    if row.what is ImportWhat.CARDS:
        _CARDS.run(session, [(*line, row.id) for line in found])
    else:
        _put(session, row, found)
    row.at, row.done = row.at + sum(map(len, part)), row.done + len(part)
    if len(part) < PART:
        row.state = moved(row.state, to=I.SWEEPING, moves=IMPORT_MOVES)


def _put(session: Session, row: LoanImport, found: list[list[Any]]) -> None:
    state = moved(LoanState.BACK, to=LoanState.OUT, moves=LOAN_MOVES)
    told_at = times.start_of(row.data_on)
    _LOANS.run(
        session,
        [
            (card, KINDS[row.what].value, item, sealed, place, day, ready, state.value, row.id, told_at)
            for card, item, sealed, place, day, ready in found
        ],
    )


def _sweep(session: Session, row: LoanImport, now: datetime) -> None:
    """A part of what is not in a whole file any more; then its end."""
    if row.is_whole and not row.is_unsure:
        gone = _gone_cards(session, row) if row.what is ImportWhat.CARDS else _gone_loans(session, row, now)
        row.gone += gone
        if gone:
            return
    row.state, row.done_at = moved(row.state, to=I.DONE, moves=IMPORT_MOVES), now
    if row.what is not ImportWhat.CARDS:
        renewing.notice_renewed(session, now=now)
        telling.look_again(session, now=now)


def _gone_loans(session: Session, row: LoanImport, now: datetime) -> int:
    mine = sa.select(Loan.id).where(
        queries.IS_OUT, Loan.kind == KINDS[row.what], Loan.import_id != row.id, Loan.id > row.swept_to,
        Loan.changed_at <= times.start_of(row.data_on), Loan.card_key.not_in(row.spared),
    )  # fmt: skip
    ids = session.scalars(mine.order_by(Loan.id).limit(SWEPT)).all()
    if ids:
        back = moved(LoanState.OUT, to=LoanState.BACK, moves=LOAN_MOVES)
        session.execute(sa.update(Loan).where(Loan.id.in_(ids)).values(state=back, changed_at=now))
        row.swept_to = ids[-1]
    return len(ids)


def _gone_cards(session: Session, row: LoanImport) -> int:
    """Those that are no longer on the list bind no more; whoever has bound one keeps it until they unbind."""
    gone = sa.select(LibraryCard.card_key).where(
        LibraryCard.import_id != row.id, LibraryCard.card_key.not_in(row.spared)
    )
    keys = session.scalars(gone.limit(SWEPT)).all()
    if keys:
        session.execute(sa.delete(LibraryCard).where(LibraryCard.card_key.in_(keys)))
    return len(keys)


def forget_returned(session: Session, now: datetime) -> int:
    """What came back is kept for some days, and then no more: a part. How many."""
    since = now - timedelta(days=queries.rules_of(session).keep_days)
    old = sa.select(Loan.id).where(sa.text("loans.state = 'back'"), Loan.changed_at < since)
    ids = session.scalars(old.limit(SWEPT)).all()
    if ids:
        session.execute(sa.delete(Loan).where(Loan.id.in_(ids)))
    return len(ids)


def forget_files(session: Session, now: datetime) -> int:
    """Files that nobody put in, and what is said of old ones: how many."""
    stale = sa.select(LoanImport).where(LoanImport.state == I.SHOWN, LoanImport.handed_at < now - LOOKED_AT)
    rows = session.scalars(stale.limit(SWEPT)).all()
    for row in rows:
        drop(session, row)
    ended = (I.DONE, I.DROPPED, I.BROKEN)
    newest = sa.select(sa.func.max(LoanImport.id)).where(LoanImport.state == I.DONE).group_by(LoanImport.what)
    old = sa.delete(LoanImport).where(
        LoanImport.state.in_(ended), LoanImport.handed_at < now - KEPT, LoanImport.id.not_in(newest)
    )
    session.execute(old)
    return len(rows)


class SweepFiles:
    """Takes the lines of imports that have ended off the disk."""

    def __init__(self, media: Path) -> None:
        self._folder = media / FOLDER

    def __call__(self, session: Session, now: datetime) -> int:
        """Always 0: one part takes all."""
        if self._folder.is_dir():
            wanted = set(session.scalars(sa.select(LoanImport.file).where(LoanImport.state.in_((I.SHOWN, I.GOING)))))
            aged = on_disk(now - LOOKED_AT)  # one that is just being written has no row yet
            for path in self._folder.iterdir():
                if path.name not in wanted and is_older(path, aged):
                    path.unlink(missing_ok=True)
        return 0
