"""Spans, overlaps, hours: by their properties."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.volunteers import rules
from activities.volunteers.rules import Span
from models.errors import BadFields, BadInput

MONDAY = datetime(2026, 12, 7, 0, tzinfo=UTC)
MOMENTS = st.integers(0, 60 * 24).map(lambda minutes: MONDAY + timedelta(minutes=minutes))


@st.composite
def spans(draw: st.DrawFn) -> Span:
    first = draw(st.integers(0, 60 * 20))
    length = draw(st.integers(30, 720))
    return Span(MONDAY + timedelta(minutes=first), MONDAY + timedelta(minutes=first + length))


@given(spans(), spans())
def test_two_spans_overlap_where_a_minute_is_in_both(one: Span, other: Span) -> None:
    def minutes(span: Span) -> set[int]:
        begin = int((span.starts_at - MONDAY).total_seconds() // 60)
        return set(range(begin, begin + span.minutes))

    assert one.overlaps(other) == other.overlaps(one) == bool(minutes(one) & minutes(other))


@given(spans(), MOMENTS, st.none() | MOMENTS)
def test_no_more_is_proposed_than_the_shift_lasts_and_never_less_than_nothing(
    span: Span, came: datetime, left: datetime | None
) -> None:
    minutes = rules.served_minutes(span, came, left)
    assert 0 <= minutes <= span.minutes
    assert minutes % rules.ROUND == 0 or minutes == span.minutes
    if left is not None and left <= span.starts_at:
        assert minutes == 0
    if came <= span.starts_at and (left is None or left >= span.ends_at):
        assert abs(minutes - span.minutes) < rules.ROUND
    assert rules.served_minutes(span, None, left) == 0


@given(st.integers(0, rules.MOST_MINUTES))
def test_hours_read_back_as_they_are_said(minutes: int) -> None:
    assert rules.minutes_in(rules.said_hours(minutes)) == minutes


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("2.5", 150),
        ("２．５小时", 150),
        ("2小时30分", 150),
        ("2:30", 150),
        ("90分", 90),
        ("90分钟", 90),
        ("3", 180),
        ("0", 0),
    ],
)
def test_hours_are_read_as_people_write_them(typed: str, minutes: int) -> None:
    assert rules.minutes_in(typed) == minutes


@pytest.mark.parametrize("typed", ["", "很久", "-1", "17小时", "2.5.5", "99"])
def test_what_is_no_number_of_hours_is_said_so(typed: str) -> None:
    with pytest.raises(BadInput):
        rules.minutes_in(typed)


@given(st.integers(0, 600), st.integers(0, 600), st.text(max_size=10))
def test_a_correction_adds_up_to_what_was_wanted(stands: int, wanted: int, reason: str) -> None:
    if not reason.strip() or stands == wanted:
        with pytest.raises(BadInput):
            rules.correction(stands, wanted, reason)
        return
    assert stands + rules.correction(stands, wanted, reason) == wanted


@given(spans(), MOMENTS)
def test_who_is_reminded_is_so_by_day_before_it_begins_and_after_now(span: Span, now: datetime) -> None:
    due = rules.remind_at(span, now=now)
    if due is not None:
        assert now < due < span.starts_at
        assert span.starts_at - due <= timedelta(hours=48)
    assert rules.remind_at(span, now=now, wanted=False) is None


@pytest.mark.parametrize(
    ("first", "last"), [(time(12), time(9)), (time(9), time(9)), (time(9), time(9, 20)), (time(6), time(19))]
)
def test_a_shift_has_a_sensible_length(first: time, last: time) -> None:
    with pytest.raises(BadFields):
        rules.span_of(date(2026, 12, 7), first, last)


@given(spans(), st.integers(0, 48), MOMENTS)
def test_a_shift_can_be_given_back_until_its_hours_before(span: Span, hours: int, now: datetime) -> None:
    left = span.starts_at - now
    assert rules.may_give_back(span, hours, now=now) == (left >= timedelta(hours=hours))
