"""How a value of any column is said in JSON and heard again, the same on both databases. See models.archive."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import sqlalchemy as sa


@dataclass(frozen=True, slots=True)
class Way:
    """`read` selects the column; `said` makes JSON of its value, `heard` a value of what the JSON said."""

    read: sa.ColumnElement[Any]
    said: Callable[[Any], Any]
    heard: Callable[[Any], Any]


def way_of(column: sa.Column[Any]) -> Way:
    """By the type the database itself has for the column."""
    kind = column.type
    if isinstance(kind, sa.JSON):
        # As text: a JSON null and no value at all are two things, and a driver would give back one.
        return Way(sa.cast(column, sa.Text), _same, _unless_none(_parsed))
    if isinstance(kind, sa.DateTime):
        return Way(column, _unless_none(_moment_said), _unless_none(_aware if kind.timezone else _naive))
    if isinstance(kind, sa.Date):
        return Way(column, _unless_none(date.isoformat), _unless_none(date.fromisoformat))
    if isinstance(kind, sa.Time):
        return Way(column, _unless_none(time.isoformat), _unless_none(time.fromisoformat))
    if isinstance(kind, sa.LargeBinary):
        return Way(
            column, _unless_none(lambda value: base64.b64encode(value).decode()), _unless_none(base64.b64decode)
        )
    if isinstance(kind, sa.Numeric) and kind.asdecimal:
        return Way(column, _unless_none(str), _unless_none(Decimal))
    return Way(column, _same, _same)


def _same(value: Any) -> Any:
    return value


def _unless_none(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else change(value)


def _parsed(text: str) -> Any:
    return sa.JSON.NULL if text == "null" else json.loads(text)


def _moment_said(moment: datetime) -> str:
    """SQLite keeps no zone: what it has is UTC."""
    return (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)).isoformat()


def _aware(said: str) -> datetime:
    return datetime.fromisoformat(said)


def _naive(said: str) -> datetime:
    return datetime.fromisoformat(said).replace(tzinfo=None)
