"""The month: each activity where a reader looks for it, and nothing at a day nobody fixed."""

from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from models.activity import ActivityState
from models.when import Precision
from pages.month import MonthName, month_named
from tests.pages.reading import headings, links, section, tags, text_of
from tests.pages.shelf import BRANCHES, Shelf, nov

NOVEMBER = "/plan/2026-11"


def test_a_day_of_the_grid_leads_to_the_section_of_that_day(client: FlaskClient, codes: dict[str, str]) -> None:
    page = client.get(NOVEMBER).text
    assert "#d28" in links(page)
    assert "植物界的活化石" in section(page, "d28")
    assert "上午9:00—11:00" in section(page, "d28")


def test_a_grid_cell_says_in_words_how_much_is_on(client: FlaskClient, codes: dict[str, str]) -> None:
    labels = [
        named["aria-label"] for tag, named in tags(client.get(NOVEMBER).text) if tag == "a" and "aria-label" in named
    ]
    assert "11月28日，周六，2 场活动，长期活动进行中" in labels
    assert "今天，11月24日，周二，1 场活动，长期活动进行中" in labels
    assert "11月7日，周六，1 场活动" in labels


def test_a_vague_period_stands_apart_and_on_no_day(client: FlaskClient, codes: dict[str, str]) -> None:
    page = client.get(NOVEMBER).text
    assert "11月中下旬（日期待定）" in section(page, "undecided")
    assert "知识产权宣传" in section(page, "undecided")
    assert not any("科普纪录片放映" in section(page, f"d{day}") for day in range(1, 31))


def test_an_activity_without_any_date_is_not_lost(client: FlaskClient, codes: dict[str, str]) -> None:
    assert "关爱留守儿童图书赠阅" in section(client.get(NOVEMBER).text, "undecided")


def test_a_long_exhibition_is_shown_once(client: FlaskClient, codes: dict[str, str]) -> None:
    page = client.get(NOVEMBER).text
    assert text_of(page).count("世界读书日精选书展") == 1
    assert "11月9日—11月29日" in section(page, "long")
    assert "11月17日起" in section(page, "long")


def test_an_exhibition_is_a_line_below_its_days(client: FlaskClient, shelf: Shelf) -> None:
    shelf.put("书展", "11月9日-11月20日", nov(9), nov(20), type="展览")
    page = client.get(NOVEMBER).text
    lines = [named for tag, named in tags(page) if tag == "td" and "cell-run" in (named.get("class") or "")]
    assert len(lines) == 12
    assert links(page).count("#long") == 12 + 1  # each day of it, and the jump below
    assert "11月9日，周一，有长期活动" in [named.get("aria-label") for _, named in tags(page)]


def test_what_has_no_end_runs_on_and_what_is_off_leaves_no_line(client: FlaskClient, shelf: Shelf) -> None:
    shelf.put("长期班", "11月17日起", nov(17), None, precision=Precision.OPEN)
    shelf.put("取消的展", "11月1日-11月10日", nov(1), nov(10), state=ActivityState.CANCELLED)
    page = client.get(NOVEMBER).text
    lines = [named for tag, named in tags(page) if tag == "td" and "cell-run" in (named.get("class") or "")]
    assert len(lines) == 14


def test_a_weekend_stands_under_both_its_days(client: FlaskClient, codes: dict[str, str]) -> None:
    page = client.get(NOVEMBER).text
    assert "亲子阅读营" in section(page, "d21")
    assert "亲子阅读营" in section(page, "d22")


def test_what_is_coming_stands_before_what_is_gone(client: FlaskClient, codes: dict[str, str]) -> None:
    said = [words for level, words in headings(client.get(NOVEMBER).text) if level == 2]
    assert said[0] == "接下来"
    assert said.index("接下来") < said.index("本月已过去")


def test_a_cancelled_activity_is_crossed_out_and_not_gone(client: FlaskClient, codes: dict[str, str]) -> None:
    page = client.get(NOVEMBER).text
    assert "铜陵历史文化讲座|已取消" in section(page, "d27")
    labels = [named.get("aria-label") for tag, named in tags(page) if tag == "a"]
    assert "11月27日，周五，活动已取消，长期活动进行中" in labels


