"""/me: my works in contests, where each stands and what is to be done, and taking one back, which is asked once more."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import Blueprint, abort, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from contests import handing_in, keeping, queries, rules, texts
from contests.programmes import queries as issues
from contests.programmes import texts as programme_texts
from models import times
from models.award import Award, AwardState
from models.contest import Submission, SubmissionState
from models.db import Database
from models.errors import Refused
from pages.errors import Draw, Sorry
from pages.identity import Identity
from pages.me import Section

S = SubmissionState
MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Mine:
    """One work as the page shows it; addresses are "" where there is nothing to do."""

    name: str
    contest: str
    contest_page: str
    state: str
    notes: tuple[str, ...]
    way: tuple[str, str] | None  # words of the button and its address: what is next is done there
    withdraw: str
    certificates: tuple[str, ...]


def works(session: Session, openid: str, now: datetime) -> Section | None:
    """Those that stand first, the newest first."""
    every = sorted(queries.works_of(session, openid), key=lambda work: work.state is S.WITHDRAWN)[:MOST_SHOWN]
    won = queries.awards_of(session, every)
    rows = [_mine(session, work, won.get(work.id, []), now) for work in every]
    return Section("works", "我的作品", "pages/parts/my_works.html", rows) if rows else None


MAKERS = (works,)


def _mine(session: Session, work: Submission, won: list[tuple[Award, str]], now: datetime) -> Mine:
    page = f"/c/{work.contest.code}"
    codes = [award.code for award, _ in won if award.state is AwardState.GIVEN and award.code]
    return Mine(
        _named(work), work.contest.title, page, texts.STATES[work.state],
        (*_notes(session, work, won), *_way_on(work, now), *keeping.said(session, work, today=times.today(now))),
        _way(work, now),
        url_for("pages.withdraw_work", code=work.code) if work.state in handing_in.MAY_WITHDRAW else "",
        tuple(url_for("pages.award", code=code) for code in codes),
    )  # fmt: skip


def _named(work: Submission) -> str:
    number = f"第 {work.number} 号 " if work.number else ""
    return f"{number}《{work.title}》" if work.title else f"{number}还没起名的作品"


def _notes(session: Session, work: Submission, won: list[tuple[Award, str]]) -> list[str]:
    if work.state is S.DRAFT:
        return rules.mistakes(queries.facts_of(session, work), queries.limits_of(session, work)) or [
            "都齐了，还没交。"
        ]
    if work.state in (S.RETURNED, S.HIDDEN):
        return [f"馆员说：{work.reason}"] if work.reason else []
    if work.state is S.WAITING:
        return [f"请把公众号里的链接转给监护人；没有了，在公众号里回复“{texts.MINE}”。"]
    if work.state is not S.ACCEPTED:
        return []
    aired = issues.aired_with(session, [work]).get(work.id, [])
    return [*texts.results(work.contest, won), *(programme_texts.in_issue(*one) for one in aired)]


def _way(work: Submission, now: datetime) -> tuple[str, str] | None:
    page = url_for("pages.hand_in_work", code=work.contest.code, work=work.code)
    if work.state is S.WAITING:
        return "请监护人同意", page
    if work.state is S.RETURNED and _may_be_mended(work, now):
        return "去改一改", page
    if work.state is S.DRAFT and (_may_be_mended(work, now) or rules.takes_mended(work.contest.state)):
        return "接着来", page  # after the closing with a late code, which is asked for there
    return None


def _way_on(work: Submission, now: datetime) -> list[str]:
    """It may be put together in the chat as well."""
    word = texts.MEND if work.state is S.RETURNED else texts.GO_ON
    return [f"也可以在公众号里回复“{word}”接着来。"] if _may_be_mended(work, now) else []


def _may_be_mended(work: Submission, now: datetime) -> bool:
    contest = work.contest
    if work.state is S.RETURNED:
        return rules.takes_mended(contest.state)
    is_open = rules.takes_works(contest.state, opens_at=contest.opens_at, closes_at=contest.closes_at, now=now)
    return work.state is S.DRAFT and (is_open or bool(work.late_code))


class _Views:
    def __init__(self, identity: Identity, database: Database, draw: Draw) -> None:
        self._identity = identity
        self._database = database
        self._draw = draw

    def ask(self, openid: str, code: str) -> str:
        """What taking back means, before anything is done."""
        with self._database.reading() as session:
            work = _own(session, code, openid)
            name, contest, may = _named(work), work.contest.title, work.state in handing_in.MAY_WITHDRAW
        return self._draw("pages/withdraw_work.html", work=name, contest=contest, may=may)

    def withdraw(self, openid: str, code: str) -> AnyResponse:
        """For good."""
        try:
            self._database.unit(partial(_withdrawn, openid=openid, code=code, now=times.now()))
        except Refused as no:
            return self._identity.sorry(Sorry("没有办成", no.to_reader), 409)
        return redirect(url_for("pages.me", _anchor="works"), 303)


def register(identity: Identity, blueprint: Blueprint, database: Database, draw: Draw) -> None:
    """The routes of this page."""
    views, asked = _Views(identity, database, draw), identity.who_is_it("撤稿")
    blueprint.add_url_rule("/me/works/<code>/withdraw", "withdraw_work", asked(views.ask))
    blueprint.add_url_rule("/me/works/<code>/withdraw", "withdraw_work_now", asked(views.withdraw), methods=["POST"])


def _own(session: Session, code: str, openid: str) -> Submission:
    """404 for another reader's work, as if it were none."""
    work = queries.submission_called(session, code)
    return work if work is not None and work.openid == openid else abort(404)


def _withdrawn(session: Session, *, openid: str, code: str, now: datetime) -> None:
    handing_in.withdraw(session, _own(session, code, openid), now=now)
