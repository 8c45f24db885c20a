"""Finding activities by all that a question asks for, in one statement. Core only: this is the message path."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities.audience import OLDEST
from activities.facets import Facets, Only, Wanted
from activities.queries import PUBLISHED, SHOWN, SOONEST, TOOK_PLACE, Shown, Statement, listed
from activities.rules import WITHOUT_END
from models import times
from models.activity import Activity, ActivityGram, ActivityState
from models.db import core
from models.when import VAGUE
from models.wording import needed_grams

PAGE = 5
MOST_FOR_WORDS = 200  # of what is coming, so many are looked at for words that readers may have meant


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list, in order; `has_more` beyond it."""

    activities: tuple[Shown, ...]
    has_more: bool


@dataclass(frozen=True, slots=True)
class _Shape:
    """What makes two questions one statement with other values."""

    has_days: bool
    is_month: bool
    keeps_over: bool
    is_today: bool
    has_hours: bool
    has_branches: bool
    wanted: tuple[tuple[int, bool], ...]  # how many words each holds, and whether it has ages
    only: tuple[Only, ...]
    grams: int
    words: int
    is_past: bool


def found(session: Session, facets: Facets, *, now: datetime, skip: int = 0) -> Listing:
    """What has all that is asked for: soonest end first, of what was the latest first."""
    grams = needed_grams(facets.words)
    values = _values(facets, grams, now) | {"skip": skip, "most": PAGE + 1}
    rows = listed(core(session).execute(_statement(_shape(facets, grams, now)), values))
    return Listing(tuple(rows[:PAGE]), has_more=len(rows) > PAGE)


def coming(session: Session, *, now: datetime, most: int = MOST_FOR_WORDS) -> list[Shown]:
    """What is coming or going on, soonest end first."""
    values = _values(Facets(), [], now) | {"skip": 0, "most": most}
    return listed(core(session).execute(_statement(_shape(Facets(), [], now)), values))


def has_gram(session: Session, gram: str) -> bool:
    """Does any activity have this character or pair of characters in its words?"""
    return core(session).execute(_GRAM, {"gram": gram}).first() is not None


def _shape(facets: Facets, grams: Sequence[str], now: datetime) -> _Shape:
    return _Shape(
        has_days=facets.first is not None,
        is_month=facets.is_month,
        keeps_over=facets.is_day or (facets.last is not None and facets.last < times.today(now)),
        is_today=facets.is_day and facets.first == times.today(now),
        has_hours=facets.hours is not None,
        has_branches=bool(facets.branches),
        wanted=tuple((len(wanted.words), wanted.ages is not None) for wanted in facets.wanted),
        only=facets.only,
        grams=len(grams),
        words=len(facets.words),
        is_past=facets.is_past,
    )


def _values(facets: Facets, grams: Sequence[str], now: datetime) -> dict[str, Any]:
    today, clock = times.today(now), times.local(now).replace(second=0, microsecond=0, tzinfo=None)
    # Begun before this minute and without an end, it is over; clock times are whole minutes.
    begun = clock - WITHOUT_END + timedelta(minutes=1)
    values: dict[str, Any] = {
        "today": today,
        "clock": clock.time(),
        "begun": begun.time() if begun.date() == today else clock.time().min,
        "first": facets.first or today,
    }
    if facets.last is not None:
        values["last"] = facets.last
    if facets.hours:
        values |= {"from_hour": facets.hours.first, "before_hour": facets.hours.before}
    if facets.branches:
        values["branches"] = list(facets.branches)
    return values | _numbered("g", grams) | _numbered("w", facets.words) | _wanted_values(facets.wanted)


def _numbered(letter: str, values: Sequence[str]) -> dict[str, str]:
    return {f"{letter}{n}": value for n, value in enumerate(values)}


