"""The pages as a phone draws them: large type, a way by keyboard, colours one can read, day and night."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from models.when import Precision, When
from tests.pages.shelf import Shelf, nov

LEAST_CONTRAST = 4.5
LEAST_TOUCH = 44
PAGES = (
    "/",
    "/plan/2026-11",
    "/plan/2026-11?branch=官塘社区分馆&type=手工活动&past=1",
    "/plan/2027-03",
    "/plan/2026-13",
    "/nothing",
)
STATES = ("timed", "vague", "long", "cancelled", "over", "exhibition", "undated")

# Every text with its colour, its size and the first opaque colour behind it; drawings are decoration.
TEXTS = """() => {
  const linear = v => v <= .03928 * 255 ? v / 255 / 12.92 : ((v / 255 + .055) / 1.055) ** 2.4;
  const lum = c => { const f = c.map(linear);
    return .2126 * f[0] + .7152 * f[1] + .0722 * f[2] };
  const parse = s => s.match(/[0-9.]+/g).map(Number);
  const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] === 1) return c.slice(0, 3) } return [255, 255, 255] };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  for (let node; node = walker.nextNode();) {
    const e = node.parentElement;
    if (!node.data.trim() || e.closest('svg, .unseen, .skip') || !e.checkVisibility()) continue;
    const ink = parse(getComputedStyle(e).color).slice(0, 3), a = lum(ink), b = lum(behind(e));
    found.push({ text: node.data.trim(), ratio: (Math.max(a, b) + .05) / (Math.min(a, b) + .05) });
  }
  return found }"""

LINKS = """() => [...document.querySelectorAll('a, button, summary')].filter(e =>
  !e.matches('.skip') && e.checkVisibility()).map(e => {
  const { width, height } = e.getBoundingClientRect();
  return { name: (e.getAttribute('aria-label') || e.innerText).trim(), width, height } })"""

NAMELESS = """() => [...document.querySelectorAll('a, button, img, svg, input')].filter(e =>
  !e.closest('[aria-hidden=true]') &&
  !(e.getAttribute('aria-label') || e.getAttribute('alt') || e.textContent.trim())
).map(e => e.outerHTML)"""

# Pairs of texts that lie on each other by more than a third of the smaller one's height (sticky bar aside).
COLLIDING = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), boxes = [], found = [];
  const cutAway = (box, e) => e && (getComputedStyle(e).overflowY === 'hidden' &&
    box.top >= e.getBoundingClientRect().bottom - 1 || cutAway(box, e.parentElement));
  for (let node; node = walker.nextNode();) {
    if (!node.data.trim() || node.parentElement.closest('svg, .unseen, .skip, .action')) continue;
    if (!node.parentElement.checkVisibility()) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) if (!cutAway(box, node.parentElement)) boxes.push({ node, box });
  }
  const shared = (a, b, from, to) => Math.min(a[to], b[to]) - Math.max(a[from], b[from]);
  boxes.forEach((a, n) => boxes.slice(n + 1).forEach(b => {
    if (a.node !== b.node && shared(a.box, b.box, 'left', 'right') > 2 &&
        shared(a.box, b.box, 'top', 'bottom') > Math.min(a.box.height, b.box.height) / 3)
      found.push(a.node.data.trim() + ' / ' + b.node.data.trim());
  }));
  return found }"""

# Everything folded is opened, one filter beside the other too.
UNFOLDED = """document.querySelectorAll('details').forEach(e => { e.removeAttribute('name'); e.open = true })"""
DOUBLED = "document.documentElement.style.fontSize = '200%'"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@contextmanager
def phone(browser: Browser, width: int = 390, **options: Any) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": width, "height": 844}, **options)
    yield context.new_page()
    context.close()


@pytest.fixture
def addresses(shelf: Shelf, codes: dict[str, str], address: str) -> list[str]:
    """Every page and state."""
    states = [codes[name] for name in STATES] + [full(shelf)]
    return [address + path for path in PAGES] + [f"{address}/a/{code}" for code in states]


