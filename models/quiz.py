"""Quizzes: the bank of questions, the paper of one quiz, attempts with their answers, and who stands where.

A paper is fixed before it is checked: its questions are rows with a place, so that drawing some of them costs the same
from ten as from a hundred thousand. What was drawn for an attempt, and in which order its options were shown, is
written when it begins.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from models.db import Base, UtcDateTime, personal, plain, word
from models.states import Moves


class QuestionState(StrEnum):
    ACTIVE = "active"
    RETIRED = "retired"  # in no new paper; those that have it keep it


_IS_ASKED = sa.text("state = 'active' AND recheck_on IS NOT NULL")
_HAS_PICTURE = sa.text("picture != ''")


class BankQuestion(Base):
    """A question of the library's bank, as quizzes.bank.question knows it; a changed one is a new row."""

    __tablename__ = "questions"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    fingerprint: Mapped[str] = plain(sa.String(64), unique=True)  # no question twice
    kind: Mapped[str] = plain(sa.String(12))
    stem: Mapped[str] = plain(sa.Text)
    options: Mapped[list[str]] = plain(sa.JSON)
    answer: Mapped[Any] = plain(sa.JSON)
    explanation: Mapped[str] = plain(sa.Text)
    source: Mapped[str] = plain(sa.String(200))
    shelf_mark: Mapped[str] = plain(sa.String(60))
    difficulty: Mapped[int | None] = plain(sa.SmallInteger, nullable=True)
    passage: Mapped[str] = plain(sa.Text)
    recheck_on: Mapped[date | None] = plain(sa.Date, nullable=True)
    state: Mapped[QuestionState] = plain(word(QuestionState))
    origin: Mapped[str] = plain(sa.String(200))  # file and line it came from
    added_by: Mapped[str] = plain(sa.String(40))
    added_at: Mapped[datetime] = plain(UtcDateTime)
    picture: Mapped[str] = plain(sa.String(64), server_default="")  # SHA-256 of its file, in hex
    picture_alt: Mapped[str] = plain(sa.String(120), server_default="")  # what is to be seen, for those who cannot
    # No foreign key: a backup brings rows back in the order of their numbers, and this one comes later.
    replaced_by: Mapped[int | None] = plain(sa.Integer, nullable=True)  # the same, edited

    __table_args__ = (
        sa.Index("ix_questions_state", "state", "id"),
        sa.Index("ix_questions_recheck", "recheck_on", sqlite_where=_IS_ASKED, postgresql_where=_IS_ASKED),
        sa.Index("ix_questions_picture", "picture", sqlite_where=_HAS_PICTURE, postgresql_where=_HAS_PICTURE),
    )


