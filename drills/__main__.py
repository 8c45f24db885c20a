"""`python -m drills [which …]`: workers killed on SQLite and on PostgreSQL, and each guard taken away in turn.

docs/drills.md says what each of them does, and what was seen.
"""

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
from drills import broadcasting, delivery, files, making, paying, reminding, seats
from drills.books import Paid
from drills.stalled import stalled as frozen
from drills.workers import Site, folder

POSTGRES = os.environ.get("SHUSHENG_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")


def main() -> int:
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="shusheng-drill-") as pay_keys:
        simulator, url = start_simulator(pay_keys)
        try:
            held = [ok for name in arguments.which or DRILLS for ok in DRILLS[name](url, pay_keys, arguments)]
        finally:
            simulator.terminate()
            simulator.wait()
    return 0 if all(held) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m drills", description=__doc__)
    parser.add_argument("which", nargs="*", choices=[*DRILLS, []], help="all of them unless told")
    parser.add_argument("--kills", type=int, default=200, help="around deliveries and payments")
    parser.add_argument("--readers", type=int, default=3600, help="each is owed five messages")
    parser.add_argument("--winners", type=int, default=5000, help="who play for money, on each database")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    return parser.parse_args()


def _delivery(url: str, _pay_keys: str, arguments: argparse.Namespace) -> Iterator[bool]:
    for name, place in PLACES.items():
        yield _said(f"delivery, {name}", run(place, url, arguments))
    yield _noticed("key", small(url, "key", arguments.seed))


def _stalled(url: str, _pay_keys: str, _arguments: argparse.Namespace) -> Iterator[bool]:
    yield _said("stalled worker", stalled(url, ""))
    for guard in ("lease", "token"):
        yield _noticed(guard, stalled(url, guard))


def _reminders(url: str, _pay_keys: str, arguments: argparse.Namespace) -> Iterator[bool]:
    for name, place in PLACES.items():
        yield _said(f"reminders, {name}", reminded(place, url, arguments.seed))
    yield _noticed("the reminder's mark and key", reminded(sqlite_place, url, arguments.seed, without="once"))


def _seats(url: str, _pay_keys: str, arguments: argparse.Namespace) -> Iterator[bool]:
    for name, place in PLACES.items():
        yield _said(f"seats and news, {name}", seated(place, url, arguments.seed))
    yield _noticed("one unit for a cancelling", seated(sqlite_place, url, arguments.seed, without="unit"))


def _paying(url: str, pay_keys: str, arguments: argparse.Namespace) -> Iterator[bool]:
    for name, place in PLACES.items():
        report = paid(
            place, url, pay_keys, readers=arguments.winners, kills=arguments.kills, seed=arguments.seed,
            breaks=place is postgres_place,
        )  # fmt: skip
        yield _said(f"paying, {name}", report)
    unnumbered = paid(sqlite_place, url, pay_keys, readers=24, kills=4, seed=arguments.seed, without="number")
    yield _noticed("the same number for what is asked again", unnumbered)


def _files(url: str, _pay_keys: str, arguments: argparse.Namespace) -> Iterator[bool]:
    for name, place in PLACES.items():
        yield _said(f"files, {name}", filed(place, url, arguments.seed, readers=40, kills=50))
    cut = filed(sqlite_place, url, arguments.seed, readers=4, kills=4, without="again")
    yield _noticed("doing again what a kill interrupted", cut)


def _making(url: str, _pay_keys: str, arguments: argparse.Namespace) -> Iterator[bool]:
    for name, place in PLACES.items():
        yield _said(f"papers, {name}", papers(place, url, arguments.seed, contests=30, kills=50))
    cut = papers(sqlite_place, url, arguments.seed, contests=4, kills=4, without="again")
    yield _noticed("making again what a kill interrupted", cut)


