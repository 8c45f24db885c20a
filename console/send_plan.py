"""群发计划: the month as a calendar with what went and what is planned, the sends that are left, and a proposal."""

import calendar
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from flask import Blueprint, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.desk import Desk, by_me, done, drawn, me, refused
from console.needs import EACH, Need
from console.rights import Act, may
from models import times
from models.audience import OtherSend, ToldBy
from models.closing import Closing
from models.errors import BadInput
from models.notice import Broadcast, BroadcastState, Notice, NoticeForm, NoticeState, Way
from models.staff import names
from notices import planning, quota, service
from notices.planning import Due, NextMonth, Proposal
from notices.quota import AccountKind, Left
from notices.sending.texts import WAYS

DAYS = ("一", "二", "三", "四", "五", "六", "日")
FURTHEST = 24  # months from now


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a day: `colour` is that of a label."""

    words: str
    kind: str
    colour: str
    url: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """One field of the calendar."""

    day: date
    is_today: bool
    is_other_month: bool
    items: tuple[Item, ...]


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/notices/plan"""
    views = _Views(desk)
    blueprint.add_url_rule("/notices/plan", "send_plan", views.month)
    blueprint.add_url_rule("/notices/plan/other", "tell_other_send", views.tell, methods=["POST"])
    blueprint.add_url_rule("/notices/plan/go-on", "go_on_with_month", views.go_on, methods=["POST"])
    blueprint.add_url_rule(
        "/notices/plan/other/<int:number>/take-back", "take_back_other_send", views.take_back, methods=["POST"]
    )


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_NOTICES)
    def month(self) -> str:
        """`?month=2026-11`; this one unless another is asked for."""
        now = times.now()
        today = times.today(now)
        first = _asked_month(today)
        _, last = times.month_of(first.year, first.month)
        with self._desk.reading() as session:
            used = quota.days_used(session, first.year, first.month)
            coming = quota.to_come(session, first, last)
            kind, left = quota.kind_of(session), quota.left(session, now)
            unplanned = _unplanned(session)
            plan = proposal(session, unplanned, max(today, first)) if today <= last else []
            titles = {one.id: one.title for one in unplanned}
            days = _days(session, first, today, used, coming, unplanned)
            others = [one for one in used.values() if isinstance(one, OtherSend)]
            return drawn(
                "send_plan.html", first=first, weeks=[days[at : at + 7] for at in range(0, len(days), 7)], heads=DAYS,
                left=left, kind=kind, kinds=AccountKind, plan=plan, titles=titles, ways=WAYS, today=today, is_now=first <= today <= last,
                before=_beside(first, -1), after=_beside(first, 1), others=sorted(others, key=lambda one: one.day),
                planned=sum(one.way in quota.ways_that_count(kind) for day in coming.values() for one in day),
                is_blank=not any(day.items for day in days), warning=warning(left, coming, kind, refused=quota.refused_on(used)),
                is_over=first <= today <= last and quota.is_month_over(used, kind),
                is_past=last < today, later=sum(one.due_on is not None and last < one.due_on <= _end_after(last) for one in unplanned),
                may_send=Act.SEND_NOTICES in me().acts, by_wechat=ToldBy.WECHAT, names=names(session),
            )  # fmt: skip

    @may(Act.SEND_NOTICES)
    def tell(self) -> Response:
        """Something went to all in the platform's own console."""
        where = url_for("console.send_plan")
        try:
            day = date.fromisoformat(request.form.get("day", ""))
            with self._desk.unit() as session:
                quota.tell_other(session, day, by=by_me())
        except ValueError:
            return refused("请选是哪一天发的。", where)
        except BadInput as error:
            return refused(error.to_staff, where)
        return done(f"记下了：{day.month}月{day.day}日在公众平台群发过一次。", where)

    @may(Act.SEND_NOTICES)
    def go_on(self) -> Response:
        """WeChat had ended the month; staff have looked, and there are sends left."""
        where = url_for("console.send_plan")
        try:
            with self._desk.unit() as session:
                quota.go_on_with_month(session, by=by_me())
        except BadInput as error:
            return refused(error.to_staff, where)
        return done("记下了，这个月接着排。微信再说两次用完，会再停下来。", where)

    @may(Act.SEND_NOTICES)
    def take_back(self, number: int) -> Response:
        """It was told by mistake."""
        with self._desk.unit() as session:
            other = session.get(OtherSend, number) or abort(404)
            quota.take_back_other(session, other, by=by_me())
        return done("已撤掉。", url_for("console.send_plan"))


