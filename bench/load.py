"""The load: a closed loop of raw keep-alive sockets in one thread, as little Python a request as can be.

Requests are prepared before, answers are kept raw and looked at afterwards. Each connection works through a
script of its own, in order, so what a script says later ("the second of that list") finds its earlier half
answered.
"""

import gc
import os
import re
import select
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

_LENGTH = re.compile(rb"\r\n[Cc]ontent-[Ll]ength: *(\d+)\r\n")
PATIENCE = 10.0  # seconds without any answer: the server hangs


@dataclass
class Line:
    """One connection: its script, and what came of it."""

    script: Sequence[bytes]
    answers: list[bytes] = field(default_factory=list)
    sent_at: list[float] = field(default_factory=list)
    answered_at: list[float] = field(default_factory=list)
    cut: int = 0


@dataclass(frozen=True)
class Run:
    """What was seen: the lines, and the window of time that counts."""

    lines: list[Line]
    began: float
    ended: float
    cpu_share: float  # of one core, used by the load itself: near 1.0 the figure is the load's, not the server's

    @property
    def took(self) -> list[float]:
        """Seconds per answer that arrived inside the window, sorted."""
        return sorted(
            answered - sent
            for line in self.lines
            for sent, answered in zip(line.sent_at, line.answered_at, strict=False)
            if self.began <= answered <= self.ended
        )

    @property
    def cut(self) -> int:
        """Connections the server closed under a request."""
        return sum(line.cut for line in self.lines)


def drive(
    port: int, scripts: Sequence[Sequence[bytes]], *, warm_up: float, seconds: float, to_the_end: bool = False
) -> Run:
    """Let one connection per script run for warm_up + seconds; then wait for what is still in flight.

    A script that runs out ends the window early, unless every script is to be read `to_the_end`. Raises: TimeoutError when the server falls silent.
    """
    lines = [Line(script) for script in scripts]
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        return _Loop(port, lines, to_the_end).run(warm_up, seconds)
    finally:
        gc.enable()
        gc.unfreeze()


class _Loop:
    def __init__(self, port: int, lines: list[Line], to_the_end: bool) -> None:
        self.port = port
        self.to_the_end = to_the_end
        self.lines = lines
        self.poll = select.epoll()
        self.open: dict[int, tuple[socket.socket, Line]] = {}
        self.half: dict[int, bytes] = {}

    def run(self, warm_up: float, seconds: float) -> Run:
        start = time.perf_counter()
        began, self.deadline = start + warm_up, start + warm_up + seconds
        for line in self.lines:
            self._connect(line)
        cpu, clock = time.process_time(), time.perf_counter()
        ended = self._until_quiet()
        cpu_share = (time.process_time() - cpu) / (time.perf_counter() - clock)
        self.poll.close()
        return Run(self.lines, began, ended, cpu_share)

    def _connect(self, line: Line) -> None:
        link = socket.create_connection(("127.0.0.1", self.port))
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.open[link.fileno()] = (link, line)
        self.poll.register(link.fileno(), select.EPOLLIN)
        self._send_next(link, line)

    def _send_next(self, link: socket.socket, line: Line) -> None:
        line.sent_at.append(time.perf_counter())
        link.sendall(line.script[len(line.answers)])

    def _until_quiet(self) -> float:
        while self.open:
            ready = self.poll.poll(PATIENCE)
            if not ready:
                raise TimeoutError(f"{len(self.open)} connections got no answer for {PATIENCE:.0f} s")
            for number, _ in ready:
                self._read(number)
        return self.deadline

    def _read(self, number: int) -> None:
        link, line = self.open[number]
        try:
            chunk = link.recv(65536)
        except ConnectionError:
            chunk = b""
        if not chunk:
            self._close(number)
            line.cut += 1
            return
        if number in self.half:
            chunk = self.half.pop(number) + chunk
        if not _whole(chunk):
            self.half[number] = chunk
            return
        now = time.perf_counter()
        line.answered_at.append(now)
        line.answers.append(chunk)
        if now >= self.deadline:
            self._close(number)
        elif len(line.answers) == len(line.script):
            self.deadline = self.deadline if self.to_the_end else now
            self._close(number)
        else:
            line.sent_at.append(now)
            link.send(line.script[len(line.answers)])

    def _close(self, number: int) -> None:
        link, _ = self.open.pop(number)
        self.poll.unregister(number)
        link.close()


def _whole(answer: bytes) -> bool:
    head = answer.find(b"\r\n\r\n")
    if head < 0:
        return False
    length = _LENGTH.search(answer, 0, head + 2)
    if length is None:
        raise ValueError(f"an answer without Content-Length: {answer[:200]!r}")
    return len(answer) >= head + 4 + int(length[1])


@contextmanager
def pinned(cores: set[int]) -> Iterator[None]:
    """Keep this process to these cores for a while, where the machine has them."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores & allowed or allowed)
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)
