"""The list of activities: what may be asked of it in the address, and the rows that answer."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from console import paging
from console.paging import Order, Page, Place
from models.activity import Activity, ActivityGram, ActivityState, Branch
from models.when import When
from models.wording import needed_grams, parts

RARE = 8000  # a word in fewer activities than this is looked up, others are met soon on the way
MOST_MONTHS = 36
SPANS = {"": "接下来的", "past": "已过去的", "all": "全部"}
SORTS = {"": "合适的顺序", "day": "日期从早到晚", "-day": "日期从晚到早", "-changed": "最近改过的"}

_columns = (
    Activity.id, Activity.code, Activity.state, Activity.title, Activity.series, Activity.type, Activity.place,
    Activity.date_text, Activity.precision, Activity.starts_on, Activity.ends_on, Activity.starts_at, Activity.ends_at,
    Activity.changed_at, Activity.plan_month, Activity.branch_id, Branch.name.label("branch"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for; "" asks for nothing."""

    words: str = ""
    month: str = ""
    branch: str = ""
    state: str = ""
    span: str = ""
    sort: str = ""

    @property
    def order(self) -> str:
        """The sort, also where the address leaves it to us: what comes next, or what was last."""
        if self.sort:
            return self.sort
        return "day" if self.month or self.span == "" else "-day"

    @property
    def is_narrow(self) -> bool:
        """Is anything but the whole list asked for?"""
        return bool(self.words or self.month or self.branch or self.state)

    @property
    def is_narrowed_by_choice(self) -> bool:
        """Is anything but words and an order asked for?"""
        return bool(self.month or self.branch or self.state or self.span)

    def address(self, **changes: str) -> dict[str, str]:
        """As query arguments, with some of them changed."""
        return {name: value for name, value in {**asdict(self), **changes}.items() if value}


def filters_of(args: Mapping[str, str]) -> Filters:
    """From an address; an unknown state or sort asks for nothing."""
    given = {name: args.get(name, "").strip()[:80] for name in Filters.__slots__}
    known = {"state": {state.value for state in ActivityState}, "span": set(SPANS), "sort": set(SORTS)}
    return Filters(**{name: value if value in known.get(name, {value}) else "" for name, value in given.items()})


def place_of(filters: Filters, args: Mapping[str, str]) -> Place:
    """Where in the list the address is."""
    read = paging.moment if filters.order == "-changed" else date.fromisoformat
    return paging.place_of(args.get("before"), args.get("after"), read)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One statement a state, each read in `order`."""

    statements: list[sa.Select[Any]]
    order: Order


def page(session: Session, filters: Filters, place: Place, *, today: date) -> Page:
    """One page of the list."""
    asked = _asked(session, filters, today)
    # Counting what has several common words would read every activity: of a search only "more" is said.
    return paging.page(session, asked.statements, asked.order, place, counts=not filters.words)


def everything(session: Session, filters: Filters, *, today: date, most: int) -> Iterator[Any]:
    """The list as an export has it: up to `most` rows, state by state."""
    asked, left = _asked(session, filters, today), most
    columns = (asked.order.column, asked.order.number)
    for statement in asked.statements:
        sorted_ = statement.order_by(*(column.desc() if asked.order.is_falling else column for column in columns))
        for row in session.execute(sorted_.limit(left)):
            left -= 1
            yield row


def _asked(session: Session, filters: Filters, today: date) -> _Asked:
    words = parts(filters.words)
    rare = _rare_gram(session, needed_grams(words)) if words else None
    order = _order(filters, is_few=bool(filters.month or rare))
    asked = sa.select(order.column.label("key"), *_columns).join(Branch, Branch.id == Activity.branch_id)
    for condition in _conditions(filters, words, today):
        asked = asked.where(condition)
    states = [ActivityState(filters.state)] if filters.state else list(ActivityState)
    return _Asked([_of_state(asked, state, rare) for state in states], order)


def _order(filters: Filters, *, is_few: bool) -> Order:
    column: Any = Activity.changed_at if filters.order == "-changed" else Activity.last_on
    if is_few:  # found by an index of their own and sorted, never met along the index of all days
        column = sa.func.coalesce(column, column)
    return Order(column, Activity.id, is_falling=filters.order.startswith("-"))


def _conditions(filters: Filters, words: list[str], today: date) -> Iterator[sa.ColumnElement[bool]]:
    if filters.month:
        yield Activity.plan_month == filters.month
    elif filters.span != "all":
        yield Activity.last_on < today if filters.span == "past" else Activity.last_on >= today
    if filters.branch:
        yield Activity.branch_id == sa.select(Branch.id).where(Branch.name == filters.branch).scalar_subquery()
    if filters.words and not words:
        yield sa.false()
    for word in words:
        yield Activity.words.contains(word)


def _of_state(asked: sa.Select[Any], state: ActivityState, rare: str | None) -> sa.Select[Any]:
    """Of what readers can see, a rare pair of characters finds the few that have it; nothing else has its pairs kept."""
    asked = asked.where(Activity.state == state)
    if rare is None or state is not ActivityState.PUBLISHED:
        return asked
    return asked.where(Activity.id.in_(sa.select(ActivityGram.activity_id).where(ActivityGram.gram == rare)))


def _rare_gram(session: Session, grams: list[str]) -> str | None:
    """The one in the fewest published activities, if it is in few of them."""
    counts = {gram: _has_gram(session, gram) for gram in grams}
    rarest = min(counts, key=counts.__getitem__, default=None)
    return rarest if rarest is not None and counts[rarest] < RARE else None


def _has_gram(session: Session, gram: str) -> int:
    some = sa.select(sa.literal(1)).where(ActivityGram.gram == gram).limit(RARE).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(some)) or 0


def when_of(row: Any) -> When:
    """The columns of a row as one value."""
    return When(row.date_text, row.precision, row.starts_on, row.ends_on, row.starts_at, row.ends_at)


def months(session: Session) -> list[str]:
    """'2026-12', '2026-11' …: the months of the plans, newest first; found by leaps, whatever their size."""
    newest = sa.select(sa.func.max(Activity.plan_month).label("month")).cte("months", recursive=True)
    older = sa.select(sa.func.max(Activity.plan_month)).where(Activity.plan_month < newest.c.month).scalar_subquery()
    found = newest.union_all(sa.select(older).where(newest.c.month.is_not(None)))
    rows = session.scalars(sa.select(found.c.month).limit(MOST_MONTHS))
    return [month for month in rows if month]
