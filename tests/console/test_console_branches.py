"""分馆: what staff tell of a branch, what readers then hear, and two branches that are one."""

import io
import re
from datetime import time

import pytest
from python_calamine import CalamineWorkbook

from activities import hours, merging
from activities.opening import Stretch
from app import upkeep_parts
from console import branch_work
from models import times
from models.activity import Activity, ActivityFollow, Branch, BranchName, FormerName
from models.case import DeskHours
from models.opening import Closure
from models.staff import Role, Staff
from tests.console.office import Browser, Office
from tests.world import openid
from worker.clock import Clock

MAIN, GUANTANG, OTHER = "总馆", "官塘社区分馆", "官塘分馆"
ALL_DAY = Stretch(time(0), time(23, 59))


@pytest.fixture
def house(both_offices: Office) -> Office:
    """The main library, and one branch that a plan has written with two names."""
    plan = [both_offices.activity("听绘本"), both_offices.activity("剪纸", branch=GUANTANG)]
    both_offices.plans(
        *plan, both_offices.activity("书法", branch=OTHER), both_offices.activity("下棋", branch=OTHER)
    )
    return both_offices


def number_of(office: Office, name: str) -> int:
    with office.database.reading() as session:
        return int(session.query(Branch.id).filter_by(name=name).scalar())


def path_of(office: Office, name: str) -> str:
    return f"/console/branches/{number_of(office, name)}"


def seen_on(browser: Browser, path: str) -> str:
    found = re.search(r'name="seen" value="(\w*)"', browser.opens(path).text)
    assert found, path
    return found[1]


def edits(browser: Browser, path: str, **fields: str) -> str:
    """The form of details, saved; the words of the page it leads to."""
    given = {"name": "", "address": "", "way": "", "phone": "", "seen": seen_on(browser, f"{path}/edit"), **fields}
    return browser.does(f"{path}/edit", on=f"{path}/edit", **given)


def branches_of(office: Office) -> dict[str, list[str]]:
    with office.database.reading() as session:
        rows = session.query(Branch.name, Activity.title).join(Activity, Activity.branch_id == Branch.id)
        found: dict[str, list[str]] = {name: [] for (name,) in session.query(Branch.name)}
        for name, title in rows.order_by(Activity.id):
            found[name].append(title)
    return found


def test_the_list_says_which_branch_is_open_now(house: Office) -> None:
    with house.database.units() as session:
        hours.set_week(session, number_of_in(session, MAIN), {day: [ALL_DAY] for day in range(7)})
        today = times.today(times.now())
        branch = number_of_in(session, GUANTANG)
        hours.close(session, branch_id=branch, first_on=today, last_on=today, reason="检修")
    page = house.browser("he").opens("/console/branches").text
    states = re.findall(r'state state-\w+">([^<]+)<', page)
    assert states == ["开着", "闭馆", "没登记时间"]
    assert "每天 0:00—23:59" in page
    assert "添加分馆" not in page  # 小何 only looks


def number_of_in(session, name: str) -> int:
    return int(session.query(Branch.id).filter_by(name=name).scalar())


def test_the_excel_file_has_branches_weeks_and_days(house: Office) -> None:
    with house.database.units() as session:
        branch, today = number_of_in(session, MAIN), times.today(times.now())
        hours.set_week(session, branch, {1: [Stretch(time(9), time(17))]})
        hours.set_day(session, branch, today, [Stretch(time(10), time(12))])
    book = CalamineWorkbook.from_filelike(io.BytesIO(house.browser("he").opens("/console/branches.xlsx").data))
    sheets = [book.get_sheet_by_name(name).to_python() for name in ("分馆", "每周开放", "特别的日子")]
    assert [row[0] for row in sheets[0]] == ["分馆", MAIN, GUANTANG, OTHER]
    assert sheets[1][1][:3] == [MAIN, "闭馆", "9:00—17:00"]
    assert sheets[2][1] == [MAIN, today.isoformat(), "10:00—12:00"]


def test_a_branch_that_no_plan_has_named_is_added_and_can_be_asked_for(house: Office) -> None:
    said = house.browser("chen").does(
        "/console/branches/new", on="/console/branches/new", name="雒容 镇分馆", address="镇上", way="", phone=""
    )
    assert "已添加雒容 镇分馆" in said
    assert house.says("小林", "雒容镇在哪里").splitlines()[:2] == ["雒容 镇分馆", "地址：镇上"]
    assert house.noted("branch added") == 1


