"""The conversation as readers have it."""

from datetime import date, datetime, time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities import search
from activities.facets import Facets
from models import times
from models.when import Precision, When
from models.wording import compact, parts
from tests.wechat import links
from tests.world import World, on, openid

SATURDAY = date(2026, 11, 28)


@pytest.fixture(autouse=True)
def _tuesday(world: World) -> None:
    """24 November 2026, ten in the morning in Shanghai."""
    from_now = datetime.fromisoformat("2026-11-24T10:00+08:00") - times.now()
    times.set_shift(from_now)


@pytest.fixture
def library(world: World) -> World:
    world.plans(
        world.activity("周六故事会", series="绘读慧悦", day=SATURDAY, at=time(9, 30), place="二楼"),
        world.activity("知识产权宣传", when=When("11月", Precision.MONTH, date(2026, 11, 1), date(2026, 11, 30)), is_online=True),
        world.activity("科普纪录片", when=When("11月中下旬", Precision.PERIOD, date(2026, 11, 11), date(2026, 11, 30))),
        world.activity("垃圾分类讲座", branch="官塘社区分馆", type="讲座", day=date(2026, 11, 29), at=time(14, 30)),
        world.activity("诗歌鉴赏会", branch="官塘社区分馆", day=date(2026, 11, 7), summary="读几首秋天的诗。"),
        world.activity("少儿绘本分享", branch="乌木山社区分馆", day=date(2026, 12, 5), at=time(9)),
        world.activity("书法展", when=When("", Precision.DAY, date(2026, 11, 20), date(2026, 12, 20))),
    )  # fmt: skip
    return world


def test_a_newcomer_is_greeted_with_the_next_activity_and_what_to_say(library: World) -> None:
    hello = library.happens("小林", "subscribe")
    assert "周六故事会，周六（11月28日）上午9:30" in hello
    assert {"活动", "周末", "帮助"} <= set(hello.replace("“", "”").split("”"))


def test_activities_come_soonest_first_and_vague_ones_stay_vague(library: World) -> None:
    reply = library.says("小林", "活动")
    assert library.titles(reply) == ["周六故事会", "垃圾分类讲座", "知识产权宣传", "科普纪录片", "少儿绘本分享"]
    assert "11月中下旬（日期待定）" in reply
    assert library.titles(library.says("小林", "更多")) == ["书法展"]
    assert "到底了" in library.says("小林", "更多")


def test_a_number_opens_the_details_with_the_page(library: World) -> None:
    library.says("小林", "活动")
    platform = library.platform
    raw = platform.push(**platform.text(openid("小林"), "1"))
    assert "【绘读慧悦】周六故事会" in (raw or "")
    (page,) = links(raw)
    assert library.http.get(page.removeprefix(library.settings.site)).status_code == 200


@pytest.mark.parametrize("number", ["6", "６", "第6个", "六", "第六个"])
def test_numbers_are_understood_in_either_writing_and_run_on_over_pages(library: World, number: str) -> None:
    library.says("小林", "活动")
    library.says("小林", "更多")
    assert library.says("小林", number).startswith("书法展")


def test_a_number_outside_the_list_or_without_one_shows_the_way(library: World) -> None:
    assert "先回复“活动”" in library.says("小林", "3")
    library.says("小林", "周末")
    assert "1 到 3" in library.says("小林", "9")


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("周末", ["周六故事会", "垃圾分类讲座", "书法展"]), ("這個週末", ["周六故事会", "垃圾分类讲座", "书法展"]),
        ("周六", ["周六故事会", "书法展"]), ("星期天", ["垃圾分类讲座", "书法展"]), ("今天", ["书法展"]),
        ("明天有活动吗", ["书法展"]), ("11月28日", ["周六故事会", "书法展"]), ("28号", ["周六故事会", "书法展"]),
        ("下周六", ["少儿绘本分享", "书法展"]), ("12月", ["少儿绘本分享", "书法展"]), ("下个月", ["少儿绘本分享", "书法展"]),
        ("2026年12月", ["少儿绘本分享", "书法展"]), ("官塘", ["垃圾分类讲座"]), ("官塘社區分館", ["垃圾分类讲座"]),
        ("绘本", ["少儿绘本分享"]), ("繪本", ["少儿绘本分享"]), ("讲座", ["垃圾分类讲座"]), ("官塘 讲座", ["垃圾分类讲座"]),
        ("绘读慧悦", ["周六故事会"]), ("「故事会」", ["周六故事会"]), ("诗歌", ["诗歌鉴赏会"]),
        ("本月", ["周六故事会", "垃圾分类讲座", "知识产权宣传", "科普纪录片", "书法展"]),
    ],
)  # fmt: skip
def test_readers_find_what_they_mean(library: World, words: str, titles: list[str]) -> None:
    assert library.titles(library.says("小林", words)) == titles


