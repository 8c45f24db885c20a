"""Days as readers say them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.days import find_span
from handlers.spans import Span

TUESDAY = date(2026, 11, 24)
THURSDAY = date(2026, 11, 26)
DAYS = st.dates(date(2020, 1, 1), date(2060, 1, 1))


def span_in(words: str, today: date) -> Span | None:
    found = find_span(words, today=today)
    return found.span if found and (found.start, found.end) == (0, len(words)) else None


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("今天", "2026-11-24", "2026-11-24"), ("昨天", "2026-11-23", "2026-11-23"), ("前天", "2026-11-22", "2026-11-22"),
        ("后天", "2026-11-26", "2026-11-26"), ("大后天", "2026-11-27", "2026-11-27"), ("这几天", "2026-11-24", "2026-11-26"),
        ("周末", "2026-11-28", "2026-11-29"), ("周六日", "2026-11-28", "2026-11-29"), ("双休日", "2026-11-28", "2026-11-29"),
        ("下周末", "2026-12-05", "2026-12-06"), ("上周末", "2026-11-21", "2026-11-22"), ("周二", "2026-11-24", "2026-11-24"),
        ("周一", "2026-11-30", "2026-11-30"), ("本周一", "2026-11-23", "2026-11-23"), ("下周一", "2026-11-30", "2026-11-30"),
        ("上周三", "2026-11-18", "2026-11-18"), ("下下周六", "2026-12-12", "2026-12-12"), ("下周的周六", "2026-12-05", "2026-12-05"),
        ("礼拜天", "2026-11-29", "2026-11-29"), ("周三到周五", "2026-11-25", "2026-11-27"), ("本周", "2026-11-23", "2026-11-29"),
        ("下周", "2026-11-30", "2026-12-06"), ("上周", "2026-11-16", "2026-11-22"), ("本月", "2026-11-01", "2026-11-30"),
        ("上个月", "2026-10-01", "2026-10-31"), ("下个月", "2026-12-01", "2026-12-31"), ("月底", "2026-11-21", "2026-11-30"),
        ("本月底", "2026-11-21", "2026-11-30"), ("下个月初", "2026-12-01", "2026-12-10"), ("下个月8号", "2026-12-08", "2026-12-08"),
        ("4月", "2027-04-01", "2027-04-30"), ("4月份", "2027-04-01", "2027-04-30"), ("10月", "2026-10-01", "2026-10-31"),
        ("今年4月", "2026-04-01", "2026-04-30"), ("明年1月", "2027-01-01", "2027-01-31"), ("去年12月", "2025-12-01", "2025-12-31"),
        ("2023年4月", "2023-04-01", "2023-04-30"), ("2026-12", "2026-12-01", "2026-12-31"), ("4-6月", "2027-04-01", "2027-06-30"),
        ("11月到1月", "2026-11-01", "2027-01-31"), ("4月8日", "2027-04-08", "2027-04-08"), ("4月8", "2027-04-08", "2027-04-08"),
        ("11月8号", "2026-11-08", "2026-11-08"), ("四月二日", "2027-04-02", "2027-04-02"), ("12月8日-10日", "2026-12-08", "2026-12-10"),
        ("11月28号到12月3号", "2026-11-28", "2026-12-03"), ("11月28日周六", "2026-11-28", "2026-11-28"),
        ("11月28日(周六)", "2026-11-28", "2026-11-28"), ("12.8", "2026-12-08", "2026-12-08"), ("12/8", "2026-12-08", "2026-12-08"),
        ("12-8", "2026-12-08", "2026-12-08"), ("2026-12-8", "2026-12-08", "2026-12-08"), ("2026年12月8日", "2026-12-08", "2026-12-08"),
        ("8号", "2026-12-08", "2026-12-08"), ("八号", "2026-12-08", "2026-12-08"), ("28号", "2026-11-28", "2026-11-28"),
        ("31号", "2026-12-31", "2026-12-31"), ("8-10号", "2026-12-08", "2026-12-10"), ("12月中下旬", "2026-12-11", "2026-12-31"),
        ("明年", "2027-01-01", "2027-12-31"), ("去年", "2025-01-01", "2025-12-31"), ("2025年", "2025-01-01", "2025-12-31"),
    ],
)  # fmt: skip
def test_days_are_read_as_readers_say_them(words: str, first: str, last: str) -> None:
    span = span_in(words, TUESDAY)
    assert span
    assert (span.first.isoformat(), span.last.isoformat(), span.missing) == (first, last, "")


@pytest.mark.parametrize(
    "words",
    [
        "绘本",
        "",
        "日出",
        "月",
        "下",
        "周",
        "周杰伦",
        "周年",
        "星期八",
        "三个月",
        "3-6岁",
        "3岁",
        "13.5",
        "一日游",
        "25/8",
    ],
)
def test_words_that_are_no_days_are_left_alone(words: str) -> None:
    assert find_span(words, today=TUESDAY) is None


@pytest.mark.parametrize(
    ("words", "missing", "nearest"),
    [
        ("12月32日", "12月32日", "2026-12-31"), ("2月30日", "2月30日", "2027-02-28"), ("13月", "13月", "2026-12-01"),
        ("4月31日", "4月31日", "2027-04-30"), ("2月29日", "2月29日", "2027-02-28"), ("99号", "99号", "2026-11-30"),
        ("11/31", "11月31日", "2026-11-30"), ("2028年2月29日", "", "2028-02-29"),
    ],
)  # fmt: skip
def test_a_day_that_does_not_exist_is_named_with_the_nearest_that_does(
    words: str, missing: str, nearest: str
) -> None:
    span = span_in(words, TUESDAY)
    assert span
    assert (span.missing, span.first.isoformat()) == (missing, nearest)


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("元旦", "2027-01-01", "2027-01-01"), ("清明", "2027-04-05", "2027-04-05"), ("除夕", "2027-02-05", "2027-02-05"),
        ("国庆", "2026-10-01", "2026-10-07"), ("国庆期间", "2026-10-01", "2026-10-07"), ("中秋节那天", "2026-09-25", "2026-09-25"),
        ("正月初一", "2027-02-06", "2027-02-06"), ("大年三十", "2027-02-05", "2027-02-05"), ("腊月", "2027-01-08", "2027-02-05"),
        ("腊月二十三", "2027-01-30", "2027-01-30"), ("农历八月十五", "2026-09-25", "2026-09-25"),
    ],
)  # fmt: skip
def test_festivals_and_days_of_the_moon_are_days(words: str, first: str, last: str) -> None:
    span = span_in(words, TUESDAY)
    assert span
    assert (span.first.isoformat(), span.last.isoformat()) == (first, last)


def test_the_8th_is_the_one_to_come_and_remembers_the_one_that_is_gone() -> None:
    span = span_in("8号", THURSDAY)
    assert span
    assert span.instead
    assert (span.first, span.instead.first) == (date(2026, 12, 8), date(2026, 11, 8))


@given(st.integers(1, 31), DAYS)
def test_a_day_of_the_month_always_lies_ahead_or_is_today(day: int, today: date) -> None:
    span = span_in(f"{day}号", today)
    assert span
    assert span.instead
    assert today - timedelta(days=93) < span.instead.first < today <= span.first <= today + timedelta(days=93)
    assert span.first.day == span.instead.first.day == day


@given(DAYS, DAYS)
def test_a_whole_date_is_that_date_on_every_day_and_in_every_writing(day: date, today: date) -> None:
    for words in (f"{day.year}年{day.month}月{day.day}日", f"{day.year}-{day.month}-{day.day}", f"{day:%Y.%m.%d}"):
        span = span_in(words, today)
        assert span
        assert (span.first, span.last) == (day, day)


@given(st.integers(1, 12), st.integers(1, 31), DAYS)
def test_without_a_year_the_nearest_is_meant(month: int, day: int, today: date) -> None:
    span = span_in(f"{month}月{day}日", today)
    assert span
    if not span.missing:
        assert (span.first.month, span.first.day) == (month, day)
        # half a year at most; 29 February may be a year away or more
        assert abs((span.first - today).days) <= (183 if (month, day) != (2, 29) else 731)


@given(
    DAYS, st.sampled_from(["本周", "周末", "下周", "上周", "本月", "下个月", "今年", "这几天", "月底", "周三到周五"])
)
def test_what_is_left_of_a_span_begins_no_earlier_than_today(today: date, words: str) -> None:
    span = span_in(words, today)
    assert span
    left = span.left(today)
    assert left.last == span.last
    assert left.first == (max(today, span.first) if today <= span.last else span.first)


@given(st.text(alphabet="周下上本这个月日号年今明天晚一二三八十0128.-/到 ", max_size=9), DAYS)
def test_no_words_break_the_reading_and_first_never_follows_last(words: str, today: date) -> None:
    found = find_span(words, today=today)
    assert found is None or (found.span.first <= found.span.last and found.start < found.end)
    assert found is None or found.span.said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("今天", "今天（11月26日 周四）"), ("周六", "周六（11月28日）"), ("本周", "这周还剩（11月26日—11月29日）"),
        ("周末", "这个周末（11月28日—11月29日）"), ("本月", "11月接下来"), ("上个月", "10月"), ("4月", "2027年4月"),
        ("12月8日", "12月8日（周二）"), ("今年", "2026年接下来"), ("4月中下旬", "2027年4月中下旬"), ("8-10号", "12月8日—12月10日"),
    ],
)  # fmt: skip
def test_days_are_said_back_as_people_say_them(words: str, said: str) -> None:
    span = span_in(words, THURSDAY)
    assert span
    assert span.left(THURSDAY).said == said
