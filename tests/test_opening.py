"""When a branch is open, and what a closure does."""

from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from activities import hours, opening
from activities.opening import Shut, Stretch, Timetable
from models.activity import Branch
from models.errors import BadInput
from models.opening import Closure
from models.times import WEEKDAYS
from tests.world import World

DAY = Stretch(time(9), time(17))
MORNING, AFTERNOON = Stretch(time(9), time(12)), Stretch(time(14), time(17, 30))
TUESDAY_TO_SUNDAY = {weekday: [DAY] for weekday in range(1, 7)}
SATURDAY = date(2026, 11, 28)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute))


def test_a_week_is_said_in_as_few_words_as_it_has_kinds_of_days() -> None:
    assert opening.said_week(TUESDAY_TO_SUNDAY) == ["周二至周日 9:00—17:00", "周一闭馆"]
    assert opening.said_week({weekday: [DAY] for weekday in range(7)}) == ["每天 9:00—17:00"]
    both = {0: [MORNING, AFTERNOON], 1: [MORNING, AFTERNOON], 5: [DAY]}
    assert opening.said_week(both) == [
        "周一、周二 9:00—12:00、14:00—17:30",
        "周六 9:00—17:00",
        "周三、周四、周五、周日闭馆",
    ]
    assert opening.said_week({}) == []


def test_the_day_before_the_exception_before_the_week() -> None:
    table = Timetable(
        TUESDAY_TO_SUNDAY, {SATURDAY: [MORNING]}, [Shut(date(2026, 11, 29), date(2026, 11, 30), "盘点")]
    )
    assert table.stretches_on(SATURDAY) == [MORNING]
    assert table.stretches_on(date(2026, 11, 29)) == ()
    assert table.stretches_on(date(2026, 12, 1)) == [DAY]
    assert (table.is_open_at(at(SATURDAY, 11, 59)), table.is_open_at(at(SATURDAY, 12))) == (True, False)
    assert table.next_opening(at(SATURDAY, 12)) == (date(2026, 12, 1), DAY)
    assert table.next_opening(at(SATURDAY, 8)) == (SATURDAY, MORNING)


def test_a_branch_nobody_entered_hours_for_never_opens_in_the_books() -> None:
    assert Timetable().next_opening(at(SATURDAY, 8)) is None


stretches = (
    st.tuples(st.integers(0, 22), st.integers(1, 23))
    .filter(lambda pair: pair[0] < pair[1])
    .map(lambda pair: Stretch(time(pair[0]), time(pair[1])))
)
weeks = st.dictionaries(st.integers(0, 6), st.lists(stretches, min_size=1, max_size=3))
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1))


@given(week=weeks, moment=moments, shut_for=st.integers(0, 20))
def test_the_next_opening_is_the_first_moment_at_which_it_is_open_again(
    week: dict[int, list[Stretch]], moment: datetime, shut_for: int
) -> None:
    closure = Shut(moment.date(), moment.date() + timedelta(days=shut_for), "修缮")
    table = Timetable(week, {}, [closure] if shut_for else [])
    found = table.next_opening(moment)
    if found is None:
        assert not week
        return
    day, stretch = found
    opens = datetime.combine(day, stretch.opens_at)
    assert opens > moment
    assert table.is_open_at(opens)
    hour = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    while hour < opens:  # in between nothing opens that was not open
        assert not [s for s in table.stretches_on(hour.date()) if s.opens_at == hour.time()]
        hour += timedelta(hours=1)


@given(week=weeks)
def test_every_day_of_the_week_is_said_exactly_once(week: dict[int, list[Stretch]]) -> None:
    said = opening.said_week(week)
    covered: list[str] = []
    for line in said:
        days = line.removesuffix("闭馆").split(" ")[0]
        if days == "每天":
            covered += WEEKDAYS
        elif "至" in days:
            first, last = (WEEKDAYS.index(day) for day in days.split("至"))
            covered += WEEKDAYS[first : last + 1]
        else:
            covered += days.split("、")
    assert sorted(covered) == sorted(WEEKDAYS if week else ())


def test_hours_that_overlap_or_end_before_they_begin_are_refused_by_name() -> None:
    with pytest.raises(BadInput, match="开门 17:00 要早于关门 09:00"):
        Stretch(time(17), time(9))
    with pytest.raises(BadInput, match="周一的两段时间重叠了：12:00 和 11:00"):
        opening.checked_week({0: [MORNING, Stretch(time(11), time(13))]})


# ── as rows ──


@pytest.fixture
def branches(world: World) -> list[int]:
    with world.database.units() as session:
        session.add_all([Branch(name="总馆"), Branch(name="官塘分馆")])
        session.flush()
        return list(session.scalars(sa.select(Branch.id).order_by(Branch.id)))


def test_a_closure_is_one_row_and_undoing_it_is_deleting_the_row(world: World, branches: list[int]) -> None:
    main, branch = branches
    with world.database.units() as session:
        hours.set_week(session, main, TUESDAY_TO_SUNDAY)
        closure = hours.close(session, branch_id=None, first_on=SATURDAY, last_on=SATURDAY, reason=" 停电 ")
        found = hours.closed_on(session, branch, SATURDAY)
        assert found is not None
        assert found.reason == "停电"
        assert hours.timetable_of(session, main, since=SATURDAY).stretches_on(SATURDAY) == ()
        hours.reopen(session, closure)
        assert hours.closed_on(session, branch, SATURDAY) is None
        assert hours.timetable_of(session, main, since=SATURDAY).stretches_on(SATURDAY) == [DAY]
    assert world.count(Closure) == 0


def test_one_branchs_closure_leaves_the_others_open_and_wins_over_that_of_all(
    world: World, branches: list[int]
) -> None:
    main, branch = branches
    with world.database.units() as session:
        hours.close(session, branch_id=branch, first_on=SATURDAY, last_on=SATURDAY, reason="装修")
        assert hours.closed_on(session, main, SATURDAY) is None
        hours.close(session, branch_id=None, first_on=SATURDAY, last_on=SATURDAY, reason="停电")
        found = hours.closed_on(session, branch, SATURDAY)
    assert found is not None
    assert found.reason == "装修"


def test_a_day_of_its_own_replaces_the_weekday_and_gives_way_again(world: World, branches: list[int]) -> None:
    main = branches[0]
    with world.database.units() as session:
        hours.set_week(session, main, TUESDAY_TO_SUNDAY)
        hours.set_day(session, main, SATURDAY, [MORNING, AFTERNOON])
        assert hours.timetable_of(session, main, since=SATURDAY).stretches_on(SATURDAY) == [MORNING, AFTERNOON]
        hours.set_day(session, main, SATURDAY, [])
        assert hours.timetable_of(session, main, since=SATURDAY).stretches_on(SATURDAY) == [DAY]


@pytest.mark.parametrize(("days", "reason"), [((1, 0), "停电"), ((0, 0), "  ")])
def test_a_closure_without_sense_is_refused(
    world: World, branches: list[int], days: tuple[int, int], reason: str
) -> None:
    first, last = (SATURDAY + timedelta(days=number) for number in days)
    with pytest.raises(BadInput), world.database.units() as session:
        hours.close(session, branch_id=None, first_on=first, last_on=last, reason=reason)
    assert world.count(Closure) == 0
