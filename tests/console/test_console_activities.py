"""活动: the list, one activity, and its Excel file."""

import io
import re
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import event

from console import paging
from models import times
from models.activity import Activity, ActivityState
from models.audit import AuditLine
from models.when import Precision, When
from tests.console.office import Browser, Office

FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1:A9)", "\t=1+1")
SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def titles(page: str) -> list[str]:
    return re.findall(
        r'<td class="main-cell"><a href="/console/activities/[^"]*">(?:<span[^>]*>[^<]*</span>)?([^<]*)</a>', page
    )


def code(office: Office, title: str) -> str:
    with office.database.reading() as session:
        return str(session.query(Activity.code).filter_by(title=title).scalar())


def state(office: Office, title: str) -> ActivityState:
    with office.database.reading() as session:
        found: ActivityState = session.query(Activity.state).filter_by(title=title).scalar()
        return found


def lists(browser: Browser, **asked: str) -> list[str]:
    return titles(browser.opens("/console/activities", query_string=asked).text)


@pytest.fixture
def shelf(both_offices: Office) -> Office:
    """Four activities of two branches, a draft and a cancelled one among them."""
    office, today = both_offices, times.today(times.now())
    vague = When("下月", Precision.MONTH, today + timedelta(days=30), today + timedelta(days=60))
    office.plans(
        office.activity("亲子绘本", branch="官塘分馆", day=today + timedelta(days=2), series="绘读慧悦"),
        office.activity("书法讲座", day=today + timedelta(days=1)),
        office.activity("电影放映", when=vague),
        office.activity("旧书交换", day=today - timedelta(days=3)),
    )
    office.plans(office.activity("还没审的展览", day=today + timedelta(days=5)), month="2026-12", publish=False)
    browser = office.browser("chen")
    path = f"/console/activities/{code(office, '书法讲座')}"
    browser.sends(f"{path}/cancel", on=f"{path}/cancel", seen="published", reason="讲师生病")
    return office


def test_the_list_begins_with_what_comes_next(shelf: Office) -> None:
    assert lists(shelf.browser("chen")) == ["书法讲座", "亲子绘本", "还没审的展览", "电影放映"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"span": "past"}, ["旧书交换"]),
        ({"span": "all", "sort": "day"}, ["旧书交换", "书法讲座", "亲子绘本", "还没审的展览", "电影放映"]),
        ({"month": "2026-12"}, ["还没审的展览"]),
        ({"branch": "官塘分馆"}, ["亲子绘本"]),
        ({"state": "draft"}, ["还没审的展览"]),
        ({"state": "cancelled"}, ["书法讲座"]),
        ({"words": "绘本 亲子"}, ["亲子绘本"]),
        ({"words": "展覽"}, ["还没审的展览"]),
        ({"words": "官塘"}, ["亲子绘本"]),
        ({"words": "！？"}, []),
        ({"words": "没有的词"}, []),
        ({"branch": "没有的馆"}, []),
        ({"state": "nonsense", "sort": "nonsense", "month": "' OR 1=1 --"}, []),
    ],
)
def test_filters_stand_in_the_address(shelf: Office, asked: dict[str, str], found: list[str]) -> None:
    assert lists(shelf.browser("chen"), **asked) == found


def test_what_changed_last_can_stand_first(shelf: Office) -> None:
    assert lists(shelf.browser("chen"), sort="-changed")[0] == "书法讲座"


def test_an_island_gets_the_list_alone(shelf: Office) -> None:
    answer = shelf.browser("chen").opens("/console/activities?words=绘本", headers={"HX-Request": "true"})
    assert answer.text.strip().startswith('<section id="list"')
    assert "<html" not in answer.text


