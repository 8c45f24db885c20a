"""效果: what became of a notice, and notices beside each other, with a chart and as Excel."""

from collections.abc import Sequence

from flask import Blueprint, abort
from werkzeug.wrappers import Response

from console import words
from console.charts import Chart, Columns, chart, columns
from console.desk import Desk, drawn
from console.exports import Sheet, downloaded, minute, workbook
from console.rights import Act, may
from models import times
from models.notice import Notice
from notices import figures
from notices.figures import Figures, Line
from notices.sending.texts import WAYS

MOST_BARS = 12
HEAD = (
    ("通知", 30), ("发出", 18), ("怎么发", 16), ("写下的读者（位）", 16), ("送出（位）", 12), ("被过滤（位）", 12), ("失败（位）", 12),
    ("还在路上（位）", 14), ("阅读（人次）", 14), ("报名（份）", 12), ("一天内取关（位）", 16), ("平常一天取关（位）", 18),
)  # fmt: skip
WHOLE_HEAD = (
    ("通知", 30), ("送出（位）", 12), ("被过滤（位）", 12), ("失败（位）", 12), ("阅读（人次）", 14), ("点链接（人次）", 14), ("报名（份）", 12),
    ("一天内取关（位）", 16),
)  # fmt: skip


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/notices/figures, …/figures.xlsx, /console/notices/<number>/figures"""
    views = _Views(desk)
    blueprint.add_url_rule("/notices/figures", "notice_comparison", views.all)
    blueprint.add_url_rule("/notices/figures.xlsx", "notice_comparison_file", views.file)
    blueprint.add_url_rule("/notices/<int:number>/figures", "notice_figures", views.one)


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_NOTICES)
    def one(self, number: int) -> str:
        """One notice: each of its broadcasts, its links day by day."""
        with self._desk.reading() as session:
            notice = session.get(Notice, number) or abort(404)
            found = figures.figures(session, notice, times.now())
            return drawn("notice_figures.html", found=found, ways=WAYS, days=_days(found))

    @may(Act.SEE_NOTICES)
    def all(self) -> str:
        """Those that went out, beside each other."""
        with self._desk.reading() as session:
            found = figures.compared(session, times.now())
            return drawn("notice_comparison.html", rows=found, charts=_charts(found))

    @may(Act.SEE_NOTICES)
    def file(self) -> Response:
        """A line a notice, and a line a broadcast."""
        with self._desk.reading() as session:
            found = figures.compared(session, times.now())
            whole = Sheet("通知", WHOLE_HEAD, [_whole(one) for one in found])
            each = Sheet("每次发送", HEAD, [_line(one, line) for one in found for line in one.lines])
            links = Sheet(
                "链接", (("通知", 30), ("链接", 40), ("点（人次）", 12)),
                [(one.notice.title, tapped.name or tapped.path, tapped.taps) for one in found for tapped in one.tapped],
            )  # fmt: skip
            articles = Sheet(
                "文章", (("通知", 30), ("发出", 18), ("文章", 40), ("阅读（人）", 12), ("分享（人）", 12), ("算到", 14)),
                [
                    (one.notice.title, minute(line.at), title, read.readers, read.shared, read.until)
                    for one in found for line in one.lines for title, read in line.articles
                ],
            )  # fmt: skip
            body = workbook(whole, each, articles, links)
        self._desk.noted("list exported", "notices", detail="效果")
        return downloaded("通知效果", body)


def _whole(one: Figures) -> Sequence[object]:
    return one.notice.title, one.sent, one.filtered, one.failed, one.read, one.taps, one.sign_ups, one.gone


def _line(one: Figures, line: Line) -> Sequence[object]:
    return (
        one.notice.title, minute(line.at), WAYS[line.broadcast.way], line.wanted, line.sent,
        line.filtered, line.failed, line.waiting, line.read, line.sign_ups, line.gone, line.usually,
    )  # fmt: skip


def _charts(found: Sequence[Figures]) -> list[Chart]:
    """Which was read by most, which was followed most?"""
    return [*_most_read(found), *_most_followed(found)]


def _most_read(found: Sequence[Figures]) -> list[Chart]:
    rows = sorted(((one.read, one.notice.title) for one in found if one.read), key=lambda row: -row[0])[:MOST_BARS]
    if len(rows) < 2:
        return []
    most, title = rows[0]
    head = f"阅读最多的是“{title}”：{words.number(most)} 人次"
    return [chart(head, "人次", "通知", [name for _, name in rows], ("阅读", "full", [many for many, _ in rows]))]


def _most_followed(found: Sequence[Figures]) -> list[Chart]:
    rows = sorted(
        (one for one in found if one.taps or one.sign_ups), key=lambda one: (-one.taps, -(one.sign_ups or 0))
    )[:MOST_BARS]
    if len(rows) < 2:
        return []
    first = rows[0]
    title = f"点得最多的是“{first.notice.title}”：{words.number(first.taps)} 人次"
    names = [one.notice.title for one in rows]
    taps, entries = [one.taps for one in rows], [one.sign_ups or 0 for one in rows]
    return [chart(title, "人次", "通知", names, ("点链接", "full", taps), ("报名", "hollow", entries))]


def _days(found: Figures) -> list[Columns]:
    """How the taps came in."""
    points = found.by_day
    if len(points) < 2:
        return []
    most = max(range(len(points)), key=lambda at: points[at][1])
    title = f"{points[most][0]}点的人最多：{words.number(points[most][1])} 人次"
    return [columns(title, "人次", "日子", points, named=sorted({0, most, len(points) - 1}))]
