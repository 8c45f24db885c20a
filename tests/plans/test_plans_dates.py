"""Dates as libraries write them, read exactly, vaguely, or honestly not at all."""

from calendar import monthrange
from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.plans.dates import read_when
from activities.plans.plan import DoubtKind
from models.when import Precision


def when_of(words: str, **how: Any) -> Any:
    """The When that is surely there in these tests; one that is not fails at its first use."""
    return read_when(words, **how).when


YEAR = 2023
CHINESE = "〇一二三四五六七八九"
NOTATIONS = (
    "{d.month}月{d.day}日",
    "{d.month}月{d.day}号",
    "{d.month} 月 {d.day} 日",
    "{d.month:02}月{d.day:02}日",
    "{d.year}年{d.month}月{d.day}日",
    "年{d.month}月{d.day}日",
    "{d.year}-{d.month:02}-{d.day:02}",
    "{d.year}.{d.month}.{d.day}",
    "{d.year}/{d.month}/{d.day}",
    "{d.month}.{d.day}",
    "{d.month}/{d.day}",
)
days = st.dates(date(YEAR, 1, 1), date(YEAR, 12, 31))
clocks = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))


def spans(words: str, *, month: int | None = 4) -> str:
    """The reading in short: precision, first and last day, times, then what was not understood."""
    reading = read_when(words, year=YEAR, month=month)
    when, note = reading.when, f" [{reading.note}]" if reading.note else ""
    if when is None:
        return f"unread{note}"
    until = f"{when.ends_on:%m%d}" if when.ends_on else ""
    at = f" {when.starts_at:%H:%M}" if when.starts_at else ""
    to = f"-{when.ends_at:%H:%M}" if when.ends_at else ""
    return f"{when.precision} {when.starts_on:%m%d}-{until}{at}{to}{note}"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("4月2日", "day 0402-0402"),
        ("4月2号", "day 0402-0402"),
        ("年4月23日", "day 0423-0423"),
        ("４月２日", "day 0402-0402"),
        ("四月二日", "day 0402-0402"),
        ("二〇二三年十一月二十三日", "day 1123-1123"),
        ("23年4月7日", "day 0407-0407"),
        ("2日", "day 0402-0402"),
        ("4月8日（周六）", "day 0408-0408"),
        ("4月8日星期六", "day 0408-0408"),
        ("暂定4月8日", "day 0408-0408 [暂定]"),
        ("4月23日世界读书日", "day 0423-0423 [世界读书日]"),
        ("4月5日（清明节）", "day 0405-0405 [(清明节)]"),
    ],
)
def test_a_day(words, expected):
    assert spans(words) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("4月上旬", "period 0401-0410"),
        ("4月中旬", "period 0411-0420"),
        ("4月下旬", "period 0421-0430"),
        ("2月下旬", "period 0221-0228"),
        ("4月上中旬", "period 0401-0420"),
        ("4月上、中旬", "period 0401-0420"),
        ("4月中下旬", "period 0411-0430"),
        ("4月初", "period 0401-0410"),
        ("4月底", "period 0421-0430"),
        ("4月份中旬", "period 0411-0420"),
        ("中下旬", "period 0411-0430"),
        ("4月", "month 0401-0430"),
        ("4月份", "month 0401-0430"),
        ("2023年4月", "month 0401-0430"),
        ("全月", "month 0401-0430"),
        ("3-5月", "period 0301-0531"),
        ("4月中旬至5月上旬", "period 0411-0510"),
        ("4月8日至4月中旬", "period 0408-0420"),
        ("全年", "period 0101-1231"),
        ("2023年", "period 0101-1231"),
        ("4月中旬 下午2:30", "period 0411-0420 [下午2:30]"),
    ],
)
def test_a_vague_word_is_never_given_a_false_day(words, expected):
    assert spans(words) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("9月21日-10月15日", "day 0921-1015"),
        ("5月28日——6月2日", "day 0528-0602"),
        ("4月3-5日", "day 0403-0405"),
        ("4月3日至5日", "day 0403-0405"),
        ("3日到5日", "day 0403-0405"),
        ("一日至三日", "day 0401-0403"),
        ("4.2-4.20", "day 0402-0420"),
        ("2023.4.7-9", "day 0407-0409"),
        ("2023-04-07至2023-04-09", "day 0407-0409"),
        ("4月8日-9日（周六、周日）", "day 0408-0409"),
        ("9月21日-10月15日（周一闭馆）", "day 0921-1015 [(周一闭馆)]"),
        ("12月28日-1月3日", "day 1228-0103"),
        ("4月17日起", "open 0417-"),
        ("4月17日9:00起", "open 0417- [9:00]"),
    ],
)
def test_a_run_of_days(words, expected):
    assert spans(words) == expected


