"""A quiz played by readers who do not exist: the same each time, within its rules, and a help to whoever seals the pot."""

from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import times
from payouts.plan import Plan, Tier
from quizzes import rules
from quizzes.dry_run import MOST, Drawn, Setting, expected_right, played, proposed

ZONE = times.local(times.now()).tzinfo
NINE = datetime(2027, 6, 1, 9, tzinfo=ZONE)


def setting(count: int = 200, *, days: int = 1, right: float = 0.8, at_least: int = 6, **more: object) -> Setting:
    hours = rules.Hours(NINE, NINE + timedelta(days=days) - timedelta(hours=1))
    plan = Plan((Tier(at_least, count, fen=168),))
    return replace(
        Setting(plan, hours, (Drawn(10, right),), at_least, prizes_each=1, tries_a_day=3, seconds_each=60),
        **more,  # type: ignore[arg-type]
    )


def test_the_same_seed_plays_the_same_and_another_seed_another() -> None:
    assert played(setting(), 1000, seed=7) == played(setting(), 1000, seed=7)
    assert played(setting(), 1000, seed=7).won_at != played(setting(), 1000, seed=8).won_at


@given(
    readers=st.integers(100, 600), count=st.integers(1, 500), right=st.floats(0.05, 0.95), each=st.integers(1, 3),
    tries=st.integers(0, 4), seed=st.integers(1, 10_000), days=st.integers(1, 4),
)  # fmt: skip
def test_everybody_is_counted_once_and_no_more_is_given_than_there_is(
    readers: int, count: int, right: float, each: int, tries: int, seed: int, days: int
) -> None:
    wanted = setting(count, right=right, days=days, prizes_each=each, tries_a_day=tries)
    run = played(wanted, readers, seed=seed)
    assert run.winners + run.too_late + run.too_few == readers
    assert run.winners <= run.prizes_won <= min(count, readers * each)
    assert run.fen == run.prizes_won * 168
    assert (run.out_at is not None) == (run.prizes_won == count)
    assert run.left_at(wanted.hours.closes_at) == count - run.prizes_won
    assert all(NINE <= at <= wanted.hours.closes_at for at in run.won_at)


def test_a_pot_that_is_small_is_gone_in_the_first_hour_and_in_parts_it_reaches_those_who_come_after_school() -> None:
    at_once = setting(150)
    run = played(at_once, 1000, seed=1)
    assert run.takes_all_early
    assert run.out_at is not None
    assert run.out_at < NINE + timedelta(hours=1)
    assert run.school_at is not None
    assert run.left_at(run.school_at) == 0
    better = proposed(at_once)
    assert better is not None
    assert better.prizes.hours == ("07:30", "09:00", "12:00", "16:30", "19:30")
    in_parts = played(better, 1000, seed=1)
    assert in_parts.school_at is not None
    assert in_parts.left_at(in_parts.school_at) > 0
    assert not in_parts.takes_all_early


def test_a_large_pot_lasts_and_warns_of_nothing() -> None:
    run = played(setting(2000), 1000, seed=1)
    assert run.out_at is None
    assert run.too_late == 0
    assert not run.takes_all_early


def test_where_the_first_wrong_answer_ends_it_fewer_reach_a_prize() -> None:
    usual, one_out = (
        played(setting(2000, tries_a_day=1, is_one_out=one_out), 1000, seed=1).winners for one_out in (False, True)
    )
    assert one_out < usual


def test_nobody_plays_outside_the_days_window() -> None:
    window = rules.Hours(NINE, NINE + timedelta(days=3), "08:00", "20:00")
    run = played(replace(setting(500), hours=window), 1000, seed=1)
    assert run.came_at
    assert all(8 <= times.local(at).hour <= 20 for at in (*run.came_at, *run.won_at))


@pytest.mark.parametrize(
    ("answered", "right", "difficulty", "least", "most"),
    [(0, 0, 1, 0.87, 0.89), (0, 0, None, 0.64, 0.66), (2000, 200, 1, 0.1, 0.12), (20, 20, 5, 0.6, 0.7)],
)
def test_what_is_known_of_a_question_weighs_more_the_more_often_it_was_answered(
    answered: int, right: int, difficulty: int | None, least: float, most: float
) -> None:
    assert least <= expected_right(answered, right, difficulty) <= most


def test_the_largest_run_is_bounded() -> None:
    began = monotonic()
    played(setting(MOST, days=14, tries_a_day=0), MOST, seed=1)
    assert monotonic() - began < 10  # a second on an idle machine
