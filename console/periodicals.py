"""刊物: 简报 and the other periodicals, their issues with deadlines, drafted, brought out, as Word and as PDF."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import picture_files
from activities.picture_files import SHOWN
from console import exports
from console.branch_rows import is_whole
from console.desk import Desk, by_me, done, drawn, me, note, refused
from console.forms import Form
from console.needs import EACH, Need
from console.rights import Act, may
from console.words import State
from models import times
from models.by import By
from models.errors import BadFields, BadInput, IllegalMove
from models.notice import NoticeState
from models.periodical import IssueState, Periodical, PeriodicalIssue
from notices.periodicals import drafting, queries, rules, service, texts
from notices.periodicals.rules import Kind, Preset, Setting
from web import press
from web.documents import issue_word
from web.issue import Paper

_KINDS = {
    Kind.FIGURES: "台账的数字和图",
    Kind.STORIES: "办过的活动和照片",
    Kind.AHEAD: "接下来的活动",
    Kind.OWN: "自己写",
}
_NAMES = {
    "name": "刊名", "about": "刊名下面的一句话", "a_year": "一年几期", "due_day": "截稿日", "due_after": "截稿月", "sections": "栏目",
    "first_year": "从哪一年起", "first_total": "总期号",
}  # fmt: skip
_FIELDS = ("name", "about", "a_year", "due_day", "due_after", "first_year", "first_total")
_TAKEN = "刚才有人先动过这一期，现在的样子在下面。"
I = IssueState  # noqa: E741


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/periodicals and everything below"""
    views = _Views(desk)
    base = "/periodicals/<int:number>"
    blueprint.add_url_rule("/periodicals", "periodicals", views.all)
    blueprint.add_url_rule("/periodicals/new", "new_periodical", views.new, methods=["GET", "POST"])
    blueprint.add_url_rule(base, "periodical", views.one)
    blueprint.add_url_rule(f"{base}/edit", "edit_periodical", views.edit, methods=["GET", "POST"])
    blueprint.add_url_rule(f"{base}/add", "add_periodical_issue", views.add, methods=["POST"])
    issue = "/periodicals/issues/<int:number>"
    blueprint.add_url_rule(f"{issue}/draft", "draft_periodical_issue", views.draft, methods=["POST"])
    blueprint.add_url_rule(f"{issue}/<act>", "act_on_periodical_issue", views.act, methods=["POST"])
    blueprint.add_url_rule(f"{issue}.pdf", "periodical_pdf", views.pdf)
    blueprint.add_url_rule(f"{issue}.docx", "periodical_word", views.word)


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_NOTICES)
    def all(self) -> str:
        """Each with what is due next."""
        with self._desk.reading() as session:
            found, due = queries.all_periodicals(session), queries.next_due(session)
        return drawn(
            "periodicals.html", found=found, due=due, presets=rules.PRESETS, today=times.today(times.now()), label=_label,
            said=service.said, may_write=_may_write(),
        )  # fmt: skip

    @may(Act.WRITE_NOTICES)
    def new(self) -> AnyResponse | tuple[str, int]:
        """From a preset (?from=简报), or from nothing."""
        year = times.today(times.now()).year
        if request.method == "GET":
            preset = next((one for one in rules.PRESETS if one.name == request.args.get("from")), rules.PRESETS[0])
            return _form_page(
                None, Form(_preset_values(preset, year)), [(one.heading, one.kind) for one in preset.sections]
            ), 200
        try:
            with self._desk.unit() as session:
                number = service.make(session, _setting(), by=by_me()).id
        except BadFields as error:
            return _form_page(None, Form(_typed(), error.wrong), _typed_sections()), 400
        return done("建好了，每一期到了日子会提醒。", url_for("console.periodical", number=number))

    @may(Act.WRITE_NOTICES)
    def edit(self, number: int) -> AnyResponse | tuple[str, int]:
        """From the next issue on."""
        with self._desk.reading() as session:
            periodical = session.get(Periodical, number) or abort(404)
        if request.method == "GET":
            values = {name: str(getattr(periodical, name)) for name in _FIELDS} | {
                "kept": "1" if periodical.is_kept_up else ""
            }
            return _form_page(
                periodical, Form(values), [(one.heading, one.kind) for one in service.sections_of(periodical)]
            ), 200
        try:
            with self._desk.unit() as session:
                mine = session.get_one(
                    Periodical, number, with_for_update={"key_share": True}, populate_existing=True
                )
                is_kept_up = bool(request.form.get("kept"))
                service.change(session, mine, _setting(), is_kept_up=is_kept_up, by=by_me())
        except BadFields as error:
            return _form_page(periodical, Form(_typed(), error.wrong), _typed_sections()), 400
        return done("改好了，从下一期起照新的来。", url_for("console.periodical", number=number))

    @may(Act.SEE_NOTICES)
    def one(self, number: int) -> str:
        """Its issues: what is to be done, the most urgent first; then the archive, the newest first."""
        with self._desk.reading() as session:
            periodical = session.get(Periodical, number) or abort(404)
            issues = sorted(queries.issues(session, number), key=_urgency)
        today = times.today(times.now())
        in_hand = [
            one
            for one, state in issues
            if one.state is I.PLANNED or (one.state is I.WRITING and queries.is_signed(state))
        ]
        return drawn(
            "periodical.html", periodical=periodical, next_up=min(in_hand, key=lambda one: one.due_on, default=None),
            issues=issues, today=today, I=I, label=_label, said=service.said,
            span=rules.said_span, total=lambda issue: _total(periodical, issue), may_write=_may_write(), is_signed=queries.is_signed,
            notice_url=_notice_url, is_pressing=lambda issue: service.is_pressing(issue, today),
        )  # fmt: skip

    @may(Act.WRITE_NOTICES)
    def add(self, number: int) -> AnyResponse:
        """One of the past, or far ahead."""
        where = url_for("console.periodical", number=number)
        year, issue = (_number(request.form.get(name, "")) for name in ("year", "issue"))
        try:
            with self._desk.unit() as session:
                periodical = session.get(Periodical, number) or abort(404)
                service.add_issue(session, periodical, year, issue, by=by_me())
        except BadInput as error:
            return refused(error.to_staff, where)
        return done("加上了。", where)

    @may(Act.WRITE_NOTICES)
    def draft(self, number: int) -> AnyResponse:
        """From the 台账 and its photos, as a notice that goes the way of all notices."""
        today = times.today(times.now())
        with self._desk.reading() as session:
            issue = session.get(PeriodicalIssue, number) or abort(404)
            periodical = session.get_one(Periodical, issue.periodical_id)
            material = drafting.gathered(session, periodical, issue, library=self._desk.library, today=today)
        where = url_for("console.periodical", number=issue.periodical_id)
        # Pictures of records are for staff; those of an issue are to be seen, and their files must be there first.
        stories = [replace(story, pictures=tuple(self._shown(story.pictures))) for story in material.stories]
        content = texts.draft(replace(material, stories=stories), service.sections_of(periodical))
        try:
            with self._desk.unit() as session:
                mine = service.held(session, number) or abort(404)
                title = f"{periodical.name}{service.said(mine)}"
                service.draft(session, mine, title, content, by=by_me())
        except IllegalMove:
            return refused(_TAKEN, where)
        return done("起草好了。点期号去改一改，再送审。", where)

    def _shown(self, digests: tuple[str, ...]) -> Iterator[str]:
        return (digest for digest in digests if picture_files.let_be_shown(self._desk.media, digest))

    @may(Act.WRITE_NOTICES)
    def act(self, number: int, act: str) -> AnyResponse:
        """out, skip, take-up, again"""
        with self._desk.unit() as session:
            issue = service.held(session, number) or abort(404)
            where, by = url_for("console.periodical", number=issue.periodical_id), by_me()
            try:
                with session.begin_nested():
                    said = _acted(session, issue, act, by)
            except IllegalMove:
                return refused(_TAKEN, where)
            except BadInput as error:
                return refused(error.to_staff, where)
        return done(said, where)

    @may(Act.SEE_NOTICES)
    def pdf(self, number: int) -> AnyResponse:
        """To print, and to keep."""
        paper, name, where = self._paper(number)
        try:
            body = press.pdf(paper)
        except BadInput as error:
            return refused(error.to_staff, where)
        return exports.saved(body, "application/pdf", "issue.pdf", f"{name}.pdf")

    @may(Act.SEE_NOTICES)
    def word(self, number: int) -> Response:
        """For an office that goes on with it."""
        paper, name, _ = self._paper(number)
        return exports.saved(issue_word.draw(paper), exports.WORD, "issue.docx", f"{name}.docx")

    def _paper(self, number: int) -> tuple[Paper, str, str]:
        """The issue as paper wants it, its file's name, and the page it belongs to. Aborts with 404 before it was drafted."""
        with self._desk.reading() as session:
            issue = session.get(PeriodicalIssue, number) or abort(404)
            content = service.words_of(session, issue) or abort(404)
            periodical = session.get_one(Periodical, issue.periodical_id)
            signed = queries.signed_by(session, issue)
            is_proof = queries.is_proof(session, issue)
        day = issue.out_on or times.today(times.now())
        paper = Paper(
            periodical.name, periodical.about, service.said(issue), f"总第{_total(periodical, issue)}期", self._desk.library,
            f"{day.year}年{day.month}月{day.day}日", "".join(article.body for article in content.articles),
            self._desk.media / SHOWN, tuple(signed), is_proof=is_proof, site=self._desk.site,
        )  # fmt: skip
        with self._desk.unit() as session:
            note(session, "list exported", f"periodical {periodical.id}", detail=service.said(issue))
        name = f"{periodical.name} {service.said(issue)}{' 校样' if is_proof else ''}"
        return paper, name, url_for("console.periodical", number=periodical.id)


