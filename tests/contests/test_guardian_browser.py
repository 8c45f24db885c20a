"""A guardian's page and 我的作品 as a phone draws them: with a thumb, on the keyboard, at night, in large type."""

from typing import Literal

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from contests import screening
from contests.service import GroupWanted
from models.contest import Purpose, Submission, SubmissionState
from tests.contests.staged import WORDINGS, by, drafts, essay, set_up
from tests.contests.test_chat_guardian import link_in, says_all
from tests.pages.test_pages_browser import COLLIDING, DOUBLED, OVERFLOW
from tests.test_page_sign_up_browser import LONG, holds, phone_of, presses, site
from tests.world import World

__all__ = ["site"]
S = SubmissionState
TITLE = "“童心向党 书香润德”🌸我和图书馆里一盏不肯熄灭的灯https://example.com/a-very-long-word-without-a-break"


def waits(world: World) -> str:
    """A child's work that waits: the path of the link."""
    set_up(world, groups=(GroupWanted("少儿组"),), wordings={**WORDINGS, Purpose.GUARDIAN: "我同意孩子参赛。\n" * 12})
    return link_in(says_all(world, "投稿", "没满", TITLE, LONG, "春天来了。" * 60, "写完了", "同意"))


def test_a_mother_agrees_with_a_thumb_and_takes_it_back(browser: Chromium, world: World, site: str) -> None:
    path = waits(world)
    page = phone_of(browser, world, site, "老周")
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(site + path)
    holds(page, "asked")
    page.get_by_label("您的姓名").fill("王芳")
    page.get_by_label("您的姓名").press("Enter")
    expect(page.get_by_label("与孩子的关系")).to_have_accessible_description("请写上与孩子的关系。")
    expect(page.get_by_label("您的姓名")).to_have_value("王芳")
    holds(page, "wrong")
    page.get_by_label("与孩子的关系").fill("妈妈")
    presses(page, page.get_by_role("button", name="我是监护人，我同意"))
    expect(page.get_by_role("heading", name="您已经同意了")).to_be_visible()
    holds(page, "agreed")
    presses(page, page.get_by_role("button", name="撤回同意"))
    holds(page, "sure?")
    presses(page, page.get_by_role("button", name="确定撤回"))
    expect(page.get_by_role("heading", name="这件作品已经撤稿")).to_be_visible()
    holds(page, "gone")
    assert drafts(world)[0].state is S.WITHDRAWN
    assert [one for one in faults if "422" not in one] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_at_night_in_large_type_and_on_a_small_phone_all_of_it_can_be_read(
    browser: Chromium, world: World, site: str, scheme: Literal["light", "dark"]
) -> None:
    path = waits(world)
    page = phone_of(browser, world, site, "老周", color_scheme=scheme)
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 700})
        page.goto(site + path)
        holds(page, f"asked at {width}")
        page.evaluate(DOUBLED)
        assert page.evaluate(OVERFLOW) <= 0
        assert page.evaluate(COLLIDING) == []


def test_my_works_in_every_state_are_drawn(browser: Chromium, world: World, site: str) -> None:
    number = set_up(world, works_each=5)
    first, second = essay(world, number, title=TITLE), essay(world, number, title="夏天", accepted=True)
    essay(world, number, title="秋天", words="", hands_in=False)
    with world.database.units() as session:
        screening.return_(session, session.get_one(Submission, first), "请把第二段写得更具体一些" * 4, by=by())
    page = phone_of(browser, world, site, "小林")
    page.goto(f"{site}/me")
    holds(page, "mine")
    expect(page.get_by_text("馆员说：请把第二段")).to_be_visible()
    presses(page, page.get_by_role("link", name="撤稿：第 2 号 《夏天》"))
    holds(page, "sure?")
    presses(page, page.get_by_role("button", name="确定撤稿"))
    expect(page.get_by_role("link", name="撤稿：第 2 号 《夏天》")).to_have_count(0)
    assert {one.id: one.state for one in drafts(world)}[second] is S.WITHDRAWN
