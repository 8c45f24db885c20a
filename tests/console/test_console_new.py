"""复制 and 新建: one draft or several, each with an address of its own."""

from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa

from console import activity_new
from models import times
from models.activity import Activity, ActivityState, Branch
from models.audit import AuditLine
from models.staff import Role
from models.when import Precision, When
from tests.console.office import Browser, Office
from tests.console.test_console_activities import SCRIPT
from tests.console.test_console_editing import fields_of, path_of
from tests.world import on

NEW = "/console/activities/new"
LAST_YEAR = on(date(2025, 12, 20), time(9))


@pytest.fixture(autouse=True)
def in_november() -> None:
    """The tests of this file are read on 26 November 2026."""
    times.set_shift(times.start_of(date(2026, 11, 26)) + timedelta(hours=9) - times.now() + times.shift())


def sends(browser: Browser, path: str, form: dict[str, str], **typed: str) -> tuple[int, str]:
    sent = {name: value for name, value in {**form, **typed}.items() if name != "csrf_token"}
    answer = browser.sends(path, on=path, **sent)
    return answer.status_code, browser.opens(
        answer.headers["Location"]
    ).text if answer.status_code == 303 else answer.text


def rows(office: Office) -> list[Activity]:
    with office.database.reading() as session:
        return list(session.scalars(sa.select(Activity).order_by(Activity.id)))


def copying(office: Office, when: When = LAST_YEAR) -> str:
    office.plans(office.activity("新年诗会", when=when, summary="带一首诗来", branch="官塘分馆"), month="2025-12")
    return f"{path_of(office)}/copy"


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("1月2日9:00", ["2027-01-02"]),
        ("12月每周六上午9点", ["2026-12-05", "2026-12-12", "2026-12-19", "2026-12-26"]),
        ("12月1日、8日", ["2026-12-01", "2026-12-08"]),
        ("12月中下旬", ["2026-12-11"]),
    ],
)
def test_each_date_becomes_a_draft_of_its_own(both_offices: Office, words: str, days: list[str]) -> None:
    path, browser = copying(both_offices), both_offices.browser("chen")
    status, shown = sends(browser, path, {}, words=words)
    assert (status, len(rows(both_offices))) == (200, 1)
    _, told = sends(browser, path, fields_of(shown))
    assert ("草稿做好了" if len(days) == 1 else f"做好了 {len(days)} 份草稿") in told
    source, *made = rows(both_offices)
    assert [str(draft.starts_on) for draft in made] == days
    assert {draft.state for draft in made} == {ActivityState.DRAFT}
    assert len({draft.code for draft in [source, *made]}) == len(days) + 1
    assert {(draft.summary, draft.branch_id) for draft in made} == {("带一首诗来", source.branch_id)}
    assert both_offices.count(AuditLine, AuditLine.act == "activity copied") == len(days)


def test_what_is_there_already_or_gone_is_left_out_and_said(both_offices: Office) -> None:
    path, browser = copying(both_offices), both_offices.browser("chen")
    _, shown = sends(browser, path, {}, words="11月28日9点")
    sends(browser, path, fields_of(shown))
    _, shown = sends(browser, path, {}, words="11月21日、28日、12月5日9点")
    assert ("已经过去了，不做" in shown, "已经有同名的活动，不再做" in shown) == (True, True)
    sends(browser, path, fields_of(shown))
    assert [str(row.starts_on) for row in rows(both_offices)[1:]] == ["2026-11-28", "2026-12-05"]


def test_pressing_twice_makes_one_draft(both_offices: Office) -> None:
    path, browser = copying(both_offices), both_offices.browser("chen")
    _, shown = sends(browser, path, {}, words="12月5日9点")
    sends(browser, path, fields_of(shown))
    status, told = sends(browser, path, fields_of(shown))
    assert (status, "不用再做了" in told, len(rows(both_offices))) == (400, True, 2)


def test_last_years_is_offered_for_this_year_and_next_week(both_offices: Office) -> None:
    path, browser = copying(both_offices), both_offices.browser("chen")
    shown = browser.opens(path).text
    assert ("一年后同一个星期几：12月19日9:00" in shown, "下一次同一个星期几：11月28日9:00" in shown) == (True, True)
    offered = browser.opens(path, query_string={"words": "12月19日9:00"}).text
    assert "<b>周六（12月19日）上午9:00</b>" in offered
    assert sends(browser, path, fields_of(offered))[0] == 303


def test_a_vague_plan_of_last_year_is_offered_in_its_own_words(both_offices: Office) -> None:
    vague = When("2025年12月中下旬", Precision.PERIOD, date(2025, 12, 11), date(2025, 12, 31))
    path = copying(both_offices, vague)
    assert "照原来的写法：12月中下旬" in both_offices.browser("chen").opens(path).text


@pytest.mark.parametrize("words", ["", "等空调修好", "待定", "12月32日"])
def test_what_cannot_be_copied_is_said_beside_the_date(both_offices: Office, words: str) -> None:
    path, browser = copying(both_offices), both_offices.browser("chen")
    status, shown = sends(browser, path, {}, words=words)
    assert (status, 'id="words-wrong"' in shown, fields_of(shown)["words"], len(rows(both_offices))) == (
        400,
        True,
        words,
        1,
    )


