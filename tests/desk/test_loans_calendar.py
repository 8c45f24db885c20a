"""A due day moves with the calendar: shown as it counts, told as it is true, and as before once a closure is undone."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.loans.rules import FURTHEST, due_with_calendar, stage_of
from models.loan import LoanKind, Stage
from tests.desk.lending import Lending, in_days, today
from tests.wechat import shown
from tests.world import World

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@pytest.fixture
def lending(world: World) -> Lending:
    built = Lending(world)
    built.at_nine()
    return built


@given(due=DAYS, shut=st.sets(st.integers(0, 60)))
def test_a_due_day_moves_to_the_first_open_day_and_no_further(due: date, shut: set[int]) -> None:
    closed = {due + timedelta(days=n) for n in shut}
    moved = due_with_calendar(due, lambda day: day not in closed)
    assert moved not in closed
    assert all(due + timedelta(days=n) in closed for n in range((moved - due).days))
    assert due_with_calendar(moved, lambda day: day not in closed) == moved


@given(due=DAYS)
def test_a_house_that_never_opens_again_leaves_the_day_as_it_is(due: date) -> None:
    assert due_with_calendar(due, lambda _day: False) == due
    assert due_with_calendar(due, lambda day: day >= due + timedelta(days=FURTHEST)) == due


def test_a_day_that_stands_for_never_is_asked_of_no_calendar(lending: Lending) -> None:
    assert due_with_calendar(date.max, lambda _day: False) == date.max
    lending.branch("五休馆", open_on=(0, 1, 2, 3, 5, 6))
    lending.cards()
    lending.loans(("工具书", "B1", "9999-12-31", "五休馆"), ("近书", "B2", in_days(1).isoformat(), ""))
    lending.binds()
    assert "《工具书》" in lending.world.says("小林", "我的借阅")


@given(due=DAYS, before=st.integers(1, 14), late=st.integers(-40, 60))
def test_stages_only_go_forward(due: date, before: int, late: int) -> None:
    order = [None, Stage.SOON, Stage.TOMORROW, Stage.OVER, Stage.OVER_WEEK, Stage.OVER_MONTH]

    def at(day: int) -> int:
        stage = stage_of(LoanKind.LOAN, due, is_ready=False, today=due + timedelta(days=day), days_before=before)
        return order.index(stage)

    assert at(late) <= at(late + 1)
    assert at(-before - 1) == 0 or before == 1
    assert order[at(0)] is Stage.TOMORROW


def test_a_loan_due_in_a_closure_is_shown_extended_and_nothing_untrue_is_told(lending: Lending) -> None:
    """The closure undone, all is as before."""
    world = lending.world
    lending.branch()
    lending.cards()
    lending.loans(("小王子", "B1", in_days(1).isoformat(), "总馆"))
    lending.binds()
    assert "《小王子》明天" in world.says("小林", "我的借阅")
    assert lending.plans() == 1

    closure = lending.closes(in_days(0), in_days(9))
    said = world.says("小林", "我的借阅")
    day, until = in_days(1), in_days(10)
    assert f"原到期日{day.month}月{day.day}日，闭馆顺延到{until.month}月{until.day}日" in said
    assert lending.leaves() is None, "told yesterday's truth"

    lending.reopens(closure)
    assert "《小王子》明天" in world.says("小林", "我的借阅")
    assert "顺延" not in world.says("小林", "我的借阅")


def test_what_was_planned_before_a_closure_is_told_again_once_it_is_due(lending: Lending) -> None:
    lending.branch()
    lending.cards()
    lending.loans(("小王子", "B1", in_days(2).isoformat(), "总馆"))
    lending.binds()
    closure = lending.closes(in_days(2), in_days(5))
    assert lending.plans() == 0, "it is due in six days"
    lending.reopens(closure)
    lending.next_day()
    lending.loans(("小王子", "B1", in_days(1).isoformat(), "总馆"))
    assert lending.plans() == 1
    assert "《小王子》明天" in shown(lending.leaves())


def test_a_closure_of_another_branch_moves_nothing(lending: Lending) -> None:
    other = lending.branch("官塘社区分馆")
    lending.branch()
    lending.cards()
    lending.loans(
        ("小王子", "B1", in_days(1).isoformat(), "总馆"), ("城南旧事", "B2", in_days(1).isoformat(), "官塘社区分馆")
    )
    lending.binds()
    lending.closes(in_days(0), in_days(4), other)
    said = lending.world.says("小林", "我的借阅")
    assert "1. 《小王子》明天" in said
    assert said.count("顺延") == 1


def test_a_weekly_rest_day_moves_a_due_day_and_a_branch_without_hours_has_none(lending: Lending) -> None:
    lending.branch(open_on=[day for day in range(7) if day != in_days(3).weekday()])
    lending.branch("官塘社区分馆")
    lending.cards()
    lending.loans(
        ("小王子", "B1", in_days(3).isoformat(), "总馆"), ("城南旧事", "B2", in_days(3).isoformat(), "官塘社区分馆"),
        ("边城", "B3", in_days(3).isoformat(), "没听过的馆"), ("呐喊", "B4", in_days(3).isoformat(), ""),
    )  # fmt: skip
    lending.binds()
    lines = lending.world.says("小林", "我的借阅").split("\n")
    moved = [lines[at - 1][3:8].split("》")[0].strip("《") for at, line in enumerate(lines) if "顺延" in line]
    assert sorted(moved) == ["呐喊", "小王子"], lines


def test_a_library_may_let_due_days_stand(lending: Lending) -> None:
    lending.branch()
    lending.chooses(extends=False)
    lending.cards()
    lending.loans(("小王子", "B1", in_days(1).isoformat(), "总馆"))
    lending.binds()
    lending.closes(in_days(0), in_days(9))
    assert "顺延" not in lending.world.says("小林", "我的借阅")
    assert today() < in_days(1)
