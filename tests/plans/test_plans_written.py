"""Dates that staff type into a form: read, or refused in words that help."""

from datetime import date

import pytest

from activities.plans.written import when_written
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
