"""Places near the reader, through the signed callback; and that where a reader is, is written down nowhere."""

import json
import logging
from datetime import timedelta

import pytest
import sqlalchemy as sa

from activities import hours
from models import times
from models.conversation import Conversation
from models.db import Base
from models.inbox import Push, PushState
from models.opening import Closure
from models.when import Precision, When
from tests.places.town import (
    BY_GUANTANG,
    branch_id,
    chooses_location,
    place,
    route,
    sends_location,
    town,
)
from tests.wechat import links
from tests.world import World, openid

HERE = BY_GUANTANG.latitude, BY_GUANTANG.longitude


def test_a_location_near_guantang_gives_three_places_open_now_and_what_is_on_today(world: World) -> None:
    town(world)
    reply = sends_location(world, "小林", *HERE)
    lines = reply.splitlines()
    assert lines[:5] == [
        "离您最近的三处：",
        "1. 官塘社区分馆 · 步行约 3 分钟",
        "现在开着，到 23:58",
        "今天 “诗歌鉴赏会”",
        "官塘社区分馆路1号 看地图",
    ]
    assert [line for line in lines if line[:2] in ("2.", "3.")] == [
        "2. 总馆 · 步行约 28 分钟",
        "3. 乌木山社区分馆 · 约 4.0 公里",
    ]
    assert lines[-1] == "发数字看详情和那里的活动。"


def test_what_is_on_some_day_of_the_month_is_not_said_to_be_on_today(world: World) -> None:
    town(world)
    first, last = times.month_of(times.today(times.now()).year, times.today(times.now()).month)
    vague = When(f"{first.month}月", Precision.MONTH, first, last)
    world.plans(world.activity("知识产权宣传", branch="官塘社区分馆", when=vague), month="2026-10")
    reply = sends_location(world, "小林", *HERE)
    assert "知识产权" not in reply
    assert "今天 “诗歌鉴赏会”" in reply


def test_a_closure_changes_it_and_taking_it_back_changes_it_again(world: World) -> None:
    town(world)
    today, number = times.today(times.now()), branch_id(world, "官塘社区分馆")
    with world.database.units() as session:
        closure = hours.close(
            session, branch_id=number, first_on=today, last_on=today, reason="检修电路",
        )  # fmt: skip
        number = closure.id
    assert sends_location(world, "小林", *HERE).splitlines()[2].startswith("今天闭馆（检修电路），明天（")
    with world.database.units() as session:
        hours.reopen(session, session.get_one(Closure, number))
    assert sends_location(world, "小林", *HERE).splitlines()[2] == "现在开着，到 23:58"


def test_a_number_opens_the_place_with_its_week_its_way_and_its_activities(world: World) -> None:
    town(world)
    sends_location(world, "小林", *HERE)
    reply = world.says("小林", "1")
    assert reply.startswith(
        "官塘社区分馆（分馆）\n现在开着，到 23:58\n平时：每天 0:00—23:58\n能办：借书、还书\n地址：铜官区官塘社区分馆路1号\n看地图"
    )
    assert "接下来的活动：\n· " in reply
    assert "诗歌鉴赏会" in reply
    assert "回复“官塘”看全部 1 场。" in reply
    assert world.says("小林", "9") == "刚才列的是 1 到 3，请发其中一个数字，或再发一次位置。"


def test_the_map_opens_at_the_place_and_not_where_the_reader_is(world: World) -> None:
    town(world)
    fields = {"Location_X": str(HERE[0]), "Location_Y": str(HERE[1]), "Scale": "16", "Label": ""}
    push = {**world.platform.text(openid("小林"), ""), "MsgType": "location", **fields}
    found = links(world.platform.push(**push))
    assert len(found) == 3
    assert found[0].startswith("https://apis.map.qq.com/uri/v1/marker?marker=coord:30.945200,117.833100;title:")
    assert str(HERE[0]) not in "".join(found)


def test_the_menus_button_and_the_message_that_comes_with_it_are_answered_once(world: World) -> None:
    town(world)
    assert chooses_location(world, "小林", *HERE).startswith("离您最近的三处：\n1. 官塘社区分馆")
    assert sends_location(world, "小林", *HERE) == ""
    world.passes(seconds=20)
    assert sends_location(world, "小林", *HERE).startswith("离您最近的三处：")


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ((0, 0), "没有收到能用的位置"), (("", ""), "没有收到能用的位置"), (("abc", "117"), "没有收到能用的位置"),
        ((48.85, 2.35), "这个位置不在国内"), (("nan", "117"), "经纬度要写成数字"), ((117.83, 30.94), "经度写反了"),
    ],
)  # fmt: skip
def test_what_is_no_place_in_the_country_is_answered_kindly(
    world: World, at: tuple[object, object], said: str
) -> None:
    town(world)
    reply = sends_location(world, "小林", *at)
    assert said in reply
    assert "回复“分馆”看各馆" in reply


