"""The desk's own clock: only minutes of work count."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.festivals import Told, ToldDay
from activities.opening import Shut, Stretch, Timetable
from desk.cases import clock, hours
from desk.cases.clock import USUAL_WEEK, DayOff, Hours
from models.errors import BadFields

ZONE = ZoneInfo("Asia/Shanghai")
DAY = Stretch(time(9), time(17))
WEEKDAYS = dict.fromkeys(range(5), (DAY,))
NOON = Stretch(time(12), time(13, 30))
FRIDAY = date(2026, 11, 27)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZONE)


def test_a_friday_evening_is_answered_on_monday_morning() -> None:
    assert clock.add(Hours(WEEKDAYS), at(FRIDAY, 18), 120) == at(date(2026, 11, 30), 11)


def test_minutes_go_on_behind_lunch_and_over_night() -> None:
    desk = Hours(WEEKDAYS, lunch=NOON)
    assert clock.add(desk, at(FRIDAY, 11, 30), 60) == at(FRIDAY, 14)
    assert clock.add(desk, at(date(2026, 11, 26), 16, 30), 60) == at(FRIDAY, 9, 30)
    assert clock.minutes_between(desk, at(FRIDAY, 11), at(FRIDAY, 14)) == 90


def test_lunch_may_cut_an_hour_off_either_end_or_take_all_of_it() -> None:
    assert clock.without([Stretch(time(12), time(13))], NOON) == []
    assert clock.without([Stretch(time(9), time(12, 30))], NOON) == [Stretch(time(9), time(12))]
    assert clock.without([Stretch(time(13), time(17))], NOON) == [Stretch(time(13, 30), time(17))]


def test_a_national_holiday_is_off_and_the_saturday_in_exchange_is_worked() -> None:
    days = hours.unlike(date(2026, 9, 1))
    off = [day for day, one in days.items() if day.year == 2026 and not one.is_workday]
    worked = [day for day, one in days.items() if day.year == 2026 and one.is_workday]
    assert date(2026, 10, 1) in off
    assert worked
    assert all(day.weekday() >= 5 for day in worked)
    desk = Hours(WEEKDAYS, days=days)
    assert desk.stretches_on(date(2026, 10, 1)) == []
    assert desk.stretches_on(worked[0]) == [DAY]
    assert Hours(WEEKDAYS, on_holidays=True, days=days).stretches_on(date(2026, 10, 1)) == [DAY]


def test_next_years_table_is_missing_and_the_festivals_themselves_are_off() -> None:
    days = hours.unlike(date(2050, 6, 1))  # nobody has told anything of it
    assert not days[date(2050, 10, 1)].is_workday
    assert not days[date(2051, 1, 1)].is_workday
    assert not any(one.is_workday for one in days.values())
    assert date(2050, 10, 3) not in days
    desk = Hours(WEEKDAYS, days=days)
    new_years_eve = date(2050, 12, 31)  # a Saturday; the first is a Sunday
    assert clock.add(desk, at(new_years_eve, 10), 60) == at(date(2051, 1, 2), 10)


def test_what_staff_have_told_stands_above_the_tables() -> None:
    told = Told(
        {date(2026, 10, 1): ToldDay(is_workday=True, name="国庆"), FRIDAY: ToldDay(is_workday=False, name="馆庆")}
    )
    desk = Hours(WEEKDAYS, days=hours.unlike(FRIDAY, told))
    assert desk.stretches_on(date(2026, 10, 1)) == [DAY]
    assert desk.stretches_on(FRIDAY) == []


def test_a_closure_and_a_day_of_its_own_count_and_without_hours_there_is_a_usual_week() -> None:
    table = Timetable(
        {4: [DAY]}, {FRIDAY: [Stretch(time(10), time(11))]}, (Shut(date(2026, 12, 4), date(2026, 12, 4), "检修"),)
    )
    desk = Hours(opening=table)
    assert desk.stretches_on(FRIDAY) == [Stretch(time(10), time(11))]
    assert desk.stretches_on(date(2026, 12, 4)) == []
    assert Hours().is_assumed
    assert Hours().stretches_on(FRIDAY) == list(USUAL_WEEK[4])


def test_where_there_is_no_work_for_two_months_there_is_no_deadline() -> None:
    never = Hours(WEEKDAYS, Timetable(closures=(Shut(FRIDAY, FRIDAY + timedelta(days=400), "改造"),)))
    assert clock.add(never, at(FRIDAY, 10), 30) is None
    assert clock.next_work(never, at(FRIDAY, 10)) is None
    assert clock.minutes_between(never, at(FRIDAY, 9), at(FRIDAY, 17)) == 0


_times = st.times(max_value=time(23, 58)).map(lambda one: one.replace(second=0, microsecond=0))


@st.composite
def _stretches(draw: st.DrawFn) -> tuple[Stretch, ...]:
    edges = sorted(set(draw(st.lists(_times, min_size=0, max_size=6))))
    return tuple(Stretch(a, b) for a, b in zip(edges[::2], edges[1::2], strict=False))


@st.composite
def _desks(draw: st.DrawFn) -> Hours:
    week = draw(st.dictionaries(st.integers(0, 6), _stretches(), max_size=7))
    week = {day: of for day, of in week.items() if of} or {0: (DAY,)}
    off = draw(st.dictionaries(st.dates(date(2026, 1, 1), date(2026, 3, 1)), st.booleans().map(DayOff), max_size=12))
    lunch = draw(st.none() | st.just(NOON))
    desk = Hours(week, lunch=lunch, on_holidays=draw(st.booleans()), days=off)
    return desk if any(desk.stretches_on(date(2026, 6, 1) + timedelta(days=n)) for n in range(7)) else Hours(WEEKDAYS)


_moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 2, 1)).map(
    lambda one: one.replace(second=0, microsecond=0, tzinfo=UTC)
)


@given(_desks(), _moments, st.integers(1, 300))
def test_so_many_minutes_added_are_so_many_minutes_between(desk: Hours, moment: datetime, minutes: int) -> None:
    then = clock.add(desk, moment, minutes)
    if then is None:  # a minute of work a week, and many off
        return
    assert then > moment
    assert clock.minutes_between(desk, moment, then) == minutes
    assert clock.work_between(desk, then - timedelta(seconds=1), then) == timedelta(seconds=1)  # it ends at work


@given(_desks(), _moments, st.integers(0, 20_000), st.integers(0, 20_000))
def test_work_between_adds_up_and_is_never_more_than_the_time(
    desk: Hours, moment: datetime, one: int, two: int
) -> None:
    middle, end = moment + timedelta(minutes=one), moment + timedelta(minutes=one + two)
    first, second = clock.work_between(desk, moment, middle), clock.work_between(desk, middle, end)
    assert first + second == clock.work_between(desk, moment, end)
    assert timedelta() <= first <= middle - moment
    assert clock.work_between(desk, end, moment) == timedelta()


@given(_desks(), _moments, st.integers(1, 200), st.integers(1, 200))
def test_a_later_question_or_a_longer_promise_is_never_due_earlier(
    desk: Hours, moment: datetime, more: int, minutes: int
) -> None:
    due, later, longer = (
        clock.add(desk, moment, minutes), clock.add(desk, moment + timedelta(minutes=more), minutes), clock.add(desk, moment, minutes + more),
    )  # fmt: skip
    if due and later and longer:
        assert due <= later
        assert due < longer


@pytest.mark.parametrize(
    ("lunch", "answer", "field"),
    [(("12:00", ""), "60", "lunch_from"), (("13:00", "12:00"), "60", "lunch_from"), (("", ""), "0", "answer"), (("x", "y"), "60", "lunch_from"),
     (("", ""), "一小时", "answer"), (("", ""), "1" * 40, "answer")],
)  # fmt: skip
def test_hours_that_cannot_be_are_refused_where_they_stand(lunch: tuple[str, str], answer: str, field: str) -> None:
    with pytest.raises(BadFields) as error:
        hours.checked({}, lunch, False, answer, "240")
    assert set(error.value.wrong) == {field}