@pytest.mark.parametrize("sort", ["day", "-day", "-changed"])
def test_pages_lead_on_and_back_and_leave_nothing_out(
    both_offices: Office, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    monkeypatch.setattr(paging, "PAGE", 4)
    office, today = both_offices, times.today(times.now())
    office.plans(*(office.activity(f"第{n}场", day=today + timedelta(days=n // 3)) for n in range(9)))
    office.plans(
        *(office.activity(f"草稿{n}", day=today + timedelta(days=n)) for n in range(4)),
        month="2026-12",
        publish=False,
    )
    browser, seen = office.browser("chen"), []
    path: str | None = f"/console/activities?span=all&sort={sort}"
    pages: list[list[str]] = []
    while path:
        text = browser.opens(path).text
        pages.append(titles(text))
        path, back = _neighbours(text)
    seen = [title for page in pages for title in page]
    assert (len(seen), len(set(seen))) == (13, 13)
    assert titles(browser.opens(back or "").text) == pages[-2]


def _neighbours(text: str) -> tuple[str | None, str | None]:
    links = [link.replace("&amp;", "&") for link in re.findall(r'<a class="btn" href="([^"]*)">', text)]
    after = next((link for link in links if "after=" in link), None)
    return after, next((link for link in links if "before=" in link), None)


@pytest.mark.parametrize("place", ["after=nonsense", "after=~", "before=2026-11-25~x", "after=2026-11-25T00:00:00~1&sort=-changed",
                                   "after=2026-11-25~99999999999999999999999", "words=%00", "branch=%00"])  # fmt: skip
def test_an_address_nobody_was_given_is_no_error(both_offices: Office, place: str) -> None:
    both_offices.plans(both_offices.activity())
    answer = both_offices.browser("chen").opens(f"/console/activities?{place}")
    assert answer.status_code == (400 if "%00" in place else 200)


# ── one activity ──
def test_publishing_withdrawing_and_what_readers_see_of_it(shelf: Office) -> None:
    browser, path = shelf.browser("chen"), f"/console/activities/{code(shelf, '还没审的展览')}"
    assert "没找到" in shelf.says("小林", "还没审的展览")
    assert "已发布" in browser.does(f"{path}/publish", on=path, seen="draft")
    assert "还没审的展览" in shelf.says("小林", "还没审的展览")
    assert "已改回草稿" in browser.does(f"{path}/withdraw", on=path, seen="published")
    trail = browser.opens(path).text
    assert re.findall(r'trail-act">(.*?)</span> <span class="trail-who">(.*?)<', trail) == [
        ("改回草稿", "陈馆员"),
        ("发布", "陈馆员"),
    ]


def test_cancelling_asks_for_a_reason_and_readers_see_it(shelf: Office) -> None:
    browser, path = shelf.browser("chen"), f"/console/activities/{code(shelf, '亲子绘本')}"
    asked = browser.sends(f"{path}/cancel", on=f"{path}/cancel", seen="published", reason="  ")
    assert (asked.status_code, "请写上取消的原因" in asked.text) == (400, True)
    assert "已取消" in browser.does(f"{path}/cancel", on=f"{path}/cancel", seen="published", reason="空调坏了")
    assert state(shelf, "亲子绘本") is ActivityState.CANCELLED
    assert "空调坏了" in browser.opens(path).text


def test_too_long_a_reason_is_not_lost(shelf: Office) -> None:
    browser, path = shelf.browser("chen"), f"/console/activities/{code(shelf, '亲子绘本')}"
    answer = browser.sends(f"{path}/cancel", on=f"{path}/cancel", seen="published", reason="长" * 201)
    assert (answer.status_code, "长" * 201 in answer.text) == (400, True)


def test_of_two_who_act_on_what_they_saw_the_second_is_told(shelf: Office) -> None:
    browser, path = shelf.browser("chen"), f"/console/activities/{code(shelf, '亲子绘本')}"
    browser.does(f"{path}/withdraw", on=path, seen="published")
    told = browser.does(f"{path}/cancel", on="/console/", seen="published", reason="讲师生病")
    assert "刚才有人先动过" in told
    assert state(shelf, "亲子绘本") is ActivityState.DRAFT


def test_finishing_waits_for_the_day(shelf: Office) -> None:
    browser = shelf.browser("chen")
    for title, told in (("亲子绘本", "还没到活动的日子"), ("旧书交换", "已结束")):
        path = f"/console/activities/{code(shelf, title)}"
        answer = browser.sends(f"{path}/finish", on=f"{path}/finish", seen="published", reason="来了 32 个家庭")
        shown = answer.text if answer.status_code == 400 else browser.opens(answer.headers["Location"]).text
        assert told in shown
    assert state(shelf, "旧书交换") is ActivityState.FINISHED


def test_staff_see_how_often_the_page_of_an_online_activity_was_opened(both_offices: Office) -> None:
    both_offices.plans(both_offices.activity("云讲座", is_online=True), both_offices.activity("到馆的"))
    browser = both_offices.browser("chen")
    online, on_site = (f"/console/activities/{code(both_offices, title)}" for title in ("云讲座", "到馆的"))
    assert "还没有人打开过" in browser.opens(online).text
    for agent in ("甲", "甲", "乙"):
        both_offices.http.get(f"/a/{online.rpartition('/')[2]}", headers={"User-Agent": agent})
    assert "本页 2 人次" in browser.opens(online).text
    assert "人次" not in browser.opens(on_site).text


def test_an_unknown_activity_is_told_kindly(shelf: Office) -> None:
    answer = shelf.browser("chen").opens("/console/activities/nonsense")
    assert (answer.status_code, "没有找到这一页" in answer.text) == (404, True)


# ── what plans and readers bring ──
def test_no_text_of_a_plan_is_taken_for_html(office: Office) -> None:
    today = times.today(times.now())
    vague = When(SCRIPT[:80], Precision.MONTH, today, today + timedelta(days=9))
    office.plans(
        office.activity(
            SCRIPT, series=SCRIPT, type=SCRIPT[:32], place=SCRIPT, summary=SCRIPT, branch=SCRIPT[:60], when=vague
        )
    )
    browser = office.browser("wang")
    with office.database.reading() as session:
        only = session.query(Activity.code).scalar()
    pages = [browser.opens(path).text for path in (
        "/console/activities", f"/console/activities/{only}", f"/console/activities/{only}/cancel", "/console/staff/new",
        "/console/activities?words=" + SCRIPT, "/console/records?who=" + SCRIPT,
    )]  # fmt: skip
    for page in pages:
        assert "&lt;script&gt;" in page
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_nothing_is_inline_and_nothing_comes_from_elsewhere(office: Office) -> None:
    office.plans(office.activity())
    browser = office.browser("wang")
    for path in ("/console/sign-in", "/console/", "/console/activities", "/console/ways", "/console/staff/new"):
        page = browser.opens(path).text
        assert re.findall(r"<style|\sstyle=|\son[a-z]+=|<script(?! src=)", page) == []
        assert all(link.startswith(("/", "#")) for link in re.findall(r'(?:src|href)="([^"]*)"', page))


def test_the_excel_file_says_what_the_list_says(shelf: Office) -> None:
    answer = shelf.browser("chen").opens("/console/activities.xlsx?state=published")
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows] == ["标题", "亲子绘本", "电影放映"]
    assert rows[1][3] == "官塘分馆"
    assert shelf.noted("list exported") == 1


def test_no_cell_of_an_excel_file_is_taken_for_a_formula_or_a_link(office: Office) -> None:
    office.plans(*(office.activity(title, place="https://evil.example/", summary=title) for title in FORMULAS))
    book = zipfile.ZipFile(io.BytesIO(office.browser("chen").opens("/console/activities.xlsx").data))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert re.findall(r"<f[ >]|<hyperlink", sheet) == []
    assert 'quotePrefix="1"' in book.read("xl/styles.xml").decode()
    rows = CalamineWorkbook.from_filelike(io.BytesIO(office.browser("chen").opens("/console/activities.xlsx").data))
    shown = {str(row[0]) for row in rows.get_sheet_by_index(0).to_python()[1:]}
    assert {title.strip() for title in FORMULAS} == {title.strip() for title in shown}


def test_a_page_of_the_list_reads_few_rows_however_many_there_are(shelf: Office) -> None:
    """One statement a state, one for the counts, months, branches; none without a limit but the branches'."""
    browser, sent = shelf.browser("chen"), []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(shelf.database.engine, "before_cursor_execute", note)
    browser.opens("/console/activities?span=all")
    event.remove(shelf.database.engine, "before_cursor_execute", note)
    of_activities = [statement for statement in sent if "FROM activities" in statement and "max(" not in statement]
    assert len(of_activities) <= 8
    assert all("LIMIT" in statement for statement in of_activities)


def test_audit_lines_of_one_activity_are_its_own(shelf: Office) -> None:
    assert shelf.count(AuditLine, AuditLine.subject == f"activity {code(shelf, '书法讲座')}") == 1