def _acted(session: Session, issue: PeriodicalIssue, act: str, by: By) -> str:
    """Raises: IllegalMove, BadInput. Aborts with 404 for an act that is none."""
    if act == "out":
        service.bring_out(session, issue, by=by)
        return "出刊了，签过的文字就此定下，留在这里存档。"
    if act == "skip":
        service.skip(session, issue, reason=request.form.get("reason", ""), by=by)
        return "记下了，这一期不出。"
    if act == "take-up":
        service.take_up(session, issue, by=by)
        return "这一期又安排上了。"
    if act == "again":
        service.start_over(session, issue, by=by)
        return "原来的草稿作废了，可以重新起草。"
    return str(abort(404))


def needs(session: Session) -> Iterator[Need]:
    """On 今天: issues that are due soon or late."""
    if not is_whole():
        return
    today = times.today(times.now())
    for issue, name, state in queries.due(session, today=today, most=EACH):
        day = times.short_day(issue.due_on, beside=today)
        late = (today - issue.due_on).days
        when = f"已经过了截稿日 {late} 天" if late > 0 else f"{day}截稿"
        act = "去起草" if issue.state is I.PLANNED else "去出刊" if queries.is_signed(state) else "去看看"
        note = (
            "签完了，可以出刊。"
            if queries.is_signed(state)
            else "正在写和审。"
            if issue.state is I.WRITING
            else "还没有起草。"
        )
        yield Need(
            times.start_of(issue.due_on) if late > 0 else times.start_of(min(today, issue.due_on - service.SOON)), "books",
            "stopped" if late > 0 else "waiting", f"{name}{service.said(issue)}，{when}", note, act,
            url_for("console.periodical", number=issue.periodical_id),
        )  # fmt: skip


