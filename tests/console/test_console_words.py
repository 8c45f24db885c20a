"""What staff read: every state, kind, role and act has its Chinese word; moments and numbers read as people say them."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from console import words
from models import times
from models.activity import ActivityState
from models.inbox import PushState
from models.outbox import CallKind, CallState
from models.payout import PoolState
from models.rights import RIGHTS
from models.signup import EntryState
from models.staff import Role, StaffState

ROOT = Path(__file__).parent.parent.parent
ROOMS = ("activities", "bot", "console", "contests", "handlers", "models", "payouts", "quizzes", "worker")
COLOURS = {"draft", "waiting", "live", "done", "stopped"}


def test_everything_staff_see_has_a_word_of_ours() -> None:
    for states in (ActivityState, CallState, PushState, StaffState):
        assert {words.state(state).colour for state in states} <= COLOURS
    assert set(words.CALLS) == set(CallKind)
    assert set(words.ROLES) == set(words.ROLE_NOTES) == set(Role)
    assert set(words.RIGHTS) == set(RIGHTS)


def test_states_of_one_spelling_are_told_apart() -> None:
    """`waiting` is a message that the reader's next contact fetches, and somebody in line for a seat."""
    assert words.state(CallState.WAITING).words == "等读者再来"
    assert words.state(EntryState.WAITING).words == "候补"
    assert words.state(PoolState.DRAFT).words == "待批准"
    assert words.state(ActivityState.CANCELLED).colour == "stopped"


def test_every_act_that_is_noted_has_a_word() -> None:
    noted: set[str] = set()
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            code = path.read_text(encoding="utf-8")
            noted |= set(re.findall(r'note\(\s*\w+, "([a-z -]+)"', code)) | set(
                re.findall(r'\bact="([a-z -]+)"', code)
            )
    assert len(noted) > 15
    assert {act for act in noted if words.act(act) == act} == set()


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(seconds=20), "刚刚"),
        (timedelta(minutes=5), "5 分钟前"),
        (timedelta(hours=3), "3 小时前"),
        (timedelta(days=2), "2 天前"),
    ],
)
def test_how_long_ago(ago: timedelta, said: str) -> None:
    assert words.ago(times.now() - ago) == said


@given(some.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=some.just(UTC)))
def test_a_moment_never_says_another_day(moment: datetime) -> None:
    said, local = words.moment(moment), times.local(moment)
    assert said.endswith(f"{local:%H:%M}")
    days = (times.today(times.now()) - local.date()).days
    assert said.startswith(
        {0: "今天", 1: "昨天", -1: "明天"}.get(days) or times.short_day(local.date(), beside=times.today(times.now()))
    )


@given(some.text(min_size=0, max_size=64))
def test_a_masked_openid_is_never_the_whole(openid: str) -> None:
    assert len(words.masked(openid)) <= 9
