"""Programmes and the province in a browser: recordings put in order by keys and by dragging; every page fits a phone and can be read."""

from playwright.sync_api import Browser, expect

from contests.programmes import consents, making, queries, service
from contests.programmes.service import IssueWanted
from models import times
from models.by import By
from models.programme import Issue
from tests.console.office import Office
from tests.console.test_console_browser import desk, signed_in
from tests.console.test_console_editing_browser import fits_and_can_be_read
from tests.console.test_console_province import judged, sheet
from tests.contests.aired import call_of, recording, works_off

__all__ = ["desk"]

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def begun(office: Office, *titles: str) -> int:
    call = call_of(office)
    works = [recording(office, call, "小林", title=title) for title in titles]
    with office.database.units() as session:
        by = By("chen", times.now())
        series = service.make_programme(session, "LS朗读者", "读者的声音", by=by)
        issue = service.begin_issue(session, series, IssueWanted(25, "春天的诗", "听听春天。", "主播：陈馆员"), by=by)
        service.add_parts(session, issue, works, by=by)
        return issue.id


def order(office: Office, number: int) -> list[str]:
    with office.database.reading() as session:
        return [part.work.title for part in queries.parts_of(session, session.get_one(Issue, number))]


def test_recordings_are_put_in_order_by_keys_and_by_dragging(browser: Browser, desk: str, office: Office) -> None:
    number = begun(office, "一", "二", "三")
    page = signed_in(browser, desk, "chen", width=1280)
    page.goto(f"{desk}/console/issues/{number}")
    page.get_by_role("button", name="下移第 1 条").focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator(".issue-part").nth(0)).to_contain_text("《二》")
    assert order(office, number) == ["二", "一", "三"]
    page.locator(".issue-place").nth(2).drag_to(page.locator(".issue-part").nth(0))
    expect(page.locator(".issue-part").nth(0)).to_contain_text("《三》")
    assert order(office, number) == ["三", "二", "一"]


def test_every_page_of_a_programme_fits_a_phone_and_can_be_read(browser: Browser, desk: str, office: Office) -> None:
    number = begun(office, "春晓", "水调歌头·明月几时有")
    with office.database.units() as session:
        making.make(session, session.get_one(Issue, number), by=By("chen", times.now()))
    works_off(office)
    with office.database.units() as session:
        issue, by = session.get_one(Issue, number), By("chen", times.now())
        for part in queries.parts_of(session, issue):
            consents.record_slip(session, issue, part.work.id, "小林", by=by)
        service.publish(session, issue, page="x", by=by)
        code = issue.code
    for width in (390, 1280):
        page = signed_in(browser, desk, "chen", width=width)
        for path in ("programmes", f"issues/{number}", f"issues/{number}/edit", f"issues/{number}/choose"):
            page.goto(f"{desk}/console/{path}")
            fits_and_can_be_read(page)
        page.goto(f"{desk}/programme/{code}")
        fits_and_can_be_read(page)


def test_results_of_the_province_are_taken_in_on_a_phone(browser: Browser, desk: str, office: Office) -> None:
    number = judged(office, ("小林", "春天"), ("老周", "秋天的图书馆"))
    file = sheet(
        ["编号", "作品", "作者", "奖项"],
        [1, "春天", "小林", "一等奖"],
        [2, "秋天", "老周", "二等奖"],
        [9, "某", "某", "一等奖"],
    )
    page = signed_in(browser, desk, "chen", width=390)
    page.goto(f"{desk}/console/contests/{number}/province")
    fits_and_can_be_read(page)
    page.get_by_label("谁颁的奖").fill("省图书馆")
    page.get_by_label("名单").set_input_files({"name": "名单.xlsx", "mimeType": EXCEL, "buffer": file})
    page.get_by_role("button", name="先看看").click()
    expect(page.get_by_role("heading", name="不能导入")).to_be_visible()
    fits_and_can_be_read(page)
    page.get_by_label("仍然导入 2").check()
    page.get_by_role("button", name="导入，并告诉得奖的作者").click()
    expect(page.get_by_text("导入了 2 个奖，1 行没有导入")).to_be_visible()
    fits_and_can_be_read(page)
