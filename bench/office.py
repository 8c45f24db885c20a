"""The console with a library's years in it: 100 000 activities, messages and lines of the log; time and weight of its
pages, and of a large plan as it is checked."""

import re
import time
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlsplit

import requests
import sqlalchemy as sa

from bench import ours, plans
from bench.browsing import Browser, Seen
from bench.catalogue import BRANCHES, Catalogue, catalogue
from bench.load import pinned
from bench.measuring import Pace, server_of
from bench.readers import openid
from bench.report import Floor, Report, percentile
from bench.rivals import Contestant
from bench.wechat import Channel
from console import passwords, staff
from models.audit import AuditLine
from models.db import Database
from models.outbox import CallKind, CallState, OutboxCall
from models.staff import Role

ROWS = 100_000  # activities, messages, lines of the log
FOLLOWERS = 9_000
LOOKS = 200
PLAN_ROWS, PLAN_LOOKS = 2_000, 20
LOGIN, PASSWORD = "bench", "梧桐叶落满阶 2026"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_SHARES = {
    CallState.DONE: 70, CallState.DROPPED: 10, CallState.WAITING: 10, CallState.UNSURE: 5, CallState.DEAD: 5,
}  # fmt: skip
_STATES = [state for state, share in _SHARES.items() for _ in range(share)]
_OF_PLAN = {
    "to be checked": "",
    "what is doubtful": "?show=open",
    "the last page": "?page=99",
    "its source": "/source",
}
_ACTS = ("activity published", "outbox looked at", "reader looked at", "signed in")


def lists(report: Report, _pace: Pace) -> None:
    """Every long list of the console, on both databases."""
    said = catalogue(ROWS)
    with TemporaryDirectory() as folder:
        home = ours.on_sqlite(Path(folder), Channel(), said, followers=FOLLOWERS)
        _measure(report, "SQLite", home, f"sqlite:///{folder}/shusheng.db", said)
    try:
        database = ours.postgres_database()
    except ours.NoDatabaseError as why:
        report.void("the console on PostgreSQL", str(why))
        return
    with database as url, TemporaryDirectory() as folder:
        home = ours.on_postgres(url, Path(folder), Channel(), said, followers=FOLLOWERS)
        _measure(report, "PostgreSQL", home, url, said)


def _measure(report: Report, name: str, home: Contestant, url: str, said: Catalogue) -> None:
    _fill(url)
    alone = home.processes == 1
    with (
        TemporaryDirectory() as log,
        server_of(home, Path(log)) as server,
        pinned({1}) if alone else nullcontext(),
    ):
        visitor = signed_in(server.port)
        browser = Browser(server.port, {"Cookie": cookies(visitor)}, is_proxied=True)
        pages = {title: browser.look(path, LOOKS) for title, path in _paths(said)}
        took, plan = _plan_read(visitor, server.port, Path(log))
        of_plan = {title: browser.look(plan + more, PLAN_LOOKS) for title, more in _OF_PLAN.items()}
    _table(report, f"The console, {ROWS:,} rows a list, {name}; {LOOKS} looks each", pages)
    _table(report, f"A plan of {PLAN_ROWS:,} rows in the console, {name}, read in {took:.1f} s", of_plan)
    slowest = max(percentile(seen.took, 0.99) for seen in pages.values()) * 1000
    report.floors([Floor(f"{name}, slowest list of the console, p99 ms", slowest, 100, at_least=False)])


def _table(report: Report, title: str, pages: dict[str, Seen]) -> None:
    heads = ("page", "kB compressed, empty cache", "requests", "server p50 ms", "server p99 ms")
    report.table(title, heads, [_row(name, seen) for name, seen in pages.items()])


def _row(title: str, seen: Seen) -> list[str]:
    times = (f"{percentile(seen.took, share) * 1000:.1f}" for share in (0.5, 0.99))
    return [title, f"{seen.size / 1000:.1f}", str(seen.parts), *times]


