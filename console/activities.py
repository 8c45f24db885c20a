"""活动: the list, and one activity with what was done to it."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from flask import Blueprint, Response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import changes, news, pictures, queries, texts, visits
from activities.fields import EDITABLE
from activities.records import queries as records
from activities.records import rules as record_rules
from activities.records.texts import figures_of, said_figures
from activities.signup import queries as sign_ups
from activities.signup.terms import terms_of
from console import activity_list, exports, sign_up_labels, words
from console.activity_list import SORTS, SPANS, said_when
from console.activity_rows import found, held, is_mine, mine
from console.desk import Desk, by_me, done, drawn, is_island, me, note, refused
from console.exports import Sheet
from console.records import lines_about
from console.rights import Act, is_theirs, may
from models import times
from models.activity import ACTIVITY_MOVES, Activity, ActivityState
from models.errors import BadInput, IllegalMove
from models.when import When

_COLUMNS = (
    ("标题", 40), ("系列", 14), ("类型", 14), ("分馆", 18), ("时间", 30), ("开始", 12), ("结束", 12), ("地点", 20),
    ("状态", 10), ("计划月份", 10), ("最近改动", 20), ("网址", 36),
)  # fmt: skip


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/activities, /console/activities.xlsx, /console/activities/<code>"""
    views = _Views(desk)
    blueprint.add_url_rule("/activities", "activities", views.all)
    blueprint.add_url_rule("/activities.xlsx", "activities_file", views.file)
    blueprint.add_url_rule("/activities/<code>", "activity", views.one)
    blueprint.add_url_rule("/activities/<code>/publish", "publish", views.publish, methods=["POST"])
    blueprint.add_url_rule("/activities/<code>/withdraw", "withdraw", views.withdraw, methods=["POST"])
    blueprint.add_url_rule("/activities/<code>/cancel", "cancel", views.cancel, methods=["GET", "POST"])
    blueprint.add_url_rule("/activities/<code>/finish", "finish", views.finish, methods=["GET", "POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_ACTIVITIES)
    def all(self) -> str:
        """The list, filtered by its address."""
        filters, today = activity_list.filters_of(request.args), times.today(times.now())
        with self._desk.reading() as session:
            page = activity_list.page(session, filters, activity_list.place_of(filters, request.args), today=today)
            choices = {"months": activity_list.months(session), "branches": queries.branches(session)}
            labels = sign_up_labels.labels(session, [row.id for row in page.rows])
        return drawn(
            "parts/activity_list.html" if is_island() else "activities.html",
            page=page, filters=filters, may_import=Act.IMPORT_PLANS in me().acts,
            may_change=Act.CHANGE_ACTIVITIES in me().acts,
            spans=SPANS, sorts=SORTS, names=sign_up_labels.FILTERS, labels=labels, states=list(ActivityState), said_when=said_when,
            may_tick=_may_tick, is_ticked="ticked" in request.args, address={**filters.address(), **_place()}, **choices,
        )  # fmt: skip

    @may(Act.SEE_ACTIVITIES)
    def file(self) -> Response:
        """The same list for Excel."""
        filters, today = activity_list.filters_of(request.args), times.today(times.now())
        with self._desk.reading() as session:
            found = activity_list.everything(session, filters, today=today, most=exports.MOST_ROWS + 1)
            body = exports.workbook(Sheet("活动", _COLUMNS, (self._row(row) for row in found)))
        with self._desk.unit() as session:
            note(session, "list exported", "activities", detail=request.query_string.decode()[:200])
        return exports.downloaded(f"活动 {today:%Y-%m-%d}", body)

    def _row(self, row: Any) -> Sequence[object]:
        return (
            row.title, row.series, row.type, row.branch, said_when(row), row.starts_on, row.ends_on, row.place,
            words.state(row.state).words, row.plan_month, words.exact(row.changed_at),
            f"{self._desk.site}/a/{row.code}",
        )  # fmt: skip

    @may(Act.SEE_ACTIVITIES)
    def one(self, code: str) -> str:
        """One activity, to read."""
        with self._desk.reading() as session:
            activity = found(session, code)
            seen = visits.visits(session, activity.id) if activity.is_online else None
            there = len(pictures.pictures_of(session, activity.id))
            terms = terms_of(session, activity.id)
            standing = sign_ups.standing(session, terms) if terms else None
            record, photos = records.record_of(session, activity.id), records.pictures_of(session, activity.id)
            lines = lines_about(session, f"activity {code}")
        return drawn(
            "activity.html",
            activity=activity,
            when=_said(activity.when),
            lines=lines,
            is_mine=is_mine(activity),
            is_ours=is_theirs(me().branch_id, activity.branch_id),
            moves=ACTIVITY_MOVES[activity.state] if is_mine(activity) else frozenset(),
            more=_more(activity),
            visits=seen,
            pictures=there,
            standing=standing,
            record=record,
            heads=said_figures(figures_of(record)) if record else "",
            photos=photos,
            may_record=_may_record(activity),
        )

    @may(Act.CHANGE_ACTIVITIES)
    def publish(self, code: str) -> AnyResponse:
        """Readers see it from now on."""
        return self._moved(code, changes.publish, "已发布，读者现在就能看到、问到。")

    @may(Act.CHANGE_ACTIVITIES)
    def withdraw(self, code: str) -> AnyResponse:
        """Only staff see it from now on."""
        return self._moved(code, changes.withdraw, "已改回草稿，读者看不到了。")

    @may(Act.CHANGE_ACTIVITIES)
    def cancel(self, code: str) -> AnyResponse | tuple[str, int]:
        """First what it will do, then, with a reason, done."""
        verb = partial(changes.cancel, reason=request.form.get("reason", ""))
        return self._asked_first(
            code, "cancel.html", ActivityState.CANCELLED, verb, "已取消。读者会看到原因，报过名的会收到消息。"
        )

    @may(Act.CHANGE_ACTIVITIES)
    def finish(self, code: str) -> AnyResponse | tuple[str, int]:
        """It took place; how it went may be said."""
        verb = partial(changes.finish, how=request.form.get("reason", ""))
        keeps = Act.KEEP_RECORDS in me().acts
        said, then = (
            ("已结束。来了多少人？记在这里。", "console.record") if keeps else ("已结束。", "console.activity")
        )
        return self._asked_first(code, "finish.html", ActivityState.FINISHED, verb, said, then=then)

    def _asked_first(
        self,
        code: str,
        template: str,
        to: ActivityState,
        verb: Callable[..., object],
        said: str,
        *,
        then: str = "console.activity",
    ) -> AnyResponse | tuple[str, int]:
        """A page of its own before the act; what a rule finds wrong is said there, and nothing typed is lost."""
        wrong = ""
        if request.method == "POST":
            try:
                return self._moved(code, verb, said, then=then)
            except BadInput as error:
                wrong = error.to_staff
        with self._desk.reading() as session:
            activity = mine(session, code)
            reach, callers = news.reach(session, activity, now=times.now()), news.callers(session, activity)
        if to not in ACTIVITY_MOVES[activity.state]:
            return refused("这个活动现在不能这样做。请看看它的状态。", url_for("console.activity", code=code))
        page = drawn(
            template, activity=activity, when=_said(activity.when), reason=request.form.get("reason", ""), wrong=wrong,
            most=changes.LONGEST_REASON, reach=reach, callers=callers,
        )  # fmt: skip
        return page, 400 if wrong else 200

    def _moved(
        self, code: str, verb: Callable[..., object], said: str, *, then: str = "console.activity"
    ) -> AnyResponse:
        """Done in a unit; then on to another page. Raises: BadInput of the verb."""
        where = url_for("console.activity", code=code)
        try:
            with self._desk.unit() as session:
                verb(session, _as_seen(session, code), by=by_me())
        except IllegalMove:
            return refused("刚才有人先动过这个活动，没有再改。请看看现在的样子。", where)
        return done(said, url_for(then, code=code))


def _as_seen(session: Session, code: str) -> Activity:
    """The row, held. Raises: IllegalMove if it is no longer what the person saw."""
    activity = held(session, code)
    if request.form.get("seen") != activity.state:
        raise IllegalMove(f"{code} is {activity.state} by now")
    return activity


def _may_record(activity: Activity) -> bool:
    """May this person tell how many came, and is there anything to tell?"""
    is_theirs_ = Act.KEEP_RECORDS in me().acts and is_theirs(me().branch_id, activity.branch_id)
    today = times.today(times.now())
    return is_theirs_ and record_rules.has_begun(activity.state, activity.starts_on, today=today)


def _may_tick(row: Any) -> bool:
    """Can something be done to this row together with others, by this person?"""
    is_open = row.state in (ActivityState.DRAFT, ActivityState.PUBLISHED)
    return is_open and Act.CHANGE_ACTIVITIES in me().acts and is_theirs(me().branch_id, row.branch_id)


def _place() -> dict[str, str]:
    """Where in the list the address is, as it says it."""
    return {name: request.args[name] for name in ("before", "after") if name in request.args}


def _more(activity: Activity) -> list[tuple[str, str]]:
    """What may be said of it beyond the plan, with its words; "" where nothing is."""
    said = {"audience": texts.said_for(activity.audience, activity.age_from, activity.age_to)}
    names = ("campaign", "audience", "fee", "contact", "materials", "link")
    more = [(EDITABLE[name][0], said.get(name, getattr(activity, name))) for name in names]
    return [*more, ("原因" if activity.state is not ActivityState.FINISHED else "办得怎样", activity.reason)]


def _said(when: When) -> str:
    return texts.said_when(when, today=times.today(times.now()))
