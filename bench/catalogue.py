"""A library's activities for the load, made up the same way every time: no two titles alike, and every word a
reader of the load uses finds something."""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

_SUBJECTS = """
剪纸 古琴 围棋 书法 国画 陶艺 刺绣 皮影 灯谜 茶艺 香囊 扎染 活字印刷 古籍修复 线装书 篆刻 拓印 风筝 泥塑 木偶
机器人 无人机 编程 天文 昆虫 植物 恐龙 火山 潮汐 星座 航天 深海 气象 桥梁 化石 蘑菇 鸟类 蝴蝶 湿地 种子
唐诗 宋词 论语 红楼梦 西游记 山海经 童谣 寓言 神话 科幻 推理 散文 家书 方言 甲骨文 年画 戏曲 昆曲 评弹
急救 防诈骗 智能手机 养生 太极 营养 睡眠 理财 法律 心理 摄影 合唱 口琴 朗诵 演讲 辩论 桌游 魔方 折纸
运河 丝绸 瓷器 长城 敦煌 乡土 地名 老照片 家谱 博物 建筑 园林 美食 咖啡 面包 编织 手账 漫画 木工
"""
_FORMS = """
工作坊 讲座 体验课 故事会 分享会 展览 亲子课堂 读书会 公开课 沙龙
入门 竞赛 训练营 见面会 导赏 观影会 巡展 研习班 交流会 小剧场
"""
_PLACES = "城东 城西 河口 北苑 南桥 柳溪 石牌 云谷 梅岭 东湖 枫林"
SUBJECTS, FORMS = tuple(_SUBJECTS.split()), tuple(_FORMS.split())
BRANCHES = ("总馆", *(f"{place}分馆" for place in _PLACES.split()))
SERIES = ("", "绘读慧悦", "周三有约", "银龄课堂", "", "书香万家", "少年说", "")
NEVER_ENDS = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Seeded:
    """One activity as it stands in the database under load."""

    number: int
    title: str
    series: str
    type: str
    branch: str
    place: str
    summary: str
    date_text: str
    precision: str
    starts_on: date
    ends_on: date | None
    starts_at: time | None

    @property
    def last_on(self) -> date:
        """The last day its words allow."""
        return self.ends_on or NEVER_ENDS

    @property
    def is_vague(self) -> bool:
        """Some day inside, not fixed yet."""
        return self.precision in ("period", "month")

    def touches(self, first: date, last: date) -> bool:
        """May it take place on a day from first to last?"""
        return self.starts_on <= last and self.last_on >= first


@dataclass(frozen=True)
class Catalogue:
    """All of them, and the day they were made for."""

    activities: tuple[Seeded, ...]
    today: date

    @cached_property
    def by_title(self) -> dict[str, Seeded]:
        """Titles are unique."""
        return {activity.title: activity for activity in self.activities}


def library_today() -> date:
    """The day in the library's zone."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


def catalogue(count: int) -> Catalogue:
    """`count` activities: from a past that grows with the library to 75 days ahead, all kinds of dates."""
    today = library_today()
    draw = random.Random(20261124)
    pairs = [(subject, form) for subject in SUBJECTS for form in FORMS]
    draw.shuffle(pairs)
    behind = int(75 * max(1.0, (count / 100) ** 0.5))
    made = (_activity(number, pairs, today, behind, draw) for number in range(count))
    return Catalogue(tuple(made), today)


def _activity(number: int, pairs: list[tuple[str, str]], today: date, behind: int, draw: random.Random) -> Seeded:
    subject, form = pairs[number % len(pairs)]
    issue = number // len(pairs)
    day = today + timedelta(days=draw.randint(-behind, 75))
    if number < 3:  # this weekend never stands empty
        day = today + timedelta(days=6 - today.weekday())
    date_text, precision, starts_on, ends_on, starts_at = _when(number, day, draw)
    return Seeded(
        number=number + 1,
        title=f"{subject}{form}{f'第{issue + 1}期' if issue else ''}",
        series=draw.choice(SERIES),
        type=form,
        branch=draw.choice(BRANCHES),
        place=draw.choice(("一楼报告厅", "二楼活动室", "少儿馆", "")),
        summary=f"一起了解{subject}：从头讲起，适合第一次接触的读者，材料由图书馆准备，请提前十分钟到场。",
        date_text=date_text,
        precision=precision,
        starts_on=starts_on,
        ends_on=ends_on,
        starts_at=starts_at,
    )


_When = tuple[str, str, date, date | None, time | None]


def _when(number: int, day: date, draw: random.Random) -> _When:
    said, kind = f"{day.month}月{day.day}日", 0.0 if number < 3 else draw.random()
    if kind < 0.60:
        hour = draw.randint(9, 19)
        return f"{said}{hour}:30", "time", day, day, time(hour, 30)
    if kind < 0.75:
        return said, "day", day, day, None
    if kind < 0.80:
        end = day + timedelta(days=draw.randint(3, 30))
        return f"{said}-{end.month}月{end.day}日", "day", day, end, None
    if kind < 0.90:
        return f"{day.month}月中旬", "period", day.replace(day=11), day.replace(day=20), None
    if kind < 0.97:
        following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
        return f"{day.month}月", "month", day.replace(day=1), following - timedelta(days=1), None
    return f"{said}起", "open", day, None, None
