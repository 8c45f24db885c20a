"""A reader wants no notices: said in the chat or on /me, kept until they unfollow, and told honestly."""

import re

import pytest
from werkzeug.test import Client as Browser

from models import times
from models.notice import Broadcast, BroadcastPart, Notice, NoticeOptOut, Outcome, PartState, Way
from models.outbox import CallState, OutboxCall
from models.reminder import ReminderWish
from notices.audience import wishes
from notices.sending import letters, owed
from notices.service import version_of
from tests.notices.broadcasting import DAY, broadcast, freezes, frozen, notice, readers, sent_to
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


def frozen_by(world: World, way: Way) -> int:
    """A broadcast whose list is written: Aa, bb, cc, whatever order a database finds right."""
    with world.database.units() as session:
        row = broadcast(session, mine := notice(session), way)
        row.digest = version_of(session, mine, 1).digest
        number = row.id
    freezes(world, number)
    return number


def owes(world: World, number: int) -> None:
    with world.database.units() as session:
        row = session.get_one(Broadcast, number)
        letters.owe_part(session, row, session.get_one(Notice, row.notice_id), times.now(), urgent=True)


def said_no(world: World, openid: str) -> None:
    with world.database.units() as session:
        wishes.stop(session, openid, now=times.now())


LEFT_OUT = (0, Outcome.LEFT_OUT, "说过不再收通知")


def test_who_says_no_once_the_list_is_written_is_left_out_all_the_same(world: World) -> None:
    readers(world, "Aa", "bb", "cc")
    one_by_one, by_list = frozen_by(world, Way.MESSAGES), frozen_by(world, Way.MASS_LIST)
    said_no(world, "bb")
    owes(world, one_by_one)
    assert world.count(OutboxCall, OutboxCall.openid == "bb") == 0
    assert world.count(OutboxCall, OutboxCall.key.in_([f"broadcast:{one_by_one}:{who}" for who in ("Aa", "cc")])) == 2
    with world.database.units() as session:
        row = session.get_one(Broadcast, by_list)
        part = BroadcastPart(broadcast_id=by_list, number=1, client_id="one", state=PartState.OWED)
        assert owed._audience(session, row, part) == {"openids": ["Aa", "cc"]}
    assert frozen(world, one_by_one)["bb"] == frozen(world, by_list)["bb"] == LEFT_OUT
    said_no(world, "cc")
    with world.database.units() as session:
        assert (
            owed._audience(session, session.get_one(Broadcast, by_list), part) is None
        )  # WeChat takes no list of one


def test_who_says_no_has_taken_back_what_is_owed_them_and_nobody_else(world: World) -> None:
    readers(world, "Aa", "bb", "cc")
    waiting, open_still, done = (frozen_by(world, Way.MESSAGES) for _ in range(3))
    for number in (waiting, open_still, done):
        owes(world, number)
    with world.database.units() as session:
        for call in session.query(OutboxCall).where(OutboxCall.key.like(f"broadcast:{waiting}:%")):
            call.state = CallState.WAITING
        for call in session.query(OutboxCall).where(OutboxCall.key.like(f"broadcast:{done}:%")):
            call.state = CallState.DONE
    said_no(world, "bb")
    with world.database.reading() as session:
        found = {call.key: (call.state, call.cause) for call in session.query(OutboxCall)}
    for number in (waiting, open_still):
        assert found[f"broadcast:{number}:bb"] == (CallState.DROPPED, "说过不再收通知")
        assert found[f"broadcast:{number}:Aa"][0] in (CallState.OWED, CallState.WAITING)
        assert frozen(world, number)["bb"][1:] == LEFT_OUT[1:]
    assert found[f"broadcast:{done}:bb"] == (CallState.DONE, "")
    assert frozen(world, done)["bb"][1] is Outcome.OWED
