"""Brings a database to the newest schema, once, however many processes ask at the same time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from models.db import BUSY_SECONDS, Database
from models.errors import LibraryBotError

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 0x5153  # any number of ours, for PostgreSQL's advisory lock
UPGRADE_SECONDS = 120  # a second process waits so long for the first, whose upgrade may have many rows to write


class SchemaIsOld(LibraryBotError):
    """The database has not been migrated."""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


def newest() -> str:
    """The revision this code was written for."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def knows(revision: str) -> bool:
    """Is it one of this code's, or of a newer one's?"""
    return revision in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def revision_of(database: Database) -> str | None:
    """The revision the database is at; None for an empty one, and for a file that is not there: asking makes none."""
    if (file := _file_of(database)) and not file.exists():
        return None
    with database.engine.connect() as connection:
        return revision_in(connection)


def revision_in(connection: sa.Connection) -> str | None:
    """The same, as this connection sees it."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return found


def _file_of(database: Database) -> Path | None:
    name = database.engine.url.database
    return Path(name) if database.is_sqlite and name else None


def migrate(database: Database, *, to: str = "head") -> None:
    """Upgrade; a second process waits for the first and finds nothing to do."""
    with writing(database) as connection:
        upgrade(connection, to=to)


@contextmanager
def writing(database: Database) -> Iterator[sa.Connection]:
    """One transaction over tables and rows, alone among all that change the schema."""
    if file := _file_of(database):
        file.parent.mkdir(parents=True, exist_ok=True)
    # BEGIN IMMEDIATE on SQLite, so that two processes cannot both start.
    with (
        database.engine.connect().execution_options(shusheng_writes=True) as connection,
        _tables_may_be_rebuilt(connection),
        connection.begin(),
    ):
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        yield connection


def upgrade(connection: sa.Connection, *, to: str = "head") -> None:
    """Upgrade inside a transaction of the caller's."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)
    _check_references(connection)


@contextmanager
def _tables_may_be_rebuilt(connection: sa.Connection) -> Iterator[None]:
    """SQLite changes a table by copying and dropping it; the drop must not take the rows that refer to it along. Who comes
    second has the patience for it."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")  # without effect inside a transaction
    driver.execute(f"PRAGMA busy_timeout={UPGRADE_SECONDS * 1000}")
    try:
        yield
    finally:
        driver.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
        driver.execute("PRAGMA foreign_keys=ON")


def _check_references(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite" and (
        broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    ):
        raise RuntimeError(f"the upgrade would leave {len(broken)} rows that refer to nothing: {broken[:5]}")


def clear(connection: sa.Connection) -> None:
    """Take every table away, inside a transaction of the caller's."""
    there = sa.MetaData()
    there.reflect(connection)
    there.drop_all(connection)


def ready(database: Database) -> None:
    """SQLite is migrated on first use. Raises: SchemaIsOld for another database that is behind."""
    if revision_of(database) == newest():
        return
    if not database.is_sqlite:
        raise SchemaIsOld("the database is not at this program's schema: run `flask --app app migrate`")
    migrate(database)
