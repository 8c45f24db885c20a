"""When the book bus stands at a stop: 每月第一、三个周三 9:00-11:00；每周五 14:00-16:00；2026年12月5日 9:00-11:00. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice, pairwise

from activities.opening import Shut, Stretch, Timetable
from activities.plans.numerals import normalised
from activities.plans.recurring import Rule, rule_in
from activities.week_words import stretches_in
from models.errors import BadInput

FURTHEST = timedelta(days=400)  # a stop that nobody comes to for a year has no visits
AHEAD = timedelta(days=62)  # days of a timetable: as far as the next opening is looked for
MOST_CLAUSES = 12
EXAMPLE = "每月第一、三个周三 9:00-11:00"

_CLAUSES = re.compile(r"[;；。\n]+")
_DAYS = re.compile(
    r"(?:每(?:个?月|月份?)(?:的)?)(?P<days>\d{1,2}[日号]?(?:\s*[、,，和及]\s*\d{1,2}[日号]?)*)(?<=[日号])"
)
_DATE = re.compile(r"(?P<year>20\d\d)\s*[年./-]\s*(?P<month>\d{1,2})\s*[月./-]\s*(?P<day>\d{1,2})\s*[日号]?")
_BARE_DATE = re.compile(r"^\s*\d{1,2}\s*月\s*\d{1,2}\s*[日号]?")


@dataclass(frozen=True, slots=True)
class Clause:
    """Days by a rule of weekdays, by days of the month, or one date; and the stretches of each of them."""

    stretches: tuple[Stretch, ...]
    rule: Rule | None = None
    month_days: frozenset[int] = frozenset()
    day: date | None = None

    def is_on(self, day: date) -> bool:
        """Does the bus come on this day, by this clause?"""
        if self.day is not None:
            return day == self.day
        if self.month_days:
            return day.day in self.month_days
        return self.rule is not None and next(self.rule.days(day, day), None) is not None


@dataclass(frozen=True, slots=True)
class Visit:
    """The bus stands there on `day`."""

    day: date
    stretch: Stretch


def visits_in(words: str) -> tuple[Clause, ...]:
    """Raises: BadInput, with the words that could not be read."""
    clauses = tuple(
        _clause(part.strip(" ,，:：")) for part in _CLAUSES.split(normalised(words)) if part.strip(" ,，:：")
    )
    if not clauses:
        raise BadInput(f"没有写什么时候来。请像“{EXAMPLE}”这样写。")
    if len(clauses) > MOST_CLAUSES:
        raise BadInput(f"最多写 {MOST_CLAUSES} 句。")
    return clauses


def _clause(words: str) -> Clause:
    if hit := _DATE.match(words):
        return Clause(_times(words[hit.end() :], words), day=_date(hit))
    if _BARE_DATE.match(words):
        raise BadInput(f"“{words}”只来一次的话，请写上年份，例如“2026年12月5日 9:00-11:00”。")
    if hit := _DAYS.match(words):
        days = frozenset(int(number) for number in re.findall(r"\d+", hit["days"]))
        if not all(1 <= day <= 31 for day in days):
            raise BadInput(f"“{words}”：一个月里没有这一天。")
        return Clause(_times(words[hit.end() :], words), month_days=days)
    found = rule_in(words)
    if found is None or found[1].strip(" ,，逢"):
        raise BadInput(f"没看懂“{words}”。请像“{EXAMPLE}”“每周五 14:00-16:00”“每月5日、20日 9:00-11:00”这样写。")
    return Clause(_times(found[2], words), rule=found[0])


def _date(hit: re.Match[str]) -> date:
    try:
        return date(int(hit["year"]), int(hit["month"]), int(hit["day"]))
    except ValueError:
        raise BadInput(f"没有“{hit[0].strip()}”这一天。") from None


def _times(words: str, clause: str) -> tuple[Stretch, ...]:
    stretches = tuple(sorted(stretches_in(words, clause)))
    if not stretches:
        raise BadInput(f"“{clause}”没有写几点到几点。")
    for one, following in pairwise(stretches):
        if following.opens_at < one.closes_at:
            raise BadInput(f"“{clause}”里两段时间重叠了。")
    return stretches


def stretches_on(clauses: Sequence[Clause], day: date) -> list[Stretch]:
    """Of all clauses, in order; two that say the same are one."""
    return sorted({stretch for clause in clauses if clause.is_on(day) for stretch in clause.stretches})


def timetable(clauses: Sequence[Clause], closures: Sequence[Shut], *, today: date) -> Timetable:
    """As any place has one, for the two months from today on."""
    ahead = (today + timedelta(days=n) for n in range(AHEAD.days))
    days = {day: stretches for day in ahead if (stretches := stretches_on(clauses, day))}
    return Timetable(days=days, closures=tuple(closures))


def next_visits(
    clauses: Sequence[Clause], moment: datetime, *, most: int, closures: Sequence[Shut] = ()
) -> list[Visit]:
    """The next ones that are not over at `moment` (wall clock); none on a closed day."""
    return list(islice(_visits(clauses, moment, closures), most))


def _visits(clauses: Sequence[Clause], moment: datetime, closures: Sequence[Shut]) -> Iterator[Visit]:
    for ahead in range(FURTHEST.days):
        day = moment.date() + timedelta(days=ahead)
        if any(shut.first_on <= day <= shut.last_on for shut in closures):
            continue
        for stretch in stretches_on(clauses, day):
            if ahead or stretch.closes_at > moment.time():
                yield Visit(day, stretch)
