"""Questions about quizzes: which are open, what a reader has left, who stands where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import times
from models.bulk import one_of
from models.db import core
from models.payout import Pool, PoolState, Prize, PrizeState
from models.privacy import digest
from models.quiz import Answer, Attempt, AttemptState, PaperQuestion, Quiz, QuizState, Standing
from models.volunteer import Training
from quizzes import rules
from quizzes.bank.question import Question
from quizzes.bank.rows import questions_of

SHOWN = (QuizState.APPROVED, QuizState.PAUSED)
RANKS_TOLD = 500  # behind it the rank is told only when it is asked for
# Of a board: fewer questions missed, then less thinking time, then earlier.
ORDER = (Standing.missed, Standing.took_ms, Standing.reached_at)


def occasion_of(quiz: Quiz) -> str:
    """What its pool is for."""
    return f"quiz {quiz.id}"


def of_occasion(session: Session, occasion: str) -> Quiz | None:
    """The quiz that a pool with this occasion is for."""
    kind, _, number = occasion.partition(" ")
    return session.get(Quiz, int(number)) if kind == "quiz" else None


def hours_of(quiz: Quiz) -> rules.Hours:
    """When it is open."""
    return rules.Hours(quiz.opens_at, quiz.closes_at, quiz.day_from, quiz.day_until)


_settled: WeakKeyDictionary[sa.Engine, dict[int, Quiz]] = WeakKeyDictionary()


def settled(session: Session, number: int) -> Quiz:
    """A quiz that has been approved, for reading its rules: they never change again, so a process reads them once.

    It belongs to no session; its `state` is that of when it was read.
    """
    kept = _settled.setdefault(core(session).engine, {})
    if number not in kept:
        row = core(session).execute(sa.select(Quiz.__table__).where(Quiz.id == number)).mappings().one()
        kept[number] = Quiz(**row)
    return kept[number]


_sealed: WeakKeyDictionary[sa.Engine, dict[int, Pool]] = WeakKeyDictionary()


def sealed_pool(session: Session, quiz: Quiz) -> Pool | None:
    """The sealed prizes of a quiz that is played; a sealed plan never changes, so a process reads it once.

    Nothing is won of one that was closed meanwhile: then no prize of it is free.
    """
    kept = _sealed.setdefault(core(session).engine, {})
    if quiz.id not in kept:
        row = (
            core(session)
            .execute(sa.select(Pool.__table__).where(Pool.occasion == occasion_of(quiz)))
            .mappings()
            .first()
        )
        if row is None or row["state"] is not PoolState.SEALED:
            return None
        kept[quiz.id] = Pool(**row)
    return kept[quiz.id]


def by_code(session: Session, code: str) -> Quiz | None:
    """The quiz of this address, if readers may see it."""
    quiz = session.scalars(sa.select(Quiz).where(Quiz.code == code.lower())).one_or_none()
    return quiz if quiz is not None and quiz.state in (*SHOWN, QuizState.CLOSED) else None


def by_number(session: Session, number: int) -> Quiz | None:
    """The same by its number, for who is sent to it by another room."""
    quiz = session.get(Quiz, number)
    return quiz if quiz is not None and quiz.state in SHOWN else None


# The test of a training is for those who are sent to it: no list of readers has it.
OF_TRAINING = sa.exists().where(Training.quiz_id == Quiz.id)


def current(session: Session, *, now: datetime) -> list[Quiz]:
    """Quizzes that are open or about to open, the next to close first; not those that staff let out live, nor tests."""
    rows = sa.select(Quiz).where(
        Quiz.state.in_(SHOWN), Quiz.closes_at > now, Quiz.is_live.is_(False), sa.not_(OF_TRAINING)
    )
    return list(session.scalars(rows.order_by(Quiz.closes_at, Quiz.id)))


# What every attempt asks when it begins and ends, for many readers at once. Built once: SQLAlchemy takes longer to build a
# statement than SQLite to answer it.
def _tries_by(who: Any, names: str) -> sa.Select[Any]:
    today = sa.func.coalesce(sa.func.sum(sa.case((Attempt.day == sa.bindparam("today"), 1), else_=0)), 0)
    counts = sa.select(who.label("who"), today.label("of_today"), sa.func.count().label("in_all"))
    return counts.where(Attempt.quiz_id == sa.bindparam("quiz"), one_of(who, names)).group_by(who)


_TRIES = sa.union_all(_tries_by(Attempt.openid, "readers"), _tries_by(Attempt.left_as, "who_left"))
_WON = sa.select(Prize.openid, Prize.won_at).where(
    Prize.pool_id == sa.bindparam("pool"), one_of(Prize.openid, "readers"), Prize.won_at.is_not(None)
)
_BETTER = (
    sa.select(sa.func.count())
    .select_from(Standing)
    .where(
        Standing.quiz_id == sa.bindparam("quiz"),
        sa.tuple_(*ORDER) < sa.tuple_(*(sa.bindparam(f"own_{column.key}", type_=column.type) for column in ORDER)),
    )
)
_other = sa.orm.aliased(Standing)
_FIRST_BETTER = (
    sa.select(sa.literal(1))
    .where(
        _other.quiz_id == Standing.quiz_id,
        sa.tuple_(*(getattr(_other, column.key) for column in ORDER)) < sa.tuple_(*ORDER),
    )
    .limit(RANKS_TOLD)
    .correlate(Standing)
    .subquery()
)
_PLACED = (
    sa.select(Standing, sa.select(sa.func.count()).select_from(_FIRST_BETTER).scalar_subquery())
    .where(Standing.quiz_id == sa.bindparam("quiz"), one_of(Standing.openid, "readers"))
    .execution_options(populate_existing=True)
)


def tries_of(session: Session, quiz: Quiz, readers: Sequence[str], *, now: datetime) -> dict[str, rules.Tries]:
    """What each of these readers has used up, before they left and came back as well."""
    before = {reader: digest(reader) for reader in readers}
    asked = {"today": times.today(now), "quiz": quiz.id, "readers": readers, "who_left": list(before.values())}
    used = {row.who: (int(row.of_today), row.in_all) for row in core(session).execute(_TRIES, asked)}
    found = {}
    for reader in readers:
        own, left = used.get(reader, (0, 0)), used.get(before[reader], (0, 0))
        found[reader] = rules.Tries(own[0] + left[0], own[1] + left[1], quiz.tries_a_day, quiz.tries_in_all)
    return found


@dataclass(frozen=True, slots=True)
class Won:
    """How many prizes of a pool a reader has won."""

    today: int
    in_all: int


NOTHING = Won(0, 0)


def won_by(session: Session, pool: Pool, readers: Sequence[str], *, today: date) -> dict[str, Won]:
    """Whatever has become of them since: a prize that lapsed was won."""
    days: dict[str, list[date]] = {reader: [] for reader in readers}
    for row in core(session).execute(_WON, {"pool": pool.id, "readers": readers}):
        days[row.openid].append(times.today(row.won_at))
    return {reader: Won(own.count(today), len(own)) for reader, own in days.items()}


def placed(session: Session, quiz: Quiz, readers: Sequence[str]) -> dict[str, tuple[Standing, int]]:
    """For each of these readers the result that counts, and its rank; RANKS_TOLD + 1 for all behind: as dear for the last of
    a hundred thousand as for the first."""
    found = session.execute(_PLACED, {"quiz": quiz.id, "readers": readers})
    return {standing.openid: (standing, before + 1) for standing, before in found}


def standing_of(session: Session, quiz: Quiz, openid: str) -> Standing | None:
    """The result of this reader that counts."""
    return session.get(Standing, (quiz.id, openid))


def rank_of(session: Session, standing: Standing) -> int:
    """1 for the first: how many results stand before this one, by the order that is stated."""
    own = {f"own_{column.key}": getattr(standing, column.key) for column in ORDER}
    return (core(session).scalar(_BETTER, {"quiz": standing.quiz_id, **own}) or 0) + 1


def same_score_before(session: Session, standing: Standing) -> int:
    """How many with as many right answers stand before this one."""
    before = sa.tuple_(Standing.took_ms, Standing.reached_at) < sa.tuple_(
        sa.literal(standing.took_ms), sa.literal(standing.reached_at, Standing.reached_at.type)
    )
    same = sa.select(sa.func.count()).select_from(Standing)
    same = same.where(Standing.quiz_id == standing.quiz_id, Standing.missed == standing.missed, before)
    return session.scalar(same) or 0


def players(session: Session, quiz: Quiz) -> int:
    """How many readers have a result."""
    return session.scalar(sa.select(sa.func.count()).select_from(Standing).where(Standing.quiz_id == quiz.id)) or 0


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One answered question, afterwards."""

    question: Question
    shown: Sequence[int]
    given: object
    is_right: bool


