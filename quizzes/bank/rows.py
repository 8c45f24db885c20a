"""The library's questions as rows: taken in once each, read again and again.

A row's question never changes (one that is changed is a new row), so that a process keeps those it has read.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from threading import Lock
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import audit
from models.by import By
from models.db import core, insert
from models.quiz import BankQuestion, QuestionState, QuestionTag
from quizzes.bank.question import Kind, Question, fingerprint

MOST_KEPT = 5000  # questions a process keeps: about a kilobyte each
LONGEST_TAG = 40  # characters
_PART = 500  # rows a statement


@dataclass(frozen=True, slots=True)
class Added:
    """What became of questions that were handed in."""

    new: int
    known: int  # in the bank before, or twice among themselves


def add(session: Session, questions: Iterable[tuple[Question, str]], *, by: By) -> Added:
    """Take in (question, where it came from); of one that asks the same as another of the bank only its tags are taken."""
    added = take_in(session, questions, by=by)
    if added.new:
        note_added(session, added.new, by=by)
    return added


def note_added(session: Session, new: int, *, by: By) -> None:
    """So many questions came into the bank."""
    audit.note(session, "questions added", who=by.who, subject="question bank", at=by.at, detail=f"{new} 题")


def take_in(session: Session, questions: Iterable[tuple[Question, str]], *, by: By) -> Added:
    """The same for a part of many, without a word in the log."""
    rows = {fingerprint(question): (question, origin) for question, origin in questions}
    prints = list(rows)
    known = {
        one
        for start in range(0, len(prints), _PART)
        for one in session.scalars(
            sa.select(BankQuestion.fingerprint).where(BankQuestion.fingerprint.in_(prints[start : start + _PART]))
        )
    }
    new = {key: rows[key] for key in prints if key not in known}
    if new:
        values = [row_of(key, question, origin, by) for key, (question, origin) in new.items()]
        core(session).execute(insert(session, BankQuestion).on_conflict_do_nothing(), values)
    _tag(session, {key: question.tags for key, (question, _origin) in rows.items() if question.tags})
    return Added(len(new), len(known))


def _tag(session: Session, tags: dict[str, tuple[str, ...]]) -> None:
    """Whoever hands questions in again under a tag means to find them under it."""
    keys = list(tags)
    for start in range(0, len(keys), _PART):
        found = session.execute(
            sa.select(BankQuestion.id, BankQuestion.fingerprint).where(
                BankQuestion.fingerprint.in_(keys[start : start + _PART])
            )
        )
        links = [{"question_id": row.id, "tag": tag} for row in found for tag in _fitting(tags[row.fingerprint])]
        core(session).execute(insert(session, QuestionTag).on_conflict_do_nothing(), links)


def _fitting(tags: tuple[str, ...]) -> list[str]:
    return list(dict.fromkeys(tag[:LONGEST_TAG] for tag in tags))


def row_of(key: str, question: Question, origin: str, by: By) -> dict[str, object]:
    """A new row of the table, by its columns."""
    return {
        "fingerprint": key, "kind": question.kind, "stem": question.stem, "options": list(question.options),
        "answer": question.answer, "explanation": question.explanation, "source": question.source[:200],
        "shelf_mark": question.shelf_mark[:60], "difficulty": question.difficulty, "passage": question.passage,
        "recheck_on": question.recheck_on, "state": QuestionState.ACTIVE, "origin": origin[:200], "added_by": by.who,
        "added_at": by.at, "picture": question.picture, "picture_alt": question.picture_alt,
    }  # fmt: skip


class _Kept:
    """The questions a process has read of one database, the longest unused dropped first."""

    def __init__(self) -> None:
        self._questions: OrderedDict[int, Question] = OrderedDict()
        self._lock = Lock()

    def get(self, number: int) -> Question | None:
        with self._lock:
            if (question := self._questions.get(number)) is not None:
                self._questions.move_to_end(number)
            return question

    def put(self, number: int, question: Question) -> None:
        with self._lock:
            self._questions[number] = question
            while len(self._questions) > MOST_KEPT:
                self._questions.popitem(last=False)


_kept: WeakKeyDictionary[sa.Engine, _Kept] = WeakKeyDictionary()


def forget_read(engine: sa.Engine) -> None:
    """Let the process read its questions anew."""
    _kept.pop(engine, None)


def questions_of(session: Session, numbers: Sequence[int]) -> dict[int, Question]:
    """These questions by their numbers, without their tags."""
    kept = _kept.setdefault(core(session).engine, _Kept())
    found = {number: question for number in numbers if (question := kept.get(number)) is not None}
    missing = [number for number in numbers if number not in found]
    if missing:
        wanted = sa.select(BankQuestion.__table__).where(BankQuestion.id.in_(missing))
        for row in core(session).execute(wanted):
            found[row.id] = question_of(row)
            kept.put(row.id, found[row.id])
    return found


def question_of(row: sa.Row[tuple[object, ...]] | BankQuestion) -> Question:
    """The question of a row of the table."""
    return Question(
        Kind(row.kind), row.stem, tuple(row.options), row.answer, row.explanation, row.source, row.shelf_mark, (),
        row.difficulty, row.passage, row.picture, row.picture_alt, row.recheck_on,
    )  # fmt: skip
