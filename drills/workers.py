"""Workers as drills need them: forked from a parent that has everything loaded, so that one starts in milliseconds.

The parent opens no database: a connection shared over a fork would ruin both sides.
"""

import os
import secrets
import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from sqlalchemy.orm import Session

from app import work_table
from bot.client import Client
from config.settings import demo_keys
from models import outbox, times
from models.db import Database
from models.outbox import CallKind, Claimed
from models.work import Unknown, Work
from worker.hands import Hands

READ_SECONDS = 2.0
PATIENCE_S = 30.0
SAID_NO = 3  # exit code of a child whose life returned False; 1 is one that broke

_owe = outbox.owe


@dataclass(frozen=True)
class Site:
    """Where the drill takes place."""

    database_url: str
    simulator_url: str
    pay_keys: str = ""  # the folder where the simulator keeps the merchant's
    media: str = ""  # the folder of files

    @property
    def files(self) -> Path:
        """Where files lie."""
        return Path(self.media or Path(gettempdir()) / "shusheng-drill")


def work_for_ever(
    site: Site,
    *,
    shift: timedelta = timedelta(),
    without: str = "",
    read_seconds: float = READ_SECONDS,
    more: Mapping[CallKind, Work] | None = None,
    beside: Callable[[Database], None] | None = None,
    is_endless: bool = True,
) -> None:
    """A worker's life: hands on the outbox, with `more` kinds of work, and what it does beside them, until it is killed."""
    times.set_shift(shift)
    remove(without)
    database = Database(site.database_url)
    client = client_of(site, database, read_seconds=read_seconds)
    table = dict(work_table(client, media=site.files, site=""))
    if without == "again":
        table = {kind: replace(row, unknown=Unknown.NEVER) for kind, row in table.items()}
    Hands(database, {**table, **(more or {})}).start()
    if beside is not None:
        beside(database)
    while is_endless:
        signal.pause()


def client_of(site: Site, database: Database, *, read_seconds: float = READ_SECONDS) -> Client:
    """The demo's account at the pretend WeChat."""
    keys = demo_keys()
    return Client(
        app_id=keys["SHUSHENG_WECHAT_APP_ID"], secret=keys["SHUSHENG_WECHAT_APP_SECRET"],
        base=site.simulator_url, database=database, read_seconds=read_seconds,
    )  # fmt: skip


def remove(guard: str) -> None:
    """Take one guard away in this process, to show that a drill notices."""
    if guard == "lease":
        outbox.LEASE = timedelta(0)
    if guard == "token":
        outbox.held = _held_by_anybody
    if guard == "key":
        outbox.owe = _owed_under_another_key


def _held_by_anybody(session: Session, call: Claimed) -> bool:
    return True


def _owed_under_another_key(session: Session, kind: CallKind, *, key: str, **rest: Any) -> bool:
    return _owe(session, kind, key=f"{key}#{secrets.token_hex(4)}", **rest)


def forked(life: Callable[[], Any]) -> int:
    """The pid of a child that lives `life`, quietly, and no longer than the drill."""
    drill, pid = os.getpid(), os.fork()
    if pid:
        return pid
    code = 1
    try:
        threading.Thread(target=_end_with, args=(drill,), daemon=True).start()
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        code = 0 if life() is not False else SAID_NO
    finally:
        os._exit(code)


def _end_with(drill: int) -> None:
    """Whoever ends a drill ends its workers: one that is left would work for ever, beside whatever is measured next."""
    while os.getppid() == drill:
        time.sleep(1)
    os._exit(SAID_NO)


def ended(pid: int) -> int:
    """Wait for a child; its exit code."""
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def until(holds: Callable[[], bool], *, seconds: float = PATIENCE_S, pause: float = 0.02) -> bool:
    """Does it hold within so many seconds?"""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def killed(pid: int, *, after: float) -> None:
    """kill −9, `after` seconds from now."""
    time.sleep(after)
    os.kill(pid, signal.SIGKILL)
    ended(pid)


def folder(base: Path) -> str:
    """SQLite's address below `base`."""
    return f"sqlite:///{base / 'drill.db'}"
