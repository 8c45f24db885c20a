"""服务台: the queue, and one case with its conversation."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, abort, request, send_file
from sqlalchemy.orm import Session

from console import exports, paging
from console.branch_rows import all_branches
from console.case_rows import (
    STATES,
    colleagues,
    conversation,
    counts_of,
    found,
    is_for_me,
    label,
    offered_to,
    once,
    reach_of,
)
from console.desk import Desk, drawn, is_island, me, note
from console.exports import EVERY_ROW, Sheet
from console.paging import Order, Page
from console.records import lines_about
from console.rights import Act, may
from console.words import exact
from desk.cases import answering, clock, files, hours, queries, rules, texts
from models import audit, times
from models.activity import Branch
from models.case import Case, CaseResult, CaseState, CaseTopic, CaseWay, CaseWord, FileState
from models.staff import names

C = CaseState
TABS: dict[str, tuple[str, tuple[CaseState, ...]]] = {
    "mine": ("我负责的", (C.TAKEN, C.ANSWERED)),
    "waiting": ("等人接", (C.WAITING,)),
    "open": ("全部开着的", (C.WAITING, C.TAKEN, C.ANSWERED)),
    "closed": ("已办结", (C.CLOSED,)),
}
SHOWN_OF_QUESTION = 60
LOOKS = ("case looked at", "case file looked at")  # in the log, and no part of what happened to it
_COLUMNS = (
    ("编号", 14), ("问题", 50), ("状态", 10), ("主题", 14), ("怎么来的", 10), ("分馆", 16), ("负责", 12), ("来的时间", 20), ("时限", 20),
    ("超时", 8),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sought:
    """What the queue is narrowed to, as its address says."""

    tab: str = "open"
    words: str = ""
    topic: str = ""
    branch: str = ""
    way: str = ""
    late: str = ""

    @property
    def args(self) -> dict[str, str]:
        """For addresses that keep it."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name))}


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/cases, /console/cases.xlsx, /console/cases/<number>, …/talk, …/words/<part>/file"""
    views = _Views(desk)
    blueprint.add_url_rule("/cases", "cases", views.all)
    blueprint.add_url_rule("/cases.xlsx", "cases_file", views.file)
    blueprint.add_url_rule("/cases/<int:number>", "case", views.one)
    blueprint.add_url_rule("/cases/<int:number>/talk", "case_talk", views.talk)
    blueprint.add_url_rule("/cases/<int:number>/words/<int:part>/file", "case_word_file", views.sent)


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_DESK)
    def all(self) -> str:
        """Oldest first; what is closed, the newest first."""
        sought, now = sought_here(), times.now()
        place = paging.place_of(request.args.get("before"), request.args.get("after"), paging.moment)
        with self._desk.reading() as session:
            page = _page(session, sought, place)
            return drawn(
                "cases.html", page=page, sought=sought, tabs=TABS, counts=_counts(session), states=STATES, topics=texts.TOPICS,
                ways=texts.WAYS, names=names(session), branches=[one.name for one in all_branches(session)], now=now,
                start=start_of, untold=hours.untold(session, times.today(now)),
                assumed=hours.service_of(session, None, since=now).hours.is_assumed,
            )  # fmt: skip

    @may(Act.SEE_DESK)
    def file(self) -> Response:
        """The same as Excel, all of it."""
        with self._desk.reading() as session:
            known = names(session)
            rows = [row for one in statements(sought_here()) for row in session.execute(one)]
            rows.sort(key=lambda row: (row.key, row.id))
            body = exports.workbook(Sheet("提问", _COLUMNS, _lines(rows, known)), most_rows=EVERY_ROW)
        self._desk.noted("list exported", "cases", detail=request.query_string.decode()[:200])
        return exports.downloaded(f"提问 {times.local(times.now()):%Y-%m-%d}", body)

    @may(Act.SEE_DESK)
    def one(self, number: int) -> str:
        """The conversation, and what can be done; the look is in the log."""
        with self._desk.unit() as session:
            case = found(session, number)
            note(session, "case looked at", f"case {case.number}")
        with self._desk.reading() as session:
            case = found(session, number)
            return drawn(
                "case.html", **talk_of(session, case), **_beside(session, case), **self._draft(session, case)
            )

    @may(Act.SEE_DESK)
    def talk(self, number: int) -> str:
        """The part that changes, asked for by a page whose look is in the log; any other look is logged here."""
        with self._desk.unit() as session:
            case = found(session, number)
            if not (is_island() and audit.is_noted(session, LOOKS[0], who=me().login, subject=f"case {case.number}")):
                note(session, LOOKS[0], f"case {case.number}")
        with self._desk.reading() as session:
            case = found(session, number)
            return drawn("parts/case_talk.html", **talk_of(session, case), polled=is_island())

    def _draft(self, session: Session, case: Case) -> dict[str, object]:
        mine = me()
        known = {
            "编号": case.number, "馆员": mine.name, "图书馆": self._desk.library, "电话": self._desk.phone, "读者": "读者",
        }  # fmt: skip
        replies = [(one.title, rules.filled(one.text, known)) for one in queries.canned(session, case.topic)]
        return {"draft": answering.draft_of(session, case.id, mine.login), "replies": replies}

    @may(Act.SEE_DESK)
    def sent(self, number: int, part: int) -> Response:
        """A picture, voice or film of the reader; the look is in the log."""
        with self._desk.reading() as session:
            row = session.get(CaseWord, part)
            if row is None or row.case_id != number or row.file_state is not FileState.HERE or not row.digest:
                abort(404)
            path = files.path_of(self._desk.media, row.digest, row.suffix)
            case = found(session, number)
        if not path.is_file():
            abort(404)
        if "Range" not in request.headers:  # a player asks for its file piece by piece
            self._desk.noted("case file looked at", f"case {case.number}")
        response = send_file(path, mimetype=files.TYPES[row.suffix], conditional=True, etag=row.digest, max_age=0)
        response.headers["Cache-Control"] = "no-store"
        return response


def talk_of(session: Session, case: Case) -> dict[str, Any]:
    """What the part that changes is drawn from."""
    now, rows = times.now(), conversation(session, case)
    last = queries.last_answer(session, case.id)
    offer = queries.offered(session, case.id)
    service = hours.service_of(session, case.branch_id, since=now)
    return {
        "case": case, "rows": rows, "label": label(case), "reach": reach_of(session, case, now), "now": now,
        "seen": last.id if last else 0, "heard": queries.count_messages(session, case.id),
        "names": names(session), "offer": offer, "offered_to": offered_to(session, offer),
        "offer_is_mine": is_for_me(offer), "files": texts.FILES, "works_now": clock.works_at(service.hours, now),
        "results": texts.RESULTS, "ratings": texts.RATINGS, "ways": texts.WAYS, "topics": texts.TOPICS, **counts_of(case),
    }  # fmt: skip


def _beside(session: Session, case: Case) -> dict[str, object]:
    branch = session.get(Branch, case.branch_id) if case.branch_id else None
    return {
        "branch": branch.name if branch else "全馆", "branches": all_branches(session), "colleagues": colleagues(session),
        "lines": lines_about(session, f"case {case.number}", but=LOOKS), "once": once(), "note_once": once(), "all_results": CaseResult,
    }  # fmt: skip


def sought_here() -> Sought:
    """From the address; a tab that nobody could have been given is that of all open ones."""
    found = {name: request.args.get(name, "").strip()[:80] for name in Sought.__slots__}
    return Sought(**{**found, "tab": found["tab"] if found["tab"] in TABS else "open"})


def start_of(text: str) -> str:
    """The beginning of a question, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_OF_QUESTION else line[:SHOWN_OF_QUESTION] + "…"


