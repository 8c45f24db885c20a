"""Many activities published or taken back in one step, by those whose they are."""

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from activities import following
from console import activity_together
from models import times
from models.activity import Activity, ActivityState
from models.audit import AuditLine
from models.outbox import OutboxCall
from models.staff import Role
from tests.console.office import Browser, Office
from tests.console.test_console_activities import SCRIPT, state
from tests.world import openid

LIST = "/console/activities"


@pytest.fixture
def drafts(both_offices: Office) -> Office:
    """Six drafts, half of them a branch's, and one that readers see."""
    office, today = both_offices, times.today(times.now())
    some = (
        office.activity(f"展览{n}", day=today + timedelta(days=n), branch="官塘分馆" if n % 2 else "总馆")
        for n in range(6)
    )
    office.plans(*some, month="2026-12", publish=False)
    office.plans(office.activity("书法讲座", day=today + timedelta(days=9)))
    return office


def codes(office: Office, *titles: str) -> list[str]:
    with office.database.reading() as session:
        asked = sa.select(Activity.code).where(Activity.title.in_(titles)) if titles else sa.select(Activity.code)
        return list(session.scalars(asked.order_by(Activity.id)))


def published(office: Office) -> int:
    return office.count(Activity, Activity.state == ActivityState.PUBLISHED)


def sends(browser: Browser, **form: Any) -> str:
    """What is told after a form of the list."""
    answer = browser.sends(f"{LIST}/together", on=LIST, **form)
    return answer.text if answer.status_code == 200 else browser.opens(answer.headers["Location"]).text


def test_ticked_drafts_are_published_in_one_step(drafts: Office) -> None:
    told = sends(
        drafts.browser("chen"),
        act="publish",
        codes=codes(drafts, "展览0", "展览1", "展览5"),
        back=f"{LIST}?state=draft",
    )
    assert "发布了 3 项活动，读者现在就能看到、问到。" in told
    assert re.findall(r">(展览\d)</a>", told) == ["展览2", "展览3", "展览4"]
    assert "展览5" in drafts.says("小林", "展览5")
    assert drafts.count(AuditLine, AuditLine.act == "activity published", AuditLine.who == "chen") == 3


def test_ticked_activities_are_taken_back_in_one_step(drafts: Office) -> None:
    told = sends(drafts.browser("chen"), act="withdraw", codes=codes(drafts, "书法讲座"))
    assert "改回草稿了 1 项活动，读者看不到了。" in told
    assert "没找到" in drafts.says("小林", "书法讲座")
    assert drafts.noted("activity withdrawn") == 1


def test_what_could_not_be_done_is_said_by_name_and_the_rest_is_done(drafts: Office) -> None:
    browser = drafts.browser("chen")
    cancelled = f"{LIST}/{codes(drafts, '展览2')[0]}"
    browser.does(f"{cancelled}/cancel", on=f"{cancelled}/cancel", seen="draft", reason="不办了")
    told = sends(browser, act="publish", codes=[*codes(drafts), "nonsense"])
    assert "发布了 5 项活动" in told
    assert re.findall(r'undone-title">(.*?)</dt><dd>(.*?)</dd>', told) == [
        ("nonsense", "没有这个活动"), ("展览2", "现在是“已取消”"), ("书法讲座", "现在是“已发布”"),
    ]  # fmt: skip
    assert state(drafts, "展览2") is ActivityState.CANCELLED


def test_somebody_of_a_branch_publishes_only_its_own(drafts: Office) -> None:
    drafts.hires("tang", Role.EDITOR, branch="官塘分馆")
    browser = drafts.browser("tang")
    ticks = re.findall(r'name="codes" value="(\w+)"', browser.opens(LIST).text)
    assert ticks == codes(drafts, "展览1", "展览3", "展览5")
    told = sends(browser, act="publish", codes=codes(drafts, "展览0", "展览1"))
    assert re.findall(r'undone-title">(.*?)</dt><dd>(.*?)</dd>', told) == [("展览0", "是总馆的，由他们自己来")]
    assert (state(drafts, "展览0"), state(drafts, "展览1")) == (ActivityState.DRAFT, ActivityState.PUBLISHED)
    asked = browser.opens(f"{LIST}/together?act=publish").text
    assert "一共 <b>2</b> 项" in asked
    assert "没有可以发布的活动" in browser.opens(f"{LIST}/together?act=publish&branch=总馆").text


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("", 6),
        ("&branch=官塘分馆", 3),
        ("&words=展览4", 1),
        ("&state=draft", 6),
        ("&state=published", 0),
        ("&month=2026-11", 0),
    ],
)
def test_all_that_the_filter_shows_is_published_once_its_number_was_said(
    drafts: Office, asked: str, count: int
) -> None:
    browser = drafts.browser("chen")
    page = browser.opens(f"{LIST}/together?act=publish{asked}").text
    assert (f"一共 <b>{count}</b> 项" in page) == (count > 0)
    assert len(re.findall(r'<li>展览\d <span class="quiet">[^<]+） · [总官]', page)) == count
    form = {
        name: value
        for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)
        if name != "csrf_token"
    }
    if count:
        assert f"发布了 {count} 项活动" in sends(browser, **form)
    assert published(drafts) == 1 + count