def _label(issue: PeriodicalIssue, state: NoticeState | None = None) -> State:
    if issue.state is I.OUT:
        return State("已出刊", "done")
    if issue.state is I.SKIPPED:
        return State("不出", "draft")
    if issue.state is I.WRITING:
        return State("签完了", "live") if queries.is_signed(state) else State("在写和审", "waiting")
    return State("过了截稿日", "stopped") if issue.due_on < times.today(times.now()) else State("还没起草", "draft")


def _urgency(row: Any) -> tuple[bool, int]:
    """Archived ones stay in the order they come in."""
    issue = row[0]
    is_open = issue.state in (I.PLANNED, I.WRITING)
    return not is_open, issue.due_on.toordinal() if is_open else 0


def _notice_url(number: int) -> str:
    return f"/console/notices/{number}"


def _may_write() -> bool:
    return Act.WRITE_NOTICES in me().acts


def _total(periodical: Periodical, issue: PeriodicalIssue) -> int:
    return rules.total_of(
        issue.year, issue.number, a_year=periodical.a_year, first_year=periodical.first_year, first_total=periodical.first_total
    )  # fmt: skip


def _preset_values(preset: Preset, year: int) -> dict[str, str]:
    return {
        "name": preset.name, "about": preset.about, "a_year": str(preset.a_year), "due_day": str(preset.due_day),
        "due_after": str(preset.due_after), "first_year": str(year), "first_total": "1", "kept": "1",
    }  # fmt: skip


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in (*_FIELDS, "kept")}


def _typed_sections() -> list[tuple[str, str]]:
    return list(zip(request.form.getlist("heading"), request.form.getlist("kind"), strict=False))


def _setting() -> Setting:
    """Raises: BadFields."""
    headings, kinds = request.form.getlist("heading"), request.form.getlist("kind")
    return rules.setting_of(request.form, headings, kinds, year=times.today(times.now()).year)


def _form_page(periodical: Periodical | None, form: Form, sections: list[tuple[str, str]]) -> str:
    rows = [*sections, *[("", Kind.OWN)] * (rules.MOST_SECTIONS - len(sections))][: max(len(sections) + 2, 6)]
    return drawn(
        "periodical_form.html", periodical=periodical, form=form, sections=rows, kinds=_KINDS, names=_NAMES, a_year=rules.A_YEAR,
        presets=rules.PRESETS,
    )  # fmt: skip


def _number(word: str) -> int:
    return int(word) if word.isdecimal() and len(word) < 5 else 0
