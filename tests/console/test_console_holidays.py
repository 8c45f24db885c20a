"""放假安排: entered by staff, and then known to the chat, to plans and to nobody's 今天 any more."""

import json
import re
from datetime import date, datetime
from pathlib import Path

import pytest

from activities.festivals import official
from models import times
from models.opening import CalendarDay
from models.staff import Role
from tests.console.office import Office
from tests.console.test_console_hours import it_is

NEXT = "/console/holidays/2027"
NOTICE = """一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（农历除夕、周五）至11日（周四）放假调休，共7天。2月14日（周日）、2月20日（周六）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。4月25日（周日）上班。
五、端午节：6月9日（周三）放假1天，不调休。
六、中秋节：9月15日（周三）放假，不调休。
七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。"""


@pytest.fixture
def house(both_offices: Office) -> Office:
    """The twenty-sixth of November: next year's days off have been told, and nobody has entered them."""
    both_offices.plans(both_offices.activity("听绘本"))
    it_is(datetime(2026, 11, 26, 10))
    return both_offices


def days_of(house: Office) -> dict[str, bool]:
    with house.database.reading() as session:
        return {f"{row.day:%m%d}": row.is_workday for row in session.query(CalendarDay).order_by(CalendarDay.day)}


def test_until_they_are_entered_today_asks_those_who_may(house: Office) -> None:
    house.hires("tang", Role.EDITOR, branch="总馆")
    assert "录入明年的放假安排" in house.browser("chen").opens("/console/").text
    assert [("放假安排" in house.browser(login).opens("/console/").text) for login in ("he", "tang")] == [
        False,
        False,
    ]
    browser = house.browser("wang")
    assert "已录入" in browser.does(NEXT, on=NEXT, words="春节：2027年2月5日至11日")
    assert "还差元旦、清明、劳动节、端午、中秋、国庆" in browser.opens("/console/").text
    browser.does(NEXT, on=NEXT, words=NOTICE)
    assert "放假安排" not in browser.opens("/console/").text
    assert house.noted("holidays entered") == 2


def test_before_november_nobody_is_asked(house: Office) -> None:
    it_is(datetime(2026, 10, 31, 10))
    assert "放假安排" not in house.browser("wang").opens("/console/").text


def test_a_whole_announcement_is_read_as_it_is_pasted(house: Office) -> None:
    said = house.browser("chen").does(NEXT, on=NEXT, words=NOTICE)
    assert "已录入：27 天放假，3 天上班。" in said
    days = days_of(house)
    assert [day for day, works in days.items() if works] == ["0214", "0220", "0425"]
    assert "还差" not in said


def test_what_stands_around_the_days_of_an_announcement_is_left(house: Office) -> None:
    head = "国务院办公厅关于2027年\n部分节假日安排的通知\n国办发明电〔2026〕7号\n各省、自治区、直辖市人民政府：\n"
    head += (
        "经国务院批准，现将2027年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。\n"
    )
    foot = "\n节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作。\n国务院办公厅\n2026年11月4日"
    assert "已录入：27 天放假，3 天上班。" in house.browser("chen").does(NEXT, on=NEXT, words=head + NOTICE + foot)


def test_readers_who_ask_for_a_festival_are_told_the_days_staff_entered(house: Office) -> None:
    house.plans(house.activity("写春联", day=date(2027, 2, 4)), month="2027-02")
    assert house.says("小林", "春节假期").startswith("2027年春节假期（2月6日—2月8日）还没有排定的活动。")
    house.browser("chen").does(NEXT, on=NEXT, words="春节：2月4日至14日")
    assert house.titles(house.says("小林", "春节假期")) == ["写春联"]
    assert house.titles(house.says("小林", "春节活动")) == ["写春联"]


def test_plans_that_say_the_holiday_mean_the_days_staff_entered(house: Office, tmp_path: Path) -> None:
    plan = tmp_path / "plan.txt"
    plan.write_text(
        "书声图书馆2027年2月活动安排\n活动名称 | 活动时间 | 活动地点\n猜灯谜 | 春节期间 | 大厅\n", "utf-8"
    )
    assert spans_of(house, plan) == [(None, None)]
    browser = house.browser("chen")
    browser.does(NEXT, on=NEXT, words="春节：2月5日至11日")
    assert spans_of(house, plan) == [("2027-02-05", "2027-02-11")]
    browser.does(f"{NEXT}/remove", on=NEXT, first="2027-02-05", last="2027-02-11")
    assert spans_of(house, plan) == [(None, None)]
    assert house.noted("holidays removed") == 1


def spans_of(house: Office, plan: Path) -> list[tuple[str | None, str | None]]:
    done = house.run("plan", "import", str(plan), "--dry-run", "--json")
    return [(one["starts_on"], one["ends_on"]) for one in json.loads(done.stdout)["activities"]]


def test_what_staff_enter_stands_above_what_the_program_knows(house: Office) -> None:
    browser, path = house.browser("chen"), "/console/holidays/2026"
    assert browser.opens(path).text.count("程序自带") == 13
    browser.does(path, on=path, words="国庆：10月8日放假")
    page = browser.opens(path).text
    assert (page.count("程序自带"), page.count("馆员录入")) == (13, 1)
    assert days_of(house) == {"1008": False}
    assert len(official(2026)) == 39


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("", "没有看到日期"),
        ("春节：2月5日至11日\n端午：2月30日", "没有2027年2月30日这一天"),
        ("2月5日至11日", "没看懂“2月5日至11日”"),
        ("春节：2月5日至3月5日", "有 29 天，像是写错了"),
        ("春节：2031年2月5日", "请到那一年的页面录入"),
    ],
)
def test_what_cannot_be_read_is_said_and_stays_in_the_box(house: Office, words: str, wrong: str) -> None:
    answer = house.browser("chen").sends(NEXT, on=NEXT, words=words)
    assert answer.status_code == 400
    assert re.search(rf'id="words-wrong">.*?{wrong}', answer.text)
    assert f"\n{words}</textarea>" in answer.text
    assert days_of(house) == {}


def test_a_day_told_twice_is_as_it_was_told_last(house: Office) -> None:
    browser = house.browser("chen")
    browser.does(NEXT, on=NEXT, words="春节：2月14日放假")
    browser.does(NEXT, on=NEXT, words="春节：2月14日上班")
    assert days_of(house) == {"0214": True}
    assert "已经有人去掉了" in browser.does(f"{NEXT}/remove", on=NEXT, first="2027-03-01", last="2027-03-02")


def test_what_is_known_can_be_seen_by_all_who_see_activities(house: Office) -> None:
    page = house.browser("he").opens("/console/holidays").text
    assert f"{times.today(times.now()).year}年放假安排" in page
    assert "<textarea" not in page
