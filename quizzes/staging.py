"""抢答, the staff's side: let out the next question, stop it, take it back. Nothing of it happens twice.

Whoever acts says which question was the last they saw: of two at the console the second is told what the first has done.
"""

import random
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import audit
from models.by import By
from models.errors import BadInput
from models.live import ROUND_MOVES, LiveAnswer, LiveRound, RoundState
from models.payout import Prize, PrizeState
from models.quiz import PaperQuestion, Quiz, QuizState
from models.states import moved
from payouts import service as prizes
from quizzes import playing, queries, rounds, rules
from quizzes.bank.rows import questions_of

R = RoundState
_dice = random.SystemRandom()


def let_out(session: Session, quiz: Quiz, *, after: int, by: By) -> LiveRound:
    """The question after number `after` (0: the first). Raises: BadInput, in words for whoever stands on the stage."""
    session.refresh(quiz, with_for_update=True)
    _may(quiz, by.at)
    last = _last(session, quiz)
    number = last.number if last is not None else 0
    if number != after:
        raise BadInput(f"第 {number} 题已经由{last.let_out_by if last else ''}放出来了。")
    if last is not None and last.state is R.OPEN:
        if _is_undecided(session, quiz, last, by.at):
            raise BadInput("这一题还在抢。要换题，先点“停止作答”。")
        _end(last, R.CLOSED, by.at)
        session.flush()
    question_id = _next(session, quiz)
    shown = playing.order_of(questions_of(session, [question_id])[question_id], shuffles=quiz.shuffles)
    new = LiveRound(
        quiz_id=quiz.id, number=number + 1, question_id=question_id, shown=shown, state=R.OPEN, let_out_at=by.at,
        let_out_by=by.who,
    )  # fmt: skip
    session.add(new)
    audit.note(
        session, "question let out", who=by.who, subject=f"quiz {quiz.code}", at=by.at, detail=f"第 {new.number} 题"
    )
    return new


def _may(quiz: Quiz, now: datetime) -> None:
    if not quiz.is_live:
        raise BadInput("这不是抢答。")
    if quiz.state is not QuizState.APPROVED:
        raise BadInput("这场抢答没有开放，或者暂停了。")
    if not queries.hours_of(quiz).is_open(now):
        raise BadInput("现在不在开放的时间里。")


def _last(session: Session, quiz: Quiz) -> LiveRound | None:
    rounds = sa.select(LiveRound).where(LiveRound.quiz_id == quiz.id).order_by(LiveRound.number.desc()).limit(1)
    return session.scalars(rounds.with_for_update().execution_options(populate_existing=True)).first()


def _is_undecided(session: Session, quiz: Quiz, one: LiveRound, now: datetime) -> bool:
    won = sa.select(LiveAnswer.id).where(LiveAnswer.round_id == one.id, LiveAnswer.place == 1)
    return session.scalar(won) is None and not rounds.is_over(quiz, one.let_out_at, now=now)


def _next(session: Session, quiz: Quiz) -> int:
    """A question that was not let out yet: of a group that draws some a random one, else the next of the paper."""
    out = sa.select(LiveRound.question_id).where(LiveRound.quiz_id == quiz.id)
    good = set(session.scalars(out.where(LiveRound.state != R.VOID)))
    for part, group in enumerate(rules.groups_of(quiz.groups)):
        paper = sa.select(PaperQuestion.question_id).where(
            PaperQuestion.quiz_id == quiz.id, PaperQuestion.part == part
        )
        every = list(session.scalars(paper.order_by(PaperQuestion.place)))
        left = list(session.scalars(paper.where(PaperQuestion.question_id.not_in(out)).order_by(PaperQuestion.place)))
        if left and (not group.count or len(good & set(every)) < group.count):
            return _dice.choice(left) if group.count else left[0]
    raise BadInput("题都放完了。")


def stop(session: Session, quiz: Quiz, *, number: int, by: By) -> None:
    """Take no more answers to question `number`; one that has ended stays as it is."""
    one = _held(session, quiz, number)
    if one.state is R.OPEN:
        _end(one, R.CLOSED, by.at)
        audit.note(
            session, "question stopped", who=by.who, subject=f"quiz {quiz.code}", at=by.at, detail=f"第 {number} 题"
        )


def void(session: Session, quiz: Quiz, *, number: int, reason: str, by: By) -> None:
    """Question `number` counts for nobody, and its prize goes back when the time to appeal is over: the winner is told why.

    Raises: BadInput without a reason, and once the prize was asked for.
    """
    one = _held(session, quiz, number)
    if not reason.strip():
        raise BadInput("请写明作废的理由：读者会看到。")
    if one.state is R.VOID:
        return
    _take_back(session, one, f"第 {number} 题作废：{reason.strip()}", by)
    one.reason = reason.strip()[:200]
    _end(one, R.VOID, by.at)
    audit.note(
        session,
        "question voided",
        who=by.who,
        subject=f"quiz {quiz.code}",
        at=by.at,
        detail=f"第 {number} 题：{one.reason}",
    )


def _take_back(session: Session, one: LiveRound, cause: str, by: By) -> None:
    number = session.scalar(sa.select(Prize.id).where(Prize.win_key == rounds.win_key(one.id)))
    prize = prizes.held(session, number) if number is not None else None
    if prize is None or prize.state in (PrizeState.DENIED, PrizeState.REFUSED, PrizeState.LAPSED):
        return
    if prize.state not in (PrizeState.WON, PrizeState.HELD):
        raise BadInput("这一题的奖已经在发，或者领走了，不能再作废。")
    if prize.state is PrizeState.WON:
        prizes.hold(session, prize, cause, by=by)
    prizes.refuse(session, prize, cause, by=by)


def _held(session: Session, quiz: Quiz, number: int) -> LiveRound:
    wanted = sa.select(LiveRound).where(LiveRound.quiz_id == quiz.id, LiveRound.number == number)
    one = session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if one is None:
        raise BadInput("没有这一题。")
    return one


def _end(one: LiveRound, to: RoundState, at: datetime) -> None:
    one.state = moved(one.state, to=to, moves=ROUND_MOVES)
    one.ended_at = at
