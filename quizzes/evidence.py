"""The signs of a quiz put together from what was measured, and the evidence of an attempt beside that of others."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.payout import Pool, PoolEntry, Prize
from models.quiz import Answer, Attempt, Quiz, Standing, Trace
from models.record import StaffPhone
from payouts import pools
from quizzes import fairness, queries
from quizzes.bank.question import Question
from quizzes.bank.rows import questions_of
from quizzes.fairness import Kind, Sign

MOST_SIGNS = 100  # of a kind, the latest
MOST_OF_FOLLOWS = 5000  # attempts of new followers that are looked through
MOST_BESIDE = 6  # attempts side by side


def signs(session: Session, quiz: Quiz, *, touching: Sequence[int] | None = None) -> list[Sign]:
    """All signs of a quiz, or those about at least one of the attempts `touching`. Whatever its size, a few indexed looks."""
    return [sign for kind in KINDS for sign in kind(session, quiz, touching)]


def measured(session: Session, quiz: Quiz) -> int:
    """How many attempts were measured."""
    return session.scalar(sa.select(sa.func.count()).select_from(Trace).where(Trace.quiz_id == quiz.id)) or 0


def _fast(session: Session, quiz: Quiz, touching: Sequence[int] | None) -> Iterator[Sign]:
    rows = (
        sa.select(Trace, Attempt.number)
        .join(Attempt, Attempt.id == Trace.attempt_id)
        .where(Trace.quiz_id == quiz.id, Trace.fast > 0)
        .order_by(Trace.finished_at.desc())
    )
    if touching is not None:
        rows = rows.where(Trace.attempt_id.in_(touching))
    for trace, number in session.execute(rows.limit(MOST_SIGNS)):
        said = fairness.said_fast(trace.fast, len(trace.times_ms), took_ms=trace.took_ms, number=number)
        yield Sign(Kind.FAST, said, (trace.attempt_id,))


def _rings(session: Session, quiz: Quiz, touching: Sequence[int] | None) -> Iterator[Sign]:
    for rows in _groups(session, quiz, Trace.ring, Trace.ring.is_not(None), touching):
        questions = len(session.get_one(Trace, rows[0].attempt_id).times_ms)
        said = fairness.said_ring(len({row.openid for row in rows}), questions, _span(rows))
        yield Sign(Kind.RING, said, tuple(row.attempt_id for row in rows))


def _wrongs(session: Session, quiz: Quiz, touching: Sequence[int] | None) -> Iterator[Sign]:
    of = measured(session, quiz)
    for rows in _groups(session, quiz, Trace.wrongs, Trace.wrongs != "", touching, most=fairness.rare_count(of)):
        moments = [(row.finished_at, row) for row in rows]
        for run in fairness.bursts(moments, within=fairness.WRONGS_WITHIN, fewest=fairness.FEWEST_READERS):
            together = [row for _, row in run]
            readers = len({row.openid for row in together})
            if readers >= fairness.FEWEST_READERS:
                said = fairness.said_wrongs(readers, _span(together), in_all=len(rows), of=of)
                yield Sign(Kind.WRONGS, said, tuple(row.attempt_id for row in together))


@dataclass(frozen=True, slots=True)
class _Member:
    """An attempt of a group."""

    attempt_id: int
    finished_at: datetime
    openid: str | None


def _groups(
    session: Session,
    quiz: Quiz,
    column: Any,
    is_some: sa.ColumnElement[bool],
    touching: Sequence[int] | None,
    *,
    most: int | None = None,
) -> Iterator[list[_Member]]:
    """Attempts of at least three readers that have `column` in common, `most` at most, the latest group first."""
    here = sa.and_(Trace.quiz_id == quiz.id, is_some)
    keys = (
        sa.select(column)
        .select_from(Trace)
        .join(Attempt, Attempt.id == Trace.attempt_id)
        .where(here)
        .group_by(column)
        .having(sa.func.count(Attempt.openid.distinct()) >= fairness.FEWEST_READERS)
        .order_by(sa.func.max(Trace.finished_at).desc())
        .limit(MOST_SIGNS)
    )
    if most is not None:
        keys = keys.having(sa.func.count() <= most)
    if touching is not None:
        keys = keys.where(column.in_(sa.select(column).where(Trace.attempt_id.in_(touching))))
    for key in session.scalars(keys).all():
        rows = (
            sa.select(Trace.attempt_id, Trace.finished_at, Attempt.openid)
            .join(Attempt, Attempt.id == Trace.attempt_id)
            .where(here, column == key)
        )
        yield [_Member(*row) for row in session.execute(rows.order_by(Trace.finished_at, Trace.attempt_id))]


def _browsers(session: Session, quiz: Quiz, touching: Sequence[int] | None) -> Iterator[Sign]:
    if touching is not None:  # shown, and holds nothing
        return
    for rows in _groups(session, quiz, Attempt.browser, Attempt.browser.is_not(None), touching):
        said = fairness.said_browser(len({row.openid for row in rows}), _span(rows))
        yield Sign(Kind.BROWSER, said, tuple(row.attempt_id for row in rows))


def _span(rows: Sequence[_Member]) -> timedelta:
    return max(row.finished_at for row in rows) - min(row.finished_at for row in rows)


def _follow_bursts(session: Session, quiz: Quiz, touching: Sequence[int] | None) -> Iterator[Sign]:
    if touching is not None:  # shown, and holds nothing
        return
    rows = (
        sa.select(Trace.attempt_id, Trace.followed_s, Attempt.started_at, Attempt.openid)
        .join(Attempt, Attempt.id == Trace.attempt_id)
        .where(Trace.quiz_id == quiz.id, Trace.followed_s.is_not(None))
    )
    found = session.execute(rows.order_by(Trace.finished_at.desc()).limit(MOST_OF_FOLLOWS)).all()
    of = measured(session, quiz)
    firsts = {row.openid: (row.started_at - timedelta(seconds=row.followed_s), row.attempt_id) for row in found}
    for run in fairness.bursts(list(firsts.values()), within=fairness.BURST_WITHIN, fewest=fairness.FEWEST_FOLLOWS)[
        :MOST_SIGNS
    ]:
        said = fairness.said_follows(len(run), run[-1][0] - run[0][0], in_all=len(found), of=of)
        yield Sign(Kind.FOLLOWS, said, tuple(number for _, number in run))


def _staff(session: Session, quiz: Quiz, touching: Sequence[int] | None) -> Iterator[Sign]:
    pool = pools.of_occasion(session, queries.occasion_of(quiz))
    if pool is None or not pool.bars_staff:
        return
    rows = (
        sa.select(Trace.attempt_id, StaffPhone.login)
        .join(Attempt, Attempt.id == Trace.attempt_id)
        .join(StaffPhone, StaffPhone.openid == Attempt.openid)
        .where(Trace.quiz_id == quiz.id)
        .order_by(Trace.finished_at.desc())
    )
    if touching is not None:
        rows = rows.where(Trace.attempt_id.in_(touching))
    for number, login in session.execute(rows.limit(MOST_SIGNS)):
        yield Sign(Kind.STAFF, fairness.said_staff(login), (number,))


KINDS: tuple[Callable[[Session, Quiz, Sequence[int] | None], Iterator[Sign]], ...] = (
    _staff, _fast, _rings, _wrongs, _browsers, _follow_bursts,
)  # fmt: skip


def prizes_of(session: Session, attempts: Sequence[int]) -> dict[int, int]:
    """The prizes that these attempts won when they ended, or by the draw that they brought their readers into:
    prize → attempt."""
    own_pool = Pool.occasion == sa.literal("quiz ").concat(sa.cast(Attempt.quiz_id, sa.String))
    won = (
        sa.select(Prize.id.label("prize"), Attempt.id.label("attempt"))
        .join(Attempt, sa.and_(Attempt.openid == Prize.openid, Attempt.finished_at == Prize.won_at))
        .join(Pool, sa.and_(Pool.id == Prize.pool_id, own_pool))
        .where(Attempt.id.in_(attempts))
    )
    drawn = (
        sa.select(PoolEntry.prize_id.label("prize"), Attempt.id.label("attempt"))
        .join(Standing, Standing.attempt_id == Attempt.id)
        .where(Standing.quiz_id == Attempt.quiz_id, Standing.openid == Attempt.openid)
        .join(Pool, own_pool)
        .join(PoolEntry, sa.and_(PoolEntry.pool_id == Pool.id, PoolEntry.openid == Attempt.openid))
        .where(Attempt.id.in_(attempts), PoolEntry.prize_id.is_not(None))
    )
    found = {row.prize: row.attempt for statement in (won, drawn) for row in session.execute(statement)}
    return dict(sorted(found.items()))


def counting(session: Session, quiz: Quiz, readers: Sequence[str]) -> Sequence[int]:
    """The attempts of these readers that count: those that brought them into the draw."""
    rows = sa.select(Standing.attempt_id).where(Standing.quiz_id == quiz.id, Standing.openid.in_(readers))
    return session.scalars(rows.order_by(Standing.attempt_id)).all()


def staff_of(session: Session, openid: str | None) -> str | None:
    """The login of the member of staff whose phone this is."""
    mine = sa.select(StaffPhone.login).where(StaffPhone.openid == openid)
    return session.scalars(mine).first() if openid else None


@dataclass(frozen=True, slots=True)
class Cell:
    """What one attempt did at one place; `is_fast`: sooner than it can be read."""

    question: Question
    given: Any
    shown: Sequence[int]
    is_right: bool
    took_ms: int
    is_fast: bool


@dataclass(frozen=True, slots=True)
class Column:
    """One attempt with its answers in order, and the prizes it won."""

    attempt: Attempt
    cells: tuple[Cell, ...]
    prizes: tuple[Prize, ...]
    followed_at: datetime | None


def columns(session: Session, attempts: Sequence[int]) -> list[Column]:
    """These attempts side by side, the first six."""
    return [_column(session, session.get_one(Attempt, number)) for number in attempts[:MOST_BESIDE]]


def _column(session: Session, attempt: Attempt) -> Column:
    rows = session.scalars(sa.select(Answer).where(Answer.attempt_id == attempt.id).order_by(Answer.place)).all()
    found = questions_of(session, [row.question_id for row in rows])
    cells = [
        Cell(
            found[row.question_id], row.given, attempt.drawn[row.place][1], row.is_right, row.took_ms,
            row.given is not None and row.took_ms < fairness.readable_in_ms(found[row.question_id]),
        )
        for row in rows
    ]  # fmt: skip
    won = tuple(session.get_one(Prize, number) for number in prizes_of(session, [attempt.id]))
    trace = session.get(Trace, attempt.id)
    followed = trace.followed_s if trace else None
    since = attempt.started_at - timedelta(seconds=followed) if followed is not None else None
    return Column(attempt, tuple(cells), won, since)
