"""Who is the reader on a page: links of the chat, 我是本人, and 不是我."""

import re
from datetime import timedelta

import pytest
from werkzeug.test import Client as Browser
from werkzeug.test import TestResponse

from handlers.turn import House
from models import binding, links, times
from models.links import Purpose, opened, sealed_link
from models.outbox import OutboxCall
from tests.world import World, openid


def link_of(world: World, name: str = "小林", path: str = "/plan") -> str:
    """What the chat would hand out now, as a path."""
    settings = world.settings
    url = House(settings.library, settings.site, "", settings.secret_key).link_for(openid(name), path, times.now())
    return url.removeprefix(settings.site)


def pressed(browser: Browser, page: str, to: str | None = None) -> TestResponse:
    """The page is opened and its form sent, with its token."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(page).text)
    assert token is not None
    return browser.post(to or page, data={"csrf_token": token[1]})


def browser_of(world: World) -> Browser:
    return Browser(world.app)


@pytest.fixture
def read(world: World) -> World:
    """小林 and 老周 follow."""
    for name in ("小林", "老周"):
        world.happens(name, "subscribe")
    return world


def test_the_address_shows_no_openid_and_opens_for_its_purpose_alone() -> None:
    now = times.now()
    token = sealed_link("s" * 32, "oXiaoLin", Purpose.PAGES, "/me", now)
    assert "oXiaoLin" not in token
    found = opened("s" * 32, token, Purpose.PAGES, now)
    assert found is not None
    assert (found.openid, found.subject) == ("oXiaoLin", "/me")
    assert opened("t" * 32, token, Purpose.PAGES, now) is None
    assert opened("s" * 32, token[:-2] + "AA", Purpose.PAGES, now) is None
    assert opened("s" * 32, "好", Purpose.PAGES, now) is None
    assert opened("s" * 32, token, Purpose.PAGES, now + links.GOOD_FOR) is None


def test_opening_a_link_binds_nobody_and_tells_nobody_whose_it_is(read: World) -> None:
    page = browser_of(read).get(link_of(read))
    assert page.status_code == 200
    assert "我是本人" in page.text
    assert openid("小林") not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert read.count(binding.Binding) == 0


def test_the_tap_binds_the_browser_and_says_so_in_the_chat(read: World) -> None:
    answer = pressed(browser_of(read), link_of(read))
    assert (answer.status_code, answer.location) == (303, "/plan")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert read.count(binding.Binding, binding.Binding.openid == openid("小林")) == 1
    assert read.count(OutboxCall, OutboxCall.openid == openid("小林"), OutboxCall.key.startswith("bound:")) == 1


def test_a_second_browser_with_the_same_link_is_sent_to_the_chat(read: World) -> None:
    link = link_of(read)
    second = browser_of(read)
    second.get(link)
    assert pressed(browser_of(read), link).status_code == 303
    refused = pressed(second, link)
    assert refused.status_code == 403
    assert "已经用过" in refused.text
    assert read.count(binding.Binding) == 1


def test_the_same_form_sent_twice_by_one_browser_goes_on_and_binds_once(read: World) -> None:
    browser, link = browser_of(read), link_of(read)
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(link).text)
    assert token is not None
    answers = [browser.post(link, data={"csrf_token": token[1]}).status_code for _ in range(2)]
    assert answers == [303, 303]
    assert read.count(binding.Binding) == 1


def test_a_form_without_its_token_binds_nobody_and_says_so_kindly(read: World) -> None:
    browser, link = browser_of(read), link_of(read)
    browser.get(link)
    refused = browser.post(link)
    assert refused.status_code == 400
    assert "什么都没有改动" in refused.text
    assert read.count(binding.Binding) == 0


@pytest.mark.parametrize("spoil", [lambda link: link[:-3] + "xyz", lambda link: "/in/x"])
def test_a_forged_link_binds_nobody(read: World, spoil: object) -> None:
    refused = browser_of(read).get(spoil(link_of(read)))  # type: ignore[operator]
    assert refused.status_code == 410
    assert "回复“我的”" in refused.text


def test_an_old_link_binds_nobody(read: World) -> None:
    link, browser = link_of(read), browser_of(read)
    browser.get(link)
    read.passes(minutes=31)
    assert browser.get(link).status_code == 410


def test_not_me_voids_every_browser_and_every_link_given_before(read: World) -> None:
    pressed(browser_of(read), link_of(read))
    given_before = link_of(read)
    assert "1 台手机都退出了" in read.says("小林", "不是我")
    assert read.count(binding.Binding) == 0
    assert "作废" in pressed(browser_of(read), given_before).text
    assert pressed(browser_of(read), link_of(read)).status_code == 303


def test_not_me_leaves_other_readers_alone(read: World) -> None:
    pressed(browser_of(read), link_of(read, "老周"))
    read.says("小林", "不是我")
    assert read.count(binding.Binding, binding.Binding.openid == openid("老周")) == 1


def test_who_leaves_is_nobody_on_pages_too(read: World) -> None:
    link = link_of(read)
    pressed(browser_of(read), link_of(read))
    read.passes(seconds=5)
    read.happens("小林", "unsubscribe")
    assert read.count(binding.Binding) == 0
    read.passes(seconds=5)
    read.happens("小林", "subscribe")
    assert pressed(browser_of(read), link).status_code == 403


def test_a_browser_that_was_idle_for_a_month_is_nobodys(read: World) -> None:
    browser = browser_of(read)
    pressed(browser, link_of(read))
    cookie = browser.get_cookie("shusheng_reader")
    assert cookie is not None
    with read.database.reading() as session:
        assert binding.whose(session, cookie.value, now=times.now()) is not None
        assert binding.whose(session, cookie.value, now=times.now() + timedelta(days=30)) is None


def test_a_browser_bound_anew_is_of_the_new_reader_alone(read: World) -> None:
    browser = browser_of(read)
    pressed(browser, link_of(read))
    pressed(browser, link_of(read, "老周"))
    assert read.count(binding.Binding, binding.Binding.openid == openid("小林")) == 0
    assert read.count(binding.Binding, binding.Binding.openid == openid("老周")) == 1
