"""Playing: an attempt begins, is answered question by question by the server's clock, and ends with what was won.

Chat and page are one engine and one attempt: whichever answers first answers the question; the other is shown where the
attempt is. An answer is a row with a key of its own, so that none counts twice. Everything is done for several readers
at once, a statement for all of them: the ten minutes after a post bring hundreds of answers a second (docs/benchmarks.md).
Of one reader there is never more than one attempt in the same call.
"""

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models import codes, times
from models.bulk import Bulk, as_rows, one_of, rows_of
from models.db import Base, core
from models.errors import Refused
from models.payout import Prize
from models.quiz import (
    ATTEMPT_MOVES,
    Answer,
    Attempt,
    AttemptState,
    Keeps,
    PaperQuestion,
    Quiz,
    Standing,
)
from models.states import moved
from payouts import plan
from payouts import service as prizes
from quizzes import elders, groups, passages, queries, rules
from quizzes.bank.question import Kind, Question, is_right
from quizzes.bank.rows import questions_of
from quizzes.queries import Won
from quizzes.refusals import TryOnceMore

S = AttemptState
PART = 50  # attempts a unit
_dice = random.SystemRandom()


STANDS = ("quiz_id", "openid", "attempt_id", "score", "missed", "took_ms", "reached_at")


def _upsert(dialect: Any, name: str, keeps: Keeps) -> Any:
    """Take the places, or leave them to the results that count; their rows are held either way."""
    table = Base.metadata.tables["standings"]
    ended = rows_of(name, [table.c[column] for column in STANDS]).subquery("ended")
    group = groups.at_first_result(ended.c.quiz_id, ended.c.openid)
    rows = sa.select(*ended.c, group).where(sa.true())  # else SQLite reads ON CONFLICT as the ON of a join
    first = dialect.insert(table).from_select([*STANDS, "board_group"], rows)
    new, old = first.excluded, Standing
    better = sa.tuple_(*(new[column.key] for column in queries.ORDER)) < sa.tuple_(*queries.ORDER)
    taken = {name: new[name] for name in ("attempt_id", "score", "missed", "took_ms", "reached_at")}
    return first.on_conflict_do_update(
        index_elements=[old.quiz_id, old.openid], set_=taken, where=better if keeps is Keeps.BEST else None
    )


