"""A question edited: what readers see of it changed makes a new row, and the old one retires with its figures."""

import hashlib
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import audit
from models.by import By
from models.errors import BadFields, BadInput
from models.quiz import BankQuestion, PaperQuestion, QuestionState, QuestionTag, Quiz, QuizState
from quizzes.bank import rows
from quizzes.bank.question import Question, fingerprint, problems

IN_USE = (QuizState.CHECKING, QuizState.APPROVED, QuizState.PAUSED)


def edit(session: Session, row: BankQuestion, question: Question, *, by: By) -> int:
    """`row` (locked) as `question` from now on: the number under which it is found, its own where readers see no change.

    Raises: BadInput for one that is retired; BadFields for what is no good question, or is another of the bank.
    """
    if row.state is not QuestionState.ACTIVE:
        raise BadInput("这道题已经停用了，不能再改；可以先恢复它，或者改换下它的那一题。")
    if wrong := problems(question):
        raise BadFields({"stem": "".join(wrong)})
    if _seen(question) == _seen(rows.question_of(row)):
        row.difficulty, row.recheck_on = question.difficulty, question.recheck_on
        _tag(session, row.id, question.tags)
        audit.note(session, "question edited", who=by.who, subject=f"question {row.id}", at=by.at)
        return row.id
    number = _added(session, row, question, by)
    row.state, row.replaced_by = QuestionState.RETIRED, number
    audit.note(session, "question edited", who=by.who, subject=f"question {row.id}", at=by.at, detail=f"→ {number}")
    return number


def _seen(question: Question) -> Question:
    """What readers see of it: the rest only helps to choose it."""
    return replace(question, tags=(), difficulty=None, recheck_on=None)


def _added(session: Session, row: BankQuestion, question: Question, by: By) -> int:
    key = fingerprint(question)
    found = session.scalars(sa.select(BankQuestion).where(BankQuestion.fingerprint == key)).one_or_none()
    if found is not None and found.id != row.id and found.state is QuestionState.ACTIVE:
        raise BadFields({"stem": f"题库里已经有一样的题（第 {found.id} 题）：改那一题，或者停用这一题。"})
    if found is not None:  # its fingerprint stays with it, so that the same file read again adds nothing
        key = hashlib.sha256(f"{key}\n{row.id}".encode()).hexdigest()
    values = rows.row_of(key, question, f"第 {row.id} 题改", by)
    fresh = BankQuestion(**values)
    session.add(fresh)
    session.flush()
    _tag(session, fresh.id, question.tags)
    return fresh.id


def _tag(session: Session, number: int, tags: tuple[str, ...]) -> None:
    session.execute(sa.delete(QuestionTag).where(QuestionTag.question_id == number))
    session.add_all(QuestionTag(question_id=number, tag=tag) for tag in dict.fromkeys(tags))


def papers_with(session: Session, number: int) -> list[Quiz]:
    """Quizzes that have this question in a paper which is checked or played."""
    holds = sa.exists().where(PaperQuestion.quiz_id == Quiz.id, PaperQuestion.question_id == number)
    return list(session.scalars(sa.select(Quiz).where(Quiz.state.in_(IN_USE), holds).order_by(Quiz.id)))


def outdated(session: Session, quiz: Quiz) -> list[BankQuestion]:
    """Questions of its paper that were retired or edited since."""
    wanted = sa.select(BankQuestion).join(PaperQuestion, PaperQuestion.question_id == BankQuestion.id)
    wanted = wanted.where(PaperQuestion.quiz_id == quiz.id, BankQuestion.state == QuestionState.RETIRED)
    return list(session.scalars(wanted.order_by(PaperQuestion.part, PaperQuestion.place).limit(20)))
