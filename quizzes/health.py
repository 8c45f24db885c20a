"""How a question fares: how many get it right, how long they think, what they choose, and what of it should be looked at."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import sqrt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.db import core
from models.quiz import Answer, Attempt, Complaint, ComplaintState

ENOUGH = 30  # answers, before anything is said
EASY, HARD = 0.95, 0.2
LEAP, SURE = 0.25, 3.0  # a share that rises so much on a day, and so many standard errors: it may have got about
EACH_DAY = 20  # answers on both sides of a leap
LATEST = 20_000  # attempts that a look through the whole bank goes by


class Sign(StrEnum):
    """Why somebody should look at a question."""

    EASY = "太容易"
    HARD = "太难，或者答案有错"
    LEAKED = "忽然都会了，可能传开了"
    COMPLAINED = "读者说有错"


@dataclass(frozen=True, slots=True)
class Day:
    """Answers of one day."""

    day: date
    answered: int
    right: int


@dataclass(frozen=True, slots=True)
class Fares:
    """`answered` in all, `right` of them; `seconds` to think on average; `signs` what to look at."""

    answered: int
    right: int
    seconds: float
    signs: tuple[Sign, ...]

    @property
    def percent(self) -> int:
        """Of a hundred answers so many are right."""
        return round(100 * self.right / self.answered) if self.answered else 0


@dataclass(frozen=True, slots=True)
class Health:
    """One question: `given` are (canonical answer as JSON, how often), the most frequent first."""

    fares: Fares
    days: tuple[Day, ...]
    given: tuple[tuple[Any, int], ...]


def signs(days: Sequence[Day], *, complaints: int) -> tuple[Sign, ...]:
    """What should be looked at. `days` in their order."""
    answered, right = sum(one.answered for one in days), sum(one.right for one in days)
    found = []
    if answered >= ENOUGH and right >= EASY * answered:
        found.append(Sign.EASY)
    if answered >= ENOUGH and right <= HARD * answered:
        found.append(Sign.HARD)
    if any(_leaps(days[:at], days[at]) for at in range(1, len(days))):
        found.append(Sign.LEAKED)
    return (*found, *((Sign.COMPLAINED,) if complaints else ()))


def _leaps(before: Sequence[Day], day: Day) -> bool:
    many, good = sum(one.answered for one in before), sum(one.right for one in before)
    if min(many, day.answered) < EACH_DAY:
        return False
    rise = day.right / day.answered - good / many
    both = (good + day.right) / (many + day.answered)
    error = sqrt(both * (1 - both) * (1 / many + 1 / day.answered))
    return rise >= LEAP and rise > SURE * error


_RIGHT = sa.func.sum(sa.case((Answer.is_right, 1), else_=0))
_BY_DAY = (
    sa.select(Answer.question_id, Attempt.day, sa.func.count(), _RIGHT, sa.func.sum(Answer.took_ms))
    .join(Attempt, Attempt.id == Answer.attempt_id)
    .group_by(Answer.question_id, Attempt.day)
    .order_by(Answer.question_id, Attempt.day)
)


def of_question(session: Session, number: int) -> Health:
    """Everything about one question."""
    rows = core(session).execute(_BY_DAY.where(Answer.question_id == number)).all()
    days = tuple(Day(day, count, int(right)) for _, day, count, right, _ in rows)
    complaints = _complained(session, [number]).get(number, 0)
    fares = _fares(days, sum(int(row[4]) for row in rows), complaints)
    given = sa.cast(Answer.given, sa.Text)
    chosen = sa.select(given, sa.func.count()).where(Answer.question_id == number).group_by(given)
    counts = core(session).execute(chosen.order_by(sa.func.count().desc(), given).limit(20)).all()
    return Health(fares, days, tuple((row[0], row[1]) for row in counts))


def to_look_at(session: Session) -> dict[int, Fares]:
    """Questions that should be looked at, by the LATEST attempts and the complaints that wait."""
    last = session.scalar(sa.select(sa.func.max(Attempt.id))) or 0
    days: dict[int, list[Day]] = defaultdict(list)
    took: dict[int, int] = defaultdict(int)
    for number, day, count, right, ms in core(session).execute(_BY_DAY.where(Answer.attempt_id > last - LATEST)):
        days[number].append(Day(day, count, int(right)))
        took[number] += int(ms)
    complaints = _complained(session, None)
    found = {number: _fares(days[number], took[number], complaints.get(number, 0)) for number in {*days, *complaints}}
    return {number: fares for number, fares in found.items() if fares.signs}


def _fares(days: Sequence[Day], took_ms: int, complaints: int) -> Fares:
    answered = sum(one.answered for one in days)
    seconds = took_ms / answered / 1000 if answered else 0.0
    return Fares(answered, sum(one.right for one in days), seconds, signs(days, complaints=complaints))


def _complained(session: Session, numbers: Sequence[int] | None) -> Mapping[int, int]:
    waiting = sa.select(Complaint.question_id, sa.func.count()).where(Complaint.state == ComplaintState.ASKED)
    if numbers is not None:
        waiting = waiting.where(Complaint.question_id.in_(numbers))
    return {row[0]: row[1] for row in session.execute(waiting.group_by(Complaint.question_id))}
