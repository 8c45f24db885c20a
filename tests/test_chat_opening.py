"""几点开门: the hours of the house and its branches, asked for as people do."""

from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from activities import hours
from activities.opening import Stretch
from handlers.asking import Known
from handlers.opening import Asked, asked_in
from models import times
from models.activity import Branch
from tests.world import World

DAY = Stretch(time(9), time(17))
THURSDAY = date(2026, 11, 26)
KNOWN = Known.of([("总馆", 1, "总馆"), ("官塘", 2, "官塘社区分馆"), ("官塘社区分馆", 2, "官塘社区分馆")])


@pytest.fixture
def house(world: World) -> World:
    """Open from Tuesday to Sunday, nine to five; it is Thursday, ten o'clock."""
    world.plans(world.activity("听绘本"), world.activity("剪纸", branch="官塘社区分馆"))
    with world.database.units() as session:
        main = session.scalars(sa.select(Branch.id).where(Branch.name == "总馆")).one()
        hours.set_week(session, main, {weekday: [DAY] for weekday in range(1, 7)})
    it_is(world, datetime(2026, 11, 26, 10))
    return world


def it_is(world: World, moment: datetime) -> None:
    zone = times.local(times.now()).tzinfo
    times.set_shift(times.shift() + (moment.replace(tzinfo=zone) - times.now()))


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("几点开门", Asked(None)), ("你们几点关门？", Asked(None)), ("开放时间", Asked(None)),
        ("图书馆今天开门吗", Asked(None, THURSDAY, THURSDAY)), ("今天开吗", Asked(None, THURSDAY, THURSDAY)),
        ("請問營業時間", Asked(None)), ("官塘几点开门", Asked(KNOWN.places["官塘"][0])),
        ("周六官塘开馆时间", Asked(KNOWN.places["官塘"][0], date(2026, 11, 28), date(2026, 11, 28))),
        ("明天闭馆吗", Asked(None, date(2026, 11, 27), date(2026, 11, 27))),
        ("周末开门吗", Asked(None, date(2026, 11, 28), date(2026, 11, 29))),
    ],
)  # fmt: skip
def test_questions_for_hours_are_known_from_other_questions(words: str, asked: Asked) -> None:
    assert asked_in(words, today=THURSDAY, known=KNOWN) == asked


@pytest.mark.parametrize(
    "words", ["开放日", "志愿者开放日活动", "闭馆音乐会", "绘本", "周末", "开", "官塘", "开门红包"]
)
def test_titles_with_such_words_are_not_questions_for_hours(words: str) -> None:
    assert asked_in(words, today=THURSDAY, known=KNOWN) is None


def test_whoever_asks_while_it_is_open_learns_until_when(house: World) -> None:
    assert house.says("小林", "几点关门").splitlines() == [
        "总馆现在开着，开到 17:00。", "平时：周二至周日 9:00—17:00，周一闭馆。", "回复“总馆”看这里的活动。",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("moment", "first_line"),
    [
        (datetime(2026, 11, 26, 8), "总馆现在还没开门，今天 9:00—17:00 开放。"),
        (datetime(2026, 11, 26, 19), "总馆今天已经关门了。下次开门：明天（周五） 09:00。"),
        (datetime(2026, 11, 29, 19), "总馆今天已经关门了。下次开门：周二（12月1日） 09:00。"),
        (datetime(2026, 11, 30, 10), "总馆今天不开门。下次开门：明天（周二） 09:00。"),
    ],
)
def test_before_after_and_on_the_day_off_the_next_opening_is_told(
    house: World, moment: datetime, first_line: str
) -> None:
    it_is(house, moment)
    assert house.says("小林", "今天开门吗").splitlines()[0] == first_line


def test_a_closure_is_told_with_its_reason_and_its_end_and_undone_with_its_row(house: World) -> None:
    with house.database.units() as session:
        last = THURSDAY + timedelta(days=2)
        closure = hours.close(session, branch_id=None, first_on=THURSDAY, last_on=last, reason="盘点")
        session.expunge(closure)
    assert (
        house.says("小林", "开门吗").splitlines()[0] == "总馆到11月28日闭馆：盘点。下次开门：周日（11月29日） 09:00。"
    )
    assert "周六（11月28日） 闭馆（盘点）\n周日（11月29日） 9:00—17:00 开放" in house.says("小林", "周末开门吗")
    with house.database.units() as session:
        hours.reopen(session, session.merge(closure))
    assert house.says("小林", "开门吗").startswith("总馆现在开着")


def test_where_nobody_entered_hours_the_way_to_a_person_is_told(house: World) -> None:
    answer = house.says("小林", "官塘几点开门")
    assert answer.startswith("官塘社区分馆的开放时间还没有登记")
    assert "活动" in answer
