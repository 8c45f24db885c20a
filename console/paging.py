"""Long lists by the page: the place is a key in the address, never an offset, so page 1000 costs what page 1 does.

A list of several states is read per state, each in the order of its own index, and merged here.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

PAGE = 50
MOST_COUNTED = 1000
LARGEST = 2**31 - 1  # of a number in the database

Key = tuple[Any, int]


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is sorted: by a column and, where that is equal, by number."""

    column: Any
    number: Any
    is_falling: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the list a page begins: after `key`, or, looking back, before it. No key: the first page."""

    key: Key | None = None
    looks_back: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in order. `before` and `after` are what the addresses of the neighbours carry, None where there is none."""

    rows: Sequence[Any]
    before: str | None
    after: str | None
    count: int
    is_more: bool

    @property
    def said(self) -> str:
        """共 312 条 · 1000 条以上"""
        return f"{self.count} 条以上" if self.is_more else f"共 {self.count} 条"


def place_of(before: str | None, after: str | None, read: Callable[[str], Any]) -> Place:
    """From an address; what nobody could have been given is the first page."""
    word = before or after
    head, _, number = (word or "").rpartition("~")
    try:
        found = Place((read(head), int(number)), looks_back=bool(before)) if word else Place()
        return found if found.key is None or 0 <= found.key[1] <= LARGEST else Place()
    except (ValueError, OverflowError):
        return Place()


def moment(word: str) -> datetime:
    """A moment from an address. Raises: ValueError for one without a zone."""
    read = datetime.fromisoformat(word)
    if read.tzinfo is None:
        raise ValueError(f"a naive moment: {word}")
    return read


def written(key: Key) -> str:
    """A key as addresses carry it."""
    value, number = key
    return f"{value.isoformat() if isinstance(value, date | datetime) else value}~{number}"


def page(
    session: Session,
    statements: Sequence[sa.Select[Any]],
    order: Order | Sequence[Order],
    place: Place,
    *,
    counts: bool = True,
) -> Page:
    """One page of everything the statements find together. They give columns `key` and `id`, unordered.

    `order` may be one a statement, where the same order is to be had of different indexes.
    """
    orders = [order] * len(statements) if isinstance(order, Order) else order
    falls = orders[0].is_falling != place.looks_back
    rows = _first(session, statements, orders, place, falls)
    has_more, rows = len(rows) > PAGE, rows[:PAGE]
    if place.looks_back:
        rows.reverse()
    is_before = has_more if place.looks_back else place.key is not None
    is_after = has_more if not place.looks_back else True
    is_whole = place.key is None and not has_more
    most = MOST_COUNTED if counts else len(rows)
    count = len(rows) if is_whole else counted(session, statements) if counts else most + 1
    return Page(
        rows,
        before=_key(rows[0]) if rows and is_before else None,
        after=_key(rows[-1]) if rows and is_after else None,
        count=min(count, most),
        is_more=count > most,
    )


def _first(
    session: Session, statements: Iterable[sa.Select[Any]], orders: Iterable[Order], place: Place, falls: bool
) -> list[Any]:
    rows: list[Any] = []
    for statement, order in zip(statements, orders, strict=True):
        columns = (order.column, order.number)
        asked = statement.order_by(*(column.desc() if falls else column.asc() for column in columns))
        if place.key is not None:
            asked = asked.where(_beyond(columns, place.key, falls))
        rows.extend(session.execute(asked.limit(PAGE + 1)))
    rows.sort(key=lambda row: (row.key, row.id), reverse=falls)
    return rows[: PAGE + 1]


def _beyond(columns: tuple[Any, Any], key: Key, falls: bool) -> sa.ColumnElement[bool]:
    given = sa.tuple_(*(sa.literal(value, column.type) for value, column in zip(key, columns, strict=True)))
    here = sa.tuple_(*columns)
    return here < given if falls else here > given


def counted(session: Session, statements: Iterable[sa.Select[Any]]) -> int:
    """How many there are, up to one more than MOST_COUNTED."""
    found = 0
    for statement in statements:
        # Without its tables a list of everything would be one row.
        ones = statement.with_only_columns(sa.literal(1), maintain_column_froms=True)
        some = ones.limit(MOST_COUNTED + 1 - found).subquery()
        found += session.scalar(sa.select(sa.func.count()).select_from(some)) or 0
        if found > MOST_COUNTED:
            break
    return found


def _key(row: Any) -> str:
    return written((row.key, row.id))
