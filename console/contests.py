"""比赛: the list, one contest with its steps and figures, and what staff do to lead it on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import Blueprint, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.contest_form import may_change
from console.desk import Desk, by_me, done, drawn, me, refused
from console.needs import EACH, Need
from console.rights import Act, may
from contests import queries, rules, service, texts, tiers
from models import times
from models.contest import (
    HANDED_IN,
    Contest,
    ContestState,
    LateCode,
    Purpose,
    Submission,
    SubmissionState,
    Wording,
)
from models.errors import BadFields, BadInput

C, S = ContestState, SubmissionState
MOST_SHOWN = 200
MOST_CODES = 100
STEPS = (  # in the order in which a contest goes
    (C.OPEN, "征集", "到开始的时间自己收稿，到截稿的时间自己停。"),
    (C.SCREENING, "审核", "每件作品由馆员看过：通过、退稿或隐藏；没看过的不会公开。"),
    (C.JUDGING, "评审", "评委盲评，定出每组的名次；再照名次拟出获奖名单。"),
    (C.NOTICE, "公示", "名单隐去名字公布，有异议的读者可以提，馆员逐条答复。"),
    (C.AWARDED, "颁奖", "每位作者收到自己的结果；证书在“我的作品”里，也能整批打印。"),
)
AWARDING = {C.JUDGING: "评奖", C.NOTICE: "看公示", C.AWARDED: "证书和领奖"}
ORDER = list(C)  # as a contest goes through them


@dataclass(frozen=True, slots=True)
class Step:
    """One phase: behind us, now, or to come."""

    words: str
    note: str
    is_done: bool
    is_now: bool


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/contests"""
    views = _Views(desk)
    blueprint.add_url_rule("/contests", "contests", views.all)
    blueprint.add_url_rule("/contests/<int:number>", "contest", views.one)
    for name, act, said in (
        ("open", service.open_, "已开放征集。到开始的时间读者就能投稿。"),
        ("judge", service.begin_judging, "已进入评审。"),
    ):
        rule = f"/contests/<int:number>/{name}"
        blueprint.add_url_rule(rule, f"contest_{name}", views.acting(act, said), methods=["POST"])
    blueprint.add_url_rule("/contests/<int:number>/extend", "contest_extend", views.extend, methods=["POST"])
    blueprint.add_url_rule("/contests/<int:number>/cancel", "contest_cancel", views.cancel, methods=["GET", "POST"])
    blueprint.add_url_rule("/contests/<int:number>/codes", "contest_codes", views.codes, methods=["GET", "POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_CONTESTS)
    def all(self) -> str:
        """The newest first, with how many works have come in."""
        with self._desk.reading() as session:
            rows = session.scalars(
                sa.select(Contest).order_by(Contest.opens_at.desc(), Contest.id.desc()).limit(MOST_SHOWN)
            ).all()
            counts = _counts(session, [row.id for row in rows])
            listed = [
                (row, state_of(row, times.now()), sum(counts.get(row.id, {}).get(s, 0) for s in HANDED_IN))
                for row in rows
            ]
            return drawn("contests.html", rows=listed)

    @may(Act.SEE_CONTESTS)
    def one(self, number: int) -> str:
        """Where it stands, what is next, and its works in figures."""
        with self._desk.reading() as session:
            contest, now = session.get(Contest, number) or abort(404), times.now()
            counts = _counts(session, [number]).get(number, {})
            wordings = [
                (purpose, wording)
                for purpose in Purpose
                if (wording := queries.wording_of(session, contest, purpose)) is not None
            ]
            return drawn(
                "contest.html", contest=contest, state=state_of(contest, now), steps=_steps(contest),
                counts={state: counts.get(state, 0) for state in S}, handed=sum(counts.get(state, 0) for state in HANDED_IN),
                genres=queries.genres_of(session, contest), groups=queries.groups_of(session, contest),
                texts=queries.texts_of(session, contest), organisations=queries.organisations_of(session, contest),
                awards=tiers.wanted_of(session, contest), wordings=wordings, site=self._desk.site,
                last=rules.last_day(contest.closes_at), can_edit=may_change(contest), main=_main(contest, counts, now),
                versions=_versions(session, contest), group_words=texts.group_words, today=times.today(now),
                likes=texts.liking_words(contest), is_child_noted=bool(counts.get(S.WAITING, 0)),
            )  # fmt: skip

    def acting(self, act: Callable[..., object], said: str) -> Callable[..., Response]:
        """A view that leads a contest on."""

        @may(Act.CHANGE_CONTESTS)
        def view(number: int) -> Response:
            where = url_for("console.contest", number=number)
            try:
                with self._desk.unit() as session:
                    act(session, session.get(Contest, number) or abort(404), by=by_me())
            except BadInput as error:
                return refused(f"没有做成：{error.to_staff}", where)
            return done(said, where)

        return view

    @may(Act.CHANGE_CONTESTS)
    def extend(self, number: int) -> Response:
        """A later closing."""
        where, typed = url_for("console.contest", number=number), request.form.get("closes_at", "")
        try:
            closes = datetime.fromisoformat(typed).replace(tzinfo=times.local(times.now()).tzinfo)
        except ValueError:
            return refused("请选新的截稿时间。", where)
        try:
            with self._desk.unit() as session:
                contest = session.get(Contest, number) or abort(404)
                service.extend(session, contest, closes, by=by_me())
        except BadInput as error:
            return refused(f"没有做成：{error.to_staff}", where)
        return done("截稿时间已经往后延了。后面的日期要不要改，请看看设置。", where)

    @may(Act.CHANGE_CONTESTS)
    def cancel(self, number: int) -> Response | tuple[str, int] | str:
        """What it means, and, with a reason and the title typed, it is done."""
        with self._desk.reading() as session:
            contest = session.get(Contest, number) or abort(404)
            counts = _counts(session, [number]).get(number, {})
            works, title = sum(counts.get(state, 0) for state in HANDED_IN), contest.title
        if request.method == "GET":
            return drawn("contest_cancel.html", contest=contest, works=works, wrong="", reason="")
        reason = request.form.get("reason", "").strip()
        if request.form.get("title", "").strip() != title:
            said = "要取消，请把比赛的名字原样写一遍。"
            return drawn("contest_cancel.html", contest=contest, works=works, wrong=said, reason=reason), 400
        try:
            with self._desk.unit() as session:
                service.cancel(session, session.get_one(Contest, number), reason, by=by_me())
        except BadInput as error:
            return drawn(
                "contest_cancel.html", contest=contest, works=works, wrong=error.to_staff, reason=reason
            ), 400
        return done("已取消。", url_for("console.contest", number=number))

    @may(Act.CHANGE_CONTESTS)
    def codes(self, number: int) -> Response | tuple[str, int] | str:
        """补交码: those given, and a new one."""
        wrong: dict[str, str] = {}
        if request.method == "POST":
            try:
                with self._desk.unit() as session:
                    code = service.give_late_code(
                        session, session.get(Contest, number) or abort(404), until=_until(request.form.get("until", "")),
                        reason=request.form.get("reason", ""), by=by_me(),
                    ).code  # fmt: skip
                return done(f"补交码是 {code}，只能用一次。", url_for("console.contest_codes", number=number))
            except BadFields as error:
                wrong = error.wrong
        with self._desk.reading() as session:
            contest = session.get(Contest, number) or abort(404)
            rows = sa.select(LateCode).where(LateCode.contest_id == number).order_by(LateCode.made_at.desc())
            given = session.scalars(rows.limit(MOST_CODES)).all()
            typed = {name: request.form.get(name, "") for name in ("until", "reason")}
            page = drawn(
                "contest_codes.html", contest=contest, given=given, wrong=wrong, typed=typed, now=times.now()
            )
        return (page, 400) if wrong else page


def _until(typed: str) -> datetime:
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=times.local(times.now()).tzinfo)
    except ValueError:
        raise BadFields({"until": "请选有效期。"}) from None


def state_of(contest: Contest, now: datetime) -> str:
    """What a list says: 征集中 is a matter of time as well."""
    if contest.state is C.OPEN:
        return "scheduled" if now < contest.opens_at else "open"
    return contest.state.value


def _counts(session: Session, numbers: list[int]) -> dict[int, dict[SubmissionState, int]]:
    rows = (
        sa.select(Submission.contest_id, Submission.state, sa.func.count())
        .where(Submission.contest_id.in_(numbers))
        .group_by(Submission.contest_id, Submission.state)
    )
    found: dict[int, dict[SubmissionState, int]] = {}
    for contest_id, state, count in session.execute(rows):
        found.setdefault(contest_id, {})[state] = count
    return found


def _versions(session: Session, contest: Contest) -> int:
    return session.scalar(sa.select(sa.func.count()).where(Wording.contest_id == contest.id)) or 0


def _steps(contest: Contest) -> list[Step]:
    at = ORDER.index(contest.state) if contest.state is not C.CANCELLED else -1
    return [
        Step(words, note, at > place, at == place) for place, (_, words, note) in enumerate(STEPS, 1)
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Main:
    """The one thing to do where a contest stands now: a form where it `changes`, else a way on."""

    endpoint: str
    words: str
    changes: bool = False


def _main(contest: Contest, counts: dict[SubmissionState, int], now: datetime) -> Main | None:
    waiting = counts.get(S.SUBMITTED, 0)
    if contest.state is C.DRAFT:
        return Main("contest_open", "开放征集", changes=True) if Act.CHANGE_CONTESTS in me().acts else None
    if waiting and contest.state in (C.OPEN, C.SCREENING):
        return Main("contest_screen", f"去审核（{waiting} 件）") if Act.SCREEN_WORKS in me().acts else None
    if contest.state is C.SCREENING and counts.get(S.ACCEPTED, 0):
        return Main("contest_judge", "进入评审", changes=True) if Act.CHANGE_CONTESTS in me().acts else None
    if contest.state in (C.JUDGING, C.NOTICE, C.AWARDED):
        return Main("contest_awards", AWARDING[contest.state]) if Act.AWARD_WORKS in me().acts else None
    return None


# ── on 今天 ──


def to_screen(session: Session) -> Iterator[Need]:
    """Contests with works that wait to be looked at, those that wait longest first."""
    oldest, count = sa.func.min(Submission.handed_in_at), sa.func.count()
    rows = (
        sa.select(Contest, oldest, count)
        .join(Submission, Submission.contest_id == Contest.id)
        .where(
            Submission.state == S.SUBMITTED,
            Submission.ready_at.is_not(None),
            Contest.state.in_((C.OPEN, C.SCREENING)),
        )
        .group_by(Contest.id)
        .order_by(oldest)
    )
    for contest, at, waiting in session.execute(rows.limit(EACH)):
        yield Need(
            at or contest.closes_at, "books", "waiting", f"“{contest.title}”有 {waiting} 件作品等审核",
            "一件一件听、读、看：通过、退稿，或者隐藏。", "去审核", url_for("console.contest_screen", number=contest.id),
        )  # fmt: skip


def to_lead_on(session: Session) -> Iterator[Need]:
    """Contests that are screened and go no further by themselves; consents that guardians have not given for days."""
    is_left = sa.exists().where(Submission.contest_id == Contest.id, Submission.state == S.SUBMITTED)
    rows = sa.select(Contest).where(Contest.state == C.SCREENING, ~is_left).order_by(Contest.closes_at)
    for contest in session.scalars(rows.limit(EACH)):
        yield Need(
            contest.closes_at, "award", "waiting", f"“{contest.title}”审核完了，还没有进入评审",
            "进入评审以后，评委就能开始打分。", "去看看", url_for("console.contest", number=contest.id),
        )  # fmt: skip