def review(session: Session, attempt: Attempt) -> list[Reviewed]:
    """What was answered, in the order of the attempt."""
    if attempt.state is AttemptState.OPEN:
        return []
    rows = session.scalars(sa.select(Answer).where(Answer.attempt_id == attempt.id).order_by(Answer.place)).all()
    found = questions_of(session, [row.question_id for row in rows])
    return [
        Reviewed(found[row.question_id], attempt.drawn[row.place][1], row.given, row.is_right) for row in rows
    ]  # fmt: skip


def left_in(session: Session, pool: Pool, *, now: datetime) -> int:
    """Prizes that are let out and nobody has won."""
    free = (
        sa.select(sa.func.count()).select_from(Prize).where(Prize.pool_id == pool.id, Prize.state == PrizeState.FREE)
    )
    return session.scalar(free.where(Prize.release_at <= now)) or 0


def next_release(session: Session, pool: Pool, tier: int, *, now: datetime) -> datetime | None:
    """When the next prizes of this tier or a lower one are let out that an answer may win; None where there are no more."""
    coming = sa.select(sa.func.min(Prize.release_at)).where(Prize.pool_id == pool.id, Prize.state == PrizeState.FREE)
    coming = coming.where(Prize.tier >= tier, Prize.release_at > now, Prize.release_at < pool.closes_at)
    return session.scalar(coming)


