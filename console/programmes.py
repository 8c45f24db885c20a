"""节目: the series, each with its issues, and a new one of either."""

from collections.abc import Iterator

import sqlalchemy as sa
from flask import Blueprint, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.desk import Desk, by_me, done, drawn
from console.forms import Form
from console.needs import EACH, Need
from console.rights import Act, may
from contests.programmes import queries, service, texts
from contests.programmes.service import IssueWanted
from models.errors import BadFields
from models.programme import Issue, IssueState, Programme

I = IssueState  # noqa: E741
STATES = {
    I.DRAFT: ("编辑中", "draft"), I.MAKING: ("正在合成", "waiting"), I.MADE: ("合成好了", "done"), I.PUBLISHED: ("已发布", "live"),
    I.TAKEN_DOWN: ("已撤下", "stopped"),
}  # fmt: skip
NAMES = {
    "name": "节目的名字",
    "about": "介绍",
    "number": "期数",
    "title": "标题",
    "intro": "导语",
    "credits": "制作名单",
    "file": "封面",
}
FIELDS = ("number", "title", "intro", "credits")


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/programmes"""
    views = _Views(desk)
    both = ["GET", "POST"]
    blueprint.add_url_rule("/programmes", "programmes", views.all, methods=both)
    blueprint.add_url_rule("/programmes/<int:number>", "programme", views.one)
    blueprint.add_url_rule("/programmes/<int:number>/edit", "programme_edit", views.edit, methods=both)
    blueprint.add_url_rule("/programmes/<int:number>/new", "new_issue", views.new, methods=both)


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.AWARD_WORKS)
    def all(self) -> Response | tuple[str, int] | str:
        """Every series, and the form for another."""
        form = Form({name: request.form.get(name, "") for name in ("name", "about")})
        if request.method == "POST":
            try:
                with self._desk.unit() as session:
                    made = service.make_programme(session, form.values["name"], form.values["about"], by=by_me())
                    number = made.id
                return done("节目建好了，来做第一期。", url_for("console.new_issue", number=number))
            except BadFields as error:
                form = Form(form.values, error.wrong)
        with self._desk.reading() as session:
            listed = [(one, queries.issues_of(session, one)) for one in queries.programmes(session)]
            page = drawn("programmes.html", listed=listed, states=STATES, form=form, names=NAMES)
        return (page, 400) if form.wrong else page

    @may(Act.AWARD_WORKS)
    def one(self, number: int) -> str:
        """A series with its issues."""
        with self._desk.reading() as session:
            programme = session.get(Programme, number) or abort(404)
            issues = queries.issues_of(session, programme)
            counts = {issue.id: len(queries.parts_of(session, issue)) for issue in issues}
            return drawn("programme.html", programme=programme, issues=issues, counts=counts, states=STATES)

    @may(Act.AWARD_WORKS)
    def edit(self, number: int) -> Response | tuple[str, int] | str:
        """Its name and what it is."""
        wrong: dict[str, str] = {}
        if request.method == "POST":
            try:
                with self._desk.unit() as session:
                    programme = session.get(Programme, number) or abort(404)
                    name, about = request.form.get("name", ""), request.form.get("about", "")
                    service.change_programme(session, programme, name, about, by=by_me())
                return done("保存了。", url_for("console.programme", number=number))
            except BadFields as error:
                wrong = error.wrong
        with self._desk.reading() as session:
            programme = session.get(Programme, number) or abort(404)
            there = {"name": programme.name, "about": programme.about}
            typed = {name: request.form.get(name, words) for name, words in there.items()}
            page = drawn("programme_form.html", programme=programme, form=Form(typed, wrong), names=NAMES)
        return (page, 400) if wrong else page

    @may(Act.AWARD_WORKS)
    def new(self, number: int) -> Response | tuple[str, int] | str:
        """An issue: the next number is proposed, the credits of the last are taken over."""
        wrong: dict[str, str] = {}
        if request.method == "POST":
            try:
                with self._desk.unit() as session:
                    programme = session.get(Programme, number) or abort(404)
                    issue = service.begin_issue(session, programme, wanted_in(), by=by_me())
                    made = issue.id
                return done("这一期建好了，接着选录音。", url_for("console.issue_choose", number=made))
            except BadFields as error:
                wrong = error.wrong
        with self._desk.reading() as session:
            programme = session.get(Programme, number) or abort(404)
            issues = queries.issues_of(session, programme)
            there = {
                "number": str(queries.next_number(session, programme)),
                "credits": issues[0].credits if issues else "",
            }
            typed = {name: request.form.get(name, there.get(name, "")) for name in FIELDS}
            page = drawn("issue_form.html", programme=programme, issue=None, form=Form(typed, wrong), names=NAMES)
        return (page, 400) if wrong else page


def wanted_in() -> IssueWanted:
    """The words of the form; a number that is none is 0, which no issue may have."""
    typed = {name: request.form.get(name, "") for name in FIELDS}
    number = typed["number"].strip()
    is_number = number.isascii() and number.isdecimal() and len(number) < 6
    return IssueWanted(int(number) if is_number else 0, typed["title"], typed["intro"], typed["credits"])


# ── on 今天 ──


def fallen(session: Session) -> Iterator[Need]:
    """Issues that came down by themselves, and wait for somebody to look."""
    rows = sa.select(Programme, Issue).join(Issue, Issue.programme_id == Programme.id)
    rows = rows.where(Issue.state == I.TAKEN_DOWN, Issue.fell_at.is_not(None)).order_by(Issue.fell_at)
    for programme, issue in session.execute(rows.limit(EACH)):
        yield Need(
            issue.fell_at or issue.made_at, "microphone", "stopped", f"{texts.numbered(programme, issue)}自动撤下了",
            f"{issue.cause}。拿掉它再合成、发布就行。", "去看看", url_for("console.issue", number=issue.id),
        )  # fmt: skip
