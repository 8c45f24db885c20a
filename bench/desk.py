"""The desk with 100 000 cases in its books: its pages, and what a message costs of a reader who talks with a person."""

import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import ours
from bench.browsing import Browser
from bench.catalogue import catalogue
from bench.load import drive, pinned
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

CASES, OPEN, LOOKS = 100_000, 2_000, 100
READERS, CONNECTIONS, EACH = 1_000, 16, 400
C = CaseState


def desk(report: Report, _pace: Pace) -> None:
    """SQLite, one process."""
    channel, said = Channel(), catalogue(100)
    with TemporaryDirectory() as folder, TemporaryDirectory() as log:
        home = ours.on_sqlite(Path(folder), channel, said, followers=10_000)
        middle = _fill(f"sqlite:///{folder}/shusheng.db")
        with server_of(home, Path(log)) as server:
            visitor = signed_in(server.port)
            browser = Browser(server.port, {"Cookie": cookies(visitor)}, is_proxied=True)
            with pinned({1}):
                pages = {title: browser.look(path, LOOKS) for title, path in _paths(middle)}
                inside = _words(channel, server.port, range(READERS), "at the desk")
                outside = _words(channel, server.port, range(READERS, 2 * READERS), "with the program")
    heads = ("page", "server p50 ms", "server p99 ms")
    rows = [
        [title, *(f"{percentile(one.took, share) * 1000:.1f}" for share in (0.5, 0.99))]
        for title, one in pages.items()
    ]
    report.table(f"The desk, {CASES:,} cases, SQLite; {LOOKS} looks each", heads, rows)
    report.table(
        f"A message of a reader, {CONNECTIONS} connections, SQLite, one process", ("who", "messages/s", "p99 ms", "ratio"),
        [["at the desk", f"{inside[0]:,.0f}", f"{inside[1]:.1f}", f"{inside[0] / outside[0]:.2f}"],
         ["with the program", f"{outside[0]:,.0f}", f"{outside[1]:.1f}", "1.00"]],
    )  # fmt: skip
    slowest = max(percentile(one.took, 0.99) for one in pages.values()) * 1000
    report.floors([
        Floor("slowest page of the desk, p99 ms", slowest, 100, at_least=False),
        Floor("a message at the desk, p99 ms", inside[1], 60, at_least=False),
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
    opened_at = now - timedelta(minutes=from_end if is_open else from_end * 15)
    state = (C.TAKEN, C.WAITING)[from_end % 2] if is_open else C.CLOSED
    owner = (LOGIN, "chen", "he")[number % 3] if state is not C.WAITING else ""
    return {
        "id": number + 1, "number": f"B{number}", "openid": openid(from_end) if from_end < OPEN else None, "way": CaseWay.CHAT,
        "branch_id": None, "topic": list(CaseTopic)[number % len(CaseTopic)], "question": "在借的书丢了，请问怎么赔，要不要带读者证？",
        "state": state, "owner": owner, "first_by": owner, "opened_at": opened_at, "asked_at": opened_at,
        "due_at": opened_at + timedelta(hours=2) if is_open else None, "closed_at": None if is_open else opened_at + timedelta(hours=1),
        "answer_minutes": None if is_open else number % 90, "close_minutes": None if is_open else number % 300,
        "result": None if is_open else CaseResult.SOLVED, "told_at": now if is_open else None,
    }  # fmt: skip


def _word(number: int, now: datetime) -> dict[str, object]:
    return {
        "case_id": number + 1, "key": f"push:bench{number}", "openid": None, "speaker": Speaker.READER, "who": "",
        "text": "在借的书丢了，请问怎么赔，要不要带读者证？", "parts": 1, "said_at": now - timedelta(days=1), "file_state": FileState.NONE,
    }  # fmt: skip


def _words(channel: Channel, port: int, readers: range, who: str) -> tuple[float, float]:
    """Messages a second and p99 in ms: every reader says a new thing, nobody twice in a minute more than is kept."""
    created, first = int(time.time()), time.time_ns() // 1000 * 1000 + readers.start * 1_000_000
    draw, scripts = random.Random(who), []
    for line in range(CONNECTIONS):
        own = list(readers)[line::CONNECTIONS]
        pushes = [(own[n % len(own)], f"再补充一句第{draw.randrange(10**6)}件") for n in range(EACH)]
        scripts.append([
            request(channel, text_push(openid(reader), words, msg_id=first + line * 10_000 + n, created=created),
                    path="/wechat", openid=openid(reader), created=created)
            for n, (reader, words) in enumerate(pushes)
        ])  # fmt: skip
    run = drive(port, scripts, warm_up=0.2, seconds=4)
    if refused := sum(b" 200 " not in answer[:16] for line in run.lines for answer in line.answers):
        raise ValueError(f"{who}: {refused} messages were not answered with 200")
    return len(run.took) / (run.ended - run.began), percentile(run.took, 0.99) * 1000
