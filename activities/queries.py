"""Questions about activities: lists for the chat, the month for the pages. Core only: this is the message path."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import times
from models.activity import Activity, ActivityGram, ActivityState, Branch, BranchName
from models.db import core
from models.when import VAGUE, When
from models.wording import compact, needed_grams, parts

PAGE = 5

Statement = sa.Select[*tuple[Any, ...]]

_shown: Statement = sa.select(
    Activity.id, Activity.code, Activity.title, Activity.series, Activity.type, Activity.place,
    Activity.summary, Activity.is_online, Activity.is_on_site, Activity.date_text, Activity.precision,
    Activity.starts_on, Activity.ends_on, Activity.starts_at, Activity.ends_at,
    Branch.name.label("branch"), Activity.state,
).join(Branch, Branch.id == Activity.branch_id)  # fmt: skip
_published = Activity.state == ActivityState.PUBLISHED
_first: sa.BindParameter[Any] = sa.bindparam("first")
_last: sa.BindParameter[Any] = sa.bindparam("last")
_skip: sa.BindParameter[Any] = sa.bindparam("skip")
_most: sa.BindParameter[Any] = sa.bindparam("most")
_soonest = (Activity.last_on, Activity.starts_on, Activity.starts_at.nulls_first(), Activity.id)
_latest = (Activity.last_on.desc(), Activity.starts_on.desc(), Activity.id.desc())
_is_fixed = Activity.precision.not_in(VAGUE)


@dataclass(frozen=True, slots=True)
class Shown:
    """An activity as readers see it."""

    id: int
    code: str
    title: str
    series: str
    type: str
    place: str
    summary: str
    is_online: bool
    is_on_site: bool
    branch: str
    when: When
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list, in order; `has_more` beyond it; `is_past` where nothing is coming and these are over."""

    activities: tuple[Shown, ...]
    has_more: bool = False
    is_past: bool = False


_COMING = _shown.where(_published, Activity.last_on >= _first).order_by(*_soonest).offset(_skip).limit(_most)
_BETWEEN = (
    _shown.where(_published, Activity.last_on >= _first, Activity.starts_on <= _last)
    .order_by(*_soonest).offset(_skip).limit(_most)
)  # fmt: skip
_FIXED_BETWEEN = (
    _shown.where(_published, _is_fixed, Activity.last_on >= _first, Activity.starts_on <= _last)
    .order_by(*_soonest).offset(_skip).limit(_most)
)  # fmt: skip
_of_branches = Activity.branch_id.in_(sa.bindparam("branches", expanding=True))
_BRANCH_COMING = (
    _shown.where(_published, _of_branches, Activity.last_on >= _first)
    .order_by(*_soonest).offset(_skip).limit(_most)
)  # fmt: skip
_BRANCH_PAST = (
    _shown.where(_published, _of_branches, Activity.last_on < _first)
    .order_by(*_latest).offset(_skip).limit(_most)
)  # fmt: skip
_BY_ID = _shown.where(Activity.id == sa.bindparam("id"), _published)
_BY_CODE = _shown.where(Activity.code == sa.bindparam("code"), Activity.state != ActivityState.DRAFT)
_CANCELLED_BETWEEN = _shown.where(
    Activity.state == ActivityState.CANCELLED, Activity.last_on >= _first, Activity.starts_on <= _last
).order_by(*_soonest)
_UNDATED = _shown.where(
    _published, Activity.plan_month == sa.bindparam("plan_month"), Activity.starts_on.is_(None)
).order_by(Activity.id)
_BRANCHES_SAID = (
    sa.select(Branch.id, Branch.name)
    .join(BranchName, BranchName.branch_id == Branch.id)
    .where(BranchName.said == sa.bindparam("said"))
    .order_by(Branch.id)
)


def coming(session: Session, *, today: date, skip: int = 0) -> Listing:
    """What is still to come or going on, soonest end first; vague periods come after the days inside them."""
    return _listing(session, _COMING, skip, {"first": today})


def in_days(session: Session, *, first: date, last: date, skip: int = 0) -> Listing:
    """What takes place on some day from `first` to `last`, fixed days only."""
    return _listing(session, _FIXED_BETWEEN, skip, {"first": first, "last": last})


def in_month(session: Session, *, first: date, last: date, skip: int = 0) -> Listing:
    """Everything of a month or part of it, vague periods too."""
    return _listing(session, _BETWEEN, skip, {"first": first, "last": last})


def of_branches(session: Session, branches: Sequence[int], *, today: date, skip: int = 0) -> Listing:
    """What is coming there; where nothing is, what was, latest first."""
    values = {"branches": list(branches), "first": today}
    found = _listing(session, _BRANCH_COMING, skip, values)
    return found if found.activities else _past(_listing(session, _BRANCH_PAST, skip, values))


