"""常见问题 on a phone: every page fits, can be read and be touched; a question is tried while it is written."""

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from tests.console.conftest import office
from tests.console.office import Office
from tests.console.test_console_browser import desk, signed_in
from tests.console.test_console_editing_browser import fits_and_can_be_read
from tests.desk.entries import PAGE, question

__all__ = ["desk", "office"]


def test_the_pages_fit_a_phone_and_a_question_is_tried_while_it_is_written(
    browser: Chromium, desk: str, office: Office
) -> None:
    number = question(office, "办读者证", "怎么办读者证", answers=(PAGE,))
    office.says("小林", "你会唱歌跳舞吗")
    page = signed_in(browser, desk, "chen", width=390)
    for path in (
        "",
        f"/{number}",
        f"/{number}/edit",
        "/new?kind=resource",
        "/unanswered",
        "/synonyms",
        "/figures",
        "/import",
    ):
        page.goto(f"{desk}/console/answers{path}")
        fits_and_can_be_read(page)
    page.goto(f"{desk}/console/answers/new")
    page.get_by_label("名称").fill("停车")
    page.get_by_label("还会怎么问").fill("车停哪里")
    page.get_by_label("读者会怎么问").fill("车停哪里")
    expect(page.locator("#tried")).to_contain_text("正在写的这一条", timeout=20_000)
