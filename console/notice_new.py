"""新通知: choose what it is for; an activity preview and a list of winners are worded by one press."""

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from activities import texts
from activities.queries import Shown
from console import winners
from console.branch_rows import all_branches
from console.desk import Desk, by_me, done, drawn, me
from console.forms import Form
from console.notice_rows import FORMS
from console.rights import Act, may
from models import times
from models.activity import Branch
from models.errors import BadFields
from models.notice import NoticeForm, NoticeUse
from notices import chain, picking, service, templates
from notices.content import Content
from notices.picking import Span
from notices.service import Wanted
from web.given import row_number

NAMES = {
    "title": "名字",
    "use": "用途",
    "form": "形式",
    "branch": "哪个馆",
    "due_on": "打算哪天发",
    "span": "哪几天",
    "day": "从哪天看",
    "contest": "哪个比赛",
    "chosen": "活动",
}
CHOICES = (  # in the order of the page: use, its name, what it gives
    (NoticeUse.PREVIEW, "活动预告", "从日历里选出周末、一周或一个月的活动，写好、排好，再由您改。"),
    (NoticeUse.CLOSURE, "闭馆", "登记闭馆：活动、通知、菜单一次办好，通知也写好。"),
    (NoticeUse.WINNERS, "获奖名单", "选一个颁过奖的比赛，名单自动写好；再填在哪里领奖。"),
    (NoticeUse.BOOKS, "新书", "一本一段，书名、作者、索书号、一句介绍。"),
    (NoticeUse.BULLETIN, "简报", "在“刊物”里：到日子提醒，从台账起草，出 Word 和 PDF。"),
    (NoticeUse.GENERAL, "一般通知", "一张白纸。"),
)
ELSEWHERE = frozenset({NoticeUse.CLOSURE, NoticeUse.BULLETIN})  # begun where the rest of them is done
SPANS = {Span.WEEKEND: "这个周末", Span.WEEK: "一周", Span.MONTH: "一个月"}
LONGEST_TITLE = 100


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/notices/new"""
    blueprint.add_url_rule("/notices/new", "new_notice", _Views(desk).new, methods=["GET", "POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.WRITE_NOTICES)
    def new(self) -> Response | tuple[str, int]:
        """The choice, then the form of what was chosen; sent, a draft in the editor."""
        values = _values()
        if request.method == "GET":
            wrong = self._wrong(values)
            return self._page(Form(values, wrong)), 400 if wrong else 200
        try:
            if wrong := self._wrong(values):
                raise BadFields(wrong)
            with self._desk.unit() as session:
                wanted = self._wanted(session, values)
                notice = service.begin(session, wanted, by=by_me())
                where = url_for("console.notice_edit", number=notice.id)
        except BadFields as error:
            return self._page(Form(values, error.wrong)), 400
        return done("草稿写好了，请看看、改改，再交去校对。", where)

    def _wrong(self, values: Mapping[str, str]) -> dict[str, str]:
        """What an address or a form names that there is not: a day far from today, a branch."""
        wrong = {}
        if not _is_near(values["day"]):
            wrong["day"] = "这一天离今天太远，请选前后一两年里的日期。"
        if values["branch"]:
            with self._desk.reading() as session:
                if session.get(Branch, row_number(values["branch"]) or 0) is None:
                    wrong["branch"] = "没有这个馆，请另选。"
        return wrong

    def _page(self, form: Form) -> str:
        with self._desk.reading() as session:
            branches = all_branches(session)
            is_clear = form.values["use"] == NoticeUse.PREVIEW and not form.wrong.keys() & {"day", "branch"}
            listed = self._listed(session, form.values) if is_clear else []
            contests = winners.awarded(session) if form.values["use"] == NoticeUse.WINNERS else []
            known = [(one.id, one.title) for one in contests]
        today = times.today(times.now())
        return drawn(
            "notice_new.html", form=form, names=NAMES, choices=_choices(), contests=known, spans=SPANS, forms=FORMS, branches=branches, listed=listed,
            said_when=lambda when: texts.said_when(when, today=today), said_where=texts.said_where, most=picking.MOST_LISTED,
        )  # fmt: skip

    def _listed(self, session: Session, values: Mapping[str, str]) -> list[Shown]:
        """What would be in it, to be ticked."""
        day = _day(values["day"]) or times.today(times.now())
        first, last = picking.days_of(Span(values["span"]), day)
        branch = row_number(values["branch"])
        shown = picking.found(session, first, last, branch_id=branch)
        return [one for one in shown if not texts.is_over(one, now=times.now())]

    def _wanted(self, session: Session, values: dict[str, str]) -> Wanted:
        """Raises: BadFields."""
        wrong: dict[str, str] = {}
        due = _day(values["due_on"])
        if values["due_on"] and due is None:
            wrong["due_on"] = "请选日期。"
        elif due is not None and due < times.today(times.now()):
            wrong["due_on"] = "这一天已经过去了。"
        branch = row_number(values["branch"])
        if me().branch_id is not None:
            branch = me().branch_id
        use, form = NoticeUse(values["use"]), NoticeForm(values["form"])
        content = self._content(session, use, form, values, branch, wrong)
        title = values["title"] or (content.articles[0].title if content.articles else "")
        if not title:
            wrong["title"] = "请起一个名字，方便大家在列表里找到它。"
        if wrong:
            raise BadFields(wrong)
        steps = chain.steps_for(session, branch)
        return Wanted(title[:LONGEST_TITLE], content, form, use, branch, due, steps)

    def _content(
        self,
        session: Session,
        use: NoticeUse,
        form: NoticeForm,
        values: dict[str, str],
        branch: int | None,
        wrong: dict[str, str],
    ) -> Content:
        library = self._desk.library
        if form is not NoticeForm.ARTICLES:
            return Content()
        if use is NoticeUse.PREVIEW:
            day = _day(values["day"]) or times.today(times.now())
            chosen = request.form.getlist("chosen") if "listed" in request.form else None
            if chosen == []:
                wrong["chosen"] = "请至少勾一项活动。"
            return picking.drafted(
                session, Span(values["span"]), day, library=library, site=self._desk.site, now=times.now(), chosen=chosen, branch_id=branch
            )  # fmt: skip
        if use is NoticeUse.WINNERS:
            return self._winners(session, values, wrong)
        if use is NoticeUse.BOOKS:
            return templates.books(library=library)
        return templates.general(library=library, title=values["title"])

    def _winners(self, session: Session, values: dict[str, str], wrong: dict[str, str]) -> Content:
        """Of a contest with its names; of none, the shape to be filled."""
        if not values["contest"]:
            return templates.winners(library=self._desk.library, occasion=values["title"].removesuffix("获奖名单"))
        contest = next((one for one in winners.awarded(session) if str(one.id) == values["contest"]), None)
        if contest is None:
            wrong["contest"] = "这个比赛还没有颁奖，请另选。"
            return Content()
        page = f"{self._desk.site}/c/{contest.code}/results"
        groups = winners.groups(session, contest)
        return templates.winners(library=self._desk.library, occasion=contest.title, groups=groups, url=page)


def _choices() -> list[tuple[str, str, str]]:
    """Where each begins, its name, what it gives. A closure is one act with its notice, an issue comes from its periodical."""
    closing = "console.new_closing" if Act.CHANGE_BRANCHES in me().acts else "console.closures"
    elsewhere = {NoticeUse.CLOSURE: closing, NoticeUse.BULLETIN: "console.periodicals"}
    own = "console.new_notice"
    return [
        (url_for(elsewhere[use]) if use in elsewhere else url_for(own, use=use.value), name, gives)
        for use, name, gives in CHOICES
    ]


def _values() -> dict[str, str]:
    given = request.form if request.method == "POST" else request.args
    values = {name: " ".join(given.get(name, "").split())[:200] for name in NAMES if name != "chosen"}
    if values["use"] not in set(NoticeUse) - set(ELSEWHERE):
        values["use"] = ""
    if request.method == "POST" and not values["use"]:
        values["use"] = NoticeUse.GENERAL.value
    values["form"] = values["form"] if values["form"] in set(NoticeForm) else NoticeForm.ARTICLES.value
    values["span"] = values["span"] if values["span"] in set(Span) else Span.WEEKEND.value
    if _day(values["day"]) is None:
        today = times.today(times.now())
        values["day"] = str(picking.coming_weekend(today) if values["span"] == Span.WEEKEND else today)
    return values


def _is_near(word: str) -> bool:
    """A day that a notice may be of: no calendar reaches beyond its last year."""
    day, today = _day(word), times.today(times.now())
    return day is None or today - service.DUE_BEFORE <= day <= today + service.DUE_AFTER


def _day(word: str) -> date | None:
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None
