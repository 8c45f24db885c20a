"""Boards: the first of a quiz or of a group of it, frozen before the end where staff want it; one's own place is always live.

The first are read from an index in its order, at any size; a frozen board is rows that the clock has taken down.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.board import BoardName, FrozenPlace
from models.db import Base, core
from models.quiz import Attempt, AttemptState, Keeps, Quiz, QuizState, Standing
from quizzes.queries import ORDER

MOST = 20
MOST_COUNTED = 10_000  # players that are counted for readers
_S = (QuizState.APPROVED, QuizState.PAUSED)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a board; without openid its reader has left. `attempt_id` 0: not known of a frozen one."""

    place: int
    openid: str | None
    name: str
    score: int
    took_ms: int
    attempt_id: int = 0
    is_barred: bool = False


def is_frozen(quiz: Quiz, *, now: datetime) -> bool:
    """Does everybody see the board as it was some hours before the end?"""
    return quiz.freezes_at is not None and quiz.freezes_at <= now < quiz.closes_at and quiz.state in _S


def seen(session: Session, quiz: Quiz, *, group: str = "", now: datetime) -> list[Row]:
    """The first, as readers may see them now."""
    if not is_frozen(quiz, now=now):
        return live(session, quiz, group=group)
    if quiz.frozen_at is None:  # the clock has not come by yet
        return [Row(place, *row) for place, row in enumerate(_named(session, _as_it_was(session, quiz, group)), 1)]
    kept = (
        sa.select(FrozenPlace.place, FrozenPlace.openid, BoardName.name, FrozenPlace.score, FrozenPlace.took_ms)
        .outerjoin(BoardName, BoardName.openid == FrozenPlace.openid)
        .where(FrozenPlace.quiz_id == quiz.id, FrozenPlace.board_group == group)
    )
    return [
        Row(row[0], row[1], row[2] or "", row[3], row[4]) for row in session.execute(kept.order_by(FrozenPlace.place))
    ]


def live(session: Session, quiz: Quiz, *, group: str = "", most: int = MOST) -> list[Row]:
    """The first, as they stand."""
    rows = session.execute(live_statement(quiz.id, group, most=most))
    return [
        Row(place, row.openid, row.name or "", row.score, row.took_ms, row.attempt_id, bool(row.is_barred))
        for place, row in enumerate(rows, 1)
    ]


def live_statement(quiz_id: int, group: str, *, most: int = MOST) -> sa.Select[Any]:
    """The first with their names, from the index of the quiz or of its groups."""
    columns: tuple[Any, ...] = (
        Standing.openid, Standing.score, Standing.took_ms, Standing.attempt_id, BoardName.name, BoardName.is_barred,
    )  # fmt: skip
    rows = sa.select(*columns).outerjoin(BoardName, BoardName.openid == Standing.openid).where(*_of(quiz_id, group))
    return rows.order_by(*ORDER).limit(most)


def _of(quiz_id: int, group: str) -> list[sa.ColumnElement[bool]]:
    """Results of a quiz or one of its groups; what is said twice lets the partial index be used."""
    here: list[sa.ColumnElement[bool]] = [Standing.quiz_id == quiz_id]
    return [*here, Standing.board_group == group, Standing.board_group != sa.literal_column("''")] if group else here


def rank_in_group(session: Session, standing: Standing) -> int:
    """1 for the first of the reader's own group."""
    own = sa.tuple_(*(sa.literal(getattr(standing, column.key), column.type) for column in ORDER))
    before = sa.select(sa.func.count()).select_from(Standing).where(*_of(standing.quiz_id, standing.board_group))
    return (session.scalar(before.where(sa.tuple_(*ORDER) < own)) or 0) + 1


def players(session: Session, quiz: Quiz, *, group: str = "") -> int:
    """How many have a result, counted no further than MOST_COUNTED + 1."""
    some = sa.select(sa.literal(1)).select_from(Standing).where(*_of(quiz.id, group)).limit(MOST_COUNTED + 1)
    return session.scalar(sa.select(sa.func.count()).select_from(some.subquery())) or 0


# ── frozen ──


def freeze_due(session: Session, now: datetime) -> int:
    """Take down the boards of one quiz whose hour has come: 1, or 0 when there is none."""
    due = sa.select(Quiz).where(Quiz.freezes_at <= now, Quiz.frozen_at.is_(None), Quiz.state.in_(_S))
    quiz = session.scalars(due.order_by(Quiz.freezes_at).limit(1).with_for_update(skip_locked=True)).first()
    if quiz is None:
        return 0
    rows = [
        {
            "quiz_id": quiz.id, "board_group": group, "place": place, "openid": row.openid, "score": row.score,
            "took_ms": row.took_ms,
        }
        for group in ("", *quiz.board_groups)
        for place, row in enumerate(_as_it_was(session, quiz, group), 1)
    ]  # fmt: skip
    if rows:
        core(session).execute(sa.insert(Base.metadata.tables["frozen_places"]), rows)
    quiz.frozen_at = now
    return 1


@dataclass(frozen=True, slots=True)
class _Was:
    openid: str
    score: int
    took_ms: int
    key: tuple[Any, ...]


def _as_it_was(session: Session, quiz: Quiz, group: str) -> list[_Was]:
    """The first at the moment of freezing, however late it is asked: what counted then, of those who have played on since
    found again among their attempts."""
    unchanged = sa.select(Standing.openid, Standing.score, Standing.took_ms, Standing.missed, Standing.reached_at)
    unchanged = unchanged.where(*_of(quiz.id, group), Standing.reached_at <= quiz.freezes_at)
    found = [*session.execute(unchanged.order_by(*ORDER).limit(MOST)), *session.execute(_before(quiz, group))]
    was = [_Was(row.openid, row.score, row.took_ms, (row.missed, row.took_ms, row.reached_at)) for row in found]
    return sorted(was, key=lambda row: row.key)[:MOST]


def _before(quiz: Quiz, group: str) -> sa.Select[Any]:
    """For those whose result is newer than the freezing: the attempt that counted then."""
    missed = (sa.func.json_array_length(Attempt.drawn) - Attempt.score).label("missed")
    counts = (missed, Attempt.took_ms, Attempt.finished_at) if quiz.keeps is Keeps.BEST else (Attempt.number.desc(),)
    ended = (
        sa.select(
            Attempt.openid, Attempt.score, Attempt.took_ms, missed, Attempt.finished_at.label("reached_at"),
            sa.func.row_number().over(partition_by=Attempt.openid, order_by=counts).label("turn"),
        )
        .join(Standing, (Standing.quiz_id == Attempt.quiz_id) & (Standing.openid == Attempt.openid))
        .where(*_of(quiz.id, group), Standing.reached_at > quiz.freezes_at)
        .where(Attempt.state != AttemptState.OPEN, Attempt.finished_at <= quiz.freezes_at)
        .subquery()
    )  # fmt: skip
    best = sa.select(ended).where(ended.c.turn == 1)
    return best.order_by(ended.c.missed, ended.c.took_ms, ended.c.reached_at).limit(MOST)


def _named(session: Session, rows: Sequence[_Was]) -> list[tuple[str, str, int, int]]:
    mine = sa.select(BoardName.openid, BoardName.name).where(BoardName.openid.in_([row.openid for row in rows]))
    names = {row.openid: row.name for row in session.execute(mine)}
    return [(row.openid, names.get(row.openid, ""), row.score, row.took_ms) for row in rows]