def full(shelf: Shelf) -> str:
    """An activity of which everything is known, and which was moved."""
    code = shelf.put(
        "手机拍照与修图", "12月8日", date(2026, 12, 8), starts_at=time(9), series="银龄课堂", is_online=True
    )
    shelf.tell(code, audience="中老年读者", age_from=55, fee="免费，材料费 10 元", contact="0562-5880000", materials="自己的手机和充电线",
               campaign="第十一届读书节", link="https://live.example.cn/room")  # fmt: skip
    when = When("12月15日", Precision.TIME, date(2026, 12, 15), date(2026, 12, 15), time(9), time(10, 30))
    return shelf.move(code, when, "主讲老师外出，推迟一周。")


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("large_type", [False, True], ids=["usual type", "type at 200 %"])
def test_nothing_has_to_be_scrolled_sideways_and_no_words_collide(
    browser: Browser, addresses: list[str], width: int, large_type: bool
) -> None:
    with phone(browser, width) as page:
        for opened in addresses:
            page.goto(opened)
            if large_type:
                page.evaluate(DOUBLED)
            for _ in ("folded", "unfolded"):
                assert page.evaluate(OVERFLOW) <= 0, opened
                assert page.evaluate(COLLIDING) == [], opened
                page.evaluate(UNFOLDED)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read_against_what_is_behind_it(
    browser: Browser, addresses: list[str], scheme: Any
) -> None:
    with phone(browser, color_scheme=scheme) as page:
        for opened in addresses:
            page.goto(opened)
            page.evaluate(UNFOLDED)
            texts = page.evaluate(TEXTS)
            assert texts
            assert [found for found in texts if found["ratio"] < LEAST_CONTRAST] == [], opened


def test_the_night_has_colours_of_its_own(browser: Browser, address: str) -> None:
    seen = set()
    for scheme in ("light", "dark"):
        with phone(browser, color_scheme=scheme) as page:
            page.goto(address)
            seen.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert seen == {"rgb(251, 250, 247)", "rgb(21, 25, 27)"}


@pytest.mark.parametrize("width", [320, 390])
def test_everything_to_touch_is_large_enough_for_a_thumb(browser: Browser, addresses: list[str], width: int) -> None:
    with phone(browser, width) as page:
        for opened in addresses:
            page.goto(opened)
            page.evaluate(UNFOLDED)
            small = [link for link in page.evaluate(LINKS) if min(link["width"], link["height"]) < LEAST_TOUCH - 0.5]
            assert small == [], opened


def test_everything_has_a_name_and_every_page_one_title_and_one_main(browser: Browser, addresses: list[str]) -> None:
    with phone(browser) as page:
        for opened in addresses:
            page.goto(opened)
            assert page.evaluate(NAMELESS) == []
            assert (page.locator("h1").count(), page.locator("main").count()) == (1, 1)
            assert page.title()
            assert page.locator("html").get_attribute("lang") == "zh-CN"


def test_the_tab_key_reaches_the_action_and_shows_where_it_is(
    browser: Browser, codes: dict[str, str], address: str
) -> None:
    with phone(browser) as page:
        page.goto(f"{address}/a/{codes['timed']}")
        reached = []
        for _ in range(12):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.innerText.trim()"))
            if reached[-1] == "加到手机日历":
                break
        assert reached[0] == "跳到正文"
        assert reached[-1] == "加到手机日历"
        assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"


def test_the_action_is_in_the_thumbs_reach_however_long_the_text(
    browser: Browser, shelf: Shelf, address: str
) -> None:
    code = shelf.put("很长的介绍", "11月28日", nov(28), summary="\n".join(["一段介绍。" * 20] * 12))
    with phone(browser) as page:
        page.goto(f"{address}/a/{code}")
        box = page.locator(".action a").bounding_box()
        assert page.evaluate("document.documentElement.scrollHeight") > 844 * 1.5
        assert box
        assert 844 / 2 < box["y"] < box["y"] + box["height"] <= 844


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 900)])
@pytest.mark.parametrize("large_type", [False, True], ids=["usual type", "type at 200 %"])
def test_title_time_and_place_stand_in_the_first_screen(
    browser: Browser, codes: dict[str, str], address: str, width: int, height: int, large_type: bool
) -> None:
    with phone(browser, width) as page:
        page.set_viewport_size({"width": width, "height": height})
        for name in ("timed", "long"):
            page.goto(f"{address}/a/{codes[name]}")
            if large_type:
                page.evaluate(DOUBLED)
            place = page.locator(".fact-main").nth(1).bounding_box()
            action = page.locator(".action").bounding_box()
            assert place
            assert action
            assert place["y"] + place["height"] <= action["y"], name


