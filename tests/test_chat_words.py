"""Words readers send that are no question: courtesy, slips, single characters, the desk; and lists by number."""

from datetime import date, datetime, time

import pytest

from handlers.nearest import Vocabulary, words_of
from handlers.router import COMMANDS, NEAREST
from models import times
from models.conversation import Conversation
from tests.world import World

SATURDAY = date(2026, 11, 28)
BRANCHES = ("官塘社区分馆", "乌木山社区分馆")


@pytest.fixture
def library(sqlite_world: World) -> World:
    world = sqlite_world
    times.set_shift(datetime.fromisoformat("2026-11-24T10:00+08:00") - times.now())
    world.plans(
        world.activity("周六故事会", series="绘读慧悦", day=SATURDAY, at=time(9, 30)),
        world.activity("少儿绘本分享", branch=BRANCHES[0], type="讲座", day=date(2026, 12, 5), at=time(9)),
        world.activity("巧手创意DIY", branch=BRANCHES[1], type="手工活动", day=date(2026, 12, 6), at=time(9)),
    )
    return world


COURTESIES = (
    "谢谢", "谢谢您", "好的谢谢", "多谢啦", "再见", "拜拜", "好的", "嗯", "嗯嗯", "知道了", "收到", "ok", "OK！", "哈哈哈",
    "[微笑]", "[微笑][玫瑰]", "/::)", "/:rose", "😀", "👍🏻", "❤️",
)  # fmt: skip


def test_courtesy_is_answered_kindly_with_one_next_step_and_is_no_miss(library: World) -> None:
    replies = {words: library.says("小林", words) for words in COURTESIES}
    assert [words for words, reply in replies.items() if not reply.endswith("想看活动，回复“活动”就好。")] == []
    assert [words for words, reply in replies.items() if "没找到" in reply] == []
    assert library.count(Conversation, Conversation.misses > 0) == 0


def test_a_person_is_always_one_word_away(library: World) -> None:
    phone = {library.says("小林", said).splitlines()[0] for said in ("电话", "图书馆电话", "服务台电话")}
    assert phone == {"请拨服务台电话 0562-0000000，馆员会帮您。"}
    words = ("人工", "转人工", "客服", "服务台", "馆员", "问馆员")
    asked = {library.says("小林", said) for said in words}
    assert len(asked) == 1
    assert "请把想问的话直接打出来" in asked.pop()


def test_the_help_names_the_desk_and_every_example_it_gives_finds_something(library: World) -> None:
    reply = library.says("小林", "帮助")
    assert "0562-0000000" in reply
    assert {"“11月28日”", "“官塘”", "讲座　", "“官塘讲座”"} <= {
        part for part in ("“11月28日”", "“官塘”", "讲座　", "“官塘讲座”") if part in reply
    }
    for words in ("11月28日", "官塘", "讲座", "官塘讲座"):
        assert library.says("小林", words).splitlines()[1].startswith("1. ")


def test_a_library_without_activities_promises_none(world: World) -> None:
    assert "比如" not in world.says("小林", "帮助")
    assert "比如" not in world.happens("小林", "subscribe")
    assert "比如" not in world.says("小林", "啊啊啊")


SLIPS = {"活洞": "活动", "动活": "活动", "活活动": "活动", "huodong": "活动", "周未": "周末", "周莫": "周末",
        "zhoumo": "周末", "今夭": "今天", "明田": "明天", "帮住": "帮助", "分管": "分馆", "会本": "绘本",
        "官唐": "官塘", "宫塘": "官塘", "故是会": "故事会", "桥手创意": "巧手创意", "讲坐": "讲座",}  # fmt: skip


def test_a_slip_is_answered_with_what_was_meant(library: World) -> None:
    replies = {slip: library.says("小林", slip) for slip in SLIPS}
    assert [slip for slip, meant in SLIPS.items() if f"您是想说“{meant}”吗" not in replies[slip]] == []


def test_an_unlikely_suggestion_is_not_made(library: World) -> None:
    for words in ("桥梁", "您真棒棒", "价格", "xq12345zv", "借书证", "abcd"):
        reply = library.says("小林", words)
        assert "没找到" in reply
        assert "您是想说" not in reply


