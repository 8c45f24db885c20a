"""What was delivered in a year, added up by kind, quarter, place and route. Confirmed deliveries alone count."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.place import Delivery, DeliveryKind, DeliveryState, Route

MOST_SPOTS = 2_000
_CONFIRMED = Delivery.state == DeliveryState.CONFIRMED
_SUMS = (
    sa.func.count().label("times"), *(
        sa.func.coalesce(sa.func.sum(column), 0).label(column.key)
        for column in (Delivery.books, Delivery.swapped, Delivery.people, Delivery.groups)
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sum:
    """次, 册 delivered and swapped, 人次, groups: of whatever has this name."""

    name: str
    times: int = 0
    books: int = 0
    swapped: int = 0
    people: int = 0
    groups: int = 0


@dataclass(frozen=True, slots=True)
class Totals:
    """A span of days; `waiting`: told by phones and not looked at yet."""

    whole: Sum
    by_kind: Sequence[Sum]
    by_quarter: Sequence[Sum]
    by_spot: Sequence[Sum]
    by_route: Sequence[Sum]
    waiting: int


def totals(session: Session, first: date, last: date) -> Totals:
    """Of the days from `first` to `last`, both included."""
    span = sa.and_(Delivery.day >= first, Delivery.day <= last)
    within = sa.and_(_CONFIRMED, span)
    whole = _sums(session, sa.literal(""), within)
    quarter = (sa.extract("month", Delivery.day) + 2) / 3
    waiting = sa.select(sa.func.count()).select_from(Delivery).where(Delivery.state == DeliveryState.SENT, span)
    return Totals(
        whole[0] if whole else Sum(""),
        _sums(session, sa.func.coalesce(DeliveryKind.name, ""), within),
        _by_quarter(_sums(session, sa.cast(sa.func.floor(quarter), sa.Integer), within)),
        _sums(session, Delivery.spot, within),
        _sums(session, sa.func.coalesce(Route.name, ""), within),
        session.scalar(waiting) or 0,
    )


def _sums(session: Session, name: Any, within: Any) -> list[Sum]:
    """The most frequent first."""
    asked = (
        sa.select(name.label("name"), *_SUMS)
        .select_from(Delivery)
        .outerjoin(DeliveryKind, DeliveryKind.id == Delivery.kind_id)
        .outerjoin(Route, Route.id == Delivery.route_id)
        .where(within)
        .group_by(name)
        .order_by(sa.func.count().desc(), name)
        .limit(MOST_SPOTS)
    )
    return [Sum(str(row[0]), *(int(value) for value in row[1:])) for row in session.execute(asked) if row.times]


def _by_quarter(found: Sequence[Sum]) -> list[Sum]:
    """All four, those without anything as well."""
    told = {one.name: one for one in found}
    return [_named(told.get(str(number), Sum("")), f"第{'一二三四'[number - 1]}季度") for number in range(1, 5)]


def _named(one: Sum, name: str) -> Sum:
    return Sum(name, one.times, one.books, one.swapped, one.people, one.groups)


def sentence(found: Totals, span: str) -> str:
    """2026年全年送书 36 次，3 600 册，…: for the yearly report; "" where there was nothing."""
    one = found.whole
    if not one.times:
        return ""
    parts = [f"{span}流动服务和送书 {_said(one.times)} 次", f"送书 {_said(one.books)} 册"]
    if one.swapped:
        parts.append(f"换书 {_said(one.swapped)} 册")
    parts.append(f"服务 {_said(one.people)} 人次")
    kinds = "、".join(f"{kind.name} {_said(kind.times)} 次" for kind in found.by_kind if kind.name)
    return f"{'，'.join(parts)}{'；其中' + kinds if kinds else ''}。"


def _said(count: int) -> str:
    return f"{count:,}".replace(",", " ")


def years(session: Session) -> list[int]:
    """Those with a delivery, newest first."""
    first, last = session.execute(sa.select(sa.func.min(Delivery.day), sa.func.max(Delivery.day))).one()
    return list(range(last.year, first.year - 1, -1)) if first else []
