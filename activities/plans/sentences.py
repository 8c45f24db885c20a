"""The parts of one written date in the order they stand: days, weekdays, clock, what is before and behind them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from activities.plans.clock import Clock, read_clock
from activities.plans.days import Point
from activities.plans.scanner import Scanner

WEEKDAY = "(?:周|星期|礼拜)([一二三四五六日天])"
_WEEKDAYS = re.compile(rf" *[,，]? *{WEEKDAY}(?: *(?:[、,，和及至到-]|) *{WEEKDAY})?(?![一二三四五六日天])")
_UNTIL = re.compile(r" *起?(?:[-~]+|至|到) *")
_FROM_NOW_UNTIL = re.compile(
    r"(?:(?:从|自)?(?:即日|现在|今日)起? *(?:[-~]+|至|到|截[止至](?:到|至)?)|截[止至](?:日期|时间)?[:：]?(?:到|至)?|^至) *"
)
_ONWARDS = re.compile(r" *(?:起|开始)")
_GAP = re.compile(r"[ ,，]*")
_BARE_WEEKDAYS = frozenset("一二三四五六日")  # 2026/4/4(六)
_BRACKET = re.compile(r"\(([^()]*)\)")
_CLOSED = re.compile(
    r"[,，;；。 ]*每?(?:周|星期)[一二三四五六日天](?:闭馆|除外|休息)"
    r"|[,，;；。 ]*除每?(?:周|星期)[一二三四五六日天](?:以?外|闭馆外?)"
)

# Words around a date that change which days are meant: then nothing is read at all.
_CHANGES_THE_DAYS = re.compile(
    r"每|逢|除|隔|或|农历|阴历|正月|腊月|约|前|(?<![学课饭午])后|止|截|以内|左右|周|星期|礼拜|旬|月|年"
    r"|\d+ *[日号]|[、,，和及与;；/] *\d+(?![\d:.点时])|^\d+(?![\d:.点时])|^[初一二三四五六七八九十廿卅]"
)
_BEGINS_ELSEWHERE = re.compile(r"(?:\d|起|至|到|[-~])[日号]? *[、,，和及与;；/-]* *$")
_ASIDE_CHANGES_THE_DAYS = re.compile(r"(?:每|逢|隔)(?!.*闭馆)|\d+ *[日号]")

ReadPoint = Callable[..., Point | None]


@dataclass(slots=True)
class Sentence:
    """The parts as they were found. `first` is the last day alone where `is_from_now`."""

    before: str
    first: Point
    last: Point | None = None
    weekdays: tuple[str, ...] = ()
    clock: Clock | None = None
    clock_words: str = ""
    is_open: bool = False
    is_from_now: bool = False
    rest: str = ""


def without_brackets(text: str) -> tuple[str, list[str]]:
    """Open brackets that hold a weekday or a time; set every other aside as a note."""
    asides = []

    def kept(bracket: re.Match[str]) -> str:
        words = f"周{bracket[1]}" if bracket[1] in _BARE_WEEKDAYS else bracket[1]
        inside = Scanner(words)
        inside.take(_WEEKDAYS)
        inside.take(_GAP)
        read_clock(inside)
        if not inside.rest().strip(" ,，"):
            return f" {words} "
        asides.append(bracket[0])
        return " "

    body = _BRACKET.sub(kept, text)
    asides += [closed[0].strip(" ,，;；。") for closed in _CLOSED.finditer(body)]
    return _CLOSED.sub("", body), asides


def sentence_in(body: str, read_point: ReadPoint) -> Sentence | None:
    """The first date in the words, with everything that belongs to it."""
    for at in range(len(body)):
        scanner = Scanner(body, at)
        is_from_now = scanner.take(_FROM_NOW_UNTIL) is not None
        if not body[at - 1 : at].isdigit() and (first := read_point(scanner)):
            sentence = span_from(scanner, first, read_point, before=body[:at].strip())
            return replace(sentence, is_from_now=is_from_now, rest=scanner.rest().strip())
    return None


def span_from(scanner: Scanner, first: Point, read_point: ReadPoint, *, before: str = "") -> Sentence:
    """The day or span that begins with `first`, just read; the scanner stands behind all that belongs to it."""
    sentence = Sentence(before, first)
    _read_day_side(scanner, sentence, first)
    stopped = scanner.at
    if scanner.take(_UNTIL) and (last := read_point(scanner, after=first)):
        sentence.last = last
        _read_day_side(scanner, sentence, last)
    else:
        scanner.at = stopped
        sentence.is_open = scanner.take(_ONWARDS) is not None
    return sentence


def _read_day_side(scanner: Scanner, sentence: Sentence, point: Point) -> None:
    """Weekday and clock behind one day; the clock of the second side ends what the first began."""
    if point.is_a_day and (weekdays := scanner.take(_WEEKDAYS)):
        sentence.weekdays += tuple(day for day in weekdays.groups() if day)
    begun = scanner.at
    scanner.take(_GAP)
    clock = read_clock(scanner)
    if clock is None:
        scanner.at = begun
        return
    sentence.clock_words += scanner.text[begun : scanner.at].strip()
    sentence.clock = Clock(sentence.clock.starts_at, clock.starts_at) if sentence.clock else clock


def days_are_changed(sentence: Sentence, asides: list[str]) -> bool:
    """Words around the date say that other days are meant than those it names."""
    around = (sentence.before, sentence.rest)
    if _BEGINS_ELSEWHERE.search(sentence.before):
        return True
    return any(map(_CHANGES_THE_DAYS.search, around)) or any(map(_ASIDE_CHANGES_THE_DAYS.search, asides))
