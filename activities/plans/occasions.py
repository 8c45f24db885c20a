"""All the days a date cell names, each an occasion of its own: 4月1日、8日, 每周六上午9点, 9月21日-10月15日每周日.

What lasts stays one: 每天, 周二至周日, 除周一外 is a run of days. What cannot be read is handed back whole.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from functools import partial

from activities.festivals import NOTHING_TOLD, Told
from activities.plans.clock import Clock, read_clock
from activities.plans.dates import LONGEST_WORDS, Complaint, Reading, noted, read_when, when_of, wrong_weekdays
from activities.plans.days import Days, DaysContradict, days_between, read_point
from activities.plans.lists import spans_in
from activities.plans.named_days import read_named_point
from activities.plans.numerals import normalised
from activities.plans.plan import DoubtKind
from activities.plans.recurring import Rule, rule_in
from activities.plans.scanner import Scanner
from activities.plans.sentences import ReadPoint, Sentence, days_are_changed, sentence_in, without_brackets
from models import times
from models.when import Precision, When

MOST_OCCASIONS = 62  # of one row; more is a rule for a year, not a plan
LONGEST_SPAN = 62  # days; a rule over a longer one is unfolded within the plan's month only

_RELATIVE = re.compile(
    r"(?P<week>本|这|下下|下)个?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])|(?P<near>今天|明天|后天|今晚|明晚)"
)
_NEAR = {"今天": 0, "今晚": 0, "明天": 1, "明晚": 1, "后天": 2}
_WEEKS = {"本": 0, "这": 0, "下": 1, "下下": 2}
_STOPS = re.compile(
    r"^[(]?(?:除|除了|其中)?(?P<days>.*?)(?:除外|以外|外|停课|停办|暂停|不开放|不开课|休息|不办|顺延)[)]?$"
)
_OFF = r"每?(?:周|星期|逢周)[一二三四五六日天](?:闭馆|除外|休息)|除每?(?:周|星期)[一二三四五六日天](?:以?外|闭馆外?)"
_DAY_OFF = re.compile(rf"[(]?(?:{_OFF})[)]?")
_SPOKEN = re.compile(rf"[(]?(?:{_OFF}|(?:全天|[上下]午|晚上|傍晚|早上|中午)(?![\d一二三四五六七八九十]))[)]?")
_CHANGES = re.compile(r"每|隔|除|前|后(?!勤)|约|左右|\d+[日号月]")


@dataclass(frozen=True, slots=True)
class Occasions:
    """What the words say: one `When` an occasion, in order; none if no day can be told.

    `note` is what was not understood (all the words if nothing was), `complaints` as in `Reading`, `spoken` what
    is understood and cannot be said in days: 周一闭馆, 上午. `repeats`: the days were unfolded from a rule.
    `is_guess`: 周三、周五 without 每 was taken for every one of the month.
    """

    whens: tuple[When, ...]
    note: str = ""
    complaints: tuple[Complaint, ...] = ()
    spoken: str = ""
    repeats: bool = False
    is_guess: bool = False


@dataclass(frozen=True, slots=True)
class Base:
    """What words lean on: the plan's year and month, the day it was written, for 下周三, and the days it covers where
    these are more than its month, for 每周六; the days off that staff have told.
    """

    year: int
    month: int | None = None
    written_on: date | None = None
    covers: tuple[date, date] | None = None
    told: Told = NOTHING_TOLD

    @property
    def points(self) -> ReadPoint:
        """Reads a day by its name or its number, and knows the days off that staff have told."""
        return partial(read_named_point, told=self.told)


def read_occasions(words: str, base: Base) -> Occasions:
    """Read a date cell."""
    plain = read_when(words, year=base.year, month=base.month)
    if plain.when or plain.complaints:
        return _single(plain, base)
    text = " ".join(words.split())
    if not text or len(text) > LONGEST_WORDS:
        return Occasions((), text)
    body, asides = without_brackets(normalised(text))
    try:
        several = (
            _relative(text, body, base) or _listed(text, body, asides, base) or _repeated(text, body, asides, base)
        )
    except DaysContradict as contradiction:
        return Occasions((), text, ((contradiction.kind, str(contradiction)),))
    return several or _single(read_when(words, year=base.year, month=base.month, points=base.points), base)


def _single(reading: Reading, base: Base) -> Occasions:
    if reading.when is None:
        return Occasions((), reading.note, reading.complaints)
    return _told((reading.when,), reading.note, reading.complaints, base)


def _told(
    whens: tuple[When, ...],
    note: str,
    complaints: tuple[Complaint, ...],
    base: Base,
    *,
    repeats: bool = False,
    is_guess: bool = False,
) -> Occasions:
    """Tell in the note what is understood from what is not: half days, days off, the festival of that day."""
    spoken = [hit[0].strip("()（） ") for hit in _SPOKEN.finditer(note)]
    note = _SPOKEN.sub("", note).strip(" ,，。;；")
    festival = read_when(note.strip("()"), year=_year_of(whens), month=_month_of(whens), points=base.points)
    if festival.when and not festival.note:
        complaints, note = (*complaints, *_wrong_festival(festival.when, whens)), ""
    return Occasions(whens, note, complaints, "，".join(spoken), repeats, is_guess)


def _year_of(whens: tuple[When, ...]) -> int:
    return next((day.year for when in whens for day in (when.starts_on, when.ends_on) if day), 2000)


def _month_of(whens: tuple[When, ...]) -> int | None:
    return next((day.month for when in whens for day in (when.starts_on, when.ends_on) if day), None)


def _wrong_festival(festival: When, whens: tuple[When, ...]) -> tuple[Complaint, ...]:
    """4月6日（清明节), but it is the fifth."""
    first, last = festival.starts_on, festival.ends_on
    for when in whens:
        begins, ends = when.starts_on or when.ends_on, when.ends_on or when.starts_on
        if first and last and begins and ends and begins <= last and first <= ends:
            return ()
    day = f"{first.year}年{first.month}月{first.day}日" if first else ""
    return ((DoubtKind.FESTIVAL, f"“{festival.text}”是{day}"),)


def _relative(text: str, body: str, base: Base) -> Occasions | None:
    """下周三晚7点, counted from the day the plan was written."""
    hit = _RELATIVE.search(body)
    if hit is None:
        return None
    if base.written_on is None:
        return Occasions((), text, ((DoubtKind.UNREAD, "计划里没写是哪天写的，不知道从哪天算起"),))
    day = _relative_day(hit, base.written_on)
    evening = "晚" if (hit["near"] or "").endswith("晚") else ""
    exact = f"{body[: hit.start()]}{day.year}年{day.month}月{day.day}日{evening}{body[hit.end() :]}"
    reading = read_when(exact, year=base.year, month=base.month)
    if reading.when is None:
        return None
    return _single(replace(reading, when=replace(reading.when, text=text)), base)


def _relative_day(hit: re.Match[str], written_on: date) -> date:
    if hit["near"]:
        return written_on + timedelta(days=_NEAR[hit["near"]])
    monday = written_on - timedelta(days=written_on.weekday())
    return monday + timedelta(weeks=_WEEKS[hit["week"]], days="一二三四五六日".index(hit["day"].replace("天", "日")))


def _listed(text: str, body: str, asides: list[str], base: Base) -> Occasions | None:
    """4月1日、8日, 12月20、27日 9:30-11:00, 4月8日-9日、15日-16日."""
    spans = spans_in(body.replace("每月", "", 1) if base.month else body)
    if spans is None or days_are_changed(replace(spans[0], rest=spans[-1].rest), asides):
        return None
    days = [days_between(span.first, span.last, year=base.year, month=base.month) for span in spans]
    found = [(span, day) for span, day in zip(_with_one_clock(spans), days, strict=True) if day]
    if len(found) < len(spans):
        return None
    complaints = tuple(complaint for span, day in found for complaint in wrong_weekdays(span, day))
    whens = _in_order(when_of(text, span, day) for span, day in found)
    return _told(whens, noted([spans[0].before, spans[-1].rest, *asides]), complaints, base)


def _with_one_clock(spans: list[Sentence]) -> list[Sentence]:
    """A clock at the end alone is that of all: 12月20、27日 9:30-11:00."""
    clock = spans[-1].clock
    if clock is None or any(span.clock for span in spans[:-1]):
        return spans
    return [replace(span, clock=clock) for span in spans]


def _in_order(whens: Iterable[When]) -> tuple[When, ...]:
    every = {(when.starts_on, when.ends_on, when.starts_at): when for when in whens}
    return tuple(sorted(every.values(), key=lambda when: (when.starts_on or date.min, when.starts_at or time.min)))


def _repeated(text: str, body: str, asides: list[str], base: Base) -> Occasions | None:
    """每周六上午9点, 9月21日-10月15日每周日, 每月第二个周六, 每天."""
    body, asides = _with_bracketed_rules(body, asides)
    found = rule_in(body)
    if found is None:
        return None
    rule, before, after = found
    clock, after = _clock_and_rest(after)
    if clock is None and (clock_before := _clock_and_rest(before))[0] and not clock_before[1]:
        clock, before = clock_before[0], ""
    of_before, of_after = sentence_in(before, read_point), sentence_in(after, read_point)
    sentence = of_before or of_after
    is_alone = not rule.is_said and sentence is None
    unread = [*_unread_of(of_before, before), *_unread_of(None if of_before else of_after, after)]
    off, notes = _days_off([*unread, *asides], base)
    span = _span(sentence, base)
    if span is None or any(map(_CHANGES.search, notes)) or (is_alone and len(rule.weekdays) == 1):
        return None
    clock = clock or (sentence.clock if sentence else None)
    if off and not off & set(rule.days(span.first, span.last)):
        return None  # 除26日外, but the 26th is none of these days: something is wrong
    whens = _unfolded(text, rule, span, clock, off, is_open=bool(sentence and sentence.is_open and rule.lasts))
    note = noted([*notes, *filter(_DAY_OFF.fullmatch, asides)])
    return _told(whens, note, (), base, repeats=len(whens) > 1, is_guess=is_alone) if whens else None


def _with_bracketed_rules(body: str, asides: list[str]) -> tuple[str, list[str]]:
    """4月4日至5月30日（每周六上午） is said without brackets; 除周一外 alone is every day but one."""
    rules = [
        aside
        for aside in asides
        if aside.startswith("(") and rule_in(aside) and not _STOPS.match(aside) and not _DAY_OFF.fullmatch(aside)
    ]
    body = " ".join([body, *(aside.strip("()") for aside in rules)])
    is_every_day = not rule_in(body) and any(aside.startswith("除") for aside in asides)
    return f"每天{body}" if is_every_day else body, [aside for aside in asides if aside not in rules]


def _unread_of(sentence: Sentence | None, words: str) -> list[str]:
    return [sentence.before, sentence.rest] if sentence else [words]


def _clock_and_rest(after: str) -> tuple[Clock | None, str]:
    scanner = Scanner(after.lstrip(" ,，:"))
    clock = read_clock(scanner)
    return clock, scanner.rest().strip(" ,，;；。")


def _days_off(words: list[str], base: Base) -> tuple[set[date], list[str]]:
    """12月26日除外, 国庆停课: the days meant; and the words that say something else."""
    off: set[date] = set()
    notes = []
    for part in words:
        hit = None if _SPOKEN.fullmatch(part) else _STOPS.match(part)
        days = _days_named(hit["days"], base) if hit and hit["days"] else set()
        off |= days
        if part and not days and not _DAY_OFF.fullmatch(part):
            notes.append(part)
    return off, notes


def _days_named(words: str, base: Base) -> set[date]:
    found = read_occasions(words.strip("()（） ,，"), base) if len(words) < 40 else Occasions(())
    return {
        when.starts_on + timedelta(days=n)
        for when in found.whens
        if when.starts_on and when.ends_on
        for n in range((when.ends_on - when.starts_on).days + 1)
    }


def _span(sentence: Sentence | None, base: Base) -> Days | None:
    """The days a rule is unfolded in: those the words name, else the plan's month."""
    month = times.month_of(base.year, base.month) if base.month else base.covers
    if sentence is None:
        return Days(*month, Precision.MONTH) if month else None
    span = days_between(sentence.first, sentence.last, year=base.year, month=base.month)
    if span is None or (sentence.is_open and month is None):
        return None
    if sentence.is_open and month:
        return replace(span, last=max(span.first, month[1]))
    first, last = (sentence.is_from_now and month and month[0]) or span.first, span.last
    if month and (last - first).days > LONGEST_SPAN and first <= month[1] and last >= month[0]:
        return replace(span, first=max(first, month[0]), last=min(last, month[1]))
    return replace(span, first=first)


def _unfolded(
    text: str, rule: Rule, span: Days, clock: Clock | None, off: set[date], *, is_open: bool
) -> tuple[When, ...]:
    if rule.lasts:
        return (_lasting(text, span, clock, is_open=is_open),)
    days = [day for day in rule.days(span.first, span.last) if day not in off]
    if not days:
        raise DaysContradict("这段日子里没有这样的一天")
    precision = Precision.TIME if clock else Precision.DAY
    starts_at, ends_at = (clock.starts_at, clock.ends_at) if clock else (None, None)
    whens = tuple(When(text, precision, day, day, starts_at, ends_at) for day in days)
    return whens if len(whens) <= MOST_OCCASIONS else ()


def _lasting(text: str, span: Days, clock: Clock | None, *, is_open: bool) -> When:
    if is_open:
        return When(text, Precision.OPEN, span.first)
    starts_at, ends_at = (clock.starts_at, clock.ends_at) if clock else (None, None)
    return When(text, Precision.TIME if clock else Precision.DAY, span.first, span.last, starts_at, ends_at)
