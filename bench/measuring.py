"""One contestant in one round, and all of them in turn: start it, load it, stop it, look at every reply."""

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.catalogue import Catalogue
from bench.load import Run, drive, pinned
from bench.readers import CONNECTIONS, Verdict, crowd, judge
from bench.report import Report, percentile
from bench.rivals import Contestant
from bench.serving import Server, free_port, serving
from bench.wechat import Channel

EXPECTED_RATE = 12_000  # pushes prepared per second of a run; nobody here is faster
HEADS = ("server", "req/s", "p50 ms", "p99 ms", "max ms", "ratio", "MB (PSS)", "load's CPU", "wrong")

TICKED_S = 25.0  # of warm-up: by then the server's own clock has begun with what may take its time


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


def share(table: Table, name: str, of: str) -> float:
    """The median of the rounds' own ratios: both sides of each were measured within the same minute."""
    pairs = zip(table[name], table[of], strict=True)
    return median(one.rate / other.rate if other.rate else 0.0 for one, other in pairs)


def rows(table: Table, of: str) -> list[list[str]]:
    """One a contestant; the ratio is to `of`."""
    return [_row(name, middle(table, name), share(table, name, of)) for name in table]


def _row(name: str, seen: Measured, ratio: float) -> list[str]:
    return [
        name,
        f"{seen.rate:,.0f}",
        f"{seen.p50:.1f}",
        f"{seen.p99:.1f}",
        f"{seen.longest:.0f}",
        f"{ratio:.2f}",
        f"{seen.megabytes:.0f}",
        f"{seen.load_share:.0%}",
        f"{len(seen.wrong)} of {seen.looked_at:,}",
    ]


def is_void(report: Report, table: Table) -> bool:
    """Say so where a reply was wrong: then the figure is none."""
    bad = {name: fault for name in table for fault in middle(table, name).wrong[:3]}
    for name, fault in bad.items():
        report.void(name, fault)
    return bool(bad)