def test_more_dates_than_one_go_makes_are_asked_for_in_parts(
    both_offices: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activity_new, "MOST", 3)
    status, shown = sends(both_offices.browser("chen"), copying(both_offices), {}, words="12月每周六9点")
    assert (status, "一次最多做 3 份，这里有 4 个时间" in shown) == (400, True)


# ── without a file ──
def test_an_activity_is_written_by_hand(both_offices: Office) -> None:
    both_offices.plans(both_offices.activity("别的", branch="官塘分馆"))
    browser = both_offices.browser("chen")
    form = fields_of(browser.opens(NEW).text)
    typed = {"title": "冬至包饺子", "words": "12月21日14:00-16:00", "place": "食堂", "type": "手工"}
    _, shown = sends(browser, NEW, form, **typed)
    assert fields_of(shown).items() >= typed.items()
    _, page = sends(browser, NEW, fields_of(shown))
    assert "草稿做好了" in page
    made = rows(both_offices)[-1]
    assert (made.title, made.state, made.plan_month, made.place, made.is_on_site, made.starts_at) == (
        "冬至包饺子", ActivityState.DRAFT, "2026-12", "食堂", True, time(14),
    )  # fmt: skip
    path = f"/console/activities/{made.code}"
    browser.does(f"{path}/publish", on=path, seen="draft")
    assert "冬至包饺子" in both_offices.says("小林", "饺子")


def test_one_whose_day_nobody_knows_may_wait_without(both_offices: Office) -> None:
    browser = both_offices.browser("chen")
    form = fields_of(browser.opens(NEW).text)
    _, shown = sends(browser, NEW, form, title="读书月", words="待定")
    assert sends(browser, NEW, fields_of(shown))[0] == 303
    with both_offices.database.reading() as session:
        assert session.scalars(sa.select(Branch.name)).all() == ["总馆"]  # the first activity of a new library
    assert rows(both_offices)[0].plan_month == "2026-11"


def test_everything_wrong_is_said_at_once(both_offices: Office) -> None:
    both_offices.plans(
        both_offices.activity("别的", branch="官塘分馆"), both_offices.activity("总馆的", branch="总馆")
    )
    browser = both_offices.browser("chen")
    form = fields_of(browser.opens(NEW).text)
    del form["is_on_site"]
    status, shown = sends(browser, NEW, form, title="", words="某天", place="楼" * 121, branch="没有的馆")
    ill = [name for name in ("title", "place", "is_on_site", "branch", "words") if f'id="{name}-wrong"' in shown]
    assert (status, ill) == (400, ["title", "place", "is_on_site", "branch", "words"])
    assert fields_of(shown)["place"] == "楼" * 121


def test_another_title_than_the_one_said_back_asks_again(both_offices: Office) -> None:
    browser = both_offices.browser("chen")
    _, shown = sends(browser, NEW, fields_of(browser.opens(NEW).text), title="诗会", words="12月5日")
    status, _ = sends(browser, NEW, fields_of(shown), title="歌会")
    assert (status, rows(both_offices)) == (200, [])


def test_somebody_of_a_branch_makes_drafts_of_its_own_only(both_offices: Office) -> None:
    path = copying(both_offices)
    both_offices.plans(both_offices.activity("总馆的", branch="总馆"), month="2026-12")
    both_offices.hires("tang", Role.EDITOR, branch="官塘分馆")
    both_offices.hires("shen", Role.EDITOR, branch="总馆")
    own, other = both_offices.browser("tang"), both_offices.browser("shen")
    assert (own.opens(path).status_code, other.opens(path).status_code) == (200, 403)
    form = fields_of(own.opens(NEW).text)
    assert sends(own, NEW, form, title="诗会", words="12月5日", branch="总馆")[0] == 400
    _, shown = sends(own, NEW, form, title="诗会", words="12月5日")
    sends(own, NEW, fields_of(shown))
    assert rows(both_offices)[-1].branch.name == "官塘分馆"


def test_a_forged_form_makes_nothing(both_offices: Office) -> None:
    browser = both_offices.browser("chen")
    for token in ("", "forged"):
        sent = browser.sends(NEW, token=token, title="诗会", words="12月5日", read="12月5日|诗会|总馆")
        assert (sent.status_code, rows(both_offices)) == (400, [])


def test_no_word_is_taken_for_html(office: Office) -> None:
    browser = office.browser("chen")
    pages = [
        sends(browser, NEW, {}, title=SCRIPT, words=words, place=SCRIPT, type=SCRIPT, branch=SCRIPT)[1]
        for words in (SCRIPT[:70], "12月5日")
    ]
    path = copying(office)
    pages.append(browser.opens(path, query_string={"words": SCRIPT[:70]}).text)
    for page in pages:
        assert "&lt;script&gt;" in page
        assert "<script>alert" not in page