def _broadcasts(url: str, _pay_keys: str, arguments: argparse.Namespace) -> Iterator[bool]:
    for name, place in PLACES.items():
        report = broadcast(place, url, arguments.seed, readers=600, kills=arguments.kills)
        yield _said(f"broadcasts, {name}", report)
    yield _noticed(
        "the clientmsgid", broadcast(sqlite_place, url, arguments.seed, readers=60, kills=6, without="key")
    )


def start_simulator(pay_keys: str) -> tuple[subprocess.Popen[str], str]:
    """The pretend WeChat in a process of its own, and its address; `pay_keys`: the folder for the merchant's."""
    keys = demo_keys()
    program = subprocess.Popen(
        [sys.executable, "-m", "simulator", "--port", "0", "--state", ":memory:", "--callback", "http://127.0.0.1:9/",
         "--app-id", keys["SHUSHENG_WECHAT_APP_ID"], "--app-secret", keys["SHUSHENG_WECHAT_APP_SECRET"],
         "--token", keys["SHUSHENG_WECHAT_TOKEN"], "--aes-key", keys["SHUSHENG_WECHAT_AES_KEY"],
         "--merchant", keys["SHUSHENG_PAY_MERCHANT"], "--pay-v2-key", keys["SHUSHENG_PAY_V2_KEY"],
         "--pay-v3-key", keys["SHUSHENG_PAY_V3_KEY"], "--pay-serial", keys["SHUSHENG_PAY_SERIAL"],
         "--pay-platform-key-id", keys["SHUSHENG_PAY_PLATFORM_KEY_ID"], "--pay-keys", pay_keys],
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


def paid(
    place: Callable[[], AbstractContextManager[str]], url: str, pay_keys: str, *, readers: int, kills: int, seed: int,
    without: str = "", breaks: bool = False,
) -> Paid:  # fmt: skip
    """From the last answer to the settled packet."""
    with place() as database_url:
        site = Site(database_url, url, pay_keys)
        return paying.run(site, readers=readers, kills=kills, seed=seed, without=without, breaks=breaks)


def filed(
    place: Callable[[], AbstractContextManager[str]], url: str, seed: int, *, readers: int, kills: int, without: str = ""
) -> delivery.Report:  # fmt: skip
    """Recordings from the phone to the one file, under kills."""
    with place() as database_url, tempfile.TemporaryDirectory(prefix="shusheng-drill-") as media:
        return files.run(
            Site(database_url, url, media=media), readers=readers, kills=kills, seed=seed, without=without
        )


def papers(
    place: Callable[[], AbstractContextManager[str]], url: str, seed: int, *, contests: int, kills: int, without: str = ""
) -> delivery.Report:  # fmt: skip
    """Certificates, issues and packs of contests, under kills."""
    with place() as database_url, tempfile.TemporaryDirectory(prefix="shusheng-drill-") as data:
        site = Site(database_url, url, media=str(Path(data) / "media"))
        return making.run(site, contests=contests, kills=kills, seed=seed, without=without)


def broadcast(
    place: Callable[[], AbstractContextManager[str]], url: str, seed: int, *, readers: int, kills: int, without: str = ""
) -> delivery.Report:  # fmt: skip
    """Notices to many under kills, from the plan to the last phone."""
    with place() as database_url, tempfile.TemporaryDirectory(prefix="shusheng-drill-") as media:
        site = Site(database_url, url, media=media)
        return broadcasting.run(site, readers=readers, kills=kills, seed=seed, without=without)


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


PLACES = {"SQLite": sqlite_place, "PostgreSQL": postgres_place}
DRILLS: dict[str, Callable[[str, str, argparse.Namespace], Iterator[bool]]] = {
    "delivery": _delivery, "stalled": _stalled, "reminders": _reminders, "seats": _seats, "paying": _paying,
    "files": _files, "making": _making, "broadcasts": _broadcasts,
}  # fmt: skip


if __name__ == "__main__":
    with contextlib.suppress(requests.ConnectionError):
        sys.exit(main())