def test_no_word_is_near_itself() -> None:
    commands = (*NEAREST, *COMMANDS)
    assert [words for words in commands if Vocabulary(commands).nearest(words) == words] == []


def test_titles_give_the_words_a_reader_may_have_meant() -> None:
    assert words_of(["绘本·讲座A", "绘本"]) == ("绘本", "讲座")


def test_from_the_third_miss_on_a_person_stands_beside_the_nearest_word(library: World) -> None:
    for _ in range(5):
        library.says("小林", "呜呜呜呜")
    reply = library.says("小林", "周未")
    assert "“周末”" in reply
    assert "0562-0000000" in reply


@pytest.mark.parametrize(
    ("char", "offered"), [("活", "“活动”"), ("动", "“活动”"), ("官", "“官塘”"), ("周", "“周末”、“本周”、“下周”")]
)
def test_a_single_character_is_asked_back(library: World, char: str, offered: str) -> None:
    reply = library.says("小林", char)
    assert reply == f"只有一个“{char}”字，我猜不准。\n您是想看{offered}吗？"
    assert library.count(Conversation) == 0


@pytest.mark.parametrize("words", ["活　动", "活 动", "活动！", "【活动】", "活\n动"])
def test_blanks_and_marks_inside_a_command_do_not_count(library: World, words: str) -> None:
    assert library.says("小林", words) == library.says("老周", "活动")


def test_the_readers_own_writing_is_said_back_on_one_line(library: World) -> None:
    assert library.says("小林", "DIY").startswith("找到和“DIY”有关的活动：")
    assert library.says("小林", "Diy活动").startswith("找到和“Diy”有关的活动：")
    assert library.says("小林", "繪本").startswith("找到和“繪本”有关的活动：")
    assert "“你好啊 世界”" in library.says("小林", "你好啊\n世界\n")


def test_more_and_leave_promise_only_what_is_there(library: World) -> None:
    assert library.says("小林", "更多") == "现在没有打开的列表。回复“活动”看近期安排。"
    assert library.says("小林", "取消").startswith("现在没有要退出的。")
    library.says("小林", "活动")
    assert "已经到底了" in library.says("小林", "更多")
    assert library.says("小林", "取消").startswith("好的，已退出。")


def test_branches_are_a_list_of_their_own_and_a_number_chooses_one(library: World) -> None:
    library.says("小林", "活动")
    reply = library.says("小林", "分馆")
    assert library.titles(reply) == ["总馆", *BRANCHES]
    assert library.says("小林", "2").startswith("官塘社区分馆的活动：\n1. 少儿绘本分享")
    assert library.says("小林", "1").startswith("少儿绘本分享\n")


def test_many_branches_go_on_with_more_and_keep_their_numbers(library: World) -> None:
    library.plans(*[library.activity("读书", branch=f"{n}号楼社区分馆") for n in range(20)], month="2026-12")
    assert len(library.titles(library.says("小林", "分馆"))) == 15
    assert len(library.titles(library.says("小林", "更多"))) == 8
    assert library.says("小林", "23").startswith("19号楼社区分馆的活动：")


@pytest.mark.parametrize(
    ("words", "reply"),
    [
        ("2月30日", "没有2月30日这一天。您是想看“2027年2月28日”吗？"), ("12月32日", "没有12月32日这一天。您是想看“12月31日”吗？"),
        ("13月", "没有13月这个月。您是想看“12月”吗？"), ("99号有活动吗", "没有99号这一天。您是想看“11月30日”吗？"),
    ],
)  # fmt: skip
def test_a_day_that_does_not_exist_is_said_and_the_nearest_offered(library: World, words: str, reply: str) -> None:
    assert library.says("小林", words) == reply


@pytest.mark.parametrize(
    "words", ["总馆", "总馆的活动", "总馆有什么活动", "请问总馆有活动吗", "本馆活动", "主馆近期安排"]
)
def test_a_branch_is_found_with_whatever_politeness_stands_around_it(library: World, words: str) -> None:
    assert library.says("小林", words) == library.says("老周", "总馆")