def test_where_the_reader_is_stands_in_no_table_and_no_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    town(world)
    with caplog.at_level(logging.DEBUG):
        sends_location(world, "小林", *HERE)
        chooses_location(world, "老周", *HERE)
        world.says("小林", "1")
    assert world.count(Push) == 3
    dumped = json.dumps(
        [[str(value) for value in row] for table in Base.metadata.sorted_tables for row in _rows(world, table)],
        ensure_ascii=False,
    )
    assert "官塘社区分馆" in dumped  # it could have stood there
    for told in (str(HERE[0]), str(HERE[1]), "幸福小区", "30.946", "117.834"):
        assert told not in dumped
        assert told not in caplog.text


def _rows(world: World, table: sa.Table) -> list[sa.Row[tuple[object, ...]]]:
    with world.database.reading() as session:
        return list(session.execute(sa.select(table)))


def test_two_locations_chosen_at_once_cannot_be_told_apart_by_the_key_of_their_push(world: World) -> None:
    town(world)
    chooses_location(world, "小林", *HERE)
    with world.database.reading() as session:
        one = session.scalars(sa.select(Push.key)).one()
    chooses_location(world, "小林", 30.91, 117.80)
    keys = world.count(Push, Push.key == one)
    assert keys == 1
    assert world.count(Push, Push.state == PushState.FAILED) == 0


@pytest.mark.parametrize(
    "said",
    [
        "附近",
        "最近的馆",
        "离我最近的图书馆",
        "附近有图书馆吗",
        "附近有没有图书馆",
        "我附近哪里有图书馆",
        "周边的书房",
    ],
)
def test_without_a_location_it_asks_for_one_and_names_places(world: World, said: str) -> None:
    town(world)
    reply = world.says("小林", said)
    assert reply.startswith("想看离您最近的馆，请点左下角的键盘")
    assert "不会存下来" in reply
    assert "官塘附近" in reply


@pytest.mark.parametrize(
    "said", ["附近哪里可以还书", "哪里可以还书", "还书去哪里", "哪儿能还书", "最近的还书点在哪里"]
)
def test_a_need_waits_for_the_location_and_leaves_out_what_does_not_offer_it(world: World, said: str) -> None:
    town(world)
    place(world, "滨江书房", at="30.9460, 117.8341")
    reply = world.says("小林", said)
    assert "可以还书的有：总馆、官塘社区分馆、乌木山社区分馆。" in reply
    reply = sends_location(world, "小林", *HERE)
    assert reply.startswith("离您最近、可以还书的三处：\n1. 官塘社区分馆")
    assert "滨江书房" not in reply
    assert sends_location(world, "老周", *HERE).splitlines()[1].startswith("1. 滨江书房")


def test_a_need_nobody_has_entered_is_said_and_the_nearest_are_told(world: World) -> None:
    town(world, does="")
    world.says("小林", "附近可以打印吗")
    assert sends_location(world, "小林", *HERE).startswith(
        "哪里可以打印还没有登记，去之前请先打电话问一声。\n离您最近的三处："
    )


def test_a_place_by_its_name_a_street_and_one_that_nobody_knows(world: World) -> None:
    town(world)
    place(world, "滨江书房", address="学苑路8号", does="自习、还书")
    assert world.says("小林", "官塘附近有图书馆吗").startswith(
        "离官塘社区分馆最近的三处：\n1. 官塘社区分馆 · 步行约 1 分钟"
    )
    assert world.says("小林", "学苑路附近有书房吗").startswith("离滨江书房最近的三处：\n1. 滨江书房")
    assert world.says("小林", "滨江书房").startswith("滨江书房（书房）\n现在开着，到 23:58")
    assert world.says("小林", "月亮村附近有图书馆吗").startswith("“月亮村”我还不认识。想看离您最近的馆")


@pytest.mark.parametrize(
    "said", ["附近有什么活动", "官塘", "最近有什么活动", "最近的活动", "官塘在哪里", "今天", "怎么还书"]
)
def test_questions_about_other_things_stay_what_they_were(world: World, said: str) -> None:
    town(world)
    reply = world.says("小林", said)
    assert "离" not in reply.splitlines()[0]
    assert "想看离您最近" not in reply


