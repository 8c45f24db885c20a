"""Dates as Chinese libraries write them: 4月2日, 4月中下旬, 9月21日-10月15日, 4月8日（周六）上午9:00.

A vague word stays a span of days; no day in it is ever picked. `read_when` reads one date and hands back whole
and unread what it cannot say (每周六, 4月1日、8日); `occasions` reads those, with `sentences`, `days` and `clock`.
"""

from dataclasses import dataclass
from datetime import date

from activities.plans.days import Days, DaysContradict, days_between, read_point
from activities.plans.numerals import normalised
from activities.plans.plan import DoubtKind
from activities.plans.sentences import ReadPoint, Sentence, days_are_changed, sentence_in, without_brackets
from models.times import WEEKDAYS
from models.when import Precision, When

LONGEST_WORDS = 200  # a date cell is a few words; anything longer is prose

Complaint = tuple[DoubtKind, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the words say: `when`, and in `note` what of them was not understood.

    `when` is None if no day can be told; then `note` holds all the words. `when.text` always holds all of
    them. `complaints` are contradictions in the words themselves: an impossible day, a wrong weekday.
    """

    when: When | None
    note: str = ""
    complaints: tuple[Complaint, ...] = ()


def read_when(words: str, *, year: int, month: int | None = None, points: ReadPoint = read_point) -> Reading:
    """Read one date. `year` and `month` are the plan's, for words that do not name their own."""
    text = " ".join(words.split())
    body, asides = without_brackets(normalised(text))
    sentence = sentence_in(body, points) if text and len(text) <= LONGEST_WORDS else None
    if sentence is None or days_are_changed(sentence, asides):
        return Reading(None, text)
    try:
        days = days_between(sentence.first, sentence.last, year=year, month=month)
    except DaysContradict as contradiction:
        return Reading(None, text, ((contradiction.kind, str(contradiction)),))
    return _reading(text, sentence, asides, days) if days else Reading(None, text)


def _reading(text: str, sentence: Sentence, asides: list[str], days: Days) -> Reading:
    when = when_of(text, sentence, days)
    has_time = when.precision is Precision.TIME
    unread = [sentence.before, "" if has_time else sentence.clock_words, sentence.rest, *asides]
    return Reading(when, noted(unread), wrong_weekdays(sentence, days))


def when_of(text: str, sentence: Sentence, days: Days) -> When:
    """The days with their clock; a clock beside vague days or an open end is only words."""
    is_open = sentence.is_open or sentence.is_from_now
    has_time = sentence.clock is not None and days.precision is Precision.DAY and not is_open
    clock = sentence.clock if has_time else None
    return When(
        text=text,
        precision=Precision.OPEN if is_open else Precision.TIME if clock else days.precision,
        starts_on=None if sentence.is_from_now else days.first,
        ends_on=None if sentence.is_open else days.last,
        starts_at=clock.starts_at if clock else None,
        ends_at=clock.ends_at if clock else None,
    )


def noted(unread: list[str]) -> str:
    """What was not understood, without the marks between."""
    return " ".join(words for words in (part.strip(" ,，。;；:：、") for part in unread) if words)


def wrong_weekdays(sentence: Sentence, days: Days) -> tuple[Complaint, ...]:
    """Compare the written weekdays with the calendar's: one with either end, two with both."""
    ends = (days.first, days.last) if len(sentence.weekdays) == 2 else ()
    written = [f"周{day}".replace("天", "日") for day in sentence.weekdays]
    pairs = list(zip(ends, written, strict=True)) if ends else [(days.first, day) for day in written]
    if len(written) == 1 and _weekday(days.last) == written[0]:
        return ()
    return tuple(
        (DoubtKind.WEEKDAY, f"{day.month}月{day.day}日是{_weekday(day)}，不是{said}")
        for day, said in pairs
        if _weekday(day) != said
    )


def _weekday(day: date) -> str:
    return WEEKDAYS[day.weekday()]
