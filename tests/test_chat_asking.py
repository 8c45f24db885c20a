"""Questions of several parts, asked in the chat: found, said back, and asked more widely where nothing is."""

from datetime import date, datetime, time

import pytest
import sqlalchemy as sa

from activities import changes
from models import times
from models.activity import Activity
from models.by import By
from models.when import Precision, When
from tests.world import World, on

SATURDAY, SUNDAY = date(2026, 11, 28), date(2026, 11, 29)


@pytest.fixture
def library(world: World) -> World:
    """Tuesday, 24 November 2026, ten in the morning."""
    times.set_shift(datetime.fromisoformat("2026-11-24T10:00+08:00") - times.now())
    world.plans(
        world.activity("周六故事会：听姥姥讲绘本", day=SATURDAY, at=time(9, 30), summary="适合 3—8 岁小朋友和家长。"),
        world.activity("周日健康讲堂", branch="官塘社区分馆", type="讲座", day=SUNDAY, at=time(14, 30)),
        world.activity("老年书法交流", branch="天井湖社区分馆", type="书画", day=SATURDAY, at=time(19)),
        world.activity("少儿绘本分享", branch="官塘社区分馆", day=date(2026, 12, 5), at=time(9)),
        world.activity("铜陵历史讲座", type="讲座", day=date(2026, 12, 8), at=time(14, 30)),
        world.activity("科普纪录片放映", type="电影展", when=When("12月中下旬", Precision.PERIOD, date(2026, 12, 11), date(2026, 12, 31))),
        world.activity("节气图文展", type="线上展览", when=on(date(2026, 12, 9)), is_online=True, is_on_site=False),
        world.activity("三月诗会", day=date(2027, 3, 27), at=time(14)),
        world.activity("少儿绘本分享", branch="乌木山社区分馆", day=date(2026, 11, 7), at=time(9)),
    )  # fmt: skip
    return world


def edited(world: World, title: str, **values: object) -> None:
    with world.database.units() as session:
        activity = session.scalars(sa.select(Activity).where(Activity.title == title)).one()
        changes.edit(session, activity, values, by=By("陈馆员", times.now()))


FOUND: list[tuple[str, str, list[str]]] = [
    ("周末 绘本", "这个周末（11月28日—11月29日），和“绘本”有关的活动：", ["周六故事会：听姥姥讲绘本"]),
    ("周末绘本", "这个周末（11月28日—11月29日），和“绘本”有关的活动：", ["周六故事会：听姥姥讲绘本"]),
    ("官塘 29号", "11月29日（周日）官塘社区分馆的活动：", ["周日健康讲堂"]),
    ("官塘12月", "12月官塘社区分馆的活动：", ["少儿绘本分享"]),
    ("12月讲座", "12月，和“讲座”有关的活动：", ["铜陵历史讲座"]),
    ("12月的电影", "12月，和“电影”有关的活动：", ["科普纪录片放映"]),
    ("周六有什么给孩子的活动吗", "周六（11月28日），适合孩子的活动：", ["周六故事会：听姥姥讲绘本"]),
    ("请问周末有讲座吗", "这个周末（11月28日—11月29日），和“讲座”有关的活动：", ["周日健康讲堂"]),
    ("官塘這個月有講座嗎", "11月接下来官塘社区分馆，和“讲座”有关的活动：", ["周日健康讲堂"]),
    ("三岁", "找到适合3岁的活动：", ["周六故事会：听姥姥讲绘本", "少儿绘本分享"]),
    ("官塘亲子 讲座", "官塘社区分馆没有适合亲子一起、和“讲座”有关的活动。", ["周日健康讲堂"]),
    ("适合老人的活动", "找到适合老人的活动：", ["老年书法交流"]),
    ("周六晚上", "周六（11月28日）晚上的活动：", ["老年书法交流"]),
    ("周六上午有什么", "周六（11月28日）上午的活动：", ["周六故事会：听姥姥讲绘本"]),
    ("线上活动", "找到线上的活动：", ["节气图文展"]),
    ("官塘和天井湖", "官塘社区分馆、天井湖社区分馆的活动：", ["老年书法交流", "周日健康讲堂", "少儿绘本分享"]),
    ("三月诗会", "找到和“三月诗会”有关的活动：", ["三月诗会"]),
    ("周六故事会", "找到和“周六故事会”有关的活动：", ["周六故事会：听姥姥讲绘本"]),
    ("乌木山", "乌木山社区分馆近期没有活动，以前办过：", ["少儿绘本分享"]),
    ("7号 乌木山", "12月7日（周一）乌木山社区分馆还没有排定的活动。", ["少儿绘本分享"]),
]  # fmt: skip


