"""The editor as staff meet it: pasted from Word, saved while one writes, two at once; every page on a phone and a desk."""

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from models import times
from models.by import By
from models.notice import Notice, Step
from notices import chain, service
from notices.checks import Finding
from tests.console.office import Office
from tests.console.test_console_browser import desk, signed_in
from tests.console.test_console_editing_browser import fits_and_can_be_read
from tests.console.test_console_notices import content, general, preview, whole

__all__ = ["desk"]

MOST_BYTES = 300_000  # of the editor's page, as it is transferred
PASTE = """([selector, html]) => { const data = new DataTransfer(); data.setData('text/html', html); data.setData('text/plain', 'x');
  document.querySelector(selector).dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })); }"""
FROM_WORD = (
    "<p class=MsoNormal style='text-indent:21pt;color:black'><b>周末来听绘本</b><o:p></o:p></p><script>document.title='坏'</script>"
    "<table><tr><td onclick='x()'>周六</td></tr></table><img src='https://other.example/poster.png' onerror=\"document.title='坏'\">"
)


@pytest.fixture
def number(office: Office) -> int:
    return general(office, office.browser("chen"))


def opens(chromium: Chromium, desk: str, number: int, login: str = "chen", **more: object) -> Page:
    page = signed_in(chromium, desk, login, **more)  # type: ignore[arg-type]
    page.goto(f"{desk}/console/notices/{number}/edit")
    return page


def test_a_paste_from_word_is_cleaned_in_its_place_and_saved_by_itself(
    browser: Chromium, desk: str, office: Office, number: int
) -> None:
    page = opens(browser, desk, number)
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    body = page.get_by_role("textbox", name="正文")
    expect(body).to_have_text("【请填写】")
    body.fill("")
    page.evaluate(PASTE, [".editor-body", FROM_WORD])
    expect(body).to_contain_text("周末来听绘本")
    expect(page.locator(".editor-told")).to_contain_text("poster.png")
    page.get_by_label("标题").fill("周末看点")
    expect(page.locator(".editor-saved")).to_contain_text("已自动保存", timeout=15_000)
    article = content(office, number).articles[0]
    assert article.title == "周末看点"
    assert "<strong>周末来听绘本</strong>" in article.body
    assert [word in article.body for word in ("script", "onclick", "other.example", "Mso", "周六</td>")] == [
        False
    ] * 4 + [True]
    expect(page).to_have_title("写：开馆通知 · 书声图书馆管理台")
    page.reload()
    expect(page.get_by_role("textbox", name="正文")).to_contain_text("周末来听绘本")
    assert faults == []


def test_two_at_once_are_told_and_both_texts_are_seen(
    browser: Chromium, desk: str, office: Office, number: int
) -> None:
    first, second = opens(browser, desk, number), opens(browser, desk, number, "wang")
    second.get_by_role("textbox", name="正文").fill("王主任写的")
    expect(second.locator(".editor-saved")).to_contain_text("已自动保存", timeout=15_000)
    first.get_by_role("textbox", name="正文").fill("陈馆员写的")
    expect(first.locator(".editor-saved")).to_contain_text("刚保存过", timeout=15_000)
    first.get_by_role("button", name="保存", exact=True).click()
    expect(first.get_by_role("alert")).to_contain_text("王主任刚保存过，您写的还没有保存")
    expect(first.get_by_role("textbox", name="正文")).to_have_text("陈馆员写的")
    first.get_by_role("button", name="保存", exact=True).click()
    expect(first.get_by_role("status").first).to_contain_text("已保存")
    assert content(office, number).articles[0].body == "<p>陈馆员写的</p>"


def test_without_a_script_it_is_a_box_of_simple_html(
    browser: Chromium, desk: str, office: Office, number: int
) -> None:
    page = opens(browser, desk, number, java_script_enabled=False)
    page.locator("#body").fill("欢迎来听绘本")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("已保存")
    assert content(office, number).articles[0].body == "<p>欢迎来听绘本</p>"


def test_the_editor_is_small(browser: Chromium, desk: str, number: int) -> None:
    known = signed_in(browser, desk, "chen").context.storage_state()
    page = browser.new_context(storage_state=known).new_page()  # nothing in its cache
    page.goto(f"{desk}/console/notices/{number}/edit", wait_until="networkidle")
    weight = page.evaluate("performance.getEntries().reduce((sum, one) => sum + (one.transferSize || 0), 0)")
    assert 50_000 < weight < MOST_BYTES


def test_every_page_of_a_notice_fits_a_phone_and_can_be_read(
    browser: Chromium, desk: str, office: Office, number: int
) -> None:
    chen = office.browser("chen")
    long = preview(office, chen)
    checking = whole(office)
    with office.database.units() as session:
        row = session.get_one(Notice, checking)
        row.title = (
            "“小手拉大手，共建绿色家园”——少年儿童生态文明主题阅读、手绘环保袋与旧书新生交换集市的预告和报名办法"
        )
        chain.return_(session, row, Step.FIRST_PROOF, "第三段的日期不对", by=By("xu", times.now()), seen=1)
        later = service.content_of(session, row)
        service.save(session, row, later, by=By("chen", times.now()), was=1)
        chain.hand_in(session, row, by=By("chen", times.now()), findings=[Finding("数字", "全文", "核对")])
    own = {
        "": (number, checking), "/edit": (number, long), "/hand-in": (long,), "/proof": (long, checking), "/versions": (checking,),
        "/preview": (long,),
    }  # fmt: skip
    shared = (
        "",
        "?words=没有",
        "/new",
        "/new?use=preview&span=month",
        "/new?use=winners",
        "/settings",
        "/settings/blocks",
    )
    paths = [*shared, *(f"/{one}{path}" for path, numbers in own.items() for one in numbers)]
    for width, scheme in ((390, "dark"), (1280, "light")):
        page = signed_in(browser, desk, "wang", width=width, color_scheme=scheme)
        for path in paths:
            page.goto(f"{desk}/console/notices{path}")
            fits_and_can_be_read(page)
