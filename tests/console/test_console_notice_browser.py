"""The month of notices, readers by rules and figures in a browser: on a phone and a desk, and counted as one chooses."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from models import times
from models.audience import FollowerListing, ListingState, PlatformTag
from models.notice import BroadcastState, NoticeUse, Way
from notices import quota, tracking
from tests.console.office import Office
from tests.console.test_console_browser import TOUCHED, holds, signed_in
from tests.console.test_console_quiz_browser import CUT_OFF
from tests.console.test_console_send_plan import told_of
from tests.notices.broadcasting import DAY, broadcast, by, notice, sent_to_all
from tests.pages.test_pages_browser import LEAST_TOUCH, UNFOLDED
from tests.served import served

LONG = "“书香盈城·悦读无界”第十一届全民读书节开幕式暨年度阅读推广人颁奖典礼活动预告"


@pytest.fixture
def desk(office: Office) -> Iterator[str]:
    """A month with notices sent, planned and not planned, a segment with its tag, and a list that is far too short."""
    number = told_of(office)
    today = times.today(times.now())
    with office.database.units() as session:
        other = notice(session, LONG)
        sent_to_all(
            session, other, at=times.now() - 3 * DAY, told={"total": 9, "filtered": 8, "sent": 8, "failed": 0}
        )
        tracking.note(session, tracking.code_of(session, other.id, "/plan", now=times.now()), day=today, who="x" * 32)
        broadcast(
            session,
            notice(session, "明天的新书"),
            Way.MASS_ALL,
            state=BroadcastState.PLANNED,
            due_at=times.now() + DAY,
        )
        for title, use in (("元旦闭馆三天", NoticeUse.CLOSURE), (LONG[::-1], NoticeUse.PREVIEW)):
            notice(session, title, use=use, due_on=today)
        quota.tell_other(session, today - DAY, by=by())
        session.add(PlatformTag(id=101, name="志愿者", readers=123456, seen_at=times.now()))
        state = {"began_at": times.now(), "who": "chen", "listed": 3, "total": 3, "missing": 40}
        session.add(FollowerListing(state=ListingState.ASKED, **state))
    office.browser("chen").does(
        "/console/notices/audience/keep", on="/console/notices/audience", to="all", name="全部"
    )
    office.browser("chen").does("/console/notices/audience/1/tag", on="/console/notices/audience")
    with served(office.app) as address:
        yield f"{address} {number}"


def paths(number: str) -> list[str]:
    base = "/console/notices"
    rules = "?to=rules&r0-how=all&r0-what=interest:阅读活动&r1-how=none&r1-what=branch:1"
    return [
        f"{base}/plan", f"{base}/plan?month=2026-02", f"{base}/audience", f"{base}/audience{rules}", f"{base}/followers",
        f"{base}/figures", f"{base}/{number}/figures", f"{base}/{number}/send", f"{base}/{number}/send{rules}&way=mass_list", f"{base}/{number}",
        f"{base}/{number}/pack",
    ]  # fmt: skip


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_every_page_fits_can_be_read_and_names_what_it_offers(
    browser: Chromium, desk: str, width: int, scheme: Any
) -> None:
    site, number = desk.split()
    page = signed_in(browser, site, width=width, color_scheme=scheme)
    for path in paths(number):
        answer = page.goto(site + path)
        assert answer is not None
        assert answer.status == 200, path
        page.evaluate(UNFOLDED)
        looks_well(page, path, width)


def looks_well(page: Page, path: str, width: int) -> None:
    holds(page, path)
    assert page.evaluate(CUT_OFF) == [], path
    if width < 800:
        assert [one for one in page.evaluate(TOUCHED) if one["height"] < LEAST_TOUCH - 8] == [], path


def test_the_number_follows_what_one_chooses_without_a_new_page(browser: Chromium, desk: str) -> None:
    site, _ = desk.split()
    page = signed_in(browser, site, "chen")
    page.goto(f"{site}/console/notices/audience")
    page.get_by_label("保存成一组").fill("写了一半的名字")
    page.get_by_label("发给谁").select_option("rules")
    expect(page.locator("#audience-count")).to_contain_text("请至少选一个条件")
    page.get_by_label("第 1 个条件", exact=True).select_option("interest:阅读活动")
    expect(page.locator("#audience-count")).to_contain_text("3 位读者")
    assert page.get_by_label("保存成一组").input_value() == "写了一半的名字"
    assert page.url.endswith("/audience")


def test_whoever_sends_sees_the_number_of_the_way_and_is_asked_for_rules_only_where_they_count(
    browser: Chromium, desk: str
) -> None:
    site, number = desk.split()
    page = signed_in(browser, site, "chen")
    page.goto(f"{site}/console/notices/{number}/send")
    expect(page.get_by_label("第 1 个条件", exact=True)).to_be_hidden()
    expect(page.locator("#audience-count")).to_contain_text("说过不收通知的也会收到")
    page.get_by_label("按名单群发").check()
    expect(page.locator("#audience-count")).not_to_contain_text("说过不收通知的也会收到")
    page.get_by_label("发给谁").select_option("rules")
    page.get_by_label("第 1 个条件", exact=True).select_option("interest:阅读活动")
    expect(page.locator("#audience-count")).to_contain_text("3 位读者")
    page.get_by_label("发布，不推送").check()
    expect(page.locator("#audience-count")).to_contain_text("谁的手机也不会响")
