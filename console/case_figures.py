"""服务台的数据: 首问登记, how soon answers came by month, topics, persons; with charts and as Excel."""

from collections.abc import Iterator, Sequence
from datetime import date

from flask import Blueprint, Response, request

from console import exports, words
from console.branch_rows import all_branches
from console.charts import Chart, Columns, chart, columns
from console.desk import Desk, drawn
from console.exports import EVERY_ROW, Sheet
from console.rights import Act, may
from desk.cases import figures, texts
from desk.cases.figures import Line, Sum
from models import times
from models.staff import names

LONGEST = 400  # days of one look
SHOWN = 100
REGISTER = (
    ("编号", 14), ("来的时间", 18), ("怎么来的", 10), ("分馆", 16), ("主题", 14), ("首问", 12), ("现在负责", 12), ("转交给", 20),
    ("到首次答复（工作分钟）", 22), ("到办结（工作分钟）", 20), ("结果", 12), ("评价", 10), ("超时（次）", 10),
)  # fmt: skip
SUMS = (
    ("来了（个）", 12), ("答复（个）", 12), ("办结（个）", 12), ("超时（个）", 12), ("首次答复的中位数（工作分钟）", 28),
    ("办结的中位数（工作分钟）", 24),
    ("评价（个）", 12), ("满意（%）", 12),
)  # fmt: skip


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/cases/figures, /console/cases/figures.xlsx"""
    views = _Views(desk)
    blueprint.add_url_rule("/cases/figures", "case_figures", views.all)
    blueprint.add_url_rule("/cases/figures.xlsx", "case_figures_file", views.file)


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_DESK)
    def all(self) -> str:
        """The newest of the register, the sums and two charts."""
        first, last, branch = _span()
        with self._desk.reading() as session:
            lines, known = list(figures.register(session, first, last, branch)), names(session)
            branches = [one.name for one in all_branches(session)]
        return drawn(
            "case_figures.html", lines=lines[-SHOWN:][::-1], whole=figures.summed("", lines), groups=_groups(lines, known), first=first,
            last=last, branch=branch, branches=branches, charts=_charts(lines), days=_days(lines), known=known,
            topics=texts.TOPICS, ways=texts.WAYS, results=texts.RESULTS, ratings=texts.RATINGS, count=len(lines), shown=SHOWN,
            args={"first": first.isoformat(), "last": last.isoformat(), "branch": branch},
        )  # fmt: skip

    @may(Act.SEE_DESK)
    def file(self) -> Response:
        """The register and a sheet a grouping."""
        first, last, branch = _span()
        with self._desk.reading() as session:
            lines, known = list(figures.register(session, first, last, branch)), names(session)
        sheets = [
            Sheet(said, ((said[1:], 20), *SUMS), [_sum(one) for one in sums]) for said, sums in _groups(lines, known)
        ]
        body = exports.workbook(Sheet("首问登记", REGISTER, _lines(lines, known)), *sheets, most_rows=EVERY_ROW)
        self._desk.noted("list exported", "cases", detail=f"首问登记 {first}—{last}")
        return exports.downloaded(f"首问登记 {first}—{last}", body)


def _span() -> tuple[date, date, str]:
    """This month, unless the address says other days that can be."""
    today = times.today(times.now())
    first, last = _day(request.args.get("first", "")), _day(request.args.get("last", ""))
    first, last = first or today.replace(day=1), last or today
    if last < first or (last - first).days > LONGEST:
        first, last = today.replace(day=1), today
    return first, last, request.args.get("branch", "").strip()[:64]


def _day(word: str) -> date | None:
    try:
        found = date.fromisoformat(word)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None


def _groups(lines: Sequence[Line], known: dict[str, str]) -> list[tuple[str, list[Sum]]]:
    return [
        ("按月份", figures.grouped(lines, figures.month_of)),
        ("按主题", figures.grouped(lines, lambda one: texts.TOPICS[one.topic])),
        ("按人员", figures.grouped(lines, lambda one: known.get(one.owner, one.owner) or "还没人接")),
        ("按分馆", figures.grouped(lines, lambda one: one.branch)),
    ]


def _charts(lines: Sequence[Line]) -> list[Chart]:
    """What is asked most?"""
    sums = sorted(figures.grouped(lines, lambda one: texts.TOPICS[one.topic]), key=lambda one: -one.came)
    if not sums:
        return []
    title = f"问得最多的是{sums[0].name}：{words.number(sums[0].came)} 个"
    late = [one.late for one in sums]
    return [
        chart(
            title,
            "个",
            "主题",
            [one.name for one in sums],
            ("来了", "full", [one.came for one in sums]),
            ("超时", "hollow", late),
        )
    ]


def _days(lines: Sequence[Line]) -> list[Columns]:
    """How they came in."""
    by_day: dict[date, int] = {}
    for one in lines:
        day = times.today(one.opened_at)
        by_day[day] = by_day.get(day, 0) + 1
    if len(by_day) < 2:
        return []
    points = [(f"{day.month}月{day.day}日", count) for day, count in sorted(by_day.items())]
    most = max(range(len(points)), key=lambda at: points[at][1])
    title = f"{points[most][0]}来得最多：{words.number(points[most][1])} 个"
    return [columns(title, "个", "日子", points, named=_named(len(points), most))]


def _named(count: int, most: int) -> list[int]:
    """The first, the last and the highest, where its name has room between them."""
    room = max(4, count // 8)
    return sorted({0, count - 1} | ({most} if room <= most <= count - 1 - room else set()))


def _lines(lines: Sequence[Line], known: dict[str, str]) -> Iterator[Sequence[object]]:
    for one in lines:
        handed = "、".join(known.get(who, who) for who in one.handed)
        yield (
            one.number, exports.minute(one.opened_at), texts.WAYS[one.way], one.branch, texts.TOPICS[one.topic],
            known.get(one.first_by, one.first_by), known.get(one.owner, one.owner), handed, one.answer_minutes, one.close_minutes,
            texts.RESULTS[one.result] if one.result else "", texts.RATINGS[one.rating] if one.rating else "", one.times_late,
        )  # fmt: skip


def _sum(one: Sum) -> Sequence[object]:
    return one.name, one.came, one.answered, one.closed, one.late, one.answer, one.close, one.rated, one.content
