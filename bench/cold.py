"""Cold start to the first good answer of a signed callback, and what the server weighs after 2 000 messages."""

import socket
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench import ours
from bench.catalogue import Catalogue, catalogue
from bench.load import drive
from bench.measuring import Pace, server_of
from bench.readers import crowd, judge, openid
from bench.report import Floor, Report
from bench.rivals import Contestant
from bench.serving import Memory
from bench.wechat import Channel, WrongReplyError, opened, request, text_push

STARTS = 3
MESSAGES = 2_000
PATIENCE = 30.0


def cold(report: Report, _pace: Pace) -> None:
    """The interpreter's files are in the system's cache, the database holds a library: a restart, not an install."""
    channel, said = Channel(), catalogue(100)
    with TemporaryDirectory() as folder:
        home = ours.on_sqlite(Path(folder), channel, said, followers=10_000)
        starts = sorted(_start(home, channel) for _ in range(STARTS))
        memory, wrong = _weigh(home, said, channel)
    report.table(
        "Cold start and memory, SQLite, one process",
        ("what", "median", "all"),
        [
            ["start to first good answer, s", f"{median(starts):.2f}", ", ".join(f"{took:.2f}" for took in starts)],
            [f"memory after {MESSAGES:,} messages, of the one that answers, MB RSS", f"{memory.largest:.0f}", ""],
            ["of it and the one that watches it, MB PSS", f"{memory.pss:.0f}", f"RSS {memory.rss:.0f}"],
        ],
    )
    for fault in wrong[:3]:
        report.void("memory", fault)
    report.floors(
        [
            Floor("cold start, s", median(starts), 3.0, at_least=False),
            Floor("memory of one process, MB", memory.largest, 160, at_least=False),
        ]
    )


def _start(home: Contestant, channel: Channel) -> float:
    began = time.perf_counter()
    with TemporaryDirectory() as folder, server_of(home, Path(folder)) as server:
        _first_answer(server.port, channel, began + PATIENCE)
        return time.perf_counter() - began


def _first_answer(port: int, channel: Channel, until: float) -> None:
    """Asks until it is answered. Raises: WrongReplyError when the answer is not 活动's list; TimeoutError."""
    while time.perf_counter() < until:
        answer = _ask(port, channel)
        if answer:
            content = opened(channel, answer).content
            if "1. " not in content:
                raise WrongReplyError(content[:200])
            return
        time.sleep(0.01)
    raise TimeoutError(f"no answer within {PATIENCE:.0f} s")


def _ask(port: int, channel: Channel) -> bytes:
    """The raw answer; nothing while the server is not there yet."""
    created = int(time.time())
    push = text_push(openid(1), "活动", time.time_ns(), created)
    asked = request(channel, push, path="/wechat", openid=openid(1), created=created)
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as link:
            link.sendall(asked.replace(b"Accept:", b"Connection: close\r\nAccept:", 1))
            return b"".join(iter(lambda: link.recv(65536), b""))
    except OSError:
        return b""


def _weigh(home: Contestant, said: Catalogue, channel: Channel) -> tuple[Memory, list[str]]:
    everybody = crowd(said, channel, readers=home.readers, length=MESSAGES // 64 + 1)
    with TemporaryDirectory() as folder, server_of(home, Path(folder)) as server:
        run = drive(server.port, everybody.requests, warm_up=0.0, seconds=60.0, to_the_end=True)
        memory = server.memory()
    return memory, judge(everybody, run, channel, home.rule).wrong
