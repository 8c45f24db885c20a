"""Date words that staff type by hand into a form, read by the same grammar as those of a plan."""

import re
from dataclasses import replace
from datetime import date

from activities.plans.dating import NOT_FIXED
from activities.plans.occasions import Base, read_occasions
from activities.plans.plan import quoted
from models import times
from models.errors import BadInput
from models.when import Precision, When

EXAMPLES = "4月8日9:00-11:00、4月中下旬、5月28日至6月2日、每周六上午9点"
LONGEST_WORDS = 80
_AS_WE_SAY_IT = re.compile(
    r"^(周[一二三四五六日])[（(]([^）)]*\d[日号])[）)]"
)  # 周六（4月4日）上午9:00, copied from a page
_FROM_TODAY = re.compile(r"[本这下上]个?(?:周|星期|礼拜)|[今明后][天日]")


def when_written(words: str, *, near: date) -> tuple[When, ...]:
    """The occasions that the words name, in order; one without a day for 待定 and for no words at all.

    `near`: the day to lean on for words without a year or month, and for 下周三.
    Raises: BadInput for words that contradict the calendar or that were not understood, if only in part: whoever
    types can still say it in another way.
    """
    words = _AS_WE_SAY_IT.sub(r"\2（\1）", " ".join(words.split()))
    if len(words) > LONGEST_WORDS:
        raise BadInput(f"时间最多 {LONGEST_WORDS} 个字，现在有 {len(words)} 个。")
    found = read_occasions(words, Base(near.year, near.month, near))
    if found.complaints:
        raise BadInput(f"{quoted(words)}有误：{'；'.join(complaint for _, complaint in found.complaints)}。")
    if found.whens and not found.note:
        return found.whens
    if not words or (not found.whens and NOT_FIXED.search(words)):
        return (When(words, Precision.OPEN),)
    unread = found.note if found.whens else words
    raise BadInput(f"{quoted(unread)}没能读成日期。可以这样写：{EXAMPLES}；还没定就写“待定”。")


def when_in_plan(words: str, *, month: str) -> tuple[When, ...]:
    """As `when_written`, for a row of that month's plan (2026-04), which may be read long before or after.

    Raises: as `when_written`; BadInput for 明天 and 下周三, that name another day tomorrow.
    """
    if _FROM_TODAY.search(words):
        raise BadInput(f"{quoted(words.strip())}过一天就是另一天了。请写几月几日，例如 {EXAMPLES}。")
    return when_written(words, near=date.fromisoformat(f"{month}-01"))


def when_coming(words: str, *, beside: date, today: date) -> tuple[When, ...]:
    """As `when_written`, looking ahead: where no year or month is written, of the next days that are not gone.

    `beside`: a day these words are about to replace or follow; 下周三 and 明天 are always counted from `today`.
    Words that name several days, or one only from today, are given to each day anew: 每周六 becomes 4月8日.
    """
    found = _ahead(words, beside, today)
    is_whole = len(found) == 1 and not _FROM_TODAY.search(words)
    return found if is_whole else tuple(replace(when, text=written(when, today=today)) for when in found)


def written(when: When, *, today: date) -> str:
    """The words staff would type for it: 4月8日9:00-11:00; its own where they fix no day."""
    if when.is_vague or when.starts_on is None or when.ends_on is None:
        return when.text
    days = times.short_day(when.starts_on, beside=today)
    if when.ends_on != when.starts_on:
        days += f"至{times.short_day(when.ends_on, beside=today)}"
    clock = (f"{at.hour}:{at.minute:02d}" for at in (when.starts_at, when.ends_at) if at)
    return days + "-".join(clock)


def _ahead(words: str, beside: date, today: date) -> tuple[When, ...]:
    near = today if _FROM_TODAY.search(words) else max(beside, today)
    readings: list[tuple[When, ...]] = []
    refusals: list[BadInput] = []
    for leaning in (near, _month_after(near, 1), _month_after(near, 12)):
        try:
            readings.append(when_written(words, near=leaning))
        except BadInput as error:  # 1月3日（周日） fits one year and not the other
            refusals.append(error)
            continue
        if any(not _is_gone(when, today) for when in readings[-1]):
            return readings[-1]
    if not readings:
        raise refusals[0]
    return readings[0]


def _month_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def _is_gone(when: When, today: date) -> bool:
    last = when.ends_on
    return last is not None and last < today
