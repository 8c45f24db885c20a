"""抢答, the readers' side: answers to the question that is let out, judged one after the other by the server's clock.

The question's row is held while its answers are written, so that places are given in the order of the commits: no two
readers share one, in whichever processes they were heard. An answer costs two statements, whatever the number of readers
in the same unit; a question that is won some more, once.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import times
from models.bulk import as_rows, rows_of
from models.db import Base, core
from models.live import LiveAnswer, LiveRound, RoundState
from models.payout import Prize
from models.privacy import digest
from models.quiz import Quiz
from payouts import plan
from payouts import service as prizes
from quizzes import playing, queries, rules
from quizzes.bank.question import Question, is_right, read_answer
from quizzes.bank.rows import questions_of

_first = sa.select(LiveAnswer.openid).where(LiveAnswer.round_id == LiveRound.id, LiveAnswer.place == 1)
_LAST = (
    sa.select(LiveRound.__table__, _first.scalar_subquery().label("winner"))
    .where(LiveRound.quiz_id == sa.bindparam("quiz"))
    .order_by(LiveRound.number.desc())
    .limit(1)
)
_HELD_LAST = _LAST.with_for_update(of=LiveRound)


def _adding(dialect: str) -> Any:
    """Answers of readers who have not answered yet, the right ones with the next places."""
    table: Any = Base.metadata.tables["live_answers"]
    columns = [table.c[name] for name in ("openid", "left_as", "given", "is_right", "answered_at", "place")]
    heard = rows_of(dialect, columns).subquery("heard")  # its place is the order in which they were heard
    openid, left_as, given, right, at, order = heard.c
    here = table.c.round_id == sa.bindparam("round")
    # Whoever left after answering and came back has answered.
    has_answered = sa.or_(
        *(
            sa.exists().where(here, column == who)
            for column, who in ((table.c.openid, openid), (table.c.left_as, left_as))
        )
    )
    before = sa.select(sa.func.coalesce(sa.func.max(table.c.place), 0)).where(here).scalar_subquery()
    counted = sa.func.sum(sa.case((right, 1), else_=0)).over(order_by=order)
    place = sa.case((right, before + counted), else_=None)
    new = sa.select(sa.bindparam("round", type_=sa.Integer), openid, given, right, at, sa.cast(place, sa.Integer))
    columns_in = ("round_id", "openid", "given", "is_right", "answered_at", "place")
    return sa.insert(table).from_select(columns_in, new.where(~has_answered)).returning(table.c.openid, table.c.place)


_ADD = {dialect: _adding(dialect) for dialect in ("sqlite", "postgresql")}


NOT_NEW = -1  # instead of a place: the reader had answered before


class Came(StrEnum):
    """What an answer came to."""

    WON = "won"
    RIGHT = "right"  # and not the first
    WRONG = "wrong"
    ALREADY = "already"  # one answer a question
    UNREAD = "unread"  # nobody can say what is meant: it may be said anew
    SHUT = "shut"  # no question is open, or its time is over, or another one is meant


@dataclass(frozen=True, slots=True)
class Said:
    """A reader's words to the question that is open; to that of row `round` alone where it is given."""

    openid: str
    words: str
    round: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of it. `winner`: whose the question is by then, where it is somebody's; `prize` of who has won."""

    came: Came
    number: int = 0
    place: int = 0
    winner: str | None = None
    prize: Prize | None = None


def take(session: Session, quiz: Quiz, said: Sequence[Said], *, now: datetime) -> list[Taken]:
    """Answers of several readers to the question of a live quiz that is open, the first heard first."""
    row = core(session).execute(_HELD_LAST, {"quiz": quiz.id}).first()
    if row is None or row.state is not RoundState.OPEN or is_over(quiz, row.let_out_at, now=now):
        number = row.number if row is not None else 0
        return [Taken(Came.SHUT, number, winner=row.winner if row is not None else None) for _ in said]
    question = questions_of(session, [row.question_id])[row.question_id]
    judged = _judged(said, row, question)
    heard = {one.openid: (one.answer, one.is_right) for one in judged if one.is_new}
    places = _written(session, row.id, heard, now)
    first = next((openid for openid, place in places.items() if place == 1), None)
    prize = _prize(session, quiz, row.id, first, now) if first is not None else None
    winner = first or row.winner
    return [_taken(one, row.number, places.get(one.openid, NOT_NEW), winner, prize) for one in judged]


@dataclass(frozen=True, slots=True)
class _Judged:
    """One answer, judged. `is_new`: the first of its reader among those that were heard together."""

    openid: str
    answer: Any
    is_meant: bool
    is_right: bool
    is_new: bool


def _judged(said: Sequence[Said], row: sa.Row[Any], question: Question) -> list[_Judged]:
    heard: set[str] = set()
    found = []
    for one in said:
        answer, is_meant = read_answer(question, one.words, shown=row.shown), one.round in (None, row.id)
        is_new = is_meant and answer is not None and one.openid not in heard
        heard |= {one.openid} if is_new else set()
        found.append(_Judged(one.openid, answer, is_meant, is_right(question, answer), is_new))
    return found


