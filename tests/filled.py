"""Rows in every table there is, made from what the database itself says of its columns; and all rows, to compare."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from models.db import Database

ROWS = 3
BEGINNING = datetime(2026, 11, 24, 23, 59, 59, 123456, tzinfo=UTC)
Rows = dict[str, list[dict[str, Any]]]


def tables_of(connection: sa.Connection) -> list[sa.Table]:
    found = sa.MetaData()
    found.reflect(connection, only=lambda name, _: name != "alembic_version")
    return found.sorted_tables


def fill(database: Database) -> None:
    """Three rows in every table: the second has nothing where nothing may be."""
    with database.engine.connect().execution_options(shusheng_writes=True) as connection, connection.begin():
        for table in tables_of(connection):
            words = {column.name: _allowed(connection, column) for column in table.columns}
            rows = [{c.name: _value(c, n, words[c.name]) for c in table.columns} for n in range(ROWS)]
            connection.execute(sa.delete(table))
            for row in rows:
                connection.execute(sa.insert(table).values({k: v for k, v in row.items() if v is not None}))


def _allowed(connection: sa.Connection, column: sa.Column[Any]) -> list[str]:
    """The words a check constraint allows."""
    checks = sa.inspect(connection).get_check_constraints(column.table.name)
    mine = (check["sqltext"] for check in checks if re.search(rf"(?<!')\b{column.name}\b(?!')", check["sqltext"]))
    return [word for text in mine for word in re.findall(r"'([a-z_]+)'", text)]


def _value(column: sa.Column[Any], n: int, allowed: list[str]) -> Any:
    if column.foreign_keys:
        target = next(iter(column.foreign_keys)).column
        return _value(target, n, [])
    if column.nullable and n == 1:
        return None
    if allowed:
        return allowed[n % len(allowed)]
    return _of_type(column, n)


def _of_type(column: sa.Column[Any], n: int) -> Any:
    kind, moment = column.type, BEGINNING + timedelta(days=n, hours=n)
    match kind:
        case sa.JSON():
            return sa.JSON.NULL if n == 2 and column.nullable else {"词": f"“{n}”\n", "n": [n, None, 1.5]}
        case sa.Boolean():
            return n % 2 == 0
        case sa.DateTime():
            return moment if kind.timezone else moment.replace(tzinfo=None)
        case sa.Date():
            return date(2026, 2, 26) + timedelta(days=n)
        case sa.Time():
            return time(9, n)
        case sa.Integer():
            return n + 1
        case sa.LargeBinary():
            return bytes([0, n, 255])
        case sa.Numeric() | sa.Float():
            return n + 0.25
        case _:
            return f"{n}书声'{column.name}"[: getattr(kind, "length", None) or 60]


def everything(database: Database, *, but: frozenset[str] = frozenset()) -> Rows:
    """Every row of every table, the same from both databases."""
    with database.engine.connect() as connection:
        return {
            table.name: [_comparable(row) for row in connection.execute(_ordered(table)).mappings()]
            for table in tables_of(connection)
            if table.name not in but
        }


def _ordered(table: sa.Table) -> sa.Select[Any]:
    return sa.select(table).order_by(*table.primary_key.columns)


def _comparable(row: sa.RowMapping) -> dict[str, Any]:
    return {name: _in_utc(value) for name, value in row.items()}


def _in_utc(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return value


def assert_kept(before: Rows, after: Rows) -> None:
    """Columns may have been added, none lost or changed."""
    assert before
    for name, rows in before.items():
        assert [{column: row[column] for column in rows[0]} for row in after[name]] == rows, name
