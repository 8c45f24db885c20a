"""How many readers opened what went out, as the platform tells of it."""

# mypy: disallow-untyped-calls=False

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.simulator.test_sim_drafts import article, drafted

SHANGHAI = ZoneInfo("Asia/Shanghai")
READS = "/datacube/getarticletotaldetail"


def now_of(world) -> datetime:
    return datetime.fromtimestamp(world.sim("GET", "clock")["now"], UTC).astimezone(SHANGHAI)


def moves_to(world, hour: int, *, days: int = 1) -> None:
    here = now_of(world)
    there = (here + timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)
    world.advance((there - here).total_seconds())


def asks(world, first: str, last: str | None = None):
    return world.post(READS, {"begin_date": first, "end_date": last or first})


def test_readers_of_an_article_are_told_from_eight_the_next_morning_on(world):
    world.reader()
    moves_to(world, 10)
    day = now_of(world).date().isoformat()
    media_id = drafted(world, article(world), article(world, title="第二篇"))["media_id"]
    sent = world.post(
        "/cgi-bin/message/mass/sendall",
        {"filter": {"is_to_all": True}, "msgtype": "mpnews", "mpnews": {"media_id": media_id}},
    )
    published = world.post("/cgi-bin/freepublish/submit", {"media_id": drafted(world, article(world))["media_id"]})
    first = world.told("MASSSENDJOBFINISH")[0]["ArticleUrlResult/ResultList/item/ArticleUrl"]
    for _ in range(3):
        world.http.get(first, timeout=5)
        world.http.cookies.clear()  # another reader
    moves_to(world, 7)
    early = asks(world, day)
    assert early["is_delay"]
    assert all(not one["detail_list"] for one in early["list"])
    moves_to(world, 9, days=0)
    world.http.get(first, timeout=5)
    world.http.get(first, timeout=5)  # the same browser
    told = asks(world, day)
    assert not told["is_delay"]
    assert {one["msgid"]: (one["publish_type"], one["detail_list"][-1]["read_user"]) for one in told["list"]} == {
        f"{sent['msg_data_id']}_1": (0, 3), f"{sent['msg_data_id']}_2": (0, 0), f"{published['msg_data_id']}_1": (1, 0),
    }  # fmt: skip
    moves_to(world, 9)
    two = next(one for one in asks(world, day)["list"] if one["msgid"] == f"{sent['msg_data_id']}_1")
    assert [each["read_user"] for each in two["detail_list"]] == [3, 4]
    moves_to(world, 9, days=40)
    assert all(len(one["detail_list"]) == 30 for one in asks(world, day)["list"])


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [("2026-13-01", None, 61500), ("", None, 61500), ("2026-01-01", "2026-01-02", 61501)],
)
def test_a_day_is_asked_for_by_itself_and_when_it_is_over(world, first, last, code):
    assert asks(world, first, last)["errcode"] == code
    today = now_of(world).date().isoformat()
    assert asks(world, today)["errcode"] == 61501
    assert asks(world, "2026-01-01") == {"list": [], "is_delay": now_of(world).hour < 8}
