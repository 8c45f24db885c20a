"""A worker frozen in the middle of a call: its row stays its own while the lease runs, and no longer.

Three real workers and a platform that is silent. The first is stopped while its call is being made. The second comes
at once, and must leave the row alone while it takes others. The third comes when the lease has run out and makes the
call again; while it waits for its answer the first wakes up, finds its own call timed out, and must not settle a row
that another one holds. Nothing here depends on how fast the machine is.
"""

import os
import signal
import time
from functools import partial
from typing import Any

import requests
import sqlalchemy as sa

from drills.delivery import AFTER_ALL_LEASES, Report, in_child
from drills.workers import PATIENCE_S, Site, forked, killed, until, work_for_ever
from models import db, outbox, schema, times
from models.db import Database
from models.outbox import CallKind, CallState, OutboxCall
from models.platform import Rate

CREATE = "/cgi-bin/menu/create"
SHORT_S, LONG_S = 5.0, 120.0  # how long a worker waits for an answer
WATCHED_S = 3.0


def stalled(site: Site, *, without: str = "") -> Report:
    """The three workers, with one guard taken away if told."""
    report = Report(seed=0, kills=1, in_flight=1)
    in_child(partial(_begin, site))
    requests.post(f"{site.simulator_url}/sim/faults", json={"path": CREATE, "what": "silent"}, timeout=10)
    pids = [forked(partial(work_for_ever, site, without=without, read_seconds=SHORT_S))]
    first, began = _holder(site), time.monotonic()
    try:
        _freeze(pids[0], site)
        pids.append(forked(partial(work_for_ever, site, without=without, read_seconds=LONG_S)))
        until(lambda: _row(site, CallKind.PROBE)[0] is not CallState.OWED, seconds=PATIENCE_S)
        if _row(site, CallKind.MENU) != (CallState.CALLING, first):
            report.faults.append("a row in a worker's hands was given to another")
        killed(pids.pop(), after=0)
        third_life = partial(work_for_ever, site, shift=AFTER_ALL_LEASES, without=without, read_seconds=LONG_S)
        pids.append(forked(third_life))
        if not until(lambda: _row(site, CallKind.MENU)[1] not in (first, None), seconds=PATIENCE_S):
            report.faults.append("the row of the frozen worker did not fall due again")
        third = _row(site, CallKind.MENU)
        os.kill(pids[0], signal.SIGCONT)
        # A fault is waited for; its absence only watched, but not before the first worker's call has timed out.
        watched = PATIENCE_S if without == "token" else max(0.0, began + SHORT_S - time.monotonic()) + WATCHED_S
        if until(lambda: _row(site, CallKind.MENU) != third, seconds=watched):
            report.faults.append("a worker whose lease had run out settled a row that another one held")
    finally:
        for pid in pids:
            killed(pid, after=0)
        requests.delete(f"{site.simulator_url}/sim/faults", timeout=10)
    return report


def _freeze(pid: int, site: Site) -> None:
    """Stop it, but not in the middle of a transaction: nobody else could write then. Something else is owed now."""
    for _ in range(60):
        os.kill(pid, signal.SIGSTOP)
        if in_child(partial(_owe_at_once, site, CallKind.PROBE)):
            return
        os.kill(pid, signal.SIGCONT)
        time.sleep(0.02)
    raise RuntimeError("the worker could not be frozen outside a transaction")


def _owe_at_once(site: Site, kind: CallKind) -> None:
    """In a child: fails unless the database can be written at once."""
    db.BUSY_SECONDS = 0
    _owe(site, kind)


def _begin(site: Site) -> None:
    database = Database(site.database_url)
    schema.migrate(database)  # once, here: beside a frozen writer it would wait for two minutes
    database.close()
    _owe(site, CallKind.MENU)


def _owe(site: Site, kind: CallKind) -> None:
    """One call of this kind, and no rate that could keep a worker from a row."""
    database = Database(site.database_url)
    payload: dict[str, Any] = {"menu": {"button": []}} if kind is CallKind.MENU else {"right": "users"}
    with database.units() as session:
        outbox.owe(session, kind, key=kind, payload=payload, now=times.now())
        session.execute(sa.update(Rate).values(next_us=0))
    database.close()


def _holder(site: Site) -> str:
    """The token of the worker that is making the menu's call, once one is."""
    until(lambda: _row(site, CallKind.MENU)[0] is CallState.CALLING, seconds=PATIENCE_S)
    return _row(site, CallKind.MENU)[1] or ""


def _row(site: Site, kind: CallKind) -> tuple[CallState, str | None]:
    database = Database(site.database_url)
    with database.reading() as session:
        state, token = session.execute(
            sa.select(OutboxCall.state, OutboxCall.token).where(OutboxCall.kind == kind)
        ).one()
    database.close()
    return state, token