def warning(
    left: Left, coming: dict[date, list[Broadcast]], kind: AccountKind, *, refused: Sequence[date] = ()
) -> str:
    """Before the last send of a month is spent, when more is planned than there is, and when WeChat has ended the month:
    `refused` are the days of its refusals."""
    if kind is not AccountKind.SERVICE:
        return ""
    planned = sum(one.way is Way.MASS_ALL for day in coming.values() for one in day)
    if len(refused) >= quota.REFUSED_TWICE:
        days = "、".join(f"{day.month}月{day.day}日" for day in refused)
        stuck = f"已经排好的 {planned} 次到时间会停住，请改到下个月，或换个发法。" if planned else ""
        return f"微信这个月在{days}都说群发次数用完了，这个月就不再排群发：不急的排到下个月，别的换个发法。{stuck}"
    if planned > left.this_month:
        return f"这个月还能群发 {left.this_month} 次，却排了 {planned} 次：多出来的微信不会收，请改日子或换个发法。"
    if left.this_month and planned == left.this_month:
        return "排好的群发会用掉这个月最后一次。临时闭馆这样的急事就只能用别的办法通知了，请再想一想。"
    if left.this_month == 1:
        return "这个月只剩最后一次群发，建议留给临时闭馆这样的急事。"
    return ""


@dataclass(frozen=True, slots=True)
class Advice:
    """For whoever is about to send one notice: the sends left with a warning, and where the month's plan has it."""

    left: Left
    warning: str
    plan: Proposal | None
    along_with: str


def advice(session: Session, notice: Notice, left: Left, now: datetime) -> Advice:
    """What the planner would say beside this notice."""
    today = times.today(now)
    _, last = times.month_of(today.year, today.month)
    unplanned = _unplanned(session)
    plan = next((one for one in _whole(session, unplanned, today) if one.notice == notice.id), None)
    along = next((one.title for one in unplanned if plan and one.id == plan.along_with), "")
    refused = quota.refused_on(quota.days_used(session, today.year, today.month))
    words = warning(left, quota.to_come(session, today, last), quota.kind_of(session), refused=refused)
    return Advice(left, words, plan, along)


def _whole(session: Session, notices: Sequence[Notice], today: date) -> list[Proposal]:
    """Of this month and the next."""
    _, last = times.month_of(today.year, today.month)
    return [*proposal(session, notices, today), *proposal(session, notices, last + timedelta(days=1))]


def proposal(session: Session, notices: Sequence[Notice], since: date) -> list[Proposal]:
    """For the notices without a broadcast whose day is in the month of `since`: today, or the first of a month to come. What is
    overdue goes with this month's."""
    first, last = times.month_of(since.year, since.month)
    is_ahead = first > times.today(times.now())
    due = [
        _due(session, one)
        for one in notices
        if one.due_on is not None and one.due_on <= last and not (is_ahead and one.due_on < first)
    ]
    used, kind = quota.days_used(session, since.year, since.month), quota.kind_of(session)
    to_all = _to_all(quota.to_come(session, since, last), kind)
    if quota.is_month_over(used, kind):
        ended = _next_month(session, last, kind)
        return planning.propose(due, today=since, left=0, used=used, kind=kind, ended=ended)
    left = max(0, quota.left_of(used, since, kind).this_month - len(to_all - set(used)))
    return planning.propose(due, today=since, left=left, used={*used, *to_all}, kind=kind)


def _end_after(last: date) -> date:
    """The last day of the month after."""
    first = last + timedelta(days=1)
    return times.month_of(first.year, first.month)[1]


def _to_all(coming: dict[date, list[Broadcast]], kind: AccountKind) -> set[date]:
    ways = quota.ways_that_count(kind)
    return {day for day, several in coming.items() if any(one.way in ways for one in several)}


def _next_month(session: Session, last: date, kind: AccountKind) -> NextMonth:
    first = last + timedelta(days=1)
    _, end = times.month_of(first.year, first.month)
    return NextMonth(first, _to_all(quota.to_come(session, first, end), kind))


