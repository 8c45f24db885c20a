"""改期, 复制, 新建: what needs a date. It is written as staff write it, and said back before anything is done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from activities import changes, news, texts
from activities.following import followers
from activities.plans.written import EXAMPLES, when_coming, written
from console import activity_form
from console.activity_rows import held, mine
from console.desk import Desk, by_me, done, drawn, refused
from console.forms import Form
from console.rights import Act, may
from models import times
from models.activity import Activity, ActivityState
from models.errors import BadFields, BadInput, IllegalMove
from models.when import When

NAMES = {**activity_form.SAID, "words": "时间", "reason": "原因"}
_STALE = "刚才有人先动过这个活动，还没有改期。现在的样子写在下面，您写的都还在：看过再按一次。"


@dataclass(frozen=True, slots=True)
class Read:
    """What date words were read as. `note`: what staff should see before they go on."""

    when: When
    said: str
    note: str = ""
    is_left_out: bool = False


def read_one(words: str, *, beside: date, today: date) -> Read:
    """Raises: BadFields unless the words name exactly one."""
    found = whens(words, beside=beside, today=today)
    if len(found) > 1:
        said = "；".join(texts.said_when(when, today=today) for when in found[:6])
        raise BadFields({"words": f"改期只能写一个时间，这里读出 {len(found)} 个：{said}。"})
    return as_read(found[0], today)


def whens(words: str, *, beside: date, today: date) -> tuple[When, ...]:
    """Raises: BadFields for no words, and for those that cannot be read."""
    if not words.strip():
        raise BadFields({"words": f"请写上时间，例如：{EXAMPLES}；还没定就写“待定”。"})
    try:
        return when_coming(words, beside=beside, today=today)
    except BadInput as error:
        raise BadFields({"words": error.to_staff}) from None


def as_read(when: When, today: date) -> Read:
    """One date, with what is remarkable about it."""
    is_gone = when.ends_on is not None and when.ends_on < today
    note = "已经过去了" if is_gone else "日期没有定到哪一天" if when.is_vague else ""
    return Read(when, texts.said_when(when, today=today), note)


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/activities/<code>/move"""
    blueprint.add_url_rule("/activities/<code>/move", "move", _Move(desk).page, methods=["GET", "POST"])


class _Move:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.CHANGE_ACTIVITIES)
    def page(self, code: str) -> AnyResponse | tuple[str, int]:
        """The form; sent, how the date was read; sent once more with the same words, done."""
        with self._desk.reading() as session:
            activity = mine(session, code)
        where = url_for("console.activity", code=code)
        if activity.state is ActivityState.FINISHED:
            return refused("这个活动已经结束，不能改期。可以复制一份，写上新的日期。", where)
        if request.method == "GET":
            today = times.today(times.now())
            values = {"words": written(activity.when, today=today), "place": activity.place, "reason": ""}
            return self._drawn(code, Form(values)), 200
        return self._sent(activity, where)

    def _sent(self, activity: Activity, where: str) -> AnyResponse | tuple[str, int]:
        values = {name: request.form.get(name, "").strip() for name in ("words", "place", "reason")}
        read, wrong = _read_move(activity, values)
        is_stale = request.form.get("seen") != _version(activity)
        if wrong or is_stale or request.form.get("read") != values["words"] or read is None:
            page = self._drawn(activity.code, Form(values, wrong), read, stale=_STALE if is_stale else "")
            return page, 409 if is_stale else 400 if wrong else 200
        try:
            told = self._moved(activity.code, read.when, values)
        except (IllegalMove, BadInput):  # somebody was faster by a moment
            return self._drawn(activity.code, Form(values), read, stale=_STALE), 409
        return done(f"已改到{read.said}。" + (f"会告诉 {told} 位读者。" if told else ""), where)

    def _moved(self, code: str, when: When, values: Mapping[str, str]) -> int:
        """Raises: IllegalMove if the row is no longer what the person saw."""
        with self._desk.unit() as session:
            activity, by = held(session, code), by_me()
            if request.form.get("seen") != _version(activity):
                raise IllegalMove(f"{code} was changed meanwhile")
            return changes.move(session, activity, when, reason=values["reason"], place=values["place"], by=by)

    def _drawn(self, code: str, form: Form, read: Read | None = None, *, stale: str = "") -> str:
        with self._desk.reading() as session:
            activity = mine(session, code)
            waiting = followers(session, activity.id)
            reach, callers = news.reach(session, activity, now=times.now()), news.callers(session, activity)
        return drawn(
            "move.html", activity=activity, form=form, read=read, stale=stale, names=NAMES, waiting=waiting,
            reach=reach, callers=callers,
            now_said=texts.said_when(activity.when, today=times.today(times.now())), version=_version(activity),
            needs_reason=changes.needs_reason(activity),
            is_told=read is not None and not read.when.is_vague and activity.state is ActivityState.PUBLISHED,
        )  # fmt: skip


def _read_move(activity: Activity, values: Mapping[str, str]) -> tuple[Read | None, dict[str, str]]:
    """How the date is read, and everything that is wrong with the move."""
    today = times.today(times.now())
    try:
        read = read_one(values["words"], beside=activity.starts_on or today, today=today)
    except BadFields as error:
        return None, error.wrong
    try:
        changes.may_move(activity, read.when, reason=values["reason"], place=values["place"])
    except BadFields as error:
        return read, error.wrong
    return read, {}


def _version(activity: Activity) -> str:
    """What a form brings back to tell which activity it saw: its last change, to the microsecond."""
    return activity.changed_at.isoformat()
