"""The same burst through the pages: readers with a bound browser begin, answer and see their result, on both databases.

Each reader is a browser of its own: five pages, two of them forms with the token of the page before. A thread a connection; the
load is Python as well, so that the rate is a floor of what the server could do.
"""

import http.client
import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

import sqlalchemy as sa

from bench.load import pinned
from bench.measuring import Pace, server_of
from bench.quizzes import homes, open_quiz
from bench.readers import openid
from bench.report import Floor, Report, percentile
from bench.rivals import Contestant
from bench.wechat import Channel
from models import binding, times
from models.binding import Binding
from models.db import Database
from models.payout import Pool, Prize, PrizeState
from models.quiz import Quiz
from payouts import ledger

READERS, PACKETS, CONNECTIONS = 2_000, 200, 32
MOST_P99_MS = 1_000.0  # somebody taps and looks at a white screen
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Browser:
    """One reader's: its cookies, and how long each page took, in ms."""

    cookie: str
    port: int
    took: list[float] = field(default_factory=list)
    session: str = ""
    won: bool = False

    def plays(self, connection: http.client.HTTPConnection, code: str) -> None:
        """Raises: RuntimeError for a page that is not the one that comes next."""
        page = self.opens(connection, f"/q/{code}")
        self.sends(connection, f"/q/{code}/begin", page, {})
        page = self.opens(connection, f"/q/{code}/play")
        right = re.search(r'name="given" value="([A-Z])">[^<]*<span[^>]*>[A-Z]</span><span[^>]*>对的</span>', page)
        if right is None:
            raise RuntimeError(f"no question: {page[:300]}")
        self.sends(connection, f"/q/{code}/play", page, {"place": "0", "given": right[1]})
        page = self.opens(connection, f"/q/{code}/result")
        if "<b>1</b> / 1" not in page:
            raise RuntimeError(f"no result: {page[:300]}")
        self.won = "🧧" in page

    def opens(self, connection: http.client.HTTPConnection, path: str) -> str:
        """A page. Raises: RuntimeError for none."""
        return self._asks(connection, "GET", path, b"", 200)

    def sends(self, connection: http.client.HTTPConnection, path: str, page: str, fields: dict[str, str]) -> None:
        """The form of a page. Raises: RuntimeError where it does not lead on."""
        found = _TOKEN.search(page)
        if found is None:
            raise RuntimeError(f"no form: {page[:300]}")
        self._asks(connection, "POST", path, urlencode({**fields, "csrf_token": found[1]}).encode(), 303)

    def _asks(self, connection: http.client.HTTPConnection, method: str, path: str, body: bytes, wanted: int) -> str:
        headers = {"Cookie": f"shusheng_reader={self.cookie}; {self.session}"}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        connection.request(method, path, body=body or None, headers=headers)
        answer = connection.getresponse()
        said = answer.read().decode()
        self.took.append((time.perf_counter() - began) * 1000)
        if answer.status != wanted:
            raise RuntimeError(f"{method} {path}: {answer.status} {said[:300]}")
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            self.session = cookie.partition(";")[0]
        return said


def through_pages(report: Report, _pace: Pace) -> None:
    """On both databases."""
    channel = Channel()
    for name, home, url in homes(report, channel, followers=READERS):
        _measure(report, name, home, url)


def _measure(report: Report, name: str, home: Contestant, url: str) -> None:
    crowd = [openid(at) for at in range(READERS)]
    with (
        TemporaryDirectory() as log,
        server_of(home, Path(log)) as server,
        pinned({1} if home.processes == 1 else {0, 1}),
    ):
        number = open_quiz(url, "pages", PACKETS)
        code, browsers = _code_of(url, number), bound(url, crowd, server.port)
        began = time.perf_counter()
        with ThreadPoolExecutor(CONNECTIONS) as lines:
            list(lines.map(lambda at: _line(browsers[at::CONNECTIONS], code), range(CONNECTIONS)))
        lasted = time.perf_counter() - began
    took = sorted(chain.from_iterable(browser.took for browser in browsers))
    report.table(
        f"A quiz through pages, {name}, {CONNECTIONS} browsers at once",
        ("what", "a second", "p50 ms", "p99 ms"),
        [
            ["pages", f"{len(took) / lasted:,.0f}", f"{percentile(took, 0.5):.1f}", f"{percentile(took, 0.99):.1f}"],
            [f"of {READERS:,} readers who finish, for {PACKETS:,} packets", f"{READERS / lasted:,.0f}", "", ""],
        ],
    )
    for fault in _faults(url, number, browsers):
        report.void(f"a quiz through pages, {name}", fault)
    p99 = percentile(took, 0.99)
    report.floors([Floor(f"{name}, a page of a quiz in the burst, p99 ms", p99, MOST_P99_MS, at_least=False)])


def _line(browsers: Sequence[Browser], code: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", browsers[0].port, timeout=60)
    for browser in browsers:
        browser.plays(connection, code)
    connection.close()


def _code_of(url: str, number: int) -> str:
    database = Database(url)
    with database.reading() as session:
        code = session.get_one(Quiz, number).code
    database.close()
    return code


def bound(url: str, crowd: Sequence[str], port: int) -> list[Browser]:
    """A browser for each reader, as if each had followed a link from the chat."""
    database, now = Database(url), times.now()
    rows = [
        {
            "cookie_hash": binding.cookie_hash(f"cookie-{one}"), "openid": one, "link_hash": f"link-{one}", "bound_at": now,
            "seen_at": now,
        }
        for one in crowd
    ]  # fmt: skip
    with database.units() as session:
        session.execute(sa.insert(Binding), rows)
    database.close()
    return [Browser(f"cookie-{one}", port) for one in crowd]


def _faults(url: str, number: int, browsers: Sequence[Browser]) -> list[str]:
    database = Database(url)
    with database.reading() as session:
        pool = session.scalars(sa.select(Pool).where(Pool.occasion == f"quiz {number}")).one()
        balance = ledger.balance_of(session, pool)
        mine = sa.select(Prize.openid).where(Prize.pool_id == pool.id, Prize.state == PrizeState.WON)
        won = session.scalars(mine).all()
    database.close()
    checks = {
        "not exactly the packets there are were won": len(won) == PACKETS == len(set(won)),
        "told a packet and having one differ": {browser.cookie for browser in browsers if browser.won}
        == {f"cookie-{one}" for one in won},
        "the pot is below zero": balance.free >= 0 and balance.free + balance.promised == balance.funded,
    }
    return [what for what, holds in checks.items() if not holds]
