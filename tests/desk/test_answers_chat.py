"""常见问题 as readers have it, through the signed callback."""

from datetime import timedelta
from typing import Any

import pytest

from activities import branches
from desk.answers import service
from desk.answers.content import Answer, Content, Form, Own
from models import times
from models.activity import Branch
from models.by import By
from models.conversation import ASKED, Conversation
from models.faq import FaqAsked, FaqEntry, FaqHelped, FaqMissed, Fate
from models.outbox import CallKind, OutboxCall
from models.platform import Capability
from tests.desk.entries import APPROVER, CARD, MINI, PAGE, live, question, resource, starter_but, text
from tests.wechat import xml_of
from tests.world import World, openid


@pytest.fixture
def library(world: World) -> World:
    world.plans(
        world.activity("周六故事会", type="阅读活动"),
        world.activity("垃圾分类讲座", branch="官塘社区分馆", type="讲座"),
    )
    starter_but(
        world,
        "停车",
        {"办读者证": "带身份证到服务台，当场办好。", "证件丢失": "带身份证来补办。", "押金": "不收押金。"},
    )
    question(
        world, "停车", "有停车场吗", "停车收费吗",
        answers=(text("地下车库，两小时内免费。"), text("门口有十个车位，免费。", "官塘社区分馆")),
    )  # fmt: skip
    return world


def raw(world: World, words: str, **more: Any) -> str:
    platform = world.platform
    return platform.reply_xml(platform.push_xml(_xml(world, words, **more)))


def _xml(world: World, words: str, **more: Any) -> str:
    return xml_of(world.platform.text(openid("小林"), words, **more))


def topic_of(world: World) -> tuple[str | None, dict[str, Any]]:
    with world.database.reading() as session:
        row = session.get(Conversation, openid("小林"))
        assert row is not None
        return row.topic, {name: value for name, value in row.held.items() if name != "at"}  # the moment


# ── known, half known, not known ──


@pytest.mark.parametrize(
    "words", ["怎么办读者证", "請問怎麼辦讀者證？", "我想办读者证", "你好，请问外地人能办卡吗？"]
)
def test_what_the_library_has_written_is_answered_and_asks_whether_it_helped(library: World, words: str) -> None:
    said = library.says("小林", words)
    assert said.startswith("带身份证到服务台，当场办好。")
    assert "这样回答有用吗？没帮上忙就点没用。" in said
    assert library.count(FaqAsked, FaqAsked.fate == Fate.SURE) == 1


def test_what_the_library_has_not_answered_is_not_answered_by_its_neighbour(world: World) -> None:
    """A lost card and a lost book are asked about in nearly the same words."""
    starter_but(world, "图书丢失", {"证件丢失": "带身份证来补办。"})
    said = world.says("小林", "书丢了怎么办")
    assert "补办" not in said
    assert "问馆员" in world.says("小林", "都不是")
    assert "证件丢失" in world.says("小林", "证丢了怎么办")


def test_what_is_half_known_is_asked_back_and_a_typed_number_answers(library: World) -> None:
    said = library.says("小林", "我的证丢不丢")
    assert said.startswith("您是想问：\n1. ")
    assert "都不是" in said
    names = library.titles(said)
    assert 2 <= len(names) <= 3
    answer = library.says("小林", str(names.index("证件丢失") + 1))
    assert answer.startswith("带身份证来补办")
    assert library.count(FaqAsked, FaqAsked.fate == Fate.UNSURE) == 1
    assert library.count(FaqAsked, FaqAsked.fate == Fate.CHOSEN) == 1


def test_a_number_beside_the_choices_is_told_and_none_of_them_leads_to_a_person(library: World) -> None:
    library.says("小林", "我的证丢不丢")
    assert library.says("小林", "8").startswith("请回复 1 到")
    assert "问馆员" in library.says("小林", "都不是")
    assert topic_of(library) == (ASKED, {"words": "我的证丢不丢"})
    assert library.count(FaqMissed, FaqMissed.words == "我的证丢不丢") == 1


def test_what_is_not_known_is_offered_to_the_desk_with_the_reader_s_own_words(library: World) -> None:
    words = "你会唱歌跳舞吗"
    assert "问馆员" in library.says("小林", words)
    assert topic_of(library) == (ASKED, {"words": words})
    assert library.count(FaqMissed, FaqMissed.words == words) == 1
    assert "服务台" in library.says("小林", "问馆员")


def test_numbers_of_phones_and_cards_are_not_kept_with_words_without_an_answer(library: World) -> None:
    library.says("小林", "给13800138000唱首歌")
    with library.database.reading() as session:
        assert [row.words for row in session.query(FaqMissed)] == ["给…唱首歌"]


# ── the calendar keeps what is its own ──


def test_activities_hours_and_commands_are_answered_as_before(library: World) -> None:
    before = [
        library.says("老周", words) for words in ("活动", "讲座", "几点开门", "官塘讲座", "怎么走", "周末有什么")
    ]
    question(library, "讲座", "有什么讲座", "几点开门", "怎么走", say="这不该出现。")
    again = [library.says("小林", words) for words in ("活动", "几点开门", "官塘讲座", "怎么走", "周末有什么")]
    assert again == [before[0], *before[2:]]


