"""The list of activities: what may be asked of it in the address, and the rows that answer."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from activities import texts
from console import paging, sign_up_labels
from console.paging import Order, Page, Place
from models import times
from models.activity import Activity, ActivityGram, ActivityState, Branch
from models.when import When
from models.wording import needed_grams, parts

RARE = 4000  # a word in fewer activities than this is looked up, others are met soon on the way
FEW = 1000  # of two grams in more than so many either may be walked
INDEXED = (ActivityState.PUBLISHED, ActivityState.FINISHED)  # of what readers cannot see, no grams are kept
MOST_MONTHS = 36
SPANS = {"": "接下来的", "past": "已过去的", "all": "全部"}
SORTS = {"": "合适的顺序", "day": "日期从早到晚", "-day": "日期从晚到早", "-changed": "最近改过的"}

_COLUMNS = (
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
    names: str = ""  # how its sign-up stands

    @property
    def order(self) -> str:
        """The sort, also where the address leaves it to us: what comes next, or what was last."""
        if self.sort:
            return self.sort
        return "day" if self.month or self.span == "" else "-day"

    @property
    def is_narrow(self) -> bool:
        """Is anything but the whole list asked for?"""
        return bool(self.words or self.month or self.branch or self.state or self.names)

    @property
    def is_narrowed_by_choice(self) -> bool:
        """Is anything but words and an order asked for?"""
        return bool(self.month or self.branch or self.state or self.span or self.names)

    def address(self, **changes: str) -> dict[str, str]:
        """As query arguments, with some of them changed."""
        return {name: value for name, value in {**asdict(self), **changes}.items() if value}


def filters_of(args: Mapping[str, str]) -> Filters:
    """From an address; an unknown state or sort asks for nothing."""
    given = {name: args.get(name, "").strip()[:80] for name in Filters.__slots__}
    known = {"state": {state.value for state in ActivityState}, "span": set(SPANS), "sort": set(SORTS),
             "names": set(sign_up_labels.FILTERS)}  # fmt: skip
    return Filters(**{name: value if value in known.get(name, {value}) else "" for name, value in given.items()})


def place_of(filters: Filters, args: Mapping[str, str]) -> Place:
    """Where in the list the address is."""
    read = paging.moment if filters.order == "-changed" else date.fromisoformat
    return paging.place_of(args.get("before"), args.get("after"), read)


@dataclass(frozen=True, slots=True)
class _Part:
    """What one state has of the list, and the columns that put it in order."""

    statement: sa.Select[Any]
    order: Order


def page(session: Session, filters: Filters, place: Place, *, today: date) -> Page:
    """One page of the list."""
    asked = _asked(session, filters, today)
    statements, orders = [part.statement for part in asked], [part.order for part in asked]
    # Counting what has several common words would read every activity: of a search only "more" is said.
    return paging.page(session, statements, orders, place, counts=not filters.words)


def everything(session: Session, filters: Filters, *, today: date, most: int) -> Iterator[Any]:
    """The list as an export has it: up to `most` rows, state by state."""
    left = most
    for part in _asked(session, filters, today):
        columns = (part.order.column, part.order.number)
        sorted_ = part.statement.order_by(*(column.desc() if part.order.is_falling else column for column in columns))
        for row in session.execute(sorted_.limit(left)):
            left -= 1
            yield row


def _asked(session: Session, filters: Filters, today: date) -> list[_Part]:
    words = parts(filters.words)
    grams = {} if filters.month else _rarest_first(session, needed_grams(words), filters.order)
    states = [ActivityState(filters.state)] if filters.state else list(ActivityState)
    return [_part(filters, words, grams if state in INDEXED else {}, state, today) for state in states]


def _part(filters: Filters, words: list[str], grams: dict[str, int], state: ActivityState, today: date) -> _Part:
    """A search goes along the days of its rarest gram or, where the last change counts, looks up the few that have it."""
    by_change = filters.order == "-changed"
    walks = bool(grams) and not by_change
    column: Any = Activity.changed_at if by_change else Activity.last_on
    number: Any = Activity.id
    found = sa.select(*_COLUMNS).join(Branch, Branch.id == Activity.branch_id).where(Activity.state == state)
    if walks:
        walked = sa.orm.aliased(ActivityGram)
        found = found.join(walked, walked.activity_id == Activity.id).where(*_has(walked, list(grams)))
        column, number = walked.last_on, walked.activity_id
    elif grams and min(grams.values()) < RARE:
        some = sa.orm.aliased(ActivityGram)
        found = found.where(Activity.id.in_(sa.select(some.activity_id).where(*_has(some, list(grams)))))
        column = _sorted(column)
    elif filters.month or filters.names not in ("", "none"):
        column = _sorted(column)
    last_on = Activity.last_on if by_change else column
    found = found.where(*_in_time(filters, today, last_on), *_asked_for(filters, words, walks=walks))
    return _Part(found.add_columns(column.label("key")), Order(column, number, filters.order.startswith("-")))


def _sorted(column: Any) -> Any:
    """The same column, for what is found by an index of its own and then sorted, not met along the column's index."""
    return sa.func.coalesce(column, column)


