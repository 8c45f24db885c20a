"""/places and one page a place: who reads them sees what is open, what can be done, and the way."""

from datetime import timedelta

import pytest

from activities import hours
from models import times
from tests.places.town import branch_id, place, route, town
from tests.world import World


def page(world: World, path: str) -> str:
    answer = world.http.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_the_list_says_what_is_open_by_district_and_leads_to_the_map(world: World) -> None:
    town(world)
    place(world, "滨江书房", district="天井湖街道", hours="24小时开放")
    found = page(world, "/places")
    assert found.index("铜官区</h2>") < found.index("天井湖街道</h2>")
    for words in (
        "官塘社区分馆",
        "现在开着，到 23:58",
        "现在开着，24 小时开放",
        "https://apis.map.qq.com/uri/v1/marker?marker=coord:30.945200,117.833100",
    ):
        assert words in found
    assert "身边的馆" in page(world, "/")


def test_it_is_narrowed_down_by_what_can_be_done_kind_and_district(world: World) -> None:
    town(world)
    place(world, "滨江书房", district="天井湖街道")
    assert "滨江书房" not in page(world, "/places?does=还书")
    assert "官塘社区分馆" not in page(world, "/places?does=自习")
    assert "官塘社区分馆" not in page(world, "/places?kind=书房")
    assert "没有这样的地方" in page(world, "/places?does=自习&district=铜官区")
    assert "官塘社区分馆" in page(world, "/places?page=9999")


def test_a_closure_of_its_branch_shuts_a_place_and_its_page_says_so(world: World) -> None:
    town(world)
    place(world, "滨江书房", branch="官塘社区分馆")
    today = times.today(times.now())
    with world.database.units() as session:
        hours.close(
            session, branch_id=branch_id(world, "官塘社区分馆"), first_on=today, last_on=today, reason="检修电路"
        )
    assert page(world, "/places").count("今天闭馆（检修电路）") == 2


@pytest.mark.parametrize("key", ["b0", "p999", "x", "p", "b1%00"])
def test_what_is_no_place_is_not_found(world: World, key: str) -> None:
    town(world)
    assert world.http.get(f"/places/{key}").status_code == 404


def test_a_stop_tells_its_next_visits_past_closed_days_and_a_branch_its_activities(world: World) -> None:
    town(world)
    today = times.today(times.now())
    place(world, "官塘小学", kind="流动服务点", hours="每天 9:00-11:00", branch="官塘社区分馆", phone="2831234")
    route(world, "东线", "官塘小学")
    with world.database.units() as session:
        first, number = today + timedelta(days=1), branch_id(world, "官塘社区分馆")
        hours.close(session, branch_id=number, first_on=first, last_on=first, reason="盘点")
    with world.database.reading() as session:
        key = next(row[0] for row in session.connection().exec_driver_sql("SELECT id FROM places"))
    found = page(world, f"/places/p{key}")
    assert "接下来：" in found
    assert times.short_day(today + timedelta(days=2), beside=today) in found
    assert times.short_day(first, beside=today) not in found.split("接下来：")[1].split("</dd>")[0]
    assert "东线" in found
    assert "诗歌鉴赏会" in page(world, f"/places/b{number}")


def test_a_place_taken_off_the_map_has_no_page(world: World) -> None:
    town(world)
    place(world, "滨江书房")
    with world.database.units() as session:
        session.connection().exec_driver_sql("UPDATE places SET is_shown = false")
    assert "滨江书房" not in page(world, "/places")


def test_without_any_place_the_list_says_so(world: World) -> None:
    assert "还没有登记馆和服务点" in page(world, "/places")
