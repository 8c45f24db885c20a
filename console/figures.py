"""数据: the 台账 of a year or some months, filtered by its address; every number opens to its rows; Excel."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from activities import queries
from activities.places import totals
from activities.places.totals import Sum, Totals
from activities.records import ledger as books
from activities.records import sentences
from activities.records.ledger import Asked, Ledger, Line, What
from activities.records.queries import count_sent
from activities.records.rules import unit_of
from console import activity_list, exports, paging, report, words
from console.activity_list import said_when
from console.charts import Chart, chart
from console.desk import Desk, drawn, note
from console.exports import Sheet
from console.paging import Order
from console.rights import Open, may
from console.tiles import tiles_of
from contests import figures as contest_figures
from models import times
from models.activity import Activity
from models.contest import Contest
from models.follower import Follower

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
MOST_MONTHS = 60
MOST_BARS = 14
_SAID = {What.PLANNED: "计划", What.DONE: "办了", What.RECORDED: "记了人次", What.CANCELLED: "取消"}
_GROUPS = (
    ("month", "按月"),
    ("branch", "按分馆"),
    ("type", "按类型"),
    ("series", "按系列"),
    ("campaign", "按活动季"),
)
_COLUMNS = (
    ("计划（项）", 12), ("办了（项）", 12), ("举办活动（次/个）", 18), ("参加（人次）", 14), ("到馆（人次）", 14),
    ("线上（人次）", 14), ("记了人次（项）", 16), ("取消（项）", 12),
)  # fmt: skip
_ROWS = (
    ("活动", 40), ("系列", 14), ("类型", 14), ("分馆", 18), ("时间", 30), ("计划月份", 12), ("状态", 10), ("场次", 8),
    ("到馆（人次）", 14), ("线上（人次）", 14), ("一句话", 50),
)  # fmt: skip


_CONTESTS = (
    ("比赛", 40), ("收稿", 26), ("投稿（件）", 12), ("通过（件）", 12), ("点赞（个）", 12), ("播放（次）", 12), ("访问（次）", 12),
)  # fmt: skip

_DELIVERIES = (
    ("送书七进", 20),
    ("送书（次）", 12),
    ("送书（册）", 12),
    ("换书（册）", 12),
    ("服务（人次）", 14),
    ("团体（个）", 12),
)


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/figures, /console/figures/rows, /console/figures.xlsx"""
    views = _Views(desk)
    blueprint.add_url_rule("/figures", "figures", views.all)
    blueprint.add_url_rule("/figures/rows", "figures_rows", views.rows)
    blueprint.add_url_rule("/figures.xlsx", "figures_file", views.file)


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Open.TO_STAFF)
    def all(self) -> str:
        """The whole in one look."""
        today = times.today(times.now())
        asked = asked_in(request.args, today)
        with self._desk.reading() as session:
            found = books.ledger(session, asked, today=today)
            contests, delivered = _contests(session, asked), _deliveries(session, asked)
            shown = {
                "branches": queries.branches(session), "years": _years(session, today),
                "choices": books.choices(session, asked, found), "tiles": tiles_of(session),
                "to_confirm": count_sent(session), "readers": _readers(session), "contests": contests,
            }  # fmt: skip
        span = said_span(asked)
        return drawn(
            "figures.html", asked=asked, ledger=found, span=span, groups=[(name, said, _lines(found, name)) for name, said in _GROUPS],
            charts=_charts(found), what=What,
            sentences=[*sentences.sentences(found, span, asked.branch), *report.of_contests([line for _, line in contests], span),
            *_delivered(delivered, span)],
            unit_of=unit_of, filtered=asked.address(), year=_whole_year(asked), **shown,
        )  # fmt: skip

    @may(Open.TO_STAFF)
    def rows(self) -> str:
        """The activities behind one number."""
        today, what = times.today(times.now()), _what(request.args)
        asked = asked_in(request.args, today)
        place = paging.place_of(request.args.get("before"), request.args.get("after"), date.fromisoformat)
        with self._desk.reading() as session:
            found = books.rows_of(asked, what, today=today)
            page = paging.page(session, [found], Order(Activity.last_on, Activity.id), place)
        return drawn(
            "figures_rows.html", page=page, asked=asked, what=what, said=_SAID[what], span=said_span(asked),
            said_when=said_when, args=asked.address(what=what.value), filtered=asked.address(),
        )  # fmt: skip

    @may(Open.TO_STAFF)
    def file(self) -> Response:
        """A sheet a grouping, and one of the rows."""
        today = times.today(times.now())
        asked = asked_in(request.args, today)
        with self._desk.reading() as session:
            found = books.ledger(session, asked, today=today)
            sheets = [Sheet(said, ((said[1:], 24), *_COLUMNS), _sheet(found, name)) for name, said in _GROUPS]
            rows = books.rows_of(asked, What.DONE, today=today).order_by(Activity.last_on, Activity.id)
            listed = session.execute(rows.limit(exports.MOST_ROWS + 1))
            held = Sheet("比赛", _CONTESTS, map(_contest_row, _contests(session, asked)))
            delivered = _deliveries(session, asked)
            brought = Sheet("送书", _DELIVERIES, map(_delivery_row, delivered.by_kind if delivered else ()))
            body = exports.workbook(*sheets, Sheet("明细", _ROWS, map(_row, listed)), held, brought)
        with self._desk.unit() as session:
            note(session, "list exported", "figures", detail=request.query_string.decode()[:200])
        return exports.downloaded(f"台账 {asked.first}—{asked.last}", body)


