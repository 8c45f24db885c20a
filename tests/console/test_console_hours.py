"""The week of a branch in one form, and days unlike it: what is kept, what is refused, what readers hear at once."""

import re
from datetime import date, datetime, time, timedelta

import pytest

from activities import hours
from activities.opening import Stretch
from models import times
from models.activity import Branch
from models.opening import DayHours, WeekHours
from tests.console.office import Browser, Office
from tests.console.test_console_branches import path_of

THURSDAY = datetime(2026, 11, 26, 10)
DAY = Stretch(time(9), time(17))


@pytest.fixture
def house(both_offices: Office) -> Office:
    """Two branches, whose hours nobody has entered; it is Thursday, ten o'clock."""
    both_offices.plans(both_offices.activity("听绘本"), both_offices.activity("剪纸", branch="官塘分馆"))
    it_is(THURSDAY)
    return both_offices


def it_is(moment: datetime) -> None:
    zone = times.local(times.now()).tzinfo
    times.set_shift(times.shift() + (moment.replace(tzinfo=zone) - times.now()))


def week_of(house: Office, name: str = "总馆") -> dict[int, list[tuple[str, str]]]:
    week: dict[int, list[tuple[str, str]]] = {}
    with house.database.reading() as session:
        rows = session.query(WeekHours).join(Branch, Branch.id == WeekHours.branch_id).filter(Branch.name == name)
        for row in rows.order_by(WeekHours.weekday, WeekHours.opens_at):
            week.setdefault(row.weekday, []).append((f"{row.opens_at:%H:%M}", f"{row.closes_at:%H:%M}"))
    return week


def filled_in(page: str) -> dict[str, str]:
    """The times on the form, and the mark of what was seen."""
    fields = re.findall(r'name="(d\d-\d-(?:from|to))" value="([^"]*)"', page)
    seen = re.search(r'name="seen" value="(\w*)"', page)
    assert seen
    return {**dict(fields), "seen": seen[1]}


def opened(browser: Browser, path: str) -> dict[str, str]:
    return filled_in(browser.opens(f"{path}/hours").text)


def saves(browser: Browser, path: str, **fields: str) -> str:
    given = {name.replace("_", "-"): value for name, value in fields.items()}
    return browser.does(f"{path}/hours", on=f"{path}/hours", **{**opened(browser, path), **given, "act": "save"})


def test_a_week_is_kept_and_told_to_readers_at_once(house: Office) -> None:
    assert house.says("小林", "几点关门").startswith("总馆的开放时间还没有登记")
    path, browser = path_of(house, "总馆"), house.browser("chen")
    week = {f"d{day}_0_from": "9:00" for day in range(1, 7)} | {f"d{day}_0_to": "1700" for day in range(1, 7)}
    said = saves(browser, path, **week)
    assert "已保存：周二至周日 9:00—17:00，周一闭馆。" in said
    assert house.says("小林", "几点关门").startswith("总馆现在开着，开到 17:00。")
    assert house.noted("week set") == 1


def test_a_day_has_up_to_three_stretches(house: Office) -> None:
    path, browser = path_of(house, "总馆"), house.browser("chen")
    saves(
        browser,
        path,
        d0_0_from="8:00",
        d0_0_to="9:00",
        d0_1_from="10",
        d0_1_to="11点",
        d0_2_from="19:30",
        d0_2_to="21：00",
    )
    assert week_of(house) == {0: [("08:00", "09:00"), ("10:00", "11:00"), ("19:30", "21:00")]}
    assert opened(browser, path)["d0-2-to"] == "21:00"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"d2-0-from": "9:00"}, "周三：关门时间还空着"),
        ({"d2-0-from": "17:00", "d2-0-to": "9:00"}, "周三：开门 17:00 要早于关门 09:00"),
        ({"d2-0-from": "九点", "d2-0-to": "17:00"}, "“九点”看不懂"),
        ({"d2-0-from": "25:00", "d2-0-to": "26:00"}, "没有 25:00 这个时间"),
        ({"d2-0-from": "9", "d2-0-to": "12", "d2-1-from": "11:30", "d2-1-to": "17"}, "周三的两段时间重叠了"),
    ],
)
def test_what_is_wrong_is_said_beside_its_day_and_nothing_typed_is_lost(
    house: Office, fields: dict[str, str], wrong: str
) -> None:
    path, browser = path_of(house, "总馆"), house.browser("chen")
    typed = {**opened(browser, path), "d0-0-from": "8:15", "d0-0-to": "16:45", **fields}
    answer = browser.sends(f"{path}/hours", on=f"{path}/hours", **typed, act="save")
    assert answer.status_code == 400
    assert re.search(rf'id="d2-wrong">.*?{wrong}', answer.text)
    assert 'href="#d2"' in answer.text
    assert filled_in(answer.text).items() >= typed.items()
    assert week_of(house) == {}


def test_a_week_written_as_words_fills_the_form_and_is_kept_only_when_saved(house: Office) -> None:
    path, browser = path_of(house, "总馆"), house.browser("chen")
    given = {**opened(browser, path), "words": "周二至周日 9:00-12:00、14:00-17:00；周一闭馆"}
    for act in ("fill", "save"):  # who presses 保存 with words in the box is shown first how they were read
        answer = browser.sends(f"{path}/hours", on=f"{path}/hours", **given, act=act)
        assert "还没有保存：请核对" in answer.text
        assert week_of(house) == {}
    fields = filled_in(answer.text)
    assert (fields["d0-0-from"], fields["d1-1-from"], fields["d6-1-to"]) == ("", "14:00", "17:00")
    browser.does(f"{path}/hours", on=f"{path}/hours", **fields, act="save")
    assert week_of(house) == {day: [("09:00", "12:00"), ("14:00", "17:00")] for day in range(1, 7)}


