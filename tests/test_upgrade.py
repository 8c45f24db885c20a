"""A library that has been running is upgraded with everything in it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from models import schema
from models.db import Base, Database

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)


@pytest.fixture
def old(database_url: str) -> Iterator[Database]:
    """A database at the first schema."""
    database = Database(database_url)
    if not database.is_sqlite:
        with database.engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
    schema.migrate(database, to="0001")
    yield database
    if not database.is_sqlite:
        with database.engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
    database.close()


def fill(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Two rows in every table of the first schema, told apart where a key asks for it."""
    written: dict[str, list[dict[str, Any]]] = {}
    tables = sa.MetaData()
    with database.engine.begin() as connection:
        tables.reflect(connection)
        for table in tables.sorted_tables:
            if table.name == "alembic_version":
                continue
            rows = [{column.name: value(table, column, number) for column in table.c} for number in (1, 2)]
            connection.execute(sa.insert(table), rows)
            written[table.name] = [dict(row) for row in connection.execute(sa.select(table)).mappings()]
    return written


WORDS = {
    ("activities", "state"): "published", ("activities", "precision"): "time", ("inbox", "state"): "answered",
    ("outbox", "kind"): "menu", ("outbox", "state"): "waiting",
}  # fmt: skip


def value(table: sa.Table, column: sa.Column[Any], number: int) -> Any:
    if (table.name, column.name) in WORDS:
        return WORDS[table.name, column.name]
    kinds: list[tuple[type[Any], Any]] = [
        (sa.DateTime, NOW + timedelta(days=number)), (sa.Date, date(2026, 11, number)), (sa.Time, time(number)),
        (sa.JSON, {"n": number}), (sa.Boolean, True), (sa.Integer, number), (sa.String, f"字{number}"),
    ]  # fmt: skip
    return next(made for kind, made in kinds if isinstance(column.type, kind))


def test_every_row_of_the_first_schema_is_still_there_as_it_was(old: Database) -> None:
    before = fill(old)
    assert len(before) > 15
    schema.migrate(old)
    assert schema.revision_of(old) == schema.newest()
    with old.engine.connect() as connection:
        now = sa.MetaData()
        now.reflect(connection)
        for name, rows in before.items():
            after = [dict(row) for row in connection.execute(sa.select(now.tables[name])).mappings()]
            kept = [{column: row[column] for column in rows[0]} for row in after]
            assert kept == rows, name


def test_an_upgraded_database_takes_the_new_words(old: Database) -> None:
    fill(old)
    schema.migrate(old)
    activities = Base.metadata.tables["activities"]
    with old.engine.begin() as connection:
        connection.execute(sa.update(activities).values(state="finished"))
        assert connection.scalars(sa.select(activities.c.campaign).distinct()).all() == [""]
    with pytest.raises(sa.exc.IntegrityError), old.engine.begin() as connection:
        connection.execute(sa.text("UPDATE activities SET state = 'nonsense'"))
    with pytest.raises(sa.exc.IntegrityError), old.engine.begin() as connection:
        connection.execute(sa.text("UPDATE activities SET branch_id = 99"))


def test_a_second_upgrade_changes_nothing(old: Database) -> None:
    schema.migrate(old)
    schema.migrate(old)
    assert schema.revision_of(old) == schema.newest()


def test_what_has_no_end_gets_one_for_the_lists(old: Database) -> None:
    never, since = date(9999, 12, 31), date(2026, 11, 3)
    fill(old)
    tables = sa.MetaData()
    with old.engine.begin() as connection:
        tables.reflect(connection)
        activities, found = tables.tables["activities"], tables.tables["activity_grams"]
        undated = {"starts_on": None, "ends_on": None, "last_on": never, "precision": "open", "plan_month": "2026-02"}
        connection.execute(sa.update(activities).where(activities.c.id == 1).values(undated))
        endless = undated | {"starts_on": since}
        connection.execute(sa.update(activities).where(activities.c.id == 2).values(endless))
        connection.execute(sa.update(found).values(last_on=never))
    schema.migrate(old)
    expected = {1: date(2026, 2, 28), 2: since + timedelta(days=92)}
    with old.engine.connect() as connection:
        for table, number in ((activities, activities.c.id), (found, found.c.activity_id)):
            rows = connection.execute(sa.select(number, table.c.last_on))
            assert {row[0]: row[1] for row in rows} == expected
