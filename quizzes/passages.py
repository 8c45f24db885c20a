"""Passages: questions about one text are drawn together, and the text is read before the first of them.

Of a paper only the places with a passage are remembered, by process: an approved paper never changes.
"""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.db import core
from models.quiz import BankQuestion, PaperQuestion
from quizzes.bank.rows import questions_of

_runs: WeakKeyDictionary[sa.Engine, dict[tuple[int, int], Mapping[int, range]]] = WeakKeyDictionary()
_WITH_PASSAGE = (
    sa.select(PaperQuestion.place, BankQuestion.passage)
    .join(BankQuestion, BankQuestion.id == PaperQuestion.question_id)
    .where(
        PaperQuestion.quiz_id == sa.bindparam("quiz"), PaperQuestion.part == sa.bindparam("part"), BankQuestion.passage != "",
    )
    .order_by(PaperQuestion.place)
)  # fmt: skip


def runs_of(session: Session, quiz_id: int, part: int) -> Mapping[int, range]:
    """For each place of a part whose question shares its passage, all places that do."""
    kept = _runs.setdefault(core(session).engine, {})
    if (quiz_id, part) not in kept:
        rows = core(session).execute(_WITH_PASSAGE, {"quiz": quiz_id, "part": part})
        kept[quiz_id, part] = _runs_in([(row.place, row.passage) for row in rows])
    return kept[quiz_id, part]


def _runs_in(places: Sequence[tuple[int, str]]) -> dict[int, range]:
    runs: list[list[int]] = []
    before: tuple[int, str] | None = None
    for place, passage in places:
        if before == (place - 1, passage):
            runs[-1].append(place)
        else:
            runs.append([place])
        before = place, passage
    return {place: range(run[0], run[-1] + 1) for run in runs for place in run}


def draw(count: int, size: int, runs: Mapping[int, range], dice: Random) -> list[int]:
    """`count` of `size` places in a random order, those of one passage whole and one after the other.

    Where no whole passage fits into what is still to be drawn and nothing else is left, the first of its questions are taken.
    """
    if not runs:
        return dice.sample(range(size), count)
    taken: dict[int, None] = {}
    for place in dice.sample(range(size), min(size, 20 * count)):
        _take(taken, runs.get(place, range(place, place + 1)), count)
    if len(taken) < count:
        rest = [place for place in range(size) if place not in taken]
        dice.shuffle(rest)
        for fits in (_take, _take_some):
            for place in rest:
                fits(taken, runs.get(place, range(place, place + 1)), count)
    return list(taken)


def _take(taken: dict[int, None], run: range, count: int) -> None:
    if run.start not in taken and len(taken) + len(run) <= count:
        taken.update(dict.fromkeys(run))


def _take_some(taken: dict[int, None], run: range, count: int) -> None:
    if run.start not in taken:
        taken.update(dict.fromkeys(run[: max(0, count - len(taken))]))


def begins(session: Session, drawn: Sequence[Sequence[Any]], place: int) -> bool:
    """Is there a passage to read before the question at `place`, which the one before it was not about?"""
    if place >= len(drawn):
        return False
    numbers = [int(drawn[at][0]) for at in (place, place - 1) if at >= 0]
    passages = [question.passage for question in map(questions_of(session, numbers).__getitem__, numbers)]
    return bool(passages[0]) and passages[:1] != passages[1:]


def questions_after(session: Session, drawn: Sequence[Sequence[Any]], place: int) -> int:
    """How many questions in a row, from `place` on, are about its passage."""
    questions = questions_of(session, [int(one[0]) for one in drawn[place:]])
    passages = [questions[int(one[0])].passage for one in drawn[place:]]
    return next((at for at, passage in enumerate(passages) if passage != passages[0]), len(passages))


def together(numbers: Sequence[int], passages: Mapping[int, str]) -> list[int]:
    """The same numbers, those of one passage moved to the first of them."""
    first: dict[str, int] = {}
    for at, number in enumerate(numbers):
        if passage := passages.get(number):
            first.setdefault(passage, at)
    at_place = {number: at for at, number in enumerate(numbers)}
    return sorted(
        numbers, key=lambda number: (first.get(passages.get(number, ""), at_place[number]), at_place[number])
    )