def test_a_draft_is_seen_by_nobody(client: FlaskClient, codes: dict[str, str]) -> None:
    assert "还没审的活动" not in client.get(NOVEMBER).text
    assert client.get(f"/a/{codes['draft']}").status_code == 404


def choices(page: str) -> list[str]:
    """The words of every filter choice."""
    return [words for words in text_of(page).split("|") if words]


def test_every_branch_is_named_even_one_without_activities(
    client: FlaskClient, codes: dict[str, str], shelf: Shelf
) -> None:
    shelf.branch("阳光社区分馆")
    named = choices(client.get(NOVEMBER).text)
    assert set(named) >= {*BRANCHES, "阳光社区分馆"}


def test_the_filters_stand_before_the_days(client: FlaskClient, codes: dict[str, str]) -> None:
    words = text_of(client.get(NOVEMBER).text)
    assert words.index("所有馆") < words.index("所有类型") < words.index("接下来")


def test_one_branch_can_be_looked_at_alone(client: FlaskClient, codes: dict[str, str]) -> None:
    page = client.get(NOVEMBER, query_string={"branch": "官塘社区分馆"}).text
    assert shown(page) == [f"/a/{codes['long']}"]


def test_one_type_can_be_looked_at_alone(client: FlaskClient, codes: dict[str, str]) -> None:
    page = client.get(NOVEMBER, query_string={"type": "手工活动"}).text
    assert shown(page) == [f"/a/{codes['long']}", f"/a/{codes['over']}"]


def test_a_branch_and_a_type_narrow_each_other(client: FlaskClient, codes: dict[str, str]) -> None:
    both = {"branch": "官塘社区分馆", "type": "手工活动"}
    page = client.get(NOVEMBER, query_string=both).text
    assert shown(page) == [f"/a/{codes['long']}"]
    assert "官塘社区分馆的手工活动|，1 场" in text_of(page)
    counted = text_of(client.get(NOVEMBER, query_string={"type": "手工活动"}).text)
    assert "狮子山社区分馆|1|场|学苑社区分馆|按类型看" in counted  # nothing of this type in 学苑


@pytest.mark.parametrize("chosen", [{"branch": "官塘社区分馆"}, {"type": "讲座"}, {"branch": "总馆", "type": "讲座"}])
def test_every_choice_leads_to_the_same_month_and_keeps_the_other_filter(
    client: FlaskClient, codes: dict[str, str], chosen: dict[str, str]
) -> None:
    page = client.get(NOVEMBER, query_string=chosen).text
    pills = [str(named["href"]) for _, named in tags(page) if "pill" in (named.get("class") or "")]
    for href in pills:
        kept = parse_qs(urlsplit(href).query)
        assert urlsplit(href).path == NOVEMBER
        assert sum(kept.get(name) == [value] for name, value in chosen.items()) >= len(chosen) - 1
        assert client.get(href).status_code == 200


def test_what_was_chosen_stays_chosen_from_month_to_month(client: FlaskClient, codes: dict[str, str]) -> None:
    page = client.get(NOVEMBER, query_string={"branch": "官塘社区分馆", "type": "讲座"})
    following = next(str(named["href"]) for _, named in tags(page.text) if named.get("rel") == "next")
    assert "12月没有官塘社区分馆的讲座" in text_of(client.get(following).text)


def test_a_choice_without_activities_names_itself_and_leads_on(client: FlaskClient, codes: dict[str, str]) -> None:
    page = client.get(NOVEMBER, query_string={"type": "<b>没有的</b>"})
    assert page.status_code == 200
    assert "11月没有<b>没有的</b>" in text_of(page.text)
    assert NOVEMBER in links(page.text)


def test_the_current_month_keeps_the_choice(client: FlaskClient) -> None:
    answer = client.get("/plan", query_string={"type": "讲座"})
    assert parse_qs(urlsplit(answer.location).query) == {"type": ["讲座"]}


def test_days_gone_by_are_folded_and_a_day_of_the_grid_unfolds_them(
    client: FlaskClient, codes: dict[str, str]
) -> None:
    page = client.get(NOVEMBER).text
    assert folds(page)["block block-past fold"] is False
    assert f"{NOVEMBER}?past=1#d7" in links(page)
    opened = client.get(NOVEMBER, query_string={"past": "1"}).text
    assert folds(opened)["block block-past fold"] is True
    assert "#d7" in links(opened)
    assert "巧手创意DIY" in section(opened, "d7")


