"""通知: the list, one notice with its chain, and what staff do to it beside writing and signing."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from console.branch_rows import all_branches, said_run
from console.desk import Desk, by_me, done, drawn, me
from console.exports import EVERY_ROW, Sheet, downloaded, workbook
from console.notice_rows import (
    FORMS,
    STATES,
    USES,
    found,
    house_of,
    is_mine,
    marks_of,
    mine,
    my_step,
    refusing,
    steps_shown,
)
from console.paging import Order, page, place_of
from console.paging import moment as read_moment
from console.records import lines_about
from console.rights import Act, may
from console.words import exact
from models import times
from models.activity import Branch
from models.closing import Closing
from models.notice import Notice, NoticeState, NoticeUse
from models.periodical import Periodical, PeriodicalIssue
from models.staff import names
from notices import chain, chain_rules, check_facts, service
from notices.periodicals import service as periodicals
from notices.sending import queries, texts

N = NoticeState
SHOWN = (N.DRAFT, N.CHECKING, N.READY, N.SENT, N.DROPPED)


@dataclass(frozen=True, slots=True)
class Sought:
    """What the list is narrowed to, as its address says."""

    words: str = ""
    state: str = ""
    use: str = ""
    branch: str = ""

    @property
    def args(self) -> dict[str, str]:
        """For addresses that keep it."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name))}


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/notices, /console/notices/<number> and its acts"""
    views = _Views(desk)
    blueprint.add_url_rule("/notices", "notices", views.all)
    blueprint.add_url_rule("/notices.xlsx", "notices_file", views.file)
    blueprint.add_url_rule("/notices/<int:number>", "notice", views.one)
    base = "/notices/<int:number>"
    for name, act, verb, said in (
        ("take-back", Act.WRITE_NOTICES, chain.take_back, "收回来了，可以接着改。一个字没改的话，签过的还算数。"),
        ("drop", Act.WRITE_NOTICES, service.drop, "不用了。它还在列表里，选“不用了”就能看到。"),
        ("hurry", Act.WRITE_NOTICES, _hurry, "改走紧急流程：二校和二审两个人签完就能发，事后要有人补看。"),
        ("look", Act.REVIEW_NOTICES, chain.look_at_emergency, "记下您补看过了。"),
    ):
        endpoint = f"notice_{name.replace('-', '_')}"
        blueprint.add_url_rule(f"{base}/{name}", endpoint, views.acting(act, verb, said), methods=["POST"])
    blueprint.add_url_rule(f"{base}/copy", "notice_copy", refusing(views.copy), methods=["POST"])


def _hurry(session: Session, notice: Notice, *, by: Any) -> None:
    chain.hurry(session, notice, request.form.get("reason", ""), by=by)


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_NOTICES)
    def all(self) -> str:
        """What changed last first; without a filter, those that are still to be done or went out."""
        sought = _sought()
        with self._desk.reading() as session:
            place = place_of(request.args.get("before"), request.args.get("after"), read_moment)
            order = Order(Notice.changed_at, Notice.id, is_falling=True)
            rows = page(session, _statements(session, sought), order, place)
            return drawn(
                "notices.html", page=rows, sought=sought, states={one.value: STATES[one].words for one in SHOWN},
                labels=STATES, uses=USES, forms=FORMS, names=names(session), branches=[one.name for one in all_branches(session)],
                step_of=_step_words(session, [row.id for row in rows.rows if row.state is N.CHECKING]),
            )  # fmt: skip

    @may(Act.SEE_NOTICES)
    def file(self) -> Response:
        """The same as Excel, all of it."""
        with self._desk.reading() as session:
            known = names(session)
            rows = [row for one in _statements(session, _sought()) for row in session.execute(one)]
            rows.sort(key=lambda row: row.key, reverse=True)
            body = workbook(Sheet("通知", COLUMNS, _lines(rows, known)), most_rows=EVERY_ROW)
        self._desk.noted("list exported", "notices", detail=f"{len(rows)} 份")
        return downloaded("通知", body)

    @may(Act.SEE_NOTICES)
    def one(self, number: int) -> str:
        """Where it stands and what is next."""
        with self._desk.reading() as session:
            notice = found(session, number)
            held = chain.chain_of(session, notice)
            content = service.content_of(session, notice)
            is_draft = notice.state is N.DRAFT
            branch = session.get(Branch, notice.branch_id) if notice.branch_id else None
            return drawn(
                "notice.html", notice=notice, label=STATES[notice.state], use=USES[notice.use], form=FORMS[notice.form],
                branch=branch.name if branch else "全馆", names=names(session), content=content,
                steps=steps_shown(session, notice, held), marks=marks_of(session, notice), lines=lines_about(session, f"notice {notice.code}"),
                findings=check_facts.findings_of(session, notice, house_of(self._desk)) if is_draft else [],
                returned=_returned(session, notice), my_step=my_step(notice, held), is_mine=is_mine(notice),
                can_write=Act.WRITE_NOTICES in me().acts and is_mine(notice), broadcasts=queries.of_notice(session, notice),
                belongs=list(_belongs(session, notice)), fallen=queries.fallen(session, notice),
                wrote=me().login in held.writers, steps_words=chain_rules.STEPS, ways=texts.WAYS, sending=texts.STATES,
            )  # fmt: skip

    def acting(self, act: Act, verb: Callable[..., object], said: str) -> Callable[..., AnyResponse]:
        """A view that does one thing to a notice."""

        @may(act)
        def view(number: int) -> AnyResponse:
            with self._desk.unit() as session:
                verb(session, mine(session, number), by=by_me())
            return done(said, url_for("console.notice", number=number))

        return refusing(view)

    @may(Act.WRITE_NOTICES)
    def copy(self, number: int) -> AnyResponse:
        """The same words as a new draft."""
        with self._desk.unit() as session:
            source = mine(session, number)
            made = service.copy(session, source, by=by_me())
            where = url_for("console.notice", number=made.id)
        return done("复制好了，是一份新的草稿。", where)


def _returned(session: Session, notice: Notice) -> Any:
    """The last no, while nobody has handed it in again."""
    rows = chain.signatures_of(session, notice)
    return rows[-1] if rows and notice.state is N.DRAFT and not rows[-1].is_yes else None


def _belongs(session: Session, notice: Notice) -> Iterator[tuple[str, str, str]]:
    """The closing it tells of, the issue of a periodical it is: what that is, its words, its page."""
    columns = (Closing.notice_id, Closing.reopening_id, Closing.correction_id)
    for one in session.scalars(sa.select(Closing).where(sa.or_(*(column == notice.id for column in columns)))):
        days = said_run(one.first_on, one.last_on, times.today(times.now()))
        yield "闭馆", f"{days}，{one.reason}" if one.reason else days, url_for("console.closing", number=one.id)
    issues = sa.select(PeriodicalIssue, Periodical.name).join(
        Periodical, Periodical.id == PeriodicalIssue.periodical_id
    )
    for issue, name in session.execute(issues.where(PeriodicalIssue.notice_id == notice.id)):
        where = url_for("console.periodical", number=issue.periodical_id)
        yield "刊物", f"{name}{periodicals.said(issue)}", where


def _sought() -> Sought:
    return Sought(**{name: request.args.get(name, "").strip()[:80] for name in Sought.__slots__})


def _statements(session: Session, sought: Sought) -> list[Any]:
    """A statement a state, each in the order of its index."""
    wanted = [N(sought.state)] if sought.state in set(N) else [one for one in SHOWN if one is not N.DROPPED]
    columns = (
        Notice.id, Notice.title, Notice.state, Notice.use, Notice.form, Notice.made_by, Notice.due_on, Notice.changed_at,
        Notice.emergency, Branch.name.label("branch"),
    )  # fmt: skip
    narrowed: list[Any] = []
    if sought.words:
        narrowed.append(Notice.title.contains(sought.words, autoescape=True))
    if sought.use in set(NoticeUse):
        narrowed.append(Notice.use == NoticeUse(sought.use))
    if sought.branch:
        narrowed.append(Branch.name == sought.branch)
    rows = sa.select(Notice.changed_at.label("key"), *columns).outerjoin(Branch, Branch.id == Notice.branch_id)
    return [rows.where(Notice.state == state, *narrowed) for state in wanted]


def _step_words(session: Session, numbers: Sequence[int]) -> dict[int, str]:
    """Whose turn it is of each, asked of all at once."""
    if not numbers:
        return {}
    chains = chain.chains_of(session, session.scalars(sa.select(Notice).where(Notice.id.in_(numbers))).all())
    return {number: chain_rules.STEPS[one.next_step] if one.next_step else "" for number, one in chains.items()}


COLUMNS = (
    ("名字", 36), ("用途", 10), ("形式", 8), ("分馆", 14), ("状态", 10), ("写稿", 12), ("打算发出", 12), ("最近改动", 18), ("紧急流程", 30),
)  # fmt: skip


def _lines(rows: Sequence[Any], known: dict[str, str]) -> Iterator[Sequence[object]]:
    for row in rows:
        yield (
            row.title, USES[row.use], FORMS[row.form], row.branch or "全馆", STATES[row.state].words,
            known.get(row.made_by, row.made_by), str(row.due_on or ""), exact(row.changed_at), row.emergency,
        )  # fmt: skip
