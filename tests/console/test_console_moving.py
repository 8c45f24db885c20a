"""改期: a date as staff write it, said back before anything happens; who is told, and two who do it at once."""

from datetime import date, time, timedelta

import pytest

from activities import following
from models import times
from models.outbox import OutboxCall
from models.staff import Role
from models.when import Precision, When
from tests.console.office import Browser, Office
from tests.console.test_console_activities import SCRIPT
from tests.console.test_console_editing import fields_of, path_of, the
from tests.world import on, openid

VAGUE = When("12月中下旬", Precision.PERIOD, date(2026, 12, 11), date(2026, 12, 31))
FIXED = on(date(2026, 12, 19), time(14))


@pytest.fixture(autouse=True)
def in_november() -> None:
    """The tests of this file are read on 26 November 2026."""
    times.set_shift(times.start_of(date(2026, 11, 26)) + timedelta(hours=9) - times.now() + times.shift())


def shelf(office: Office, when: When, *, publish: bool = True) -> str:
    office.plans(
        office.activity("亲子绘本", branch="官塘分馆", when=when, place="二楼"), month="2026-12", publish=publish
    )
    return path_of(office)


def sends(browser: Browser, path: str, form: dict[str, str], **typed: str) -> tuple[int, str]:
    sent = {name: value for name, value in {**form, **typed}.items() if name != "csrf_token"}
    answer = browser.sends(f"{path}/move", on=f"{path}/move", **sent)
    return answer.status_code, answer.text if answer.status_code != 303 else browser.opens(
        answer.headers["Location"]
    ).text


def opened(browser: Browser, path: str) -> dict[str, str]:
    return fields_of(browser.opens(f"{path}/move").text)


def test_a_date_is_said_back_before_anything_is_done(both_offices: Office) -> None:
    path, browser = shelf(both_offices, FIXED), both_offices.browser("chen")
    form = opened(browser, path)
    assert form["words"] == "12月19日14:00"
    status, shown = sends(browser, path, form, words="12月20日9:00-11:00", reason="场地检修")
    assert (status, "<b>周日（12月20日）上午9:00—11:00</b>" in shown) == (200, True)
    assert the(both_offices).when == FIXED
    status, told = sends(browser, path, fields_of(shown))
    assert "已改到周日（12月20日）上午9:00—11:00。" in told
    page = both_offices.http.get(f"/a/{the(both_offices).code}").text
    assert "原来定在周六（12月19日）下午2:00" in page
    assert "场地检修" in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("12月中下旬", "12月中下旬（日期待定）"),
        ("12月28日——1月2日", "12月28日—2027年1月2日"),
        ("待定", "待定（日期待定）"),
    ],
)
def test_vague_words_and_runs_of_days_are_read_as_well(both_offices: Office, words: str, said: str) -> None:
    path, browser = shelf(both_offices, FIXED), both_offices.browser("chen")
    _, shown = sends(browser, path, opened(browser, path), words=words, reason="等讲师回话")
    assert said in shown
    assert sends(browser, path, fields_of(shown))[0] == 303
    assert said.split("（")[0] in both_offices.says("小林", "亲子绘本")


def test_other_words_than_those_said_back_are_said_back_again(both_offices: Office) -> None:
    path, browser = shelf(both_offices, FIXED), both_offices.browser("chen")
    _, shown = sends(browser, path, opened(browser, path), words="12月20日", reason="场地")
    status, again = sends(browser, path, fields_of(shown), words="12月21日")
    assert (status, "周一（12月21日）" in again, the(both_offices).when) == (200, True, FIXED)


def test_what_cannot_be_done_is_said_beside_its_field(both_offices: Office) -> None:
    path, browser = shelf(both_offices, FIXED), both_offices.browser("chen")
    form = opened(browser, path)
    for typed, ill in (
        ({"words": "等空调修好"}, ["words"]),
        ({"words": "  "}, ["words"]),
        ({"words": "12月5日、12日", "reason": "两场"}, ["words"]),
        ({"words": "12月32日"}, ["words"]),
        ({"words": "12月20日"}, ["reason"]),
        ({"words": "12月20日", "reason": "长" * 201, "place": "楼" * 121}, ["place", "reason"]),
        ({}, ["words", "reason"]),
    ):
        status, shown = sends(browser, path, form, **typed)
        assert (status, [name for name in ("words", "place", "reason") if f'id="{name}-wrong"' in shown]) == (
            400,
            ill,
        ), typed
        assert {**form, **typed}["words"].strip() == fields_of(shown)["words"]
    assert the(both_offices).when == FIXED