def test_words_that_cannot_be_read_are_named_and_stay(house: Office) -> None:
    path, browser = path_of(house, "总馆"), house.browser("chen")
    given = {**opened(browser, path), "d0-0-from": "8:15", "words": "法定节假日闭馆"}
    answer = browser.sends(f"{path}/hours", on=f"{path}/hours", **given, act="fill")
    assert answer.status_code == 400
    assert re.search(r'id="words-wrong">没看懂“法定节假日闭馆”', answer.text)
    assert "\n法定节假日闭馆</textarea>" in answer.text
    assert filled_in(answer.text)["d0-0-from"] == "8:15"


def test_the_week_of_another_branch_is_copied_into_the_form(house: Office) -> None:
    with house.database.units() as session:
        other = session.query(Branch.id).filter_by(name="官塘分馆").scalar()
        hours.set_week(session, other, {5: [DAY]})
    path, browser = path_of(house, "总馆"), house.browser("chen")
    answer = browser.sends(f"{path}/hours", on=f"{path}/hours", **opened(browser, path), act="copy", other=str(other))
    fields = filled_in(answer.text)
    assert (fields["d5-0-from"], fields["d4-0-from"], week_of(house)) == ("9:00", "", {})
    browser.does(f"{path}/hours", on=f"{path}/hours", **fields, act="save")
    assert week_of(house) == {5: [("09:00", "17:00")]}
    answer = browser.sends(f"{path}/hours", on=f"{path}/hours", **fields, act="copy", other="")
    assert 'id="other-wrong"' in answer.text


def test_whoever_saves_second_is_told_also_after_filling_from_words(house: Office) -> None:
    path, first, second = path_of(house, "总馆"), house.browser("chen"), house.browser("wang")
    seen = opened(second, path)
    saves(first, path, d0_0_from="9:00", d0_0_to="17:00")
    answer = second.sends(f"{path}/hours", on=f"{path}/hours", **seen, words="周二 10:00-16:00", act="fill")
    answer = second.sends(f"{path}/hours", on=f"{path}/hours", **filled_in(answer.text), act="save")
    assert answer.status_code == 409
    assert "现在是：周一 9:00—17:00" in answer.text
    assert filled_in(answer.text)["d1-0-from"] == "10:00"
    second.does(f"{path}/hours", on=f"{path}/hours", **filled_in(answer.text), act="save")
    assert week_of(house) == {1: [("10:00", "16:00")]}


# ── days unlike their weekdays ──


def days_of(house: Office) -> list[date]:
    with house.database.reading() as session:
        return [row[0] for row in session.query(DayHours.day).order_by(DayHours.day)]


def test_a_run_of_days_has_hours_of_its_own_but_not_where_it_is_shut_anyway(house: Office) -> None:
    with house.database.units() as session:
        main = session.query(Branch.id).filter_by(name="总馆").scalar()
        hours.set_week(session, main, {day: [DAY] for day in range(1, 7)})
    path, browser = path_of(house, "总馆"), house.browser("chen")
    given = {"first": "2026-11-26", "last": "2026-12-01", "x-0-from": "9:00", "x-0-to": "20:00", "keeps": "1"}
    assert "一共 5 天" in browser.does(f"{path}/days", on=f"{path}/days", **given)
    assert days_of(house) == [date(2026, 11, 26) + timedelta(days=n) for n in (0, 1, 2, 3, 5)]
    assert house.says("小林", "几点关门").startswith("总馆现在开着，开到 20:00。")
    browser.does(f"{path}/days/remove", on=f"{path}/days", first="2026-11-26", last="2026-11-29")
    assert days_of(house) == [date(2026, 12, 1)]
    assert house.says("小林", "几点关门").startswith("总馆现在开着，开到 17:00。")
    assert (house.noted("days set"), house.noted("days removed")) == (1, 1)


@pytest.mark.parametrize(
    ("fields", "where", "wrong"),
    [
        ({"first": ""}, "first", "请选日期"),
        ({"first": "2026-11-25"}, "first", "已经过去了"),
        ({"first": "2026-11-28", "last": "2026-11-27"}, "last", "最后一天不能早于第一天"),
        ({"first": "2026-11-28", "last": "2027-11-27"}, "last", "也不能晚过"),
        ({"first": "2026-11-28", "x-0-to": ""}, "x", "关门时间还空着"),
        ({"first": "2026-11-28", "x-0-from": "", "x-0-to": ""}, "x", "请到“闭馆”登记"),
        ({"first": "2026-11-30", "keeps": "1"}, "last", "这几天平时都闭馆"),
    ],
)
def test_days_that_will_not_do_are_refused_beside_their_field(
    house: Office, fields: dict[str, str], where: str, wrong: str
) -> None:
    with house.database.units() as session:
        main = session.query(Branch.id).filter_by(name="总馆").scalar()
        hours.set_week(session, main, {day: [DAY] for day in range(1, 7)})
    path, browser = path_of(house, "总馆"), house.browser("chen")
    given = {"x-0-from": "9:00", "x-0-to": "20:00", **fields}
    answer = browser.sends(f"{path}/days", on=f"{path}/days", **given)
    assert answer.status_code == 400
    assert re.search(rf'id="{where}-wrong">.*?{wrong}', answer.text)
    assert f'value="{given["first"]}"' in answer.text
    assert days_of(house) == []