def _page(session: Session, sought: Sought, place: paging.Place) -> Page:
    is_closed = sought.tab == "closed"
    order = Order(Case.asked_at, Case.id, is_falling=is_closed)
    return paging.page(session, statements(sought), order, place)


def statements(sought: Sought) -> list[sa.Select[Any]]:
    """A statement a state, each in the order of its index."""
    columns = (
        Case.id, Case.number, Case.question, Case.state, Case.topic, Case.way, Case.owner, Case.opened_at, Case.due_at,
        Case.late_at, Case.rating, Case.result, Case.closed_at, Branch.name.label("branch"),
    )  # fmt: skip
    rows = sa.select(Case.asked_at.label("key"), *columns).outerjoin(Branch, Branch.id == Case.branch_id)
    narrowed: list[Any] = []
    if sought.tab == "mine":
        narrowed.append(Case.owner == me().login)
    if sought.words:
        narrowed.append(sa.or_(Case.question.contains(sought.words, autoescape=True), Case.number == sought.words))
    if sought.topic in set(CaseTopic):
        narrowed.append(Case.topic == CaseTopic(sought.topic))
    if sought.way in set(CaseWay):
        narrowed.append(Case.way == CaseWay(sought.way))
    if sought.branch:
        narrowed.append(Branch.name == sought.branch)
    if sought.late:
        narrowed.append(Case.late_at.is_not(None))
    found: list[Any] = [rows.where(Case.state == state, *narrowed) for state in TABS[sought.tab][1]]
    return found


def _counts(session: Session) -> dict[str, int]:
    """Of the tabs that wait for somebody."""
    return {tab: paging.counted(session, statements(Sought(tab=tab))) for tab in ("mine", "waiting", "open")}


def _lines(rows: Sequence[Any], known: dict[str, str]) -> Iterator[Sequence[object]]:
    for row in rows:
        yield (
            row.number, row.question, STATES[row.state].words, texts.TOPICS[row.topic], texts.WAYS[row.way], row.branch or "全馆",
            known.get(row.owner, row.owner), exact(row.opened_at), exact(row.due_at), "是" if row.late_at else "",
        )  # fmt: skip