def questions_in(session: Session, quiz: Quiz) -> int:
    """How many questions one attempt has."""
    groups = rules.groups_of(quiz.groups)
    whole = [part for part, group in enumerate(groups) if not group.count]
    rows = sa.select(sa.func.count()).select_from(PaperQuestion)
    every = (
        session.scalar(rows.where(PaperQuestion.quiz_id == quiz.id, PaperQuestion.part.in_(whole))) if whole else 0
    )
    return sum(group.count for group in groups) + (every or 0)


def last_attempt(session: Session, quiz: Quiz, openid: str) -> Attempt | None:
    """The newest attempt of this reader that has ended."""
    mine = sa.select(Attempt).where(
        Attempt.quiz_id == quiz.id, Attempt.openid == openid, Attempt.state != AttemptState.OPEN
    )
    return session.scalars(mine.order_by(Attempt.number.desc()).limit(1)).first()


def prize_of(session: Session, quiz: Quiz, attempt: Attempt) -> Prize | None:
    """What this attempt won: the prize taken in the moment it ended."""
    pool = sa.select(Pool.id).where(Pool.occasion == occasion_of(quiz)).scalar_subquery()
    won = sa.select(Prize).where(
        Prize.pool_id == pool, Prize.openid == attempt.openid, Prize.won_at == attempt.finished_at
    )
    return session.scalars(won).one_or_none()


def attempts(session: Session, quiz: Quiz) -> int:
    """How many attempts have ended."""
    ended = sa.select(sa.func.count()).select_from(Attempt).where(Attempt.quiz_id == quiz.id)
    return session.scalar(ended.where(Attempt.finished_at.is_not(None))) or 0


@dataclass(frozen=True, slots=True)
class Share:
    """How one question of a quiz was answered."""

    stem: str
    answered: int
    right: int
    seconds: float
    question_id: int

    @property
    def percent(self) -> int:
        """Of a hundred answers so many are right."""
        return round(100 * self.right / self.answered) if self.answered else 0
