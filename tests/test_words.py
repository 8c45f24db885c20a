"""The leaf words: money, states, times, numbers, and what fits into a message."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.limits import MAX_TEXT_BYTES
from config.menu import faults_of, menu_of
from handlers.turn import fitted
from handlers.words import number_in
from models import times
from models.activity import ACTIVITY_MOVES
from models.channels import CREDITS, LENGTHS, Window, WindowKind, choose
from models.errors import IllegalMove
from models.inbox import PUSH_MOVES
from models.money import fen_from, yuan
from models.outbox import CALL_MOVES, LONGEST_PAUSE, pause_after
from models.states import moved
from models.tapping import tappable
from models.wording import compact, grams, needed_grams, quoted, searched, tidy

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
FEN = st.integers(min_value=0, max_value=10**10)


@given(FEN)
def test_money_written_and_read_again_is_the_same_money(fen: int) -> None:
    assert fen_from(yuan(fen)) == fen
    assert fen_from(f"￥{yuan(fen)}") == fen_from(f"{yuan(fen)}元") == fen


@given(st.integers(min_value=-(10**10), max_value=-1))
def test_a_debt_shows_its_sign(fen: int) -> None:
    assert yuan(fen) == "-" + yuan(-fen)


@pytest.mark.parametrize("words", ["", "1.234", "1,000", "-1", "一元", "1.", ".5", "1e3", "1 2", "٣"])
def test_an_amount_that_is_not_exact_is_refused_and_never_rounded(words: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        fen_from(words)


@pytest.mark.parametrize("moves", [PUSH_MOVES, CALL_MOVES, ACTIVITY_MOVES])
def test_states_move_only_where_their_table_leads(moves: Mapping[StrEnum, frozenset[StrEnum]]) -> None:
    states = list(type(next(iter(moves))))
    for state in states:
        for to in states:
            if to in moves.get(state, frozenset()):
                assert moved(state, to=to, moves=moves) is to
            else:
                with pytest.raises(IllegalMove):
                    moved(state, to=to, moves=moves)


@given(st.text())
def test_tidying_twice_changes_nothing_more(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
    assert compact(compact(text)) == compact(text)


@given(st.text(alphabet="绘本讲座Ab1 ·", max_size=12), st.data())
def test_whatever_contains_a_word_has_all_its_grams(text: str, data: st.DataObject) -> None:
    whole = compact(text)
    start = data.draw(st.integers(0, len(whole)))
    part = whole[start : data.draw(st.integers(start, len(whole)))]
    assert set(needed_grams([part] if part else [])) <= grams(searched(text))


@given(st.text(alphabet="字a😀\n", max_size=3000))
def test_a_message_that_is_too_long_is_cut_between_characters_and_loses_none(text: str) -> None:
    head, rest = fitted(text)
    assert len(head.encode()) <= MAX_TEXT_BYTES
    kept = head.removesuffix("\n（还有，回复“更多”）") if rest else head
    assert (kept + rest).replace("\n", "") == text.replace("\n", "")


def test_a_cut_never_falls_inside_a_link() -> None:
    head, rest = fitted("字" * 640 + tappable("活动", "看" * 80))
    assert head.count("<a ") == head.count("</a>")
    assert rest.startswith("<a ")


@pytest.mark.parametrize(
    ("words", "number"),
    [("8", 8), ("十", 10), ("十二", 12), ("二十", 20), ("二十三", 23), ("第8个", 8), ("两个", 2), ("〇", 0), ("999", 999),
     ("8号", None), ("1000", None), ("十十", None), ("八月", None), ("", None), ("三岁", None), ("一二", None)],
)  # fmt: skip
def test_numbers_are_read_in_either_writing(words: str, number: int | None) -> None:
    assert number_in(words) == number


@given(st.dates(date(2020, 1, 1), date(2060, 1, 1)))
def test_weeks_and_months_hold_their_day(day: date) -> None:
    assert times.week_of(day)[0] <= day <= times.week_of(day)[1]
    saturday, sunday = times.weekend_of(day)
    assert (saturday.weekday(), sunday.weekday(), times.week_of(day)[1]) == (5, 6, sunday)
    first, last = times.month_of(day.year, day.month)
    assert first <= day <= last
    assert (first.day, (last + timedelta(days=1)).day) == (1, 1)


def window(kind: WindowKind, ago: timedelta, spent: int = 0) -> Window:
    return Window(kind, NOW - ago, spent)


@given(st.integers(0, 60 * 60 * 60), st.integers(0, 9), st.integers(0, 200), st.integers(0, 9), st.booleans())
def test_a_message_leaves_only_through_a_window_with_a_credit(
    message_s: int, message_spent: int, touch_s: int, touch_spent: int, may: bool
) -> None:
    windows = [
        window(WindowKind.MESSAGE, timedelta(seconds=message_s), message_spent),
        window(WindowKind.TOUCH, timedelta(seconds=touch_s), touch_spent),
    ]
    window_chosen = choose(windows, may_send_customer_messages=may, now=NOW)
    usable = [w for w in windows if NOW - w.opened_at < LENGTHS[w.kind] and w.spent < CREDITS[w.kind]]
    assert (window_chosen is not None) == (may and bool(usable))
    assert window_chosen is None or window_chosen in usable


def test_the_window_that_closes_first_is_charged_first() -> None:
    both = [window(WindowKind.MESSAGE, timedelta(0)), window(WindowKind.TOUCH, timedelta(0))]
    chosen = choose(both, may_send_customer_messages=True, now=NOW)
    assert chosen is not None
    assert chosen.kind is WindowKind.TOUCH


def test_pauses_grow_to_an_hour() -> None:
    pauses = [pause_after(attempt) for attempt in range(1, 15)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (timedelta(seconds=5), LONGEST_PAUSE)


def test_the_menu_is_one_the_platform_takes() -> None:
    assert faults_of(menu_of("https://library.example")) == []
    assert (
        faults_of({"button": [{"name": "六个汉字太长"}] * 4})
        == ["4 buttons"] + ["六个汉字太长: 18 bytes, at most 16"] * 4
    )


def test_marks_within_marks_change() -> None:
    assert quoted("“老有所学”普法课堂") == "“‘老有所学’普法课堂”"