# Built once: SQLAlchemy takes longer to build a statement than a database to answer it.
_OPEN = (
    sa.select(Attempt)
    .where(Attempt.quiz_id == sa.bindparam("quiz"), one_of(Attempt.openid, "readers"), Attempt.state == S.OPEN)
    .execution_options(populate_existing=True)
)
_HELD = (
    sa.select(Attempt)
    .where(Attempt.id.in_(sa.bindparam("numbers", expanding=True)))
    .order_by(Attempt.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)
_LAST_PLACE = sa.select(sa.func.max(PaperQuestion.place)).where(
    PaperQuestion.quiz_id == sa.bindparam("quiz"), PaperQuestion.part == sa.bindparam("part")
)
_AT_PLACES = sa.select(PaperQuestion.place, PaperQuestion.question_id).where(
    PaperQuestion.quiz_id == sa.bindparam("quiz"), PaperQuestion.part == sa.bindparam("part"),
    PaperQuestion.place.in_(sa.bindparam("places", expanding=True)),
)  # fmt: skip
_ATTEMPTS = Bulk(
    Attempt, "quiz_id", "openid", "number", "day", "state", "drawn", "place", "score", "is_elder", "is_reading", "asked_at",
    "started_at", "ends_at", "took_ms", or_nothing=True,
)  # fmt: skip
_ANSWERS = Bulk(
    Answer, "attempt_id", "place", "question_id", "given", "is_right", "took_ms", "answered_at"
)  # fmt: skip
_STAND = {
    (name, keeps): _upsert(dialect, name, keeps)
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
    for keeps in Keeps
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The question that is open: number `place` of `count`, its options in the order `shown`."""

    attempt: Attempt
    question: Question
    question_id: int
    place: int
    count: int
    shown: Sequence[int]


@dataclass(frozen=True, slots=True)
class Given:
    """An answer to the question at `place`, in the form of quizzes.bank.question; None: the reader passes."""

    attempt: Attempt
    place: int
    answer: Any


@dataclass(frozen=True, slots=True)
class Ended:
    """What an attempt brought; `before`: what its reader had won until then, where it was asked."""

    prize: Prize | None = None
    before: Won | None = None


@dataclass(frozen=True, slots=True)
class Marked:
    """What an answer came to. `ended` only where it was the last one."""

    attempt: Attempt
    asked: Asked
    given: Any
    is_right: bool
    is_late: bool
    took_ms: int
    ended: Ended | None = None


# ── it begins ──


def begin(session: Session, quiz: Quiz, readers: Sequence[str], *, now: datetime) -> list[Attempt | Refused]:
    """For each reader a new attempt, or the one that is open, or why there is none (what rules.may_begin raises)."""
    running = open_attempts(session, quiz.id, readers)
    over = [attempt.id for attempt in running.values() if now >= attempt.ends_at]
    if over:
        finish(session, [(attempt, S.EXPIRED) for attempt in held(session, over).values()], now=now)
        running = {reader: attempt for reader, attempt in running.items() if attempt.state is S.OPEN}
    refused: dict[str, Refused] = {}
    wanting = [reader for reader in readers if reader not in running]
    hours, used = queries.hours_of(quiz), queries.tries_of(session, quiz, wanting, now=now)
    for reader in wanting:
        try:
            rules.may_begin(quiz.state, hours, used[reader], now=now)
        except Refused as no:
            refused[reader] = no
    if new := {reader: used[reader].in_all + 1 for reader in wanting if reader not in refused}:
        _add(session, quiz, new, now=now)
        running |= open_attempts(session, quiz.id, list(new))
    return [refused.get(reader) or running.get(reader) or TryOnceMore() for reader in readers]


def _add(session: Session, quiz: Quiz, numbers: Mapping[str, int], *, now: datetime) -> None:
    """An attempt for each reader; one that was begun elsewhere in this very moment stays the only one."""
    slow, hours = elders.among(session, quiz, list(numbers)), queries.hours_of(quiz)
    until = {is_elder: rules.ends_of(quiz, hours, is_elder=is_elder, now=now) for is_elder in (False, True)}
    drawn, day = drawn_for(session, quiz, len(numbers)), times.today(now).isoformat()
    _ATTEMPTS.run(session, [
        (
            quiz.id, reader, number, day, S.OPEN, json.dumps(questions), 0, 0, reader in slow,
            passages.begins(session, questions, 0), now, now, until[reader in slow], 0,
        )
        for (reader, number), questions in zip(numbers.items(), drawn, strict=True)
    ])  # fmt: skip


def open_attempts(session: Session, quiz_id: int, readers: Sequence[str]) -> dict[str, Attempt]:
    """The attempts of these readers that have not ended."""
    found = session.scalars(_OPEN, {"quiz": quiz_id, "readers": readers})
    return {attempt.openid: attempt for attempt in found if attempt.openid is not None}


def open_attempt(session: Session, quiz_id: int, openid: str) -> Attempt | None:
    """The attempt of this reader that has not ended."""
    return open_attempts(session, quiz_id, [openid]).get(openid)


def drawn_for(session: Session, quiz: Quiz, count: int) -> list[list[list[Any]]]:
    """For each of `count` attempts its [question, order of its options]; as dear for a paper of ten as of 100 000."""
    papers: list[list[int]] = [[] for _ in range(count)]
    for part, group in enumerate(rules.groups_of(quiz.groups)):
        for paper, numbers in zip(papers, _of_part(session, quiz.id, part, group, count), strict=True):
            paper += numbers
    found = questions_of(session, list({number for paper in papers for number in paper}))
    return [[[number, order_of(found[number], shuffles=quiz.shuffles)] for number in paper] for paper in papers]


def _of_part(session: Session, quiz_id: int, part: int, group: rules.Group, count: int) -> list[list[int]]:
    here = {"quiz": quiz_id, "part": part}
    last = core(session).scalar(_LAST_PLACE, here)
    if last is None:
        return [[] for _ in range(count)]
    every = range(last + 1)
    together, most = passages.runs_of(session, quiz_id, part), min(group.count, len(every))
    drawn = [passages.draw(most, len(every), together, _dice) if group.count else list(every) for _ in range(count)]
    places = sorted({place for places in drawn for place in places})
    at = {row.place: row.question_id for row in core(session).execute(_AT_PLACES, {**here, "places": places})}
    return [[at[place] for place in places] for places in drawn]


def order_of(question: Question, *, shuffles: bool) -> list[int]:
    """The order in which its options are shown."""
    order = list(range(len(question.options)))
    if question.kind is Kind.ORDER or (shuffles and question.kind in (Kind.SINGLE, Kind.MULTIPLE)):
        _dice.shuffle(order)
    return order


# ── question by question ──


def asked(session: Session, attempt: Attempt) -> Asked:
    """The question that is open."""
    number, shown = attempt.drawn[attempt.place]
    question = questions_of(session, [number])[number]
    return Asked(attempt, question, number, attempt.place, len(attempt.drawn), shown)


def read(attempt: Attempt, *, now: datetime) -> None:
    """The passage of an attempt that is `held` has been read: its question can be seen from now on."""
    if attempt.state is S.OPEN and attempt.is_reading:
        attempt.is_reading, attempt.asked_at = False, now


def held(session: Session, numbers: Iterable[int]) -> dict[int, Attempt]:
    """These attempts by their numbers, locked until the unit ends. Whose they are the caller looks at."""
    return {attempt.id: attempt for attempt in session.scalars(_HELD, {"numbers": list(numbers)})}


def answer(session: Session, given: Sequence[Given], *, now: datetime) -> list[Marked | None]:
    """Answer the open questions of attempts that are `held`; None for an answer to another than the open one.

    What comes too late is kept and wrong.
    """
    marked = [_marked(session, one, now) for one in given]
    taken = [one for one in marked if one is not None]
    if taken:
        _ANSWERS.run(session, [_row(one, now) for one in taken])
    over = [(one, ends_as) for one in taken if (ends_as := _advanced(session, one, now)) is not None]
    ended = finish(session, [(one.attempt, ends_as) for one, ends_as in over], now=now)
    brought = {id(one): end for (one, _), end in zip(over, ended, strict=True)}
    return [one and replace(one, ended=brought.get(id(one))) for one in marked]


def _marked(session: Session, given: Given, now: datetime) -> Marked | None:
    attempt = given.attempt
    if attempt.state is not S.OPEN or given.place != attempt.place or attempt.is_reading:
        return None
    seconds_each = seconds_for(queries.settled(session, attempt.quiz_id), attempt)
    late = rules.is_late(asked_at=attempt.asked_at, ends_at=attempt.ends_at, seconds_each=seconds_each, now=now)
    took = rules.thought_ms(asked_at=attempt.asked_at, seconds_each=seconds_each, now=now)
    open_one = asked(session, attempt)
    return Marked(attempt, open_one, given.answer, not late and is_right(open_one.question, given.answer), late, took)


def seconds_for(quiz: Quiz, attempt: Attempt) -> int:
    """To think about one question of this attempt; 0: no limit."""
    return rules.allowed(quiz.seconds_each, percent=quiz.elder_percent, is_elder=attempt.is_elder)


def _row(one: Marked, now: datetime) -> tuple[Any, ...]:
    given = json.dumps(one.given, ensure_ascii=False)  # as the column keeps it
    return one.attempt.id, one.asked.place, one.asked.question_id, given, one.is_right, one.took_ms, now


def _advanced(session: Session, one: Marked, now: datetime) -> AttemptState | None:
    """Go on to the next question; the state in which the attempt ends where there is none."""
    attempt, quiz = one.attempt, queries.settled(session, one.attempt.quiz_id)
    attempt.score += one.is_right
    attempt.took_ms += one.took_ms
    attempt.place += 1
    attempt.asked_at = now
    attempt.is_reading = passages.begins(session, attempt.drawn, attempt.place)
    if attempt.place == len(attempt.drawn) or (quiz.is_one_out and not one.is_right) or now >= attempt.ends_at:
        return S.EXPIRED if one.is_late and now >= attempt.ends_at else S.DONE
    return None


# ── it ends ──


def finish(session: Session, ended: Sequence[tuple[Attempt, AttemptState]], *, now: datetime) -> list[Ended]:
    """End attempts that are `held`: each takes its place, and wins what its score reaches."""
    for attempt, to in ended:
        attempt.state = moved(attempt.state, to=to, moves=ATTEMPT_MOVES)
        attempt.finished_at = now
    session.flush()
    of_quiz: dict[int, list[Attempt]] = defaultdict(list)
    for attempt, _ in ended:
        if attempt.openid is not None:
            of_quiz[attempt.quiz_id].append(attempt)
    brought: dict[int, Ended] = {}
    for number, attempts in of_quiz.items():
        quiz = queries.settled(session, number)
        _stand(session, quiz, attempts, now)
        if quiz.prizes_each and not quiz.is_practice:
            brought |= _win(session, quiz, attempts, now)
    return [brought.get(attempt.id, Ended()) for attempt, _ in ended]


def _stand(session: Session, quiz: Quiz, attempts: Sequence[Attempt], now: datetime) -> None:
    """Take the readers' places in the quiz, whose rows are then held: of two attempts that end together one comes after."""
    rows = [
        (
            quiz.id, attempt.openid, attempt.id, attempt.score, len(attempt.drawn) - attempt.score, attempt.took_ms, now,
        )
        for attempt in sorted(attempts, key=lambda attempt: attempt.openid or "")
    ]  # fmt: skip
    connection = core(session)
    connection.execute(_STAND[connection.dialect.name, quiz.keeps], as_rows(connection, rows))


def _win(session: Session, quiz: Quiz, attempts: Sequence[Attempt], now: datetime) -> dict[int, Ended]:
    pool = queries.sealed_pool(session, quiz)
    passed = [attempt for attempt in attempts if attempt.score >= quiz.pass_score and attempt.openid is not None]
    if pool is None or not passed:
        return {}
    sealed = plan.plan_of(pool.plan)
    before = queries.won_by(session, pool, [str(attempt.openid) for attempt in passed], today=times.today(now))
    wishes, keys = [], {}
    for attempt in passed:
        had, tier = before[str(attempt.openid)], plan.tier_for(sealed, attempt.score)
        if tier is not None and may_win(quiz, had):
            keys[attempt.id] = key = f"quiz:{quiz.id}:{attempt.openid}:{had.in_all + 1}"
            tiers = range(tier, len(sealed.tiers))  # where the best is gone, the next
            wishes.append(prizes.Wish(str(attempt.openid), tiers, key))
    won = prizes.win(session, pool, wishes, at=now)
    return {attempt.id: Ended(won.get(keys.get(attempt.id, "")), before[str(attempt.openid)]) for attempt in passed}


def may_win(quiz: Quiz, won: Won) -> bool:
    """May whoever has won so much win another prize?"""
    return won.in_all < quiz.prizes_each and not (quiz.prizes_a_day and won.today >= quiz.prizes_a_day)


def expire_due(session: Session, now: datetime) -> int:
    """Attempts whose time is over end with what was answered: a part of them. How many."""
    due = sa.select(Attempt).where(Attempt.state == S.OPEN, Attempt.ends_at <= now - rules.GRACE)
    attempts = session.scalars(due.order_by(Attempt.ends_at).limit(PART).with_for_update(skip_locked=True)).all()
    finish(session, [(attempt, S.EXPIRED) for attempt in attempts], now=now)
    return len(attempts)


def new_code() -> str:
    """Five letters and digits for a quiz's address."""
    return codes.new_code(5).lower()
