"""A week's hours and a year's days off as staff write them: read back as they were meant, or named and not guessed."""

from contextlib import suppress
from datetime import date, time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

from activities.festivals import NOTHING_TOLD, DaysOffUnknown, Told, ToldDay, days_off_around, official, untold
from activities.holiday_words import days_in
from activities.opening import Stretch, said_week
from activities.week_words import week_in
from models.errors import BadInput

HALF_HOURS = some.lists(some.integers(14, 47), min_size=0, max_size=6, unique=True).map(sorted)


def stretches_of(halves: list[int]) -> list[Stretch]:
    clocks = [time(half // 2, half % 2 * 30) for half in halves]
    return [Stretch(*pair) for pair in zip(clocks[::2], clocks[1::2], strict=False)]


@given(some.lists(HALF_HOURS.map(stretches_of), min_size=7, max_size=7))
def test_a_week_as_the_chat_says_it_is_read_as_the_same_week(days: list[list[Stretch]]) -> None:
    assume(any(days))
    week = dict(enumerate(days))
    assert week_in("；".join(said_week(week))) == week


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("周二至周日 9:00-17:00；周一闭馆", "周二至周日 9:00—17:00|周一闭馆"),
        ("开放时间：周二到周日上午9点至下午5点（周一闭馆）", "周二至周日 9:00—17:00|周一闭馆"),
        ("周一闭馆，其余 9:00—17:00", "周二至周日 9:00—17:00|周一闭馆"),
        ("除周一外每天9:00-17:00", "周二至周日 9:00—17:00|周一闭馆"),
        ("工作日 9:00-18:00 双休日 10:00-16:00", "周一至周五 9:00—18:00|周六、周日 10:00—16:00"),
        ("星期一至星期五：8点半到12点，下午2点到6点；周末休息", "周一至周五 8:30—12:00、14:00—18:00|周六、周日闭馆"),
        ("9:00-21:00", "每天 9:00—21:00"),
    ],
)  # fmt: skip
def test_a_week_as_libraries_write_it(words: str, said: str) -> None:
    assert said_week(week_in(words)) == said.split("|")


@pytest.mark.parametrize(
    "words",
    ["", "法定节假日闭馆", "周二 9点", "周一 9:00-17:00；周一闭馆", "周三 17:00-9:00", "周一至周日 24小时", "周二至周日 9:00-5:00"],
)  # fmt: skip
def test_what_is_not_certain_is_not_guessed(words: str) -> None:
    with pytest.raises(BadInput):
        week_in(words)


@given(some.text("周一二三四五六日天至到每、,;：:0123459-闭馆休息 点半上下午", max_size=24))
def test_no_words_for_a_week_break_anything(words: str) -> None:
    with suppress(BadInput):
        assert set(week_in(words)) == set(range(7))


@pytest.mark.parametrize("year", range(2010, 2027))
def test_days_off_said_day_by_day_are_the_days_the_tables_have(year: int) -> None:
    known = {day: one for day, one in official(year).items() if len(one.name) < 5}
    lines = (
        f"{one.name}：{day.month}月{day.day}日{'上班' if one.is_workday else '放假'}" for day, one in known.items()
    )
    assert days_in("\n".join(lines), year=year) == known


@given(some.text("春节国庆元旦年月日至到、。上班放假共天0123456789 （）", max_size=24))
def test_no_words_for_days_off_break_anything(words: str) -> None:
    with suppress(BadInput):
        assert days_in(words, year=2027)


def test_days_off_told_by_staff_reach_beyond_the_tables_and_only_so_far() -> None:
    told = Told({date(2027, 2, day): ToldDay(day == 14, "春节") for day in (5, 6, 7, 8, 9, 10, 11, 14)})
    assert days_off_around(date(2027, 2, 6), told) == (date(2027, 2, 5), date(2027, 2, 11))
    for day, known in ((date(2027, 10, 1), told), (date(2027, 2, 6), NOTHING_TOLD)):
        with pytest.raises(DaysOffUnknown):
            days_off_around(day, known)
    assert untold(2027, told) == ["元旦", "清明", "劳动节", "端午", "中秋", "国庆"]
    assert untold(2026) == []


def test_days_off_told_by_staff_correct_the_tables() -> None:
    longer = Told({date(2026, 10, 8): ToldDay(is_workday=False, name="国庆")})
    shorter = Told({date(2026, 10, 7): ToldDay(is_workday=True, name="国庆")})
    assert [days_off_around(date(2026, 10, 1), told)[1].day for told in (NOTHING_TOLD, longer, shorter)] == [7, 8, 6]
