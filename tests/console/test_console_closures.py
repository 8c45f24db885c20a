"""闭馆, the list and the form: what is wrong is said, who may close what. What it does: tests/notices/test_closing.py."""

import io
import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from models import times
from models.activity import Activity, ActivityState, Branch
from models.by import By
from models.closing import Closing
from models.opening import Closure
from models.staff import Role
from notices.closing import service
from tests.console.office import Browser, Office

NEW = "/console/closing/new"


@pytest.fixture
def house(both_offices: Office) -> Office:
    """Two branches with something on in each of the coming days; one thing is online."""
    day = today() + timedelta(days=1)
    both_offices.plans(
        both_offices.activity("听绘本", day=day),
        both_offices.activity("剪纸", day=day, branch="官塘分馆"),
        both_offices.activity("云看展", day=day, is_online=True, is_on_site=False),
        both_offices.activity("以后的", day=today() + timedelta(days=9)),
    )
    return both_offices


def today() -> date:
    return times.today(times.now())


def asked(branch: object = "all", *, first: int = 0, last: int = 2, reason: str = "春节放假") -> dict[str, str]:
    days = {name: (today() + timedelta(days=n)).isoformat() for name, n in (("first", first), ("last", last))}
    return {"branch": str(branch), "reason": reason, **days}


def number_of(house: Office, name: str) -> int:
    with house.database.reading() as session:
        return int(session.query(Branch.id).filter_by(name=name).scalar())


def closes(browser: Browser, **given: str) -> str:
    """Looked at, then pressed; the words of the page at the end. Activities go on."""
    page = browser.sends(NEW, on=NEW, **given).text
    keep = dict.fromkeys(re.findall(r'name="(choice-\w+)"', page), "keep")
    looked = browser.sends(NEW, on=NEW, **given, **keep, seen=seen_in(page)).text
    return browser.does(NEW, on=NEW, **given, **keep, seen=seen_in(looked))


