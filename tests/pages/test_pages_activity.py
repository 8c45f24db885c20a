"""One activity: the order of its page, its states, its one action."""

from datetime import time
from itertools import pairwise

import pytest
from flask.testing import FlaskClient

from tests.pages.reading import headings, links, tags, text_of
from tests.pages.shelf import Shelf, nov

WECHAT = {"User-Agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0.50"}


def action(page: str) -> str:
    """Where the one primary button leads."""
    buttons = [named for tag, named in tags(page) if tag == "a" and "weui-btn_primary" in (named.get("class") or "")]
    assert len(buttons) == 1
    return str(buttons[0]["href"])


def test_the_page_tells_title_series_time_place_and_text_in_this_order(
    client: FlaskClient, codes: dict[str, str]
) -> None:
    words = text_of(client.get(f"/a/{codes['timed']}").text)
    told = (
        "绘读慧悦",
        "植物界的活化石",
        "周六（11月28日）上午9:00—11:00",
        "总馆 · 二楼少儿活动室",
        "一起读科普绘本",
    )
    places = [words.index(part) for part in told]
    assert places == sorted(places)


def test_every_line_of_the_text_is_a_paragraph(client: FlaskClient, codes: dict[str, str]) -> None:
    words = text_of(client.get(f"/a/{codes['timed']}").text)
    assert "一起读科普绘本，认识银杏、水杉和珙桐。|讲完可以带一枚银杏叶书签回家。" in words


@pytest.mark.parametrize("name", ["timed", "day", "exhibition", "online", "today"])
def test_a_fixed_day_can_be_put_into_the_phones_calendar(
    client: FlaskClient, codes: dict[str, str], name: str
) -> None:
    assert action(client.get(f"/a/{codes[name]}").text) == f"/a/{codes[name]}.ics"


@pytest.mark.parametrize("name", ["vague", "month", "undated", "open"])
def test_without_a_fixed_day_the_action_is_the_whole_month(
    client: FlaskClient, codes: dict[str, str], name: str
) -> None:
    page = client.get(f"/a/{codes[name]}").text
    assert action(page) == "/plan/2026-11"
    assert f"/a/{codes[name]}.ics" not in links(page)


def test_a_vague_date_says_that_it_is_one(client: FlaskClient, codes: dict[str, str]) -> None:
    words = text_of(client.get(f"/a/{codes['vague']}").text)
    assert "11月中下旬（日期待定）" in words
    assert "具体哪一天还没有定" in words


def test_a_day_without_a_clock_time_does_not_invent_one(client: FlaskClient, codes: dict[str, str]) -> None:
    assert "几点开始还没有公布" in text_of(client.get(f"/a/{codes['day']}").text)


def test_a_cancelled_activity_says_so_first_and_offers_others(client: FlaskClient, codes: dict[str, str]) -> None:
    page = client.get(f"/a/{codes['cancelled']}").text
    words = text_of(page)
    assert words.index("这场活动取消了") < words.index("下午3:00")
    assert action(page) == "/plan/2026-11"


def test_an_activity_that_is_over_says_so(client: FlaskClient, codes: dict[str, str]) -> None:
    page = client.get(f"/a/{codes['over']}").text
    assert "这场活动已经结束" in text_of(page)
    assert action(page) == "/plan/2026-11"


def test_what_is_online_only_says_so(client: FlaskClient, codes: dict[str, str]) -> None:
    assert "总馆 · 线上" in text_of(client.get(f"/a/{codes['online']}").text)


@pytest.mark.parametrize(
    ("name", "said"),
    [("today", "今天"), ("online", "明天"), ("timed", "还有 4 天"), ("exhibition", "进行中")],
)
def test_the_page_counts_the_days(client: FlaskClient, codes: dict[str, str], name: str, said: str) -> None:
    assert said in text_of(client.get(f"/a/{codes[name]}").text).split("|")


def test_inside_wechat_the_way_around_its_browser_is_told(client: FlaskClient, codes: dict[str, str]) -> None:
    address = f"/a/{codes['timed']}"
    assert "用浏览器打开" in client.get(address, headers=WECHAT).text
    assert "用浏览器打开" not in client.get(address).text
    assert "User-Agent" in client.get(address).headers["Vary"]


def test_a_hostile_title_stays_a_title(client: FlaskClient, shelf: Shelf) -> None:
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;"
    code = shelf.put(
        hostile, "11月28日", nov(28), series="<b>系列</b>", place="<i>楼上</i>", summary="<script>x</script>",
        branch="<u>分馆</u>", starts_at=time(9),
    )  # fmt: skip
    for address in ("/", "/plan/2026-11", f"/a/{code}"):
        page = client.get(address).text
        found = {tag for tag, _ in tags(page)}
        assert hostile in text_of(page)
        assert not found & {"script", "img", "i" if address == f"/a/{code}" else "script", "u"}
        assert not any(name.startswith("on") or name == "style" for _, named in tags(page) for name in named)


@pytest.mark.parametrize("name", ["timed", "vague", "cancelled", "over", "long"])
def test_headings_step_down_one_at_a_time(client: FlaskClient, codes: dict[str, str], name: str) -> None:
    levels = [level for level, _ in headings(client.get(f"/a/{codes[name]}").text)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
