"""One activity in the chat: what its details say, and being told once the day is fixed."""

from datetime import date, datetime, time

import pytest
import sqlalchemy as sa

from activities import changes
from models import times
from models.activity import Activity, ActivityFollow
from models.by import By
from models.outbox import OutboxCall
from models.when import Precision, When
from tests.world import World, on, openid

VAGUE = When("12月中下旬", Precision.PERIOD, date(2026, 12, 11), date(2026, 12, 31))


@pytest.fixture
def library(world: World) -> World:
    times.set_shift(datetime.fromisoformat("2026-11-24T10:00+08:00") - times.now())
    world.plans(
        world.activity("周六故事会", day=date(2026, 11, 28), at=time(9, 30), place="二楼", summary="听姥姥讲绘本。"),
        world.activity("科普纪录片", when=VAGUE),
    )
    return world


def staff(world: World, title: str, verb: str, *arguments: object, **values: object) -> None:
    with world.database.units() as session:
        activity = session.scalars(sa.select(Activity).where(Activity.title == title)).one()
        getattr(changes, verb)(session, activity, *arguments, by=By("陈馆员", times.now()), **values)


def opened(world: World, title: str, name: str = "小林") -> str:
    number = world.titles(world.says(name, "活动")).index(title) + 1
    return world.says(name, str(number))


def test_the_details_say_what_a_reader_needs_to_come(library: World) -> None:
    staff(
        library,
        "周六故事会",
        "edit",
        {"audience": "亲子", "age_from": 3, "age_to": 8, "fee": "5 元", "materials": "水杯"},
    )
    assert opened(library, "周六故事会").splitlines()[:-1] == [
        "周六故事会", "时间：周六（11月28日）上午9:30", "地点：总馆 · 二楼", "适合：亲子（3—8岁）", "费用：5 元", "要带：水杯", "听姥姥讲绘本。",
    ]  # fmt: skip


def test_what_was_moved_or_cancelled_says_so_before_the_date(library: World) -> None:
    staff(library, "周六故事会", "move", on(date(2026, 11, 29), time(10)), reason="场地检修")
    assert opened(library, "周六故事会").splitlines()[1] == "改期了，原定周六（11月28日）上午9:30：场地检修"
    library.says("小林", "活动")
    staff(library, "周六故事会", "cancel", reason="讲师生病")
    assert library.says("小林", "1").splitlines()[1] == "这场取消了：讲师生病"


def test_who_asked_is_told_the_day_once_it_is_fixed(library: World) -> None:
    assert "打字回复：告诉我" in opened(library, "科普纪录片")
    assert library.says("小林", "告诉我").startswith("好的，“科普纪录片”日期定下来就告诉您")
    assert library.says("小林", "有日期了告诉我").startswith("已经记着了")
    staff(library, "科普纪录片", "move", on(date(2026, 12, 19), time(14)), reason="")
    assert library.count(OutboxCall, OutboxCall.openid == openid("小林")) == 1
    assert library.count(ActivityFollow) == 0
    assert "已经定了：周六（12月19日）下午2:00" in library.says("小林", "告诉我")


def test_a_plan_imported_again_tells_the_day_it_fixes(library: World) -> None:
    opened(library, "科普纪录片")
    library.says("小林", "告诉我")
    library.plans(library.activity("科普纪录片", when=VAGUE, summary="放两部。"))
    assert library.count(OutboxCall) == 0
    for _ in range(2):
        library.plans(library.activity("科普纪录片", day=date(2026, 12, 19), at=time(14)))
    assert library.count(OutboxCall, OutboxCall.openid == openid("小林")) == 1


def test_who_no_longer_wants_to_know_is_not_told(library: World) -> None:
    for name in ("小林", "老周"):
        opened(library, "科普纪录片", name)
        library.says(name, "告诉我")
    assert library.says("小林", "不用告诉我").startswith("好的，不再提醒。")
    library.says("老周", "周末")
    library.says("老周", "不用告诉我")
    assert library.count(ActivityFollow) == 0


def test_a_fixed_day_offers_a_reminder_and_without_an_activity_the_way_is_shown(library: World) -> None:
    assert "日期待定的活动" in library.says("小林", "告诉我")
    assert "告诉我" not in opened(library, "周六故事会")
    assert "要提醒，回复“提醒我”。" in library.says("小林", "告诉我")
    assert library.count(ActivityFollow) == 0


def test_the_longest_details_fit_one_message(world: World) -> None:
    world.plans(world.activity("长" * 200, series="列" * 60, place="地" * 120, summary="字" * 3000))
    staff(world, "长" * 200, "edit", {"audience": "人" * 64, "fee": "元" * 40, "materials": "带" * 200})
    world.says("小林", "活动")
    raw = world.platform.push(**world.platform.text(openid("小林"), "1"))
    assert "打开活动页" in (raw or "")
    assert len((raw or "").encode()) <= 2048
