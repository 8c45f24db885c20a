"""How a quiz goes while it is played: for pages that ask every few seconds, so that no look costs what a quiz has grown to.

What has ended is summed once and kept by the process; each further look adds what has ended since. A part of a page that
asks by itself is answered from what was found a few seconds ago.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.db import core
from models.quiz import Answer, Attempt, AttemptState, Quiz
from quizzes import queries
from quizzes.bank.rows import questions_of
from quizzes.queries import Share

FRESH = timedelta(seconds=4)  # what a page that asks by itself may be behind
SETTLED_AFTER = timedelta(seconds=30)  # an attempt is stamped before its transaction is committed, and seen after
MINUTES = 45  # of the pace
MOST_SHARES = 1000  # questions, the hardest
_MOST_QUIZZES = 50  # a process keeps sums of

_RIGHT = sa.func.sum(sa.case((Answer.is_right, 1), else_=0))
_ANSWERED = (
    sa.select(Answer.question_id, sa.func.count(), _RIGHT, sa.func.sum(Answer.took_ms))
    .join(Attempt, Attempt.id == Answer.attempt_id)
    .where(Attempt.quiz_id == sa.bindparam("quiz"), Attempt.finished_at > sa.bindparam("after"))
    .where(Attempt.finished_at <= sa.bindparam("until"))
    .group_by(Answer.question_id)
)
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Live:
    """`playing`: attempts that are open. `pace`: attempts that ended in each of the last minutes, the oldest first."""

    players: int
    attempts: int
    playing: int
    pace: tuple[tuple[datetime, int], ...]
    shares: tuple[Share, ...]  # the hardest first


@dataclass(slots=True)
class _Sums:
    """Answers of attempts that ended until `until`, by question: how many, how many right, ms in all."""

    until: datetime = _BEGINNING
    of: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    found: Live | None = None
    found_at: datetime = _BEGINNING
    lock: Any = field(default_factory=Lock)


_sums: WeakKeyDictionary[sa.Engine, dict[int, _Sums]] = WeakKeyDictionary()


def live(session: Session, quiz: Quiz, *, now: datetime, asks_itself: bool = False) -> Live:
    """The figures as they are; where a page `asks_itself`, as they were at most FRESH ago."""
    kept = _sums.setdefault(core(session).engine, {})
    sums = kept.setdefault(quiz.id, _Sums())
    while len(kept) > _MOST_QUIZZES:
        kept.pop(next(iter(kept)))
    with sums.lock:
        if sums.found is None or not asks_itself or not now - FRESH < sums.found_at <= now:
            sums.found, sums.found_at = _looked(session, quiz, sums, now), now
        return sums.found


def _looked(session: Session, quiz: Quiz, sums: _Sums, now: datetime) -> Live:
    running = sa.select(sa.func.count()).select_from(Attempt)
    running = running.where(Attempt.quiz_id == quiz.id, Attempt.state == AttemptState.OPEN, sa.text("state = 'open'"))
    return Live(
        queries.players(session, quiz), queries.attempts(session, quiz), session.scalar(running) or 0,
        tuple(_pace(session, quiz, now)), tuple(_shares(session, _summed(session, quiz, sums, now))),
    )  # fmt: skip


def _summed(session: Session, quiz: Quiz, sums: _Sums, now: datetime) -> dict[int, tuple[int, int, int]]:
    settled = now - SETTLED_AFTER
    if settled < sums.until:  # the clock was set back
        sums.until, sums.of = _BEGINNING, {}
    sums.of = _added(sums.of, _between(session, quiz, sums.until, settled))
    sums.until = settled
    return _added(sums.of, _between(session, quiz, settled, now))


def _between(session: Session, quiz: Quiz, after: datetime, until: datetime) -> Sequence[Any]:
    return core(session).execute(_ANSWERED, {"quiz": quiz.id, "after": after, "until": until}).all()


def _added(of: dict[int, tuple[int, int, int]], rows: Sequence[Any]) -> dict[int, tuple[int, int, int]]:
    found = dict(of)
    for number, count, right, took in rows:
        before = found.get(number, (0, 0, 0))
        found[number] = (before[0] + count, before[1] + int(right), before[2] + int(took))
    return found


def _shares(session: Session, of: dict[int, tuple[int, int, int]]) -> list[Share]:
    hardest = sorted(of.items(), key=lambda one: (one[1][1] / one[1][0], -one[1][0], one[0]))[:MOST_SHARES]
    stems = questions_of(session, [number for number, _ in hardest])
    return [
        Share(stems[number].stem, count, right, took / count / 1000, number)
        for number, (count, right, took) in hardest
    ]


def _pace(session: Session, quiz: Quiz, now: datetime) -> list[tuple[datetime, int]]:
    last = now.replace(second=0, microsecond=0)
    minutes = [last - timedelta(minutes=back) for back in range(MINUTES - 1, -1, -1)]
    minute = _MINUTE[core(session).dialect.name]()
    ended = sa.select(minute, sa.func.count()).where(Attempt.quiz_id == quiz.id, Attempt.finished_at >= minutes[0])
    counts = {row[0]: row[1] for row in session.execute(ended.group_by(minute))}
    return [(one, counts.get(f"{one.astimezone(UTC):%Y-%m-%d %H:%M}", 0)) for one in minutes]


_MINUTE: dict[str, Callable[[], sa.ColumnElement[str]]] = {
    "sqlite": lambda: sa.func.substr(sa.type_coerce(Attempt.finished_at, sa.String), 1, 16),
    "postgresql": lambda: sa.func.to_char(
        sa.func.timezone(sa.literal_column("'UTC'"), Attempt.finished_at), sa.literal_column("'YYYY-MM-DD HH24:MI'")
    ),
}
