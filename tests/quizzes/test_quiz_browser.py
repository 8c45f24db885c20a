"""A quiz as a phone draws it: with a thumb, at night, on the keyboard, and when the clock runs out."""

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from models.payout import PrizeState
from models.quiz import Answer
from quizzes.bank.question import Kind, Question
from tests.quizzes.staged import fixed, prizes_of, questions, right_word, set_up
from tests.quizzes.test_quiz_chat import MIXED, ORDER
from tests.quizzes.test_quiz_page import path_of
from tests.test_page_sign_up_browser import holds, phone_of, site
from tests.test_sign_up import by_day
from tests.world import World

__all__ = ["site"]  # the fixture


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_a_quiz_is_whole_on_a_phone(browser: Chromium, world: World, site: str, scheme: str) -> None:
    by_day(world)
    path = site + path_of(world, set_up(world, MIXED, shuffles=False, seconds_each=60, prizes=fixed(2, at_least=1)))
    page = phone_of(browser, world, site, "小林", color_scheme=scheme)
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(path)
    holds(page, "front")
    page.get_by_role("button", name="开始答题").click()
    for _ in range(len(MIXED)):
        holds(page, page.url)
        word = right_word(world, "小林")
        if page.get_by_role("radio").count():
            page.get_by_text(word, exact=True).click()
        elif page.get_by_role("checkbox").count():
            for words in ("水浒传", "西游记"):
                page.get_by_role("checkbox", name=words).check()
        else:
            page.get_by_role("textbox").fill(word.replace(" → ", ""))
        page.locator(".action button").click()
    expect(page.get_by_role("heading", name="/ 4")).to_be_visible()
    holds(page, "result")
    page.get_by_role("link", name="去领取").click()
    holds(page, "prize")
    for where in ("board", "seal"):
        page.goto(f"{path}/{where}")
        holds(page, where)
    assert faults == []
    assert len(prizes_of(world, state=PrizeState.WON)) == 1


def test_a_question_is_answered_by_keyboard_alone(browser: Chromium, world: World, site: str) -> None:
    by_day(world)
    path = site + path_of(world, set_up(world, questions(2)))
    page = phone_of(browser, world, site, "小林")
    page.goto(path)
    page.get_by_role("button", name="开始答题").click()
    page.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".quiz-place")).to_contain_text("2 / 2")
    assert world.count(Answer) == 1


def test_options_are_put_in_order_by_touch_and_by_keyboard(browser: Chromium, world: World, site: str) -> None:
    by_day(world)
    path = site + path_of(world, set_up(world, [ORDER, Question(Kind.ORDER, "再排：", ("甲", "乙"), [1, 0])]))
    page = phone_of(browser, world, site, "小林", has_touch=True)
    page.goto(path)
    page.get_by_role("button", name="开始答题").click()
    for name in ("楚辞", "诗经", "楚辞", "楚辞", "史记"):  # one put first by mistake, and taken back
        page.get_by_role("button", name=name).tap()
    expect(page.get_by_role("status")).to_have_text("第 3 个：史记")
    expect(page.get_by_role("button", name="诗经")).to_have_attribute("aria-pressed", "true")
    holds(page, "order")
    page.locator(".action button").click()
    expect(page.locator(".quiz-place")).to_contain_text("2 / 2")
    for name in ("乙", "甲"):
        page.get_by_role("button", name=name).focus()
        page.keyboard.press("Space")
    page.locator(".action button").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".quiz-score")).to_contain_text("2 / 2")


def test_when_the_clock_runs_out_the_next_question_comes_by_itself(
    browser: Chromium, world: World, site: str
) -> None:
    by_day(world)
    path = site + path_of(world, set_up(world, questions(2), seconds_each=10))
    page = phone_of(browser, world, site, "小林")
    page.goto(path)
    page.get_by_role("button", name="开始答题").click()
    expect(page.get_by_role("timer")).to_contain_text("秒")
    world.passes(seconds=9)
    page.reload()
    expect(page.locator(".quiz-place")).to_contain_text("2 / 2")
