"""A library of the tests' own: branches, and a November such as libraries plan it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import sqlalchemy as sa
from flask import Flask, request

from activities import changes
from activities.plans.plan import Plan, PlannedActivity
from activities.queries import Shown
from activities.service import branch_called, import_plan
from handlers.turn import House
from models.activity import MAIN_LIBRARY, Activity, ActivityState
from models.by import By
from models.db import Database
from models.when import Precision, When
from pages.site import pages_of

HOUSE = House(library="书声图书馆", site="https://lib.example", desk_phone="0562-5880000")
BRANCHES = (MAIN_LIBRARY, "官塘社区分馆", "乌木山社区分馆", "狮子山社区分馆", "学苑社区分馆")
IMPORTED_AT = datetime(2026, 10, 30, 1, tzinfo=UTC)


@dataclass
class Shelf:
    """Puts activities into the calendar the way a plan does, in as few words as possible."""

    database: Database

    def branch(self, name: str) -> None:
        """A branch, with or without activities."""
        with self.database.units() as session:
            branch_called(session, name)

    def put(
        self,
        title: str,
        text: str,
        *days: date | None,
        precision: Precision | None = None,
        starts_at: time | None = None,
        ends_at: time | None = None,
        month: str = "2026-11",
        state: ActivityState = ActivityState.PUBLISHED,
        **also: Any,
    ) -> str:
        """The new activity's code; `days` are the first and the last day its words allow."""
        first = days[0] if days else None
        last = days[1] if len(days) > 1 else first
        said = precision or (Precision.TIME if starts_at else Precision.DAY)
        planned = planned_at(title, When(text, said, first, last, starts_at, ends_at), **also)
        with self.database.units() as session:
            import_plan(session, Plan(None, month, (planned,), ()), now=IMPORTED_AT)
            row = session.scalars(sa.select(Activity).where(Activity.title == title)).one()
            row.state = state
            return row.code

    def tell(self, code: str, **values: Any) -> str:
        """More about an activity, as staff write it; the same code."""
        with self.database.units() as session:
            row = session.scalars(sa.select(Activity).where(Activity.code == code)).one()
            changes.edit(session, row, values, by=By("陈馆员", IMPORTED_AT))
        return code

    def move(self, code: str, when: When, reason: str) -> str:
        """To another date; the same code."""
        with self.database.units() as session:
            row = session.scalars(sa.select(Activity).where(Activity.code == code)).one()
            changes.move(session, row, when, reason=reason, by=By("陈馆员", IMPORTED_AT))
        return code


def planned_at(title: str, when: When, **also: Any) -> PlannedActivity:
    """A row of a plan with the usual values."""
    columns: dict[str, Any] = {
        "title": title, "series": "", "type": "阅读活动", "branch": MAIN_LIBRARY, "when": when, "place": "",
        "summary": "", "is_online": False, "is_on_site": True, "where": "plan.xlsx:2",
    }  # fmt: skip
    return PlannedActivity(**(columns | also))


def nov(day: int) -> date:
    return date(2026, 11, day)


def fill(shelf: Shelf) -> dict[str, str]:
    """A November such as libraries plan it; the codes by what they are good for in tests."""
    for name in BRANCHES:
        shelf.branch(name)
    put = shelf.put
    return {
        "timed": put(
            "植物界的活化石", "11月28日", nov(28), series="绘读慧悦", starts_at=time(9), ends_at=time(11),
            place="二楼少儿活动室",
            summary="一起读科普绘本，认识银杏、水杉和珙桐。\n讲完可以带一枚银杏叶书签回家。",
        ),
        "day": put("国际儿童图书日读书交流", "11月29日", nov(29), branch="乌木山社区分馆"),
        "vague": put(
            "科普纪录片放映", "11月中下旬", nov(11), nov(30), series="铜官悦影", type="电影展",
            precision=Precision.PERIOD, summary="科普电影放映。",
        ),
        "month": put(
            "知识产权宣传", "11月", nov(1), nov(30), type="志愿服务活动", precision=Precision.MONTH,
            is_online=True,
        ),
        "undated": put("关爱留守儿童图书赠阅", "", type="关爱特殊群体", precision=Precision.OPEN),
        "exhibition": put(
            "世界读书日精选书展", "11月9日-11月29日", nov(9), nov(29), type="展览", place="一楼大厅"
        ),
        "open": put("老年书法长期交流班", "11月17日起", nov(17), None, precision=Precision.OPEN),
        "long": put(
            "“小手拉大手，共建绿色家园”——少年儿童生态文明主题阅读、手绘环保袋与旧书新生交换集市暨第三届社区小小志愿者授旗活动",
            "11月28日", nov(28), branch="官塘社区分馆", type="手工活动",
            starts_at=time(14, 30), ends_at=time(16, 30),
        ),
        "cancelled": put(
            "铜陵历史文化讲座", "11月27日", nov(27), branch="狮子山社区分馆", type="讲座",
            state=ActivityState.CANCELLED, starts_at=time(15),
        ),
        "online": put(
            "线上科普展览——二十四节气里的小雪", "11月25日", nov(25), type="线上展览",
            is_online=True, is_on_site=False,
        ),
        "today": put("世界地球日环保分享", "11月24日", nov(24), branch="学苑社区分馆", starts_at=time(19)),
        "over": put(
            "巧手创意DIY", "11月7日", nov(7), branch="狮子山社区分馆", type="手工活动", starts_at=time(10)
        ),
        "weekend": put(
            "亲子阅读营", "11月21日-11月22日", nov(21), nov(22), starts_at=time(9), ends_at=time(16)
        ),
        "draft": put("还没审的活动", "11月26日", nov(26), state=ActivityState.DRAFT),
    }  # fmt: skip


def shown(title: str, when: When, **also: object) -> Shown:
    """An activity as a page is handed it, without a database."""
    columns: dict[str, object] = {
        "id": 1, "code": "a1", "title": title, "series": "", "type": "讲座", "place": "报告厅",
        "summary": "带笔。", "is_online": False, "is_on_site": True, "branch": "总馆", "when": when,
    }  # fmt: skip
    return Shown(**(columns | also))  # type: ignore[arg-type]


def app_of(database: Database, **options: Any) -> Flask:
    app = Flask("pages_under_test", static_folder=None)
    app.register_blueprint(pages_of(database, HOUSE, **options))

    @app.get("/breaks")
    def breaks() -> str:
        raise LookupError("on purpose")

    @app.post("/wants")
    def wants() -> str:
        return request.form["word"]

    return app