@pytest.mark.parametrize(
    ("name", "wrong"), [(GUANTANG, "已经有一个叫"), ("馆", "至少要有两个字"), ("", "至少要有两个字")]
)
def test_a_name_that_will_not_do_is_said_beside_its_field_and_nothing_typed_is_lost(
    house: Office, name: str, wrong: str
) -> None:
    browser = house.browser("chen")
    answer = browser.sends("/console/branches/new", on="/console/branches/new", name=name, address="文昌路 1 号")
    assert answer.status_code == 400
    assert re.search(rf'id="name-wrong">.*?{wrong}', answer.text)
    assert 'value="文昌路 1 号"' in answer.text


def test_where_a_branch_is_is_told_in_the_chat_and_on_the_page_of_its_activities(house: Office) -> None:
    path, more = path_of(house, GUANTANG), {"address": "官塘路 12 号", "way": "公交 23 路", "phone": "0772-123456"}
    assert "已保存：地址、电话、怎么去" in edits(house.browser("chen"), path, name=GUANTANG, **more)
    lines = ["地址：官塘路 12 号", "怎么去：公交 23 路", "电话：0772-123456"]
    assert house.says("小林", "官塘社区怎么走").splitlines()[1:4] == lines
    with house.database.reading() as session:
        code = session.query(Activity.code).filter_by(title="剪纸").scalar()
    page = house.http.get(f"/a/{code}").text
    assert [one for one in ("官塘路 12 号", "公交 23 路", 'href="tel:0772123456"') if one not in page] == []
    house.says("小林", "剪纸")
    assert "地址：官塘路 12 号" in house.says("小林", "1")


def test_where_nobody_wrote_the_address_a_person_can_be_asked(house: Office) -> None:
    assert house.says("小林", "官塘社区地址").startswith(f"{GUANTANG}的地址和电话还没有登记，请")


def test_a_renamed_branch_keeps_its_activities_and_a_plan_may_go_on_with_the_old_name(house: Office) -> None:
    number = number_of(house, GUANTANG)
    edits(house.browser("chen"), path_of(house, GUANTANG), name="滨江书房")
    assert number_of(house, "滨江书房") == number
    assert house.titles(house.says("小林", "滨江书房")) == ["剪纸"]
    house.plans(house.activity("剪纸", branch=GUANTANG), house.activity("折纸", branch=GUANTANG))
    assert branches_of(house)["滨江书房"] == ["剪纸", "折纸"]
    assert GUANTANG not in branches_of(house)
    assert house.titles(house.says("老周", "滨江 折纸")) == ["折纸"]
    with house.database.reading() as session:
        words = session.query(Activity.words).filter_by(title="剪纸").scalar()
    assert words.endswith("\n滨江书房")


def test_without_its_old_name_a_plan_means_another_branch_again(house: Office) -> None:
    browser, path = house.browser("chen"), path_of(house, GUANTANG)
    edits(browser, path, name="滨江书房")
    browser.does(f"{path}/former/remove", on=path, said=GUANTANG)
    house.plans(house.activity("折纸", branch=GUANTANG), month="2026-12")
    assert branches_of(house)[GUANTANG] == ["折纸"]


def test_whoever_saves_second_is_told_and_keeps_what_was_typed(house: Office) -> None:
    first, second, path = house.browser("chen"), house.browser("wang"), path_of(house, GUANTANG)
    seen = seen_on(second, f"{path}/edit")
    edits(first, path, name=GUANTANG, phone="111111")
    answer = second.sends(f"{path}/edit", on=f"{path}/edit", name=GUANTANG, phone="222222", seen=seen)
    assert answer.status_code == 409
    assert "电话：111111" in answer.text
    assert 'value="222222"' in answer.text
    seen = re.search(r'name="seen" value="(\w*)"', answer.text)[1]  # type: ignore[index]
    second.does(f"{path}/edit", on=f"{path}/edit", name=GUANTANG, phone="222222", seen=seen)
    assert "222222" in second.opens(path).text


def test_readers_may_say_it_as_staff_add_and_no_longer_as_they_remove(house: Office) -> None:
    browser, path = house.browser("chen"), path_of(house, GUANTANG)
    browser.does(f"{path}/names", on=path, said="塘边 书房")
    assert house.titles(house.says("小林", "塘边书房")) == ["剪纸"]
    browser.does(f"{path}/names/remove", on=path, said="塘边书房")
    assert house.titles(house.says("小林", "塘边书房")) == []
    assert (house.noted("branch name added"), house.noted("branch name removed")) == (1, 1)
    assert "一个字" in browser.does(f"{path}/names", on=path, said="塘")


