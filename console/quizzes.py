"""答题: the list, one quiz with its steps and live figures, and what staff do about it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import Blueprint, abort, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console import words
from console.desk import Desk, by_me, done, drawn, me, refused
from console.needs import EACH, Need
from console.quiz_live import shown_of
from console.rights import Act, may
from models import times
from models.errors import BadInput
from models.payout import Pool, PoolState
from models.quiz import PaperQuestion, Quiz, QuizState
from models.staff import names
from payouts import draws, plan
from quizzes import linting, queries, rules, service, texts
from quizzes.bank import editing

S = QuizState
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the way to being open."""

    words: str
    note: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class Main:
    """The one thing to do where a quiz stands now: sent as a form where it `changes`, else a way on."""

    endpoint: str
    number: int
    words: str
    icon: str = ""
    changes: bool = False


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/quizzes"""
    views = _Views(desk)
    blueprint.add_url_rule("/quizzes", "quizzes", views.all)
    blueprint.add_url_rule("/quizzes/<int:number>", "quiz", views.one)
    for name, act, said in (
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
            views.acting(act, said),
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
            state, checks = state_of(quiz, now), service.checks_of(session, quiz) if quiz.paper_hash else []
            groups = _drawn_from(session, quiz)
            steps = _steps(session, quiz, pool, checks, groups)
            return drawn(
                "quiz.html", quiz=quiz, state=state, steps=steps, main=_main(quiz, state, pool, checks),
                rules=texts.rule_lines(quiz, count=sum(group.count or there for group, there in groups), prizes=""), pool=pool,
                prizes=texts.prizes_of(quiz, pool) if pool else "",
                shown=shown_of(session, quiz, pool, now), when=texts.when(quiz, now=now), site=self._desk.site,
                draw=_draw(session, pool),
                findings=linting.findings_of(session, quiz) if quiz.state in (S.DRAFT, S.CHECKING) else [],
            )  # fmt: skip

    def acting(self, act: Callable[..., object], said: str) -> Callable[..., Response]:
        """A view that does one thing to a quiz."""

        @may(Act.CHANGE_QUIZZES)
        def view(number: int) -> Response:
            with self._desk.unit() as session:
                quiz = session.get(Quiz, number) or abort(404)
                act(session, quiz, by=by_me())
            return done(said, url_for("console.quiz", number=number))

        return refusing(view)


def refusing(view: Callable[..., Response]) -> Callable[..., Response]:
    """What a rule refuses is said on the page of the quiz."""

    def asked(number: int) -> Response:
        try:
            return view(number)
        except BadInput as error:
            return refused(f"没有做成：{error.to_staff}", url_for("console.quiz", number=number))

    asked.rule = view.rule  # type: ignore[attr-defined]
    return asked


def state_of(quiz: Quiz, now: datetime) -> str:
    """What a list says: 开放中 is a matter of time as well."""
    if quiz.state is S.APPROVED:
        if now < quiz.opens_at:
            return "scheduled"
        return "open" if now < quiz.closes_at else "closed"
    return quiz.state.value


def _drawn_from(session: Session, quiz: Quiz) -> list[tuple[rules.Group, int]]:
    """Each group with how many questions it draws from: of the paper; of a draft, what the bank has for it now."""
    groups, count = rules.groups_of(quiz.groups), sa.func.count()
    if quiz.state is S.DRAFT:
        found = (service.questions_for(group).subquery() for group in groups)
        return [
            (group, session.scalar(sa.select(count).select_from(rows)) or 0)
            for group, rows in zip(groups, found, strict=True)
        ]
    parts = sa.select(PaperQuestion.part, count).where(PaperQuestion.quiz_id == quiz.id).group_by(PaperQuestion.part)
    counts = {row[0]: row[1] for row in session.execute(parts)}
    return [(group, counts.get(part, 0)) for part, group in enumerate(groups)]


def _said_drawn(groups: list[tuple[rules.Group, int]]) -> str:
    """从标签“国学”的 30 题里抽 10 题；难度 2 的 5 题全都用"""
    lines = []
    for group, there in groups:
        whole = f"{group.said or '整个题库'}的 {words.number(there)} 题"
        lines.append(f"从{whole}里抽 {group.count} 题" if group.count else f"{whole}全都用")
    return "；".join(lines)


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
    known = names(session) if checks else {}
    said = (
        f"看过的：{'、'.join(known.get(who, who) for who in checks)}。"
        if checks
        else "每道题、每个答案都要两个人看过。"
    )
    changed = len(editing.outdated(session, quiz)) if quiz.state is S.CHECKING else 0
    return said + (
        f"有 {changed} 道题后来改过或停用了，试卷里还是旧的：退回草稿再送审，就换成新的。" if changed else ""
    )


def _steps(
    session: Session, quiz: Quiz, pool: Pool | None, checks: list[str], groups: list[tuple[rules.Group, int]]
) -> list[Step]:
    fixed, opened = quiz.state is not S.DRAFT, quiz.state in (S.APPROVED, S.PAUSED, S.CLOSED)
    steps = [
        Step("设置和抽题", f"{_said_drawn(groups)}。", fixed),
        Step(
            "两个人看过试卷", _said_checks(session, quiz, checks),
            opened or len(checks) >= service.CHECKS_NEEDED,
        ),
    ]  # fmt: skip
    if pool is not None:
        sealed = pool.state is not PoolState.DRAFT
        note = (
            f"{names(session).get(pool.approved_by, pool.approved_by)}批准，指纹 {pool.commitment[:12]}…"
            if sealed
            else "由设奖以外的人批准（财务）；之后谁都不能改。"
        )
        steps.append(Step("封存奖池", note, sealed))
    return [*steps, Step("开放", "到开始的时间自己开，到结束的时间自己关。", opened)]


NEEDS = {
    "quiz_paper": ("的试卷等人看", "每道题、每个答案都要两个人看过，才能开放。"),
    "pool": ("的奖池等批准", "看看奖项和金额，批准了才能开放；设奖的人不能自己批。"),
    "quiz_approve": ("都准备好了，还没有开放", "试卷看过了，奖也批准了：点“开放”，到时间读者就能答。"),
}


def needs(session: Session) -> Iterator[Need]:
    """Quizzes on their way to being open, where it is this person's turn."""
    waiting = sa.select(Quiz).where(Quiz.state == S.CHECKING, Quiz.closes_at > times.now())
    for quiz in session.scalars(waiting.order_by(Quiz.opens_at).limit(EACH)):
        pool, checks = service.pool_of(session, quiz), service.checks_of(session, quiz)
        if main := _main_of_check(quiz, pool, checks):
            said, note = NEEDS[main.endpoint]
            where = "quiz" if main.changes else main.endpoint
            yield Need(
                quiz.made_at, "award", "waiting", f"“{quiz.title}”{said}", note, "去开放" if main.changes else main.words,
                url_for(f"console.{where}", number=main.number),
            )  # fmt: skip