def folds(page: str) -> dict[str | None, bool]:
    """class of each <details> → is it open?"""
    return {named.get("class"): "open" in named for tag, named in tags(page) if tag == "details"}


def shown(page: str) -> list[str]:
    return [href for href in links(page) if href.startswith("/a/")]


def test_an_unknown_branch_is_not_found(client: FlaskClient, codes: dict[str, str]) -> None:
    assert client.get(NOVEMBER, query_string={"branch": "月球分馆"}).status_code == 404


def test_an_empty_month_points_to_months_that_are_not(client: FlaskClient, shelf: Shelf) -> None:
    shelf.put("一场讲座", "11月28日", nov(28))
    page = client.get("/plan/2027-03").text
    assert "2027年3月还没有排活动" in text_of(page)
    assert "/plan/2026-11" in links(page)


def test_an_empty_library_teaches_the_next_step(client: FlaskClient) -> None:
    assert "在公众号里发“活动”" in text_of(client.get(NOVEMBER).text)


@pytest.mark.parametrize(
    ("slug", "before", "after"), [("2026-11", "2026-10", "2026-12"), ("2026-12", "2026-11", "2027-01")]
)
def test_months_lead_to_their_neighbours(client: FlaskClient, slug: str, before: str, after: str) -> None:
    beside = {
        named.get("rel"): named["href"] for _, named in tags(client.get(f"/plan/{slug}").text) if "rel" in named
    }
    assert (beside["prev"], beside["next"]) == (f"/plan/{before}", f"/plan/{after}")


NO_MONTHS = [
    "2026-13",
    "0000-00",
    "2026-00",
    "26-11",
    "2026-1",
    "２０２６-11",
    "abcd-ef",
    "2026-11-24",
    "1999-12",
]


@pytest.mark.parametrize("slug", NO_MONTHS)
def test_what_is_no_month_says_so_and_leads_on(client: FlaskClient, slug: str) -> None:
    answer = client.get(f"/plan/{slug}")
    assert answer.status_code == 404
    assert "没有这个月份" in text_of(answer.text)
    assert "撤下" not in answer.text
    assert {"/", "/plan"} <= set(links(answer.text))


@pytest.mark.parametrize("slug", ["2000-01", "2099-12"])
def test_the_calendar_has_two_ends_and_both_can_be_read(client: FlaskClient, slug: str) -> None:
    assert client.get(f"/plan/{slug}").status_code == 200


@given(st.integers(2000, 2099), st.integers(1, 12))
def test_a_month_reads_back_from_its_own_address(year: int, month: int) -> None:
    name = MonthName(year, month)
    assert month_named(name.slug) == name


def test_a_period_over_two_months_is_found_in_both(client: FlaskClient, shelf: Shelf) -> None:
    shelf.put("送书下乡", "10月下旬至11月上旬", date(2026, 10, 21), nov(10), precision=Precision.PERIOD)
    for slug in ("2026-10", "2026-11"):
        assert "送书下乡" in section(client.get(f"/plan/{slug}").text, "undecided")


def test_the_number_of_statements_does_not_grow_with_the_month(
    client: FlaskClient, shelf: Shelf, statements: list[Any]
) -> None:
    shelf.put("一场", "11月28日", nov(28))
    statements.clear()
    client.get(NOVEMBER)
    few = len(statements)
    for n in range(60):
        shelf.put(f"第{n}场", "11月28日", nov(n % 30 + 1), branch=f"第{n % 7}分馆")
    statements.clear()
    client.get(NOVEMBER)
    assert len(statements) == few
    assert few <= 6  # BEGIN, the month, the undated, the cancelled, the branches, closures


def test_the_transaction_is_closed_before_the_page_is_drawn(
    client: FlaskClient, codes: dict[str, str], statements: list[Any]
) -> None:
    client.get(f"/a/{codes['timed']}")
    assert (
        sum("SELECT" in statement for statement in statements) == 5
    )  # the activity; week, days, closures of its house; pictures
