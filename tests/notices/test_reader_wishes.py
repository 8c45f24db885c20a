"""A reader wants no notices: said in the chat or on /me, kept until they unfollow, and told honestly."""

import re

import pytest
from werkzeug.test import Client as Browser

from models import times
from models.notice import NoticeOptOut
from models.reminder import ReminderWish
from notices.audience import wishes
from tests.notices.broadcasting import DAY, notice, sent_to
from tests.test_identity import link_of, pressed
from tests.world import World, openid

HONEST = "微信每月几次群发给全部读者的文章，不归我们挑人"


@pytest.fixture
def lin(world: World) -> World:
    world.happens("小林", "subscribe")
    return world


def wants(world: World) -> bool:
    with world.database.reading() as session:
        return wishes.wants(session, openid("小林"))


@pytest.mark.parametrize("words", ["不再收通知", "退订通知", "别发通知"])
def test_it_is_said_in_one_word_and_taken_back_in_another(lin: World, words: str) -> None:
    reply = lin.says("小林", words)
    assert reply.startswith("好的，以后不再单独给您发通知。")
    assert HONEST in reply
    assert not wants(lin)
    assert "图书馆的通知：不收，要改就回复“恢复通知”。" in lin.says("小林", "提醒设置")
    assert lin.says("小林", "恢复通知").startswith("好的，和您有关的通知会再发给您。")
    assert wants(lin)
    assert "图书馆的通知：在收" in lin.says("小林", "提醒设置")


def test_bare_words_ask_which_where_a_notice_was_just_sent(lin: World) -> None:
    assert lin.says("小林", "退订").endswith("图书馆的通知也不想收，回复“不再收通知”。")
    with lin.database.units() as session:
        sent_to(session, notice(session), [openid("小林")], at=times.now() - DAY)
    asked = lin.says("小林", "退订")
    assert lin.says("小林", "9") == "请发 1 到 3 之间的数字。"
    assert asked.startswith("您想退订哪一样？\n1. 图书馆的通知")
    assert lin.says("小林", "2").startswith("好的，以后不再提醒。")
    assert wants(lin)
    lin.says("小林", "退订")
    assert lin.says("小林", "3").startswith("好的，通知和提醒都不再发。")
    assert not wants(lin)
    assert lin.count(ReminderWish) == 1
    lin.says("小林", "恢复通知")
    lin.says("小林", "退订")
    assert HONEST in lin.says("小林", "1")
    assert not wants(lin)


def test_it_is_kept_when_data_are_cleared_and_forgotten_with_the_reader(lin: World) -> None:
    lin.says("小林", "不再收通知")
    browser = Browser(lin.app)
    pressed(browser, link_of(lin))
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/me/forget").text)
    assert token is not None
    assert browser.post("/me/forget", data={"csrf_token": token[1]}).status_code == 200
    assert not wants(lin)
    lin.happens("小林", "unsubscribe")
    assert lin.count(NoticeOptOut) == 0


def test_it_is_a_switch_on_my_page(lin: World) -> None:
    browser = Browser(lin.app)
    pressed(browser, link_of(lin))
    page = browser.get("/me").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    assert "还没有和您有关的活动" in page
    for path, wanted in (("off", False), ("off", False), ("on", True)):
        answer = browser.post(f"/me/notices/{path}", data={"csrf_token": token[1]})
        assert (answer.status_code, answer.location) == (303, "/me#notices")
        assert wants(lin) is wanted
        assert ("不再单独给您发通知" in browser.get("/me").text) is not wanted
    assert Browser(lin.app).post("/me/notices/off", data={"csrf_token": token[1]}).status_code in (400, 403)
    assert wants(lin)
