"""ffmpeg and ffprobe: run with bounds on time, memory and what they may open, and ended for sure.

Nothing of a reader's file is believed: its reader is named, no network and no other file can be opened by it, and a
program that hangs, grows or crashes takes nothing with it.
"""

import errno
import os
import re
import resource
import selectors
import shutil
import signal
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from time import monotonic

from contests.files import NoSpace
from models.errors import LibraryBotError, Stopped, TryLater

MOST_MEMORY = 2 * 1024**3  # bytes of address space of one program
KEPT_SAID = 32 * 1024  # of what it says, at its beginning and at its end, where the sums stand
MOST_SAID = 1024 * 1024  # a good file gives a few lines, a broken one a complaint for each of its frames
INTERRUPTED = (255, -signal.SIGTERM)  # how ffmpeg and others end after SIGTERM: the machine is being stopped
HOW_TO_INSTALL = "Debian 上运行 apt-get install ffmpeg；装好以后会接着办"


class NotInstalled(Stopped):
    """The program is missing: what needs it waits, and staff see which and how to install it."""

    def __init__(self, program: str) -> None:
        super().__init__(f"这台机器上没有程序 {program}：{HOW_TO_INSTALL}", errcode=errno.ENOENT)


class Crashed(TryLater):
    """It was ended by a signal or by its bound of time: the file may be to blame, or the machine."""


class CannotRead(LibraryBotError):
    """The program ended by itself and made nothing: the file is broken, or not what it says. `said`: what it said of it."""

    def __init__(self, said: str) -> None:
        super().__init__(_last_line(said))
        self.said = said


_running: set[subprocess.Popen[bytes]] = set()
_lock = threading.Lock()


def convert(arguments: list[str], *, seconds: float) -> str:
    """Run ffmpeg, and what it said. Raises: as `run`."""
    return run("ffmpeg", ["-nostdin", "-hide_banner", "-nostats", "-y", "-filter_threads", "1", *arguments], seconds)


def taken_from(path: Path, reader: str, *, most_seconds: int) -> list[str]:
    """The arguments that name a file to read, and nothing but it, no further than so far: hours of frames that give no sound
    would be read to their end."""
    return [
        "-t",
        str(most_seconds),
        "-threads",
        "1",
        "-protocol_whitelist",
        "file",
        "-f",
        reader,
        "-i",
        f"file:{path}",
    ]


def run(program: str, arguments: list[str], seconds: float) -> str:
    """Run it in a process group of its own, politely, and killed with all of its own after so many seconds.

    Raises: NotInstalled, NoSpace, CannotRead, Crashed; TryLater where the machine is being stopped.
    """
    found = shutil.which(program)
    if found is None:
        raise NotInstalled(program)
    code, words = _ended([*_politely(), found, *arguments], seconds)
    if code == 0:
        return words
    if "No space left on device" in words:
        raise NoSpace
    if code in INTERRUPTED:
        raise TryLater(f"{program} was interrupted")
    if code < 0:
        raise Crashed(f"{program} ended by {signal.Signals(-code).name}")
    raise CannotRead(words)


def _politely() -> list[str]:
    nice = shutil.which("nice")
    return [nice, "-n", "10"] if nice else []


def _ended(command: list[str], seconds: float) -> tuple[int, str]:
    """Its exit code, below zero the signal that ended it, and what it said. Raises: Crashed, CannotRead."""
    program = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )
    with _lock:
        _running.add(program)
    try:
        _bound(program.pid, seconds)
        until = monotonic() + seconds
        words = _heard_out(program, until)
        return program.wait(timeout=max(until - monotonic(), 0.1)), words
    except subprocess.TimeoutExpired:
        raise Crashed(f"it hung, and was ended after {seconds:.0f} s") from None
    finally:
        _kill(program)
        if program.stdout is not None:
            program.stdout.close()
        with _lock:
            _running.discard(program)


def _heard_out(program: subprocess.Popen[bytes], until: float) -> str:
    """The beginning and the end of what it says. Raises: TimeoutExpired; CannotRead for a file that it complains of without end."""
    head, tail, size = b"", b"", 0
    with selectors.DefaultSelector() as waiting:
        waiting.register(program.stdout, selectors.EVENT_READ)  # type: ignore[arg-type]
        while waiting.select(max(until - monotonic(), 0)):
            said = os.read(program.stdout.fileno(), 65_536)  # type: ignore[union-attr]
            if not said:
                return (head + tail).decode(errors="replace")
            size += len(said)
            if size > MOST_SAID:
                raise CannotRead((head + tail).decode(errors="replace"))
            room = max(KEPT_SAID - len(head), 0)
            head, tail = head + said[:room], (tail + said[room:])[-KEPT_SAID:]
    raise subprocess.TimeoutExpired(program.args, 0)


def _bound(pid: int, seconds: float) -> None:
    """Also for who outlives us: a worker that is killed leaves its program, which ends by its own bound of work."""
    if not hasattr(resource, "prlimit"):  # Linux alone has it
        return
    most = int(seconds) + 1
    with suppress(ProcessLookupError, PermissionError):
        resource.prlimit(pid, resource.RLIMIT_CPU, (most, most))
        resource.prlimit(pid, resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def _kill(program: subprocess.Popen[bytes]) -> None:
    """It and all that it started, unless it has ended."""
    if program.poll() is not None:
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(program.pid, signal.SIGKILL)
    program.wait()


def end_all() -> None:
    """The worker stops: what is being made is made again by the next. Gently, which is no crash."""
    with _lock:
        for program in _running:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(program.pid, signal.SIGTERM)


def _last_line(words: str) -> str:
    lines = [line for line in re.split(r"[\r\n]+", words) if line.strip()]
    return lines[-1][:200] if lines else "nothing said"
