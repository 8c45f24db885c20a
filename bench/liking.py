"""Likes through their page, as readers give them, beside as many messages to the same server; on both databases."""

import http.client
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from bench.asking import ask
from bench.judging import contest_of
from bench.load import pinned
from bench.measuring import Pace, server_of
from bench.quiz_pages import CONNECTIONS, Browser, bound
from bench.quizzes import homes
from bench.readers import openid
from bench.report import Floor, Report, percentile
from bench.rivals import Contestant
from bench.wechat import Channel
from models.contest import COUNTED, Contest, Like, Submission, VoteRule
from models.db import Database

READERS, WORKS = 2_000, 200
MOST_P99_MS = 1_000.0  # with 32 waiting at once, each of them for a page of another one before


def liked(report: Report, _pace: Pace) -> None:
    """On both databases."""
    channel = Channel()
    for name, home, url in homes(report, channel, followers=2 * READERS):
        _measure(report, name, home, url, channel)


def _measure(report: Report, name: str, home: Contestant, url: str, channel: Channel) -> None:
    crowd, others = ([openid(at * READERS + one) for one in range(READERS)] for at in range(2))
    code, works = _opened(url)
    with (
        TemporaryDirectory() as log,
        server_of(home, Path(log)) as server,
        pinned({1} if home.processes == 1 else {0, 1}),
    ):
        browsers = bound(url, crowd, server.port)
        pages: dict[str, str] = {}
        ways = {browser.cookie: f"/c/{code}/works/{works[at % WORKS]}" for at, browser in enumerate(browsers)}
        looks = _all(browsers, lambda line, one: pages.update({one.cookie: one.opens(line, ways[one.cookie])}))
        likes = _all(browsers, lambda line, one: one.sends(line, f"{ways[one.cookie]}/like", pages[one.cookie], {}))
        messages = ask(server.port, channel, others, "帮助")
    rows = [
        ["pages of a work, each counted as a visit", *_row(browsers, 0, looks), f"{looks / messages.rate:.2f}"],
        ["likes", *_row(browsers, 1, likes), f"{likes / messages.rate:.2f}"],
        messages.row("messages answered", messages),
    ]
    heads = ("what", "a second", "p50 ms", "p99 ms", "ratio")
    report.table(f"Likes through the page, {name}, {CONNECTIONS} browsers at once", heads, rows)
    if _count(url) != READERS:
        report.void(f"likes, {name}", "not exactly the likes that were given are counted")
    p99 = percentile(sorted(browser.took[1] for browser in browsers), 0.99)
    report.floors([Floor(f"{name}, a like through its page in the burst, p99 ms", p99, MOST_P99_MS, at_least=False)])


def _row(browsers: Sequence[Browser], nth: int, rate: float) -> tuple[str, str, str]:
    took = sorted(browser.took[nth] for browser in browsers)
    return f"{rate:,.0f}", f"{percentile(took, 0.5):.1f}", f"{percentile(took, 0.99):.1f}"


def _all(browsers: Sequence[Browser], does: Callable[[http.client.HTTPConnection, Browser], object]) -> float:
    """Each of them does it, over as many connections as are open: how many a second."""

    def line(at: int) -> list[object]:
        connection = http.client.HTTPConnection("127.0.0.1", browsers[0].port, timeout=60)
        done = [does(connection, browser) for browser in browsers[at::CONNECTIONS]]
        connection.close()
        return done

    began = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as lines:
        done = list(chain.from_iterable(lines.map(line, range(CONNECTIONS))))
    return len(done) / (time.perf_counter() - began)


def _opened(url: str) -> tuple[str, list[str]]:
    """A contest whose works may be liked: its code and theirs."""
    database = Database(url)
    number = contest_of(database)
    with database.units() as session:
        contest = session.get_one(Contest, number)
        contest.has_gallery, contest.votes = True, VoteRule.ONCE
        code = contest.code
        works = session.scalars(sa.select(Submission.code).order_by(Submission.id).limit(WORKS)).all()
    database.close()
    return code, list(works)


def _count(url: str) -> int:
    database = Database(url)
    with database.reading() as session:
        count = session.scalar(sa.select(sa.func.count()).select_from(Like).where(COUNTED)) or 0
    database.close()
    return count