def test_another_number_than_the_one_said_is_said_anew(drafts: Office) -> None:
    browser = drafts.browser("chen")
    sends(drafts.browser("wang"), act="publish", codes=codes(drafts, "展览0"))
    answer = browser.sends(f"{LIST}/together", on=LIST, act="publish", all="1", count="6")
    assert (answer.status_code, "数目变了" in answer.text, "一共 <b>5</b> 项" in answer.text) == (409, True, True)
    assert published(drafts) == 2


def test_nothing_ticked_is_told_kindly(drafts: Office) -> None:
    assert "还没有选活动" in sends(drafts.browser("chen"), act="publish")
    assert published(drafts) == 1


def test_a_forged_or_expired_form_does_nothing(drafts: Office) -> None:
    browser = drafts.browser("chen")
    for token in ("", "forged"):
        assert browser.sends(f"{LIST}/together", token=token, act="publish", codes=codes(drafts)).status_code == 400
    assert published(drafts) == 1


def test_it_leads_back_to_the_console_and_nowhere_else(drafts: Office) -> None:
    browser = drafts.browser("chen")
    answer = browser.sends(
        f"{LIST}/together", on=LIST, act="publish", codes=codes(drafts, "展览0"), back="https://evil.example/"
    )
    assert answer.headers["Location"] == LIST


def test_readers_who_waited_are_told(drafts: Office) -> None:
    with drafts.database.units() as session:
        number = session.scalars(sa.select(Activity.id).where(Activity.title == "展览1")).one()
        following.follow(session, number, openid("小林"), now=times.now())
    sends(drafts.browser("chen"), act="publish", codes=codes(drafts))
    assert drafts.count(OutboxCall, OutboxCall.openid == openid("小林")) == 1


def test_those_who_may_only_look_find_nothing_to_tick(drafts: Office) -> None:
    drafts.hires("jiao", Role.PROOFREADER)
    browser = drafts.browser("jiao")
    page = browser.opens(LIST).text
    assert ("展览1" in page, 'name="codes"' in page, "together" in page) == (True, False, False)
    assert (
        browser.sends(f"{LIST}/together", on="/console/sign-in", act="publish", codes=codes(drafts)).status_code
        == 403
    )


def test_the_whole_page_can_be_ticked_without_scripts(drafts: Office) -> None:
    page = drafts.browser("chen").opens(f"{LIST}?ticked=1").text
    assert len(re.findall(r'name="codes" value="\w+" checked', page)) == 7
    assert "全不选" in page


def test_no_name_is_taken_for_html(office: Office) -> None:
    office.plans(office.activity(SCRIPT, branch=SCRIPT[:60]), publish=False)
    browser = office.browser("chen")
    pages = [browser.opens(f"{LIST}/together?act=publish&words={SCRIPT}").text, browser.opens(f"{LIST}/together?act=publish").text,
             browser.opens(LIST).text, sends(browser, act="publish", codes=[*codes(office), SCRIPT])]  # fmt: skip
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    assert "&lt;script&gt;" in pages[-1]


def test_a_long_selection_is_done_in_parts_that_hold_nobody_up(both_offices: Office) -> None:
    office, today = both_offices, times.today(times.now())
    office.plans(
        *(office.activity(f"少年儿童生态文明主题阅读第{n}场", day=today + timedelta(days=n)) for n in range(120)),
        publish=False,
    )
    units: list[int] = []

    def note(_session: Any) -> None:
        units.append(1)

    event.listen(office.database.engine, "commit", note)
    told = sends(office.browser("chen"), act="publish", codes=codes(office))
    event.remove(office.database.engine, "commit", note)
    assert "发布了 120 项活动" in told
    assert len(units) >= 120 // activity_together.PART
