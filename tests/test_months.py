"""A month's plan is found by what ends in it and what goes on beyond it, however long the library's history."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities import queries
from activities.plans.plan import Plan, PlannedActivity
from activities.service import import_plan
from models import times
from models.activity import MAIN_LIBRARY, Activity, ActivityState
from models.when import Precision, When
from tests.world import World

NOW = datetime(2026, 10, 30, 1, tzinfo=UTC)
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
STATES = st.sampled_from(list(ActivityState))
SPANS = st.tuples(st.none() | DAYS, st.none() | st.integers(0, 200), STATES)


def _when(first: date | None, length: int | None) -> When:
    last = None if first is None or length is None else first + timedelta(days=length)
    return When("某日", Precision.OPEN if last is None else Precision.DAY, first, last, None, None)


def _planned(title: str, when: When) -> PlannedActivity:
    return PlannedActivity(
        title=title, series="", type="讲座", branch=MAIN_LIBRARY, when=when, place="", summary="", is_online=False,
        is_on_site=True, where="plan.xlsx:2",
    )  # fmt: skip


def _put(world: World, spans: list[tuple[date | None, int | None, ActivityState]]) -> None:
    rows = tuple(_planned(f"第{n}场", _when(first, length)) for n, (first, length, _) in enumerate(spans))
    with world.database.units() as session:
        session.execute(sa.delete(Activity))
        import_plan(session, Plan(None, "2026-06", rows, ()), now=NOW)
        for n, (_, _, state) in enumerate(spans):
            session.execute(sa.update(Activity).where(Activity.title == f"第{n}场").values(state=state))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spans=st.lists(SPANS, min_size=1, max_size=12), month=st.integers(1, 12))
def test_a_month_has_what_a_plain_look_at_every_activity_finds(world: World, spans: list[Any], month: int) -> None:
    _put(world, spans)
    first, last = times.month_of(2026, month)
    with world.database.reading() as session:
        rows = session.execute(sa.select(Activity.title, Activity.state, Activity.starts_on, Activity.last_on)).all()
        touching = {
            (row.title, row.state) for row in rows if row.starts_on and row.starts_on <= last and row.last_on >= first
        }
        cancelled = {title for title, state in touching if state is ActivityState.CANCELLED}
        took_place = {
            title for title, state in touching if state in (ActivityState.PUBLISHED, ActivityState.FINISHED)
        }
        assert {one.title for one in queries.month_plan(session, 2026, month)} == took_place
        assert {one.title for one in queries.cancelled_in_month(session, 2026, month)} == cancelled


def test_a_month_is_not_sought_among_all_that_came_after_it(sqlite_world: World) -> None:
    found = [_steps(sqlite_world, statement) for statement in (queries._BETWEEN, queries._CANCELLED_BETWEEN)]
    for steps in found:
        walked = {step for step in steps if " activities " in step}
        assert walked == {
            "SEARCH activities USING INTEGER PRIMARY KEY (rowid=?)",
            "SEARCH activities USING COVERING INDEX ix_activities_shown (state=? AND last_on>? AND last_on<?)",
            "SEARCH activities USING COVERING INDEX ix_activities_runs (state=? AND last_on>?)",
        }


def test_the_months_that_have_plans_are_found_by_leaps(world: World) -> None:
    for month in ("2026-03", "2026-11", "2027-01"):
        with world.database.units() as session:
            import_plan(session, Plan(None, month, (_planned(f"{month}的讲座", _when(None, None)),), ()), now=NOW)
    with world.database.units() as session:
        of_march = sa.update(Activity).where(Activity.plan_month == "2026-03")
        session.execute(of_march.values(state=ActivityState.FINISHED))
    with world.database.reading() as session:
        assert queries.months_with_plans(session) == ["2026-03", "2026-11", "2027-01"]
    if world.database.is_sqlite:
        steps = _steps(world, queries._months_of(ActivityState.PUBLISHED))
        assert [step for step in steps if " activities " in step] == [
            "SEARCH activities USING COVERING INDEX ix_activities_month (state=? AND plan_month>?)"
        ]


def _steps(world: World, statement: sa.Select[Any]) -> list[str]:
    """How SQLite would go about it."""
    written = str(statement.compile(world.database.engine))
    with world.database.reading() as session:
        raw: Any = session.connection().connection.driver_connection
        return [row[-1] for row in raw.execute(f"EXPLAIN QUERY PLAN {written}", ("",) * written.count("?"))]
