"""修改 one activity: what is saved, what is refused beside its field, and two who do it at once."""

import re
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.merging import MINE, THEIRS, merged
from models.activity import Activity
from models.audit import AuditLine
from models.staff import Role
from tests.console.office import Browser, Office
from tests.console.test_console_activities import SCRIPT

TITLE = "亲子绘本"


@pytest.fixture
def shelf(both_offices: Office) -> Office:
    """One activity of a branch."""
    both_offices.plans(both_offices.activity(TITLE, branch="官塘分馆", place="二楼", summary="一起读。\n早点来。"))
    both_offices.plans(both_offices.activity("总馆的"), month="2026-12")
    return both_offices


def the(office: Office) -> Activity:
    with office.database.reading() as session:
        return session.query(Activity).order_by(Activity.id).first()  # type: ignore[return-value]


def path_of(office: Office) -> str:
    return f"/console/activities/{the(office).code}"


def fields_of(page: str) -> dict[str, str]:
    """The form as a browser would send it back."""
    values = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = (re.search(rf'\s{what}="([^"]*)"', tag) for what in ("name", "value"))
        kind = re.search(r'type="(\w+)"', tag)
        is_sent = kind is None or kind[1] == "hidden" or " checked" in tag
        if name and is_sent:
            values[name[1]] = unescape(value[1]) if value else ""
    for name, text in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL):
        values[name] = unescape(text).replace("\n", "\r\n")
    for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option( value="")? selected>([^<]*)', options)
        values[name] = unescape(chosen[2]) if chosen and not chosen[1] else ""
    return values


def opened(browser: Browser, path: str) -> dict[str, str]:
    answer = browser.opens(f"{path}/edit")
    assert answer.status_code == 200
    return fields_of(answer.text)


def saves(browser: Browser, path: str, form: dict[str, str], **typed: str) -> Any:
    """Send the form; None leaves a box unticked."""
    sent = {name: value for name, value in {**form, **typed}.items() if name != "csrf_token"}
    return browser.sends(f"{path}/edit", on=f"{path}/edit", **sent)


def test_save_tells_what_changed_and_readers_see_it(shelf: Office) -> None:
    browser, path = shelf.browser("chen"), path_of(shelf)
    form = opened(browser, path)
    answer = saves(browser, path, form, title="木偶绘本", age_from="3", age_to="6", is_online="1", branch="总馆")
    assert answer.status_code == 303
    assert "已保存：改了活动名称、最小年龄、最大年龄、线上、分馆。" in browser.opens(answer.headers["Location"]).text
    assert "木偶绘本" in shelf.says("小林", "木偶")
    for page in (shelf.http.get(f"/a/{the(shelf).code}").text, browser.opens(path).text):
        assert "3—6岁" in page
    with shelf.database.reading() as session:
        lines = session.query(AuditLine.detail).filter_by(act="activity edited").order_by(AuditLine.id).all()
    assert [line for (line,) in lines] == ["活动名称、最小年龄、最大年龄、线上", "官塘分馆 → 总馆"]


def test_a_form_sent_back_as_it_was_changes_nothing(shelf: Office) -> None:
    browser, path = shelf.browser("chen"), path_of(shelf)
    answer = saves(browser, path, opened(browser, path))
    assert "没有要改的" in browser.opens(answer.headers["Location"]).text
    assert (the(shelf).summary, shelf.noted("activity edited")) == ("一起读。\n早点来。", 0)


