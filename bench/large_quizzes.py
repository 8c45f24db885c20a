"""A paper drawn from 100 000 questions and a board of 100 000 players, beside those of a tenth: on both databases.

In this process, through the rooms and, for the board, the page's own door: what grows with size would show here first.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.test import Client

from app import create_app
from bench import ours
from bench.measuring import Pace
from bench.report import Floor, Report, percentile
from bench.wechat import Channel
from config.settings import read_settings
from models import schema, times
from models.by import By
from models.db import Database
from models.quiz import Attempt, AttemptState, Quiz, Standing
from quizzes import playing, queries, rules, service
from quizzes.bank import rows
from quizzes.bank.question import Kind, Question

SMALL, LARGE = 10_000, 100_000
BEGINNERS, LOOKS, ROUNDS = 50, 200, 40
PART = 5_000  # rows a statement
MOST_GROWTH = 1.3


def large(report: Report, _pace: Pace) -> None:
    """Each twice: with ten thousand, and with a hundred thousand."""
    with ExitStack() as places:
        urls = {"SQLite": f"sqlite:///{places.enter_context(TemporaryDirectory())}/shusheng.db"}
        try:
            urls["PostgreSQL"] = places.enter_context(ours.postgres_database())
        except ours.NoDatabaseError as why:
            report.void("large quizzes on PostgreSQL", str(why))
        for name, url in urls.items():
            _measure(report, name, url)


def _measure(report: Report, name: str, url: str) -> None:
    with TemporaryDirectory() as data:
        given = ours.environment(Channel(), 1, Path(data), DATABASE_URL=url)
        ours_only = {name[9:].lower(): value for name, value in given.items() if name.startswith("SHUSHENG_")}
        app = create_app(read_settings(env_file=None, **ours_only))
        database: Database = app.extensions["shusheng"][1]
        schema.migrate(database)
        small, big = (_quiz(database, size) for size in (SMALL, LARGE))
        if not database.is_sqlite:  # as its own housekeeping would within a minute
            with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(sa.text("VACUUM ANALYZE"))
        browser = Client(app)
        papers = [_took(partial(_begun, database, number), ROUNDS) for number in (small, big)]
        boards = [_took(partial(_seen, database, browser, number), LOOKS) for number in (small, big)]
        ranks = [_took(partial(_ranked, database, number), LOOKS) for number in (small, big)]
        database.close()
    heads = ("what", f"{SMALL:,}: p50 ms", "p99 ms", f"{LARGE:,}: p50 ms", "p99 ms", "growth")
    told = {
        f"{BEGINNERS} readers begin: papers of 10 drawn from": papers, "the board's page, players": boards,
        "the last player's rank, players": ranks,
    }  # fmt: skip
    lines = [
        [what, *_said(few), *_said(many), f"{_middle(many) / _middle(few):.2f}"] for what, (few, many) in told.items()
    ]
    report.table(f"Large quizzes, {name}", heads, lines)
    report.floors([
        Floor(f"{name}, {what} {LARGE:,} : {SMALL:,}", _middle(many) / _middle(few), MOST_GROWTH, at_least=False)
        for what, (few, many) in told.items()
    ])  # fmt: skip


def _took(work: Callable[[], object], times_: int) -> list[float]:
    """Sorted milliseconds; the first look is not counted."""
    took = []
    for _ in range(times_ + 1):
        began = time.perf_counter()
        work()
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took[1:])


def _middle(took: list[float]) -> float:
    return percentile(took, 0.5)


def _said(took: list[float]) -> tuple[str, str]:
    return f"{_middle(took):.1f}", f"{percentile(took, 0.99):.1f}"


def _quiz(database: Database, size: int) -> int:
    """A quiz over `size` questions that `size` readers have played."""
    now, tag = times.now(), f"of {size}"
    maker, checker = By("maker", now), By("checker", now)
    questions = (
        Question(Kind.SINGLE, f"第{at}个问题，共{size}个？", ("对的", "不对的", "也不对的"), [0], tags=(tag,))
        for at in range(size)
    )
    with database.units() as session:
        for _ in range(0, size, PART):
            rows.take_in(session, [(next(questions), "bench") for _ in range(min(PART, size))], by=maker)
        wanted = service.Wanted(
            tag, "", rules.Hours(now, now + timedelta(days=3)),
            rules.Shape((rules.Group(tag, count=10),), 0, 0, 0, 0, pass_score=1, prizes_each=0, prizes_a_day=0),
        )  # fmt: skip
        quiz = service.set_up(session, wanted, by=maker)
        service.fix_paper(session, quiz, by=maker)
        for who in (maker, checker):
            service.check_paper(session, quiz, by=who)
        service.approve(session, quiz, by=checker)
        number = quiz.id
        for start in range(0, size, PART):
            _stand(session, number, range(start, min(start + PART, size)))
    return number


def _stand(session: Session, quiz: int, players: range) -> None:
    now = times.now()
    first = (session.scalar(sa.select(sa.func.max(Attempt.id))) or 0) + 1
    attempts: list[dict[str, Any]] = [
        {
            "id": first + n, "quiz_id": quiz, "openid": f"oPlayer{at:08}", "number": 1, "day": times.today(now),
            "state": AttemptState.DONE, "drawn": [], "place": 10, "score": 10 - at % 7, "asked_at": now, "started_at": now,
            "ends_at": now, "finished_at": now, "took_ms": 40_000 + at,
        }
        for n, at in enumerate(players)
    ]  # fmt: skip
    session.execute(sa.insert(Attempt), attempts)
    session.execute(sa.insert(Standing), [
        {
            "quiz_id": quiz, "openid": one["openid"], "attempt_id": one["id"], "score": one["score"],
            "missed": 10 - one["score"], "took_ms": one["took_ms"], "reached_at": now,
        }
        for one in attempts
    ])  # fmt: skip


def _begun(database: Database, number: int) -> None:
    """Fifty readers who have not played before; nothing of it is kept. Each question is read anew: of the small bank a
    process keeps half after a while, of the large one a twentieth, and that would be what is compared."""
    rows.forget_read(database.engine)
    with database.reading() as session:
        quiz = session.get_one(Quiz, number)
        drawn = playing.drawn_for(session, quiz, BEGINNERS)
    if any(len(paper) != 10 for paper in drawn):
        raise RuntimeError("a paper has not ten questions")


def _seen(database: Database, browser: Client, number: int) -> None:
    with database.reading() as session:
        code = session.get_one(Quiz, number).code
    page = browser.get(f"/q/{code}/board")
    if page.status_code != 200 or page.text.count("<li>") < 20:
        raise RuntimeError("no board")


def _ranked(database: Database, number: int) -> None:
    """What the last player is told: behind the five hundredth a rank is told on request only."""
    with database.reading() as session:
        quiz = session.get_one(Quiz, number)
        if not queries.placed(session, quiz, ["oPlayer00000006"]):
            raise RuntimeError("no rank")
