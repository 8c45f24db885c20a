"""ffmpeg and ffprobe: run with bounds on time, memory and what they may open, and ended for sure.

Nothing of a reader's file is believed: its reader is named, no network and no other file can be opened by it, and a
program that hangs, grows or crashes takes nothing with it.
"""

import errno
import os
import re
import resource
import shutil
import signal
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from contests.files import NoSpace
from models.errors import LibraryBotError, Stopped, TryLater

MOST_MEMORY = 2 * 1024**3  # bytes of address space of one program
MOST_SAID = 64 * 1024  # of what it says; the sums stand at its end
INTERRUPTED = 255  # ffmpeg's exit code after SIGTERM: the machine is being stopped
HOW_TO_INSTALL = "Debian 上运行 apt-get install ffmpeg；装好以后会接着办"


class NotInstalled(Stopped):
    """The program is missing: what needs it waits, and staff see which and how to install it."""

    def __init__(self, program: str) -> None:
        super().__init__(f"这台机器上没有程序 {program}：{HOW_TO_INSTALL}", errcode=errno.ENOENT)


class CannotRead(LibraryBotError):
    """The program ended by itself and made nothing: the file is broken, or not what it says."""


_running: set[subprocess.Popen[bytes]] = set()
_lock = threading.Lock()


def convert(arguments: list[str], *, seconds: float) -> str:
    """Run ffmpeg, and what it said. Raises: as `run`."""
    return run("ffmpeg", ["-nostdin", "-hide_banner", "-nostats", "-y", "-filter_threads", "1", *arguments], seconds)


def taken_from(path: Path, reader: str) -> list[str]:
    """The arguments that name a file to read, and nothing but it."""
    return ["-threads", "1", "-protocol_whitelist", "file", "-f", reader, "-i", f"file:{path}"]


def run(program: str, arguments: list[str], seconds: float) -> str:
    """Run it in a process group of its own, politely, and killed with all of its own after so many seconds.

    Raises: NotInstalled, NoSpace, CannotRead, TryLater where it crashed, hung or was interrupted.
    """
    found = shutil.which(program)
    if found is None:
        raise NotInstalled(program)
    with TemporaryFile() as said:
        code = _ended([*_politely(), found, *arguments], said, seconds)
        size = said.seek(0, os.SEEK_END)
        said.seek(max(0, size - MOST_SAID))
        words = said.read().decode(errors="replace")
    if code == 0:
        return words
    if "No space left on device" in words:
        raise NoSpace
    if code < 0 or code >= INTERRUPTED:
        raise TryLater(f"{program} ended by {signal.Signals(-code).name if code < 0 else 'an interruption'}")
    raise CannotRead(_last_line(words))


def _politely() -> list[str]:
    nice = shutil.which("nice")
    return [nice, "-n", "10"] if nice else []


def _ended(command: list[str], said: IO[bytes], seconds: float) -> int:
    """Its exit code; below zero the signal that ended it. Raises: TryLater."""
    program = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True, close_fds=True
    )
    with _lock:
        _running.add(program)
    try:
        _bound(program.pid, seconds)
        return program.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise TryLater(f"it hung, and was ended after {seconds:.0f} s") from None
    finally:
        _kill(program)
        with _lock:
            _running.discard(program)


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
    """The worker stops: what is being made is made again by the next."""
    with _lock:
        for program in _running:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(program.pid, signal.SIGKILL)


def _last_line(words: str) -> str:
    lines = [line for line in re.split(r"[\r\n]+", words) if line.strip()]
    return lines[-1][:200] if lines else "nothing said"
