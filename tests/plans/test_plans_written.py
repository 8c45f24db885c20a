"""Dates that staff type into a form: read, or refused in words that help."""

from datetime import date

import pytest

from activities.plans.written import when_coming, when_written, written
from models.errors import BadInput
from models.when import Precision
from tests.plans.test_plans_occasions import _said

NEAR = date(2026, 4, 1)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("4月8日9:00-11:00", "0408 09:00-11:00"),
        ("4月8日（周三）上午9点", "0408 09:00"),
        ("8日", "0408"),
        ("周三（4月8日）上午9:00—11:00", "0408 09:00-11:00"),
        ("4月中下旬", "0411..0430/period"),
        ("5月28日——6月2日", "0528..0602"),
        ("4月1日、8日", "0401 0408"),
        ("每周六上午9点", "0404 09:00 0411 09:00 0418 09:00 0425 09:00"),
        ("4月17日起", "0417../open"),
        ("待定", "/open"),
        ("  ", "/open"),
    ],
)
def test_what_is_written_is_read(words, expected):
    assert " ".join(_said(when) for when in when_written(words, near=NEAR)) == expected


def test_words_lean_on_the_day_they_are_near():
    assert when_written("1月3日", near=date(2027, 1, 1))[0].starts_on == date(2027, 1, 3)
    assert when_written("待定", near=NEAR)[0].precision is Precision.OPEN


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("4月31日", "4月"),
        ("4月8日（周日）", "周三"),
        ("等空调修好", "没能读成日期"),
        ("4月8日带好水杯", "带好水杯"),
        ("4月8日" + "，请早到" * 30, "最多 80 个字"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(words, told):
    with pytest.raises(BadInput, match=told):
        when_written(words, near=NEAR)


TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("28日", date(2026, 11, 28)),
        ("8日", date(2026, 12, 8)),
        ("12月19日", date(2026, 12, 19)),
        ("1月3日", date(2027, 1, 3)),
        ("1月3日（周日）", date(2027, 1, 3)),
        ("4月中下旬", date(2027, 4, 11)),
        ("下周三", date(2026, 12, 2)),
        ("2025年4月8日", date(2025, 4, 8)),
        ("待定", None),
    ],
)
def test_words_without_a_year_mean_the_next_days_that_are_not_gone(words, expected):
    assert when_coming(words, beside=date(2025, 12, 20), today=TODAY)[0].starts_on == expected


def test_words_without_a_month_stay_beside_the_day_they_replace():
    assert when_coming("20日", beside=date(2026, 12, 19), today=TODAY)[0].starts_on == date(2026, 12, 20)
    assert when_coming("明天9点", beside=date(2026, 12, 19), today=TODAY)[0].starts_on == date(2026, 11, 27)


def test_what_no_year_makes_right_is_refused():
    with pytest.raises(BadInput, match="2月"):
        when_coming("2月30日", beside=TODAY, today=TODAY)


@pytest.mark.parametrize(
    "words", ["12月8日9:00-11:00", "12月8日", "12月8日至12月10日14:30", "2027年1月3日", "12月28日至2027年1月3日"]
)
def test_a_date_written_out_is_read_as_itself(words):
    (when,) = when_coming(words, beside=TODAY, today=TODAY)
    assert written(when, today=TODAY) == words


def test_each_of_several_days_gets_words_of_its_own():
    found = when_coming("每周六上午9点", beside=date(2026, 12, 1), today=TODAY)
    assert [when.text for when in found] == ["12月5日9:00", "12月12日9:00", "12月19日9:00", "12月26日9:00"]
    assert when_coming("下周六9点", beside=TODAY, today=TODAY)[0].text == "12月5日9:00"
    assert when_coming("12月中下旬", beside=TODAY, today=TODAY)[0].text == "12月中下旬"
