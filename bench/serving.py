"""Servers under measurement: started in a session of their own, waited for, weighed, stopped."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60


class WouldNotStartError(Exception):
    """The server ended, or did not listen in time; the text is what it said."""


@dataclass(frozen=True)
class Memory:
    """Of all processes of one server, in MB."""

    pss: float
    rss: float
    largest: float  # resident set of the largest of them


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int
    child: subprocess.Popen[bytes]

    def memory(self) -> Memory:
        """Proportional and resident set of every process of the server's session."""
        weights = [_weight(pid) for pid in _session(self.child.pid)]
        return Memory(
            pss=sum(pss for pss, _ in weights) / 1024,
            rss=sum(rss for _, rss in weights) / 1024,
            largest=max((rss for _, rss in weights), default=0) / 1024,
        )


def free_port(*, beside: bool = False) -> int:
    """A port nobody listens on; with `beside`, the next one is free too."""
    while True:
        with socket.socket() as probe, socket.socket() as neighbour:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
            if not beside:
                return port
            try:
                neighbour.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


@contextmanager
def serving(
    command: Sequence[str],
    *,
    port: int,
    environment: Mapping[str, str],
    folder: Path,
    cores: set[int],
    cwd: Path | None = None,
) -> Iterator[Server]:
    """The server of `command` while the block runs; its log goes to `folder`. Raises: WouldNotStartError."""
    log = folder / f"server-{port}.log"
    with log.open("wb") as out:
        child = subprocess.Popen(
            list(command),
            cwd=cwd or folder,
            env={**os.environ, **environment},
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        os.sched_setaffinity(child.pid, cores & os.sched_getaffinity(0) or os.sched_getaffinity(0))
        _until_listening(port, child, log)
        yield Server(port, child)
    finally:
        _stop(child)


def _until_listening(port: int, child: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and child.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.005)
        else:
            return
    raise WouldNotStartError(log.read_text(errors="replace")[-3000:] or "no word from the server")


def _stop(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.terminate()
        with suppress(subprocess.TimeoutExpired):
            child.wait(10)
    for pid in _session(child.pid):  # what it left behind
        os.kill(pid, signal.SIGKILL)
    child.wait()


def _session(leader: int) -> list[int]:
    """Every living process of the session that `leader` began."""
    members = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, *rest = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(rest[2]) == leader and state != "Z":
                members.append(int(entry.name))
    return members


def _weight(pid: int) -> tuple[int, int]:
    """(PSS, RSS) in kB; nothing for a process that has just gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0, 0
    found = {line.split(":")[0]: int(line.split()[1]) for line in lines if line.startswith(("Pss:", "Rss:"))}
    return found.get("Pss", 0), found.get("Rss", 0)
