"""A teacher at a school's computer and on a phone: a sheet, many files at once, slips, and the list of the class."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from models.contest import SubmissionState
from tests.contests.sounds import picture, wav
from tests.contests.test_hand_in_browser import looks
from tests.contests.test_hand_in_page import makes
from tests.contests.test_school_box import box_of, readings, sheet_of, works
from tests.pages.test_pages_browser import COLLIDING, DOUBLED, OVERFLOW
from tests.test_page_sign_up_browser import LONG, holds, presses, site
from tests.world import World

__all__ = ["site"]  # the fixture
S = SubmissionState
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is drawn is the same from both
HEAD = ("姓名", "出生日期", "组别", "篇目", "指导老师")


def test_a_class_is_put_in_with_its_files_and_slips(
    browser: Chromium, world: World, site: str, tmp_path: Path
) -> None:
    readings(world)
    sheet = tmp_path / "三年二班.xlsx"
    rows = [(name, "2015-6-1", "少儿组", "春晓", "李老师") for name in ("王小明", LONG)]
    sheet.write_bytes(sheet_of(*rows, ("李四", "昨天", "少儿组", "静夜思", ""), head=HEAD).getvalue())
    for name in ("王小明.wav", "2.wav", "谁.wav"):
        (tmp_path / name).write_bytes(wav(1))
    for name in ("王小明.jpg", "2.jpg"):
        (tmp_path / name).write_bytes(picture(60, 80))
    page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(site + box_of(world))
    holds(page, "empty")
    page.get_by_label("填好的表格").set_input_files(sheet)
    presses(page, page.get_by_role("button", name="读表格"))
    expect(page.get_by_role("heading", name="有 2 处没有收下")).to_be_visible()
    holds(page, "bad row")
    looks(page, "box-bad-row")
    page.get_by_label("录音、图片、视频").set_input_files(
        [tmp_path / "王小明.wav", tmp_path / "2.wav", tmp_path / "谁.wav"]
    )
    expect(page.locator("#coming-said")).to_contain_text("收下了 2 个文件，1 个没有收下", timeout=20_000)
    holds(page, "one unknown")
    looks(page, "box-files")
    presses(page, page.get_by_role("link", name="刷新名单"))
    with page.expect_navigation():
        page.get_by_label("签好字的同意书").set_input_files([tmp_path / "王小明.jpg", tmp_path / "2.jpg"])
    makes(world)
    page.reload()
    first = page.locator(".box-list > li").first
    first.get_by_text("签好了，记下来").click()
    first.get_by_label("签字的监护人").fill("王芳")
    presses(page, first.get_by_role("button", name="纸上签了字，我核对过"))
    expect(first.get_by_label("与孩子的关系")).to_have_accessible_description("请写上与孩子的关系。")
    expect(first.get_by_label("签字的监护人")).to_have_value("王芳")
    holds(page, "no relation")
    first.get_by_label("与孩子的关系").fill("妈妈")
    presses(page, first.get_by_role("button", name="纸上签了字，我核对过"))
    expect(page.get_by_text("监护人签字：王芳（妈妈）")).to_be_visible()
    looks(page, "box-list")
    presses(page, page.get_by_role("button", name="把齐了的 2 件交上"))
    expect(page.get_by_text("交上了 2 件。")).to_be_visible()
    holds(page, "handed in")
    page.set_viewport_size({"width": 1280, "height": 900})
    holds(page, "wide")
    looks(page, "box-done-1280")
    assert [work.state for work in works(world)] == [S.SUBMITTED, S.WAITING]
    assert [one for one in faults if "422" not in one] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_and_the_slips_can_be_read_and_printed(
    browser: Chromium, world: World, site: str, scheme: str, tmp_path: Path
) -> None:
    readings(world)
    page = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme).new_page()  # type: ignore[arg-type]
    page.goto(site + box_of(world))
    presses(page, page.get_by_role("button", name="加一件"))
    holds(page, "form")
    page.get_by_label("作者", exact=False).nth(1).fill(LONG)
    page.get_by_label("组别").select_option(index=1)
    expect(page.get_by_role("status").last).to_have_text("都存好了")
    looks(page, f"box-form-{scheme}")
    presses(page, page.get_by_role("link", name="回到名单"))
    presses(page, page.get_by_role("link", name="打印监护人同意书"))
    holds(page, "slips")
    looks(page, f"box-slips-{scheme}")
    page.evaluate(DOUBLED)
    assert page.evaluate(OVERFLOW) <= 0
    assert page.evaluate(COLLIDING) == []
    if scheme == "light":
        printed = tmp_path / "slips.pdf"
        page.pdf(path=printed, format="A4")
        assert printed.stat().st_size > 5_000