def _due(session: Session, notice: Notice) -> Due:
    articles = len(service.content_of(session, notice).articles)
    is_for_all = notice.branch_id is None and notice.form is NoticeForm.ARTICLES
    day = notice.due_on or times.today(notice.changed_at)
    reopens = session.scalar(sa.select(Closing.id).where(Closing.reopening_id == notice.id).limit(1)) is not None
    return Due(notice.id, day, notice.use, is_for_all, articles, bool(notice.emergency), keeps_day=reopens)


def _unplanned(session: Session) -> Sequence[Notice]:
    """Notices with a day by which they are to go out, and no broadcast that stands."""
    over = (BroadcastState.STOPPED, BroadcastState.FAILED)
    has_one = sa.exists().where(Broadcast.notice_id == Notice.id, Broadcast.state.not_in(over))
    rows = sa.select(Notice).where(
        Notice.due_on.is_not(None), Notice.state.not_in((NoticeState.DROPPED, NoticeState.SENT)), sa.not_(has_one)
    )  # fmt: skip
    return session.scalars(rows.order_by(Notice.due_on, Notice.id)).all()


def overdue(session: Session) -> Iterator[Need]:
    """Signed, to go out by tomorrow, and nobody has planned how."""
    tomorrow = times.today(times.now()) + timedelta(days=1)
    ready = [one for one in _unplanned(session) if one.state is NoticeState.READY and one.due_on is not None]
    for one in [one for one in ready if one.due_on and one.due_on <= tomorrow][:EACH]:
        yield Need(
            one.changed_at, "send", "waiting", f"“{one.title}”审完了，还没排怎么发",
            f"最晚{times.short_day(one.due_on or tomorrow, beside=tomorrow)}要发出去。", "看群发计划", url_for("console.send_plan"),
        )  # fmt: skip


def _days(
    session: Session, first: date, today: date, used: dict[date, Broadcast | OtherSend], coming: dict[date, list[Broadcast]],
    unplanned: Sequence[Notice],
) -> list[Day]:  # fmt: skip
    sent = _sent(session, first)
    titles = _titles(session, [*(one for several in coming.values() for one in several), *sent])
    days = []
    for day in calendar.Calendar().itermonthdates(first.year, first.month):
        items = [_item(one, titles, "done", "发了") for one in sent if times.today(one.done_at or one.due_at) == day]
        other = used.get(day)
        if isinstance(other, OtherSend):
            items.append(Item("公众平台上群发过一次", "别处", "stopped"))
        items += [_item(one, titles, "waiting", "排好") for one in coming.get(day, ())]
        items += [
            Item(one.title, "还没排", "draft", f"/console/notices/{one.id}") for one in unplanned if one.due_on == day
        ]
        days.append(Day(day, day == today, day.month != first.month, tuple(items)))
    return days


def _sent(session: Session, first: date) -> Sequence[Broadcast]:
    """What went out in this month, by whatever way."""
    _, last = times.month_of(first.year, first.month)
    span = (times.start_of(first), times.start_of(last + timedelta(days=1)))
    gone = (BroadcastState.DONE, BroadcastState.SENDING, BroadcastState.WAITING, BroadcastState.PAUSED)
    at = sa.func.coalesce(Broadcast.done_at, Broadcast.due_at)
    rows = sa.select(Broadcast).where(Broadcast.state.in_(gone), at >= span[0], at < span[1])
    return session.scalars(rows.order_by(at, Broadcast.id)).all()


def _titles(session: Session, broadcasts: Iterable[Broadcast]) -> dict[int, str]:
    numbers = {one.notice_id for one in broadcasts}
    rows = sa.select(Notice.id, Notice.title).where(Notice.id.in_(numbers))
    return dict(session.execute(rows).all())


def _item(one: Broadcast, titles: dict[int, str], colour: str, said: str) -> Item:
    words, at = titles.get(one.notice_id, ""), times.local(one.done_at or one.due_at)
    return Item(words, f"{said} · {WAYS[one.way]}", colour, f"/console/notices/{one.notice_id}", f"{at:%H:%M}")


def _asked_month(today: date) -> date:
    try:
        asked = date.fromisoformat(f"{request.args.get('month', '')}-01")
    except ValueError:
        return today.replace(day=1)
    months = (asked.year - today.year) * 12 + asked.month - today.month
    return asked if abs(months) <= FURTHEST else today.replace(day=1)


def _beside(first: date, months: int) -> str:
    month = first.year * 12 + first.month - 1 + months
    return f"{month // 12:04}-{month % 12 + 1:02}"
