"""`python -m drills`: workers killed on SQLite and on PostgreSQL, around deliveries (200 times), reminders (50),
seats and news (50), the stalled worker, and each guard taken away in turn."""

import argparse
import contextlib
import os
import random
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import requests
import sqlalchemy as sa

from config.settings import demo_keys
from drills import delivery, reminding, seats
from drills.stalled import stalled as frozen
from drills.workers import Site, folder

POSTGRES = os.environ.get("SHUSHENG_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")


def main() -> int:
    arguments = _arguments()
    simulator, url = start_simulator()
    try:
        held = [
            _said(f"delivery, {name}", run(place, url, arguments))
            for name, place in (("SQLite", sqlite_place), ("PostgreSQL", postgres_place))
        ]
        held.append(_said("stalled worker", stalled(url, "")))
        held.append(_said("reminders, SQLite", reminded(sqlite_place, url, arguments.seed)))
        held.append(_said("reminders, PostgreSQL", reminded(postgres_place, url, arguments.seed)))
        held.append(_said("seats and news, SQLite", seated(sqlite_place, url, arguments.seed)))
        held.append(_said("seats and news, PostgreSQL", seated(postgres_place, url, arguments.seed)))
        halves = seated(sqlite_place, url, arguments.seed, without="unit")
        held.append(_noticed("one unit for a cancelling", halves))
        unguarded = reminded(sqlite_place, url, arguments.seed, without="once")
        held.append(_noticed("the reminder's mark and key", unguarded))
        for guard in ("lease", "token", "key"):
            report = small(url, guard, arguments.seed) if guard == "key" else stalled(url, guard)
            held.append(_noticed(guard, report))
    finally:
        simulator.terminate()
        simulator.wait()
    return 0 if all(held) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m drills", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--readers", type=int, default=3600, help="each is owed five messages")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    return parser.parse_args()


def start_simulator() -> tuple[subprocess.Popen[str], str]:
    """The pretend WeChat in a process of its own, and its address."""
    keys = demo_keys()
    program = subprocess.Popen(
        [sys.executable, "-m", "simulator", "--port", "0", "--state", ":memory:", "--callback", "http://127.0.0.1:9/",
         "--app-id", keys["SHUSHENG_WECHAT_APP_ID"], "--app-secret", keys["SHUSHENG_WECHAT_APP_SECRET"],
         "--token", keys["SHUSHENG_WECHAT_TOKEN"], "--aes-key", keys["SHUSHENG_WECHAT_AES_KEY"]],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert program.stdout is not None
    return program, program.stdout.readline().split()[-1]


def run(place: Callable[[], AbstractContextManager[str]], url: str, arguments: argparse.Namespace) -> delivery.Report:
    with place() as database_url:
        site = Site(database_url, url)
        return delivery.run(site, readers=arguments.readers, kills=arguments.kills, seed=arguments.seed)


def small(url: str, without: str, seed: int) -> delivery.Report:
    """A short drill with one guard taken away."""
    with sqlite_place() as database_url:
        return delivery.run(Site(database_url, url), readers=120, kills=4, seed=seed, without=without)


def reminded(
    place: Callable[[], AbstractContextManager[str]], url: str, seed: int, *, without: str = ""
) -> delivery.Report:
    """The reminder run under kills; a short one with what makes each once taken away."""
    count, kills = (24, 4) if without else (600, 50)
    with place() as database_url:
        return reminding.run(Site(database_url, url), count=count, kills=kills, seed=seed, without=without)


def seated(
    place: Callable[[], AbstractContextManager[str]], url: str, seed: int, *, without: str = ""
) -> delivery.Report:
    """Seats, the line and a change told to many under kills; fewer where a cancelling is cut in two."""
    with place() as database_url:
        return seats.run(Site(database_url, url), kills=20 if without else 50, seed=seed, without=without)


def stalled(url: str, without: str) -> delivery.Report:
    """A frozen worker, with one guard taken away if told."""
    with sqlite_place() as database_url:
        return frozen(Site(database_url, url), without=without)


@contextlib.contextmanager
def sqlite_place() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="shusheng-drill-") as base:
        yield folder(Path(base))


@contextlib.contextmanager
def postgres_place() -> Iterator[str]:
    name = f"shusheng_drill_{uuid.uuid4().hex[:8]}"
    server = sa.create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    server.dispose()
    try:
        yield sa.make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()


def _said(name: str, report: delivery.Report) -> bool:
    print(f"{name}: {report}", flush=True)
    return report.holds


def _noticed(guard: str, report: delivery.Report) -> bool:
    print(f"without {guard}: {'noticed: ' + report.faults[0] if report.faults else 'NOT NOTICED'}", flush=True)
    return bool(report.faults)


if __name__ == "__main__":
    with contextlib.suppress(requests.ConnectionError):
        sys.exit(main())