@pytest.mark.parametrize("said", ["我要还书", "还书", "在哪还书"])
def test_who_wants_to_return_books_is_asked_where_they_are(world: World, said: str) -> None:
    town(world)
    answer = world.says("小林", said)
    assert "可以还书的" in answer
    assert "官塘社区分馆" in answer


def test_the_study_room_near_by_is_a_place_to_study(world: World) -> None:
    town(world)
    place(world, "滨江书房")
    world.says("小林", "附近的自习室")
    assert "可以自习的一处" in sends_location(world, "小林", BY_GUANTANG.latitude, BY_GUANTANG.longitude)


def test_the_map_is_made_anew_for_places_and_not_for_activities(world: World) -> None:
    town(world)
    place(world, "滨江书房")
    asked: list[str] = []

    def hears(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement) if "FROM places" in statement else None

    world.says("小林", "滨江书房")
    sa.event.listen(world.database.engine, "before_cursor_execute", hears)
    world.plans(world.activity("剪纸课"), month="2020-03")
    asked.clear()
    assert world.says("小林", "滨江书房").startswith("滨江书房（书房）")
    assert asked == []
    place(world, "江南书房")
    assert world.says("小林", "江南书房").startswith("江南书房（书房）")
    sa.event.remove(world.database.engine, "before_cursor_execute", hears)


# ── the bus ──
def bus(world: World) -> None:
    tomorrow = times.today(times.now()) + timedelta(days=1)
    for number, name in enumerate(("官塘小学", "柳村广场")):
        day = tomorrow + timedelta(days=number)
        said = f"{day.year}年{day.month}月{day.day}日 9:00-11:00"
        place(world, name, kind="流动服务点", hours=said, at="30.9465, 117.8345", does="借书、还书", branch="总馆")
    route(world, "东线", "官塘小学", "柳村广场")


def test_a_stop_near_by_says_when_the_bus_comes(world: World) -> None:
    town(world)
    bus(world)
    reply = sends_location(world, "小林", *HERE)
    tomorrow = times.today(times.now()) + timedelta(days=1)
    assert f"流动图书车下次来：明天（{times.weekday(tomorrow)}）9:00—11:00" in reply


def test_the_bus_is_asked_for_and_a_closure_of_its_branch_keeps_it_away(world: World) -> None:
    town(world)
    bus(world)
    reply = world.says("小林", "流动图书车什么时候来")
    tomorrow = times.today(times.now()) + timedelta(days=1)
    assert reply.splitlines()[1] == f"1. 明天（{times.weekday(tomorrow)}）9:00—11:00 官塘小学"
    assert world.says("小林", "2").startswith("柳村广场（流动服务点）\n流动图书车下次来：")
    assert "线路：东线" in world.says("小林", "图书车来官塘小学吗")
    with world.database.units() as session:
        hours.close(session, branch_id=None, first_on=tomorrow, last_on=tomorrow, reason="盘点")
    assert "官塘小学" not in world.says("小林", "流动图书车什么时候来")


def test_every_answer_fits_one_message_however_long_names_are(world: World) -> None:
    town(world)
    for number in range(3):
        place(
            world, f"{number}号" + "文化广场旁边的城市书房和二十四小时自助图书馆" * 1,
            address="天井湖街道湖滨路与长江中路交叉口东北角文化中心一楼大厅" * 2,
            at=f"30.9461, 117.83{42 + number}", way="公交" * 40, district="天井湖街道",
        )  # fmt: skip
    fields = {"Location_X": str(HERE[0]), "Location_Y": str(HERE[1]), "Scale": "16", "Label": ""}
    raw = world.platform.push(**{**world.platform.text(openid("小林"), ""), "MsgType": "location", **fields})
    assert raw is not None
    assert len(raw.encode()) <= 2048
    assert "更多" not in raw
    assert world.says("小林", "1").startswith("0号")


def test_what_is_held_of_the_conversation_are_places_and_no_coordinates(world: World) -> None:
    town(world)
    sends_location(world, "小林", *HERE)
    with world.database.reading() as session:
        held = session.scalars(sa.select(Conversation.held)).one()
    assert set(held) == {"ids", "by", "at"}


def test_help_names_the_word_where_there_is_a_map(world: World) -> None:
    world.plans(world.activity())
    assert "附近" not in world.says("小林", "帮助")
    town(world)
    assert "附近　发个位置，找最近的馆" in world.says("小林", "帮助")


def test_without_any_place_on_the_map_the_way_on_is_told(world: World) -> None:
    world.plans(world.activity())
    assert "位置还没有登记" in sends_location(world, "小林", *HERE)