def test_a_run_over_new_year_ends_in_the_next_year_or_began_in_the_last():
    december = when_of("12月28日-1月3日", year=2023, month=12)
    january = when_of("12月28日-1月3日", year=2023, month=1)
    assert (december.starts_on, december.ends_on) == (date(2023, 12, 28), date(2024, 1, 3))
    assert (january.starts_on, january.ends_on) == (date(2022, 12, 28), date(2023, 1, 3))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("9月27日14:30-16:30", "time 0927-0927 14:30-16:30"),
        ("4月8日上午9:00", "time 0408-0408 09:00"),
        ("4月8日上午9点", "time 0408-0408 09:00"),
        ("4月8日下午3:00-5:00", "time 0408-0408 15:00-17:00"),
        ("4月8日下午2点半", "time 0408-0408 14:30"),
        ("4月8日晚7点", "time 0408-0408 19:00"),
        ("4月8日晚上7点一刻到9点", "time 0408-0408 19:15-21:00"),
        ("4月8日9：30", "time 0408-0408 09:30"),
        ("4月8日上午8.00到下午5.00", "time 0408-0408 08:00-17:00"),
        ("4月8日（周六上午9:30）", "time 0408-0408 09:30"),
        ("4月8日中午12点", "time 0408-0408 12:00"),
        ("4月15日周六下午两点", "time 0415-0415 14:00"),
        ("四月二十三日上午九点半", "time 0423-0423 09:30"),
        ("2023-04-07 14:30", "time 0407-0407 14:30"),
        ("4.2 9:00", "time 0402-0402 09:00"),
        ("4月3日-5日 9:00-11:00", "time 0403-0405 09:00-11:00"),
        ("4月8日9:00-4月9日17:00", "time 0408-0409 09:00-17:00"),
        ("4月8日14:30开始", "time 0408-0408 14:30"),
        ("4月8日9:00-11:00，下午2:00-4:00", "time 0408-0408 09:00-11:00 [下午2:00-4:00]"),
    ],
)
def test_a_clock_time(words, expected):
    assert spans(words) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("4月8日9:00-4:00", "day 0408-0408 [9:00-4:00]"),
        ("4月8日2:30", "day 0408-0408 [2:30]"),
        ("4月8日25:00", "day 0408-0408 [25:00]"),
        ("4月8日上午", "day 0408-0408 [上午]"),
        ("4月8日上午15:00", "day 0408-0408 [上午15:00]"),
        ("4月8日晚12点", "day 0408-0408 [晚12点]"),
    ],
)
def test_a_time_that_may_be_two_times_is_not_chosen_between(words, expected):
    assert spans(words) == expected


@pytest.mark.parametrize(
    "words",
    [
        "每周六", "4月每周六", "4月1日、8日", "4月1日，8日", "4月2日或3日", "4月9日前", "4月20日左右", "约4月8日",
        "春节前后", "农历二月十五", "14:30", "待定", "世界读书日", "4月29:00", "初中生专场",
        "4月8日-9日、15日-16日", "4月第二周", "5月每月第一个周日",
    ],
)  # fmt: skip
def test_what_no_single_span_can_say_is_handed_back_whole(words):
    reading = read_when(words, year=YEAR, month=4)
    assert (reading.when, reading.note) == (None, words)


def test_without_a_month_a_bare_day_is_not_read():
    assert spans("8日", month=None) == "unread [8日]"
    assert spans("中旬", month=None) == "unread [中旬]"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("2月30日", "没有2023年2月30日这一天"),
        ("4月31日-5月2日", "没有2023年4月31日这一天"),
        ("2023-02-29", "没有2023年2月29日这一天"),
        ("13月", "没有13月这个月份"),
        ("4月15日-4月10日", "结束的日子早于开始的日子"),
        ("10月15日-9月21日", "结束的日子早于开始的日子"),
    ],
)
def test_an_impossible_date_is_a_complaint(words, complaint):
    reading = read_when(words, year=YEAR)
    assert (reading.when, reading.note) == (None, words)
    assert reading.complaints == ((DoubtKind.IMPOSSIBLE_DATE, complaint),)


def test_a_wrong_weekday_keeps_the_day_and_says_so():
    reading = read_when("4月8日（周日）", year=YEAR)
    assert reading.when is not None
    assert reading.when.starts_on == date(2023, 4, 8)
    assert reading.complaints == ((DoubtKind.WEEKDAY, "4月8日是周六，不是周日"),)


