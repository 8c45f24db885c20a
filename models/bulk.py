"""Many rows in one statement, on both databases: a JSON list handed over as a table.

The message path takes dozens of pushes in one transaction. A statement a row would cost a round trip each on
PostgreSQL, and on SQLite give the interpreter lock away and fight for it again once a row.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement

from models.db import Base, UtcDateTime, core

Columns = Any  # a collection of columns by name
Changed = Callable[[Columns, Columns], Mapping[str, sa.ColumnElement[Any]]]


class _Texts(sa.types.TypeDecorator[Sequence[str]]):
    """A list of texts: an array on PostgreSQL, JSON on SQLite."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.ARRAY(sa.Text))
        return dialect.type_descriptor(sa.Text())

    def process_bind_param(self, value: Sequence[str] | None, dialect: sa.Dialect) -> Any:
        return list(value or ()) if dialect.name == "postgresql" else json.dumps(list(value or ()))


class one_of(FunctionElement[Any]):  # noqa: N801  (reads as the operator it is)
    """`one_of(column, name)`: the column holds one of the texts of the list parameter `name`, of any length.

    SQLAlchemy's own expanding IN makes a statement of its own for every length: they would push each other out
    of the driver's prepared statements.
    """

    type = sa.types.NullType()  # as Boolean SQLite would be asked for `= 1`, and use no index
    inherit_cache = True
    name = "one_of"

    def __init__(self, column: Any, name: str) -> None:
        super().__init__(column, sa.bindparam(name, type_=_Texts))


@compiles(one_of, "postgresql")
def _any(element: one_of, compiler: Any, **options: Any) -> str:
    column, texts = element.clauses
    return f"{compiler.process(column, **options)} = ANY ({compiler.process(texts, **options)})"


@compiles(one_of, "sqlite")
def _in_list(element: one_of, compiler: Any, **options: Any) -> str:
    column, texts = element.clauses
    listed = compiler.process(texts, **options)
    return f"{compiler.process(column, **options)} IN (SELECT value FROM json_each({listed}))"  # noqa: S608


class Bulk:
    """INSERT of any number of rows; with `key` (a column, or several), a row that is there already is changed as `changed` says; with
    `or_nothing` it stays as it is, whatever it has in common with the new one.

    `changed(old, new)` gives the new values by column name; every column but the key is taken over unless told.
    """

    def __init__(
        self, table: type[Base], *columns: str, key: str | tuple[str, ...] = (), changed: Changed | None = None, or_nothing: bool = False,
    ) -> None:  # fmt: skip
        target: sa.Table = table.__table__  # type: ignore[assignment]
        self._columns = [target.c[name] for name in columns]
        self._or_nothing = or_nothing
        keys = (key,) if isinstance(key, str) else key
        self._statements = {
            "sqlite": self._statement(sqlite, target, keys, changed, _sqlite_rows(self._columns)),
            "postgresql": self._statement(postgresql, target, keys, changed, _postgresql_rows(self._columns)),
        }

    def run(self, session: Session, rows: Sequence[Sequence[Any]]) -> None:
        """`rows` in the order of the columns."""
        if not rows:
            return
        connection = core(session)
        connection.execute(self._statements[connection.dialect.name], as_rows(connection, rows))

    def _statement(
        self, dialect: Any, target: sa.Table, keys: tuple[str, ...], changed: Changed | None, rows: sa.Select[Any]
    ) -> Any:
        statement = dialect.insert(target).from_select([column.name for column in self._columns], rows)
        if self._or_nothing:
            return statement.on_conflict_do_nothing()
        if not keys:
            return statement
        new = statement.excluded
        set_ = (
            changed(target.c, new) if changed else {c.name: new[c.name] for c in self._columns if c.name not in keys}
        )
        return statement.on_conflict_do_update(index_elements=keys, set_=set_)


def rows_of(dialect: str, columns: Sequence[sa.Column[Any]]) -> sa.Select[Any]:
    """The rows that `as_rows` hands over, as a table with the names and the types of these columns."""
    return (_sqlite_rows if dialect == "sqlite" else _postgresql_rows)(columns)


def as_rows(connection: sa.Connection, rows: Sequence[Sequence[Any]]) -> dict[str, str]:
    """The parameter of a statement over `rows_of`."""
    zone = "+00" if connection.dialect.name == "postgresql" else ""
    listed = [[_plain(value, zone) for value in row] for row in rows]
    return {"rows": json.dumps(listed, ensure_ascii=False, separators=(",", ":"))}


def _plain(value: Any, zone: str) -> Any:
    return _written(value) + zone if isinstance(value, datetime) else value


@lru_cache(maxsize=1024)
def _written(moment: datetime) -> str:
    """As SQLAlchemy writes moments on SQLite. Raises: ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError(f"a naive moment: {moment!r}")
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _sqlite_rows(columns: Sequence[sa.Column[Any]]) -> sa.Select[Any]:
    listed = sa.func.json_each(sa.bindparam("rows", type_=sa.Text)).table_valued("value", name="listed")
    values = [
        sa.func.json_extract(listed.c.value, sa.literal_column(f"'$[{at}]'")).label(column.name)
        for at, column in enumerate(columns)
    ]
    # WHERE true: without it SQLite reads ON CONFLICT as the ON of a join.
    return sa.select(*values).select_from(listed).where(sa.true())


def _postgresql_rows(columns: Sequence[sa.Column[Any]]) -> sa.Select[Any]:
    given = sa.cast(sa.bindparam("rows", type_=sa.Text), sa.JSON)
    listed = sa.func.json_array_elements(given).table_valued("value", name="listed").render_derived()
    values = [
        sa.cast(listed.c.value.op("->>")(sa.literal_column(str(at))), _stored(column)).label(column.name)
        for at, column in enumerate(columns)
    ]
    return sa.select(*values).select_from(listed)


def _stored(column: sa.Column[Any]) -> Any:
    """The type in the database, without what Python makes of it."""
    if isinstance(column.type, UtcDateTime):
        return sa.DateTime(timezone=True)
    return sa.Text() if isinstance(column.type, sa.String) else column.type
