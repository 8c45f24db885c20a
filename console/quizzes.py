"""答题: the list, one quiz with its steps and live figures, and what staff do about it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import Blueprint, abort, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.desk import Desk, done, drawn, me
from console.quiz_live import shown_of
from console.rights import Act, may
from models import times
from models.by import By
from models.errors import BadInput
from models.payout import Pool, PoolState
from models.quiz import Quiz, QuizState
from payouts import draws, plan
from payouts import texts as prize_texts
from quizzes import linting, queries, service, texts
from quizzes.bank import editing

S = QuizState
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the way to being open. `act`: (endpoint, words) of its button where it may be done now."""

    words: str
    note: str
    is_done: bool
    act: tuple[str, str] | None = None


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/quizzes"""
    views = _Views(desk)
    blueprint.add_url_rule("/quizzes", "quizzes", views.all)
    blueprint.add_url_rule("/quizzes/<int:number>", "quiz", views.one)
    for name, act, words in (
        ("fix", service.fix_paper, "试卷已经定下来，请两个人各看一遍。"),
        ("back", service.back_to_draft, "已退回草稿。改好了再送审。"),
        ("approve", service.approve, "已开放。到时间读者就能答。"),
        ("pause", service.pause, "已暂停：没开始的不能开始，开始了的可以答完。"),
        ("go-on", service.go_on, "已恢复。"),
        ("cancel", service.cancel, "已取消，奖池里的钱退回。"),
    ):
        blueprint.add_url_rule(
            f"/quizzes/<int:number>/{name}",
            f"quiz_{name.replace('-', '_')}",
            views.acting(act, words),
            methods=["POST"],
        )


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_QUIZZES)
    def all(self) -> str:
        """The newest first, with how many have played."""
        with self._desk.reading() as session:
            rows = session.scalars(
                sa.select(Quiz).order_by(Quiz.opens_at.desc(), Quiz.id.desc()).limit(MOST_SHOWN)
            ).all()
            now = times.now()
            listed = [(quiz, state_of(quiz, now), queries.players(session, quiz)) for quiz in rows]
            return drawn("quizzes.html", rows=listed)

    @may(Act.SEE_QUIZZES)
    def one(self, number: int) -> str:
        """Its steps, its rules, and, once it is open, how it goes."""
        with self._desk.reading() as session:
            quiz = session.get(Quiz, number) or abort(404)
            pool = service.pool_of(session, quiz)
            now = times.now()
            return drawn(
                "quiz.html", quiz=quiz, state=state_of(quiz, now), steps=_steps(session, quiz, pool),
                rules=texts.rule_lines(quiz, count=queries.questions_in(session, quiz), prizes=""), pool=pool,
                prizes=prize_texts.promise(pool) if pool else "",
                shown=shown_of(session, quiz, pool, now), when=texts.when(quiz, now=now), site=self._desk.site,
                draw=_draw(session, pool),
                findings=linting.findings_of(session, quiz) if quiz.state in (S.DRAFT, S.CHECKING) else [],
            )  # fmt: skip

    def acting(self, act: Callable[..., object], words: str) -> Callable[..., Response]:
        """A view that does one thing to a quiz."""

        @may(Act.CHANGE_QUIZZES)
        def view(number: int) -> Response:
            with self._desk.unit() as session:
                quiz = session.get(Quiz, number) or abort(404)
                act(session, quiz, by=By(me().login, times.now()))
            return done(words, url_for("console.quiz", number=number))

        return refusing(view)


def refusing(view: Callable[..., Response]) -> Callable[..., Response]:
    """What a rule refuses is said on the page of the quiz."""

    def asked(number: int) -> Response:
        try:
            return view(number)
        except BadInput as error:
            return done(f"没有做成：{error.to_staff}", url_for("console.quiz", number=number))

    asked.rule = view.rule  # type: ignore[attr-defined]
    return asked


def state_of(quiz: Quiz, now: datetime) -> str:
    """What a list says: 开放中 is a matter of time as well."""
    if quiz.state is S.APPROVED:
        if now < quiz.opens_at:
            return "scheduled"
        return "open" if now < quiz.closes_at else "closed"
    return quiz.state.value


@dataclass(frozen=True, slots=True)
class DrawnAtEnd:
    """How the draw of a quiz stands: `entries` on the list (0 before it is collected), `prizes` that it gives."""

    words: str
    entries: int
    prizes: int


def _draw(session: Session, pool: Pool | None) -> DrawnAtEnd | None:
    draw = draws.of_pool(session, pool) if pool is not None else None
    if draw is None:
        return None
    prizes = sum(tier.count for tier in plan.plan_of(draw.pool.plan).drawn)
    stages = (
        (draw.handed_at, "抽完了，中奖的都通知了"),
        (draw.drawn_at, "抽过了，正在发"),
        (draw.listed_at, "名单封存了，马上抽"),
    )
    words = next((words for at, words in stages if at is not None), "答题结束后几分钟内自动抽")
    return DrawnAtEnd(words, draws.count(session, draw), prizes)


def _said_checks(session: Session, quiz: Quiz, checks: list[str]) -> str:
    said = f"看过的：{'、'.join(checks)}" if checks else "每道题、每个答案都要两个人看过。"
    changed = len(editing.outdated(session, quiz)) if quiz.state is S.CHECKING else 0
    return said + (
        f" 有 {changed} 道题后来改过或停用了，试卷里还是旧的：退回草稿再送审，就换成新的。" if changed else ""
    )


def _steps(session: Session, quiz: Quiz, pool: Pool | None) -> list[Step]:
    checks = service.checks_of(session, quiz) if quiz.paper_hash else []
    fixed, opened = quiz.state is not S.DRAFT, quiz.state in (S.APPROVED, S.PAUSED, S.CLOSED)
    steps = [
        Step("设置和抽题", "定好规则，从题库抽好题，送去审。", fixed, ("console.quiz_fix", "定下试卷，送审") if not fixed else None),
        Step(
            "两个人看过试卷", _said_checks(session, quiz, checks),
            opened or len(checks) >= service.CHECKS_NEEDED,
        ),
    ]  # fmt: skip
    if pool is not None:
        sealed = pool.state is not PoolState.DRAFT
        note = (
            f"{pool.approved_by} 批准，指纹 {pool.commitment[:12]}…"
            if sealed
            else "由设奖以外的人批准（财务）；之后谁都不能改。"
        )
        steps.append(Step("封存奖池", note, sealed))
    ready = quiz.state is S.CHECKING and all(step.is_done for step in steps)
    steps.append(
        Step(
            "开放",
            "到开始的时间自己开，到结束的时间自己关。",
            opened,
            ("console.quiz_approve", "开放") if ready else None,
        )
    )
    return steps
