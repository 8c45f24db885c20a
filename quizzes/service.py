"""What staff do to a quiz: set it up, fix its paper, have two people check it, open it, pause and close it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import audit
from models.by import By
from models.db import Base, core, insert
from models.errors import BadFields, BadInput
from models.payout import PayWay, Pool, PoolState
from models.quiz import (
    QUIZ_MOVES,
    Attempt,
    AttemptState,
    BankQuestion,
    Complaint,
    ComplaintState,
    Keeps,
    PaperCheck,
    PaperQuestion,
    QuestionState,
    QuestionTag,
    Quiz,
    QuizState,
)
from models.states import moved
from payouts import pools
from payouts.plan import Plan
from quizzes import linting, passages, queries, rules
from quizzes.playing import new_code

S = QuizState
CHECKS_NEEDED = 2
NO_GROUPS = rules.Board()


@dataclass(frozen=True, slots=True)
class Wanted:
    """A quiz as staff set it. `prizes` None: nothing is won."""

    title: str
    intro: str
    hours: rules.Hours
    shape: rules.Shape
    keeps: Keeps = Keeps.BEST
    shuffles: bool = True
    is_one_out: bool = False
    is_practice: bool = False
    is_live: bool = False
    is_elder: bool = False
    elder_percent: int = 100
    has_board: bool = True
    board: rules.Board = NO_GROUPS
    has_certificates: bool = False
    certificates_first: int = 0
    prizes: Plan | None = None
    way: PayWay = PayWay.DESK
    is_watched: bool = False  # prizes with a sign are held by themselves
    bars_staff: bool = False


def set_up(session: Session, wanted: Wanted, *, by: By, quiz: Quiz | None = None) -> Quiz:
    """A new quiz as a draft, or `quiz` changed while it is one.

    Raises: BadFields for what cannot be; BadInput once its paper is being checked.
    """
    rules.checked(wanted.shape, wanted.hours, has_prizes=wanted.prizes is not None)
    if wanted.has_certificates and (wanted.is_practice or wanted.shape.pass_score < 1):
        raise BadFields({"has_certificates": "证书发给及格的人：请写答对几题及格，并且不是练习。"})
    rules.checked_board(wanted.board, wanted.hours)
    if wanted.is_practice and wanted.prizes is not None:
        raise BadFields({"is_practice": "练习不发奖：不要勾“练习”，或者把奖项清空。"})
    if wanted.prizes is not None and wanted.prizes.drawn and wanted.shape.pass_score < 1:
        raise BadFields({"pass_score": "抽奖是从及格的人里抽：请写答对几题及格。"})
    if wanted.elder_percent not in rules.ELDER_PERCENTS:
        raise BadFields({"elder_percent": "请从列表里选长辈模式的时间。"})
    if wanted.is_live:
        _checked_live(wanted)
    elif wanted.prizes is not None:
        rules.checked_tiers(wanted.prizes.tiers, wanted.shape)
    if quiz is None:
        quiz = Quiz(code=new_code(), state=S.DRAFT, made_by=by.who, made_at=by.at)
    elif quiz.state is not S.DRAFT:
        raise BadInput("试卷已经送审，要改先退回草稿。")
    quiz.title, quiz.intro = wanted.title, wanted.intro
    quiz.opens_at, quiz.closes_at = wanted.hours.opens_at, wanted.hours.closes_at
    quiz.day_from, quiz.day_until = wanted.hours.day_from, wanted.hours.day_until
    quiz.groups = [group.json for group in wanted.shape.groups]
    for name in (
        "seconds_each",
        "seconds_in_all",
        "tries_a_day",
        "tries_in_all",
        "pass_score",
        "prizes_each",
        "prizes_a_day",
    ):
        setattr(quiz, name, getattr(wanted.shape, name))
    quiz.keeps, quiz.shuffles, quiz.is_one_out = wanted.keeps, wanted.shuffles, wanted.is_one_out
    quiz.is_practice, quiz.is_live = wanted.is_practice, wanted.is_live
    quiz.has_board = wanted.has_board and not wanted.is_live
    quiz.is_elder, quiz.elder_percent = wanted.is_elder, 100 if wanted.is_elder else wanted.elder_percent
    frozen_for = timedelta(hours=wanted.board.freeze_hours)
    quiz.freezes_at = quiz.closes_at - frozen_for if frozen_for and quiz.has_board else None
    quiz.group_word, quiz.board_groups = wanted.board.word, list(wanted.board.groups)
    quiz.has_certificates, quiz.certificates_first = wanted.has_certificates, wanted.certificates_first
    quiz.prizes_each = wanted.shape.prizes_each if wanted.prizes else 0
    session.add(quiz)
    session.flush()
    _plan_prizes(session, quiz, wanted, by)
    audit.note(session, "quiz set up", who=by.who, subject=f"quiz {quiz.code}", at=by.at, detail=quiz.title)
    return quiz


def _checked_live(wanted: Wanted) -> None:
    """抢答 has no attempts. Raises: BadFields for what would need them."""
    drawn = wanted.prizes is not None and wanted.prizes.drawn
    others = wanted.is_practice or wanted.is_one_out or wanted.has_certificates or drawn or wanted.board.groups
    if others or wanted.shape.seconds_in_all:
        raise BadFields({
            "is_live": "抢答是一题一题放的：不要同时选练习、答错即止、总时间、证书、分组，也没有结束后的抽奖。"
        })  # fmt: skip


def _plan_prizes(session: Session, quiz: Quiz, wanted: Wanted, by: By) -> None:
    pool = pools.of_occasion(session, queries.occasion_of(quiz), held=True)
    if wanted.prizes is None:
        if pool is not None and pool.state is not PoolState.DRAFT:
            raise BadInput("奖池已经封存，不能再改。")
        if pool is not None:
            session.delete(pool)
        return
    pools.make(
        session, queries.occasion_of(quiz), quiz.title, wanted.prizes, way=wanted.way, opens_at=quiz.opens_at,
        closes_at=quiz.closes_at, by=by, is_watched=wanted.is_watched, bars_staff=wanted.bars_staff,
    )  # fmt: skip


# ── the paper ──


def fix_paper(session: Session, quiz: Quiz, *, by: By) -> int:
    """Take the questions of each group into the paper and hand it to those who check it. How many questions.

    Raises: BadInput where a group has fewer questions than are drawn, its words are forbidden, or a quiz is no draft.
    """
    _hold(session, quiz)
    _move(quiz, S.CHECKING)
    session.execute(sa.delete(PaperQuestion).where(PaperQuestion.quiz_id == quiz.id))
    counts = [_fill(session, quiz, part, group) for part, group in enumerate(rules.groups_of(quiz.groups))]
    quiz.paper_hash = paper_hash(session, quiz)
    _may_be_said(session, quiz)  # now already: once its pot is sealed no word can be changed
    audit.note(session, "paper fixed", who=by.who, subject=f"quiz {quiz.code}", at=by.at, detail=quiz.paper_hash)
    return sum(counts)


def questions_for(group: rules.Group) -> sa.Select[int, int | None]:
    """Number and difficulty of the questions of the bank that a group draws from."""
    wanted = sa.select(BankQuestion.id, BankQuestion.difficulty).where(BankQuestion.state == QuestionState.ACTIVE)
    if group.tag:
        tagged = sa.select(QuestionTag.question_id).where(QuestionTag.tag == group.tag)
        wanted = wanted.where(BankQuestion.id.in_(tagged))
    if group.difficulty is not None:
        wanted = wanted.where(BankQuestion.difficulty == group.difficulty)
    return wanted


def _fill(session: Session, quiz: Quiz, part: int, group: rules.Group) -> int:
    taken = sa.select(PaperQuestion.question_id).where(PaperQuestion.quiz_id == quiz.id)
    wanted = questions_for(group).where(BankQuestion.id.not_in(taken))
    numbers = list(session.scalars(wanted.order_by(BankQuestion.id)))
    long = wanted.with_only_columns(BankQuestion.id, BankQuestion.passage).where(BankQuestion.passage != "")
    numbers = passages.together(numbers, {row[0]: row[1] for row in session.execute(long)})
    if not numbers or len(numbers) < group.count:
        raise BadInput(
            f"{group.said or '题库'}里可用的题有 {len(numbers)} 道，要抽 {group.count or '全部'}：请先补题，或改抽题的条件。"
        )
    rows = [
        {"quiz_id": quiz.id, "part": part, "place": place, "question_id": number}
        for place, number in enumerate(numbers)
    ]
    core(session).execute(sa.insert(Base.metadata.tables["paper_questions"]), rows)
    return len(numbers)


def paper_hash(session: Session, quiz: Quiz) -> str:
    """SHA-256, as hex, of the paper: a line for each question, part and fingerprint, in its order."""
    rows = core(session).execute(
        sa.select(PaperQuestion.part, BankQuestion.fingerprint)
        .join(BankQuestion, BankQuestion.id == PaperQuestion.question_id)
        .where(PaperQuestion.quiz_id == quiz.id)
        .order_by(PaperQuestion.part, PaperQuestion.place)
    )
    text = "\n".join(f"{row.part} {row.fingerprint}" for row in rows)
    return hashlib.sha256(text.encode()).hexdigest()


def check_paper(session: Session, quiz: Quiz, *, by: By) -> int:
    """`by` has looked through the paper as it is. How many checks are still needed. Raises: BadInput."""
    _hold(session, quiz)
    if quiz.state is not S.CHECKING:
        raise BadInput("这份试卷不在审核中。")
    session.merge(PaperCheck(quiz_id=quiz.id, who=by.who, paper_hash=quiz.paper_hash, checked_at=by.at))
    session.flush()
    audit.note(session, "paper checked", who=by.who, subject=f"quiz {quiz.code}", at=by.at, detail=quiz.paper_hash)
    return max(0, CHECKS_NEEDED - len(checks_of(session, quiz)))


def checks_of(session: Session, quiz: Quiz) -> list[str]:
    """Who has checked this very paper."""
    mine = sa.select(PaperCheck.who).where(PaperCheck.quiz_id == quiz.id, PaperCheck.paper_hash == quiz.paper_hash)
    return list(session.scalars(mine.order_by(PaperCheck.checked_at)))


def back_to_draft(session: Session, quiz: Quiz, *, by: By) -> None:
    """Something has to be changed: what was checked must be checked anew. Raises: BadInput once the pot is sealed."""
    _hold(session, quiz)
    pool = pools.of_occasion(session, queries.occasion_of(quiz), held=True)
    if pool is not None and pool.state is not PoolState.DRAFT:
        raise BadInput("奖池已经封存，题和奖都不能再改；要换请取消这次，另建一个。")
    _move(quiz, S.DRAFT)
    session.execute(sa.delete(PaperCheck).where(PaperCheck.quiz_id == quiz.id))
    audit.note(session, "quiz back to draft", who=by.who, subject=f"quiz {quiz.code}", at=by.at)


def approve(session: Session, quiz: Quiz, *, by: By) -> None:
    """Let it open at its time. Raises: BadInput while a check or the seal of its prizes is missing, or for its words."""
    _hold(session, quiz)
    _may_be_said(session, quiz)
    if quiz.closes_at <= by.at:
        raise BadInput("结束时间已经过了，请先退回草稿改时间。")
    checks = checks_of(session, quiz)
    if len(checks) < CHECKS_NEEDED:
        raise BadInput(f"试卷要两个人看过才能开放，现在只有 {len(checks)} 人。")
    pool = pool_of(session, quiz)
    if pool is not None and pool.state is PoolState.DRAFT:
        raise BadInput("奖池还没有封存：请财务先批准奖池。")
    _move(quiz, S.APPROVED)
    audit.note(session, "quiz approved", who=by.who, subject=f"quiz {quiz.code}", at=by.at)


def _may_be_said(session: Session, quiz: Quiz) -> None:
    session.flush()
    if said := linting.forbidden(linting.findings_of(session, quiz)):
        raise BadInput(said)


def pool_of(session: Session, quiz: Quiz) -> Pool | None:
    """Its prizes; None where nothing is won."""
    return pools.of_occasion(session, queries.occasion_of(quiz))


# ── while it is open ──


def pause(session: Session, quiz: Quiz, *, by: By) -> None:
    """Nobody may begin until it goes on."""
    _hold(session, quiz)
    _move(quiz, S.PAUSED)
    audit.note(session, "quiz paused", who=by.who, subject=f"quiz {quiz.code}", at=by.at)


def go_on(session: Session, quiz: Quiz, *, by: By) -> None:
    """Let readers begin again."""
    _hold(session, quiz)
    if quiz.state is not S.PAUSED:
        raise BadInput("这个答题没有暂停。")
    _move(quiz, S.APPROVED)
    audit.note(session, "quiz resumed", who=by.who, subject=f"quiz {quiz.code}", at=by.at)


def cancel(session: Session, quiz: Quiz, *, by: By) -> None:
    """It will not take place, and its money goes back. Raises: BadInput once it was approved: readers may have played."""
    _hold(session, quiz)
    _move(quiz, S.CANCELLED)
    pool = pool_of(session, quiz)
    if pool is not None and pool.state is PoolState.SEALED:
        pools.close(session, pool, by=by, early=True)
    audit.note(session, "quiz cancelled", who=by.who, subject=f"quiz {quiz.code}", at=by.at)


def close_due(session: Session, now: datetime) -> int:
    """Close one quiz whose time is over: 1, or 0 when there is none."""
    due = sa.select(Quiz).where(Quiz.state.in_((S.APPROVED, S.PAUSED)), Quiz.closes_at <= now - rules.GRACE)
    quiz = session.scalars(due.order_by(Quiz.closes_at).limit(1).with_for_update(skip_locked=True)).first()
    if quiz is None:
        return 0
    _move(quiz, S.CLOSED)
    return 1


def close_pool(session: Session, pool: Pool, *, by: By) -> None:
    """Settle the pot of a quiz, once nobody answers any more: who ran out of time still wins what they reached.

    Raises: BadInput until then, and what pools.close raises.
    """
    quiz = queries.of_occasion(session, pool.occasion)
    if quiz is not None:
        running = sa.select(Attempt.id).where(Attempt.quiz_id == quiz.id, Attempt.state == AttemptState.OPEN)
        if quiz.state in (S.APPROVED, S.PAUSED) or session.scalar(running.limit(1)) is not None:
            raise BadInput("答题还没有结束，或者还有人的没有结算：到时间后一两分钟再结清。")
    pools.close(session, pool, by=by)


def _hold(session: Session, quiz: Quiz) -> None:
    session.flush()
    session.refresh(quiz, with_for_update=True)


WRONG_MOVES = {
    S.CHECKING: "只有草稿可以送审。",
    S.DRAFT: "只有在审的试卷可以退回草稿。",
    S.APPROVED: "只有在审的答题可以开放。",
    S.PAUSED: "只有开放的答题可以暂停。",
    S.CLOSED: "这个答题没有开放过。",
    S.CANCELLED: "已经开放的答题不能取消，可以暂停。",
}


def _move(quiz: Quiz, to: QuizState) -> None:
    if to not in QUIZ_MOVES.get(quiz.state, frozenset()):
        raise BadInput(WRONG_MOVES[to])
    quiz.state = moved(quiz.state, to=to, moves=QUIZ_MOVES)


# ── what readers say of questions ──


def complain(session: Session, question_id: int, openid: str, words: str, *, now: datetime) -> None:
    """纠错: one word of a reader about a question; said again, the new word stands."""
    values = {"words": words[:300], "state": ComplaintState.ASKED, "told_at": now}
    first = insert(session, Complaint).values(question_id=question_id, openid=openid, **values)
    session.execute(first.on_conflict_do_update(index_elements=["question_id", "openid"], set_=values))
