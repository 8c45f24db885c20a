"""Ranking 10 000 works with seven judges each, ties decided to the lot: read, ranked, and a round opened and closed; on both databases."""

import random
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from bench import ours
from bench.measuring import Pace
from bench.report import Floor, Report, percentile
from contests.judging import queries, rules, service
from contests.judging.service import CriterionWanted, RoundWanted
from models import schema, times
from models.by import By
from models.contest import (
    Contest,
    ContestGroup,
    ContestState,
    Genre,
    GroupKind,
    Submission,
    SubmissionState,
    VoteRule,
)
from models.db import Database
from models.judging import Judge, JudgeState, JudgingRound, Mark, MarkState

WORKS, JUDGES, GROUPS, ROUNDS = 10_000, 7, 4, 9
MOST_MS = 1_000.0
TIES = ("criterion:0", "criterion:1", "median", "fewer_low", "earlier", "lot")


def judging(report: Report, _pace: Pace) -> None:
    """On both databases."""
    with ExitStack() as places:
        urls = {"SQLite": f"sqlite:///{places.enter_context(TemporaryDirectory())}/shusheng.db"}
        try:
            urls["PostgreSQL"] = places.enter_context(ours.postgres_database())
        except ours.NoDatabaseError as why:
            report.void("judging on PostgreSQL", str(why))
        for name, url in urls.items():
            _measure(report, name, url)


def _measure(report: Report, name: str, url: str) -> None:
    database = Database(url)
    schema.migrate(database)
    contest = contest_of(database)
    opened, parts, number = _opened(database, contest)
    _marked(database, number)
    ranking = sorted(_took(lambda: _ranked(database, number)) for _ in range(ROUNDS))
    closed = _took(lambda: _closed(database, number))
    database.close()
    rows = [
        [f"a round of {WORKS:,} works opened, the first {service.AT_ONCE:,} marks dealt, ms", f"{opened:,.0f}", ""],
        [
            f"the other {WORKS * JUDGES - service.AT_ONCE:,} in parts by the clock, ms each",
            f"{percentile(sorted(parts), 0.5):,.0f}",
            f"{max(parts):,.0f}",
        ],
        [f"all {WORKS * JUDGES:,} marks dealt, ms", f"{opened + sum(parts):,.0f}", ""],
        [f"{WORKS * JUDGES:,} marks read and ranked, ms", f"{percentile(ranking, 0.5):,.0f}", f"{ranking[-1]:,.0f}"],
        ["the round closed, its places written, ms", f"{closed:,.0f}", ""],
    ]
    report.table(f"Judging, {name}", ("what", "p50", "longest"), rows)
    what = f"{name}, ranking of {WORKS:,} works with {JUDGES} judges, ms"
    report.floors([Floor(what, percentile(ranking, 0.5), MOST_MS, at_least=False)])


def _took(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def _by() -> By:
    return By("bench", times.now())


def contest_of(database: Database) -> int:
    """A contest in judging with its works and judges: its number."""
    now = times.now()
    with database.units() as session:
        contest = Contest(
            code="bench1", title="bench", call="", rules="", state=ContestState.JUDGING, opens_at=now - timedelta(30),
            closes_at=now - timedelta(1), works_each=1, has_gallery=False, shows_ranks=False, votes=VoteRule.NEVER,
            votes_a_day=0, votes_at_least=0, made_by="bench", made_at=now,
        )  # fmt: skip
        session.add(contest)
        session.flush()
        groups = [
            ContestGroup(
                contest_id=contest.id, position=n, name=f"group {n}", kind=GroupKind.ANYONE, least_characters=0,
                most_characters=0, most_seconds=0,
            )
            for n in range(GROUPS)
        ]  # fmt: skip
        session.add_all(groups)
        session.flush()
        session.execute(
            sa.insert(Submission),
            [
                {
                    "contest_id": contest.id, "code": f"w{n:06}", "number": n + 1, "state": SubmissionState.ACCEPTED,
                    "genre": Genre.ESSAY, "group_id": groups[n % GROUPS].id, "title": f"work {n}", "author": "somebody",
                    "made_at": now, "handed_in_at": now - timedelta(seconds=n // 3),
                }
                for n in range(WORKS)
            ],
        )  # fmt: skip
        session.add_all(
            Judge(
                contest_id=contest.id, name=f"judge {n}", state=JudgeState.JUDGING, link_hash=f"{n}",
                link_until=now + timedelta(9), browser_hash=f"{n}", seed=n, invited_by="bench", invited_at=now,
            )
            for n in range(JUDGES + 3)
        )  # fmt: skip
        return contest.id


def _opened(database: Database, contest: int) -> tuple[float, list[float], int]:
    """How long opening took, how long each of the parts in which the rest was dealt, and the round."""
    criteria = [CriterionWanted(f"criterion {n}", weight, 10) for n, weight in enumerate((30, 30, 25, 15))]
    with database.units() as session:
        wanted = RoundWanted("bench", criteria, judges_each=JUDGES, shortlist=100, ties=TIES)
        number = service.set_round(session, session.get_one(Contest, contest), wanted, by=_by()).id

    def opens() -> None:
        with database.units() as session:
            service.open_round(session, session.get_one(JudgingRound, number), by=_by())

    opened, parts = _took(opens), list[float]()
    while True:
        parts.append(_took(lambda: database.unit(lambda session: service.deal_due(session, times.now()))))
        with database.reading() as session:
            if not session.get_one(JudgingRound, number).is_dealing:
                return opened, parts, number


def _marked(database: Database, number: int) -> None:
    """Whole points that few works differ by: nearly all of them are tied with others."""
    draw = random.Random(7)
    with database.units() as session:
        measures = queries.measures_of(session, number)
        values = []
        for mark in session.scalars(sa.select(Mark.id).where(Mark.round_id == number)).all():
            points = [draw.randint(5, 9) for _ in measures]
            values.append({
                "id": mark, "points": points, "score": rules.score_of(points, measures), "state": MarkState.DONE,
            })  # fmt: skip
        session.execute(sa.update(Mark), values)


def _ranked(database: Database, number: int) -> None:
    with database.reading() as session:
        found = queries.ranked(session, session.get_one(JudgingRound, number))
        if sum(len(places) for places in found.values()) != WORKS:
            raise RuntimeError("works are missing")


def _closed(database: Database, number: int) -> None:
    with database.units() as session:
        service.close_round(session, session.get_one(JudgingRound, number), by=_by())