def test_it_says_how_many_readers_wait_and_they_are_told(both_offices: Office) -> None:
    path, browser = shelf(both_offices, VAGUE), both_offices.browser("chen")
    with both_offices.database.units() as session:
        for name in ("小林", "老周"):
            following.follow(session, the(both_offices).id, openid(name), now=times.now())
    _, shown = sends(browser, path, opened(browser, path), words="12月20日9点")
    assert "有 2 位读者回复过" in shown
    _, told = sends(browser, path, fields_of(shown))
    assert "会告诉 2 位读者" in told
    assert both_offices.count(OutboxCall, OutboxCall.openid.in_([openid("小林"), openid("老周")])) == 2


def test_readers_who_wait_for_a_draft_are_told_once_it_is_published(both_offices: Office) -> None:
    path, browser = shelf(both_offices, VAGUE), both_offices.browser("chen")
    with both_offices.database.units() as session:
        following.follow(session, the(both_offices).id, openid("小林"), now=times.now())
    browser.does(f"{path}/withdraw", on=path, seen="published")
    _, shown = sends(browser, path, opened(browser, path), words="12月20日9点")
    assert "等着的 1 位继续等" in shown
    sends(browser, path, fields_of(shown))
    assert both_offices.count(OutboxCall, OutboxCall.openid == openid("小林")) == 0
    browser.does(f"{path}/publish", on=path, seen="draft")
    assert both_offices.count(OutboxCall, OutboxCall.openid == openid("小林")) == 1


def test_of_two_who_move_it_the_second_sees_where_it_stands_and_loses_nothing(both_offices: Office) -> None:
    path = shelf(both_offices, FIXED)
    first, second = both_offices.browser("wang"), both_offices.browser("chen")
    _, mine = sends(second, path, opened(second, path), words="12月20日", reason="场地")
    _, theirs = sends(first, path, opened(first, path), words="12月26日", reason="讲师有事")
    sends(first, path, fields_of(theirs))
    status, told = sends(second, path, fields_of(mine))
    assert (status, "有人先动过" in told, "现在定在：周六（12月26日）" in told) == (409, True, True)
    assert (fields_of(told)["words"], fields_of(told)["reason"]) == ("12月20日", "场地")
    assert the(both_offices).date_text == "12月26日"
    sends(second, path, fields_of(told))
    assert the(both_offices).date_text == "12月20日"


def test_a_day_gone_by_is_pointed_out(both_offices: Office) -> None:
    path, browser = shelf(both_offices, FIXED), both_offices.browser("chen")
    _, shown = sends(browser, path, opened(browser, path), words="2026年11月2日", reason="补记")
    assert "已经过去了" in shown


def test_what_took_place_is_not_moved(both_offices: Office) -> None:
    path, browser = shelf(both_offices, on(date(2026, 11, 20))), both_offices.browser("chen")
    browser.does(f"{path}/finish", on=f"{path}/finish", seen="published", reason="")
    answer = browser.opens(f"{path}/move")
    assert (answer.status_code, "改期…" in browser.opens(path).text) == (303, False)


def test_somebody_of_a_branch_moves_its_own_and_only_with_a_token(both_offices: Office) -> None:
    path = shelf(both_offices, FIXED)
    both_offices.hires("tang", Role.EDITOR, branch="官塘分馆")
    browser = both_offices.browser("tang")
    form = opened(browser, path)
    _, shown = sends(browser, path, form, words="12月20日", reason="场地")
    ready = {name: value for name, value in fields_of(shown).items() if name != "csrf_token"}
    assert browser.sends(f"{path}/move", token="forged", **ready).status_code == 400
    assert the(both_offices).when == FIXED
    assert sends(browser, path, ready)[0] == 303
    assert the(both_offices).date_text == "12月20日"


def test_a_branch_is_kept_out_of_another_ones_dates(both_offices: Office) -> None:
    path = shelf(both_offices, FIXED)
    both_offices.plans(both_offices.activity("总馆的", branch="总馆"), month="2027-01")
    both_offices.hires("shen", Role.EDITOR, branch="总馆")
    other = both_offices.browser("shen")
    assert other.opens(f"{path}/move").status_code == 403
    assert other.sends(f"{path}/move", on="/console/", words="12月20日", read="12月20日").status_code == 403


def test_no_date_words_are_taken_for_html(office: Office) -> None:
    path, browser = shelf(office, FIXED), office.browser("chen")
    _, shown = sends(browser, path, opened(browser, path), words=SCRIPT[:70], place=SCRIPT, reason=SCRIPT)
    assert "&lt;script&gt;" in shown
    assert "<script>alert" not in shown
