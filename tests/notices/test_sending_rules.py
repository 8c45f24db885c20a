"""When a broadcast leaves, and under which key: true for any hour, any words, any part."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.signup.rules import is_night
from models import times
from models.errors import IllegalMove
from models.notice import BROADCAST_MOVES, PART_MOVES, BroadcastState, NoticeUse, PartState, Way
from models.states import moved
from notices.content import Article, Content
from notices.sending import handing, rules
from notices.sending.rules import Leave

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
NUMBERS = st.integers(1, 10**6)


@given(st.text(max_size=8), st.text(max_size=64), NUMBERS, NUMBERS, st.integers(0, 9))
def test_a_key_is_the_same_for_ever_and_fits_into_32_bytes(
    code: str, digest: str, broadcast: int, part: int, again: int
) -> None:
    key = rules.client_id(code, digest, broadcast, part, again)
    assert key == rules.client_id(code, digest, broadcast, part, again)
    assert len(key.encode()) == 32
    others = {
        rules.client_id(code + "x", digest, broadcast, part, again), rules.client_id(code, digest + "x", broadcast, part, again),
        rules.client_id(code, digest, broadcast + 1, part, again), rules.client_id(code, digest, broadcast, part + 1, again),
        rules.client_id(code, digest, broadcast, part, again + 1),
    }  # fmt: skip
    assert key not in others


@given(MOMENTS, st.timedeltas(timedelta(), timedelta(days=3)), st.sampled_from(Way), st.booleans(), st.booleans())
def test_nothing_leaves_early_unconfirmed_at_night_or_long_after_its_time(
    due_at: datetime, later: timedelta, way: Way, urgent: bool, is_confirmed: bool
) -> None:
    now = due_at + later
    verdict = rules.may_leave(due_at, way, now, urgent=urgent, is_confirmed=is_confirmed)
    if verdict is Leave.NOW:
        assert is_confirmed
        assert now >= due_at
        assert urgent or way not in rules.REACHING or not is_night(now)
        assert now <= rules.leaves_at(due_at, way, urgent=urgent) + rules.GRACE
    if verdict is Leave.LATE:
        assert later > rules.GRACE


@given(MOMENTS)
def test_used_up_sends_are_back_on_a_morning_of_another_day_or_month(now: datetime) -> None:
    day, month = (rules.sends_again(now, is_month_over=over) for over in (False, True))
    assert (times.local(day).hour, times.local(month).hour) == (8, 8)
    assert times.today(day) == times.today(now) + timedelta(days=1)
    assert times.today(month).day == 1
    assert (times.today(month) - times.today(now)).days in range(1, 32)


@given(MOMENTS, st.integers(0, 20))
def test_looks_get_rarer_and_come_to_an_end(at: datetime, looks: int) -> None:
    here, then = rules.next_look(at, looks), rules.next_look(at, looks + 1)
    assert then is None or (here is not None and here < then)
    assert rules.next_look(at, len(rules.LOOKS)) is None


def test_a_closure_and_an_emergency_are_urgent_and_nothing_else() -> None:
    assert [use for use in NoticeUse if rules.is_urgent(use, "")] == [NoticeUse.CLOSURE]
    assert rules.is_urgent(NoticeUse.GENERAL, "水管爆了")


@pytest.mark.parametrize("state", list(BroadcastState))
@pytest.mark.parametrize("to", list(BroadcastState))
def test_a_broadcast_moves_as_its_table_says(state: BroadcastState, to: BroadcastState) -> None:
    if to in BROADCAST_MOVES.get(state, frozenset()):
        assert moved(state, to=to, moves=BROADCAST_MOVES) is to
    else:
        with pytest.raises(IllegalMove):
            moved(state, to=to, moves=BROADCAST_MOVES)


def test_what_is_over_is_over_and_what_was_taken_is_never_owed_again_but_through_a_failure() -> None:
    assert BROADCAST_MOVES[BroadcastState.DONE] == {BroadcastState.FAILED}, "WeChat's own word may come last"
    assert BroadcastState.STOPPED not in BROADCAST_MOVES
    assert [state for state in PartState if PartState.OWED in PART_MOVES.get(state, ())] == [PartState.FAILED]


def test_every_picture_of_ours_gets_wechats_address_however_it_was_put_there() -> None:
    one, two = "a" * 64, "b" * 64
    body = (
        f'<img src="/media/pictures/{one}"><img src="https://lib.example/pictures/{two}.jpg">'
        f'<img src="/pictures/{one}.jpg" alt="x"><img src="https://mmbiz.qpic.cn/z">'
    )
    content = Content((Article("看点", body=body, cover=two),))
    assert handing.files_of(content) == [(two, handing.COVER), (one, handing.INLINE), (two, handing.INLINE)]
    there = {(two, "cover"): "M", (one, "inline"): "https://w/1", (two, "inline"): "https://w/2"}
    (article,) = handing.articles_of(content, there)
    assert article["content"] == (
        '<img src="https://w/1"><img src="https://w/2"><img src="https://w/1" alt="x"><img src="https://mmbiz.qpic.cn/z">'
    )
    assert article["thumb_media_id"] == "M"