def test_a_name_of_two_branches_is_shown_and_finds_both(house: Office) -> None:
    page = house.browser("chen").opens(path_of(house, OTHER)).text
    assert f"也是{GUANTANG}的叫法" in page
    assert set(house.titles(house.says("小林", "官塘"))) == {"剪纸", "书法", "下棋"}


def test_the_last_name_stays(house: Office) -> None:
    browser, path = house.browser("chen"), path_of(house, GUANTANG)
    with house.database.units() as session:
        session.query(BranchName).filter(
            BranchName.branch_id == number_of_in(session, GUANTANG), BranchName.said != GUANTANG
        ).delete()
    assert "最后一个叫法" in browser.does(f"{path}/names/remove", on="/console/branches/new", said=GUANTANG)


def test_the_main_library_stays_the_one_that_is_meant_whatever_it_is_called(office: Office) -> None:
    office.plans(office.activity("剪纸", branch=GUANTANG), office.activity("听绘本"))
    assert office.says("小林", "几点开门").startswith("总馆的开放时间还没有登记")
    edits(office.browser("chen"), path_of(office, MAIN), name="市图书馆新馆")
    assert office.says("小林", "几点开门").startswith("市图书馆新馆的开放时间还没有登记")


# ── two that are one ──


def merges(browser: Browser, office: Office, *, name: str = OTHER) -> str:
    path = path_of(office, OTHER)
    return browser.does(f"{path}/merge", on=f"{path}/merge", into=str(number_of(office, GUANTANG)), name=name)


def test_two_branches_that_are_one_become_one_with_everything_that_hangs_on_them(house: Office) -> None:
    other, today = number_of(house, OTHER), times.today(times.now())
    house.hires("tang", Role.EDITOR, branch=OTHER)
    with house.database.units() as session:
        hours.set_week(session, other, {day: [ALL_DAY] for day in range(7)})
        hours.close(session, branch_id=other, first_on=today, last_on=today, reason="检修")
        code, number = session.query(Activity.code, Activity.id).filter_by(title="书法").one()
        session.add(ActivityFollow(activity_id=number, openid=openid("小林"), asked_at=times.now()))
    assert f"{OTHER}已并入{GUANTANG}" in merges(house.browser("wang"), house)
    assert branches_of(house) == {MAIN: ["听绘本"], GUANTANG: ["剪纸", "书法", "下棋"]}
    kept = number_of(house, GUANTANG)
    assert house.count(Closure, Closure.branch_id == kept) == 1
    assert house.count(Staff, Staff.branch_id == kept) == 1
    assert house.count(ActivityFollow, ActivityFollow.activity_id == number) == 1
    assert house.http.get(f"/a/{code}").status_code == 200
    assert house.says("小林", "官塘分馆几点开门").startswith(f"{GUANTANG}今天闭馆：检修")
    assert set(house.titles(house.says("老周", "官塘分馆"))) == {"剪纸", "书法", "下棋"}


def desk_hours(branch: int, answer_minutes: int) -> DeskHours:
    return DeskHours(
        branch=branch, week={}, lunch_from=None, lunch_to=None, on_holidays=False, answer_minutes=answer_minutes,
        silent_minutes=30, changed_by="chen", changed_at=times.now(),
    )  # fmt: skip


@pytest.mark.parametrize("has_own", [False, True])
def test_the_hours_of_the_desk_go_along_where_the_other_has_none(house: Office, has_own: bool) -> None:
    other, kept = number_of(house, OTHER), number_of(house, GUANTANG)
    with house.database.units() as session:
        session.add_all([desk_hours(other, 45), *([desk_hours(kept, 60)] if has_own else [])])
    merges(house.browser("wang"), house)
    with house.database.reading() as session:
        rows = [(one.branch, one.answer_minutes) for one in session.query(DeskHours).all()]
    assert rows == [(kept, 60 if has_own else 45)]


def test_the_hours_of_the_desk_go_with_their_branch(house: Office) -> None:
    browser = house.browser("chen")
    browser.does("/console/branches/new", on="/console/branches/new", name="写错的馆")
    gone = path_of(house, "写错的馆")
    with house.database.units() as session:
        session.add(desk_hours(number_of_in(session, "写错的馆"), 45))
    browser.does(f"{gone}/delete", on=gone)
    assert house.count(DeskHours) == 0


def test_a_plan_that_still_writes_both_names_puts_no_branch_and_no_activity_back(house: Office) -> None:
    merges(house.browser("wang"), house)
    house.plans(house.activity("书法", branch=OTHER), house.activity("下棋", branch=OTHER))
    assert branches_of(house) == {MAIN: ["听绘本"], GUANTANG: ["剪纸", "书法", "下棋"]}


