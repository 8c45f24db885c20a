"""A mini-program's card on its way: with its picture, while a window is open, and not at all once it is shut."""

from desk.answers.content import Content
from models.outbox import OutboxCall
from tests.desk.entries import CARD, MINI
from tests.desk.entries import live as lives
from tests.live import Live


def test_a_mini_program_stands_on_the_phone_as_a_card(live: Live) -> None:
    lives(live, Content("知网", ("知网账号怎么弄",), (MINI,)))
    reader = live.reader()
    live.phone(reader, type="text", content="知网账号怎么弄")
    live.delivers()
    shown = live.wechat.get(f"/sim/readers/{reader}/screen?after=0")[-1]
    assert (shown["kind"], shown["text"]) == ("miniprogram", "掌上知网")
    assert (shown["content"]["appid"], shown["content"]["pagepath"]) == (MINI.appid, MINI.path)
    assert set(live.states().values()) == {"done"}


def test_with_the_window_shut_the_card_is_dropped_since_the_answer_had_a_link(live: Live) -> None:
    lives(live, Content("知网", ("知网账号怎么弄",), (MINI,)))
    reader = live.reader()
    live.phone(reader, type="text", content="知网账号怎么弄")
    with live.database.units() as session:
        session.query(OutboxCall).update({"useful_until": None})
    live.both_pass(hours=49)
    live.delivers()
    assert set(live.states().values()) == {"dropped"}
    assert "小程序卡片没有发" in live.causes()[0]


def test_a_picture_that_the_platform_forgot_is_handed_over_anew(live: Live) -> None:
    lives(live, Content("知网", ("知网账号怎么弄",), (MINI,)))
    reader = live.reader()
    live.phone(reader, type="text", content="知网账号怎么弄")
    live.delivers()
    live.phone(reader, type="text", content="知网账号怎么弄")
    live.wechat.has("errcode:40007", times=1)
    live.delivers()
    assert set(live.states().values()) == {"done"}


def test_a_card_is_shown_by_the_phone_as_a_passive_reply(live: Live) -> None:
    lives(live, Content("座位预约", ("怎么约座位",), (CARD,)))
    reader = live.reader()
    live.phone(reader, type="text", content="怎么约座位")
    shown = live.wechat.get(f"/sim/readers/{reader}/screen?after=0")[-1]
    assert shown["kind"] == "news"
    assert shown["url"] == CARD.url
