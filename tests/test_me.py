"""/me: what is here of one reader, taken along or cleared."""

import re

import pytest
from werkzeug.test import Client as Browser

from models import binding, times
from models.conversation import Conversation
from models.db import Base
from models.follower import Follower
from models.privacy import tables_about_people
from pages.my_file import HEADS
from tests.test_identity import link_of, pressed
from tests.world import World, openid


@pytest.fixture
def reader(world: World) -> Browser:
    """小林's browser, who follows and has asked something."""
    world.happens("小林", "subscribe")
    world.says("小林", "谁也听不懂的话")
    browser = Browser(world.app)
    pressed(browser, link_of(world))
    return browser


def test_my_word_in_the_chat_leads_to_my_page(world: World) -> None:
    world.happens("小林", "subscribe")
    reply = world.platform.push(**world.platform.text(openid("小林"), "我的"))
    link = re.search(rf'href="{re.escape(world.settings.site)}(/in/[^"]+)"', reply or "")
    assert link is not None
    browser = Browser(world.app)
    assert pressed(browser, link[1]).location == "/me"
    assert "我的资料" in browser.get("/me").text


def test_nobody_is_shown_the_way_in_and_may_clear_nothing(world: World) -> None:
    world.happens("小林", "subscribe")
    stranger = Browser(world.app)
    assert "先认一认您" in stranger.get("/me").text
    token = re.search(r'value="([^"]+)"', stranger.get(link_of(world)).text)
    assert token is not None
    refused = stranger.post("/me/forget", data={"csrf_token": token[1]})
    assert refused.status_code == 403
    assert "什么都没有改动" in refused.text


def test_a_page_without_sections_teaches_the_next_step(reader: Browser) -> None:
    page = reader.get("/me")
    assert "还没有和您有关的活动" in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_my_data_come_as_a_file_in_chinese(reader: Browser) -> None:
    answer = reader.get("/me/export")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "【关注】" in answer.text
    assert "发来的内容：" in answer.text
    assert openid("小林") in answer.text
    assert not re.findall(r"(?m)^[a-z_]+：", answer.text)


def test_every_table_about_people_has_a_heading() -> None:
    assert {table.name for table in tables_about_people()} <= set(HEADS)


def test_clearing_asks_first_then_keeps_the_follower_alone(world: World, reader: Browser) -> None:
    assert "找不回来" in reader.get("/me/forget").text
    assert world.count(Conversation, Conversation.openid == openid("小林")) == 1
    assert "清除好了" in pressed(reader, "/me/forget").text
    left = {table.name for table in tables_about_people() if _rows(world, table.name)}
    assert left == {"followers", "page_refusals"}
    assert world.count(Follower, Follower.followed_at.is_not(None), Follower.last_message_at.is_(None)) == 1
    assert "先认一认您" in reader.get("/me").text
    assert "书声" in world.says("小林", "帮助")


def test_the_word_of_the_chat_leads_to_clearing(world: World) -> None:
    world.happens("小林", "subscribe")
    reply = world.platform.push(**world.platform.text(openid("小林"), "清除我的资料"))
    assert "/in/" in (reply or "")


def test_this_phone_can_be_let_go(world: World, reader: Browser) -> None:
    pressed(reader, "/me", to="/out")
    assert world.count(binding.Binding) == 0
    assert "先认一认您" in reader.get("/me").text


def _rows(world: World, name: str) -> int:
    table = Base.metadata.tables[name]
    with world.database.reading() as session:
        return len(session.execute(table.select().where(table.c.openid == openid("小林"))).all())


def test_a_browser_in_use_stays_bound(world: World, reader: Browser) -> None:
    world.passes(days=20)
    assert "我的资料" in reader.get("/me").text
    world.passes(days=20)
    assert "我的资料" in reader.get("/me").text
    with world.database.reading() as session:
        assert session.query(binding.Binding).one().seen_at <= times.now()