def _has(walked: Any, grams: list[str]) -> Iterator[sa.ColumnElement[bool]]:
    """The first is walked, the others are looked up (as in activities.search)."""
    yield walked.gram == grams[0]
    for gram in grams[1:]:
        other = sa.orm.aliased(ActivityGram)
        same = (other.last_on == walked.last_on, other.activity_id == walked.activity_id)
        yield sa.exists(sa.select(sa.literal(1)).where(other.gram == gram, *same).offset(0))


def _in_time(filters: Filters, today: date, last_on: Any) -> Iterator[sa.ColumnElement[bool]]:
    if filters.month:
        yield Activity.plan_month == filters.month
    elif filters.span != "all":
        yield last_on < today if filters.span == "past" else last_on >= today


def _asked_for(filters: Filters, words: list[str], *, walks: bool) -> Iterator[sa.ColumnElement[bool]]:
    """`walks`: along a gram. PostgreSQL takes what has words, and is of a branch, for rare, and would rather fetch and
    sort all that the gram finds; inside coalesce it guesses that half of them have it."""
    if filters.words and not words:
        yield sa.false()
    asked = [Activity.words.contains(word) for word in words]
    if filters.branch:
        asked.append(
            Activity.branch_id == sa.select(Branch.id).where(Branch.name == filters.branch).scalar_subquery()
        )
    if filters.names:
        named = Activity.id.in_(sign_up_labels.having(filters.names))
        asked.append(~named if filters.names == "none" else named)
    for condition in asked:
        yield sa.func.coalesce(condition, sa.false()) if walks else condition


def _rarest_first(session: Session, grams: list[str], order: str) -> dict[str, int]:
    """In how many activities each is, as far as it matters."""
    if order != "-changed" and len(grams) == 1:  # it is walked anyway
        return {grams[0]: RARE}
    most = RARE if order == "-changed" else FEW
    counts = {gram: _count(session, gram, most) for gram in grams}
    return {gram: counts[gram] for gram in sorted(grams, key=counts.__getitem__)}


def _count(session: Session, gram: str, most: int) -> int:
    some = sa.select(sa.literal(1)).where(ActivityGram.gram == gram).limit(most).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(some)) or 0


def when_of(row: Any) -> When:
    """The columns of a row as one value."""
    return When(row.date_text, row.precision, row.starts_on, row.ends_on, row.starts_at, row.ends_at)


def said_when(row: Any) -> str:
    """The days of a row as its readers read them today."""
    return texts.said_when(when_of(row), today=times.today(times.now()))


def months(session: Session) -> list[str]:
    """'2026-12', '2026-11' …: the months of the plans, newest first; found by leaps, whatever their size."""
    newest = sa.select(sa.func.max(Activity.plan_month).label("month")).cte("months", recursive=True)
    older = sa.select(sa.func.max(Activity.plan_month)).where(Activity.plan_month < newest.c.month).scalar_subquery()
    found = newest.union_all(sa.select(older).where(newest.c.month.is_not(None)))
    rows = session.scalars(sa.select(found.c.month).limit(MOST_MONTHS))
    return [month for month in rows if month]
