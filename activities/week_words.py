"""A week's hours as staff write them: 周二至周日 9:00-17:00；周一闭馆. Pure."""

import re

from activities.opening import WEEK, Stretch, checked_week
from activities.plans.clock import read_clock
from activities.plans.numerals import normalised
from activities.plans.recurring import rule_in
from activities.plans.scanner import Scanner
from models.errors import BadInput

Week = dict[int, list[Stretch]]

_DAYS_BEGIN = r"(?=[ ]*(?:每|周|星期|礼拜|工作日|双休日|其余|其他|平时|除))"
_CLAUSES = re.compile(rf"[;；。\n()]+|[,，]{_DAYS_BEGIN}|(?<=[\d半点时放馆门息]){_DAYS_BEGIN}")
_BUT = re.compile(r"除了?(?P<but>.+?)以?外[,，]?(?:每天|其余|均|都)*")
_HEAD = re.compile(r"^.{0,12}?(?:开放|开馆|服务)时间(?:为|是)?:?")
_REST = re.compile(r"^(?:其余|其他|平时)(?:时间|日子|的?[日天])?")
_SHUT = re.compile(r"^(?:全天)?(?:闭馆|闭|休息|休|不开放|不开|关门|检修)(?:一天|日)?$")
_AND = re.compile(r" *[、,，和及与/] *")
_SAID_WITH_HOURS = re.compile(r"^(?:全天)?(?:开放|开馆|开门|对外开放)?:?|(?:开放|开馆|对外开放)$")


def week_in(words: str) -> Week:
    """The hours of each weekday (0 is Monday) that is named; the others are shut.

    Raises: BadInput, with the words that could not be read, or where two say something else of one day.
    """
    week: Week = {}
    rest: list[Stretch] | None = None
    for clause in filter(None, (part.strip(" ,，:") for part in _CLAUSES.split(_HEAD.sub("", normalised(words))))):
        if hit := _REST.match(clause):
            rest = stretches_in(clause[hit.end() :], clause)
            continue
        for weekday, stretches in _days_of(clause).items():
            if week.get(weekday, stretches) != stretches:
                raise BadInput(f"“{clause}”和前面写的对不上：同一天写了两种时间。")
            week[weekday] = stretches
    if not week and rest is None:
        raise BadInput("没看出是哪几天几点开放。请像“周二至周日 9:00-17:00；周一闭馆”这样写。")
    whole = {weekday: week.get(weekday, rest or []) for weekday in WEEK}
    checked_week(whole)
    return whole


def _days_of(clause: str) -> Week:
    if (hit := _BUT.match(clause)) and (but := rule_in(hit["but"])):
        stretches = stretches_in(clause[hit.end() :], clause)
        return {weekday: [] if weekday in but[0].weekdays else stretches for weekday in WEEK}
    words = clause.replace("工作日", "周一至周五")
    found = rule_in(words if rule_in(words) else f"每天{words}" if words[:1].isdigit() else words)
    if found is None or found[0].ordinals or found[1].strip(" :逢"):
        raise BadInput(f"没看懂“{clause}”。请写明是周几，例如“周六周日 9:00-17:00”。")
    return dict.fromkeys(sorted(found[0].weekdays), stretches_in(found[2], clause))


def stretches_in(words: str, clause: str) -> list[Stretch]:
    """9:00-12:00、14:00-17:00 in normalised words; none where they say shut. Raises: BadInput, naming the clause."""
    words = words.strip(" :,，、")
    if _SHUT.match(words):
        return []
    scanner = Scanner(_SAID_WITH_HOURS.sub("", words).strip(" :"))
    stretches = []
    while clock := read_clock(scanner):
        if clock.ends_at is None:
            break
        stretches.append(Stretch(clock.starts_at, clock.ends_at))
        if not scanner.take(_AND):
            break
    if not stretches or scanner.rest().strip():
        raise BadInput(f"没看懂“{clause}”的时间。请写成 9:00-17:00，中间休息就写 9:00-12:00、14:00-17:00。")
    return stretches
