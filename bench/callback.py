"""The callback under load: ours beside the bare echoes, interleaved on one machine in one run."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import ours
from bench.catalogue import catalogue
from bench.load import drive, pinned
from bench.measuring import HEADS, Pace, interleaved, is_void, middle, rows, share
from bench.readers import CONNECTIONS, crowd
from bench.report import Floor, Report
from bench.rivals import CannotInstallError, Contestant, bare_echo, co_wechat_echo, wechatpy_echo, werobot_echo
from bench.serving import ROOT, free_port, serving
from bench.wechat import Channel


def sqlite_row(report: Report, pace: Pace, *, activities: int = 100, followers: int = 10_000) -> None:
    """One process on SQLite beside everybody's bare echo."""
    channel, said = Channel(), catalogue(activities)
    threads = ours.threads()
    echo = wechatpy_echo(channel, threads=threads)
    with TemporaryDirectory() as folder:
        home = ours.on_sqlite(Path(folder), channel, said, followers=followers)
        field = [echo, home, *_others(report, channel, threads)]
        table = interleaved(field, [said] * len(field), channel, pace)
    title = f"Safe-mode callback, one process, {CONNECTIONS} connections, SQLite"
    report.table(title, HEADS, rows(table, echo.name))
    if not is_void(report, table):
        seen = middle(table, home.name)
        report.floors(
            [
                Floor("SQLite, share of the bare echo", share(table, home.name, echo.name), 0.5, at_least=True),
                Floor("SQLite, p99 ms", seen.p99, 60, at_least=False),
            ]
        )


def _others(report: Report, channel: Channel, threads: int) -> list[Contestant]:
    """The field beside the reference; a baseline that cannot be installed is said, not hidden."""
    found = [wechatpy_echo(channel, threads=1)] if threads != 1 else []
    found.append(bare_echo(channel, threads=threads))
    for one in (werobot_echo, co_wechat_echo):
        try:
            found.append(one(channel))
        except CannotInstallError as why:
            report.say(f"\nnot measured, {one.__name__}: {why}")
    return found


def postgres_row(report: Report, pace: Pace) -> None:
    """Two processes on PostgreSQL, which shares the two cores; the reference stays one process of echo."""
    channel, said = Channel(), catalogue(100)
    threads = ours.threads()
    echo, pair = wechatpy_echo(channel, threads=threads), wechatpy_echo(channel, threads=threads, workers=2)
    try:
        database = ours.postgres_database()
    except ours.NoDatabaseError as why:
        report.void("PostgreSQL", str(why))
        return
    with database as url, TemporaryDirectory() as folder:
        home = ours.on_postgres(url, Path(folder), channel, said, followers=10_000)
        table = interleaved([echo, home, pair], [said] * 3, channel, pace)
    title = f"Safe-mode callback, two processes, {CONNECTIONS} connections, PostgreSQL on the same cores"
    report.table(title, HEADS, rows(table, echo.name))
    if not is_void(report, table):
        reached = share(table, home.name, echo.name)
        report.floors([Floor("PostgreSQL, share of the one-process echo", reached, 0.4, at_least=True)])


def growth_row(report: Report, pace: Pace, *, followers: int = 1_000_000, activities: int = 100_000) -> None:
    """The same words to a small and to a large library."""
    channel = Channel()
    small, large = catalogue(100), catalogue(activities)
    with TemporaryDirectory() as first, TemporaryDirectory() as second:
        homes = [
            ours.on_sqlite(Path(first), channel, small, followers=1_000),
            ours.on_sqlite(Path(second), channel, large, followers=followers),
        ]
        table = interleaved(homes, [small, large], channel, pace)
    report.table("Growth, one process, SQLite", HEADS, rows(table, homes[0].name))
    if not is_void(report, table):
        slower = share(table, homes[0].name, homes[1].name)
        report.floors([Floor("growth, time per message, large : small", slower, 1.3, at_least=False)])


def ceiling(report: Report) -> None:
    """What the load itself can drive: against a responder that sends fixed bytes."""
    channel, said = Channel(), catalogue(100)
    everybody = crowd(said, channel, readers=list(range(1000)), length=2500)
    port = free_port()
    command = [sys.executable, "-m", "bench.baselines.fixed", str(port)]
    with TemporaryDirectory() as folder, serving(
        command, port=port, environment={"PYTHONPATH": str(ROOT)}, folder=Path(folder), cores={0}
    ), pinned({1}):  # fmt: skip
        run = drive(port, everybody.requests, warm_up=0.2, seconds=3)
    rate = len(run.took) / (run.ended - run.began)
    report.say(f"\nThe load itself drives {rate:,.0f} requests/s against a responder of fixed bytes.")
