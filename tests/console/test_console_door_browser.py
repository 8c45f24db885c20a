"""The door on staff's own phones: a network that comes and goes, an answer that is lost, two phones, no script."""

import threading
from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from activities.signup.party import Party, Person
from models.signup import DoorMark, EntryPerson
from tests.console.office import PASSWORD, Office
from tests.console.test_console_browser import NAMELESS, TOUCHED, signed_in
from tests.console.test_console_door import FAMILY, opens_the_door, page_of
from tests.pages.test_pages_browser import LEAST_CONTRAST, LEAST_TOUCH, OVERFLOW, TEXTS
from tests.served import served
from tests.test_sign_up import signs_up

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

IS_CUT = threading.Event()  # nothing reaches the library
LONG = "阿依古丽·买买提吐尔逊·阿卜杜热合曼"


@pytest.fixture
def door(office: Office) -> Iterator[str]:
    """The address of the sheet of an activity that begins in an hour: ten seats, a family, one alone, a class of seven."""
    talk = opens_the_door(office, seats=14, takes_units=True)
    signs_up(office, talk, "a", FAMILY)
    signs_up(office, talk, "b", Party((Person(LONG),), phone="13900139001"))
    signs_up(office, talk, "c", Party(tuple(Person() for _ in range(7)), unit="乌木山小学"))
    IS_CUT.clear()
    with served(partial(_reached, office.app)) as address:
        yield f"{address}{page_of(office, talk)}"


def _reached(app: "WSGIApplication", environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
    """The library, where anything gets there at all."""
    if IS_CUT.is_set():
        start("503 Service Unavailable", [])
        return []
    return app(environ, start)


def at_the_door(chromium: Chromium, door: str, login: str = "he", **options: Any) -> Page:
    page = signed_in(chromium, door.partition("/console")[0], login, width=390, **options)
    page.goto(door)
    return page


def cut_off(phone: BrowserContext) -> None:
    """No network. The browser's own switch tells the page so, and yet may send a request on that failed for the page."""
    IS_CUT.set()
    phone.set_offline(True)


def back_on(phone: BrowserContext) -> None:
    IS_CUT.clear()
    phone.set_offline(False)


def says(page: Page, words: str) -> None:
    expect(page.locator("#net")).to_contain_text(words)


def came(office: Office) -> int:
    return office.count(EntryPerson, EntryPerson.came_at.is_not(None))


def row(page: Page, words: str) -> Any:
    return page.locator(".door-row", has_text=words)


def presses(page: Page, button: Locator) -> None:
    """Tick, and wait until the desk has answered: what the page says may still be of the tick before."""
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        button.click()


def test_ticks_are_written_down_at_once_where_there_is_a_network(
    browser: Chromium, door: str, office: Office
) -> None:
    page = at_the_door(browser, door)
    presses(page, page.get_by_role("button", name="小小林（6岁）"))
    says(page, "都记下了")
    expect(page.get_by_role("button", name="小小林（6岁）")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#f-came")).to_have_text("1")
    assert came(office) == 1
    presses(page, row(page, "小小林").get_by_role("button", name="都来了"))
    expect(page.locator("#f-came")).to_have_text("2")
    says(page, "都记下了")
    assert came(office) == 2
    presses(page, page.get_by_role("button", name="小小林（6岁）"))
    expect(page.locator("#f-came")).to_have_text("1")
    says(page, "都记下了")
    assert came(office) == 1


def test_what_is_ticked_without_a_network_is_sent_when_it_comes_back(
    browser: Chromium, door: str, office: Office
) -> None:
    page = at_the_door(browser, door)
    says(page, "都记下了")
    cut_off(page.context)
    page.get_by_role("button", name="小林（35岁）", exact=True).click()
    page.get_by_label("几位", exact=True).fill("2")
    page.get_by_label("怎么称呼").fill("李老师")
    page.locator("#walk").get_by_role("button", name="记下").click()
    row(page, "乌木山小学").get_by_label("来了几位").fill("5")
    row(page, "乌木山小学").get_by_role("button", name="记下").click()
    says(page, "7 笔等网络")
    expect(page.get_by_role("button", name="小林（35岁） 等网络", exact=True)).to_be_visible()
    expect(page.locator("#f-came")).to_have_text("8")
    assert came(office) == 0
    back_on(page.context)
    says(page, "都记下了")
    assert came(office) == 8
    expect(page.locator("#f-came")).to_have_text("8")


def test_ticks_outlive_the_page_and_go_only_under_the_name_of_who_made_them(
    browser: Chromium, door: str, office: Office
) -> None:
    page = at_the_door(browser, door)
    says(page, "都记下了")
    cut_off(page.context)
    page.get_by_role("button", name="小林（35岁）", exact=True).click()
    says(page, "1 笔等网络")
    phone = page.context
    page.close()  # the phone was put away
    back_on(phone)
    page = phone.new_page()
    page.goto(door.partition("/activities")[0] + "/")
    changes_hands(page, "chen")
    page.goto(door)
    says(page, "都记下了")
    assert came(office) == 0
    changes_hands(page, "he")
    page.goto(door)
    expect(page.get_by_role("button", name="小林（35岁） 来了", exact=True)).to_be_visible()
    says(page, "都记下了")
    assert office.count(EntryPerson, EntryPerson.came_by == "he") == 1


def changes_hands(page: Page, login: str) -> None:
    page.get_by_role("button", name="退出").click()
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="今天")).to_be_visible()


