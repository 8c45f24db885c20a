"""Customer-service messages under kill −9: none lost, none twice, and nobody left in doubt without a reason.

What must hold at the end, row by row, against the simulator's own books:
- *done* rows were delivered exactly once, *unsure* ones at most once, no other state is left;
- every unsure row was in a worker's hands at a kill;
- no message exists twice.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import requests
import sqlalchemy as sa

from drills.workers import Site, ended, forked, killed, remove, until, work_for_ever
from models import messages, schema, times
from models.db import Database
from models.follower import Follower
from models.outbox import CLAIMABLE, CallState, OutboxCall

MESSAGES_EACH = 5  # what one reader's window takes
LATENCY_S = 0.05
SHORTEST_S, LONGEST_S = 0.12, 0.45
AFTER_ALL_LEASES = timedelta(minutes=2)
START_S, REST_S = 4.0, 120.0  # how long a worker may need to begin, and the last one to end


@dataclass
class Report:
    """What the drill saw."""

    seed: int
    kills: int = 0
    in_flight: int = 0  # kills while at least one call was being made
    orphans: set[int] = field(default_factory=set)
    states: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.faults

    def __str__(self) -> str:
        states = ", ".join(f"{count} {state}" for state, count in sorted(self.states.items()))
        verdict = "holds" if self.holds else "FAILED: " + "; ".join(self.faults[:5])
        return f"seed {self.seed}: {self.kills} kills, {self.in_flight} in flight; {states}; {verdict}"


def run(site: Site, *, readers: int, kills: int, seed: int, without: str = "") -> Report:
    """Owe readers × 5 messages, kill the worker `kills` times, let it finish, compare the books."""
    report, draw = Report(seed), random.Random(seed)
    openids = readers_who_wrote(site, readers)
    in_child(partial(_owe, site, openids, without))
    requests.post(f"{site.simulator_url}/sim/faults", json={"path": SEND, "what": f"latency:{LATENCY_S}"}, timeout=10)
    for number in range(kills):
        before = left_by_the_dead(site, report)
        pid = forked(partial(work_for_ever, site, without=without))
        kill_at_work(site, pid, before, after=draw.uniform(SHORTEST_S, LONGEST_S), anywhere=number % 4 == 0)
        report.kills += 1
        fresh = calling(site) - before
        report.in_flight += bool(fresh)
    left_by_the_dead(site, report)
    finish(
        partial(work_for_ever, site, without=without), quiet=partial(_is_quiet, site)
    )  # still slow: a worker must not take what it is calling itself for orphaned
    requests.delete(f"{site.simulator_url}/sim/faults", timeout=10)
    _compare(site, report)
    if report.in_flight * 2 < report.kills:
        report.faults.append(f"only {report.in_flight} of {report.kills} kills met a call in flight")
    return report


def kill_at_work(site: Site, pid: int, before: set[tuple[int, str]], *, after: float, anywhere: bool) -> None:
    """kill −9, `after` seconds from now; unless `anywhere`, not before a call is being made: a busy machine may need longer
    to start a worker.
    """
    time.sleep(after)
    until(lambda: anywhere or bool(calling(site) - before), seconds=START_S)
    killed(pid, after=0)


def left_by_the_dead(site: Site, report: Report) -> set[tuple[int, str]]:
    """What is being called while no worker lives. Not only what a kill was seen to leave: PostgreSQL may still commit a
    claim whose worker is gone.
    """
    left = calling(site)
    report.orphans |= {number for number, _ in left}
    return left


SEND = "/cgi-bin/message/custom/send"


def readers_who_wrote(site: Site, count: int) -> list[str]:
    """Followers who have all just written; their pushes go nowhere, only the platform's windows matter."""
    requests.post(f"{site.simulator_url}/sim/reset", json={"callback": "http://127.0.0.1:9/wechat"}, timeout=10)
    body = {"name": "读者", "following": True, "count": count}
    made = requests.post(f"{site.simulator_url}/sim/readers", json=body, timeout=60).json()
    openids: list[str] = made.get("openids") or [made["openid"]]
    with requests.Session() as session:
        for openid in openids:
            said = {"type": "text", "content": "在吗"}
            session.post(f"{site.simulator_url}/sim/readers/{openid}/send", json=said, timeout=30)
    return openids


def _owe(site: Site, openids: list[str], without: str) -> None:
    remove(without)
    database = Database(site.database_url)
    schema.migrate(database)
    now = times.now()
    with database.units() as session:
        session.execute(sa.insert(Follower), [{"openid": openid, "last_message_at": now} for openid in openids])
        for openid in openids:
            for number in range(MESSAGES_EACH):
                for _ in range(2):  # promised twice, as after a crash between two causes: one row
                    messages.owe_message(session, openid, f"{openid}/{number}", key=f"{openid}/{number}", now=now)
    database.close()


def finish(life: Callable[..., None], *, quiet: Callable[[], bool]) -> None:
    """A last worker, two minutes later: every lease of a dead one has run out."""
    pid = forked(partial(life, shift=AFTER_ALL_LEASES))
    until(lambda: in_child(quiet), seconds=REST_S, pause=0.1)
    killed(pid, after=0.2)


def _is_quiet(site: Site) -> bool:
    """Is nothing claimable left?"""
    database = Database(site.database_url)
    with database.reading() as session:
        left = session.scalar(sa.select(sa.func.count()).where(OutboxCall.state.in_(CLAIMABLE)))
    database.close()
    return not left


def _compare(site: Site, report: Report) -> None:
    delivered = _delivered(site)
    database = Database(site.database_url)
    with database.reading() as session:
        rows = list(session.execute(sa.select(OutboxCall.id, OutboxCall.key, OutboxCall.state)))
    database.close()
    report.states.update(row.state.value for row in rows)
    report.faults += [f"{key} is owed {n} times" for key, n in Counter(row.key for row in rows).items() if n > 1]
    report.faults += [f"{key} reached its reader {n} times" for key, n in delivered.items() if n > 1]
    for row in rows:
        if row.state is CallState.DONE and delivered[row.key] != 1:
            report.faults.append(f"{row.key} is done and was delivered {delivered[row.key]} times")
        elif row.state is CallState.UNSURE and row.id not in report.orphans:
            report.faults.append(f"{row.key} is unsure though no worker died with it")
        elif row.state not in (CallState.DONE, CallState.UNSURE):
            report.faults.append(f"{row.key} was left {row.state}")


def _delivered(site: Site) -> Counter[str]:
    contents = (sent["content"] for sent in deliveries(site))
    return Counter(content["content"] if isinstance(content, dict) else content for content in contents)


def deliveries(site: Site) -> Iterator[dict[str, Any]]:
    """What reached readers, by the simulator's books."""
    after = 0
    while page := requests.get(f"{site.simulator_url}/sim/deliveries?after={after}", timeout=30).json():
        yield from page
        after = page[-1]["n"] if "n" in page[-1] else page[-1]["id"]


def calling(site: Site) -> set[tuple[int, str]]:
    """(row, token) of every call being made, or left by a dead worker."""
    database = Database(site.database_url)
    calling = sa.select(OutboxCall.id, OutboxCall.token).where(OutboxCall.state == CallState.CALLING)
    with database.reading() as session:
        found = {(row.id, row.token) for row in session.execute(calling)}
    database.close()
    return found


def in_child(life: Callable[[], object]) -> bool:
    """Work that opens the database, in a child: the parent goes on forking workers."""
    return ended(forked(life)) == 0
