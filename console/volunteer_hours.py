"""志愿者 · 时长: what waits to be confirmed, the year with its months, corrections, hours without a shift, Excel."""

from datetime import date

import sqlalchemy as sa
from flask import Blueprint, Response, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities.volunteers import hours, people, queries, rules, texts
from console import charts, exports
from console.desk import Desk, by_me, done, drawn, me, note, refused
from console.exports import Sheet
from console.rights import Act, may
from console.volunteer_rows import choices, may_keep, mine, one_branch_in, own_branch, years
from models import staff, times
from models.activity import Branch
from models.errors import BadFields, BadInput
from models.volunteer import Post, ServiceHours, Shift, Volunteer, VolunteerState

MOST_SHOWN, MOST_ROWS, MOST_CHOSEN = 100, 20_000, 300
MONTHS = tuple(f"{number}月" for number in range(1, 13))
_PEOPLE = (("姓名", 14), ("分馆", 18), ("服务次数", 10), ("时长（分钟）", 14), ("时长", 14))
_LINES = (
    ("日期", 12), ("志愿者", 14), ("分馆", 18), ("做什么", 20), ("分钟", 10), ("更正的原因", 30), ("谁确认", 14), ("什么时候", 20),
)  # fmt: skip


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/volunteers/hours"""
    views = _Views(desk)
    blueprint.add_url_rule("/volunteers/hours", "volunteer_hours", views.all)
    blueprint.add_url_rule("/volunteers/hours.xlsx", "volunteer_hours_file", views.file)
    blueprint.add_url_rule("/volunteers/hours/add", "add_volunteer_hours", views.add, methods=["POST"])
    blueprint.add_url_rule("/volunteers/hours/<int:number>", "set_volunteer_hours", views.set, methods=["POST"])
    blueprint.add_url_rule("/volunteers/hours/<int:number>/back", "take_back_hours", views.back, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_DESK)
    def all(self) -> str:
        """What is to be confirmed above, the year below."""
        now = times.now()
        today = times.today(now)
        year = _year(request.args.get("year", ""), today)
        with self._desk.unit() as session:
            waiting = queries.to_confirm(session, now=now, branch_id=me().branch_id, most=MOST_SHOWN)
            open_ = queries.to_tick(session, now=now, branch_id=me().branch_id, most=MOST_SHOWN)
            served, months = queries.of_year(session, year), queries.by_month(session, year)
            first = queries.first_year(session, now=now)
            branches, own, everybody = choices(session), own_branch(session), _everybody(session)
            note(session, "volunteers looked at", "volunteers", detail="时长")
            return drawn(
                "volunteer_hours.html", waiting=waiting, unticked=open_, proposed=hours.proposed, said_hours=rules.said_hours,
                said=lambda shift: texts.said_shift(shift, today=today), served=served, total=sum(months), year=year,
                years=years(first, today.year), chart=_chart(year, months) if any(months) else None, may_keep=may_keep(),
                branches=branches, own=own, everybody=everybody, today=today, typed=lambda minutes: f"{minutes / 60:g}",
            )  # fmt: skip

    @may(Act.KEEP_VOLUNTEERS)
    def set(self, number: int) -> AnyResponse:
        """The hours of one post: confirmed, or (with a reason) corrected."""
        where = _back(request.form.get("back", ""))
        try:
            minutes = rules.minutes_in(request.form.get("hours", ""))
            with self._desk.unit() as session:
                post = session.get(Post, number) or abort(404)
                mine(session.get_one(Shift, post.shift_id).branch_id)
                if hours.stands(session, number) is None:
                    hours.confirm(session, post, minutes, by=by_me())
                    said = f"确认了 {rules.said_hours(minutes)}。"
                else:
                    hours.correct(session, post, minutes, request.form.get("reason", ""), by=by_me())
                    said = f"更正为 {rules.said_hours(minutes)}，已经告诉他。"
        except BadInput as error:
            return refused(error.to_staff, where)
        return done(said, where)

    @may(Act.KEEP_VOLUNTEERS)
    def add(self) -> AnyResponse:
        """Help without a shift."""
        where, who = _back(request.form.get("back", "")), request.form.get("volunteer", "")
        try:
            if not (who.isdecimal() and len(who) < 10):
                raise BadInput("请选一位志愿者。")
            day = _day(request.form.get("day", ""))
            minutes = rules.minutes_in(request.form.get("hours", ""))
            with self._desk.unit() as session:
                volunteer = people.held(session, int(who)) or abort(404)
                if volunteer.branch_id is not None:  # who helps anywhere may have helped here
                    mine(volunteer.branch_id)
                branch = one_branch_in(session, request.form.get("branch", ""))
                hours.add(
                    session, volunteer, day, minutes, request.form.get("task", ""), branch_id=branch, by=by_me()
                )
        except BadFields as error:
            return refused(next(iter(error.wrong.values())), where)
        except BadInput as error:
            return refused(error.to_staff, where)
        return done(f"补记了 {rules.said_hours(minutes)}。", where)

    @may(Act.KEEP_VOLUNTEERS)
    def back(self, number: int) -> AnyResponse:
        """A line without a shift that was wrong."""
        with self._desk.reading() as session:
            line = session.get(ServiceHours, number) or abort(404)
        where = url_for("console.volunteer", number=line.volunteer_id)
        mine(line.branch_id)
        try:
            with self._desk.unit() as session:
                hours.take_back(
                    session, session.get_one(ServiceHours, number), request.form.get("reason", ""), by=by_me()
                )
        except BadInput as error:
            return refused(error.to_staff, where)
        return done("冲销了，原因记在明细里。", where)

    @may(Act.SEE_DESK)
    def file(self) -> Response:
        """A year: people with totals, and every line."""
        today = times.today(times.now())
        year = _year(request.args.get("year", ""), today)
        with self._desk.unit() as session:
            served = queries.of_year(session, year)
            rows = [
                (one.name or "（已退出）", one.branch, one.times, one.minutes, rules.said_hours(one.minutes))
                for one in served
            ]
            lines = _lines(session, year)
            note(session, "list exported", "volunteers", detail=f"{year}年时长")
        body = exports.workbook(Sheet(f"{year}年时长", _PEOPLE, rows), Sheet("明细", _LINES, lines))
        return exports.downloaded(f"志愿服务时长 {year}年", body)


def _lines(session: Session, year: int) -> list[tuple[object, ...]]:
    rows = (
        sa.select(ServiceHours, Volunteer)
        .join(Volunteer, Volunteer.id == ServiceHours.volunteer_id)
        .where(ServiceHours.served_on >= date(year, 1, 1), ServiceHours.served_on <= date(year, 12, 31))
        .order_by(ServiceHours.served_on, ServiceHours.id)
        .limit(MOST_ROWS)
    )
    branches, names = _branch_names(session), staff.names(session)
    return [
        (
            line.served_on.isoformat(), who.name or f"志愿者 {who.id}（已退出）", branches[line.branch_id], line.task, line.minutes,
            line.reason, names.get(line.who, line.who), exports.minute(line.at),
        )
        for line, who in session.execute(rows)
    ]  # fmt: skip


def _branch_names(session: Session) -> dict[int, str]:
    return {row.id: row.name for row in session.execute(sa.select(Branch.id, Branch.name))}


def _everybody(session: Session) -> list[tuple[int, str]]:
    if not may_keep():
        return []
    asked = sa.select(Volunteer.id, Volunteer.name).where(
        Volunteer.state.in_((VolunteerState.ACTIVE, VolunteerState.PAUSED))
    )
    if (own := me().branch_id) is not None:
        asked = asked.where(sa.or_(Volunteer.branch_id == own, Volunteer.branch_id.is_(None)))
    return [(row.id, row.name) for row in session.execute(asked.order_by(Volunteer.name).limit(MOST_CHOSEN))]


def _chart(year: int, months: list[int]) -> charts.Chart:
    """Hours by month, with the answer above."""
    whole = [round(one / 60) for one in months]
    most = max(range(12), key=lambda at: months[at])
    title = f"{year}年志愿服务一共{rules.said_hours(sum(months))}，{MONTHS[most]}最多"
    return charts.chart(title, "小时", "月份", MONTHS, ("服务", "bar-full", whole))


def _year(word: str, today: date) -> int:
    return int(word) if word.isdecimal() and 2000 <= int(word) < 2100 else today.year


def _day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise BadInput("请选哪一天。") from None


def _back(path: str) -> str:
    """A volunteer's page or the list, never elsewhere."""
    number = path.rpartition("/")[2]
    if path.startswith("/console/volunteers/") and number.isdecimal() and len(number) < 10:
        shift = "/shifts/" in path
        return url_for("console.shift" if shift else "console.volunteer", number=int(number))
    return url_for("console.volunteer_hours")