NEXT_TO_EACH_OTHER = """() => {
  const box = e => { const range = document.createRange(); range.selectNodeContents(e); return range.getBoundingClientRect() };
  const title = box(document.querySelector('.month-title'));
  const head = document.querySelector('.month-step').getBoundingClientRect();
  const steps = [...document.querySelectorAll('.month-step-words')].map(box).filter(one => one.top < head.bottom);
  return { shown: steps.length, gaps: steps.map(one => Math.max(title.left - one.right, one.left - title.right)) } }"""


@pytest.mark.parametrize("size", ["100%", "130%", "160%", "200%"])
@pytest.mark.parametrize("width", [320, 390, 430, 1280])
def test_months_of_one_digit_and_of_two_stand_apart_and_alike(
    browser: Browser, address: str, width: int, size: str
) -> None:
    told = []
    with phone(browser, width) as page:
        for slug in ("2023-04", "2026-10", "2026-12", "2027-01"):
            page.goto(f"{address}/plan/{slug}")
            page.evaluate(f"document.documentElement.style.fontSize = '{size}'")
            told.append(page.evaluate(NEXT_TO_EACH_OTHER))
    assert len({one["shown"] for one in told}) == 1
    assert all(gap >= 8 for one in told for gap in one["gaps"])


def test_a_month_on_a_phone_begins_with_its_filters_and_folds_what_is_gone(
    browser: Browser, codes: dict[str, str], address: str
) -> None:
    with phone(browser, java_script_enabled=False) as page:
        page.goto(f"{address}/plan/2026-11")
        filters = page.locator(".filter-head").first.bounding_box()
        assert filters
        assert filters["y"] < 200
        assert not page.get_by_text("巧手创意DIY").is_visible()
        page.get_by_text("本月已过去").click()
        assert page.get_by_text("巧手创意DIY").is_visible()
        page.get_by_text("所有馆").first.click()
        page.get_by_role("link", name="官塘社区分馆 1 场").click()
        assert page.get_by_text("只看官塘社区分馆").is_visible()
        page.get_by_role("link", name="看全部").click()
        page.get_by_role("link", name="11月7日，周六，1 场活动").click()
        assert page.get_by_text("巧手创意DIY").is_visible()


def test_a_day_of_the_grid_brings_its_section_into_sight(
    browser: Browser, codes: dict[str, str], address: str
) -> None:
    with phone(browser, reduced_motion="reduce") as page:
        page.goto(f"{address}/plan/2026-11")
        page.get_by_role("link", name="11月28日，周六，2 场活动").click()
        page.wait_for_function("location.hash === '#d28'")
        box = page.locator("#d28").bounding_box()
        assert box
        assert 0 <= box["y"] < 844


def test_who_asks_for_no_motion_gets_none(browser: Browser, codes: dict[str, str], address: str) -> None:
    with phone(browser, reduced_motion="reduce") as page:
        page.goto(f"{address}/plan/2026-11")
        assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
        assert page.evaluate("getComputedStyle(document.querySelector('.row-link')).transitionDuration") == "0s"


def test_no_page_breaks_its_own_content_policy(browser: Browser, addresses: list[str]) -> None:
    said: list[str] = []
    with phone(browser) as page:
        page.on("console", lambda message: said.append(message.text))
        for opened in addresses:
            page.goto(opened)
    assert [line for line in said if "Content Security Policy" in line] == []
