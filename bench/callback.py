"""The callback under load: ours beside the bare echoes, interleaved on one machine in one run."""

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench import ours
from bench.catalogue import Catalogue, catalogue
from bench.load import Run, drive, pinned
from bench.readers import CONNECTIONS, Verdict, crowd, judge
from bench.report import Floor, Report, percentile
from bench.rivals import (
    CannotInstallError,
    Contestant,
    bare_echo,
    co_wechat_echo,
    wechatpy_echo,
    werobot_echo,
)
from bench.serving import ROOT, Server, free_port, serving
from bench.wechat import Channel

EXPECTED_RATE = 12_000  # pushes prepared per second of a run; nobody here is faster
HEADS = ("server", "req/s", "p50 ms", "p99 ms", "max ms", "ratio", "MB (PSS)", "load's CPU", "wrong")


@dataclass(frozen=True)
class Pace:
    """How long and how often."""

    warm_up: float = 1.5
    seconds: float = 6.0
    rounds: int = 3


@dataclass(frozen=True)
class Measured:
    """One contestant in one round."""

    rate: float
    p50: float
    p99: float
    longest: float
    megabytes: float
    load_share: float
    looked_at: int
    wrong: list[str]


Table = dict[str, list[Measured]]


def measure(contestant: Contestant, said: Catalogue, channel: Channel, pace: Pace) -> Measured:
    """Start it, load it, stop it, look at every reply."""
    length = int(EXPECTED_RATE * (pace.warm_up + pace.seconds) / CONNECTIONS)
    everybody = crowd(said, channel, readers=contestant.readers, length=length)
    alone = contestant.processes == 1
    with (
        TemporaryDirectory() as folder,
        server_of(contestant, Path(folder)) as server,
        pinned({1} if alone else {0, 1}),
    ):
        run = drive(server.port, everybody.requests, warm_up=pace.warm_up, seconds=pace.seconds)
        megabytes = server.memory().pss
    verdict = judge(everybody, run, channel, contestant.rule)
    return _measured(run, verdict, megabytes, wanted=pace.seconds)


def server_of(contestant: Contestant, folder: Path) -> AbstractContextManager[Server]:
    """The contestant, started: on the first core alone, or on both."""
    port = free_port()
    cores = {0} if contestant.processes == 1 else {0, 1}
    environment = contestant.environment(port)
    return serving(
        contestant.command(port),
        port=port,
        environment=environment,
        folder=folder,
        cores=cores,
        cwd=contestant.folder,
    )


def _measured(run: Run, verdict: Verdict, megabytes: float, *, wanted: float) -> Measured:
    took, lasted = run.took, run.ended - run.began
    wrong = list(verdict.wrong)
    if run.cut:
        wrong.append(f"{run.cut} connections were cut")
    if lasted < wanted / 2:
        wrong.append(f"only {lasted:.1f} s measured: more requests must be prepared")
    return Measured(
        rate=len(took) / lasted if lasted > 0 else 0.0,
        p50=percentile(took, 0.50) * 1000,
        p99=percentile(took, 0.99) * 1000,
        longest=took[-1] * 1000 if took else 0.0,
        megabytes=megabytes,
        load_share=run.cpu_share,
        looked_at=verdict.looked_at,
        wrong=wrong,
    )


def interleaved(contestants: Sequence[Contestant], said: Sequence[Catalogue], channel: Channel, pace: Pace) -> Table:
    """A B C A B C …: what the machine does to one it does to all."""
    table: Table = {contestant.name: [] for contestant in contestants}
    for turn in range(pace.rounds):
        for contestant, activities in zip(contestants, said, strict=True):
            seen = measure(contestant, activities, channel, pace)
            table[contestant.name].append(seen)
            state = f"{seen.rate:,.0f}/s, p99 {seen.p99:.1f} ms" if not seen.wrong else f"VOID: {seen.wrong[0][:300]}"
            print(f"  round {turn + 1}: {contestant.name}: {state}", file=sys.stderr, flush=True)
    return table


def middle(table: Table, name: str) -> Measured:
    """The median of each figure over the rounds; everything that was wrong in any."""
    seen = table[name]

    def usual(figure: Callable[[Measured], float]) -> float:
        return median(map(figure, seen))

    return Measured(
        rate=usual(lambda one: one.rate),
        p50=usual(lambda one: one.p50),
        p99=usual(lambda one: one.p99),
        longest=max(one.longest for one in seen),
        megabytes=usual(lambda one: one.megabytes),
        load_share=usual(lambda one: one.load_share),
        looked_at=sum(one.looked_at for one in seen),
        wrong=[fault for one in seen for fault in one.wrong],
    )


def _rows(table: Table, reference: float) -> list[list[str]]:
    return [_row(name, middle(table, name), reference) for name in table]


def _row(name: str, seen: Measured, reference: float) -> list[str]:
    return [
        name,
        f"{seen.rate:,.0f}",
        f"{seen.p50:.1f}",
        f"{seen.p99:.1f}",
        f"{seen.longest:.0f}",
        f"{seen.rate / reference:.2f}" if reference else "–",
        f"{seen.megabytes:.0f}",
        f"{seen.load_share:.0%}",
        f"{len(seen.wrong)} of {seen.looked_at:,}",
    ]


def _void(report: Report, table: Table) -> bool:
    """Say so where a reply was wrong: then the figure is none."""
    bad = {name: fault for name in table for fault in middle(table, name).wrong[:3]}
    for name, fault in bad.items():
        report.void(name, fault)
    return bool(bad)


def sqlite_row(report: Report, pace: Pace, *, activities: int = 100, followers: int = 10_000) -> None:
    """One process on SQLite beside everybody's bare echo."""
    channel, said = Channel(), catalogue(activities)
    threads = ours.threads()
    echo = wechatpy_echo(channel, threads=threads)
    with TemporaryDirectory() as folder:
        home = ours.on_sqlite(Path(folder), channel, said, followers=followers)
        field = [echo, home, *_others(report, channel, threads)]
        table = interleaved(field, [said] * len(field), channel, pace)
    reference = middle(table, echo.name).rate
    report.table(
        f"Safe-mode callback, one process, {CONNECTIONS} connections, SQLite", HEADS, _rows(table, reference)
    )
    if not _void(report, table):
        seen = middle(table, home.name)
        report.floors(
            [
                Floor("SQLite, share of the bare echo", seen.rate / reference, 0.5, at_least=True),
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
    reference = middle(table, echo.name).rate
    title = f"Safe-mode callback, two processes, {CONNECTIONS} connections, PostgreSQL on the same cores"
    report.table(title, HEADS, _rows(table, reference))
    if not _void(report, table):
        share = middle(table, home.name).rate / reference
        report.floors([Floor("PostgreSQL, share of the one-process echo", share, 0.4, at_least=True)])


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
    rates = [middle(table, home.name).rate for home in homes]
    report.table("Growth, one process, SQLite", HEADS, _rows(table, rates[0]))
    if not _void(report, table):
        report.floors([Floor("growth, time per message, large : small", rates[0] / rates[1], 1.3, at_least=False)])


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
