"""Editing, moving and publishing by the dozen, on a phone and by keyboard."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from models import times
from models.activity import Activity
from tests.console.office import Office
from tests.console.test_console_browser import desk, signed_in
from tests.console.test_console_pictures import from_a_phone
from tests.pages.test_pages_browser import LEAST_CONTRAST, OVERFLOW, TEXTS

__all__ = ["desk"]


def address(desk: str, office: Office, title: str = "亲子绘本") -> str:
    with office.database.reading() as session:
        return f"{desk}/console/activities/{session.query(Activity.code).filter_by(title=title).scalar()}"


def fits_and_can_be_read(page: Page) -> None:
    assert page.evaluate(OVERFLOW) <= 0
    assert [found for found in page.evaluate(TEXTS) if found["ratio"] < LEAST_CONTRAST] == []


@pytest.mark.parametrize("has_scripts", [True, False])
def test_two_edit_one_activity_on_their_phones(
    browser: Chromium, desk: str, office: Office, has_scripts: bool
) -> None:
    where = address(desk, office)
    first, second = (
        signed_in(browser, desk, login, width=390, java_script_enabled=has_scripts) for login in ("wang", "chen")
    )
    for page in (first, second):
        page.goto(where)
        page.get_by_role("link", name="修改").click()
    first.get_by_label("活动名称").fill("皮影绘本")
    first.get_by_role("button", name="保存").click()
    expect(first.get_by_role("status")).to_contain_text("改了活动名称")
    second.get_by_label("活动名称").fill("木偶绘本")
    second.get_by_label("费用").fill("费" * 41)
    second.get_by_label("最小年龄").fill("9")
    second.get_by_label("最大年龄").fill("3")
    second.get_by_role("button", name="保存").click()
    expect(second.get_by_role("alert")).to_contain_text("有 3 处要看")
    expect(second.get_by_text("王主任")).to_be_visible()
    fits_and_can_be_read(second)
    second.get_by_role("alert").get_by_role("link", name="最大年龄").click()
    second.get_by_label("最大年龄").fill("12")
    second.get_by_label("费用").fill("免费")
    second.get_by_label("用我上面写的").check()
    second.get_by_role("button", name="保存").click()
    expect(second.get_by_role("heading", level=1)).to_have_text("木偶绘本")
    expect(second.get_by_role("status")).to_contain_text("活动名称、费用、最小年龄、最大年龄")


@pytest.mark.parametrize("has_scripts", [True, False])
def test_drafts_are_ticked_and_published_on_a_phone(
    browser: Chromium, desk: str, office: Office, has_scripts: bool
) -> None:
    today = times.today(times.now())
    office.plans(
        *(office.activity(f"小展{n}", day=today + timedelta(days=6)) for n in range(3)),
        month="2027-01",
        publish=False,
    )
    page = signed_in(browser, desk, "chen", width=390, java_script_enabled=has_scripts)
    page.goto(f"{desk}/console/activities?state=draft")
    fits_and_can_be_read(page)
    page.get_by_label("选小展0").check()
    page.get_by_label("选小展2").check()
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("发布了 2 项活动")
    expect(page.locator("#list tbody tr")).to_have_count(2)
    page.get_by_role("link", name="发布筛选出的全部草稿…").click()
    page.get_by_role("button", name="发布这 2 项").click()
    expect(page.get_by_role("status")).to_contain_text("发布了 2 项活动")


def test_an_activity_is_moved_by_keyboard_alone(browser: Chromium, desk: str, office: Office) -> None:
    page = signed_in(browser, desk, "chen")
    page.goto(f"{address(desk, office)}/move")
    page.get_by_label("新的时间").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("下周六9:00-11:00")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("讲师有事")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status", name="读作")).to_contain_text("上午9:00—11:00")
    page.get_by_role("button", name="就改到这个时间").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("已改到周六")


def test_a_picture_is_added_on_a_phone_and_becomes_the_cover(browser: Chromium, desk: str, office: Office) -> None:
    page = signed_in(browser, desk, "chen", width=390)
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(address(desk, office))
    page.get_by_role("link", name="图片…").click()
    page.locator("#file").set_input_files(
        {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": from_a_phone()}
    )
    page.get_by_label("图上是什么").fill("小朋友围着馆员听故事")
    page.get_by_role("button", name="加上").click()
    expect(page.get_by_role("status")).to_contain_text("图片加上了")
    fits_and_can_be_read(page)
    picture = page.get_by_role("img", name="小朋友围着馆员听故事")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1200
    page.goto(address(desk, office).replace("/console/activities/", "/a/"))
    assert page.evaluate(OVERFLOW) <= 0
    cover = page.get_by_role("img", name="小朋友围着馆员听故事")
    assert cover.evaluate("image => image.decode().then(() => image.naturalHeight)") == 1600
    assert faults == []
