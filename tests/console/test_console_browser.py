"""The console as staff meet it: by mouse, by keyboard, on a phone, by day and by night."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from activities.signup.party import Party, Person
from models import template, times
from models.activity import Activity
from models.outbox import CallKind, CallState
from models.signup import Entry
from tests.console.office import PASSWORD, Office
from tests.console.test_console_messages import LIN, fails, owes
from tests.console.test_console_plans import APRIL, hands_in
from tests.pages.test_pages_browser import LEAST_CONTRAST, LEAST_TOUCH, OVERFLOW, TEXTS
from tests.served import served
from tests.test_chat_sign_up import opens
from tests.test_sign_up import signs_up

# What a screen reader would read nothing for; a picture with an empty alt is there for the eye alone.
NAMELESS = """() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea')].filter(e =>
  !(e.getAttribute('aria-label') || e.textContent.trim() || [...(e.labels || [])].some(label => label.textContent.trim()))
).map(e => e.outerHTML)"""

# Boxes are touched by their labels.
TOUCHED = """() => [...document.querySelectorAll('.btn, .room, .tab, .who-out, select, input:not([type=hidden], [type=checkbox], [type=radio])')]
  .filter(e => e.getClientRects().length && !e.matches('.filter-more-switch'))
  .map(e => ({ name: (e.getAttribute('aria-label') || e.innerText || e.id).trim(), height: e.getBoundingClientRect().height }))"""

PATHS = (
    "/console/more", "/console/", "/console/activities?span=all", "/console/activities?words=没有的词",
    "/console/activities/together?act=publish", "/console/activities/new", "/console/figures", "/console/outbox",
    "/console/ways", "/console/readers", f"/console/readers/{LIN}", f"/console/readers/{LIN}/forget", "/console/records",
    "/console/plans", "/console/plans?tab=dropped", "/console/plans/new", "/console/plans/1", "/console/plans/1/source",
    "/console/plans/1/rows/2", "/console/plans/1/publish",
    "/console/staff", "/console/staff/new", "/console/staff/chen", "/console/password", "/console/nowhere",
    "/console/branches", "/console/branches/new", "/console/branches/1", "/console/branches/1/edit", "/console/branches/1/hours",
    "/console/branches/1/days", "/console/branches/1/merge", "/console/closures", "/console/closures?span=past",
    "/console/menu", "/console/menu/new", "/console/periodicals", "/console/periodicals/new",
    "/console/closing/new", "/console/holidays/2026", "/console/holidays/2027",
)  # fmt: skip


@pytest.fixture
def desk(office: Office) -> Iterator[str]:
    """The address of a console with something in every room."""
    today = times.today(times.now())
    office.plans(
        office.activity(
            "亲子绘本",
            branch="官塘社区分馆",
            day=today + timedelta(days=2),
            series="绘读慧悦",
            place="二楼少儿活动室",
        ),
        office.activity(
            "“小手拉大手，共建绿色家园”——少年儿童生态文明主题阅读、手绘环保袋与旧书新生交换集市",
            day=today + timedelta(days=3),
        ),
        office.activity("书法讲座", day=today + timedelta(days=1)),
    )
    office.plans(office.activity("还没审的展览", day=today + timedelta(days=5)), month="2026-12", publish=False)
    owes(
        office, "您等的“亲子绘本”日期定了：周六上午9:30。", CallState.DEAD, cause="45047 out of response count limit"
    )
    fails(office)
    hands_in(office.browser("chen"))
    with served(office.app) as address:
        yield address


def paths(office: Office) -> list[str]:
    with office.database.reading() as session:
        code = session.query(Activity.code).filter_by(title="亲子绘本").scalar()
    return [
        *PATHS,
        *(
            f"/console/activities/{code}{act}"
            for act in ("", "/edit", "/pictures", "/move", "/copy?words=下周六9点", "/cancel", "/finish")
        ),
    ]


def signed_in(chromium: Chromium, desk: str, login: str = "wang", width: int = 1280, **options: Any) -> Page:
    page = chromium.new_context(viewport={"width": width, "height": 844}, **options).new_page()
    page.goto(f"{desk}/console/")
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="今天")).to_be_visible()
    return page


def test_somebody_signs_in_looks_for_an_activity_and_calls_it_off(browser: Chromium, desk: str) -> None:
    page = signed_in(browser, desk, "chen")
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.get_by_role("link", name="活动", exact=True).click()
    page.get_by_label("标题里的词").fill("绘本")
    expect(page.locator("#list tbody tr")).to_have_count(1)  # the list alone is drawn anew, as one types
    assert "words=%E7%BB%98%E6%9C%AC" in page.url
    page.get_by_label("分馆").select_option("总馆")
    expect(page.get_by_text("没有合适的活动")).to_be_visible()
    page.get_by_label("分馆").select_option("官塘社区分馆")
    page.get_by_role("link", name="亲子绘本").click()
    page.get_by_role("link", name="取消活动…").click()
    page.get_by_label("原因").fill("讲师生病，改到下月")
    page.get_by_role("button", name="取消这个活动").click()
    expect(page.get_by_role("status")).to_contain_text("已取消")
    expect(page.locator(".facts-state .state")).to_have_text("已取消")
    expect(page.locator(".trail")).to_contain_text("讲师生病，改到下月")
    page.go_back()
    page.goto(f"{desk}/console/activities?state=cancelled&span=all")
    expect(page.locator("#list tbody tr")).to_have_count(1)
    assert faults == []


def test_leaving_the_words_draws_no_list_under_the_finger_that_taps_it(browser: Chromium, desk: str) -> None:
    """A list drawn anew between press and release would swallow the click."""
    page = signed_in(browser, desk, "chen")
    page.goto(f"{desk}/console/activities")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/console/activities?" in request.url else None)
    page.get_by_label("标题里的词").fill("绘本")
    expect(page.locator("#list tbody tr")).to_have_count(1)
    page.get_by_label("标题里的词").blur()
    page.get_by_label("分馆").select_option("总馆")
    expect(page.get_by_text("没有合适的活动")).to_be_visible()
    page.get_by_label("分馆").select_option("官塘社区分馆")
    expect(page.locator("#list tbody tr")).to_have_count(1)
    assert len(asked) == 3, asked


def test_a_plan_goes_from_its_file_to_the_calendar_on_a_phone(browser: Chromium, desk: str) -> None:
    page = signed_in(browser, desk, "chen", width=390)
    page.goto(f"{desk}/console/activities")
    page.get_by_role("link", name="导入计划").click()
    page.get_by_label("或者把文字贴在这里").fill(APRIL.replace("2026年", "2027年").replace("（周日）", ""))
    page.get_by_role("button", name="读出来看看").click()
    expect(page.get_by_role("status")).to_contain_text("读出 4 项活动")
    page.get_by_role("link", name="改：书法讲座").click()
    page.get_by_label("时间").fill("4月30日下午2点")
    page.get_by_role("button", name="改好了").click()
    expect(page.locator(".plan-row", has_text="书法讲座")).to_contain_text("4月30日")
    page.get_by_role("button", name="不带入：旧书交换").click()
    while page.get_by_role("button", name="看过，不用改").count():
        page.get_by_role("button", name="看过，不用改").first.click()
    page.get_by_role("link", name="发布…").click()
    page.get_by_role("button", name="发布").click()
    expect(page.get_by_role("status")).to_contain_text("新增 3")
    page.goto(f"{desk}/plan/2027-04")
    expect(page.get_by_text("书法讲座").first).to_be_visible()


def test_the_rail_stays_in_sight_on_a_long_page(browser: Chromium, desk: str) -> None:
    page = signed_in(browser, desk, "chen")
    page.set_viewport_size({"width": 1280, "height": 400})
    page.goto(f"{desk}/console/plans/1")
    page.mouse.move(700, 200)
    page.mouse.wheel(0, 3000)
    page.wait_for_function("scrollY > 400")
    expect(page.get_by_role("link", name="今天")).to_be_in_viewport()


def test_a_phones_bar_holds_five_and_the_rest_is_behind_more(browser: Chromium, desk: str) -> None:
    page = signed_in(browser, desk, width=390)
    bar = page.locator(".bar a.room:visible")
    expect(bar).to_have_count(5)
    bottoms = page.evaluate("[...document.querySelectorAll('.bar a.room')].map(e => e.getBoundingClientRect().right)")
    assert max(bottoms) <= 390
    bar.last.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="更多")).to_be_visible()
    page.get_by_role("navigation", name="所有房间").get_by_role("link", name="馆员").click()
    expect(page.get_by_role("heading", name="馆员")).to_be_visible()
    expect(page.get_by_role("link", name="更多")).to_have_attribute("aria-current", "true")


def test_signing_out_leaves_nothing_behind_the_back_button(browser: Chromium, desk: str) -> None:
    page = signed_in(browser, desk)
    page.goto(f"{desk}/console/staff")
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("button", name="登录")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="登录")).to_be_visible()


def holds(page: Page, path: str) -> None:
    """What every page must be."""
    assert page.evaluate(OVERFLOW) <= 0, path
    assert [found for found in page.evaluate(TEXTS) if found["ratio"] < LEAST_CONTRAST] == [], path
    assert page.evaluate(NAMELESS) == [], path
    assert page.locator("h1").count() == 1, path


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_can_be_read_and_names_what_it_offers(
    browser: Chromium, desk: str, office: Office, width: int, scheme: Any
) -> None:
    page = signed_in(browser, desk, width=width, color_scheme=scheme)
    for path in paths(office):
        page.goto(desk + path)
        holds(page, path)
        if width < 800:
            assert [found for found in page.evaluate(TOUCHED) if found["height"] < LEAST_TOUCH - 8] == [], path


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_every_page_of_sign_up_fits_can_be_read_and_names_what_it_offers(
    browser: Chromium, desk: str, office: Office, width: int, scheme: Any
) -> None:
    page = signed_in(browser, desk, width=width, color_scheme=scheme)
    for path in sign_up_paths(office):
        page.goto(desk + path)
        holds(page, path)


def sign_up_paths(office: Office) -> list[str]:
    """A family in, one in line, one to be approved; templates with a fault and without."""
    number = opens(office, "全家一起读的读书会", seats=2, most_people=4, asks_names=True, asks_ages=True, days=4)
    entry = signs_up(office, number, LIN, Party((Person("小林", 35), Person("林小小", 14))))
    signs_up(office, number, "b", Party((Person("阿依古丽·买买提吐尔逊", 30),)), waits=True)
    with office.database.units() as session:
        told = [
            {"id": "a", "title": "活动提醒", "content": "名称：{{thing1.DATA}}"},
            {"id": "b", "title": "缴费", "content": "金额：{{amount1.DATA}}"},
        ]
        template.keep_listed(session, CallKind.TEMPLATE, told, now=times.now())
        code, row = session.get_one(Activity, number).code, session.get_one(Entry, entry).code
    mine = ("", "/sign-up", "/entries", f"/entries/{row}", f"/entries/{row}/people", "/entries/new", "/words", "/door",
            "/record", "/move", "/cancel", "/paper/door", "/paper/sheet", "/paper/poster")  # fmt: skip
    return [*(f"/console/activities/{code}{act}" for act in mine), "/console/activities?names=line", "/console/ways/templates",
            "/console/appeals"]  # fmt: skip


def test_the_way_by_keyboard_begins_with_a_jump_to_the_page(browser: Chromium, desk: str) -> None:
    page = signed_in(browser, desk)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_everything_works_without_scripts(browser: Chromium, desk: str) -> None:
    page = signed_in(browser, desk, "chen", java_script_enabled=False)
    page.goto(f"{desk}/console/activities")
    page.get_by_label("标题里的词").fill("书法")
    page.get_by_role("button", name="查找").click()
    expect(page.locator("#list tbody tr")).to_have_count(1)


def test_the_week_of_a_branch_is_entered_on_a_phone(browser: Chromium, desk: str, office: Office) -> None:
    page = signed_in(browser, desk, "chen", width=390)
    page.get_by_role("link", name="更多").first.click()
    page.get_by_role("link", name="分馆与时间").first.click()
    page.get_by_role("link", name="总馆", exact=True).click()
    page.get_by_role("link", name="改开放时间").click()
    page.get_by_label("用一句话写").fill("周二至周日 9:00-12:00、14:00-17:00；周一闭馆")
    page.get_by_role("button", name="按这句话填好").click()
    expect(page.get_by_role("status")).to_contain_text("还没有保存")
    expect(page.get_by_label("周二开门")).to_have_value("9:00")
    expect(page.get_by_label("周一开门")).to_have_value("")
    widths = page.evaluate(
        "[...document.querySelectorAll('.stretch input')].map(e => e.getBoundingClientRect().width)"
    )
    assert min(widths) > 40
    page.get_by_label("周六第2段关门").fill("20点")
    page.get_by_label("周日第2段关门").fill("13:00")
    page.get_by_label("周日第2段关门").press("Enter")  # saves, and fills nothing from words
    expect(page.get_by_role("alert")).to_contain_text("周日：开门 14:00 要早于关门 13:00")
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("周日开门")).to_be_focused()
    page.get_by_label("周日第2段关门").fill("17:00")
    page.get_by_role("button", name="保存").last.click()
    expect(page.get_by_role("status")).to_contain_text("周六 9:00—12:00、14:00—20:00")
    assert page.evaluate(OVERFLOW) <= 0
    assert "周六 9:00—12:00、14:00—20:00" in office.says("小林", "几点开门")


def test_a_closure_is_looked_at_before_it_is_done(browser: Chromium, desk: str) -> None:
    page = signed_in(browser, desk, "chen", width=390, java_script_enabled=False)
    page.goto(f"{desk}/console/closing/new")
    page.get_by_label("全部分馆").check()
    day = times.today(times.now()) + timedelta(days=2)
    page.get_by_label("第一天").fill(day.isoformat())
    page.get_by_label("原因").fill("消防检修")
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", name="这几天有 1 场活动，每场怎么办？")).to_be_visible()
    expect(page.get_by_role("link", name="亲子绘本")).to_be_visible()
    page.get_by_role("button", name="确定闭馆").click()
    expect(page.get_by_role("status").first).to_contain_text("已登记闭馆")
    page.get_by_role("button", name="撤掉这次闭馆").click()
    expect(page.get_by_role("status").first).to_contain_text("已撤掉")
