"""The demo library's plan: shaped after a real district library's month, true in whichever month the demo is opened.

Weekends are for children, weekdays for elders, evenings for readers who work; vague periods stay vague, days of
observance stand on their own dates, and two weekly series reach into next month, so that 周末 always has an answer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta

from activities.plans.plan import Plan, PlannedActivity
from activities.sample_days import OBSERVED
from models import times
from models.activity import MAIN_LIBRARY
from models.when import Precision, When

LIBRARY = "书声图书馆"
VAGUE_WORDS = {"中下旬": (11, 31), "": (1, 31)}
TUE, WED, THU, FRI, SAT, SUN = range(1, 7)


@dataclass(frozen=True, slots=True)
class _Nth:
    """The `n`-th Saturday (…) of the month; n from 1 to 4, so that every month has it."""

    n: int
    weekday: int


@dataclass(frozen=True, slots=True)
class _Every:
    """Each Saturday (…) of the month."""

    weekday: int


@dataclass(frozen=True, slots=True)
class _Run:
    """From one day of the month to another, both included."""

    first: int
    last: int


Day = int | _Nth | _Every | _Run | str  # a day of the month, or the word after "4月" of a vague period


@dataclass(frozen=True, slots=True)
class _Row:
    branch: str
    type: str
    title: str
    day: Day
    clock: tuple[time, time] | tuple[()] = ()
    place: str = ""
    summary: str = ""
    series: str = ""
    online: bool = False
    on_site: bool = True


def _at(start: str, end: str) -> tuple[time, time]:
    return time.fromisoformat(start), time.fromisoformat(end)


_MORNING, _AFTERNOON, _EVENING = _at("09:30", "10:30"), _at("14:30", "16:00"), _at("19:00", "20:30")
_ROWS = (
    _Row(MAIN_LIBRARY, "阅读活动", "植物界的活化石", _Nth(1, SUN), _MORNING, "二楼少儿阅览室",
         "科普绘本导读：银杏、水杉和它们的朋友，读完做一枚叶脉书签。\n领读：少儿部方老师。适合 5—8 岁小朋友，家长陪同，限 20 组家庭。", "绘读慧悦"),
    _Row(MAIN_LIBRARY, "讲座", "从一张老照片读懂一座城", _Nth(3, SAT), _AFTERNOON, "一楼报告厅",
         "主讲：周明远，地方志研究者。带一张家里的老照片来，散场后可以请他看看。\n适合成人和中学生，免费入场，坐满为止。", "书声讲坛"),
    _Row(MAIN_LIBRARY, "培训", "手机拍照与修图", _Nth(2, TUE), _MORNING, "三楼电子阅览室",
         "主讲：信息部小陈。自带手机，手把手教。\n适合 55 岁以上读者，限 24 人。", "银龄课堂"),
    _Row(MAIN_LIBRARY, "阅读活动", "周五夜读：共读《苏东坡传》", _Nth(2, FRI), _EVENING, "三楼研讨室",
         "领读：许闻，中学语文教师。没读过也可以来听。"),
    _Row(MAIN_LIBRARY, "线上展览", "线上科普展览——节气里的传统文化", _Nth(1, FRI),
         summary="手机上就能看的节气图文展。", online=True, on_site=False),
    _Row(MAIN_LIBRARY, "展览", "馆员荐书：一百本值得慢慢读的书", _Run(5, 25), place="一楼大厅",
         summary="馆员写的推荐语就夹在书里，看中了可以直接借走。", online=True),
    _Row(MAIN_LIBRARY, "电影展", "科普纪录片放映", "中下旬", place="一楼报告厅",
         summary="放映日期定下来后会更新在这里。", series="书声悦影"),
    _Row(MAIN_LIBRARY, "手工活动", "手绘环保袋", "中下旬", place="二楼活动室",
         summary="自己画一只环保袋，材料馆里准备。适合 6—12 岁。", series="书声小工匠"),
    _Row(MAIN_LIBRARY, "关爱特殊群体", "关爱留守儿童图书赠阅", "中下旬", summary="志愿者带着新书走进乡村小学。"),
    _Row(MAIN_LIBRARY, "志愿服务活动", "知识产权宣传", "", summary="走进社区，讲讲身边的知识产权。", online=True),
    _Row("官塘社区分馆", "阅读活动", "诗歌鉴赏会：一起读一首好诗", _Nth(1, FRI), _AFTERNOON, "社区活动室",
         "领读：社区诗社沈阿姨。想朗诵的读者带上一首自己喜欢的诗。"),
    _Row("官塘社区分馆", "志愿服务活动", "小小志愿者", _Nth(2, SAT), _AFTERNOON, "借阅区",
         "给图书排排队，领一枚志愿者徽章。适合 8—14 岁，限 12 人。"),
    _Row("乌木山社区分馆", "阅读活动", "少儿绘本阅读分享", _Nth(2, SUN), _MORNING, "绘本角", "适合 3—6 岁小朋友，家长一起来。"),
    _Row("乌木山社区分馆", "志愿服务活动", "旧书换新书", _Nth(3, SAT), _MORNING, "社区广场", "带一本八成新的书来，换走一本没读过的。"),
    _Row("狮子山社区分馆", "手工活动", "巧手创意DIY", _Nth(2, SAT), _AFTERNOON, "二楼手工教室",
         "指导：美术老师林小雨。适合 6—10 岁，材料费免，限 16 人。"),
    _Row("狮子山社区分馆", "讲座", "垃圾分类小课堂", _Nth(3, WED), _AFTERNOON, "一楼会议室",
         "主讲：社区环保志愿者。答对题目送一副可以洗的购物袋。"),
    _Row("学苑社区分馆", "阅读活动", "《平凡的世界》读书会", _Nth(3, THU), _EVENING, "自习室",
         "领读：附近高校的学生读书社。成人和大学生都欢迎。"),
    _Row("学苑社区分馆", "讲座", "家庭理财与防诈骗", _Nth(2, WED), _AFTERNOON, "多功能室", "主讲：社区民警老郑。"),
    _Row("鹞山社区分馆", "讲座", "老年人健康讲座：护好膝关节", _Nth(1, THU), _MORNING, "社区会议室",
         "主讲：社区医院骨科汪医生，讲完可以现场咨询。"),
    _Row("鹞山社区分馆", "阅读活动", "故事妈妈读书交流", _Nth(3, SUN), _AFTERNOON, "亲子角", "怎么给三岁的孩子读书？听几位妈妈说说。"),
    _Row("人民社区分馆", "阅读活动", "“小手拉大手，共建绿色家园”亲子阅读", _Nth(1, SAT), _AFTERNOON, "一楼阅览室",
         "适合 4—9 岁小朋友和家长，限 15 组家庭。"),
    _Row("人民社区分馆", "讲座", "身边的民法典", _Nth(4, THU), _AFTERNOON, "二楼会议室",
         "主讲：公益律师吴倩。租房、遗嘱、邻里纠纷，都可以问。"),
    _Row("天井湖社区分馆", "讲座", "铜陵历史文化讲座", _Nth(2, THU), _AFTERNOON, "天井湖书吧",
         "主讲：市文史馆馆员钱老师。从三千年的铜说起。"),
    _Row("天井湖社区分馆", "书画", "老年书法交流", _Nth(3, TUE), _MORNING, "书画室", "笔墨馆里备好，自带作品可以请老师点评。"),
    _Row("阳光社区分馆", "讲座", "“老有所学”普法课堂", _Nth(1, WED), _MORNING, "一楼活动室", "主讲：司法所工作人员。讲讲养老和继承。"),
    _Row("阳光社区分馆", "展览", "老年国画作品展", _Run(8, 22), place="一楼展厅",
         summary="社区老年大学学员的三十二幅作品，每天 9:00—17:00。"),
    _Row(MAIN_LIBRARY, "阅读活动", "周六故事会：听姥姥讲绘本", _Every(SAT), _MORNING, "二楼少儿阅览室",
         "讲故事的是退休教师赵姥姥。每周六上午，适合 3—8 岁小朋友和家长，不用报名，早来坐前排。", "绘读慧悦"),
    _Row("官塘社区分馆", "讲座", "周日健康讲堂", _Every(SUN), _AFTERNOON, "社区活动室",
         "请社区医生讲讲常见病，免费量血压。适合中老年读者。"),
)  # fmt: skip


def sample_plans(today: date) -> list[Plan]:
    """The plans of this month and, already published, of the next."""
    first, last = times.month_of(today.year, today.month)
    next_first = last + timedelta(days=1)
    return [plan_of(first), plan_of(next_first)]


def plan_of(first: date) -> Plan:
    """The plan of the month that begins on `first`."""
    rows = (_with(row, when) for row in (*_ROWS, *_observed(first.month)) for when in _whens(row, first))
    return Plan(LIBRARY, f"{first:%Y-%m}", tuple(rows), ())


def _observed(month: int) -> Iterator[_Row]:
    for seen in OBSERVED[month]:
        summary = f"{month}月{seen.day}日是{seen.name}。{seen.summary}"
        yield _Row(seen.branch, seen.type, f"“{seen.name}”{seen.title}", seen.day, _AFTERNOON, seen.place, summary)


def _whens(row: _Row, first: date) -> list[When]:
    _, last = times.month_of(first.year, first.month)
    match row.day:
        case str(word):
            return [_vague(word, first, last)]
        case _Run(begins, ends):
            words = f"{first.month}月{begins}日-{ends}日"
            return [When(words, Precision.DAY, first.replace(day=begins), first.replace(day=ends))]
        case _Nth(n, weekday):
            return [on_day(_weekdays(weekday, first, last)[n - 1], *row.clock)]
        case _Every(weekday):
            return [on_day(day, *row.clock) for day in _weekdays(weekday, first, last)]
        case day:
            return [on_day(first.replace(day=day), *row.clock)]


def _weekdays(weekday: int, first: date, last: date) -> list[date]:
    begins = (weekday - first.weekday()) % 7 + 1
    return [first.replace(day=day) for day in range(begins, last.day + 1, 7)]


def _vague(word: str, first: date, last: date) -> When:
    begins, ends = VAGUE_WORDS[word]
    precision = Precision.PERIOD if word else Precision.MONTH
    words = f"{first.month}月{word}"
    return When(words, precision, first.replace(day=begins), last.replace(day=min(ends, last.day)))


def on_day(day: date, begins: time | None = None, ends: time | None = None) -> When:
    """A day of the demo's, with its clock where it has one."""
    words = f"{day.month}月{day.day}日"
    if begins is None:
        return When(words, Precision.DAY, day, day)
    return When(words, Precision.TIME, day, day, begins, ends)


def _with(row: _Row, when: When) -> PlannedActivity:
    return PlannedActivity(
        title=row.title, series=row.series, type=row.type, branch=row.branch, when=when, place=row.place,
        summary=row.summary, is_online=row.online, is_on_site=row.on_site, where="sample",
    )  # fmt: skip