class QuestionTag(Base):
    __tablename__ = "question_tags"

    question_id: Mapped[int] = plain(sa.ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = plain(sa.String(40), primary_key=True)

    __table_args__ = (sa.Index("ix_question_tags_tag", "tag", "question_id"),)


class BankFileState(StrEnum):
    READING = "reading"
    DONE = "done"
    BROKEN = "broken"  # it cannot be read, or whoever read it was stopped


class BankFile(Base):
    """A large file of questions that is read beside the requests: how far it is, and what came of it."""

    __tablename__ = "bank_files"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    name: Mapped[str] = plain(sa.String(200))
    state: Mapped[BankFileState] = plain(word(BankFileState))
    new: Mapped[int] = plain(sa.Integer)  # taken in until now
    known: Mapped[int] = plain(sa.Integer)
    doubts: Mapped[list[list[str]]] = plain(sa.JSON)  # where, what is written, what to do
    doubt_count: Mapped[int] = plain(sa.Integer)
    why: Mapped[str] = plain(sa.String(400), server_default="")  # it could not be read
    handed_in_by: Mapped[str] = plain(sa.String(40))
    handed_in_at: Mapped[datetime] = plain(UtcDateTime)
    touched_at: Mapped[datetime] = plain(UtcDateTime)  # somebody reads as long as this moves


class QuizState(StrEnum):
    DRAFT = "draft"
    CHECKING = "checking"  # the paper is fixed; two people look at it
    APPROVED = "approved"  # opens and closes by its own times
    PAUSED = "paused"  # nobody may begin; who has begun goes on
    CLOSED = "closed"
    CANCELLED = "cancelled"


Q = QuizState
QUIZ_MOVES: Moves[QuizState] = {
    Q.DRAFT: frozenset({Q.CHECKING, Q.CANCELLED}),
    Q.CHECKING: frozenset({Q.DRAFT, Q.APPROVED, Q.CANCELLED}),
    Q.APPROVED: frozenset({Q.PAUSED, Q.CLOSED}),
    Q.PAUSED: frozenset({Q.APPROVED, Q.CLOSED}),
}


class Keeps(StrEnum):
    """Which of several attempts counts."""

    BEST = "best"
    LAST = "last"


class Quiz(Base):
    """One quiz: when it is open, what is drawn, how long one may think, and what is won."""

    __tablename__ = "quizzes"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    code: Mapped[str] = plain(sa.String(8), unique=True)
    title: Mapped[str] = plain(sa.String(100))
    intro: Mapped[str] = plain(sa.Text)
    state: Mapped[QuizState] = plain(word(QuizState))
    opens_at: Mapped[datetime] = plain(UtcDateTime)
    closes_at: Mapped[datetime] = plain(UtcDateTime)
    day_from: Mapped[str] = plain(sa.String(5), server_default="")  # "08:00", the library's wall clock; "": all day
    day_until: Mapped[str] = plain(sa.String(5), server_default="")
    groups: Mapped[list[dict[str, Any]]] = plain(sa.JSON)  # quizzes.rules.Group: what is drawn from what
    seconds_each: Mapped[int] = plain(sa.SmallInteger)  # to think about one question; 0: as long as one likes
    seconds_in_all: Mapped[int] = plain(sa.Integer)  # 0: no limit
    tries_a_day: Mapped[int] = plain(sa.SmallInteger)  # 0: any number
    tries_in_all: Mapped[int] = plain(sa.SmallInteger)
    pass_score: Mapped[int] = plain(sa.SmallInteger)  # right answers
    keeps: Mapped[Keeps] = plain(word(Keeps))
    shuffles: Mapped[bool] = plain(sa.Boolean)  # options, per attempt
    is_one_out: Mapped[bool] = plain(sa.Boolean)  # the first wrong answer ends it
    is_live: Mapped[bool] = plain(
        sa.Boolean, server_default=sa.false()
    )  # 抢答: staff let out its questions (models.live)
    is_elder: Mapped[bool] = plain(sa.Boolean, server_default=sa.false())  # 长辈模式 for everybody
    elder_percent: Mapped[int] = plain(
        sa.SmallInteger, server_default="100"
    )  # of the seconds, in 长辈模式; 0: no limit
    is_practice: Mapped[bool] = plain(sa.Boolean)  # each answer is explained at once; nothing is won
    has_board: Mapped[bool] = plain(sa.Boolean)
    freezes_at: Mapped[datetime | None] = plain(
        UtcDateTime, nullable=True
    )  # from then to the end the board stands still
    frozen_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)  # when it was taken down
    group_word: Mapped[str] = plain(sa.String(10), server_default="")  # what groups are: 学校
    board_groups: Mapped[list[str]] = plain(
        sa.JSON, server_default="[]"
    )  # whom a reader may play for; none: not asked
    has_certificates: Mapped[bool] = plain(sa.Boolean, server_default=sa.false())  # for those who passed
    certificates_first: Mapped[int] = plain(
        sa.SmallInteger, server_default="0"
    )  # of them so many, at the end; 0: all
    prizes_each: Mapped[int] = plain(sa.SmallInteger)  # that one reader may win in all; 0: none are given
    prizes_a_day: Mapped[int] = plain(sa.SmallInteger)  # 0: no limit of a day
    paper_hash: Mapped[str] = plain(sa.String(64), server_default="")
    made_by: Mapped[str] = plain(sa.String(40))
    made_at: Mapped[datetime] = plain(UtcDateTime)

    __table_args__ = (sa.Index("ix_quizzes_state", "state", "closes_at"),)


class PaperQuestion(Base):
    """Question at `place` (from 0) of group `part` of a quiz's paper."""

    __tablename__ = "paper_questions"

    quiz_id: Mapped[int] = plain(sa.ForeignKey("quizzes.id", ondelete="CASCADE"), primary_key=True)
    part: Mapped[int] = plain(sa.SmallInteger, primary_key=True)
    place: Mapped[int] = plain(sa.Integer, primary_key=True)
    question_id: Mapped[int] = plain(sa.ForeignKey("questions.id"))

    __table_args__ = (sa.UniqueConstraint("quiz_id", "question_id"),)


