"""The demo's plan is true in every month in which somebody may open the demo."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from activities import changes, sample_past
from activities.plans.plan import PlannedActivity
from activities.plans.reading import read_plan
from activities.records import ledger
from activities.records import queries as records
from activities.records.ledger import Asked
from activities.sample import sample_plans
from console.demo import load_demo
from models import times
from models.activity import MAIN_LIBRARY, Activity, ActivityState
from models.by import By
from models.opening import WeekHours
from models.platform import ClockShift
from models.record import ActivityRecord, RecordState
from models.when import Precision
from tests.world import World

# Days with a date of their own, as a calendar has them; whatever else is called …日 or …节 must not be in a title.
DATES = {
    "元旦": (1, 1), "警察节": (1, 10), "湿地日": (2, 2), "母语日": (2, 21), "妇女节": (3, 8), "植树节": (3, 12), "世界水日": (3, 22),
    "儿童图书日": (4, 2), "世界卫生日": (4, 7), "地球日": (4, 22), "世界读书日": (4, 23), "劳动节": (5, 1), "青年节": (5, 4),
    "博物馆日": (5, 18), "生物多样性日": (5, 22), "儿童节": (6, 1), "环境日": (6, 5), "建党节": (7, 1), "友谊日": (7, 30),
    "建军节": (8, 1), "健身日": (8, 8), "扫盲日": (9, 8), "教师节": (9, 10), "国庆": (10, 1), "粮食日": (10, 16),
    "消防日": (11, 9), "世界儿童日": (11, 20), "宪法日": (12, 4), "志愿者日": (12, 5),
}  # fmt: skip
# True in one season or one week of the year only.
SEASONAL = re.compile(r"读书节|两会|寒假|暑假|春天|夏天|秋天|冬天|春节|清明|端午|中秋|重阳|元宵|新春|开学|高考")
NAMED_DAY = re.compile(r"[一-鿿]+[日节]”")

DAYS = st.dates(date(2024, 1, 1), date(2035, 12, 31))


def activities_seen_from(day: date) -> list[PlannedActivity]:
    return [activity for plan in sample_plans(day) for activity in plan.activities]


@pytest.mark.parametrize("month", range(1, 13))
def test_a_day_of_observance_stands_on_its_own_date(month: int) -> None:
    found = 0
    for activity in sample_plans(date(2026, month, 15))[0].activities:
        for name, on in DATES.items():
            if name in activity.title + activity.summary:
                day = activity.when.starts_on
                assert day
                assert ((day.month, day.day), activity.when.precision) == (on, Precision.TIME), activity.title
                found += 1
    assert found >= 2


@given(DAYS)
def test_no_title_speaks_of_a_day_the_calendar_of_the_test_does_not_know(day: date) -> None:
    for activity in activities_seen_from(day):
        assert not SEASONAL.search(activity.title + activity.summary)
        for named in NAMED_DAY.findall(activity.title):
            assert any(name in named for name in DATES), named


@given(DAYS)
def test_every_day_lies_in_the_month_of_its_plan_and_is_written_as_it_is(day: date) -> None:
    for plan in sample_plans(day):
        assert plan.month
        year, month = (int(part) for part in plan.month.split("-"))
        first, last = times.month_of(year, month)
        for activity in plan.activities:
            when = activity.when
            assert when.starts_on
            assert when.ends_on
            assert first <= when.starts_on <= when.ends_on <= last
            assert when.text.startswith(f"{month}月")


@given(DAYS)
def test_the_next_weekend_always_has_something_for_children(day: date) -> None:
    saturday, sunday = times.weekend_of(day)
    on = [a for a in activities_seen_from(day) if a.when.starts_on in (saturday, sunday)]
    assert any("岁" in activity.summary for activity in on)


def test_a_month_looks_like_a_librarys() -> None:
    for month in range(1, 13):
        rows = sample_plans(date(2026, month, 1))[0].activities
        branches = {row.branch for row in rows}
        assert len(branches) == 9
        assert MAIN_LIBRARY in branches
        assert len({row.type for row in rows}) >= 8
        assert sum("主讲" in row.summary or "领读" in row.summary for row in rows) >= 8
        assert sum("岁" in row.summary for row in rows) >= 5
        assert sum(bool(row.place) for row in rows) >= len(rows) - 3
        assert {row.when.precision for row in rows} >= {
            Precision.TIME,
            Precision.DAY,
            Precision.PERIOD,
            Precision.MONTH,
        }


def test_no_room_is_used_twice_at_one_time() -> None:
    for month in range(1, 13):
        rows = [row for row in sample_plans(date(2026, month, 1))[0].activities if row.when.starts_at and row.place]
        places = [(row.branch, row.place, row.when.starts_on, row.when.starts_at) for row in rows]
        assert len(places) == len(set(places))


def test_the_two_months_follow_each_other() -> None:
    assert [plan.month for plan in sample_plans(date(2026, 12, 31))] == ["2026-12", "2027-01"]
    assert [plan.month for plan in sample_plans(date(2027, 1, 31) - timedelta(days=31))] == ["2026-12", "2027-01"]


@pytest.mark.parametrize("name", ["plan.xlsx", "plan.docx"])
def test_the_example_plans_are_read_as_the_demos_december(name: str) -> None:
    december = sample_plans(date(2026, 12, 1))[0]
    read = read_plan(Path(__file__).parent.parent / "docs/examples" / name)

    def told(row: PlannedActivity) -> tuple[object, ...]:
        when = row.when
        return (
            row.branch,
            row.title,
            row.series,
            when.precision,
            when.starts_on,
            when.ends_on,
            when.starts_at,
            when.ends_at,
        )

    assert read.month == december.month
    assert [told(row) for row in read.activities] == [told(row) for row in december.activities]
    assert read.doubts == ()


# ── what the demo's staff did afterwards ──


_BAGS = (
    sa.select(Activity)
    .where(Activity.title == "手绘环保袋", Activity.state == ActivityState.PUBLISHED)
    .order_by(Activity.starts_on)
    .limit(1)
)


def states_of(world: World) -> dict[str, list[str]]:
    """title → state, and "moved" where it was; of this month and those to come."""
    with world.database.reading() as session:
        told: dict[str, list[str]] = {}
        told_of = sa.select(Activity).where(Activity.state != ActivityState.FINISHED)
        for activity in session.scalars(told_of.order_by(Activity.starts_on)):
            told.setdefault(activity.title, []).append("moved" if activity.moved_from else activity.state.value)
        return told


@pytest.mark.parametrize("month", range(1, 13))
def test_the_demo_shows_every_state_and_again_changes_nothing(sqlite_world: World, month: int) -> None:
    times.set_shift(datetime(2026, month, 28, 1, tzinfo=UTC) - datetime.now(UTC))
    load_demo(sqlite_world.settings)
    first = states_of(sqlite_world)
    assert first["旧书换新书"][-1] == "cancelled"
    assert first["《平凡的世界》读书会"][-1] == "moved"
    assert first["从一张老照片读懂一座城"] == ["published", "published"]
    load_demo(sqlite_world.settings)
    assert states_of(sqlite_world) == first


def test_the_demo_opened_in_a_later_month_goes_on_there(sqlite_world: World) -> None:
    load_demo(sqlite_world.settings)
    with sqlite_world.database.units() as session:
        session.add(ClockShift(one=1, seconds=int(timedelta(days=400).total_seconds())))
    load_demo(sqlite_world.settings)
    assert len(states_of(sqlite_world)["旧书换新书"]) == 4


def test_what_a_visitor_of_the_demo_changed_stays(sqlite_world: World) -> None:
    load_demo(sqlite_world.settings)
    with sqlite_world.database.units() as session:
        activity = session.scalars(_BAGS).one()
        changes.edit(session, activity, {"title": "手绘帆布袋"}, by=By("我", times.now()))
    load_demo(sqlite_world.settings)
    assert len(states_of(sqlite_world)["手绘帆布袋"]) == 1
    assert len(states_of(sqlite_world)["手绘环保袋"]) == 1


def test_the_demos_houses_are_open(sqlite_world: World) -> None:
    load_demo(sqlite_world.settings)
    assert sqlite_world.count(WeekHours) == 6 + 8 * 7


def test_the_demo_has_a_past_with_its_figures_and_a_little_left_to_do(sqlite_world: World) -> None:
    times.set_shift(datetime(2026, 11, 26, 1, tzinfo=UTC) - datetime.now(UTC))
    load_demo(sqlite_world.settings)
    today = times.today(times.now())
    with sqlite_world.database.reading() as session:
        year = ledger.ledger(session, Asked("2026-01", "2026-11"), today=today)
        missing = [row for asked in records.missing(today=today) for row in session.execute(asked)]
    assert min(line.done for line in year.by_month) >= 12
    assert min(line.done for line in year.by_branch) >= 11
    assert 0 < year.total.online < year.total.heads
    assert len(missing) == sample_past.STILL_MISSING
    assert sqlite_world.count(ActivityRecord, ActivityRecord.state == RecordState.SENT) == 1
    assert "植物界的活化石" in sqlite_world.says("小林", "活化石")
