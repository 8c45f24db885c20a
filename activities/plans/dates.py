"""Dates as Chinese libraries write them: 4月2日, 4月中下旬, 9月21日-10月15日, 4月8日（周六）上午9:00.

A vague word stays a span of days; no day in it is ever picked. What a `When` cannot say (每周六,
4月1日、8日, 4月9日前) is handed back whole and unread. `days` and `clock` read the parts put together here.
"""

import re
from dataclasses import dataclass
from datetime import date

from activities.plans.clock import Clock, read_clock
from activities.plans.days import Days, DaysContradict, Point, days_between, read_point
from activities.plans.numerals import normalised
from activities.plans.plan import DoubtKind
from activities.plans.scanner import Scanner
from models.times import WEEKDAYS
from models.when import Precision, When

LONGEST_WORDS = 200  # a date cell is a few words; anything longer is prose

_WEEKDAY = "(?:周|星期|礼拜)([一二三四五六日天])"
_WEEKDAYS = re.compile(rf" *[,，]? *{_WEEKDAY}(?: *(?:[、,，和及至到-]|) *{_WEEKDAY})?(?![一二三四五六日天])")
_UNTIL = re.compile(r" *起?(?:[-~]+|至|到) *")
_FROM_NOW_UNTIL = re.compile(r"(?:从|自)?(?:即日|现在|今日)起? *(?:[-~]+|至|到|截[止至](?:到|至)?) *")
_ONWARDS = re.compile(r" *(?:起|开始)")
_GAP = re.compile(r"[ ,，]*")
_BRACKET = re.compile(r"\(([^()]*)\)")
_CLOSED = re.compile(r"[,，;；。 ]*每?(?:周|星期)[一二三四五六日天](?:闭馆|除外)")

# Words around a date that change which days are meant: then nothing is read at all.
_CHANGES_THE_DAYS = re.compile(
    r"每|逢|除|隔|或|农历|阴历|正月|腊月|约|前|(?<![学课饭午])后|止|截|以内|左右|周|星期|礼拜|旬|月|年"
    r"|\d+ *[日号]|[、,，和及与;；/] *\d+(?![\d:.点时])|^\d+(?![\d:.点时])"
)
_BEGINS_ELSEWHERE = re.compile(r"(?:\d|起|至|到|[-~])[日号]? *[、,，和及与;；/-]* *$")
_ASIDE_CHANGES_THE_DAYS = re.compile(r"(?:每|逢|隔)(?!.*闭馆)|\d+ *[日号]")


@dataclass(frozen=True, slots=True)
class Reading:
    """What the words say: `when`, and in `note` what of them was not understood.

    `when` is None if no day can be told; then `note` holds all the words. `when.text` always holds all of
    them. `complaints` are contradictions in the words themselves: an impossible day, a wrong weekday.
    """

    when: When | None
    note: str = ""
    complaints: tuple[tuple[DoubtKind, str], ...] = ()


@dataclass(slots=True)
class _Sentence:
    """The parts of a date as they were found, in the order they stand."""

    before: str
    first: Point  # the last day alone where `is_from_now`
    last: Point | None = None
    weekdays: tuple[str, ...] = ()
    clock: Clock | None = None
    clock_words: str = ""
    is_open: bool = False
    is_from_now: bool = False
    rest: str = ""


def read_when(words: str, *, year: int, month: int | None = None) -> Reading:
    """Read a date cell. `year` and `month` are the plan's, for words that do not name their own."""
    text = " ".join(words.split())
    body, asides = _without_brackets(normalised(text))
    sentence = _sentence(body) if text and len(text) <= LONGEST_WORDS else None
    if sentence is None or _days_are_changed(sentence, asides):
        return Reading(None, text)
    try:
        days = days_between(sentence.first, sentence.last, year=year, month=month)
    except DaysContradict as contradiction:
        return Reading(None, text, ((DoubtKind.IMPOSSIBLE_DATE, str(contradiction)),))
    return _reading(text, sentence, asides, days) if days else Reading(None, text)


