"""Signing up and checking in as a phone draws it: with a thumb, in large type, at night, and on the keyboard."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Locator, Page, expect

from activities.signup.terms import NewQuestion
from models import times
from models.signup import EntryState, QuestionKind, Way
from tests.console.test_console_browser import NAMELESS
from tests.pages.test_pages_browser import COLLIDING, DOUBLED, LEAST_CONTRAST, LEAST_TOUCH, OVERFLOW, TEXTS, UNFOLDED
from tests.served import served
from tests.test_chat_sign_up import entries, opens
from tests.test_identity import link_of
from tests.test_page_sign_up import code_of, door_of
from tests.test_sign_up import signs_up
from tests.world import World, openid

S = EntryState
LONG = "阿依古丽·买买提吐尔逊·阿卜杜热合曼"
TITLE = "“童心向党 书香润德”2026年全民阅读月系列活动之亲子共读绘本沙龙暨幼小衔接家长课堂"
TOUCHED = """() => [...document.querySelectorAll('button:not(.unseen), .action a, .field-input, .agree, summary, .onward a, .row-link')]
  .filter(e => e.checkVisibility()).map(e => ({ name: e.innerText || e.id, height: e.getBoundingClientRect().height }))"""


@pytest.fixture
def site(world: World) -> Iterator[str]:
    with served(world.app) as address:
        yield address


def phone_of(chromium: Chromium, world: World, site: str, name: str, **options: Any) -> Page:
    """A phone that this reader has said is theirs."""
    world.happens(name, "subscribe")
    page = chromium.new_context(viewport={"width": 390, "height": 844}, **options).new_page()
    page.goto(site + link_of(world, name))
    presses(page, page.get_by_role("button", name="我是本人"))
    return page


def presses(page: Page, what: Locator) -> None:
    """Press what leads to another page and wait for that page: a click comes back while the old one may still stand."""
    with page.expect_navigation():
        what.click()


def holds(page: Page, where: str) -> None:
    """What every page of ours must be."""
    page.evaluate(UNFOLDED)
    assert page.evaluate(OVERFLOW) <= 0, where
    assert page.evaluate(COLLIDING) == [], where
    assert page.evaluate(NAMELESS) == [], where
    assert [one for one in page.evaluate(TEXTS) if one["ratio"] < LEAST_CONTRAST] == [], where
    assert [one for one in page.evaluate(TOUCHED) if one["height"] < LEAST_TOUCH - 1] == [], where
    assert page.locator("h1").count() == 1, where


def test_a_family_signs_up_with_a_thumb_and_checks_in_at_the_door(browser: Chromium, world: World, site: str) -> None:
    number = opens(world, TITLE, seats=6, most_people=3, asks_names=True, asks_ages=True, asks_phone=True)
    page = phone_of(browser, world, site, "小林")
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(f"{site}/a/{code_of(world, number)}")
    page.get_by_role("link", name="报名", exact=True).click()
    page.get_by_role("textbox", name="姓名").fill("小林")
    page.get_by_role("textbox", name="年龄").fill("35")
    page.get_by_role("button", name="再加一位").click()
    second = page.get_by_role("group", name="第 2 位")
    second.get_by_label("姓名").fill(LONG)
    second.get_by_label("年龄").fill("6")
    page.get_by_label("手机号").fill("138 0013 8000")
    page.get_by_role("checkbox", name="有小朋友未满 14 岁").check()
    page.get_by_role("button", name="报名").last.click()
    expect(page.get_by_role("heading", name="报上了")).to_be_visible()
    expect(page.get_by_text(LONG)).to_be_visible()
    holds(page, "done")
    world.passes(days=10)
    page = phone_of(browser, world, site, "小林")
    page.goto(f"{site}/a/{code_of(world, number)}/in?c={door_of(world, number)}")
    page.get_by_role("button", name="签到").click()
    expect(page.get_by_role("status")).to_have_text("签到好了，2 位")
    holds(page, "checked in")
    assert entries(world) == [(openid("小林"), S.ATTENDED)]
    assert faults == []


def test_enter_in_a_field_sends_the_form_and_what_is_wrong_is_found_there(
    browser: Chromium, world: World, site: str
) -> None:
    number = opens(world, seats=6, most_people=3, asks_names=True, asks_ages=True)
    page = phone_of(browser, world, site, "小林")
    page.goto(f"{site}/a/{code_of(world, number)}/sign-up")
    page.get_by_role("textbox", name="姓名").fill("小林")
    page.get_by_role("textbox", name="年龄").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("有 1 处要改")
    expect(page.get_by_role("textbox", name="年龄")).to_have_accessible_description("请写上年龄，整数就行。")
    expect(page.get_by_role("textbox", name="姓名")).to_have_value("小林")
    page.get_by_role("textbox", name="年龄").fill("35")
    page.get_by_role("textbox", name="年龄").press("Enter")
    expect(page.get_by_role("heading", name="报上了")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_holds_at_night_and_in_large_type(
    browser: Chromium, world: World, site: str, scheme: Any
) -> None:
    page = phone_of(browser, world, site, "小林", color_scheme=scheme)
    for path in every_state(world):
        page.goto(site + path)
        holds(page, path)
        page.evaluate(DOUBLED)
        assert page.evaluate(OVERFLOW) <= 0, path
        assert page.evaluate(COLLIDING) == [], path


def every_state(world: World) -> list[str]:
    """A form with everything, the line, one's place in it, what is shut, a draw, the door before its time."""
    questions = (
        NewQuestion("孩子读过几本这套书？", QuestionKind.CHOICE, ("一本", "两三本", "很多")),
        NewQuestion("想对讲故事的老师说什么？", is_required=False),
        NewQuestion("同意活动中拍的照片用在公众号里", QuestionKind.CONSENT),
    )
    everything = opens(
        world, TITLE, seats=60, most_people=50, asks_names=True, asks_ages=True, asks_phone=True, takes_units=True,
        questions=questions,
    )  # fmt: skip
    full = opens(world, "满的", days=11, seats=1, most_people=4)
    signs_up(world, full, "a")
    shut = opens(world, "完全满的", days=12, seats=1, has_line=False)
    signs_up(world, shut, "a")
    draw = opens(world, "抽的", days=13, seats=2, way=Way.LOTTERY, closes_at=times.now(), draws_at=times.now())
    waits = opens(world, "等的", days=14, seats=1)
    signs_up(world, waits, "a")
    signs_up(world, waits, openid("小林"), waits=True)
    pages = [f"/a/{code_of(world, one)}/sign-up" for one in (everything, full, shut, waits)]
    return [
        *pages,
        f"/a/{code_of(world, everything)}",
        f"/a/{code_of(world, draw)}/draw",
        f"/a/{code_of(world, waits)}/in",
        "/me",
    ]