@pytest.mark.parametrize("name", ["", "官塘", GUANTANG])
def test_nothing_is_merged_before_its_name_is_typed(house: Office, name: str) -> None:
    path = path_of(house, OTHER)
    answer = house.browser("wang").sends(
        f"{path}/merge", on=f"{path}/merge", into=str(number_of(house, GUANTANG)), name=name
    )
    assert (answer.status_code, "name-wrong" in answer.text) == (400, True)
    assert len(branches_of(house)[OTHER]) == 2


def test_a_merger_that_was_cut_off_is_carried_on_by_the_clock_and_loses_nothing(
    house: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = 2 * merging.PART + 7
    house.plans(*(house.activity(f"课 {n}", branch=OTHER) for n in range(count)), month="2026-12")
    monkeypatch.setattr(branch_work, "PATIENCE", 0)
    browser = house.browser("wang")
    assert "会自己做完" in merges(browser, house)
    with house.database.units() as session:
        assert merging.go_on(session, number_of_in(session, OTHER), now=times.now())
    found = branches_of(house)
    assert (len(found[OTHER]), len(found[GUANTANG])) == (count + 2 - merging.PART, 1 + merging.PART)
    page = browser.opens(path_of(house, OTHER)).text
    assert f"还有 {count + 2 - merging.PART} 场活动" in page
    assert "正在并入" in browser.does(f"{path_of(house, OTHER)}/edit", on="/console/branches/new", seen=seen_on(
        browser, f"{path_of(house, OTHER)}/edit"), name=OTHER)  # fmt: skip
    parts = 0
    while True:
        with house.database.units() as session:
            if not merging.carry_on(session, times.now()):
                break
        parts += 1
    assert parts > 2
    assert OTHER not in branches_of(house)
    assert len(branches_of(house)[GUANTANG]) == count + 3


def test_the_clock_of_the_program_carries_on_what_was_left(house: Office) -> None:
    with house.database.units() as session:
        session.query(Branch).filter_by(name=OTHER).update({"merges_into": number_of_in(session, GUANTANG)})
    Clock(house.database, (), upkeep_parts()).clean_up(times.now())
    assert OTHER not in branches_of(house)


def test_a_long_renaming_is_carried_on_where_it_was_left(house: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    house.plans(*(house.activity(f"课 {n}", branch=OTHER) for n in range(merging.PART)), month="2026-12")
    monkeypatch.setattr(branch_work, "PATIENCE", 0)
    browser, path = house.browser("chen"), path_of(house, OTHER)
    assert f"还有 {merging.PART + 2} 场活动" in edits(browser, path, name="江边书屋")
    monkeypatch.setattr(branch_work, "PATIENCE", 60)
    assert "做完了" in browser.does(f"{path}/go-on", on=path)
    with house.database.reading() as session:
        words = {
            row[0].split("\n")[-1]
            for row in session.query(Activity.words).filter_by(branch_id=number_of(house, "江边书屋"))
        }
    assert words == {"江边书屋"}


# ── gone ──


def test_a_branch_with_activities_is_not_lost_and_an_empty_one_can_go(house: Office) -> None:
    browser, path = house.browser("chen"), path_of(house, GUANTANG)
    assert "还不能删" in browser.does(f"{path}/delete", on="/console/branches/new")
    assert branches_of(house)[GUANTANG] == ["剪纸"]
    browser.does("/console/branches/new", on="/console/branches/new", name="写错的馆")
    gone = path_of(house, "写错的馆")
    assert "已删除写错的馆" in browser.does(f"{gone}/delete", on=gone)
    assert browser.opens(gone).status_code == 404
    assert house.count(FormerName) == 0


def test_somebody_of_a_branch_changes_only_theirs_and_not_the_library(house: Office) -> None:
    house.hires("tang", Role.EDITOR, branch=GUANTANG)
    browser, mine, other = house.browser("tang"), path_of(house, GUANTANG), path_of(house, OTHER)
    on = f"{mine}/edit"
    asked = {
        f"{mine}/names": 303, f"{other}/names": 403, f"{other}/edit": 403, f"{other}/hours": 403, f"{other}/days": 403,
        f"{mine}/merge": 403, f"{mine}/delete": 403, "/console/branches/new": 403, "/console/holidays/2027": 403,
    }  # fmt: skip
    assert {path: browser.sends(path, on=on, said="塘边").status_code for path in asked} == asked
    assert (browser.opens(f"{mine}/hours").status_code, browser.opens(other).status_code) == (200, 200)
    assert "改开放时间" not in browser.opens(other).text