def _wanted_values(several: Sequence[Wanted]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for n, wanted in enumerate(several):
        values |= _numbered(f"a{n}_", wanted.words)
        if wanted.ages:
            values |= {f"youngest{n}": wanted.ages[0], f"oldest{n}": wanted.ages[1]}
    return values


_GRAM = sa.select(sa.literal(1)).where(ActivityGram.gram == sa.bindparam("gram")).limit(1)
_today: sa.BindParameter[Any] = sa.bindparam("today")
_clock: sa.BindParameter[Any] = sa.bindparam("clock")
_first: sa.BindParameter[Any] = sa.bindparam("first")
_last: sa.BindParameter[Any] = sa.bindparam("last")
# Never NULL, so that its opposite can be asked for; activities.rules.is_over says the same of one.
_is_over = sa.or_(
    Activity.state == ActivityState.FINISHED,
    sa.and_(
        Activity.last_on == _today,
        Activity.starts_at.is_not(None),
        sa.or_(
            sa.and_(Activity.ends_at.is_(None), Activity.starts_at < sa.bindparam("begun")),
            sa.and_(Activity.ends_at.is_not(None), Activity.ends_at <= _clock, Activity.ends_at > Activity.starts_at),
        ),
    ),
)
_goes_last = sa.case((_is_over, 1), else_=0)


@cache
def _statement(shape: _Shape) -> Statement:
    """One statement a shape of question; kept, so that its compiled form is found by identity."""
    # The first gram is walked in the order of days, the others are looked up, and the words themselves are
    # compared last: the walk ends at the page's end, and what it finds is what a plain scan would.
    walked = sa.orm.aliased(ActivityGram)
    if shape.grams:
        statement = SHOWN.join(walked, walked.activity_id == Activity.id).where(walked.gram == sa.bindparam("g0"))
        statement = statement.where(*(_also_has(walked, n) for n in range(1, shape.grams)))
    else:
        statement = SHOWN
    last_on = walked.last_on if shape.grams else Activity.last_on
    statement = statement.where(*_asked_for(shape), *_in_time(shape, last_on))
    return statement.order_by(*_order(shape, last_on)).offset(sa.bindparam("skip")).limit(sa.bindparam("most"))


def _asked_for(shape: _Shape) -> list[sa.ColumnElement[bool]]:
    asked = [TOOK_PLACE if shape.is_past or shape.keeps_over else PUBLISHED]
    asked += [Activity.words.contains(sa.bindparam(f"w{n}")) for n in range(shape.words)]
    asked += [_suits(n, *wanted) for n, wanted in enumerate(shape.wanted)]
    asked += [_ONLY[only] for only in shape.only]
    if shape.has_branches:
        asked.append(Activity.branch_id.in_(sa.bindparam("branches", expanding=True)))
    if shape.has_hours:
        asked.append(_begins_within(may_be_unsaid=shape.has_days))
    return asked


_ONLY = {
    Only.ONLINE: sa.or_(Activity.is_online, Activity.words.contains(Only.ONLINE.value)),
    Only.FREE: Activity.fee == "",
}
_SAYS_FOR_WHOM = (Activity.words, Activity.audience, Activity.summary)


def _suits(group: int, words: int, has_ages: bool) -> sa.ColumnElement[bool]:
    said = [sa.bindparam(f"a{group}_{n}", type_=sa.Text) for n in range(words)]
    in_words = sa.or_(*(column.contains(word) for word in said for column in _SAYS_FOR_WHOM))
    if not has_ages:
        return in_words
    ages = sa.func.coalesce(Activity.age_from, Activity.age_to)
    in_ages = sa.and_(
        sa.func.coalesce(Activity.age_from, 0) <= sa.bindparam(f"oldest{group}"),
        sa.func.coalesce(Activity.age_to, OLDEST) >= sa.bindparam(f"youngest{group}"),
    )
    return sa.or_(sa.and_(ages.is_(None), in_words), sa.and_(ages.is_not(None), in_ages))


def _begins_within(*, may_be_unsaid: bool) -> sa.ColumnElement[bool]:
    at = Activity.starts_at
    within = sa.and_(at >= sa.bindparam("from_hour"), at < sa.bindparam("before_hour"))
    return sa.or_(at.is_(None), within) if may_be_unsaid else within


def _in_time(shape: _Shape, last_on: Any) -> list[sa.ColumnElement[bool]]:
    if shape.is_past:
        return [last_on <= _first, sa.or_(last_on < _first, _is_over)]
    bounds = [last_on >= _first]
    if shape.has_days:
        bounds.append(Activity.starts_on <= _last)
    if shape.has_days and not shape.is_month:
        bounds += [Activity.precision != vague for vague in sorted(VAGUE)]
    if not shape.keeps_over:
        bounds.append(sa.not_(_is_over))
    return bounds


def _order(shape: _Shape, last_on: Any) -> tuple[Any, ...]:
    if shape.is_past:
        return last_on.desc(), Activity.starts_on.desc(), Activity.id.desc()
    soonest = (last_on, *SOONEST[1:])
    return (_goes_last, *soonest) if shape.is_today else soonest


def _also_has(walked: Any, n: int) -> sa.ColumnElement[bool]:
    other = sa.orm.aliased(ActivityGram)
    found = sa.select(sa.literal(1)).where(
        other.gram == sa.bindparam(f"g{n}"),
        other.last_on == walked.last_on,
        other.activity_id == walked.activity_id,
    )
    # OFFSET 0 keeps PostgreSQL from turning each look-up into a join and planning all their orders (18 ms for
    # seven characters, 0.5 ms this way).
    return sa.exists(found.offset(0))
