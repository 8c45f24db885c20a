"""The calendar's jobs fire once, whoever ticks; and what must not be kept goes when its time is over."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from models import times, upkeep
from models.db import Database
from models.follower import Farewell, Follower
from models.inbox import Push, PushState
from models.outbox import CallKind, CallState, OutboxCall
from models.platform import Fire
from tests.world import World, in_parallel
from worker.clock import Clock, DailyJob, latest_slot


class Diary:
    """A job that notes when it was done."""

    def __init__(self, at: time = time(8)) -> None:
        self.done: list[datetime] = []
        self.job = DailyJob("diary", at, self._do)

    def _do(self, _session: Session, now: datetime) -> None:
        self.done.append(now)


def clock_of(world: World, diary: Diary, database: Database | None = None) -> Clock:
    return Clock(database or world.database, [diary.job], ())


def test_a_job_fires_once_a_day_though_many_processes_tick(world: World) -> None:
    diary, databases = Diary(), [Database(world.settings.database) for _ in range(3)]
    clocks = [clock_of(world, diary, database) for database in databases]
    for _ in range(3):
        assert in_parallel(*[clock.tick for clock in clocks]) == [None] * 3
    assert len(diary.done) == 1
    world.passes(days=1)
    assert in_parallel(*[clock.tick for clock in clocks]) == [None] * 3
    assert len(diary.done) == 2
    for database in databases:
        database.close()


def test_after_a_week_without_power_a_job_is_done_once_and_not_seven_times(world: World) -> None:
    diary = Diary()
    clock_of(world, diary).tick()
    world.passes(days=7)
    clock_of(world, diary).tick()
    clock_of(world, diary).tick()
    assert len(diary.done) == 2


def test_a_job_that_fails_has_not_fired_and_is_tried_at_the_next_tick(world: World) -> None:
    tried: list[int] = []

    def fails_once(_session: Session, _now: datetime) -> None:
        tried.append(1)
        if len(tried) == 1:
            raise ZeroDivisionError

    clock = Clock(world.database, [DailyJob("fails", time(8), fails_once)], ())
    with pytest.raises(ZeroDivisionError):
        clock.tick()
    clock.tick()
    clock.tick()
    assert len(tried) == 2


def test_a_part_that_fails_keeps_no_other_from_its_turn(world: World) -> None:
    done: list[str] = []

    def breaks(_session: Session, _now: datetime) -> int:
        done.append("breaks")
        raise ZeroDivisionError

    def goes_on(_session: Session, _now: datetime) -> int:
        done.append("goes on")
        return 0

    clock = Clock(world.database, (), (breaks, goes_on), (breaks, goes_on))
    with pytest.raises(ZeroDivisionError):
        clock.tick()
    assert done == ["breaks", "goes on"] * 2


def test_what_may_take_its_time_is_done_to_its_end_and_left_where_the_program_stops(world: World) -> None:
    left = [3, 2, 1, 0]

    def part(_session: Session, _now: datetime) -> int:
        return left.pop(0)

    clock = Clock(world.database, (), (), patient=(part,))
    clock.tick()
    assert left == [3, 2, 1, 0]
    clock.go_on_patiently()
    assert left == []

    def endless(_session: Session, _now: datetime) -> int:
        left.append(1)
        if len(left) == 2:
            clock.stop()
        return 1

    clock = Clock(world.database, (), (), patient=(endless,))
    clock.go_on_patiently()
    assert left == [1, 1]


def test_what_takes_its_time_and_fails_stands_in_nothing_elses_way(world: World) -> None:
    done: list[str] = []

    def breaks(_session: Session, _now: datetime) -> int:
        raise ZeroDivisionError

    def goes_on(_session: Session, _now: datetime) -> int:
        done.append("goes on")
        return 0

    with pytest.raises(ZeroDivisionError):
        Clock(world.database, (), (), patient=(breaks, goes_on)).go_on_patiently()
    assert done == ["goes on"]


@given(
    at=st.times(),
    now=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
)
def test_a_slot_is_the_last_time_the_librarys_clock_showed_that_hour(at: time, now: datetime) -> None:
    slot = latest_slot(at, now)
    assert timedelta(0) <= now - slot < timedelta(days=1)
    assert times.local(slot).time() == at


# ── what goes, and when ──


def kept_until(world: World, table: Any, days: float, *where: Any) -> tuple[int, int]:
    """How many rows are left shortly before and shortly after so many days."""
    start = times.now()
    clock = Clock(world.database, (), upkeep.PARTS)
    clock.clean_up(start + timedelta(days=days) - timedelta(minutes=1))
    before = world.count(table, *where)
    clock.clean_up(start + timedelta(days=days) + timedelta(minutes=1))
    return before, world.count(table, *where)


def call(world: World, state: CallState) -> None:
    now = times.now()
    values = {
        "kind": CallKind.CUSTOMER_MESSAGE, "key": state, "openid": "o", "payload": {"text": "您好"}, "state": state,
        "due_at": now, "attempts": 1, "cause": "", "created_at": now,
    }  # fmt: skip
    with world.database.units() as session:
        session.execute(sa.insert(OutboxCall).values(values))


def test_the_words_of_a_push_go_after_three_days_and_its_key_after_thirty(world: World) -> None:
    world.says("小林", "活动")
    assert kept_until(world, Push, 3, Push.content.is_not(None)) == (1, 0)
    assert kept_until(world, Push, 30) == (1, 0)


def test_a_failed_push_keeps_its_words_until_its_key_goes(world: World) -> None:
    world.says("小林", "活动")
    with world.database.units() as session:
        session.execute(sa.update(Push).values(state=PushState.FAILED))
    assert kept_until(world, Push, 3, Push.content.is_not(None)) == (1, 1)
    assert kept_until(world, Push, 30) == (1, 0)


@pytest.mark.parametrize("state", [CallState.DONE, CallState.DROPPED])
def test_a_settled_message_loses_its_words_and_its_reader_after_three_days(world: World, state: CallState) -> None:
    call(world, state)
    assert kept_until(world, OutboxCall, 3, OutboxCall.openid.is_not(None)) == (1, 0)
    assert kept_until(world, OutboxCall, 90) == (1, 0)


@pytest.mark.parametrize("state", [CallState.WAITING, CallState.UNSURE, CallState.DEAD])
def test_what_nobody_came_for_is_given_up_after_thirty_days(world: World, state: CallState) -> None:
    call(world, state)
    assert kept_until(world, OutboxCall, 30, OutboxCall.openid.is_not(None)) == (1, 0)
    with world.database.reading() as session:
        row = session.scalars(sa.select(OutboxCall)).one()
    assert (row.state, row.payload, row.openid) == (CallState.DROPPED, {}, None)


def test_what_is_still_owed_is_never_cleared_away(world: World) -> None:
    call(world, CallState.OWED)
    assert kept_until(world, OutboxCall, 400, OutboxCall.openid.is_not(None)) == (1, 1)


def test_that_somebody_left_is_forgotten_after_thirty_days(world: World) -> None:
    world.happens("小林", "subscribe")
    world.happens("小林", "unsubscribe")
    assert world.count(Follower) == 0
    assert kept_until(world, Farewell, 30) == (1, 0)


def test_fired_slots_are_forgotten_after_thirty_days(world: World) -> None:
    clock_of(world, Diary(time(0))).tick()
    before, after = kept_until(world, Fire, 31)
    assert (before <= 2, after) == (True, 0)


def test_clearing_away_goes_by_parts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "PART", 2)
    for number in range(5):
        world.says("小林", f"第{number}句")
    with world.database.units() as session:
        assert upkeep.PARTS[0](session, times.now() + timedelta(days=4)) == 2
    assert kept_until(world, Push, 3, Push.content.is_not(None))[1] == 0
