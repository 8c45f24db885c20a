"""Dates that repeat, that are several, that have names: every day they mean, and no day they do not."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities import festivals
from activities.plans.occasions import Base, read_occasions
from activities.plans.plan import DoubtKind
from models import times
from models.when import Precision, When
from tests.plans.test_plans_dates import DATE_WORDS

APRIL = Base(2026, 4, date(2026, 3, 28))  # a Saturday
WEEKDAYS = "一二三四五六日"


def said(words: str, base: Base = APRIL) -> str:
    """The days in short: 0404 09:00, or 0404..0430 for a run, /period behind what is vague; then note and spoken words."""
    found = read_occasions(words, base)
    days = " ".join(_said(when) for when in found.whens) or "unread"
    return (
        days
        + (f" [{found.note}]" if found.note and found.whens else "")
        + (f" ({found.spoken})" if found.spoken else "")
    )


def _said(when: When) -> str:
    first, last = (f"{day:%m%d}" if day else "" for day in (when.starts_on, when.ends_on))
    days = first if first == last else f"{first}..{last}"
    clock = "-".join(f"{at:%H:%M}" for at in (when.starts_at, when.ends_at) if at)
    kind = f"/{when.precision}" if when.precision not in (Precision.DAY, Precision.TIME) else ""
    return f"{days}{' ' if clock else ''}{clock}{kind}"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("4月1日、8日", "0401 0408"),
        ("4月1、8、15日", "0401 0408 0415"),
        ("1、8、15日", "0401 0408 0415"),
        ("4月12、26日 9:30-11:00", "0412 09:30-11:00 0426 09:30-11:00"),
        ("4月8日-9日、15日-16日", "0408..0409 0415..0416"),
        ("4月8日9:00；4月15日14:00", "0408 09:00 0415 14:00"),
        ("4月8日和5月6日", "0408 0506"),
        ("4月8日\n4月15日", "0408 0415"),
        ("4月11日、18日、25日（周六）9:30—10:30", "0411 09:30-10:30 0418 09:30-10:30 0425 09:30-10:30"),
        ("每月8日、18日", "0408 0418"),
    ],
)
def test_several_days(words, expected):
    assert said(words) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("每周六上午9点", "0404 09:00 0411 09:00 0418 09:00 0425 09:00"),
        ("每周六", "0404 0411 0418 0425"),
        ("逢周六下午2:30", "0404 14:30 0411 14:30 0418 14:30 0425 14:30"),
        ("4月每周六", "0404 0411 0418 0425"),
        ("每月第二个周日", "0412"),
        ("每月第一、三个周六", "0404 0418"),
        ("4月最后一个周五晚7点", "0424 19:00"),
        ("每周六（4月25日除外）", "0404 0411 0418"),
        ("每周六上午（25日停课）", "0404 0411 0418 (上午)"),
        ("4月11日起每周六下午3点", "0411 15:00 0418 15:00 0425 15:00"),
        ("3月21日-4月15日每周六", "0321 0328 0404 0411"),
        ("4月4日至4月20日（每周六上午）", "0404 0411 0418 (上午)"),
        ("即日起至4月20日每周六", "0404 0411 0418"),
        ("全年每周六", "0404 0411 0418 0425"),
        ("周三、周五", "0401 0403 0408 0410 0415 0417 0422 0424 0429"),
        ("每周末", "0404 0405 0411 0412 0418 0419 0425 0426"),
        ("每周六日", "0404 0405 0411 0412 0418 0419 0425 0426"),
    ],
)
def test_what_repeats_becomes_its_days_within_the_month(words, expected):
    assert said(words) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("每天9:00-17:00", "0401..0430 09:00-17:00"),
        ("除周一外", "0401..0430 (除周一外)"),
        ("每天9:00-17:00（周一闭馆）", "0401..0430 09:00-17:00 (周一闭馆)"),
        ("4月10日-4月20日每日", "0410..0420"),
        ("4月10日-20日（周一闭馆）", "0410..0420 (周一闭馆)"),
    ],
)
def test_what_is_on_every_day_lasts_and_stays_one(words, expected):
    assert said(words) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("清明", "0405"),
        ("清明节9:00", "0405 09:00"),
        ("端午节当天", "0619"),
        ("农历二月十五", "0402"),
        ("腊月二十三", "0210"),
        ("正月初一至初七", "0217..0223"),
        ("大年初一至初六", "0217..0222"),
        ("除夕至正月十五", "0216..0303"),
        ("国庆期间", "1001..1007/period"),
        ("五一假期", "0501..0505/period"),
        ("春节", "0215..0223/period"),
    ],
)
def test_days_with_names(words, expected):
    assert said(words) == expected


def test_a_named_day_is_the_one_nearest_to_the_month_of_the_plan():
    assert said("元旦", Base(2026, 12)) == "0101"
    assert read_occasions("元旦", Base(2026, 12)).whens[0].starts_on == date(2027, 1, 1)
    assert read_occasions("除夕", Base(2027, 1)).whens[0].starts_on == date(2027, 2, 5)


def test_days_off_nobody_has_told_yet_are_asked_for():
    found = read_occasions("国庆期间", Base(2035, 10))
    assert (found.whens, found.complaints) == ((), ((DoubtKind.UNREAD, "2035年的放假安排还不知道，请写明是哪几天"),))


@pytest.mark.parametrize(
    ("words", "complaints"),
    [
        ("4月5日（清明节）", ()),
        ("4月23日世界读书日", ()),
        ("4月5日-4月7日（清明假期）", ()),
        ("4月6日（清明节）", ((DoubtKind.FESTIVAL, "“清明节”是2026年4月5日"),)),
    ],
)
def test_a_festival_beside_a_date_is_held_against_it(words, complaints):
    found = read_occasions(words, APRIL)
    assert (found.note, found.complaints) == ("", complaints)


def test_next_wednesday_is_counted_from_the_day_the_plan_was_written():
    assert said("下周三晚7点") == "0401 19:00"
    assert said("本周日") == "0329"
    assert read_occasions("下周三晚7点", Base(2026, 4)).complaints[0][0] is DoubtKind.UNREAD


@pytest.mark.parametrize(
    "words",
    [
        "隔周周六",
        "双周周六",
        "工作日",
        "周六上午9:30",
        "每两周",
        "春节前后",
        "4月1日或8日",
        "每周六（4月26日除外）",
        "逢集",
    ],
)
def test_what_may_mean_other_days_is_handed_back_whole(words):
    found = read_occasions(words, APRIL)
    assert (found.whens, found.note or words) == ((), words)


def test_weekdays_without_every_are_taken_for_every_one_and_said_to_be_a_guess():
    assert read_occasions("周三、周五", APRIL).is_guess
    assert not read_occasions("每周三、周五", APRIL).is_guess


months = st.tuples(st.integers(2020, 2035), st.integers(1, 12))


@given(
    month=months,
    names=st.sets(st.sampled_from(WEEKDAYS), min_size=1, max_size=5),
    each=st.sampled_from(["每", "逢", "每逢"]),
)
def test_a_weekly_rule_names_exactly_those_weekdays_of_the_month(month, names, each):
    words = each + "、".join(f"周{name}" for name in sorted(names, key=WEEKDAYS.index))
    first, last = times.month_of(*month)
    expected = [day for day in _days(first, last) if WEEKDAYS[day.weekday()] in names]
    assert [when.starts_on for when in read_occasions(words, Base(*month)).whens] == expected


@given(month=months, nth=st.integers(1, 4), name=st.sampled_from(WEEKDAYS))
def test_the_nth_weekday_of_a_month_is_one_day_in_its_week(month, nth, name):
    (when,) = read_occasions(f"每月第{'一二三四'[nth - 1]}个周{name}", Base(*month)).whens
    day = when.starts_on or date.min
    assert ((day.day - 1) // 7 + 1, WEEKDAYS[day.weekday()], (day.year, day.month)) == (nth, name, month)


@given(month=months, days=st.sets(st.integers(1, 28), min_size=2, max_size=6), sign=st.sampled_from("、，,；"))
def test_a_list_of_days_reads_back_to_itself(month, days, sign):
    words = f"{month[1]}月" + sign.join(f"{day}日" for day in sorted(days))
    found = read_occasions(words, Base(*month))
    assert [when.starts_on for when in found.whens] == [date(month[0], month[1], day) for day in sorted(days)]
    assert (found.note, found.complaints) == ("", ())


@given(first=st.dates(date(2026, 3, 1), date(2026, 5, 1)), length=st.integers(7, 60), name=st.sampled_from(WEEKDAYS))
def test_a_rule_within_a_span_never_leaves_it(first, length, name):
    last = first + timedelta(days=length)
    words = f"{first.month}月{first.day}日-{last.month}月{last.day}日每周{name}"
    expected = [day for day in _days(first, last) if WEEKDAYS[day.weekday()] == name]
    assert [when.starts_on for when in read_occasions(words, APRIL).whens] == expected


@given(
    words=DATE_WORDS
    | st.lists(
        st.sampled_from(
            ["每", "周", "六", "三", "、", "月", "第", "二", "个", "清明", "期间", "初", "正月", "除", "外"]
        ),
        max_size=9,
    ).map("".join)
)
def test_junk_never_raises_and_repeats_no_day(words):
    found = read_occasions(words, APRIL)
    days = [(when.starts_on, when.ends_on, when.starts_at) for when in found.whens]
    assert len(days) == len(set(days)) <= 62
    assert all("".join(when.text.split()) == "".join(words.split()) for when in found.whens)


@given(year=st.integers(1990, 2090), festival=st.sampled_from(festivals.FESTIVALS))
def test_every_festival_falls_into_its_year(year, festival):
    days = festivals.day_of(festival, year)
    assert len(days) <= 2
    assert {day.year for day in days} <= {year}


@pytest.mark.parametrize("year", range(2010, 2027))
def test_the_days_off_hold_the_festival_and_are_few(year):
    for festival in ("元旦", "春节", "清明", "五一", "端午", "中秋", "国庆"):
        (day,) = festivals.day_of(festival, year)
        first, last = festivals.days_off_around(day)
        assert first <= day <= last
        assert (last - first).days < 10


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
