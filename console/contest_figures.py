"""比赛的数据: how a contest went, with charts, the most liked works and an Excel file; and likes that were held aside."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime

import sqlalchemy as sa
from flask import Blueprint, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from activities.queries import branches
from console import words
from console.charts import Chart, Columns, chart, columns
from console.desk import Desk, by_me, done, drawn, refused
from console.exports import EVERY_ROW, Sheet, downloaded, workbook
from console.needs import EACH, Need
from console.rights import Act, may
from contests import figures, like_checks, queries, texts
from contests.figures import RANKS, Figures, Line, Ranked
from models.contest import Contest, ContestState, Submission, VoteRule
from models.errors import BadInput

MOST_BARS = 14
GROUPS = (
    ("by_group", "按组别"),
    ("by_genre", "按作品类别"),
    ("by_unit", "按单位"),
    ("by_branch", "按分馆"),
    ("by_day", "按天"),
)
HEAD = (("投稿（件）", 12), ("通过（件）", 12), ("点赞（个）", 12), ("播放（次）", 12), ("访问（次）", 12))
RANK_HEAD = (
    ("位次", 8),
    ("编号", 8),
    ("作品", 28),
    ("组别", 14),
    ("点赞（个）", 12),
    ("播放（次）", 12),
    ("访问（次）", 12),
)


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/contests/<number>/figures, …/figures.xlsx, …/likes"""
    views = _Views(desk)
    base = "/contests/<int:number>"
    blueprint.add_url_rule(f"{base}/figures", "contest_figures", views.all)
    blueprint.add_url_rule(f"{base}/figures.xlsx", "contest_figures_file", views.file)
    blueprint.add_url_rule(f"{base}/likes", "contest_likes", views.likes)
    for name, is_fine in (("count", True), ("keep-aside", False)):
        rule = f"{base}/likes/<int:work>/{name}"
        blueprint.add_url_rule(rule, f"likes_{name}", views.deciding(is_fine=is_fine), methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_CONTESTS)
    def all(self, number: int) -> str:
        """The whole in one look; `?by=` what the ranking goes by."""
        by = request.args.get("by", "")
        by = by if by in RANKS else "likes"
        with self._desk.reading() as session:
            contest = session.get(Contest, number) or abort(404)
            found = figures.figures(session, contest, branches=branches(session))
            groups = _groups(session, contest)
            return drawn(
                "contest_figures.html", contest=contest, found=found, charts=_charts(found), days=_days(found.by_day),
                tables=[(name, said, _lines(found, name)) for name, said in GROUPS], ranks=RANKS, by=by, groups=groups,
                ranked=figures.ranking(session, contest, by), waiting=like_checks.count_waiting(session, contest.id),
                has_likes=contest.votes is not VoteRule.NEVER,
            )  # fmt: skip

    @may(Act.SEE_CONTESTS)
    def file(self, number: int) -> Response:
        """A sheet a grouping, and the ranking by likes."""
        with self._desk.reading() as session:
            contest = session.get(Contest, number) or abort(404)
            found = figures.figures(session, contest, branches=branches(session))
            groups = _groups(session, contest)
            sheets = [
                Sheet(
                    said,
                    ((said[1:], 24), *HEAD),
                    map(_line, (*_lines(found, name), *(() if name == "by_branch" else (found.total,)))),
                )
                for name, said in GROUPS
            ]
            ranked = figures.ranking(session, contest, "likes", most=EVERY_ROW)
            rows = [_ranked(one, groups) for one in ranked]
            self._desk.noted("list exported", f"contest {contest.code}", detail="数据")
            title = contest.title
            body = workbook(*sheets, Sheet("点赞榜", RANK_HEAD, rows), most_rows=EVERY_ROW)
        return downloaded(f"{title}-数据", body)

    @may(Act.AWARD_WORKS)
    def likes(self, number: int) -> str:
        """Works whose likes wait for somebody, and what was decided."""
        with self._desk.reading() as session:
            contest = session.get(Contest, number) or abort(404)
            return drawn(
                "contest_likes.html", contest=contest, waiting=like_checks.waiting(session, contest),
                decided=like_checks.decided(session, contest), site=self._desk.site,
            )  # fmt: skip

    def deciding(self, *, is_fine: bool) -> Callable[..., Response]:
        """A view that lets the likes of a work count, or keeps them aside."""

        @may(Act.AWARD_WORKS)
        def view(number: int, work: int) -> Response:
            where = url_for("console.contest_likes", number=number)
            try:
                until = datetime.fromisoformat(request.form.get("until", ""))
                with self._desk.unit() as session:
                    found = session.get(Submission, work)
                    if found is None or found.contest_id != number:
                        abort(404)
                    by = by_me()
                    many = like_checks.decide(session, found, until=until, is_fine=is_fine, by=by)
            except ValueError:
                return refused("这一页没看懂，请刷新后再点一次。", where)
            except BadInput as error:
                return refused(f"没有做成：{error.to_staff}", where)
            return done(f"{many} 个赞已计入。" if is_fine else f"{many} 个赞不计。", where)

        return view


def _groups(session: Session, contest: Contest) -> dict[int, str]:
    return {group.id: texts.group_name(group) for group in queries.groups_of(session, contest)}


def _lines(found: Figures, name: str) -> list[Line]:
    lines: list[Line] = getattr(found, name)
    return lines


def _line(line: Line) -> Sequence[object]:
    return line.name, line.works, line.accepted, line.likes, line.plays, line.visits


def _ranked(one: Ranked, groups: dict[int, str]) -> Sequence[object]:
    group = groups.get(one.work.group_id or 0, "")
    return one.place, one.work.number, one.work.title, group, one.likes, one.plays, one.visits


def _charts(found: Figures) -> list[Chart]:
    """Where there is something to compare."""
    charts = []
    for lines, first in ((found.by_group, "组别"), (found.by_unit[:MOST_BARS], "单位")):
        if len(lines) > 1 and found.total.works:
            most = max((line for line in lines if line.name != figures.ALONE), key=lambda line: line.works)
            title = f"{most.name}交得最多：{words.number(most.works)} 件"
            charts.append(
                chart(
                    title, "件", first, [line.name for line in lines], ("投稿", "hollow", [line.works for line in lines]),
                    ("通过", "full", [line.accepted for line in lines]),
                )
            )  # fmt: skip
    return charts


def _days(lines: Sequence[Line]) -> list[Columns]:
    shown: list[Columns] = []
    for name, said, unit in (("works", "投稿", "件"), ("likes", "点赞", "个"), ("visits", "访问", "次")):
        points = [(_short(line.name), int(getattr(line, name))) for line in lines]
        if len(points) > 1 and any(number for _, number in points):
            most = max(points, key=lambda point: point[1])
            title = f"{most[0]}{said}最多：{words.number(most[1])} {unit}"
            shown.append(columns(title, unit, "日期", points, named=(0, len(points) - 1)))
    return shown


def _short(day: str) -> str:
    found = date.fromisoformat(day)
    return f"{found.month}月{found.day}日"


# ── on 今天 ──


def to_check(session: Session) -> Iterator[Need]:
    """Contests with likes that were held aside."""
    for contest in session.scalars(sa.select(Contest).where(Contest.state == ContestState.JUDGING).limit(EACH)):
        if works := like_checks.count_waiting(session, contest.id):
            yield Need(
                contest.closes_at, "award", "waiting", f"“{contest.title}”有 {works} 件作品的点赞等核对",
                "来得太快的赞先放在一边，没有算进去。", "去核对", url_for("console.contest_likes", number=contest.id),
            )  # fmt: skip
