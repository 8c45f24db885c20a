"""What a simulation knows of a quiz before it opens: its rules, its prizes, and how its questions have fared so far."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.payout import Pool
from models.quiz import Answer, BankQuestion, PaperQuestion, Quiz, QuizState
from payouts import plan
from quizzes import queries, rules, service
from quizzes.dry_run import Drawn, Setting, expected_right

SAMPLE = 300  # questions of a group whose answers are looked at: drawn by fingerprint, which is as good as by lot


def setting_of(session: Session, quiz: Quiz, pool: Pool) -> Setting | None:
    """The quiz as it would be played now; None while its groups find no question."""
    parts = [_drawn(session, quiz, part, group) for part, group in enumerate(rules.groups_of(quiz.groups))]
    if not parts or any(part is None for part in parts):
        return None
    return Setting(
        plan.plan_of(pool.plan), queries.hours_of(quiz), tuple(part for part in parts if part), quiz.pass_score,
        quiz.prizes_each, quiz.prizes_a_day, quiz.tries_a_day, quiz.tries_in_all, quiz.seconds_each, quiz.is_one_out,
    )  # fmt: skip


def _drawn(session: Session, quiz: Quiz, part: int, group: rules.Group) -> Drawn | None:
    wanted = _of_paper(quiz, part) if quiz.state is not QuizState.DRAFT else service.questions_for(group)
    found = session.execute(wanted.order_by(BankQuestion.fingerprint).limit(SAMPLE)).all()
    if not found:
        return None
    right = _right_shares(session, found)
    count = group.count or session.scalar(sa.select(sa.func.count()).select_from(wanted.subquery())) or 0
    return Drawn(min(count, rules.MOST_QUESTIONS), sum(right) / len(right))


def _of_paper(quiz: Quiz, part: int) -> sa.Select[int, int | None]:
    return (
        sa.select(BankQuestion.id, BankQuestion.difficulty)
        .join(PaperQuestion, PaperQuestion.question_id == BankQuestion.id)
        .where(PaperQuestion.quiz_id == quiz.id, PaperQuestion.part == part)
    )


def _right_shares(session: Session, found: Sequence[Any]) -> list[float]:
    right = sa.func.sum(sa.case((Answer.is_right, 1), else_=0))
    counts = (
        sa.select(Answer.question_id, sa.func.count(), right)
        .where(Answer.question_id.in_([row.id for row in found]))
        .group_by(Answer.question_id)
    )
    known = {row[0]: (int(row[1]), int(row[2])) for row in session.execute(counts)}
    return [expected_right(*known.get(row.id, (0, 0)), row.difficulty) for row in found]
