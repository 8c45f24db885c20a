"""Loans: a file of 200 000 read and put in, 20 000 messages planned, units measured; then the callback beside an import."""

import csv
import io
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench import ours
from bench.catalogue import catalogue
from bench.measuring import TICKED_S, Pace, measure
from bench.readers import CONNECTIONS, openid
from bench.report import Floor, Report, percentile
from bench.wechat import Channel
from desk.loans import imports, sealing, telling
from desk.loans.imports import Given
from models import times
from models.by import By
from models.db import Database
from models.loan import BoundCard, ImportState, ImportWhat, Loan, LoanImport, LoanNote, LoanRun
from models.outbox import OutboxCall

LOANS, READERS, CHUNK = 200_000, 20_000, 5_000
SECRET = "bench-secret"
MINUTE = 60.0


def lent(report: Report, pace: Pace) -> None:
    """SQLite: the work itself and how long it holds the write lock; then what it costs the callback."""
    channel, said = Channel(), catalogue(100)
    with TemporaryDirectory() as folder:
        home = ours.on_sqlite(Path(folder), channel, said, followers=READERS)
        database = Database(f"sqlite:///{folder}/shusheng.db")
        media = Path(folder) / "media"
        _bind(database)
        read, number = _read(database, media)
        put_in = _all(database, partial(imports.carry_on, media), number)
        morning = _in_the_morning()
        planned = _all(database, lambda session, _now: telling.plan_part(session, morning))
        fault = _fault(database)
        _again(database, media)
        meanwhile = measure(home, said, channel, replace(pace, warm_up=max(pace.warm_up, TICKED_S)))
        with database.reading() as session:
            going = session.scalars(sa.select(LoanImport).order_by(LoanImport.id.desc()).limit(1)).one()
        fault = fault or ("" if going.state is ImportState.GOING and going.done else "no import was under way")
        _rest_is_done(database)
        database.close()
        afterwards = measure(home, said, channel, pace)
    _say(report, read, put_in, planned)
    beside = f"while an import goes on ({going.done:,} in by its end)"
    rows = [
        [beside, f"{meanwhile.rate:,.0f}", f"{meanwhile.p99:.1f}", f"{meanwhile.rate / afterwards.rate:.2f}"],
        ["afterwards", f"{afterwards.rate:,.0f}", f"{afterwards.p99:.1f}", "1.00"],
    ]  # fmt: skip
    heads = ("what", "messages/s", "p99 ms", "ratio")
    report.table(
        f"The callback beside an import of loans, SQLite, one process, {CONNECTIONS} connections", heads, rows
    )
    report.floors([Floor("callback p99 beside an import of loans, ms", meanwhile.p99, 200, at_least=False)])
    if fault:
        report.void("loans", fault)


def _number(reader: int) -> str:
    return f"2026{reader:07}"


def _bind(database: Database) -> None:
    now = times.now()
    for first in range(0, READERS, CHUNK):
        rows = [
            {
                "openid": openid(one), "card_key": sealing.card_key(SECRET, _number(one)), "number": _number(one), "nickname": "",
                "bound_at": now,
            }
            for one in range(first, first + CHUNK)
        ]  # fmt: skip
        with database.units() as session:
            session.execute(sa.insert(BoundCard), rows)


def _file() -> bytes:
    """Ten loans a card, of which one is due tomorrow."""
    day = times.today(times.now())
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(("读者证号", "题名", "条码号", "应还日期", "分馆"))
    for at in range(LOANS):
        due = day + timedelta(days=1 if at < READERS else 10 + at % 20)
        lines.writerow((_number(at % READERS), f"一本不太短的书名 第{at}卷", f"A{at:08}", due.isoformat(), "总馆"))
    return out.getvalue().encode()


def _read(database: Database, media: Path) -> tuple[float, int]:
    now, body = times.now(), _file()
    given = Given(ImportWhat.LOANS, "loans.csv", body, is_whole=True, data_on=times.today(now))
    began = time.perf_counter()
    number = imports.hand_in(database, media, given, secret=SECRET, by=By("bench", now))
    return time.perf_counter() - began, number


def _all(database: Database, part: Callable[[Session, datetime], int], number: int = 0) -> list[float]:
    """Seconds of every unit until nothing is left."""
    if number:
        with database.units() as session:
            imports.put_in(session, session.get_one(LoanImport, number), by=By("bench", times.now()))
    took, done = [], 1
    while done:
        began = time.perf_counter()
        with database.units() as session:
            done = part(session, times.now())
        took.append(time.perf_counter() - began)
    return took


def _in_the_morning() -> datetime:
    return times.start_of(times.today(times.now())) + timedelta(hours=10)


def _again(database: Database, media: Path) -> None:
    """The same file once more, for the server's own clock."""
    _, number = _read(database, media)
    with database.units() as session:
        session.execute(sa.update(LoanRun).values(done_at=times.now()))
        session.execute(sa.delete(OutboxCall).where(OutboxCall.key.startswith("loan note:")))
        imports.put_in(session, session.get_one(LoanImport, number), by=By("bench", times.now()))


def _rest_is_done(database: Database) -> None:
    """Nothing goes on afterwards."""
    with database.units() as session:
        session.execute(sa.update(LoanImport).values(state=ImportState.DONE))


def _fault(database: Database) -> str:
    with database.reading() as session:
        loans = session.scalar(sa.select(sa.func.count(Loan.id)))
        notes = session.scalar(sa.select(sa.func.count(LoanNote.id)))
        owed = session.scalar(sa.select(sa.func.count(OutboxCall.id)).where(OutboxCall.key.startswith("loan note:")))
        state = session.scalar(sa.select(LoanImport.state).limit(1))
    right = (loans, notes, owed, state) == (LOANS, READERS, READERS, ImportState.DONE)
    return "" if right else f"{loans} loans, {notes} notes, {owed} owed, import {state}"


def _say(report: Report, read: float, put_in: list[float], planned: list[float]) -> None:
    rows = [["read, digested, sealed by its own program", f"{LOANS / read:,.0f}", "", ""]]
    rows += [
        [what, f"{count / sum(took):,.0f}", f"{percentile(sorted(took), 0.99) * 1000:.0f}", f"{max(took) * 1000:.0f}"]
        for what, count, took in (
            (f"put in, {imports.PART:,} a unit", LOANS, put_in), (f"messages planned, {telling.PART} cards a unit", READERS, planned),
        )
    ]  # fmt: skip
    report.table(
        f"{LOANS:,} loans and {READERS:,} messages, SQLite",
        ("what", "a second", "unit p99 ms", "longest unit ms"),
        rows,
    )
    report.floors(
        [
            Floor("loans read and put in, a minute", LOANS / (read + sum(put_in)) * MINUTE, LOANS, at_least=True),
            Floor("messages about loans planned, a minute", READERS / sum(planned) * MINUTE, READERS, at_least=True),
            Floor("loans, longest unit, ms", max(*put_in, *planned) * 1000, 200, at_least=False),
        ]
    )