def _paths(said: Catalogue) -> Iterator[tuple[str, str]]:
    def activities(title: str, **asked: str) -> tuple[str, str]:
        query = "&".join(f"{name}={quote(value)}" for name, value in asked.items())
        return f"activities, {title}", f"/console/activities?{query}"

    yield "today", "/console/"
    yield activities("as they come")
    yield activities("all, last changed first", span="all", sort="-changed")
    yield activities("words in many", span="all", words="讲座")
    yield activities("words in many, one branch, past", span="past", words="工作坊", branch=BRANCHES[-1])
    yield activities("words in none", span="all", words="图书馆")
    yield activities("one branch", span="all", branch=BRANCHES[1])
    yield activities("one month", month=f"{said.today:%Y-%m}")
    yield "outbox, to be decided", "/console/outbox"
    yield "outbox, sent", "/console/outbox?state=done"
    yield "readers", "/console/readers"
    yield "one reader", f"/console/readers/{openid(1)}"
    yield "log", "/console/records"
    yield "log, one person, one act", "/console/records?who=chen&act=signed+in"


def _fill(url: str) -> None:
    """Messages, lines of the log, and somebody who may see them."""
    now, database = datetime.now(UTC), Database(url)
    with database.units() as session:
        person = staff.person(login=LOGIN, name="测量", roles=[Role.ADMIN], branch="")
        staff.add(session, person, sealed=passwords.sealed(PASSWORD), must_choose=False, by="bench", now=now)
    with database.engine.begin() as connection:
        ours.insert_rows(connection, OutboxCall, (_call(number, now) for number in range(ROWS)))
        ours.insert_rows(connection, AuditLine, (_line(number, now) for number in range(ROWS)))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("ANALYZE"))
    database.close()


def _call(number: int, now: datetime) -> dict[str, object]:
    reader, created = openid(number % FOLLOWERS), now - timedelta(minutes=ROWS - number)
    return {
        "kind": CallKind.CUSTOMER_MESSAGE, "key": f"bench:{number}", "openid": reader,
        "payload": {"openid": reader, "text": "您报名的活动明天上午九点开始，请带好材料，提前十分钟到场。"},
        "state": _STATES[number % len(_STATES)], "due_at": created, "useful_until": None, "token": None, "attempts": 1,
        "cause": "", "created_at": created, "settled_at": created,
    }  # fmt: skip


def _line(number: int, now: datetime) -> dict[str, object]:
    who, act = ("wang", "chen", "he")[number % 3], _ACTS[number % len(_ACTS)]
    at = now - timedelta(minutes=ROWS - number)
    return {"at": at, "who": who, "act": act, "subject": f"activity b{number:x}", "detail": ""}


def signed_in(port: int) -> requests.Session:
    """Somebody who signed in by the door. Raises: ValueError if they were not let in."""
    visitor = requests.Session()
    visitor.trust_env = False
    _sent(visitor, f"http://127.0.0.1:{port}/console/sign-in", {"login": LOGIN, "password": PASSWORD})
    return visitor


def _plan_read(visitor: requests.Session, port: int, folder: Path) -> tuple[float, str]:
    """Seconds for handing in a plan and having it read, and where it is then checked."""
    file = folder / "plan.xlsx"
    plans.write(file, catalogue(PLAN_ROWS).activities)
    began = time.perf_counter()
    led = _sent(visitor, f"http://127.0.0.1:{port}/console/plans/new", {}, file)
    return time.perf_counter() - began, urlsplit(led).path


def _sent(visitor: requests.Session, address: str, form: dict[str, str], file: Path | None = None) -> str:
    """Where a form leads, sent from its own page. Raises: ValueError if it leads nowhere."""
    found = _TOKEN.search(visitor.get(address, timeout=30).text)
    form = {**form, "csrf_token": found[1] if found else ""}
    files = {"file": (file.name, file.read_bytes())} if file else None
    answer = visitor.post(address, data=form, files=files, timeout=120, allow_redirects=False)
    if answer.status_code != 303:
        raise ValueError(f"{address} answered {answer.status_code}")
    return answer.headers["Location"]


def cookies(visitor: requests.Session) -> str:
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in visitor.cookies)