def test_a_question_of_any_shape_is_answered(library: World) -> None:
    for words, heading, titles in FOUND:
        reply = library.says("小林", words)
        assert (words, reply.splitlines()[0], library.titles(reply)) == (words, heading, titles)


WIDENED: list[tuple[str, list[str], list[str]]] = [
    ("周末电影", ["这个周末（11月28日—11月29日）没有和“电影”有关的活动。", "别的日子有："], ["科普纪录片放映"]),
    ("官塘 电影", ["官塘社区分馆没有和“电影”有关的活动。", "别的馆有："], ["科普纪录片放映"]),
    ("周末 量子力学", ["这个周末（11月28日—11月29日）没有和“量子力学”有关的活动。", "这个周末（11月28日—11月29日）的活动："],
     ["周六故事会：听姥姥讲绘本", "老年书法交流", "周日健康讲堂"]),
    ("周日下午 绘本", ["周日（11月29日）下午没有和“绘本”有关的活动。", "周日（11月29日）下午的活动："], ["周日健康讲堂"]),
    ("明天", ["明天（11月25日 周三）还没有排定的活动。", "近期的活动："],
     ["周六故事会：听姥姥讲绘本", "老年书法交流", "周日健康讲堂", "少儿绘本分享", "铜陵历史讲座"]),
]  # fmt: skip


def test_where_nothing_is_the_narrowest_part_is_let_go_and_said_so(library: World) -> None:
    for words, lines, titles in WIDENED:
        reply = library.says("小林", words)
        assert (words, reply.splitlines()[:2], library.titles(reply)) == (words, lines, titles)


def test_a_festival_is_its_days_and_where_they_are_empty_a_word_of_a_title(library: World) -> None:
    library.plans(library.activity("元旦灯谜会", day=date(2026, 12, 30)), month="2027-01")
    reply = library.says("小林", "元旦有什么活动")
    assert reply.splitlines()[:2] == ["元旦（2027年1月1日）还没有排定的活动。", "找到和“元旦”有关的活动："]
    assert library.titles(reply) == ["元旦灯谜会"]
    library.plans(library.activity("新年音乐会", day=date(2027, 1, 1)), month="2027-02")
    assert library.titles(library.says("小林", "元旦有什么活动")) == ["新年音乐会"]


def test_more_goes_on_with_the_question_as_it_was_widened(library: World) -> None:
    library.plans(*[library.activity(f"绘本课{n}", day=date(2026, 12, 10 + n)) for n in range(8)], month="2026-12")
    first = library.says("小林", "明天 绘本")
    more = library.says("小林", "更多")
    assert first.splitlines()[1] == more.splitlines()[0] == "别的日子有："
    assert library.titles(first)[:2] == ["周六故事会：听姥姥讲绘本", "少儿绘本分享"]
    assert library.titles(more) == [f"绘本课{n}" for n in range(3, 8)]
    assert library.says("小林", "7").startswith("绘本课4\n")


def test_ages_of_its_own_say_more_than_an_activitys_words(library: World) -> None:
    edited(library, "周日健康讲堂", age_from=3, age_to=6)
    edited(library, "周六故事会：听姥姥讲绘本", age_from=7, age_to=10)
    assert library.titles(library.says("小林", "3岁")) == ["周日健康讲堂", "少儿绘本分享"]
    assert "周六故事会：听姥姥讲绘本" in library.titles(library.says("小林", "8岁"))
    edited(library, "铜陵历史讲座", age_from=55)
    assert library.titles(library.says("小林", "适合老人的讲座")) == ["铜陵历史讲座"]


def test_the_audience_staff_write_is_looked_at(library: World) -> None:
    edited(library, "铜陵历史讲座", audience="退休的朋友、银龄读者")
    assert library.titles(library.says("小林", "老年人的讲座")) == ["铜陵历史讲座"]


def test_what_costs_something_is_not_free(library: World) -> None:
    edited(library, "铜陵历史讲座", fee="10 元")
    assert library.titles(library.says("小林", "免费讲座")) == ["周日健康讲堂"]