def _without_brackets(text: str) -> tuple[str, list[str]]:
    """Open brackets that hold a weekday or a time; set every other aside as a note."""
    asides = []

    def kept(bracket: re.Match[str]) -> str:
        inside = Scanner(bracket[1])
        inside.take(_WEEKDAYS)
        read_clock(inside)
        if not inside.rest().strip(" ,，"):
            return f" {bracket[1]} "
        asides.append(bracket[0])
        return " "

    body = _BRACKET.sub(kept, text)
    asides += [closed[0].strip(" ,，;；。") for closed in _CLOSED.finditer(body)]
    return _CLOSED.sub("", body), asides


def _sentence(body: str) -> _Sentence | None:
    """The first date in the words, with everything that belongs to it."""
    for at in range(len(body)):
        scanner = Scanner(body, at)
        is_from_now = scanner.take(_FROM_NOW_UNTIL) is not None
        if not body[at - 1 : at].isdigit() and (first := read_point(scanner)):
            return _completed(scanner, _Sentence(body[:at].strip(), first, is_from_now=is_from_now))
    return None


def _completed(scanner: Scanner, sentence: _Sentence) -> _Sentence:
    _read_day_side(scanner, sentence, sentence.first)
    stopped = scanner.at
    if scanner.take(_UNTIL) and (last := read_point(scanner, after=sentence.first)):
        sentence.last = last
        _read_day_side(scanner, sentence, last)
    else:
        scanner.at = stopped
        sentence.is_open = scanner.take(_ONWARDS) is not None
    sentence.rest = scanner.rest().strip()
    return sentence


def _read_day_side(scanner: Scanner, sentence: _Sentence, point: Point) -> None:
    """Weekday and clock behind one day; the clock of the second side ends what the first began."""
    if point.day and (weekdays := scanner.take(_WEEKDAYS)):
        sentence.weekdays += tuple(day for day in weekdays.groups() if day)
    begun = scanner.at
    scanner.take(_GAP)
    clock = read_clock(scanner)
    if clock is None:
        scanner.at = begun
        return
    sentence.clock_words += scanner.text[begun : scanner.at].strip()
    sentence.clock = Clock(sentence.clock.starts_at, clock.starts_at) if sentence.clock else clock


def _days_are_changed(sentence: _Sentence, asides: list[str]) -> bool:
    around = (sentence.before, sentence.rest)
    if _BEGINS_ELSEWHERE.search(sentence.before):
        return True
    return any(map(_CHANGES_THE_DAYS.search, around)) or any(map(_ASIDE_CHANGES_THE_DAYS.search, asides))


def _reading(text: str, sentence: _Sentence, asides: list[str], days: Days) -> Reading:
    is_open = sentence.is_open or sentence.is_from_now
    has_time = sentence.clock is not None and days.precision is Precision.DAY and not is_open
    clock = sentence.clock if has_time else None
    unread = [sentence.before, "" if has_time else sentence.clock_words, sentence.rest, *asides]
    when = When(
        text=text,
        precision=_precision(days, clock, is_open=is_open),
        starts_on=None if sentence.is_from_now else days.first,
        ends_on=None if sentence.is_open else days.last,
        starts_at=clock.starts_at if clock else None,
        ends_at=clock.ends_at if clock else None,
    )
    note = " ".join(words for words in (part.strip(" ,，。;；:：、") for part in unread) if words)
    return Reading(when, note, tuple(_wrong_weekdays(sentence, days)))


def _precision(days: Days, clock: Clock | None, *, is_open: bool) -> Precision:
    if is_open:
        return Precision.OPEN
    return Precision.TIME if clock else days.precision


def _wrong_weekdays(sentence: _Sentence, days: Days) -> list[tuple[DoubtKind, str]]:
    """Compare the written weekdays with the calendar's: one with either end, two with both."""
    ends = (days.first, days.last) if len(sentence.weekdays) == 2 else ()
    written = [f"周{day}".replace("天", "日") for day in sentence.weekdays]
    pairs = list(zip(ends, written, strict=True)) if ends else [(days.first, day) for day in written]
    if len(written) == 1 and _weekday(days.last) == written[0]:
        return []
    return [
        (DoubtKind.WEEKDAY, f"{day.month}月{day.day}日是{_weekday(day)}，不是{said}")
        for day, said in pairs
        if _weekday(day) != said
    ]


def _weekday(day: date) -> str:
    return WEEKDAYS[day.weekday()]
