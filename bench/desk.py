"""The desk with 20 000 cases in its books: its pages, and what a message costs of readers who talk with a person, beside others.

Every reader says one thing, so that each message is a row of its own: what is written in one go is cheaper, what comes too
fast is not kept at all.
"""

import random
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import ours
from bench.browsing import Browser
from bench.catalogue import catalogue
from bench.load import Run, drive, pinned
from bench.measuring import Pace, server_of
from bench.office import LOGIN, PASSWORD, cookies, signed_in
from bench.readers import openid
from bench.report import Floor, Report, percentile
from bench.wechat import Channel, request, text_push
from console import passwords, staff
from models.case import Case, CaseResult, CaseState, CaseTopic, CaseWay, CaseWord, FileState, Speaker
from models.conversation import AT_DESK, Conversation
from models.db import Database
from models.staff import Role

CASES, OPEN, LOOKS = 20_000, 2_500, 30
READERS, CONNECTIONS = 2_000, 16  # as many talk with a person as do not; half of the connections each
SAID = ("活动", "周末", "几点关门", "怎么办证", "绘本", "附近")  # by those who do not
C = CaseState


def desk(report: Report, _pace: Pace) -> None:
    """SQLite, one process."""
    channel, said = Channel(), catalogue(100)
    with TemporaryDirectory() as folder, TemporaryDirectory() as log:
        home = ours.on_sqlite(Path(folder), channel, said, followers=2 * READERS)
        middle = _fill(f"sqlite:///{folder}/shusheng.db")
        with server_of(home, Path(log)) as server:
            visitor = signed_in(server.port)
            browser = Browser(server.port, {"Cookie": cookies(visitor)}, is_proxied=True)
            with pinned({1}):
                pages = {title: browser.look(path, LOOKS) for title, path in _paths(middle)}
                inside, outside = _beside_each_other(channel, server.port)
    heads = ("page", "server p50 ms", "server p99 ms")
    rows = [
        [title, *(f"{percentile(one.took, share) * 1000:.1f}" for share in (0.5, 0.99))]
        for title, one in pages.items()
    ]
    report.table(f"The desk, {CASES:,} cases, SQLite; {LOOKS} looks each", heads, rows)
    report.table(
        f"A message of a reader, {CONNECTIONS} connections at once, SQLite, one process", ("who", "messages", "p50 ms", "p99 ms"),
        [[who, f"{len(took):,}", *(f"{percentile(took, share) * 1000:.1f}" for share in (0.5, 0.99))]
         for who, took in (("at the desk", inside), ("with the program", outside))],
    )  # fmt: skip
    slowest = max(percentile(one.took, 0.99) for one in pages.values()) * 1000
    report.floors([
        Floor("slowest page of the desk, p99 ms", slowest, 100, at_least=False),
        Floor("a message at the desk, p99 ms", percentile(inside, 0.99) * 1000, 60, at_least=False),
    ])  # fmt: skip


def _paths(middle: int) -> list[tuple[str, str]]:
    return [
        ("the queue", "/console/cases"), ("the queue, waiting", "/console/cases?tab=waiting"), ("the queue, mine", "/console/cases?tab=mine"),
        ("closed", "/console/cases?tab=closed"), ("one case", f"/console/cases/{middle}"), ("its talk", f"/console/cases/{middle}/talk"),
        ("today", "/console/"),
    ]  # fmt: skip


def _fill(url: str) -> int:
    """Cases of years, of which some are open; the first readers talk with a person. Gives one open case."""
    now, database = datetime.now(UTC), Database(url)
    with database.units() as session:
        person = staff.person(login=LOGIN, name="测量", roles=[Role.ADMIN], branch="")
        staff.add(session, person, sealed=passwords.sealed(PASSWORD), must_choose=False, by="bench", now=now)
    with database.engine.begin() as connection:
        ours.insert_rows(connection, Case, (_case(number, now) for number in range(CASES)))
        ours.insert_rows(connection, CaseWord, (_word(number, now) for number in range(CASES)))
        ours.insert_rows(
            connection, Conversation,
            ({"openid": openid(n), "topic": "desk", "held": {AT_DESK: {"case": CASES - n, "at": now.isoformat()}}, "misses": 0, "updated_at": now}
             for n in range(READERS)),
        )  # fmt: skip
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    database.close()
    return CASES - READERS - 1


def _case(number: int, now: datetime) -> dict[str, object]:
    from_end = CASES - 1 - number
    is_open = from_end < OPEN
    opened_at = now - (timedelta(seconds=from_end) if is_open else timedelta(minutes=15 * from_end))  # none is late
    state = (C.TAKEN, C.WAITING)[from_end % 2] if is_open else C.CLOSED
    owner = (LOGIN, "chen", "he")[number % 3] if state is not C.WAITING else ""
    return {
        "id": number + 1, "number": f"B{number}", "openid": openid(from_end) if from_end < OPEN else None, "way": CaseWay.CHAT,
        "branch_id": None, "topic": list(CaseTopic)[number % len(CaseTopic)], "question": "在借的书丢了，请问怎么赔，要不要带读者证？",
        "state": state, "owner": owner, "first_by": owner, "opened_at": opened_at, "asked_at": opened_at,
        "due_at": opened_at + timedelta(hours=2) if is_open else None, "closed_at": None if is_open else opened_at + timedelta(hours=1),
        "answer_minutes": None if is_open else number % 90, "close_minutes": None if is_open else number % 300,
        "result": None if is_open else CaseResult.SOLVED, "told_at": now if is_open else None,
        "emptied_at": None if is_open else now,  # no hour's upkeep is left to do
    }  # fmt: skip


def _word(number: int, now: datetime) -> dict[str, object]:
    return {
        "case_id": number + 1, "key": f"push:bench{number}", "openid": None, "speaker": Speaker.READER, "who": "",
        "text": "在借的书丢了，请问怎么赔，要不要带读者证？", "parts": 1, "said_at": now - timedelta(days=1), "file_state": FileState.NONE,
    }  # fmt: skip


def _beside_each_other(channel: Channel, port: int) -> tuple[list[float], list[float]]:
    """Seconds of each message of those at the desk, and of the others, sorted: all of them write at the same time."""
    draw, half = random.Random("the desk"), CONNECTIONS // 2
    scripts = []
    for line in range(half):
        at_desk = [(n, f"再补充一句第{draw.randrange(10**6)}件") for n in range(line, READERS, half)]
        others = [(READERS + n, draw.choice(SAID)) for n in range(line, READERS, half)]
        scripts += [_script(channel, 2 * line, at_desk), _script(channel, 2 * line + 1, others)]
    run = drive(port, scripts, warm_up=0.2, seconds=20)
    if refused := sum(b" 200 " not in answer[:16] for line in run.lines for answer in line.answers):
        raise ValueError(f"{refused} messages were not answered with 200")
    return _took(run, 0), _took(run, 1)


def _script(channel: Channel, line: int, pushes: Sequence[tuple[int, str]]) -> list[bytes]:
    created, first = int(time.time()), time.time_ns() // 1000 * 1000 + line * 10_000
    return [
        request(channel, text_push(openid(reader), words, msg_id=first + n, created=created), path="/wechat", openid=openid(reader),
                created=created)
        for n, (reader, words) in enumerate(pushes)
    ]  # fmt: skip


def _took(run: Run, half: int) -> list[float]:
    return replace(run, lines=run.lines[half::2]).took