def test_a_way_of_asking_to_the_letter_wins_over_a_word_of_a_title(library: World) -> None:
    library.plans(library.activity("停车安全讲座", type="讲座"), month="2026-12")
    assert library.says("小林", "停车").startswith("地下车库")
    assert library.titles(library.says("小林", "停车安全")) == ["停车安全讲座"]


def test_what_is_nearly_an_activity_is_the_calendar_s(library: World) -> None:
    assert library.says("小林", "手工").startswith("没找到和“手工”有关的活动")
    assert "您是想问" not in library.says("小林", "孩子的手工课")
    assert library.says("小林", "展览").startswith("没找到和“展览”有关的活动")


def test_what_the_bot_knows_by_itself_is_answered_from_its_rows(library: World) -> None:
    own = Answer(form=Form.OWN, own=Own.HOURS)
    live(library, Content("开放时间", ("下班后还能进馆看书吗",), (own,)))
    assert "开放时间还没有登记" in library.says("小林", "下班后还能进馆看书吗")


def test_the_list_on_the_screen_stays_below_an_answer_and_a_miss(library: World) -> None:
    library.says("小林", "活动")
    library.says("小林", "押金多少钱")
    assert library.says("小林", "1").startswith("周六故事会")
    library.says("小林", "活动")
    library.says("小林", "你会唱歌跳舞吗")
    assert library.says("小林", "2").startswith("垃圾分类讲座")


# ── branches, days ──


def test_a_branch_that_is_named_has_its_own_answer(library: World) -> None:
    assert library.says("小林", "有停车场吗").startswith("地下车库")
    assert library.says("小林", "官塘有停车场吗").startswith("（官塘社区分馆）\n门口有十个车位")
    assert library.says("小林", "官塘押金多少钱").startswith("不收押金")


def test_an_entry_of_one_branch_says_so_and_answers_for_no_other(library: World) -> None:
    library.plans(library.activity("书法展", branch="乌木山社区分馆"), month="2026-12")
    question(library, "琴房", "琴房怎么预约", say="到前台登记。", branch="官塘社区分馆")
    assert library.says("小林", "琴房怎么预约").startswith("（官塘社区分馆）\n到前台登记")
    assert "到前台登记" not in library.says("小林", "乌木山琴房怎么预约")


def test_an_answer_follows_its_branch_to_a_new_name(library: World) -> None:
    with library.database.units() as session:
        row = session.query(Branch).filter_by(name="官塘社区分馆").one()
        values = dict.fromkeys(branches.DETAILS, "") | {"name": "官塘水岸分馆"}
        branches.describe(session, row, values, by=By("wang", times.now()))
    assert library.says("小林", "官塘水岸有停车场吗").startswith("（官塘水岸分馆）\n门口有十个车位")


def test_an_entry_is_told_from_its_first_to_its_last_day(library: World) -> None:
    today = times.today(times.now())
    question(
        library,
        "年票",
        "年票怎么买",
        say="窗口买。",
        first_on=today + timedelta(days=1),
        last_on=today + timedelta(days=3),
    )
    assert "窗口买" not in library.says("小林", "年票怎么买")
    library.passes(days=2)
    assert library.says("小林", "年票怎么买").startswith("窗口买")
    library.passes(days=2)
    assert "窗口买" not in library.says("小林", "年票怎么买")


# ── forms ──


def test_a_card_is_a_passive_reply_and_the_same_again(library: World) -> None:
    question(library, "琴房预约", "怎么约琴房", answers=(CARD,))
    platform, push = library.platform, xml_of(library.platform.text(openid("小林"), "怎么约琴房"))
    first = platform.reply_xml(platform.push_xml(push))
    assert "<MsgType><![CDATA[news]]></MsgType><ArticleCount>1</ArticleCount>" in first
    assert "<Title><![CDATA[座位预约]]></Title>" in first
    assert "<Url><![CDATA[https://example.org/seats]]></Url>" in first
    again = platform.reply_xml(platform.push_xml(push))
    assert again.partition("<MsgType>")[2] == first.partition("<MsgType>")[2]
    assert library.says("小林", "没用").startswith("抱歉，没帮上忙")


def test_a_page_has_the_long_answer(library: World) -> None:
    question(library, "办证细则", "办证的详细步骤", answers=(PAGE,))
    said = raw(library, "办证的详细步骤")
    code = said.partition("/f/")[2][:6]
    page = library.http.get(f"/f/{code}")
    assert page.status_code == 200
    assert "第一步，到服务台。" in page.text
    assert 'href="https://example.org/card"' in page.text
    assert library.http.get("/f/ZZZZZZ").status_code == 404


def test_a_mini_program_is_owed_as_a_message_and_the_link_is_there_at_once(library: World) -> None:
    question(library, "知网", "知网账号怎么弄", answers=(MINI,))
    said = raw(library, "知网账号怎么弄")
    assert "小程序“掌上知网”这就发给您" in said
    assert "/f/" in said
    with library.database.reading() as session:
        (call,) = session.query(OutboxCall).filter_by(kind=CallKind.CUSTOMER_MESSAGE)
        assert call.payload["mini"] == {"title": "掌上知网", "appid": MINI.appid, "path": MINI.path}
        assert call.useful_until is not None


