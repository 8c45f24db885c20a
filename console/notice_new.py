"""新通知: choose what it is for; an activity preview is chosen, worded and in order by one press."""

from collections.abc import Mapping
from datetime import date, timedelta

from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from activities import texts
from activities.hours import timetable_of
from activities.queries import Shown
from console.branch_rows import all_branches
from console.desk import Desk, done, drawn, me
from console.forms import Form
from console.notice_rows import FORMS, by_me
from console.rights import Act, may
from models import times
from models.errors import BadFields
from models.notice import NoticeForm, NoticeUse
from notices import chain, picking, service, templates
from notices.content import Content
from notices.picking import Span
from notices.service import Wanted

NAMES = {
    "title": "名字",
    "use": "用途",
    "form": "形式",
    "branch": "哪个馆",
    "due_on": "打算哪天发",
    "span": "哪几天",
    "day": "从哪天看",
    "first": "闭馆第一天",
    "last": "最后一天",
    "reason": "原因",
    "chosen": "活动",
}
CHOICES = (  # in the order of the page: use, its name, what it gives
    (NoticeUse.PREVIEW, "活动预告", "从日历里选出周末、一周或一个月的活动，写好、排好，再由您改。"),
    (NoticeUse.CLOSURE, "闭馆通知", "填好哪几天、为什么，套好话。（只是写一份通知，闭馆本身在“分馆与时间”里登记。）"),
    (NoticeUse.WINNERS, "获奖名单", "得奖的人、在哪里领奖。"),
    (NoticeUse.BOOKS, "新书", "一本一段，书名、作者、索书号、一句介绍。"),
    (NoticeUse.GENERAL, "一般通知", "一张白纸。"),
)
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
            return self._page(Form(values)), 200
        try:
            with self._desk.unit() as session:
                wanted = self._wanted(session, values)
                notice = service.begin(session, wanted, by=by_me())
                where = url_for("console.notice_edit", number=notice.id)
        except BadFields as error:
            return self._page(Form(values, error.wrong)), 400
        return done("草稿写好了，请看看、改改，再交去校对。", where)

    def _page(self, form: Form) -> str:
        with self._desk.reading() as session:
            branches = all_branches(session)
            listed = self._listed(session, form.values) if form.values["use"] == NoticeUse.PREVIEW else []
        today = times.today(times.now())
        return drawn(
            "notice_new.html", form=form, names=NAMES, choices=CHOICES, spans=SPANS, forms=FORMS, branches=branches, listed=listed,
            said_when=lambda when: texts.said_when(when, today=today), said_where=texts.said_where, most=picking.MOST_LISTED,
        )  # fmt: skip

    def _listed(self, session: Session, values: Mapping[str, str]) -> list[Shown]:
        """What would be in it, to be ticked."""
        day = _day(values["day"]) or times.today(times.now())
        first, last = picking.days_of(Span(values["span"]), day)
        branch = int(values["branch"]) if values["branch"].isdecimal() else None
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
        branch = int(values["branch"]) if values["branch"].isdecimal() else None
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
        if use is NoticeUse.CLOSURE:
            return self._closure(session, values, branch, wrong)
        if use is NoticeUse.WINNERS:
            return templates.winners(library=library, occasion=values["title"].removesuffix("获奖名单"))
        if use is NoticeUse.BOOKS:
            return templates.books(library=library)
        return templates.general(library=library, title=values["title"])

    def _closure(
        self, session: Session, values: dict[str, str], branch: int | None, wrong: dict[str, str]
    ) -> Content:
        first, last = _day(values["first"]), _day(values["last"] or values["first"])
        if first is None or last is None or last < first:
            wrong["first"] = "请选哪几天闭馆，最后一天不早于第一天。"
            return Content()
        row = next((one for one in all_branches(session) if one.id == branch), None)
        today = times.today(times.now())
        begins = times.short_day(first, beside=today)
        days = begins if first == last else f"{begins}—{times.short_day(last, beside=first)}"
        number = branch or next((one.id for one in all_branches(session)), None)
        opens = _next_open(session, number, last) if number else last + timedelta(days=1)
        said = f"{times.short_day(opens, beside=today)}（{times.weekday(opens)}）"
        phone = (row.phone if row else "") or self._desk.phone
        return templates.closure(
            library=self._desk.library, where=row.name if row else "", days=days, reason=values["reason"].rstrip("。"), reopens=said, phone=phone
        )  # fmt: skip


def _next_open(session: Session, branch_id: int, last: date) -> date:
    """The first day after it on which the branch has hours; without any that are known, the day after."""
    table = timetable_of(session, branch_id, since=last)
    days = (last + timedelta(days=n) for n in range(1, 15))
    return next(
        (day for day in days if table.stretches_on(day) and not table.closed_on(day)), last + timedelta(days=1)
    )


def _values() -> dict[str, str]:
    given = request.form if request.method == "POST" else request.args
    values = {name: " ".join(given.get(name, "").split())[:200] for name in NAMES if name != "chosen"}
    if values["use"] not in set(NoticeUse) - {NoticeUse.BULLETIN}:
        values["use"] = ""
    if request.method == "POST" and not values["use"]:
        values["use"] = NoticeUse.GENERAL.value
    values["form"] = values["form"] if values["form"] in set(NoticeForm) else NoticeForm.ARTICLES.value
    values["span"] = values["span"] if values["span"] in set(Span) else Span.WEEKEND.value
    if _day(values["day"]) is None:
        today = times.today(times.now())
        values["day"] = str(picking.coming_weekend(today) if values["span"] == Span.WEEKEND else today)
    return values


def _day(word: str) -> date | None:
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None
