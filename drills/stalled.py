"""A worker frozen in the middle of a call: its row stays its own while the lease runs, and no longer.

Three real workers. The first is stopped while its call is being made, and is answered "refused" meanwhile. The
second comes at once and must leave the row alone. The third comes when the lease has run out and makes the call
again; while it does, the first wakes up and settles what it was told. Only the third's word may stand: done.
"""

import os
import signal
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import requests
import sqlalchemy as sa

from drills.delivery import AFTER_ALL_LEASES, Report, calling, in_child
from drills.workers import Site, forked, killed, work_for_ever
from models import outbox, schema, times
from models.db import Database
from models.outbox import CallKind, CallState, OutboxCall
from models.platform import Rate

CREATE = "/cgi-bin/menu/create"
CALL_S, LONG_CALL_S = 0.8, 1.8  # the workers wait two seconds for an answer
REFUSED = 47001  # bad data: a call so refused is given up


def stalled(site: Site, *, without: str = "") -> Report:
    """The three workers, with one guard taken away if told."""
    report = Report(seed=0, kills=1, in_flight=1)
    in_child(partial(_owe_a_menu, site))
    _order(site, f"latency:{CALL_S}")
    _order(site, f"errcode:{REFUSED}", times=1)
    pids = [forked(partial(work_for_ever, site, without=without))]
    first = _held_by(site)
    os.kill(pids[0], signal.SIGSTOP)
    try:
        in_child(partial(_forget_rates, site))
        pids.append(forked(partial(work_for_ever, site, without=without)))
        if _until(lambda: _taken_from(site, first), seconds=CALL_S):
            report.faults.append("a row in a worker's hands was given to another")
        killed(pids.pop(), after=0)
        requests.delete(f"{site.simulator_url}/sim/faults", timeout=10)
        _order(site, f"latency:{LONG_CALL_S}")  # long enough for the first to wake up and speak meanwhile
        pids.append(forked(partial(work_for_ever, site, shift=AFTER_ALL_LEASES, without=without)))
        if not _until(lambda: _taken_from(site, first), seconds=10):
            report.faults.append("the row of the frozen worker did not fall due again")
        os.kill(pids[0], signal.SIGCONT)
        _until(lambda: _state(site) is not CallState.CALLING, seconds=30)
        if _state(site) is not CallState.DONE:
            report.faults.append(
                f"a worker whose lease had run out settled a row that another one held: {_state(site)}"
            )
    finally:
        for pid in pids:
            killed(pid, after=0)
        requests.delete(f"{site.simulator_url}/sim/faults", timeout=10)
    return report


def _owe_a_menu(site: Site) -> None:
    database = Database(site.database_url)
    schema.migrate(database)
    with database.units() as session:
        menu = {"button": [{"type": "click", "name": "活动", "key": "活动"}]}
        outbox.owe(session, CallKind.MENU, key="menu", payload={"menu": menu}, now=times.now())
    database.close()


def _order(site: Site, what: str, **more: int) -> None:
    requests.post(f"{site.simulator_url}/sim/faults", json={"path": CREATE, "what": what, **more}, timeout=10)


def _forget_rates(site: Site) -> None:
    """So that nothing but the lease keeps the second worker from the row."""
    database = Database(site.database_url)
    with database.units() as session:
        session.execute(sa.update(Rate).values(next_us=0))
    database.close()


def _held_by(site: Site) -> str:
    """The token of the worker that is making the call, once one is."""
    _until(lambda: bool(calling(site)), seconds=10)
    ((_, token),) = calling(site)
    return token


def _taken_from(site: Site, token: str) -> bool:
    return _state(site) is not CallState.CALLING or any(other != token for _, other in calling(site))


def _state(site: Site) -> CallState:
    database = Database(site.database_url)
    with database.reading() as session:
        state: CallState = session.scalars(sa.select(OutboxCall.state)).one()
    database.close()
    return state


def _until(holds: Callable[[], bool], *, seconds: float) -> bool:
    """Does it hold within so many seconds?"""
    deadline = times.now() + timedelta(seconds=seconds)
    while not holds():
        if times.now() > deadline:
            return False
        time.sleep(0.02)
    return True