def seen_in(page: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found, page
    return found[1]


def test_before_it_is_done_the_page_names_what_lies_in_those_days(house: Office) -> None:
    answer = house.browser("chen").sends(NEW, on=NEW, **asked())
    assert answer.status_code == 200
    assert "这几天有 3 场活动，每场怎么办？" in answer.text
    with house.database.reading() as session:
        codes = {
            code for (code,) in session.query(Activity.code).filter(Activity.title.in_(["听绘本", "剪纸", "云看展"]))
        }
    assert set(re.findall(r"/console/activities/(\w+)\" target", answer.text)) == codes
    assert 'value="春节放假"' in answer.text
    assert house.count(Closure) == 0


def test_a_closure_is_told_to_readers_at_once_and_what_is_kept_goes_on(house: Office) -> None:
    chen = house.browser("chen")
    assert "已登记闭馆" in closes(chen, **asked(), notice="1")
    with house.database.reading() as session:
        here = f"/console/closing/{session.scalars(sa.select(Closing.id)).one()}"
    onward = re.search(r'href="(/console/notices/\d+)"', chen.opens(here).text)
    assert onward
    assert re.search(rf'闭馆：<a href="{here}">.*，春节放假</a>', chen.opens(onward[1]).text)
    assert re.match(r"总馆到.*闭馆：春节放假。", house.says("小林", "今天开门吗"))
    assert house.says("小林", "官塘分馆今天开门吗").startswith("官塘分馆到")
    assert house.count(Activity, Activity.state == ActivityState.PUBLISHED) == 4
    assert house.noted("closure entered") == 1


def test_of_one_branch_only_its_own_activities_are_named_and_only_it_is_shut(house: Office) -> None:
    browser, number = house.browser("chen"), number_of(house, "官塘分馆")
    page = browser.sends(NEW, on=NEW, **asked(number)).text
    assert ("剪纸" in page, "听绘本" in page) == (True, False)
    closes(browser, **asked(number))
    assert "闭馆" in house.says("小林", "官塘分馆今天开门吗")
    assert "闭馆" not in house.says("小林", "总馆今天开门吗")


def test_what_came_into_those_days_meanwhile_is_named_first(house: Office) -> None:
    browser, given = house.browser("chen"), asked()
    seen = seen_in(browser.sends(NEW, on=NEW, **given).text)
    house.plans(house.activity("刚排的", day=today()), month="2026-12")
    answer = browser.sends(NEW, on=NEW, **given, seen=seen)
    assert (answer.status_code, "刚排的" in answer.text, house.count(Closure)) == (200, True, 0)


def test_undoing_it_is_as_if_it_had_never_been(house: Office) -> None:
    before, browser = house.says("小林", "今天开门吗"), house.browser("chen")
    closes(browser, **asked())
    with house.database.reading() as session:
        number = session.query(Closing.id).scalar()
    path = f"/console/closing/{number}/undo"
    assert "已撤掉" in browser.does(path, on="/console/closures")
    assert house.says("小林", "今天开门吗") == before
    assert "已经有人撤掉了" in browser.does(path, on=NEW)
    assert house.noted("closure undone") == 1


@pytest.mark.parametrize(
    ("given", "where", "wrong"),
    [
        ({"branch": ""}, "branch", "请选哪个馆"),
        ({"branch": "99999"}, "branch", "请选哪个馆"),
        ({"first": "soon"}, "first", "请选日期"),
        ({"last": "2020-01-01"}, "last", "最后一天不能早于第一天"),
        ({"first": "2020-01-01", "last": "2020-01-02"}, "last", "已经过去了"),
        ({"last": "2099-01-01"}, "last", "最多登记三年"),
        ({"reason": " "}, "reason", "请写上原因"),
        ({"reason": "长" * 121}, "reason", "最多 120 个字"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(house: Office, given: dict[str, str], where: str, wrong: str) -> None:
    answer = house.browser("chen").sends(NEW, on=NEW, **{**asked(), **given})
    assert answer.status_code == 400
    assert re.search(rf'id="{where}-wrong">.*?{wrong}', answer.text)
    assert house.count(Closure) == 0


def test_the_same_closure_is_not_entered_twice(house: Office) -> None:
    closes(house.browser("chen"), **asked(reason="盘点"))
    answer = house.browser("wang").sends(NEW, on=NEW, **asked(number_of(house, "官塘分馆"), first=1))
    assert (answer.status_code, "已经登记过闭馆了：盘点" in answer.text) == (409, True)


def test_only_those_of_the_whole_library_and_the_admin_close_all_of_it(house: Office) -> None:
    house.hires("tang", Role.EDITOR, branch="官塘分馆")
    house.hires("guan", Role.ADMIN, branch="官塘分馆")
    browser = house.browser("tang")
    assert browser.sends(NEW, on=NEW, **asked()).status_code == 400
    assert browser.sends(NEW, on=NEW, **asked(number_of(house, "总馆"))).status_code == 400
    assert "全部分馆" not in browser.opens(NEW).text
    closes(browser, **asked(number_of(house, "官塘分馆")))
    closes(house.browser("guan"), **asked(first=3, last=4))
    with house.database.reading() as session:
        every = session.query(Closure.closing_id).filter(Closure.branch_id.is_(None)).scalar()
    assert browser.sends(f"/console/closing/{every}/undo", on=NEW).status_code == 403
    assert "撤掉这次闭馆" not in browser.opens(f"/console/closing/{every}").text


def test_past_closures_have_a_list_of_their_own_and_the_file_has_all(house: Office) -> None:
    with house.database.units() as session:
        for n, reason in ((-9, "装修"), (5, "=盘点")):
            day = today() + timedelta(days=n)
            service.close(session, service.Wanted((), day, day, reason), "书声图书馆", by=By("chen", times.now()))
    browser = house.browser("he")
    assert [("装修" in page, "=盘点" in page) for page in
            (browser.opens(path).text for path in ("/console/closures", "/console/closures?span=past"))] == [
        (False, True), (True, False)]  # fmt: skip
    book = CalamineWorkbook.from_filelike(io.BytesIO(browser.opens("/console/closures.xlsx").data))
    assert [row[4] for row in book.get_sheet_by_index(0).to_python()] == ["原因", "=盘点", "装修"]
