"""A gallery of 10 000 works with 1 000 000 likes: a page read, a like given; and certificates drawn to be printed."""

import resource
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from bench import ours
from bench.judging import WORKS, contest_of
from bench.measuring import Pace
from bench.report import Floor, Report, percentile
from contests import figures, gallery, liking, sums
from models import schema, times
from models.contest import Contest, ContestGroup, Submission, VoteRule
from models.db import Database
from models.follower import Follower
from web import certificate, lettering

LIKES, MOST_MS, ROUNDS = 1_000_000, 50.0, 500
MOST_UNIT_MS = 200.0  # nobody waits longer for the books
PRINTED = 1_000  # certificates


def shown_and_liked(report: Report, _pace: Pace) -> None:
    """On both databases."""
    with ExitStack() as places:
        urls = {"SQLite": f"sqlite:///{places.enter_context(TemporaryDirectory())}/shusheng.db"}
        try:
            urls["PostgreSQL"] = places.enter_context(ours.postgres_database())
        except ours.NoDatabaseError as why:
            report.void("gallery on PostgreSQL", str(why))
        for name, url in urls.items():
            _measure(report, name, url)


def _measure(report: Report, name: str, url: str) -> None:
    database = Database(url)
    schema.migrate(database)
    number = contest_of(database)
    with database.units() as session:
        contest = session.get_one(Contest, number)
        contest.has_gallery, contest.votes = True, VoteRule.ONCE
        session.add(Follower(openid="oBench", followed_at=times.now()))
        session.flush()
        _many_likes(session.connection(), number, session.scalar(sa.select(sa.func.min(Submission.id))) or 0)
    with database.reading() as session:
        works = session.scalars(sa.select(Submission.id).order_by(Submission.id)).all()
        group = session.scalar(sa.select(sa.func.min(ContestGroup.id))) or 0
    if name == "PostgreSQL":
        with database.units() as session:
            session.execute(sa.text("ANALYZE"))
    pages = sorted(_took(partial(_page, database, number, group, works[at * 19])) for at in range(ROUNDS))
    taps = sorted(_took(partial(_like, database, works[at])) for at in range(ROUNDS))
    parts = _parts(database)
    if name == "PostgreSQL":
        with database.units() as session:
            session.execute(sa.text("ANALYZE"))
    halls = sorted(_took(partial(_hall, database, number, at % gallery.MOST_RANKED)) for at in range(ROUNDS))
    told = min(_took(partial(_figures, database, number)) for _ in range(3))
    database.close()
    rows = [
        [f"a page of {gallery.A_PAGE} works of a group with their likes, ms", *_both(pages)],
        ["a like, ms", *_both(taps)],
        ["a page of the hall by likes, ms", *_both(halls)],
        [f"{sums.PART} works added up by the clock, one unit, ms", *_both(sorted(parts))],
        ["the figures of the contest read, ms", f"{told:.0f}", ""],
    ]
    report.table(f"Gallery of {WORKS:,} works and {LIKES:,} likes, {name}", ("what", "p50", "p99"), rows)
    report.floors([
        Floor(f"{name}, a page of the gallery read, p99 ms", percentile(pages, 0.99), MOST_MS, at_least=False),
        Floor(f"{name}, a like, p99 ms", percentile(taps, 0.99), MOST_MS, at_least=False),
        Floor(f"{name}, a page of the hall by likes, p99 ms", percentile(halls, 0.99), MOST_MS, at_least=False),
        Floor(f"{name}, a part added up, longest ms", max(parts), MOST_UNIT_MS, at_least=False),
    ])  # fmt: skip


def _both(ordered: list[float]) -> tuple[str, str]:
    return f"{percentile(ordered, 0.5):.1f}", f"{percentile(ordered, 0.99):.1f}"


def _many_likes(connection: sa.Connection, contest: int, first: int) -> None:
    """Every work liked by as many readers."""
    connection.execute(
        sa.text(
            "INSERT INTO likes (submission_id, openid, day, contest_id, is_held, given_at) "
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :likes) "
            "SELECT :first + i % :works, 'oLiker' || (i / :works), :day, :contest, false, :at FROM n"
        ).bindparams(
            sa.bindparam("day", liking.ONCE, sa.Date), sa.bindparam("at", datetime.now(UTC).replace(tzinfo=None))
        ),
        {"likes": LIKES, "first": first, "works": WORKS, "contest": contest},
    )  # fmt: skip


def _page(database: Database, contest: int, group: int, after: int) -> None:
    with database.reading() as session:
        works = gallery.works_of(session, session.get_one(Contest, contest), group_id=group, after=after)
        if works and not liking.counted(session, works):
            raise RuntimeError("likes are missing")


def _hall(database: Database, contest: int, after: int) -> None:
    with database.reading() as session:
        if not gallery.ranked(session, session.get_one(Contest, contest), group_id=None, after=after):
            raise RuntimeError("places are missing")


def _parts(database: Database) -> list[float]:
    """Every work added up, a part a unit: what each took."""
    found: list[float] = []
    while True:
        began = time.perf_counter()
        with database.units() as session:
            done = sums.sum_up(session, times.now())
        if not done:
            return found
        found.append((time.perf_counter() - began) * 1000)


def _figures(database: Database, contest: int) -> None:
    with database.reading() as session:
        found = figures.figures(session, session.get_one(Contest, contest), branches=())
    if found.total.likes < LIKES:
        raise RuntimeError("likes are missing")


def _like(database: Database, work: int) -> None:
    with database.units() as session:
        if not liking.like(session, session.get_one(Submission, work), "oBench", now=times.now()):
            raise RuntimeError("it was liked before")


def _took(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def certificates(report: Report, _pace: Pace) -> None:
    """All as one file, as the worker draws it; every name has characters of its own."""
    faces = lettering.faces()
    if faces is None:
        report.void("certificates", "no Chinese font on this machine")
        return
    said = [
        certificate.Said(
            "书声图书馆",
            f"林{chr(0x4E00 + 7 * n % 3000)}{chr(0x5000 + 11 * n % 3000)}", "“书声里的家乡”", "作品《外婆的石榴树》荣获小学组一等奖",
            "2026年12月10日", f"{n:012}",
            "https://library.example",
        )
        for n in range(PRINTED)
    ]  # fmt: skip
    before, began = _peak(), time.perf_counter()
    with TemporaryDirectory() as folder, (Path(folder) / "certificates.pdf").open("wb") as made:
        certificate.pages(said, faces, made)
        written = made.tell()
    took = time.perf_counter() - began
    rows = [
        [f"a file of {PRINTED:,}, s", f"{took:.1f}"],
        ["on disk, MB", f"{written / 1e6:.1f}"],
        ["memory more at its peak, MB", f"{_peak() - before:.0f}"],
    ]
    report.table("Certificates to print, one core", ("what", ""), rows)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
