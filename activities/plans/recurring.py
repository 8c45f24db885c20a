"""Words that repeat: 每周六, 每周三、周五, 每月第二个周日, 每天. They become the days they name within a span."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_NUMBERS = "一二三四五六日"
_DAY = "[一二三四五六日天末]"
_WEEK = "(?:周|星期|礼拜)"
_LIST = rf"{_WEEK}{_DAY}(?:[、,，和及与/]?(?:{_WEEK})?{_DAY}(?![点时]))*"
_RUN = rf"{_WEEK}(?P<from>[一二三四五六日天])[至到~-]+(?:{_WEEK})?(?P<to>[一二三四五六日天])"
_ORDINAL = "(?:第?(?:[一二三四五1-5]|最后一)个?)"
_RULES = re.compile(
    rf"(?:每(?:个?月|月份?)|当月|本月)?(?:的)?(?P<ordinals>第[一二三四五1-5](?:个|[、,，和及]{_ORDINAL}个?)*|最后一个|第[一二三四五1-5]个?)"
    rf"(?:的)?{_WEEK}(?P<of_month>[一二三四五六日天])"
    rf"|(?P<each>每逢?|逢)?(?:的)?(?:{_RUN}|(?P<list>{_LIST}))(?:例行)?"
    r"|(?P<weekend>(?:每逢?|逢)?(?:个)?(?:周末|双休日))"
    r"|(?P<daily>(?:每|天)[天日](?!期)|逐日)"
)
_OTHER_RHYTHM = re.compile(r"[隔单双][周月日天]|每[两二三2-9]|每?工作日|节假日|[本这下上]个?(?:周|星期|礼拜)")
EVERY_DAY = frozenset(range(7))
AS_A_RUN = 6  # weekdays: what is on six or seven days a week is one thing that lasts, not one a day


@dataclass(frozen=True, slots=True)
class Rule:
    """The weekdays meant (0 is Monday), and which of each month: (2,) is the second, -1 the last, () every one.

    `is_said` is False where 每 was not written: 周三、周五.
    """

    weekdays: frozenset[int]
    ordinals: tuple[int, ...] = ()
    is_said: bool = True

    @property
    def lasts(self) -> bool:
        """It is on (nearly) every day."""
        return len(self.weekdays) >= AS_A_RUN and not self.ordinals

    def days(self, first: date, last: date) -> Iterator[date]:
        """The days from `first` to `last` that the words name."""
        day = first
        while day <= last:
            if day.weekday() in self.weekdays and self._is_the_right_one(day):
                yield day
            day += timedelta(days=1)

    def _is_the_right_one(self, day: date) -> bool:
        if not self.ordinals:
            return True
        is_last = (day + timedelta(days=7)).month != day.month
        return (day.day - 1) // 7 + 1 in self.ordinals or (is_last and -1 in self.ordinals)


def rule_in(body: str) -> tuple[Rule, str, str] | None:
    """The rule in normalised words, and what stands before and behind it; None for no rule, or one we do not know."""
    hit = _RULES.search(body)
    if hit is None or _OTHER_RHYTHM.search(body):
        return None
    return _rule(hit), body[: hit.start()].strip(), body[hit.end() :].strip()


def _rule(hit: re.Match[str]) -> Rule:
    if hit["daily"]:
        return Rule(EVERY_DAY)
    if hit["weekend"]:
        return Rule(frozenset({5, 6}))
    if hit["of_month"]:
        return Rule(frozenset({_number(hit["of_month"])}), _ordinals(hit["ordinals"]))
    is_said = bool(hit["each"])
    if hit["from"]:
        first, last = _number(hit["from"]), _number(hit["to"])
        span = range(first, last + 1) if first <= last else [*range(first, 7), *range(last + 1)]
        return Rule(frozenset(span), is_said=is_said)
    return Rule(_listed(hit["list"]), is_said=is_said)


def _listed(words: str) -> frozenset[int]:
    named = re.findall(f"(?<!周)末|{_DAY}", re.sub(r"星期|礼拜", "", words).replace("周末", "六日"))
    return frozenset(_number(name) for name in named)


def _number(name: str) -> int:
    return _NUMBERS.index(name.replace("天", "日"))


def _ordinals(words: str) -> tuple[int, ...]:
    if "最后" in words:
        return (-1,)
    numbers = dict(zip("一二三四五12345", (1, 2, 3, 4, 5) * 2, strict=True))
    return tuple(numbers[word] for word in words if word in numbers)