def test_a_branch_with_nothing_coming_shows_what_was(library: World) -> None:
    library.passes(days=30)
    reply = library.says("小林", "官塘")
    assert "近期没有活动，以前办过" in reply
    assert library.titles(reply) == ["垃圾分类讲座", "诗歌鉴赏会"]
    assert "已经结束" in library.says("小林", "2")


def test_menu_taps_and_typed_words_are_one(library: World) -> None:
    assert library.happens("小林", "CLICK", EventKey="周末") == library.says("小林", "周末")


def test_nonsense_gets_the_nearest_command_and_the_third_time_a_person(library: World) -> None:
    assert "您是想说“活动”吗" in library.says("小林", "活洞")
    assert "没找到" in library.says("小林", "啊啊啊")
    assert "服务台" in library.says("小林", "呜呜呜")
    library.says("小林", "活动")
    assert "没找到" in library.says("小林", "啊啊啊")


def test_drafts_are_seen_by_nobody(world: World) -> None:
    world.plans(world.activity("还没校对的活动", day=SATURDAY), publish=False)
    assert "还没有排定" in world.says("小林", "活动")
    assert "没找到" in world.says("小林", "没校对")


def test_the_same_plan_again_updates_and_never_doubles(library: World) -> None:
    moved = library.activity("周六故事会", series="绘读慧悦", day=date(2026, 11, 29), at=time(10))
    library.plans(moved, library.activity("周六故事会", day=date(2026, 12, 12)))
    reply = library.says("小林", "故事会")
    assert library.titles(reply) == ["周六故事会", "周六故事会"]
    assert "周日（11月29日）上午10:00" in reply
    assert "11月28日" not in reply


def test_a_list_of_the_longest_titles_fits_one_message(world: World) -> None:
    for number in range(5):
        world.plans(
            world.activity("很长的活动名称" * 28, branch=f"{number}号" + "名字很长的社区分馆" * 6, series="系列" * 30,
                           when=When("11月中下旬左右等通知" * 5, Precision.PERIOD, date(2026, 11, 11), date(2026, 11, 30))),
            month=f"2026-0{number + 1}",
        )  # fmt: skip
    raw = world.platform.push(**world.platform.text(openid("小林"), "活动"))
    assert len((raw or "").encode()) <= 2048
    assert len(world.titles(world.says("小林", "活动"))) == 5


def test_a_long_text_goes_on_with_more(world: World) -> None:
    world.plans(world.activity("长文", summary="字" * 3000, day=SATURDAY))
    assert world.says("小林", "长文")
    assert len(world.says("小林", "1").encode()) <= 2048


def test_pictures_voice_and_places_are_answered_kindly(world: World) -> None:
    platform = world.platform
    reply = platform.push(**platform.message(openid("小林"), MsgType="voice", MsgId=5, MediaId="m", Format="amr"))
    assert "听不懂语音" in (reply or "")


TITLES = st.text(alphabet="绘本讲座诗歌展览Ab12 ·《》", min_size=1, max_size=8)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    titles=st.lists(TITLES, min_size=1, max_size=12),
    query=st.text(alphabet="绘本讲座诗歌Ab1 ", min_size=1, max_size=4),
)
def test_the_index_finds_exactly_what_a_plain_scan_would(sqlite_world: World, titles: list[str], query: str) -> None:

    world = sqlite_world
    with world.database.units() as session:
        for table in ("activity_grams", "activities"):
            session.connection().exec_driver_sql(f"DELETE FROM {table}")
    world.plans(*[world.activity(title, when=on(SATURDAY), type="") for title in titles])
    words = parts(query)
    expected = [t for t in titles if words and all(w in compact(t) or w in "总馆" for w in words)]
    if not words:
        return
    with world.database.reading() as session:
        found, skip = [], 0
        while True:
            listing = search.found(session, Facets(words=tuple(words)), now=times.now(), skip=skip)
            found += [activity.title for activity in listing.activities]
            skip += search.PAGE
            if not listing.has_more:
                break
    assert sorted(found) == sorted(expected)
