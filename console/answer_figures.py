"""用得怎样: what was asked of 常见问题, how surely it was answered and whether it helped, with charts and as Excel."""

from datetime import date, timedelta

from flask import Blueprint, Response, request

from console import words
from console.charts import Chart, Columns, chart, columns
from console.desk import Desk, drawn
from console.exports import Sheet, downloaded, workbook
from console.rights import Act, may
from desk.answers import queries
from desk.answers.queries import Figures
from models import times
from models.faq import Fate

SPANS = {"30": "最近 30 天", "7": "最近 7 天", "90": "最近 90 天", "365": "最近一年"}
MOST_BARS, MOST_ROWS = 12, 50
FATES = {Fate.SURE: "直接回答", Fate.UNSURE: "请读者选", Fate.CHOSEN: "选了一个", Fate.MISS: "没答上"}


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/answers/figures, …/figures.xlsx"""
    views = _Views(desk)
    blueprint.add_url_rule("/answers/figures", "answer_figures", views.all)
    blueprint.add_url_rule("/answers/figures.xlsx", "answer_figures_file", views.file)


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def _found(self) -> tuple[str, Figures]:
        span = request.args.get("days", "30")
        span = span if span in SPANS else "30"
        today = times.today(times.now())
        with self._desk.reading() as session:
            return span, queries.figures(session, since=today - timedelta(days=int(span) - 1), until=today)

    @may(Act.SEE_DESK)
    def all(self) -> str:
        """In figures and two charts."""
        span, found = self._found()
        return drawn(
            "answer_figures.html", found=found, fates=FATES, span=span, spans=SPANS, charts=_charts(found), days=_days(found),
            rows=found.top[:MOST_ROWS], F=Fate,
        )  # fmt: skip

    @may(Act.SEE_DESK)
    def file(self) -> Response:
        """A line an entry, a line a day."""
        span, found = self._found()
        whole = Sheet(
            "总数", (("", 16), ("次数", 10)),
            [*((FATES[fate], count) for fate, count in found.fates.items()), ("有用", found.helped), ("没用", found.not_helped)],
        )  # fmt: skip
        each = Sheet(
            "每个问题", (("问题", 30), ("答了（次）", 12), ("有用（位）", 12), ("没用（位）", 12), ("有用的百分比", 14)),
            [(name, used.asked, used.helped, used.not_helped, used.percent) for _, name, used in found.top],
        )  # fmt: skip
        days = Sheet(
            "每一天", (("日子", 14), ("答上（次）", 12), ("没答上（次）", 12)), [(day.isoformat(), *two) for day, *two in found.days]
        )  # fmt: skip
        self._desk.noted("list exported", "answers", detail=f"用得怎样，{SPANS[span]}")
        return downloaded("常见问题用得怎样", workbook(whole, each, days))


def _charts(found: Figures) -> list[Chart]:
    """What is asked most?"""
    rows = found.top[:MOST_BARS]
    if len(rows) < 2:
        return []
    title = f"问得最多的是“{rows[0][1]}”：{words.number(rows[0][2].asked)} 次"
    return [
        chart(title, "次", "问题", [name for _, name, _ in rows], ("答了", "full", [one.asked for *_, one in rows]))
    ]


def _days(found: Figures) -> list[Columns]:
    """On which day was most not answered?"""
    points = [(_day(day), missed) for day, _, missed in found.days]
    most = max(range(len(points)), key=lambda at: points[at][1])
    if not points[most][1]:
        return []
    title = f"没答上最多的是{points[most][0]}：{words.number(points[most][1])} 次"
    return [
        columns(
            title,
            "次",
            "日子",
            points,
            named=sorted({most, *(place for place in (0, len(points) - 1) if abs(place - most) > len(points) // 5)}),
        )
    ]


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