def _contests(session: Session, asked: Asked) -> list[tuple[Contest, contest_figures.Line]]:
    """Contests belong to the whole library: with a branch or a type asked for there are none."""
    if asked.branch or asked.type or asked.series or asked.campaign:
        return []
    first, last = (date.fromisoformat(f"{month}-01") for month in (asked.first, asked.last))
    after = times.month_of(last.year, last.month)[1] + timedelta(days=1)
    return contest_figures.between(session, times.start_of(first), times.start_of(after))


def _deliveries(session: Session, asked: Asked) -> Totals | None:
    """What the book bus brought is the whole library's as well."""
    if asked.branch or asked.type or asked.series or asked.campaign:
        return None
    first, last = (date.fromisoformat(f"{month}-01") for month in (asked.first, asked.last))
    return totals.totals(session, first, times.month_of(last.year, last.month)[1])


def _delivered(found: Totals | None, span: str) -> list[str]:
    said = totals.sentence(found, span) if found else ""
    return [said] if said else []


def _delivery_row(one: Sum) -> Sequence[object]:
    return one.name or "没有写", one.times, one.books, one.swapped, one.people, one.groups


def _contest_row(row: tuple[Contest, contest_figures.Line]) -> Sequence[object]:
    contest, line = row
    first, last = times.today(contest.opens_at), times.today(contest.closes_at)
    return contest.title, f"{first} 到 {last}", line.works, line.accepted, line.likes, line.plays, line.visits


def asked_in(args: Mapping[str, str], today: date) -> Asked:
    """From an address: a year, or months from and to; this year where it says nothing that can be."""
    year = args.get("year", "")
    year = year if re.fullmatch(r"20\d\d", year) else str(today.year)
    first, last = (args.get(name, "") for name in ("from", "to"))
    first = first if _MONTH.fullmatch(first) else f"{year}-01"
    last = last if _MONTH.fullmatch(last) and last >= first else f"{first[:4]}-12"
    if len(books.months_between(first, last)) > MOST_MONTHS:
        last = f"{first[:4]}-12"
    return Asked(
        first, last, **{name: args.get(name, "").strip()[:80] for name in ("branch", "type", "series", "campaign")}
    )


def _what(args: Mapping[str, str]) -> What:
    given = args.get("what", "")
    return What(given) if given in set(What) else What.DONE


def _whole_year(asked: Asked) -> str:
    first, last = asked.first, asked.last
    return first[:4] if first[:4] == last[:4] and (first[5:], last[5:]) == ("01", "12") else ""


def said_span(asked: Asked) -> str:
    """2026年全年 · 2026年4月 · 2026年1月—2026年6月"""
    if year := _whole_year(asked):
        return f"{year}年全年"
    first, last = words.month(asked.first), words.month(asked.last)
    return first if first == last else f"{first}—{last}"


def _years(session: Session, today: date) -> list[str]:
    return sorted({str(today.year), *(month[:4] for month in activity_list.months(session))}, reverse=True)


def _readers(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(Follower)) or 0


def _lines(ledger: Ledger, group: str) -> list[Line]:
    found: list[Line] = getattr(ledger, f"by_{group}")
    return found


def _sheet(ledger: Ledger, group: str) -> Iterator[Sequence[object]]:
    for line in (*_lines(ledger, group), ledger.total):
        yield (
            line.name or "没有写", line.planned, line.done, line.held, line.heads, line.on_site, line.online, line.recorded,
            line.cancelled,
        )  # fmt: skip


def _row(row: Any) -> Sequence[object]:
    return (
        row.title, row.series, row.type, row.branch, said_when(row), row.plan_month, words.state(row.state).words,
        row.sessions, row.on_site, row.online, row.words,
    )  # fmt: skip


def _charts(ledger: Ledger) -> list[Chart]:
    if not ledger.total.planned:
        return []
    months, branches = ledger.by_month, ledger.by_branch[:MOST_BARS]
    names = [f"{int(line.name[5:])}月" for line in months]
    busy = max(months, key=lambda line: (line.done, line.planned))
    full = max(months, key=lambda line: line.heads)
    busiest = f"{int(busy.name[5:])}月最忙：{words.number(busy.done)} 场" if busy.done else "计划好了，还没有办过"
    fullest = f"{int(full.name[5:])}月来的人最多：{words.number(full.heads)} 人次" if full.heads else "还没有记过人次"
    charts = [
        chart(busiest, "场", "月份", names, ("计划", "hollow", [line.planned for line in months]),
              ("办了", "full", [line.done for line in months])),
        chart(fullest, "人次", "月份", names, ("到馆", "full", [line.on_site for line in months]),
              ("线上", "second", [line.online for line in months])),
    ]  # fmt: skip
    if len(branches) > 1 and branches[0].done:
        most = max(branches, key=lambda line: line.done)
        title = f"{most.name}办得最多：{words.number(most.done)} 场"
        short = [line.name.removesuffix("社区分馆") or line.name for line in branches]
        charts.append(chart(title, "场", "分馆", short, ("办了", "full", [line.done for line in branches])))
    return charts
