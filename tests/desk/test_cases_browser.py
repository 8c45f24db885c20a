"""The page of a case as a browser draws it: on a phone and on a desk, and what is typed is there after a reload."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, ViewportSize, expect

from tests.console.office import PASSWORD, Office
from tests.console.test_console_browser import NAMELESS
from tests.desk.test_cases_chat import asks, owed
from tests.pages.test_pages_browser import LEAST_CONTRAST, OVERFLOW, TEXTS
from tests.served import served
from tests.test_page_sign_up_browser import presses

SIZES: dict[str, ViewportSize] = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1280, "height": 900}}


@pytest.fixture
def site(office: Office) -> Iterator[str]:
    with served(office.app) as address:
        yield address


def signed_in(chromium: Chromium, site: str, size: str) -> Page:
    page = chromium.new_context(viewport=SIZES[size]).new_page()
    page.goto(f"{site}/console/sign-in")
    page.get_by_label("登录名").fill("he")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    presses(page, page.get_by_role("button", name="登录"))
    return page


def holds(page: Page) -> None:
    assert page.evaluate(OVERFLOW) <= 0
    assert page.evaluate(NAMELESS) == []
    assert [one for one in page.evaluate(TEXTS) if one["ratio"] < LEAST_CONTRAST] == []
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("size", ["phone", "desk"])
def test_a_case_is_answered_and_nothing_typed_is_lost(
    browser: Chromium, office: Office, site: str, size: str
) -> None:
    asks(office, "借的书丢了，怎么赔？一本《城南旧事》，是上个月在总馆借的")
    page = signed_in(browser, site, size)
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(f"{site}/console/cases")
    holds(page)
    presses(page, page.get_by_role("link", name="借的书丢了"))
    holds(page)
    presses(page, page.get_by_role("button", name="我来接"))
    box = page.get_by_label("答复读者")
    box.press_sequentially("照原价赔，")
    expect(page.get_by_text("已替您存着")).to_be_visible()
    page.reload()
    expect(page.get_by_label("答复读者")).to_have_value("照原价赔，")
    page.get_by_label("答复读者").press_sequentially("带上读者证。")
    office.says("小林", "书价印在封底")  # while somebody types: it appears, and what is typed stays
    expect(page.get_by_text("书价印在封底")).to_be_visible(timeout=15_000)
    expect(page.get_by_label("答复读者")).to_have_value("照原价赔，带上读者证。")
    presses(page, page.get_by_role("button", name="发给读者"))
    expect(page.get_by_label("答复读者")).to_have_value("")
    holds(page)
    assert owed(office) == ["照原价赔，带上读者证。\n——服务台 小何"]
    assert faults == []
