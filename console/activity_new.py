"""复制 and 新建: drafts for one date or for several, each with an address of its own; the dates are said back first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice

import sqlalchemy as sa
from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import changes, fields, pictures, queries, texts
from activities.plans.written import EXAMPLES, when_coming, written
from activities.service import branch_called
from console import activity_form
from console.activity_days import NAMES, Read, as_read, whens
from console.activity_form import BRANCH
from console.activity_rows import found, mine
from console.desk import Desk, by_me, done, drawn, me
from console.forms import Form
from console.rights import Act, may
from models import times
from models.activity import MAIN_LIBRARY, Activity, ActivityState, Branch
from models.by import By
from models.errors import BadFields, BadInput
from models.when import When

PART = 10  # drafts a unit
MOST = 60  # at once: two months of every day
_ASKED = ("title", "type", "place", "is_on_site", "is_online")
_LONG_AGO = timedelta(days=180)
_MET = "刚才有人同时做了同名的活动，有的还没有做：看一眼下面的时间，再按一次。"

Make = Callable[[Session, When, By], Activity]


@dataclass(frozen=True, slots=True)
class Asked:
    """What drafts are wanted: the form as it was typed, what is wrong with it, and how its dates were read."""

    values: Mapping[str, str]
    wrong: Mapping[str, str]
    reads: Sequence[Read] = ()

    @property
    def wanted(self) -> list[When]:
        """The dates a draft is made for."""
        return [read.when for read in self.reads if not read.is_left_out]

    @property
    def is_ready(self) -> bool:
        """Were these very words said back, and is there nothing to mend?"""
        return not self.wrong and bool(self.wanted) and request.form.get("read") == said_back(self.values)


def said_back(values: Mapping[str, str]) -> str:
    """What a confirmation is for: other words need another one."""
    return "|".join(values.get(name, "") for name in ("words", "title", BRANCH))


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/activities/new, /console/activities/<code>/copy"""
    views = _Views(desk)
    blueprint.add_url_rule("/activities/new", "new_activity", views.new, methods=["GET", "POST"])
    blueprint.add_url_rule("/activities/<code>/copy", "copy", views.copy, methods=["GET", "POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.CHANGE_ACTIVITIES)
    def new(self) -> AnyResponse | tuple[str, int]:
        """An activity without a file."""
        with self._desk.reading() as session:
            own = session.scalar(sa.select(Branch.name).where(Branch.id == me().branch_id))
            branches = [own] if own else queries.branches(session) or [MAIN_LIBRARY]
            asked = _asked_new(session, branches)

        def make(session: Session, when: When, by: By) -> Activity:
            words = {name: asked.values[name] for name in _ASKED}
            return changes.add(session, branch_called(session, asked.values[BRANCH]), words, when, by=by)

        return self._answered(asked, make, branches=branches, source=None)

    @may(Act.CHANGE_ACTIVITIES)
    def copy(self, code: str) -> AnyResponse | tuple[str, int]:
        """The same on other dates: last year's for this year, this week's for the next, every Saturday's."""
        with self._desk.reading() as session:
            source = mine(session, code)
            asked = _asked_copy(session, source)

        def make(session: Session, when: When, by: By) -> Activity:
            first = found(session, code)
            fresh = changes.copy(session, first, when, by=by)
            pictures.copy_to(session, first, fresh, by=by)
            return fresh

        return self._answered(asked, make, branches=[], source=source)

    def _answered(
        self, asked: Asked, make: Make, *, branches: Sequence[str], source: Activity | None
    ) -> AnyResponse | tuple[str, int]:
        """Said back, or, if it was before, made."""
        met = ""
        if request.method == "POST" and asked.is_ready:
            try:
                return _made(self._make(make, asked.wanted))
            except sa.exc.IntegrityError:  # two at once chose the same name for a row
                met = _MET
        today = times.today(times.now())
        page = drawn(
            "new_activity.html", form=Form(asked.values, asked.wrong), asked=asked, names=NAMES, branches=branches,
            source=source, examples=EXAMPLES, met=met, read=said_back(asked.values),
            now_said=texts.said_when(source.when, today=today) if source else "",
            suggested=_suggested(source.when, today) if source else [],
        )  # fmt: skip
        return page, 409 if met else 400 if asked.wrong else 200

    def _make(self, make: Make, wanted: Sequence[When]) -> list[Activity]:
        """Part by part, so that no unit holds the write lock for long."""
        made: list[Activity] = []
        left = iter(wanted)
        while part := list(islice(left, PART)):
            with self._desk.unit() as session:
                made += [make(session, when, by_me()) for when in part]
        return made


def _made(drafts: Sequence[Activity]) -> AnyResponse:
    if len(drafts) == 1:
        return done("草稿做好了。看过、补齐，再发布。", url_for("console.activity", code=drafts[0].code))
    where = url_for("console.activities", state="draft", span="all", sort="-changed")
    return done(f"做好了 {len(drafts)} 份草稿，排在最前面。看过再一起发布。", where)


def _asked_new(session: Session, branches: Sequence[str]) -> Asked:
    if request.method == "GET":
        values = {**dict.fromkeys(activity_form.SAID, ""), "words": "", "is_on_site": "1", BRANCH: branches[0]}
        return Asked(values, {})
    typed = activity_form.typed(request.form, {**dict.fromkeys(activity_form.SAID, ""), BRANCH: branches[0]})
    values = {**typed, "words": request.form.get("words", "").strip()}
    wrong: dict[str, str] = {}
    try:
        fields.checked({name: values[name] for name in _ASKED})
    except BadFields as error:
        wrong = error.wrong
    if values[BRANCH] not in branches:
        wrong[BRANCH] = "请从列出的分馆里选。"
    branch = session.scalar(sa.select(Branch.id).where(Branch.name == values[BRANCH]))
    return _with_dates(session, values, wrong, title=values["title"], branch=branch, beside=None)


def _asked_copy(session: Session, source: Activity) -> Asked:
    values = {"words": request.values.get("words", "").strip()}
    if request.method == "GET" and not values["words"]:
        return Asked(values, {})
    asked = _with_dates(session, values, {}, title=source.title, branch=source.branch_id, beside=source.starts_on)
    if any(when.starts_on is None and when.ends_on is None for when in asked.wanted):
        return Asked(values, {"words": "复制要写上新的日期，例如“4月中下旬”；一点都没定就先不用复制。"})
    return asked


def _with_dates(
    session: Session,
    values: Mapping[str, str],
    wrong: Mapping[str, str],
    *,
    title: str,
    branch: int | None,
    beside: date | None,
) -> Asked:
    today = times.today(times.now())
    try:
        read = whens(values["words"], beside=beside or today, today=today)
        if len(read) > MOST:
            raise BadFields({"words": f"一次最多做 {MOST} 份，这里有 {len(read)} 个时间：分几次写。"})
    except BadFields as error:
        return Asked(values, {**wrong, **error.wrong})
    there = _there(session, title, branch, read)
    reads = [_judged(when, there, today, is_one_of_many=len(read) > 1) for when in read]
    if not wrong and all(read.is_left_out for read in reads):
        wrong = {"words": "这些时间都不用再做了：" + "；".join(f"{one.said}{one.note}" for one in reads[:6]) + "。"}
    return Asked(values, wrong, reads)


def _there(session: Session, title: str, branch: int | None, read: Sequence[When]) -> set[tuple[object, object]]:
    """Day and hour of what this branch has by this name on these days already."""
    asked = sa.select(Activity.starts_on, Activity.starts_at).where(
        Activity.title == title, Activity.branch_id == branch, Activity.state != ActivityState.CANCELLED,
        Activity.last_on >= min((when.starts_on or date.max for when in read), default=date.max),
    )  # fmt: skip
    return {(row.starts_on, row.starts_at) for row in session.execute(asked) if row.starts_on}


def _judged(when: When, there: set[tuple[object, object]], today: date, *, is_one_of_many: bool) -> Read:
    read = as_read(when, today)
    if (when.starts_on, when.starts_at) in there:
        return replace(read, note="已经有同名的活动，不再做", is_left_out=True)
    is_gone = is_one_of_many and when.ends_on is not None and when.ends_on < today
    return replace(read, note="已经过去了，不做", is_left_out=True) if is_gone else read


def _suggested(when: When, today: date) -> list[tuple[str, str]]:
    """(what it is called, the date words) of what is most often wanted."""
    first = when.starts_on
    if first is None or when.is_vague:
        return _as_it_was(when, today)
    weeks = max(1, (today - first).days // 7 + 1)
    found = [("下一次同一个星期几", written(_later(when, 7 * weeks), today=today))]
    if first < today - _LONG_AGO:  # the same weekday of the year after
        found.insert(0, ("一年后同一个星期几", written(_later(when, 364), today=today)))
    return found


def _as_it_was(when: When, today: date) -> list[tuple[str, str]]:
    words = when.text.removeprefix(f"{when.starts_on.year}年") if when.starts_on else ""
    try:
        coming = when_coming(words, beside=today, today=today) if words else ()
    except BadInput:
        return []
    is_other = bool(coming) and coming[0].starts_on != when.starts_on
    return [("照原来的写法", words)] if is_other else []


def _later(when: When, days: int) -> When:
    later = timedelta(days=days)
    return replace(
        when, starts_on=when.starts_on and when.starts_on + later, ends_on=when.ends_on and when.ends_on + later
    )