def _written(
    session: Session, number: int, heard: Mapping[str, tuple[Any, bool]], now: datetime
) -> dict[str, int | None]:
    """The places of those who had not answered before, None of wrong answers."""
    if not heard:
        return {}
    rows = [
        [openid, digest(openid), json.dumps(answer, ensure_ascii=False), right, now, order]
        for order, (openid, (answer, right)) in enumerate(heard.items())
    ]
    connection = core(session)
    values = {"round": number, **as_rows(connection, rows)}
    return {row.openid: row.place for row in connection.execute(_ADD[connection.dialect.name], values)}


def _taken(one: _Judged, number: int, place: int | None, winner: str | None, prize: Prize | None) -> Taken:
    if not one.is_meant:
        return Taken(Came.SHUT, number)
    if one.answer is None:
        return Taken(Came.UNREAD, number)
    if not one.is_new or place == NOT_NEW:
        return Taken(Came.ALREADY, number, winner=winner)
    if place is None:
        return Taken(Came.WRONG, number, winner=winner)
    return Taken(Came.WON if place == 1 else Came.RIGHT, number, place, winner, prize if place == 1 else None)


def is_over(quiz: Quiz, let_out_at: datetime, *, now: datetime) -> bool:
    """Is the time of a question over, or that of the whole?"""
    ends = let_out_at + timedelta(seconds=quiz.seconds_each) if quiz.seconds_each else quiz.closes_at
    return rules.is_late(asked_at=let_out_at, ends_at=min(ends, quiz.closes_at), seconds_each=0, now=now)


def win_key(round_id: int) -> str:
    """What the prize of a question is won for."""
    return f"live:{round_id}"


def _prize(session: Session, quiz: Quiz, round_id: int, openid: str, now: datetime) -> Prize | None:
    pool = queries.sealed_pool(session, quiz) if quiz.prizes_each else None
    if pool is None:
        return None
    before = queries.won_by(session, pool, [openid], today=times.today(now))[openid]
    if not playing.may_win(quiz, before):
        return None
    tiers = range(len(plan.plan_of(pool.plan).tiers))
    key = win_key(round_id)
    return prizes.win(session, pool, [prizes.Wish(openid, tiers, key)], at=now).get(key)


# ── what is to be seen ──


@dataclass(frozen=True, slots=True)
class Seen:
    """The question let out last, as everybody may see it. `is_open`: answers are taken; `seconds` left, None without a limit."""

    id: int
    number: int
    question_id: int
    shown: Sequence[int]
    state: RoundState
    is_open: bool
    seconds: int | None
    winner: str | None
    reason: str
    let_out_by: str

    @property
    def version(self) -> str:
        """Changes when something is to be drawn anew."""
        return f"{self.number}.{self.state}.{int(self.is_open)}.{int(self.winner is not None)}"


def seen(session: Session, quiz: Quiz, *, now: datetime) -> Seen | None:
    """None before the first."""
    row = core(session).execute(_LAST, {"quiz": quiz.id}).first()
    if row is None:
        return None
    is_open = row.state is RoundState.OPEN and not is_over(quiz, row.let_out_at, now=now)
    ends = row.let_out_at + timedelta(seconds=quiz.seconds_each)
    left = max(0, round((ends - now).total_seconds())) if quiz.seconds_each and is_open else None
    return Seen(
        row.id,
        row.number,
        row.question_id,
        row.shown,
        row.state,
        is_open,
        left,
        row.winner,
        row.reason,
        row.let_out_by,
    )


def counts(session: Session, round_id: int) -> tuple[int, int]:
    """How many have answered a question, and how many of them right."""
    right = sa.func.coalesce(sa.func.sum(sa.case((LiveAnswer.is_right, 1), else_=0)), 0)
    row = session.execute(sa.select(sa.func.count(), right).where(LiveAnswer.round_id == round_id)).one()
    return row[0], int(row[1])


def answer_of(session: Session, round_id: int, openid: str) -> LiveAnswer | None:
    """What this reader has answered."""
    mine = sa.select(LiveAnswer).where(LiveAnswer.round_id == round_id, LiveAnswer.openid == openid)
    return session.scalars(mine).one_or_none()


@dataclass(frozen=True, slots=True)
class Line:
    """One question of a live quiz afterwards."""

    number: int
    stem: str
    state: RoundState
    winner: str | None
    has_winner: bool


def lines(session: Session, quiz: Quiz) -> list[Line]:
    """Every question that was let out, with whoever won it."""
    won = sa.and_(LiveAnswer.round_id == LiveRound.id, LiveAnswer.place == 1)
    rows = session.execute(
        sa.select(LiveRound, LiveAnswer.openid, LiveAnswer.id)
        .outerjoin(LiveAnswer, won)
        .where(LiveRound.quiz_id == quiz.id)
        .order_by(LiveRound.number)
    ).all()
    found = questions_of(session, [row[0].question_id for row in rows])
    return [
        Line(row[0].number, found[row[0].question_id].stem, row[0].state, row[1], row[2] is not None) for row in rows
    ]


def now_open(session: Session, *, now: datetime) -> list[Quiz]:
    """Live quizzes that are going on, the next to close first."""
    rows = sa.select(Quiz).where(
        Quiz.is_live, Quiz.state.in_(queries.SHOWN), Quiz.opens_at <= now, Quiz.closes_at > now
    )
    return list(session.scalars(rows.order_by(Quiz.closes_at, Quiz.id)))