class PaperCheck(Base):
    """Somebody of staff has looked at this very paper."""

    __tablename__ = "paper_checks"

    quiz_id: Mapped[int] = plain(sa.ForeignKey("quizzes.id", ondelete="CASCADE"), primary_key=True)
    who: Mapped[str] = plain(sa.String(40), primary_key=True)
    paper_hash: Mapped[str] = plain(sa.String(64))
    checked_at: Mapped[datetime] = plain(UtcDateTime)


class AttemptState(StrEnum):
    OPEN = "open"
    DONE = "done"  # every question answered, or out at the first wrong one
    EXPIRED = "expired"  # time ran out; what was answered counts


ATTEMPT_MOVES: Moves[AttemptState] = {AttemptState.OPEN: frozenset({AttemptState.DONE, AttemptState.EXPIRED})}
_IS_OPEN = sa.text("state = 'open'")
_HAS_BROWSER = sa.text("browser IS NOT NULL")
_HAS_LEFT = sa.text("left_as IS NOT NULL")


class Attempt(Base):
    """One reader's try. `drawn` holds, for each question, its id and the order in which its options are shown."""

    __tablename__ = "attempts"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    quiz_id: Mapped[int] = plain(sa.ForeignKey("quizzes.id"))
    openid: Mapped[str | None] = personal("微信号在本号的编号", sa.String(64), nullable=True)
    number: Mapped[int] = plain(sa.Integer)  # of this reader's in this quiz, from 1
    day: Mapped[date] = plain(sa.Date)
    state: Mapped[AttemptState] = plain(word(AttemptState))
    drawn: Mapped[list[list[Any]]] = plain(sa.JSON)
    place: Mapped[int] = plain(sa.SmallInteger)  # of the question that is open, from 0
    score: Mapped[int] = plain(sa.SmallInteger)
    is_elder: Mapped[bool] = plain(
        sa.Boolean, server_default=sa.false()
    )  # 长辈模式: how it is shown, and its seconds
    is_reading: Mapped[bool] = plain(
        sa.Boolean, server_default=sa.false()
    )  # its passage: the question is not seen yet
    asked_at: Mapped[datetime] = plain(UtcDateTime)  # since when that question can be seen
    started_at: Mapped[datetime] = plain(UtcDateTime)
    ends_at: Mapped[datetime] = plain(UtcDateTime)  # whatever is open then has run out
    finished_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    took_ms: Mapped[int] = plain(sa.Integer)  # thinking time of what was answered
    browser: Mapped[str | None] = personal(
        "答题时浏览器的记号", sa.String(16), nullable=True
    )  # models.binding.mark_of; none where it was played in the chat
    # Of a reader who has left or had everything erased (models.privacy.digest), until the quiz is closed: a try that was
    # used up is not given back by that.
    left_as: Mapped[str | None] = plain(sa.String(32), nullable=True)

    __table_args__ = (
        sa.UniqueConstraint("quiz_id", "openid", "number"),
        sa.Index(
            "uq_attempts_open", "quiz_id", "openid", unique=True, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN
        ),
        sa.Index("ix_attempts_ends", "ends_at", sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
        sa.Index("ix_attempts_quiz", "quiz_id", "finished_at"),
        sa.Index("ix_attempts_openid", "openid", "state"),
        sa.Index(
            "ix_attempts_browser", "quiz_id", "browser", sqlite_where=_HAS_BROWSER, postgresql_where=_HAS_BROWSER
        ),
        sa.Index("ix_attempts_left", "quiz_id", "left_as", sqlite_where=_HAS_LEFT, postgresql_where=_HAS_LEFT),
    )


class Answer(Base):
    """What was answered at one place of an attempt, once."""

    __tablename__ = "answers"

    attempt_id: Mapped[int] = plain(sa.ForeignKey("attempts.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = plain(sa.SmallInteger, primary_key=True)
    question_id: Mapped[int] = plain(sa.ForeignKey("questions.id"))
    given: Mapped[Any] = plain(sa.JSON)  # canonical, as the question's own answer; null: no answer in time
    is_right: Mapped[bool] = plain(sa.Boolean)
    took_ms: Mapped[int] = plain(sa.Integer)
    answered_at: Mapped[datetime] = plain(UtcDateTime)

    __table_args__ = (sa.Index("ix_answers_question", "question_id", "is_right"),)


class Trace(Base):
    """What was measured of an attempt that won, or would have: once, by the clock, after it ended. Never a verdict."""

    __tablename__ = "traces"

    attempt_id: Mapped[int] = plain(sa.ForeignKey("attempts.id", ondelete="CASCADE"), primary_key=True)
    quiz_id: Mapped[int] = plain(sa.ForeignKey("quizzes.id"))
    finished_at: Mapped[datetime] = plain(UtcDateTime)
    took_ms: Mapped[int] = plain(sa.Integer)
    times_ms: Mapped[list[int]] = plain(sa.JSON)  # for each question, in the order of the attempt
    fast: Mapped[int] = plain(sa.SmallInteger)  # answers faster than can be read, where they are many; else 0
    followed_s: Mapped[int | None] = plain(
        sa.Integer, nullable=True
    )  # from following to beginning, where it was soon
    wrongs: Mapped[str] = plain(sa.String(64))  # digest of what was answered wrong, in order; "": too little
    ring: Mapped[int | None] = plain(sa.Integer, nullable=True)  # the first attempt whose times are like these

    __table_args__ = (
        sa.Index("ix_traces_finished", "quiz_id", "finished_at"),
        sa.Index("ix_traces_took", "quiz_id", "took_ms"),
        sa.Index("ix_traces_wrongs", "quiz_id", "wrongs"),
        sa.Index("ix_traces_ring", "quiz_id", "ring"),
        sa.Index("ix_traces_fast", "quiz_id", "fast"),
    )


_IS_GROUPED = sa.text("board_group != ''")


class Standing(Base):
    """The attempt of a reader that counts in a quiz, and whom they play for."""

    __tablename__ = "standings"

    quiz_id: Mapped[int] = plain(sa.ForeignKey("quizzes.id"), primary_key=True)
    openid: Mapped[str] = personal("微信号在本号的编号", sa.String(64), primary_key=True)
    board_group: Mapped[str] = personal("答题时选的分组", sa.String(20), server_default="")
    attempt_id: Mapped[int] = plain(sa.ForeignKey("attempts.id"))
    score: Mapped[int] = plain(sa.SmallInteger)
    missed: Mapped[int] = plain(sa.SmallInteger)  # of the questions drawn: the fewest stand first
    took_ms: Mapped[int] = plain(sa.Integer)
    reached_at: Mapped[datetime] = plain(UtcDateTime)

    __table_args__ = (
        sa.Index("ix_standings_rank", "quiz_id", "missed", "took_ms", "reached_at"),
        sa.Index(
            "ix_standings_group",
            "quiz_id",
            "board_group",
            "missed",
            "took_ms",
            "reached_at",
            sqlite_where=_IS_GROUPED,
            postgresql_where=_IS_GROUPED,
        ),
    )


class ElderReader(Base):
    """A reader who has chosen 长辈模式."""

    __tablename__ = "elder_readers"

    openid: Mapped[str] = personal("微信号在本号的编号", sa.String(64), primary_key=True)
    since: Mapped[datetime] = personal("开始用的时间", UtcDateTime)


class ComplaintState(StrEnum):
    ASKED = "asked"
    SETTLED = "settled"


class Complaint(Base):
    """纠错: a reader says that a question is wrong."""

    __tablename__ = "complaints"

    id: Mapped[int] = plain(sa.Integer, primary_key=True)
    question_id: Mapped[int] = plain(sa.ForeignKey("questions.id"))
    openid: Mapped[str | None] = personal("微信号在本号的编号", sa.String(64), nullable=True)
    words: Mapped[str] = personal("纠错的话", sa.String(300))
    state: Mapped[ComplaintState] = plain(word(ComplaintState))
    told_at: Mapped[datetime] = plain(UtcDateTime)
    settled_by: Mapped[str] = plain(sa.String(40), server_default="")

    __table_args__ = (
        sa.UniqueConstraint("question_id", "openid"),
        sa.Index("ix_complaints_state", "state", "told_at"),
    )
