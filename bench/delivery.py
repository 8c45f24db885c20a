"""Delivery: 2 000 customer-service messages owed at once, to a platform that takes 50 ms for each."""

import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

from bench import ours
from bench.measuring import Pace
from bench.report import Floor, Report
from bench.serving import ROOT, Server, free_port, serving
from bench.wechat import Channel
from config import limits
from models import messages, times
from models.db import Database

MESSAGES, EACH = 2_000, 5  # five to a reader: what a window allows
LATENCY = 0.05
SLOTS, BURST = 40, 40  # app.py, the row of customer-service messages
SEND = "/cgi-bin/message/custom/send"
PATIENCE = 120.0
PAY_KEYS = {
    "PAY_MERCHANT": "1600000001", "PAY_NAME": "书声图书馆", "PAY_V2_KEY": "bench2" * 5 + "b2", "PAY_V3_KEY": "bench3" * 5 + "b3",
    "PAY_SERIAL": "BE" * 20, "PAY_PLATFORM_KEY_ID": "PUB_KEY_ID_BENCH",
}  # fmt: skip
_direct = build_opener(ProxyHandler({}))  # loopback: no proxy of the environment is asked


def delivery(report: Report, _pace: Pace) -> None:
    """From the first call to the last answer, against what latency, slots and rate allow."""
    with TemporaryDirectory() as folder, playing(Path(folder)) as simulator:
        readers = _readers_who_wrote(simulator)
        ask(simulator, "/sim/faults", {"path": SEND, "what": f"latency:{LATENCY}", "times": 0})
        owed_at = time.time()
        owed = _owe(Path(folder), readers)
        _until_quiet(simulator)
        rows = log_of(simulator, "deliveries")
    delivered = [row["content"]["content"] for row in rows]
    if sorted(delivered) != sorted(owed):
        missing, twice = len(set(owed) - set(delivered)), len(delivered) - len(set(delivered))
        report.void("delivery", f"{len(delivered)} delivered, {missing} missing, {twice} twice")
    _say(report, [row["at"] for row in rows], owed_at)


def _say(report: Report, at: list[float], owed_at: float) -> None:
    took = max(at) - min(at) + LATENCY
    allowed = max(MESSAGES * LATENCY / SLOTS, (MESSAGES - BURST) / limits.CUSTOMER_MESSAGES_PER_SECOND + LATENCY)
    report.table(
        f"Delivery of {MESSAGES:,} customer-service messages, {LATENCY * 1000:.0f} ms each, simulator on the same cores",
        ("what", "s"),
        [
            ["first call to last answer", f"{took:.2f}"],
            [f"least that {limits.CUSTOMER_MESSAGES_PER_SECOND}/s and {SLOTS} slots allow", f"{allowed:.2f}"],
            ["first call after the commit of another process", f"{min(at) - owed_at:.2f}"],
        ],
    )
    report.floors([Floor("delivery, share of what is allowed", allowed / took, 0.85, at_least=True)])


@contextmanager
def playing(home: Path, *, pays: bool = False) -> Iterator[str]:
    """Simulator and product side by side, with red packets if told; the simulator's address."""
    with both(home, pays=pays) as (simulator, _):
        yield simulator


@contextmanager
def both(home: Path, *, pays: bool = False) -> Iterator[tuple[str, Server]]:
    """The same, and the product itself."""
    port = free_port(beside=True)
    with _simulator(port, home, pays=pays), _product(port, home, pays=pays) as product:
        yield f"http://127.0.0.1:{port + 1}", product


def _simulator(port: int, home: Path, *, pays: bool) -> AbstractContextManager[Server]:
    channel = Channel()
    keys = ["--app-id", channel.app_id, "--app-secret", ours.SECRET, "--token", channel.token]
    keys += ["--aes-key", channel.aes_key, "--callback", f"http://127.0.0.1:{port}/wechat"]
    if pays:
        told = {
            "merchant": "MERCHANT",
            "pay-v2-key": "V2_KEY",
            "pay-v3-key": "V3_KEY",
            "pay-serial": "SERIAL",
            "pay-platform-key-id": "PLATFORM_KEY_ID",
        }
        keys += [word for name, key in told.items() for word in (f"--{name}", PAY_KEYS[f"PAY_{key}"])]
        keys += ["--pay-keys", str(home)]
    command = [sys.executable, "-m", "simulator", "--port", str(port + 1), *keys]
    return serving(command, port=port + 1, environment={}, folder=home, cores={0, 1}, cwd=ROOT)


def _product(port: int, home: Path, *, pays: bool) -> AbstractContextManager[Server]:
    simulator = f"http://127.0.0.1:{port + 1}"
    paying = {}
    if pays:
        files = {"PAY_PRIVATE_KEY": "merchant", "PAY_CERTIFICATE": "merchant", "PAY_PLATFORM_KEY": "platform"}
        paying = {name: str(home / f"{whose}-key.pem") for name, whose in files.items()}
        paying |= {**PAY_KEYS, "PAYOUT": "red_packet", "PAY_API_BASE": simulator}
    environment = ours.environment(Channel(), port, home, WECHAT_API_BASE=simulator, **paying)
    command = ours.command("serve")
    return serving(command, port=port, environment=environment, folder=home, cores={0, 1}, cwd=ROOT)


def _readers_who_wrote(simulator: str) -> list[str]:
    """Readers with an open window on both sides: each said something and was answered."""
    count = MESSAGES // EACH
    made = ask(simulator, "/sim/readers", {"name": "读者", "following": True, "count": count})
    with ThreadPoolExecutor(4) as pool:
        said = pool.map(lambda one: ask(simulator, f"/sim/readers/{one}/send", _WORDS), made["openids"])
        for tries in said:
            if not tries["tries"] or not tries["tries"][-1]["reply"]:
                raise RuntimeError(f"a reader was not answered: {tries}")
    return list(made["openids"])


_WORDS = {"type": "text", "content": "活动"}


def _owe(home: Path, readers: list[str]) -> list[str]:
    """All of them in one unit, as a librarian's act would; the texts."""
    database = Database(f"sqlite:///{home / 'shusheng.db'}")
    owed = [(reader, f"给您的第{number}条消息 {reader}") for reader in readers for number in range(EACH)]
    with database.units() as session:
        now = times.now()
        for number, (reader, text) in enumerate(owed):
            messages.owe_message(session, reader, text, key=f"bench:{number}", now=now)
    database.close()
    return [text for _, text in owed]


def _until_quiet(simulator: str) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and len(log_of(simulator, "deliveries")) < MESSAGES:
        time.sleep(0.5)


def log_of(simulator: str, name: str) -> list[dict[str, Any]]:
    """The simulator's log of that name."""
    rows: list[dict[str, Any]] = ask(simulator, f"/sim/{name}?after=0")
    return rows


def ask(simulator: str, path: str, wish: dict[str, Any] | None = None) -> Any:
    """GET, or POST with a wish, at the simulator."""
    body = json.dumps(wish).encode() if wish is not None else None
    asked = Request(simulator + path, data=body, headers={"Content-Type": "application/json"})
    with _direct.open(asked, timeout=60) as answer:
        return json.load(answer)
