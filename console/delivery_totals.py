"""送书统计: a year by kind, quarter, place and route, with its bars, its sentence and its Excel file."""

from collections.abc import Iterator, Sequence
from datetime import date

from flask import Blueprint, Response, request

from activities.places import totals
from activities.places.totals import Sum, Totals
from console import exports, words
from console.charts import Chart, chart
from console.desk import Desk, drawn, note
from console.exports import Sheet
from console.rights import Act, may
from models import times

MOST_BARS = 12
GROUPS = (("by_kind", "按七进"), ("by_quarter", "按季度"), ("by_route", "按线路"), ("by_spot", "按地点"))
_COLUMNS = (("送书（次）", 12), ("送书（册）", 12), ("换书（册）", 12), ("服务（人次）", 14), ("团体（个）", 12))


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/deliveries/totals, /console/deliveries/totals.xlsx"""
    views = _Views(desk)
    blueprint.add_url_rule("/deliveries/totals", "delivery_totals", views.page)
    blueprint.add_url_rule("/deliveries/totals.xlsx", "delivery_totals_file", views.file)


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_DESK)
    def page(self) -> str:
        """A year in one look."""
        year = _year()
        with self._desk.reading() as session:
            found = totals.totals(session, date(year, 1, 1), date(year, 12, 31))
            years = sorted({times.today(times.now()).year, *totals.years(session)}, reverse=True)
        groups = [(said, getattr(found, name)) for name, said in GROUPS]
        return drawn(
            "delivery_totals.html", year=year, years=years, totals=found, groups=groups, charts=_charts(found),
            sentence=totals.sentence(found, f"{year}年"),
        )  # fmt: skip

    @may(Act.SEE_DESK)
    def file(self) -> Response:
        """A sheet a grouping."""
        year = _year()
        with self._desk.unit() as session:
            found = totals.totals(session, date(year, 1, 1), date(year, 12, 31))
            note(session, "list exported", "deliveries", detail=str(year))
        sheets = [
            Sheet(said, ((said[1:], 28), *_COLUMNS), _cells(getattr(found, name), found.whole))
            for name, said in GROUPS
        ]
        return exports.downloaded(f"送书统计 {year}", exports.workbook(*sheets))


def _year() -> int:
    word = request.args.get("year", "")
    return int(word) if word.isdecimal() and 2000 <= int(word) <= 2100 else times.today(times.now()).year


def _cells(lines: Sequence[Sum], whole: Sum) -> Iterator[Sequence[object]]:
    for one in lines:
        yield one.name or "没有写", one.times, one.books, one.swapped, one.people, one.groups
    yield "合计", whole.times, whole.books, whole.swapped, whole.people, whole.groups


def _charts(found: Totals) -> list[Chart]:
    if not found.whole.times:
        return []
    kinds, quarters = found.by_kind[:MOST_BARS], found.by_quarter
    most, fullest = kinds[0], max(quarters, key=lambda one: one.people)
    charts = [
        chart(f"{most.name or '没有写哪一进的'}去得最多：{words.number(most.times)} 次", "次", "七进", [one.name or "没有写" for one in kinds],
              ("送书", "full", [one.times for one in kinds])),
    ]  # fmt: skip
    if fullest.people:
        title = f"{fullest.name}服务的人最多：{words.number(fullest.people)} 人次"
        charts.append(
            chart(
                title,
                "人次",
                "季度",
                [one.name for one in quarters],
                ("服务", "full", [one.people for one in quarters]),
            )
        )
    busiest = max(quarters, key=lambda one: one.books)
    if busiest.books:
        title = f"{busiest.name}送书最多：{words.number(busiest.books)} 册"
        charts.append(chart(
            title, "册", "季度", [one.name for one in quarters], ("送书", "full", [one.books for one in quarters]),
            ("换书", "second", [one.swapped for one in quarters]),
        ))  # fmt: skip
    return charts
