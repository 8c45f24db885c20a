"""Reminders: 100 000 that fall due in one minute, planned and owed in the clock's own parts."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.reminders import service as reminders
from bench import ours
from bench.catalogue import catalogue
from bench.measuring import Pace, measure
from bench.readers import CONNECTIONS, openid
from bench.report import Floor, Report, percentile
from bench.wechat import Channel
from models import times
from models.activity import Activity
from models.db import Database
from models.outbox import OutboxCall
from models.reminder import Reminder, ReminderAsked, ReminderState
from models.when import Precision

READERS, ACTIVITIES = 10_000, 10
PART = 200  # readers planned at once: a telling's part
REMINDERS = READERS * ACTIVITIES


def due_at_once(report: Report, pace: Pace) -> None:
    """SQLite: what the work itself costs and how long it holds the write lock; then what it costs the callback."""
    _alone(report)
    _beside_the_callback(report, pace)


def _planned_and_due(folder: str) -> tuple[Database, list[float]]:
    """A library whose reminders all fell due a minute ago, and the seconds of each unit that planned them."""
    database = Database(f"sqlite:///{folder}/shusheng.db")
    took = [_took(database, part) for part in _plans(_asked_for(database), times.now())]
    with database.units() as session:
        session.execute(sa.update(Reminder).values(due_at=times.now() - timedelta(minutes=1)))
    return database, took


def _beside_the_callback(report: Report, pace: Pace) -> None:
    """The server under full load while its own clock owes them, and once more when that is done."""
    channel, said = Channel(), catalogue(100)
    with TemporaryDirectory() as folder:
        home = ours.on_sqlite(Path(folder), channel, said, followers=READERS)
        database, _ = _planned_and_due(folder)
        meanwhile = measure(home, said, channel, pace)
        with database.reading() as session:
            left = session.scalar(sa.select(sa.func.count()).where(Reminder.state == ReminderState.DUE)) or 0
        database.close()
        afterwards = measure(home, said, channel, pace)
    rows = [
        [f"while {REMINDERS - left:,} are owed", f"{meanwhile.rate:,.0f}", f"{meanwhile.p99:.1f}", f"{meanwhile.rate / afterwards.rate:.2f}"],
        ["afterwards", f"{afterwards.rate:,.0f}", f"{afterwards.p99:.1f}", "1.00"],
    ]  # fmt: skip
    report.table(f"The callback beside {REMINDERS:,} reminders, SQLite, one process, {CONNECTIONS} connections",
                 ("what", "messages/s", "p99 ms", "ratio"), rows)  # fmt: skip


def _alone(report: Report) -> None:
    with TemporaryDirectory() as folder:
        ours.on_sqlite(Path(folder), Channel(), catalogue(100), followers=READERS)
        database, planned = _planned_and_due(folder)
        with get_context("spawn").Pool(1) as fresh:  # filling the tables must not hide what the work itself takes
            sent, grown = fresh.apply(_sent, (database.engine.url.render_as_string(hide_password=False),))
        fault = _fault(database)
        database.close()
    _say(report, planned, sent, grown)
    if fault:
        report.void("reminders", fault)


def _asked_for(database: Database) -> list[int]:
    """Activities in two days, of which every reader asked to be reminded (提醒我)."""
    now = times.now()
    day = times.today(now) + timedelta(days=2)
    values = {"precision": Precision.DAY, "starts_on": day, "ends_on": day, "last_on": day, "starts_at": None}
    with database.units() as session:
        numbers = list(session.scalars(sa.select(Activity.id).order_by(Activity.id).limit(ACTIVITIES)))
        session.execute(sa.update(Activity).where(Activity.id.in_(numbers)).values(**values, ends_at=None))
        rows = [
            {"activity_id": number, "openid": openid(reader), "is_wanted": True, "asked_at": now}
            for number in numbers
            for reader in range(READERS)
        ]
        session.execute(sa.insert(ReminderAsked), rows)
    return numbers


def _plans(numbers: list[int], now: datetime) -> Iterator[Callable[[Session], object]]:
    for number in numbers:
        for first in range(0, READERS, PART):
            yield partial(_planned, number, range(first, first + PART), now)


def _planned(number: int, readers: range, now: datetime, session: Session) -> None:
    reminders.plan(session, session.get_one(Activity, number), [openid(one) for one in readers], now=now)


def _took(database: Database, part: Callable[[Session], object]) -> float:
    """Seconds of a unit, its commit included."""
    began = time.perf_counter()
    with database.units() as session:
        part(session)
    return time.perf_counter() - began


def _sent(url: str) -> tuple[list[float], float]:
    """Seconds of every unit until nothing is due, and the growth of peak memory in MB in the second half."""
    database = Database(url)
    took: list[float] = []
    early, done = 0.0, 1
    while done:
        began = time.perf_counter()
        with database.units() as session:
            done = reminders.send_due(session, times.now())
        took.append(time.perf_counter() - began)
        if len(took) * reminders.PART == REMINDERS // 2:  # by then the database has filled its page cache (32 MB)
            early = peak()
    database.close()
    return took, peak() - early


def peak() -> float:
    """The most memory this process ever had, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def _fault(database: Database) -> str:
    """What the rows say against it; nothing where each reminder was owed once."""
    mine = sa.literal("reminder:") + sa.cast(Reminder.id, sa.String) == OutboxCall.key
    with database.reading() as session:
        owed = session.scalar(sa.select(sa.func.count()).select_from(Reminder).join(OutboxCall, mine))
        sent = session.scalar(sa.select(sa.func.count()).where(Reminder.state == ReminderState.SENT))
    return "" if owed == sent == REMINDERS else f"{sent} sent and {owed} owed of {REMINDERS}"


def _say(report: Report, planned: list[float], sent: list[float], grown: float) -> None:
    rows = [
        [
            what,
            f"{REMINDERS / sum(took):,.0f}",
            f"{percentile(sorted(took), 0.99) * 1000:.0f}",
            f"{max(took) * 1000:.0f}",
        ]
        for what, took in ((f"planned, {PART} readers a unit", planned), (f"owed, {reminders.PART} a unit", sent))
    ]
    heads = ("what", "reminders/s", "unit p99 ms", "longest unit ms")
    report.table(f"{REMINDERS:,} reminders due in one minute, SQLite, nothing beside them", heads, rows)
    report.floors(
        [
            Floor("reminders, longest unit, ms", max(*planned, *sent) * 1000, 200, at_least=False),
            Floor("reminders, growth of peak memory in the second half, MB", grown, 5, at_least=False),
        ]
    )
