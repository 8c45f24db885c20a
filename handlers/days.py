"""Finding the days a question names, anywhere in its words: one table of patterns, the surest first. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial

from activities.festivals import NOTHING_TOLD, Told
from handlers import dates, feasts, weeks
from handlers.spans import Span


@dataclass(frozen=True, slots=True)
class Found:
    """A span, and where in the text its words stand."""

    span: Span
    start: int
    end: int


Readers = tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], Span | None]], ...]


@lru_cache(maxsize=4096)  # pure, and most readers ask for the same days
def find_span(text: str, *, today: date, told: Told = NOTHING_TOLD) -> Found | None:
    """The days that words of `text` (tidy) name; None where none do. `told`: the days off that staff have entered."""
    readers: Readers = ((_FEAST, partial(feasts.festival, told=told)), *_READERS)
    for pattern, span_of in readers:
        for match in pattern.finditer(text):
            span = span_of(match, today)
            if span is not None:
                return Found(span, *match.span())
    return None


_N = r"(?:\d{1,2}|(?:[一二三]?十|廿)[一二三四五六七八九]?|[一二两三四五六七八九])"
_YEAR = r"(?P<year>(?:19|20)\d\d年|今年|明年|去年|前年|后年)"
_END = r"(?=$|[\s的有])"
_PART = rf"(?P<part>上旬|中下旬|上中旬|中旬|下旬|上半月|下半月|初|底|末|中{_END})"
_TO = r"\s?(?:[-~—–]+|至|到)\s?"
_UNTIL = rf"(?:{_TO}(?:(?P<until_month>{_N})月)?(?P<until_day>{_N})[日号]?)?"
_WEEK = r"(?:周|星期|礼拜)"
_AS_WEEKDAY = rf"(?:\s?\(?{_WEEK}[一二三四五六日天]\)?)?"
_NOT_A_DAY = r"(?![\d点时:.岁%人元个月年])"
_WEEKDAY_UNTIL = rf"(?:(?:{_TO}|[、和与及]|(?={_WEEK})|(?<=六)(?=[日天])){_WEEK}?(?P<until_day>[一二三四五六日天]))?"

_THIS = r"(?<![绘剧课书文画])本"  # 绘本周末 is not this weekend's
_NEXT = r"(?<!一)下"  # nor 查一下周末 next weekend's

_MOON = (
    r"(?:正月|冬月|腊月|大年|(?<=农历)(?:[一二三四五六七八九十]{1,2}月)|(?<=阴历)(?:[一二三四五六七八九十]{1,2}月))"
)
_MOON_DAY = r"(?:初[一二三四五六七八九十]|(?:二|三)?十[一二三四五六七八九]?|廿[一二三四五六七八九]?)"
_OFF = r"(?:假期|小长假|长假|放假|期间)"

_FEAST = re.compile(rf"(?P<name>{'|'.join(feasts.NAMES)})(?P<off>{_OFF})?(?:[那当][天日])?")
_PATTERNS: tuple[tuple[str, Callable[[re.Match[str], date], Span | None]], ...] = (
    (rf"(?:农历|阴历)?(?P<month>{_MOON})(?P<day>{_MOON_DAY})", feasts.moon_day),
    (r"(?:农历|阴历)?(?P<month>正月|冬月|腊月|(?<=农历)[一二三四五六七八九十]{1,2}月)", feasts.moon_month),
    (rf"(?:{_YEAR}的?)?(?<!\d)(?P<month>{_N})月?{_TO}(?P<until_month>{_N})月(?!{_N}[日号])", dates.months),
    (
        rf"(?:{_YEAR}的?)?(?<!\d)(?P<month>{_N})\s?月份?"
        rf"(?:{_PART}|\s?(?P<day>{_N})\s?[日号]|(?P<bare>\d{{1,2}}){_NOT_A_DAY})?{_UNTIL}{_AS_WEEKDAY}",
        dates.written,
    ),
    (
        r"(?<!\d)(?P<year>(?:19|20)\d\d)[-./](?P<month>\d{1,2})(?:[-./](?P<day>\d{1,2}))?(?!\d)日?"
        rf"{_UNTIL}{_AS_WEEKDAY}",
        dates.written,
    ),
    (rf"(?<![\d月./-])(?P<day>\d{{1,2}}){_TO}(?P<until_day>\d{{1,2}})[日号]", dates.run_of_days),
    (
        rf"(?<![\d.])(?P<numeric>(?P<month>\d{{1,2}})[-./](?P<day>\d{{1,2}})){_NOT_A_DAY}[日号]?{_UNTIL}{_AS_WEEKDAY}",
        dates.written,
    ),
    (
        rf"(?P<rel>这个?月|{_THIS}月|当月|{_NEXT}下个?月|{_NEXT}个?月|上上个?月|上个?月)份?的?"
        rf"(?:{_PART}|\s?(?P<day>{_N})[日号])?{_UNTIL}{_AS_WEEKDAY}",
        dates.relative_month,
    ),
    (
        rf"(?:(?P<rel>{_NEXT}下个?|{_NEXT}个?|上上个?|上个?|这个?|{_THIS})(?:{_WEEK}的?(?={_WEEK}))?)?{_WEEK}"
        rf"(?P<day>[一二三四五六日天末])?{_WEEKDAY_UNTIL}",
        weeks.week,
    ),
    (r"双休日?", lambda _, today: weeks.weekend(today)),
    (r"(?P<near>大前天|大后天|前天|昨天|昨日|今天|今日|今儿|明天|明日|明儿|后天|[今明昨](?=[晚早]))", weeks.near_day),
    (r"(?:(?:这|近|最近|未来|接下来)(?:几|两|三)天|(?:近|最近|未来|接下来)(?:一周|[7七]天))", weeks.next_days),
    (rf"(?<![\d月./-])(?P<day>\d{{1,2}}|{_N}(?=号))[日号]{_UNTIL}{_AS_WEEKDAY}", dates.day_alone),
    (rf"月(?P<part>初|底|末|中{_END})", dates.part_of_this_month),
    (r"(?P<part>上旬|中下旬|中旬|下旬|上半月|下半月)", dates.part_of_this_month),
    (_YEAR, dates.whole_year),
)
_READERS: Readers = tuple((re.compile(pattern), span_of) for pattern, span_of in _PATTERNS)