def test_an_answer_that_is_lost_doubles_nothing(browser: Chromium, door: str, office: Office) -> None:
    page = at_the_door(browser, door)
    says(page, "都记下了")
    lost: list[int] = []

    def loses_it(route: Route) -> None:
        lost.append(route.fetch().status)
        route.abort()

    page.route("**/door/marks", loses_it)
    page.get_by_label("几位", exact=True).fill("3")
    page.locator("#walk").get_by_role("button", name="记下").click()
    says(page, "1 笔等网络")
    assert lost[-1] == 200
    assert came(office) == 3
    page.unroute("**/door/marks")
    page.evaluate("dispatchEvent(new Event('online'))")
    says(page, "都记下了")
    assert came(office) == 3
    assert office.count(DoorMark) == 1
    expect(page.locator("#f-came")).to_have_text("3")


def test_two_phones_see_each_others_ticks_and_a_full_room_is_said(
    browser: Chromium, door: str, office: Office
) -> None:
    first, second = at_the_door(browser, door), at_the_door(browser, door, "chen")
    says(second, "都记下了")
    first.get_by_role("button", name="小林（35岁）", exact=True).click()
    says(first, "都记下了")
    second.get_by_label("几位", exact=True).fill("9")
    second.locator("#walk").get_by_role("button", name="记下").click()
    expect(second.locator("#failed")).to_contain_text(
        "现场来的 9 位没记下：只剩 4 个位子，坐不下 9 位。可以先加名额。"
    )
    expect(second.get_by_role("button", name="小林（35岁） 来了", exact=True)).to_be_visible()
    second.reload()
    expect(second.locator("#failed")).to_contain_text("现场来的 9 位没记下")  # until somebody has read it
    second.get_by_role("button", name="知道了").click()
    expect(second.locator("#failed")).to_be_hidden()
    assert came(office) == 1


def test_a_session_that_ended_is_said_and_the_ticks_stay(browser: Chromium, door: str, office: Office) -> None:
    page = at_the_door(browser, door)
    says(page, "都记下了")
    office.passes(hours=13)
    page.get_by_role("button", name="小林（35岁）", exact=True).click()
    says(page, "登录过期了，请重新登录再打开这一页。1 笔还没送出，都在手机里。")
    assert came(office) == 0


def test_somebody_is_found_as_one_types(browser: Chromium, door: str) -> None:
    page = at_the_door(browser, door)
    for typed, found in (("9001", LONG), ("13900139001", LONG), ("小小", "小小林"), ("乌木山", "乌木山小学")):
        page.get_by_label("找人").fill(typed)
        expect(page.locator(".door-row:visible")).to_have_count(1)
        expect(page.locator(".door-row:visible")).to_contain_text(found)
    page.get_by_label("找人").fill("没有这个人")
    expect(page.get_by_text("没有找到。没报名的")).to_be_visible()
    page.get_by_label("找人").fill("")
    page.get_by_role("button", name=LONG).click()
    says(page, "都记下了")
    page.get_by_label("只看还没来的").check()
    expect(page.locator(".door-row:visible")).to_have_count(2)


def test_without_a_script_the_door_works_too(browser: Chromium, door: str, office: Office) -> None:
    page = at_the_door(browser, door, java_script_enabled=False)
    page.get_by_role("button", name="小林（35岁）", exact=True).click()
    expect(page.locator(".said-done")).to_contain_text("已记下。")
    page.get_by_label("几位", exact=True).fill("2")
    page.locator("#walk").get_by_role("button", name="记下").click()
    expect(page.locator(".said-done")).to_contain_text("现场来的 2 位已记下。")
    page.get_by_label("找人").fill("9001")
    page.get_by_role("button", name="找", exact=True).click()
    expect(page.locator(".door-row")).to_have_count(1)
    assert came(office) == 3


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sheet_fits_can_be_read_and_be_hit(browser: Chromium, door: str, width: int, scheme: Any) -> None:
    page = at_the_door(browser, door, color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 844})
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.reload()
    says(page, "都记下了")
    page.get_by_role("button", name="小小林（6岁）").click()
    says(page, "都记下了")
    page.get_by_label("几位", exact=True).fill("30")
    page.locator("#walk").get_by_role("button", name="记下").click()
    expect(page.locator("#failed")).to_be_visible()
    assert faults == []
    cut_off(page.context)
    page.get_by_role("button", name="小林（35岁）", exact=True).click()
    says(page, "1 笔等网络")
    page.get_by_text("一位一位勾").click()
    assert page.evaluate(OVERFLOW) <= 0
    assert [found for found in page.evaluate(TEXTS) if found["ratio"] < LEAST_CONTRAST] == []
    assert page.evaluate(NAMELESS) == []
    if width == 390:
        assert [found for found in page.evaluate(TOUCHED) if found["height"] < LEAST_TOUCH - 8] == []
        heights = page.evaluate("[...document.querySelectorAll('.tick')].map(e => e.getBoundingClientRect().height)")
        assert min(heights) >= 56
