"""The reminder run under kill −9: every reminder is owed exactly once, and reaches its reader at most once.

The clock's part and the hands live in one worker, as in `serve`; killed between two parts, in one, or in a call.
At the end every reminder has one row in the outbox, and those are held against the simulator's books.
"""

import random
import re
import secrets
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import requests
import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.reminders import service as reminders
from drills.delivery import (
    LATENCY_S,
    SEND,
    Report,
    calling,
    deliveries,
    finish,
    in_child,
    kill_at_work,
    left_by_the_dead,
    readers_who_wrote,
)
from drills.workers import Site, forked, work_for_ever
from models import messages, schema, times
from models.activity import Activity, ActivityState, Branch
from models.db import Database
from models.follower import Follower
from models.outbox import CLAIMABLE, CallState, OutboxCall
from models.reminder import Reminder, ReminderState
from models.when import Precision

SHORTEST_S, LONGEST_S = 0.15, 0.45
PART = 25  # reminders a unit here: kills are to fall between parts
ACTIVITIES = 5  # each reader is reminded of all: as many messages as a window takes
BETWEEN_PARTS_S = 0.05


def run(site: Site, *, count: int, kills: int, seed: int, without: str = "") -> Report:
    """Plan reminders of `count` readers, kill the worker `kills` times, let it finish, compare the books."""
    report, draw = Report(seed), random.Random(seed)
    openids = readers_who_wrote(site, count)
    if not in_child(partial(_plan, site, openids)):
        report.faults.append("nothing could be planned")
        return report
    life = partial(_live, site, without=without)
    requests.post(f"{site.simulator_url}/sim/faults", json={"path": SEND, "what": f"latency:{LATENCY_S}"}, timeout=10)
    for number in range(kills):
        before = left_by_the_dead(site, report)
        kill_at_work(site, forked(life), before, after=draw.uniform(SHORTEST_S, LONGEST_S), anywhere=number % 4 == 0)
        report.kills += 1
        report.in_flight += bool(calling(site) - before)
    left_by_the_dead(site, report)
    if not without:  # unguarded it would never be done
        finish(life, quiet=partial(_is_quiet, site))
    requests.delete(f"{site.simulator_url}/sim/faults", timeout=10)
    _compare(site, report, expected=count * ACTIVITIES)
    if report.in_flight * 2 < report.kills:
        report.faults.append(f"only {report.in_flight} of {report.kills} kills met a call in flight")
    return report


def _plan(site: Site, openids: Sequence[str]) -> None:
    """Asked for by the reader as in the chat (提醒我), due a minute ago."""
    database = Database(site.database_url)
    schema.migrate(database)
    now = times.now()
    day = times.today(now) + timedelta(days=2)
    with database.units() as session:
        session.execute(sa.insert(Follower), [{"openid": one, "last_message_at": now} for one in openids])
        session.add(branch := Branch(name="总馆"))
        session.flush()
        for number in range(ACTIVITIES):
            session.add(activity := _activity(number, branch.id, day, now))
            session.flush()
            for one in openids:
                reminders.ask(session, activity, one, is_wanted=True, now=now)
        session.execute(sa.update(Reminder).values(due_at=now - timedelta(minutes=1)))
    database.close()


def _activity(number: int, branch_id: int, day: date, now: datetime) -> Activity:
    return Activity(
        code=f"d{number}", state=ActivityState.PUBLISHED, plan_month=f"{day:%Y-%m}", plan_key=f"d{number}",
        branch_id=branch_id, type="讲座", series="", title=f"讲座{number}", place="", summary="", is_online=False,
        is_on_site=True, date_text=f"{day.month}月{day.day}日", precision=Precision.DAY, starts_on=day, ends_on=day,
        starts_at=None, ends_at=None, last_on=day, words=f"讲座{number}", changed_at=now,
    )  # fmt: skip


def _live(site: Site, *, without: str = "", shift: timedelta = timedelta()) -> None:
    """Hands in threads of their own, and here the clock's part, over and over."""
    work_for_ever(site, shift=shift, beside=partial(_remind, without=without))


def _remind(database: Database, *, without: str) -> None:
    reminders._DUE = reminders._DUE.limit(PART)
    if without == "once":
        _forget_what_was_done()
    while True:
        with database.units() as session:
            reminders.send_due(session, times.now())
        time.sleep(BETWEEN_PARTS_S)


def _forget_what_was_done() -> None:
    """Neither the mark on the reminder nor the key of its message: what makes it one message, taken away."""
    owed = messages.owe_messages
    reminders._SETTLE = reminders._SETTLE.where(sa.false())

    def owed_under_other_keys(session: Session, letters: Iterable[tuple[str, str, str]], **rest: Any) -> None:
        owed(session, [(f"{key}#{secrets.token_hex(4)}", openid, text) for key, openid, text in letters], **rest)

    messages.owe_messages = owed_under_other_keys


def _is_quiet(site: Site) -> bool:
    """Is no reminder due and nothing claimable left?"""
    database = Database(site.database_url)
    with database.reading() as session:
        due = session.scalar(sa.select(sa.func.count()).where(Reminder.state == ReminderState.DUE))
        left = session.scalar(sa.select(sa.func.count()).where(OutboxCall.state.in_(CLAIMABLE)))
    database.close()
    return not due and not left


def _compare(site: Site, report: Report, *, expected: int) -> None:
    delivered = Counter(_which(sent["openid"], _text(sent)) for sent in deliveries(site))
    database = Database(site.database_url)
    with database.reading() as session:
        planned = {row.id: row.state for row in session.execute(sa.select(Reminder.id, Reminder.state))}
        calls = sa.select(OutboxCall.id, OutboxCall.key, OutboxCall.openid, OutboxCall.payload, OutboxCall.state)
        rows = session.execute(calls).all()
    database.close()
    report.states.update(row.state.value for row in rows)
    owed = Counter(int(row.key.split("#")[0].removeprefix("reminder:")) for row in rows)
    report.faults += [f"{len(planned)} of {expected} were planned"] * (len(planned) != expected)
    report.faults += [f"reminder {number} is owed {owed[number]} times" for number in planned if owed[number] != 1]
    report.faults += [
        f"reminder {number} was left {state}" for number, state in planned.items() if state is not ReminderState.SENT
    ]
    report.faults += [f"{which} reached its reader {n} times" for which, n in delivered.items() if n > 1]
    for row in rows:
        seen = delivered[_which(row.openid or "", row.payload["text"])]
        if row.state is CallState.DONE and seen != 1:
            report.faults.append(f"{row.key} is done and was delivered {seen} times")
        elif row.state is CallState.UNSURE and row.id not in report.orphans:
            report.faults.append(f"{row.key} is unsure though no worker died with it")
        elif row.state not in (CallState.DONE, CallState.UNSURE):
            report.faults.append(f"{row.key} was left {row.state}")


def _which(openid: str, text: str) -> tuple[str, str]:
    """Whose reminder of which activity a message is."""
    found = re.search(r"讲座\d", text)
    return openid, found[0] if found else text


def _text(sent: Mapping[str, Any]) -> str:
    content = sent["content"]
    return str(content["content"] if isinstance(content, dict) else content)
