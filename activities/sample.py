"""The demo library's plan: the facts of a real district library's April, moved into the current month.

Days keep their place in the month, vague periods stay vague, and two weekly series reach into next month, so
that 周末 has an answer on every day of the year.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta

from activities.plans.plan import Plan, PlannedActivity
from models import times
from models.activity import MAIN_LIBRARY
from models.when import Precision, When

LIBRARY = "书声图书馆"
VAGUE_WORDS = {"中下旬": (11, 31), "": (1, 31)}


@dataclass(frozen=True, slots=True)
class _Row:
    branch: str
    type: str
    title: str
    day: int | str  # a day of the month, or the word after "4月" of a vague period
    clock: tuple[time, time] | None = None
    place: str = ""
    summary: str = ""
    series: str = ""
    online: bool = False
    on_site: bool = True


def _at(start: str, end: str) -> tuple[time, time]:
    return time.fromisoformat(start), time.fromisoformat(end)


_MORNING, _AFTERNOON, _EVENING = _at("09:30", "10:30"), _at("14:30", "16:00"), _at("19:00", "20:30")
_ROWS = (
    _Row(MAIN_LIBRARY, "阅读活动", "植物界的活化石", 2, _MORNING, "二楼少儿阅览室", "科普绘本导读：银杏、水杉和它们的朋友。", "绘读慧悦"),
    _Row(MAIN_LIBRARY, "线上展览", "线上科普展览——节气里的传统文化", 5, summary="手机上就能看的节气图文展。", online=True, on_site=False),
    _Row(MAIN_LIBRARY, "电影展", "科普纪录片放映", "中下旬", place="一楼报告厅", summary="放映日期定下来后会更新在这里。", series="书声悦影"),
    _Row(MAIN_LIBRARY, "手工活动", "手绘环保袋", "中下旬", place="二楼活动室", summary="自己画一只环保袋，材料馆里准备。",
         series="书声小工匠", online=True),
    _Row(MAIN_LIBRARY, "关爱特殊群体", "关爱留守儿童图书赠阅", "中下旬", summary="志愿者带着新书走进乡村小学。"),
    _Row(MAIN_LIBRARY, "展览", "世界读书日精选书展", "中下旬", place="一楼大厅", summary="一百本值得慢慢读的书，线上同步展出。", online=True),
    _Row(MAIN_LIBRARY, "志愿服务活动", "知识产权宣传", "", summary="走进社区，讲讲身边的知识产权。", online=True),
    _Row("官塘社区分馆", "阅读活动", "迎读书节诗歌鉴赏会", 7, _AFTERNOON, "社区活动室"),
    _Row("官塘社区分馆", "志愿服务活动", "小小志愿者", 9, _MORNING, "社区分馆", "给图书排排队，领一枚志愿者徽章。"),
    _Row("乌木山社区分馆", "阅读活动", "少儿绘本阅读分享", 8, _MORNING, "绘本角", "适合 3—6 岁小朋友，家长一起来。"),
    _Row("乌木山社区分馆", "志愿服务活动", "“小小志愿者”志愿服务", 15, _MORNING),
    _Row("狮子山社区分馆", "手工活动", "巧手创意DIY", 8, _AFTERNOON, "二楼手工教室"),
    _Row("狮子山社区分馆", "志愿服务活动", "“世界地球日”环境保护宣传", 22, _MORNING),
    _Row("学苑社区分馆", "讲座", "垃圾分类知识宣传", 9, _AFTERNOON),
    _Row("学苑社区分馆", "阅读活动", "世界读书日读书会", 20, _EVENING, "自习室"),
    _Row("鹞山社区分馆", "阅读活动", "“国际儿童图书日”读书交流", 2, _AFTERNOON),
    _Row("鹞山社区分馆", "讲座", "“世界卫生日”老年人健康讲座", 7, _MORNING, "社区会议室"),
    _Row("人民社区分馆", "阅读活动", "“小手拉大手，共建绿色家园”亲子阅读", 7, _AFTERNOON),
    _Row("人民社区分馆", "讲座", "“两会”精神学习", 22, _AFTERNOON),
    _Row("天井湖社区分馆", "讲座", "铜陵历史文化讲座", 7, _AFTERNOON, "天井湖书吧"),
    _Row("天井湖社区分馆", "书画", "老年书法交流", 21, _MORNING),
    _Row("阳光社区分馆", "讲座", "“老有所学”普法课堂", 4, _MORNING),
    _Row("阳光社区分馆", "展览", "老年国画作品展", 8, _at("09:00", "17:00"), "一楼展厅"),
)  # fmt: skip
_WEEKLY = (
    (5, _Row(MAIN_LIBRARY, "阅读活动", "周六故事会：听姥姥讲绘本", 0, _MORNING, "二楼少儿阅览室",
             "每周六上午，适合 3—8 岁小朋友和家长。", "绘读慧悦")),
    (6, _Row("官塘社区分馆", "讲座", "周日健康讲堂", 0, _AFTERNOON, "社区活动室", "请社区医生讲讲常见病，免费量血压。")),
)  # fmt: skip


def sample_plans(today: date) -> list[Plan]:
    """The plans of this month and, already published, of the next."""
    first, last = times.month_of(today.year, today.month)
    next_first = last + timedelta(days=1)
    return [_plan(first), _plan(next_first)]


def _plan(first: date) -> Plan:
    rows = [_planned(row, first) for row in _ROWS] + list(_weekly(first))
    return Plan(LIBRARY, f"{first:%Y-%m}", tuple(rows), ())


def _weekly(first: date) -> Iterator[PlannedActivity]:
    _, last = times.month_of(first.year, first.month)
    for weekday, row in _WEEKLY:
        day = first + timedelta(days=(weekday - first.weekday()) % 7)
        while day <= last:
            yield _with(row, _on(day, row.clock))
            day += timedelta(days=7)


def _planned(row: _Row, first: date) -> PlannedActivity:
    if isinstance(row.day, int):
        return _with(row, _on(first.replace(day=row.day), row.clock))
    _, last = times.month_of(first.year, first.month)
    begins, ends = VAGUE_WORDS[row.day]
    precision = Precision.PERIOD if row.day else Precision.MONTH
    words = f"{first.month}月{row.day}"
    return _with(row, When(words, precision, first.replace(day=begins), last.replace(day=min(ends, last.day))))


def _on(day: date, clock: tuple[time, time] | None) -> When:
    words = f"{day.month}月{day.day}日"
    if clock is None:
        return When(words, Precision.DAY, day, day)
    return When(words, Precision.TIME, day, day, *clock)


def _with(row: _Row, when: When) -> PlannedActivity:
    return PlannedActivity(
        title=row.title, series=row.series, type=row.type, branch=row.branch, when=when, place=row.place,
        summary=row.summary, is_online=row.online, is_on_site=row.on_site, where="sample",
    )  # fmt: skip
