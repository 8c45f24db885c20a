"""A judge at a phone: with a thumb, in large type, at night, on the keyboard, and in a tunnel."""

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from models.judging import MarkState
from tests.contests.judged import contest_of, invites, marks, round_of
from tests.pages.test_pages_browser import COLLIDING, DOUBLED, OVERFLOW
from tests.test_page_sign_up_browser import holds, presses, site
from tests.world import World

__all__ = ["site"]  # the fixture
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is drawn is the same from both
pytestmark = ON_SQLITE


def judge_at(chromium: Chromium, site: str, token: str, **options: object) -> Page:
    """A phone on which a judge has said who they are."""
    page = chromium.new_context(viewport={"width": 390, "height": 844}, **options).new_page()  # type: ignore[arg-type]
    page.goto(f"{site}/j/{token}")
    holds(page, "is it you")
    presses(page, page.get_by_role("button", name="我是评委 周老师"))
    return page


def judged(world: World, works: int = 3) -> tuple[int, str]:
    """A contest that is open to this judge: their number and the token of their link."""
    contest, _ = contest_of(world, works)
    number, token = invites(world, contest, "周老师")
    round_of(world, contest, judges_each=1)
    return number, token


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_judge_marks_everything_with_a_thumb(browser: Chromium, world: World, site: str, scheme: str) -> None:
    number, token = judged(world)
    page = judge_at(browser, site, token, color_scheme=scheme, has_touch=True)
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    holds(page, "list")
    presses(page, page.get_by_role("link", name="开始评：作品 1"))
    for at in range(3):
        holds(page, f"work {at}")
        page.get_by_label("立意，几分").fill("9")
        page.get_by_role("slider", name="语言，拖动打分").fill("7")
        expect(page.get_by_label("语言，几分")).to_have_value("7")
        page.get_by_label("评语").fill("读得出自己的想法")
        presses(page, page.get_by_role("button", name="提交，评下一件"))
    expect(page.get_by_text("都评好了，谢谢您。")).to_be_visible()
    holds(page, "done")
    page.get_by_role("link", name="作品 2").click()
    expect(page.get_by_text("已提交 82.00 分")).to_be_visible()
    holds(page, "changed")
    assert {mark.score for mark in marks(world, number)} == {8200}
    assert faults == []


def test_a_network_lost_in_the_middle_of_a_form_loses_nothing(browser: Chromium, world: World, site: str) -> None:
    number, token = judged(world, 1)
    page = judge_at(browser, site, token)
    presses(page, page.get_by_role("link", name="开始评：作品 1"))
    page.get_by_label("立意，几分").fill("9")
    expect(page.get_by_role("status")).to_have_text("分数存好了")
    page.context.set_offline(True)
    page.get_by_label("语言，几分").fill("6")
    page.get_by_label("评语").fill("隧道里写的")
    expect(page.get_by_role("status")).to_contain_text("先存在这台设备上")
    page.get_by_role("button", name="提交，评下一件").click()
    expect(page.get_by_role("status")).to_contain_text("还没有提交")
    assert [mark.points for mark in marks(world, number)] == [[9, -1]]
    page.context.set_offline(False)  # it is kept as soon as there is a way again
    expect(page.get_by_role("status")).to_have_text("分数存好了")
    assert [(mark.points, mark.remark) for mark in marks(world, number)] == [([9, 6], "隧道里写的")]
    presses(page, page.get_by_role("button", name="提交，评下一件"))
    assert [mark.state for mark in marks(world, number)] == [MarkState.DONE]


def test_what_was_marked_without_a_network_is_found_after_the_page_was_closed(
    browser: Chromium, world: World, site: str
) -> None:
    number, token = judged(world, 1)
    page = judge_at(browser, site, token)
    presses(page, page.get_by_role("link", name="开始评：作品 1"))
    url = page.url
    page.context.set_offline(True)
    page.get_by_label("立意，几分").fill("8")
    expect(page.get_by_role("status")).to_contain_text("先存在这台设备上")
    page.close(run_before_unload=False)
    assert [mark.points for mark in marks(world, number)] == [[-1, -1]]
    context = browser.contexts[-1]
    context.set_offline(False)
    again = context.new_page()
    again.goto(url)
    expect(again.get_by_label("立意，几分")).to_have_value("8")
    expect(again.get_by_role("status")).to_have_text("分数存好了")
    assert [mark.points for mark in marks(world, number)] == [[8, -1]]


def test_the_keyboard_alone_is_enough_and_what_is_missing_is_said(browser: Chromium, world: World, site: str) -> None:
    number, token = judged(world, 1)
    page = judge_at(browser, site, token)
    page.get_by_role("link", name="开始评：作品 1").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.get_by_role("slider", name="立意，拖动打分").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_label("立意，几分")).to_have_value("3")
    with page.expect_navigation():
        page.get_by_label("立意，几分").press("Enter")
    expect(page.get_by_role("alert")).to_have_text("还没有打分：语言。打好再提交，已经打的都存着。")
    expect(page.get_by_label("立意，几分")).to_have_value("3")
    holds(page, "missing")
    page.get_by_label("语言，几分").fill("12")
    expect(page.get_by_text("请写 0 到 10 的整数。").last).to_be_visible()
    page.get_by_label("语言，几分").fill("0")
    with page.expect_navigation():
        page.get_by_label("语言，几分").press("Enter")
    assert [mark.points for mark in marks(world, number)] == [[3, 0]]


@pytest.mark.parametrize("width", [390, 320, 1280])
def test_large_type_and_narrow_phones_hold(browser: Chromium, world: World, site: str, width: int) -> None:
    _, token = judged(world)
    page = judge_at(browser, site, token)
    page.set_viewport_size({"width": width, "height": 844})
    presses(page, page.get_by_role("button", name="字太小？换成大字"))
    presses(page, page.get_by_role("link", name="开始评：作品 1"))
    work = page.url
    for where in ("/judge", work.removeprefix(site)):
        page.goto(site + where)
        holds(page, where)
        page.evaluate(DOUBLED)
        assert page.evaluate(OVERFLOW) <= 0, where
        assert page.evaluate(COLLIDING) == [], where
    page.goto(work)
    presses(page, page.get_by_role("button", name="换回平常的字"))
    expect(page.get_by_role("button", name="字太小？换成大字")).to_be_visible()


def test_a_judge_steps_aside_with_a_reason(browser: Chromium, world: World, site: str) -> None:
    number, token = judged(world, 2)
    page = judge_at(browser, site, token)
    presses(page, page.get_by_role("link", name="开始评：作品 1"))
    page.get_by_text("认识作者？回避这件").click()
    holds(page, "aside")
    page.get_by_label("为什么回避").fill("是我的学生")
    presses(page, page.get_by_role("button", name="回避，请别的评委来评"))
    expect(page.get_by_text("1 / 1")).to_be_visible()
    assert sorted(mark.state for mark in marks(world, number)) == [MarkState.GIVEN_BACK, MarkState.WAITING]
