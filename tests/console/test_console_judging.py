"""Staff run the judging: set the rule, invite, see who lacks what, close over the places, take the marks away as a file."""

import re
from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from werkzeug.test import Client as Reader

from contests.judging import service
from models import times
from models.contest import Submission
from models.judging import Judge, JudgeState, JudgingRound, Mark, RoundState
from models.staff import Role
from tests.console.office import Browser, Office
from tests.contests.judged import browser_of, contest_of, judge_row, judges_all, marks, sends
from tests.test_page_sign_up import hidden


def form_of(page: str) -> dict[str, str]:
    """What stands in the fields of a form."""
    values = dict(re.findall(r'<input class="form-control" id="[^"]+" name="([^"]+)" value="([^"]*)"', page))
    values |= {
        name: words.strip("\n")
        for name, words in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)</textarea>', page)
    }
    for name, options in re.findall(r'<select[^>]* name="([^"]+)">(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        values[name] = chosen[1] if chosen else ""
    return values


def invites(chen: Browser, contest: int, name: str, **more: Any) -> str:
    """The token of a link as staff see it, once."""
    on = f"/console/contests/{contest}/judging/judges/new"
    page = chen.sends(on, on=on, name=name, **more).text
    assert "<svg" in page
    found = re.search(r"/j/([\w-]{32})", page)
    assert found, page
    return found[1]


def sets_up(chen: Browser, contest: int, **more: str) -> str:
    """A round by the template for essays: the address of its page."""
    on = f"/console/contests/{contest}/judging/rounds/new"
    values = form_of(chen.opens(f"{on}?template=essay").text) | {"judges_each": "2"} | more
    answer = chen.sends(on, on=on, **values)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_a_contest_is_judged_from_the_first_criterion_to_the_file(office: Office) -> None:
    contest, _works = contest_of(office, 4)
    chen = office.browser("chen")
    base = f"/console/contests/{contest}/judging"
    assert "用诵读的标准" in chen.opens(base).text
    where = sets_up(chen, contest, shortlist="2", spread_flag="20")
    page = chen.opens(where).text
    assert "每组前 2 名进入下一轮，并列在最后一名的都进入。" in page
    assert "同分时依次：“立意”的平均分高的在前" in page
    assert "没有做成：" in chen.does(f"{where}/open", on=where)  # nobody judges yet
    tokens = [invites(chen, contest, name) for name in ("周老师", "吴老师")]
    assert "周老师" in chen.opens(base).text
    assert tokens[0] not in chen.page.text  # type: ignore[union-attr]
    readers = [browser_of(office, token) for token in tokens]
    assert "已开始，作品分给评委了。" in chen.does(f"{where}/open", on=where)
    page = chen.opens(where).text
    assert "4 件没有评完" in page
    assert "评委 1、2" in page
    for judge, reader, points in zip((1, 2), readers, ((9, 9, 9, 9), (5, 9, 9, 9)), strict=True):
        judges_all(office, reader, judge, *points)
    page = chen.opens(where).text
    assert "都评完了" in page
    assert "84.00" not in page, "nobody sees places before they stand"
    assert "题目0" not in page
    assert chen.http.get(f"{where}/marks.xlsx").status_code == 404
    assert "4 件作品的名次都记下了" in chen.does(f"{where}/close", on=where)
    assert "并列在入围线上" in chen.opens(where).text
    book = CalamineWorkbook.from_filelike(BytesIO(chen.opens(f"{where}/marks.xlsx").data))
    rows = book.get_sheet_by_name("名次").to_python()
    assert rows[0][-2:] == ["评委1", "评委2"]
    assert rows[1][:4] == ["不分组", 1.0, 1.0, "题目0"]
    assert rows[1][5:10] == [84.0, 84.0, 0.0, "是", "并列在入围线上，都进入下一轮"]
    assert rows[1][11:] == [90.0, 78.0]
    assert len(book.get_sheet_by_name("每位评委的分").to_python()) == 9
    named = CalamineWorkbook.from_filelike(BytesIO(chen.opens(f"{where}/marks.xlsx?names=1").data))
    assert named.get_sheet_by_name("名次").to_python()[0][-2:] == ["周老师", "吴老师"]
    for act, count in (
        ("judging round opened", 1),
        ("judging round closed", 1),
        ("judge invited", 2),
        ("marks exported", 2),
    ):
        assert office.noted(act) == count


def test_marks_far_apart_are_listed_and_looked_at_again(office: Office) -> None:
    contest, works = contest_of(office, 1)
    chen = office.browser("chen")
    where = sets_up(chen, contest)
    readers = [browser_of(office, invites(chen, contest, name)) for name in "甲乙丙"]
    chen.does(f"{where}/open", on=where)
    busy = [judge for judge in (1, 2, 3) if marks(office, judge)]
    for judge, points in zip(busy, (9, 4), strict=True):
        judges_all(office, readers[judge - 1], judge, *([points] * 4))
    page = chen.opens(where).text
    assert "50.00" in page
    assert "90.00" not in page, "how far apart, not which way"
    page = chen.does(f"{where}/look", on=where, work=str(works[0]))
    assert "已请" in page
    assert "已请人复看" in page
    assert "1 件没有评完" in page
    (third,) = {1, 2, 3} - set(busy)
    assert "请您也评" in readers[third - 1].get("/judge").text


def test_while_many_works_are_dealt_the_page_says_how_many_and_offers_nothing_early(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "AT_ONCE", 2)
    contest, _ = contest_of(office, 4)
    chen = office.browser("chen")
    where = sets_up(chen, contest, judges_each="1")
    invites(chen, contest, "甲")
    assert "正在一批一批分给评委" in chen.does(f"{where}/open", on=where)
    page = chen.opens(where).text
    assert "已分 2 份" in page
    assert "还缺" not in page
    assert "结束这一轮</button>" not in page
    while office.database.unit(lambda session: service.deal_due(session, times.now())):
        pass
    page = chen.opens(where).text
    assert "正在把作品分给评委" not in page
    assert "结束这一轮</button>" in page


def test_closing_without_every_mark_needs_a_reason_that_is_kept(office: Office) -> None:
    contest, _ = contest_of(office, 2)
    chen = office.browser("chen")
    where = sets_up(chen, contest, judges_each="1")
    reader = browser_of(office, invites(chen, contest, "甲"))
    chen.does(f"{where}/open", on=where)
    sends(reader, marks(office, 1)[0].id, 8, 8, 8, 8)
    assert "还有 1 件作品没有评完" in chen.does(f"{where}/close", on=where)
    assert "名次都记下了" in chen.does(f"{where}/close", on=where, reason="评委住院")
    assert "没有评分，不进入下一轮" in chen.opens(where).text
    assert "请写为什么重新打开" in chen.does(f"{where}/reopen", on=where)
    assert "已重新打开" in chen.does(f"{where}/reopen", on=where, reason="等评委回来")
    with office.database.reading() as session:
        assert session.get_one(JudgingRound, 1).state is RoundState.OPEN


def test_a_judge_is_reminded_barred_given_a_new_link_and_stopped(office: Office) -> None:
    contest, _works = contest_of(office, 3)
    chen = office.browser("chen")
    where = sets_up(chen, contest, judges_each="1", due_on="2027-04-23")
    old = invites(chen, contest, "周老师")
    reader = browser_of(office, old)
    invites(chen, contest, "吴老师")
    chen.does(f"{where}/open", on=where)
    one = f"/console/contests/{contest}/judging/judges/1"
    had = len(marks(office, 1))
    assert f"还有 {had} 件作品等您评分，请在4月23日前评完" in chen.opens(one).text
    work = marks(office, 1)[0].submission_id
    with office.database.reading() as session:
        receipt = session.get_one(Submission, work).number
    assert "没有这个编号的作品" in chen.does(f"{one}/bar", on=one, work="99", reason="亲戚")
    assert "已登记回避" in chen.does(f"{one}/bar", on=one, work=str(receipt), reason="亲戚")
    assert work in [mark.submission_id for mark in marks(office, 2)]
    page = chen.sends(f"{one}/link", on=one).text
    found = re.search(r"/j/([\w-]{32})", page)
    assert found
    assert reader.get("/judge").status_code == 403
    assert Reader(office.app).get(f"/j/{old}").status_code == 410
    again = browser_of(office, found[1])
    assert "已停用" in chen.does(f"{one}/stop", on=one)
    assert again.get("/judge").status_code == 403
    assert judge_row(office, 1).state is JudgeState.STOPPED
    assert office.count(Mark, Mark.judge_id == 2, Mark.state == "waiting") == 3


def test_what_is_wrong_with_a_round_stands_beside_its_field_and_nothing_typed_is_lost(office: Office) -> None:
    contest, _ = contest_of(office, 1)
    chen = office.browser("chen")
    on = f"/console/contests/{contest}/judging/rounds/new"
    values = form_of(chen.opens(f"{on}?template=reading").text)
    answer = chen.sends(on, on=on, **{**values, "judges_each": "三", "name": "初评甲", "due_on": "四月"})
    assert answer.status_code == 422
    assert "请写整数。" in answer.text
    assert "日期写成" in answer.text
    assert 'value="初评甲"' in answer.text
    assert chen.sends(on, on=on, **{**values, "tie0": "criterion:7"}).status_code == 422
    assert office.count(JudgingRound) == 0
    where = sets_up(chen, contest)
    assert chen.sends(f"{where}/edit", on=f"{where}/edit", **{**values, "name": "复评"}).status_code == 303
    assert "复评" in chen.opens(where).text
    assert "这一轮删掉了" in chen.does(f"{where}/drop", on=where)


def test_others_of_staff_see_no_marks(office: Office) -> None:
    contest, _ = contest_of(office, 1)
    office.hires("li", Role.PROOFREADER)
    for login in ("he", "li"):
        browser = office.browser(login)
        for path in ("", "/rounds/new", "/judges/new", "/rounds/1", "/rounds/1/marks.xlsx", "/judges/1"):
            assert browser.opens(f"/console/contests/{contest}/judging{path}").status_code == 403


def test_another_contests_rounds_and_judges_are_not_found_there(office: Office) -> None:
    contest, _ = contest_of(office, 1)
    chen = office.browser("chen")
    sets_up(chen, contest)
    invites(chen, contest, "甲")
    for path in ("/rounds/1", "/rounds/1/marks.xlsx", "/rounds/1/edit", "/judges/1", "/rounds/99", "/judges/99"):
        assert chen.opens(f"/console/contests/{contest + 1}/judging{path}").status_code == 404
    assert office.count(Judge) == 1
    assert "csrf_token" in hidden(chen.opens(f"/console/contests/{contest}/judging/judges/new").text)