def test_everything_wrong_is_said_at_once_beside_its_field_and_nothing_is_lost(shelf: Office) -> None:
    browser, path = shelf.browser("chen"), path_of(shelf)
    form = opened(browser, path)
    del form["is_on_site"]
    typed = {
        "title": " ",
        "fee": "费" * 41,
        "age_from": "三",
        "link": "javascript:alert(1)",
        "branch": "没有的馆",
        "place": "三楼",
    }
    answer = saves(browser, path, form, **typed)
    assert answer.status_code == 400
    summed = re.findall(r'<li><a href="#(\w+)">', answer.text)
    beside = re.findall(r'id="(\w+)-wrong"', answer.text)
    assert summed == beside_in_order(beside) == ["title", "fee", "link", "age_from", "is_on_site", "branch"]
    assert fields_of(answer.text).items() >= {**typed, "title": "", "branch": ""}.items()
    assert the(shelf).place == "二楼"


def beside_in_order(names: list[str]) -> list[str]:
    order = ["title", "fee", "link", "age_from", "is_on_site", "branch"]
    assert len(names) == len(set(names))
    return sorted(names, key=order.index)


def test_two_who_changed_different_fields_both_keep_theirs(shelf: Office) -> None:
    first, second, path = shelf.browser("wang"), shelf.browser("chen"), path_of(shelf)
    theirs, mine = opened(first, path), opened(second, path)
    saves(first, path, theirs, place="三楼")
    answer = saves(second, path, mine, title="木偶绘本")
    told = second.opens(answer.headers["Location"]).text
    assert "改了活动名称。您打开之后别人改过地点，照他们的留着。" in told
    assert (the(shelf).title, the(shelf).place) == ("木偶绘本", "三楼")


@pytest.mark.parametrize(("choice", "kept"), [("mine", "木偶绘本"), ("theirs", "皮影绘本")])
def test_the_second_of_two_is_told_what_the_first_changed_and_decides(shelf: Office, choice: str, kept: str) -> None:
    first, second, path = shelf.browser("wang"), shelf.browser("chen"), path_of(shelf)
    theirs, mine = opened(first, path), opened(second, path)
    saves(first, path, theirs, title="皮影绘本", place="三楼")
    stopped = saves(second, path, mine, title="木偶绘本", fee="免费")
    assert (stopped.status_code, "王主任" in stopped.text, "皮影绘本" in stopped.text) == (409, True, True)
    again = fields_of(stopped.text)
    assert (again["title"], again["fee"], again["place"], again["asked"]) == ("木偶绘本", "免费", "三楼", "title")
    assert the(shelf).fee == ""
    undecided = saves(second, path, again)
    assert (undecided.status_code, the(shelf).title) == (409, "皮影绘本")
    answer = saves(second, path, fields_of(undecided.text), **{"keep-title": choice})
    assert answer.status_code == 303
    assert (the(shelf).title, the(shelf).fee, the(shelf).place) == (kept, "免费", "三楼")


def test_a_third_change_meanwhile_is_told_as_well(shelf: Office) -> None:
    first, second, path = shelf.browser("wang"), shelf.browser("chen"), path_of(shelf)
    mine = opened(second, path)
    saves(first, path, opened(first, path), title="皮影绘本")
    stopped = fields_of(saves(second, path, mine, title="木偶绘本").text)
    saves(first, path, opened(first, path), title="剪纸绘本")
    told = saves(second, path, stopped)
    assert (told.status_code, "剪纸绘本" in told.text) == (409, True)


@pytest.mark.parametrize("was", ["", "{", "[]", '{"title": 3}', '{"state": "draft"}'])
def test_a_form_that_does_not_say_what_was_seen_overwrites_nothing(shelf: Office, was: str) -> None:
    browser, path = shelf.browser("chen"), path_of(shelf)
    answer = saves(browser, path, opened(browser, path), was=was, title="木偶绘本")
    assert (answer.status_code, the(shelf).title) == (409, TITLE)


@pytest.mark.parametrize("token", ["", "forged"])
def test_a_forged_form_changes_nothing(shelf: Office, token: str) -> None:
    browser, path = shelf.browser("chen"), path_of(shelf)
    form = opened(browser, path)
    form.pop("csrf_token")
    answer = browser.sends(f"{path}/edit", token=token, **{**form, "title": "木偶绘本"})
    assert (answer.status_code, the(shelf).title) == (400, TITLE)