@given(day=days, notation=st.sampled_from(NOTATIONS))
def test_a_written_day_reads_back_to_itself(day, notation):
    reading = read_when(notation.format(d=day), year=YEAR)
    assert reading.when is not None
    assert (reading.when.precision, reading.when.starts_on, reading.when.ends_on) == (Precision.DAY, day, day)
    assert reading.note == ""


@given(day=days)
def test_a_day_in_chinese_numerals_reads_back_to_itself(day):
    words = f"{''.join(CHINESE[int(digit)] for digit in str(day.year))}年{_spelt(day.month)}月{_spelt(day.day)}日"
    assert when_of(words, year=1999).starts_on == day


def _spelt(number: int) -> str:
    tens, ones = divmod(number, 10)
    return f"{CHINESE[tens] if tens > 1 else ''}{'十' if tens else ''}{CHINESE[ones] if ones else ''}"


@given(day=days, clock=clocks, notation=st.sampled_from(NOTATIONS), gap=st.sampled_from((" ", "  ", "，")))
def test_a_day_and_a_time_read_back_to_themselves(day, clock, notation, gap):
    when = when_of(f"{notation.format(d=day)}{gap}{clock:%H:%M}", year=YEAR)
    assert (when.precision, when.starts_on, when.starts_at) == (Precision.TIME, day, clock)


@given(day=days, begins=clocks, ends=clocks)
def test_an_end_before_the_beginning_is_never_read(day, begins, ends):
    when = when_of(f"{day.month}月{day.day}日{begins:%H:%M}-{ends:%H:%M}", year=YEAR)
    expected = (begins, ends) if begins < ends else (None, None)
    assert (when.starts_at, when.ends_at) == expected


@given(first=days, length=st.integers(1, 100), until=st.sampled_from(("-", "—", "——", "至", "到", "~", " - ", "～")))
def test_a_range_keeps_its_order_and_its_ends(first, length, until):
    last = first + timedelta(days=length)
    if last.year > YEAR:
        return
    when = when_of(f"{first.month}月{first.day}日{until}{last.month}月{last.day}日", year=YEAR)
    assert (when.starts_on, when.ends_on) == (first, last)


@given(year=st.integers(1990, 2090), month=st.integers(1, 12))
def test_the_three_parts_of_a_month_tile_it(year, month):
    parts = [when_of(f"{month}月{part}旬", year=year) for part in "上中下"]
    covered = [
        when.starts_on + timedelta(n) for when in parts for n in range((when.ends_on - when.starts_on).days + 1)
    ]
    assert covered == [date(year, month, day) for day in range(1, monthrange(year, month)[1] + 1)]


DATE_WORDS = st.lists(
    st.sampled_from(
        [
            "1",
            "2",
            "30",
            "31",
            "4",
            "12",
            "月",
            "日",
            "号",
            "上旬",
            "中",
            "下旬",
            "初",
            "底",
            "-",
            "至",
            ":",
            "：",
            "点",
            "半",
            "周六",
            "（",
            "）",
            "每",
            "上午",
            "下午",
            "晚",
            "起",
            "、",
            "，",
            ".",
            "/",
            " ",
            "年",
            "全月",
            "本月",
            "前",
        ]
    ),
    max_size=12,
).map("".join)


@given(words=DATE_WORDS | st.text(max_size=30), month=st.none() | st.integers(1, 12))
def test_junk_never_raises_and_no_character_of_it_is_lost(words, month):
    reading = read_when(words, year=YEAR, month=month)
    kept = reading.note if reading.when is None else reading.when.text
    assert "".join(kept.split()) == "".join(words.split())


@given(words=DATE_WORDS, month=st.none() | st.integers(1, 12))
def test_without_a_written_year_no_day_lies_outside_the_plans_year(words, month):
    if "年" in words:
        return
    when = when_of(words, year=YEAR, month=month)
    if when and when.starts_on and when.ends_on:
        assert YEAR in {when.starts_on.year, when.ends_on.year}
        crosses = when.starts_on.year != when.ends_on.year
        assert not crosses or (when.ends_on - when.starts_on).days <= 184


@given(words=DATE_WORDS, month=st.integers(1, 12))
def test_a_time_is_read_only_where_digits_or_numerals_say_it(words, month):
    when = when_of(words, year=YEAR, month=month)
    if when and when.starts_at:
        assert any(mark in words for mark in (":", "：", "点", "."))
        assert when.starts_at != time(0) or "12" in words