def by_words(session: Session, query: str, *, today: date, skip: int = 0) -> Listing:
    """What has every word of `query` in its title, series, type or branch; coming first, past only where none is."""
    words = parts(query)
    needed = needed_grams(words)
    if not needed:
        return Listing(())
    values = {"first": today, **_numbered("g", needed), **_numbered("w", words)}
    shape = (len(needed), len(words))
    found = _listing(session, _words_statement(*shape, past=False), skip, values)
    return found if found.activities else _past(_listing(session, _words_statement(*shape, past=True), skip, values))


def _numbered(letter: str, values: Sequence[str]) -> dict[str, str]:
    return {f"{letter}{n}": value for n, value in enumerate(values)}


def by_id(session: Session, activity_id: int) -> Shown | None:
    """A published activity."""
    row = core(session).execute(_BY_ID, {"id": activity_id}).first()
    return _shown_of(row) if row else None


def by_code(session: Session, code: str) -> Shown | None:
    """For its page: published or cancelled, never a draft."""
    row = core(session).execute(_BY_CODE, {"code": code}).first()
    return _shown_of(row) if row else None


def branches_said(session: Session, words: str) -> list[tuple[int, str]]:
    """(id, name) of the branches a reader may mean by these words."""
    rows = core(session).execute(_BRANCHES_SAID, {"said": compact(words)})
    return [(row.id, row.name) for row in rows]


def branches(session: Session) -> list[str]:
    """Names, main library first."""
    return list(session.scalars(sa.select(Branch.name).order_by(Branch.id)))


def month_plan(session: Session, year: int, month: int) -> list[Shown]:
    """The whole month for its page, in order of days; vague periods last within their own end."""
    first, last = times.month_of(year, month)
    values = {"first": first, "last": last, "skip": 0, "most": 1000}
    return [_shown_of(row) for row in core(session).execute(_BETWEEN, values)]


def months_with_plans(session: Session) -> list[str]:
    """'2026-11' …, oldest first: the months that have something published."""
    months = sa.select(Activity.plan_month).where(_published).distinct().order_by(Activity.plan_month)
    return list(session.scalars(months))


@cache
def _words_statement(grams: int, words: int, *, past: bool) -> Statement:
    """One statement a shape of query; kept, so that its compiled form is found by identity."""
    # The first gram is walked in the order of days, the others are looked up, and the words themselves are
    # compared last: the walk ends at the page's end, and what it finds is what a plain scan would.
    walked = sa.orm.aliased(ActivityGram)
    statement = _shown.join(walked, walked.activity_id == Activity.id).where(walked.gram == sa.bindparam("g0"))
    for n in range(1, grams):
        statement = statement.where(_also_has(walked, n))
    for n in range(words):
        statement = statement.where(Activity.words.contains(sa.bindparam(f"w{n}")))
    latest = (walked.last_on.desc(), walked.activity_id.desc())
    if past:
        statement = statement.where(walked.last_on < _first).order_by(*latest)
    else:
        statement = statement.where(walked.last_on >= _first).order_by(walked.last_on, walked.activity_id)
    return statement.offset(_skip).limit(_most)


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


def _listing(session: Session, statement: Statement, skip: int, values: dict[str, Any]) -> Listing:
    rows = core(session).execute(statement, {**values, "skip": skip, "most": PAGE + 1}).all()
    return Listing(tuple(_shown_of(row) for row in rows[:PAGE]), has_more=len(rows) > PAGE)


def _past(listing: Listing) -> Listing:
    return Listing(listing.activities, listing.has_more, is_past=True)


def _shown_of(row: Any) -> Shown:
    number, code, title, series, kind, place, summary, online, on_site, *days, branch, state = row
    is_cancelled = state is ActivityState.CANCELLED
    return Shown(
        number, code, title, series, kind, place, summary, online, on_site, branch, When(*days), is_cancelled
    )


def cancelled_in_month(session: Session, year: int, month: int) -> list[Shown]:
    """What was called off: a reader who meant to come should find it crossed out, not gone."""
    first, last = times.month_of(year, month)
    rows = core(session).execute(_CANCELLED_BETWEEN, {"first": first, "last": last})
    return [_shown_of(row) for row in rows]


def undated_of_month(session: Session, year: int, month: int) -> list[Shown]:
    """What the month's plan names without any date; `month_plan` finds by days and cannot see it."""
    rows = core(session).execute(_UNDATED, {"plan_month": f"{year}-{month:02d}"})
    return [_shown_of(row) for row in rows]