def test_a_form_that_lay_too_long_is_told_kindly_and_changes_nothing(shelf: Office) -> None:
    browser, path = shelf.browser("chen"), path_of(shelf)
    form = opened(browser, path)
    browser.http.delete_cookie("shusheng_form")
    answer = browser.sends(f"{path}/edit", token=form.pop("csrf_token"), **{**form, "title": "木偶绘本"})
    assert (answer.status_code, "这张表单已经失效" in answer.text, the(shelf).title) == (400, True, TITLE)


def test_somebody_of_a_branch_edits_its_own_and_gives_none_away(shelf: Office) -> None:
    shelf.hires("tang", Role.EDITOR, branch="官塘分馆")
    shelf.hires("shen", Role.EDITOR, branch="总馆")
    own, other, path = shelf.browser("tang"), shelf.browser("shen"), path_of(shelf)
    assert other.opens(f"{path}/edit").status_code == 403
    assert other.sends(f"{path}/edit", on="/console/", title="别馆的").status_code == 403
    form = opened(own, path)
    assert "branch" not in form
    given_away = saves(own, path, form, branch="总馆")
    assert (given_away.status_code, "请从列出的分馆里选" in given_away.text) == (400, True)
    assert saves(own, path, form, title="官塘的绘本").status_code == 303
    assert (the(shelf).title, the(shelf).branch.name) == ("官塘的绘本", "官塘分馆")


def test_no_field_is_taken_for_html(office: Office) -> None:
    office.plans(office.activity(TITLE))
    browser, path = office.browser("chen"), path_of(office)
    form = opened(browser, path)
    long = {"series", "type", "campaign", "audience", "fee"}
    names = ("title", "series", "type", "place", "summary", "campaign", "audience", "fee", "contact", "materials")
    typed = {name: f"{SCRIPT[: 30 if name in long else 60]}</textarea>"[:40] for name in names}
    refused = saves(
        browser, path, form, **typed, age_from=SCRIPT, age_to=SCRIPT, link=SCRIPT, branch=SCRIPT, was=SCRIPT
    )
    assert refused.status_code in (400, 409)
    saves(browser, path, form, **{**typed, "type": typed["type"][:32], "link": f"https://x.cn/{SCRIPT}"})
    assert the(office).title == typed["title"].strip()
    pages = [refused.text, *(browser.opens(where).text for where in (path, f"{path}/edit", "/console/activities"))]
    for page in [*pages, office.http.get(f"/a/{the(office).code}").text]:
        assert "&lt;script&gt;" in page
        assert re.findall(r"<script>alert|<img src=x|</textarea></textarea>", page) == []


def test_an_activity_that_is_gone_is_told_kindly(shelf: Office) -> None:
    assert shelf.browser("chen").opens("/console/activities/nonsense/edit").status_code == 404


VALUES = st.dictionaries(st.sampled_from("abc"), st.sampled_from("123"), min_size=3, max_size=3)


@given(was=VALUES, mine=VALUES, theirs=VALUES)
def test_of_two_who_change_one_thing_nobody_loses_a_word_unasked(
    was: dict[str, str], mine: dict[str, str], theirs: dict[str, str]
) -> None:
    met = merged(was, mine, theirs, {})
    for name in was:
        if mine[name] == was[name]:
            assert met.values[name] == theirs[name]
        elif theirs[name] == was[name]:
            assert met.values[name] == mine[name]
        assert (name in met.clashes) == (len({mine[name], theirs[name], was[name]}) == 3)
    decided = {name: merged(theirs, mine, theirs, dict.fromkeys(met.clashes, choice)).values
               for choice, name in ((MINE, "mine"), (THEIRS, "theirs"))}  # fmt: skip
    for name in met.clashes:
        assert (decided["mine"][name], decided["theirs"][name]) == (mine[name], theirs[name])
