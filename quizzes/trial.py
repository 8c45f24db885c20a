"""试答: staff play a quiz before it opens, by the same rules and the same paper, and nothing of it is kept.

The whole attempt is a value that the page carries, sealed: no row is written, so that nothing can be counted.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from models.errors import BadInput
from models.quiz import Attempt, AttemptState, Quiz, QuizState
from quizzes import playing, rules
from quizzes.bank.question import is_right
from quizzes.bank.rows import questions_of
from quizzes.queries import Reviewed


@dataclass(frozen=True, slots=True)
class Trial:
    """An attempt that is no row. Moments are seconds since 1970; `given` are [answer, was it right] by place."""

    quiz_id: int
    drawn: list[list[Any]]
    asked_at: float
    ends_at: float
    place: int = 0
    took_ms: int = 0
    given: tuple[list[Any], ...] = ()
    is_over: bool = False
    ran_out: bool = False

    @property
    def score(self) -> int:
        """Right answers."""
        return sum(right for _, right in self.given)

    @property
    def attempt(self) -> Attempt:
        """As the engine and the pages know an attempt; it belongs to no session."""
        asked_at, ends_at = (datetime.fromtimestamp(at, UTC) for at in (self.asked_at, self.ends_at))
        return Attempt(
            quiz_id=self.quiz_id, drawn=self.drawn, place=self.place, score=self.score, took_ms=self.took_ms,
            asked_at=asked_at, ends_at=ends_at, state=AttemptState.DONE if self.is_over else AttemptState.OPEN,
        )  # fmt: skip

    @property
    def text(self) -> str:
        """For `trial_of`."""
        return json.dumps(asdict(self), separators=(",", ":"), ensure_ascii=False)


def trial_of(text: str) -> Trial:
    """What `Trial.text` wrote."""
    kept = json.loads(text)
    return Trial(**{**kept, "given": tuple(kept["given"])})


def may_try(quiz: Quiz, *, now: datetime) -> None:
    """Raises: BadInput, in words for staff, while there is no paper, and once readers play."""
    if quiz.state is QuizState.DRAFT:
        raise BadInput("试卷还没有定：先点“定下试卷，送审”，再来试答。")
    if quiz.state is not QuizState.CHECKING and not (quiz.state is QuizState.APPROVED and now < quiz.opens_at):
        raise BadInput("试答只在开放以前。")


def begin(session: Session, quiz: Quiz, *, now: datetime) -> Trial:
    """A paper is drawn as for a reader. Raises: BadInput (`may_try`)."""
    may_try(quiz, now=now)
    (drawn,) = playing.drawn_for(session, quiz, 1)
    # The hours of the day do not count: staff try when they are at work.
    longest = quiz.seconds_in_all or rules.LONGEST_ATTEMPT.total_seconds()
    return Trial(quiz.id, drawn, now.timestamp(), now.timestamp() + longest)


def answered(session: Session, quiz: Quiz, trial: Trial, given: Any, *, now: datetime) -> Trial:
    """The open question answered, by the same clock and rules as a reader's."""
    attempt = trial.attempt
    question = playing.asked(session, attempt).question
    asked_at, each = attempt.asked_at, quiz.seconds_each
    late = rules.is_late(asked_at=asked_at, ends_at=attempt.ends_at, seconds_each=each, now=now)
    took = rules.thought_ms(asked_at=asked_at, seconds_each=each, now=now)
    right = not late and is_right(question, given)
    place = trial.place + 1
    ran_out = now >= attempt.ends_at
    return replace(
        trial, place=place, asked_at=now.timestamp(), took_ms=trial.took_ms + took, ran_out=ran_out,
        given=(*trial.given, [given, right]),
        is_over=ran_out or place == len(trial.drawn) or (quiz.is_one_out and not right),
    )  # fmt: skip


def review(session: Session, trial: Trial) -> list[Reviewed]:
    """What was answered, in its order."""
    found = questions_of(session, [number for number, _ in trial.drawn])
    return [
        Reviewed(found[number], shown, given, right)
        for (number, shown), (given, right) in zip(trial.drawn, trial.given, strict=False)
    ]