def _main(quiz: Quiz, state: str, pool: Pool | None, checks: list[str]) -> Main | None:
    """What whoever looks may do that brings the quiz on; None where it is somebody else's turn."""
    if state == "draft":
        return Main("quiz_fix", quiz.id, "定下试卷，送审", changes=True) if Act.CHANGE_QUIZZES in me().acts else None
    if state == "checking":
        return _main_of_check(quiz, pool, checks)
    if state == "paused":
        return Main("quiz_go_on", quiz.id, "恢复答题", changes=True) if Act.CHANGE_QUIZZES in me().acts else None
    if state == "closed" and pool is not None and pool.state is PoolState.SEALED and Act.APPROVE_PRIZES in me().acts:
        return Main("pool", pool.id, "去看奖池", "chart")
    if quiz.is_live and state == "open":
        return Main("quiz_stage", quiz.id, "上台", "award")
    return None


def _main_of_check(quiz: Quiz, pool: Pool | None, checks: list[str]) -> Main | None:
    is_sealed = pool is None or pool.state is not PoolState.DRAFT
    if is_sealed and len(checks) >= service.CHECKS_NEEDED:
        return Main("quiz_approve", quiz.id, "开放", changes=True) if Act.CHANGE_QUIZZES in me().acts else None
    if len(checks) < service.CHECKS_NEEDED and me().login not in checks and Act.CHECK_PAPERS in me().acts:
        return Main("quiz_paper", quiz.id, "去看试卷", "books")
    if pool is not None and not is_sealed and pool.made_by != me().login and Act.APPROVE_PRIZES in me().acts:
        return Main("pool", pool.id, "去批准奖池", "award")
    return None