def test_without_the_right_a_mini_program_is_a_text_with_a_link(library: World) -> None:
    question(library, "知网", "知网账号怎么弄", answers=(MINI,))
    with library.database.units() as session:
        session.merge(Capability(name="customer_message", is_alive=False, checked_at=times.now(), errcode=48001))
    said = library.says("小林", "知网账号怎么弄")
    assert "请用小程序“掌上知网”：看怎么找到它。" in said
    assert library.count(OutboxCall, OutboxCall.kind == CallKind.CUSTOMER_MESSAGE) == 0


# ── digital resources ──


def test_digital_resources_are_listed_and_found_by_name(library: World) -> None:
    today = times.today(times.now())
    resource(
        library,
        "云上书屋",
        address="https://example.org/books",
        how="用读者证号登录。",
        free_until=today + timedelta(days=20),
    )
    resource(library, "老唱片", address="https://example.org/records", free_until=today - timedelta(days=1))
    listed = library.says("小林", "数字资源")
    assert [title.partition("（")[0] for title in library.titles(listed)] == ["云上书屋", "老唱片"]
    assert "老唱片（免费期已过）" in listed
    one = library.says("小林", "1")
    assert "用读者证号登录。" in one
    assert "免费用到" in one
    assert "已经结束了" in library.says("小林", "老唱片")


def test_without_digital_resources_the_way_on_is_said(world: World) -> None:
    assert "还没有登记数字资源" in world.says("小林", "数字资源")


# ── did it help ──


def test_a_reader_s_word_about_an_answer_is_one_row_and_the_last_one_counts(library: World) -> None:
    library.says("小林", "押金多少钱")
    assert "能帮上您就好" in library.says("小林", "有用")
    library.says("小林", "押金多少钱")
    assert "问馆员" in library.says("小林", "没用")
    assert topic_of(library) == (ASKED, {"words": "押金多少钱"})
    assert library.count(FaqHelped) == 1
    assert library.count(FaqHelped, FaqHelped.is_helpful.is_(False)) == 1


def test_a_tapped_word_means_its_own_answer_however_late(library: World) -> None:
    deposit = _number(library, "押金")
    library.says("小林", "押金多少钱")
    library.says("小林", "有停车场吗")
    library.says("小林", "没用", bizmsgmenuid=f"faq{deposit}")
    assert library.count(FaqHelped, FaqHelped.entry_id == deposit) == 1


def test_useful_alone_means_nothing_of_ours(library: World) -> None:
    library.says("小林", "有用")
    assert library.count(FaqHelped) == 0


def _number(world: World, name: str) -> int:
    with world.database.reading() as session:
        return session.query(FaqEntry.id).filter_by(name=name).scalar()  # type: ignore[no-any-return]


def test_what_a_reader_left_goes_with_them(library: World) -> None:
    library.says("小林", "押金多少钱")
    library.says("小林", "有用")
    library.says("小林", "你会唱歌跳舞吗")
    assert library.count(FaqHelped) + library.count(FaqMissed) == 2
    library.happens("小林", "unsubscribe")
    assert library.count(FaqHelped) + library.count(FaqMissed) == 0
    assert library.count(FaqAsked) == 2  # figures name nobody


# ── changes, and bad input ──


def test_a_change_is_answered_from_the_next_message_on(library: World) -> None:
    assert library.says("小林", "押金多少钱").startswith("不收押金")
    with library.database.units() as session:
        service.stop(session, session.get_one(FaqEntry, _number(library, "押金")), by=By(APPROVER, times.now()))
    assert "不收押金" not in library.says("小林", "押金多少钱")


@pytest.mark.parametrize("words", ["🌹🌹🌹", "？？？", "啊" * 2000, "x" * 2000, "借" * 700, "哈" * 41])
def test_whatever_is_sent_is_answered_kindly(library: World, words: str) -> None:
    assert library.says("小林", words)
    assert library.platform.statuses[-1] == 200


def test_nothing_is_there_yet(world: World) -> None:
    assert "问馆员" in world.says("小林", "怎么办读者证")


def test_one_reader_who_sends_without_end_fills_nothing(library: World) -> None:
    for number in range(200):
        library.says("小林", f"胡言乱语{chr(0x4E00 + 37 * number)}{chr(0x5E00 + 11 * number)}")
    assert library.count(FaqMissed) <= 20


def test_a_server_that_has_begun_knows_all_its_answers_at_the_first_message(sqlite_world: World) -> None:
    """Changed entries are taken in a hundred a message; a start takes them all."""
    names = [f"{one}{two}室在哪里" for one in "甲乙丙丁戊己庚辛壬癸" for two in "子丑寅卯辰巳午未申酉戌亥"]
    for name in names:
        question(sqlite_world, name, say=f"（{name}）")
    sqlite_world.app.extensions["door"].make_ready()
    assert sqlite_world.says("小林", f"请问{names[-1]}呀").startswith(f"（{names[-1]}）")
