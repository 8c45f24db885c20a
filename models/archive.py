"""A whole library in one file: every table as lines of JSON, the media beside them, and what they were taken from.

One format for both databases, so that one way back is tested, and a library that grows moves from SQLite to
PostgreSQL by the same file. Rows are written and read by the columns the database has, not by those of the code: an
older archive goes into its own schema and is upgraded from there. Keys are not in it: settings stay where they are,
and the platform's token and the sessions of staff are left out.
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, Any

import sqlalchemy as sa

from models import notice, outbox, schema
from models.columns import Way, way_of
from models.db import Database
from models.errors import BadInput

FORMAT = 1
MANIFEST = "manifest.json"
ROWS_AT_ONCE = 1000
# Secrets of the moment, and paces: nobody is signed in again by a restore who has signed out since.
LEFT_OUT = frozenset({"alembic_version", "tokens", "rates", "staff_sessions", "sign_in_paces"})
# Rows that a machine makes by itself as soon as it runs: an installation with nothing else is empty.
MACHINES_OWN = LEFT_OUT | {"fires", "capabilities", "breakers", "outbox", "clock_shift"}


Tell = Callable[[str, int], None]  # of a table that is done, with its rows


def _silent(_table: str, _rows: int) -> None:
    """Nobody listens."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself; `tables` and `media` are counts."""

    format: int
    revision: str
    made_at: str
    library: str
    is_demo: bool
    tables: Mapping[str, int]
    media: int


def write(
    file: IO[bytes],
    database: Database,
    media: Path,
    *,
    library: str,
    is_demo: bool,
    now: datetime,
    tell: Tell = _silent,
) -> Manifest:
    """Put everything of one moment into `file`; `tell` hears of each table. Raises: BadInput without a database."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        with _one_view(database) as connection:
            revision = schema.revision_in(connection)
            if revision is None:
                raise BadInput("还没有数据库，没有什么可备份。")
            tables: dict[str, int] = {}
            for table in _tables(connection):
                tables[table.name] = _write_table(archive, connection, table)
                tell(table.name, tables[table.name])
        files = _write_media(archive, media)
        manifest = Manifest(FORMAT, revision, now.isoformat(), library, is_demo, tables, files)
        archive.writestr(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=2))
    return manifest


@contextmanager
def _one_view(database: Database) -> Iterator[sa.Connection]:
    """Every table as it was at one moment, while others go on writing."""
    with database.engine.connect() as connection:
        if not database.is_sqlite:
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


def _tables(connection: sa.Connection) -> list[sa.Table]:
    """As they are in the database, parents before children."""
    found = sa.MetaData()
    found.reflect(connection, only=lambda name, _: name not in LEFT_OUT)
    for column in (column for table in found.sorted_tables for column in table.columns):
        if isinstance(column.type, sa.JSON):
            column.type = sa.JSON(none_as_null=True)
    return found.sorted_tables


def _write_table(archive: zipfile.ZipFile, connection: sa.Connection, table: sa.Table) -> int:
    ways = [way_of(column) for column in table.columns]
    rows = sa.select(*(way.read for way in ways)).select_from(table).order_by(*table.primary_key.columns)
    count = 0
    with _lines_to(archive, _member(table.name)) as out:
        out.write(json.dumps([column.name for column in table.columns]) + "\n")
        for row in connection.execution_options(yield_per=ROWS_AT_ONCE).execute(rows):
            values = [way.said(value) for way, value in zip(ways, row, strict=True)]
            out.write(json.dumps(values, ensure_ascii=False) + "\n")
            count += 1
    return count


def _member(table: str) -> str:
    return f"tables/{table}.jsonl"


@contextmanager
def _lines_to(archive: zipfile.ZipFile, name: str) -> Iterator[io.TextIOWrapper]:
    with archive.open(name, "w", force_zip64=True) as raw, io.TextIOWrapper(raw, "utf-8", newline="\n") as out:
        yield out


def _write_media(archive: zipfile.ZipFile, media: Path) -> int:
    written = 0
    for path in sorted(path for path in media.rglob("*") if path.is_file()):
        with suppress(FileNotFoundError):  # it was being made, or nobody wanted it any more: the library stays open
            archive.write(
                path, f"media/{path.relative_to(media).as_posix()}", zipfile.ZIP_STORED
            )  # compressed already
            written += 1
    return written


def opened(file: Path) -> tuple[zipfile.ZipFile, Manifest]:
    """The archive and its manifest. Raises: BadInput for anything else, damaged, or of a newer program."""
    try:
        archive = zipfile.ZipFile(file)
        manifest = Manifest(**json.loads(archive.read(MANIFEST)))
        damaged = archive.testzip()
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError):
        raise BadInput(f"{file} 不是书声的备份，或者已经损坏。") from None
    if damaged:
        raise BadInput(f"{file} 里的 {damaged} 已经损坏：请用另一份备份。")
    if manifest.format > FORMAT or not schema.knows(manifest.revision):
        raise BadInput(f"{file} 来自更新的程序（版本 {manifest.revision}）：请先升级，再恢复。")
    return archive, manifest


def is_empty(database: Database) -> bool:
    """Is there nothing here that somebody would miss?"""
    if schema.revision_of(database) is None:
        return True
    with database.engine.connect() as connection:
        tables = [table for table in _tables(connection) if table.name not in MACHINES_OWN]
        return not any(connection.execute(sa.select(sa.literal(1)).select_from(t).limit(1)).first() for t in tables)


def read(
    archive: zipfile.ZipFile,
    manifest: Manifest,
    database: Database,
    *,
    may_repeat: bool,
    now: datetime,
    tell: Tell = _silent,
) -> None:
    """Put the archive's rows in the place of all there are; everything or nothing. Media are `media_into`'s.

    `may_repeat`: nothing was done since the archive was made. Otherwise what it still owed may have been, and is
    handled as calls whose answer was lost. Raises: BadInput where rows are missing.
    """
    with schema.writing(database) as connection:
        schema.clear(connection)
        schema.upgrade(connection, to=manifest.revision)
        tables = _tables(connection)
        if set(manifest.tables) - {table.name for table in tables}:
            raise BadInput("备份里有这个程序不认识的数据表。")
        for table in tables:
            _read_table(archive, manifest, connection, table)
            tell(table.name, manifest.tables.get(table.name, 0))
        schema.upgrade(connection)
        if not may_repeat:
            outbox.doubt_all(connection, now=now)
            notice.doubt_all(connection, since=datetime.fromisoformat(manifest.made_at))


def _read_table(archive: zipfile.ZipFile, manifest: Manifest, connection: sa.Connection, table: sa.Table) -> None:
    expected = manifest.tables.get(table.name, 0)
    connection.execute(sa.delete(table))  # what a migration itself put in is in the archive too
    count = sum(_insert(connection, table, rows) for rows in _batches(archive, table)) if expected else 0
    if count != expected:
        raise BadInput(f"备份不完整：{table.name} 应有 {expected} 行，实有 {count} 行。")
    if connection.dialect.name == "postgresql":
        _count_on(connection, table)


def _batches(archive: zipfile.ZipFile, table: sa.Table) -> Iterator[list[dict[str, Any]]]:
    ways = {column.name: way_of(column) for column in table.columns}
    with archive.open(_member(table.name)) as raw, io.TextIOWrapper(raw, "utf-8") as lines:
        names = json.loads(next(lines))
        while some := [_row(names, json.loads(line), ways) for line in islice(lines, ROWS_AT_ONCE)]:
            yield some


def _row(names: list[str], values: list[Any], ways: Mapping[str, Way]) -> dict[str, Any]:
    return {name: ways[name].heard(value) for name, value in zip(names, values, strict=True)}


def _insert(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> int:
    connection.execute(sa.insert(table), rows)
    return len(rows)


def _count_on(connection: sa.Connection, table: sa.Table) -> None:
    """PostgreSQL numbers new rows from a sequence, which rows put in with their numbers do not move."""
    for column in table.primary_key.columns:
        sequence = connection.scalar(sa.select(sa.func.pg_get_serial_sequence(table.name, column.name)))
        if sequence:
            highest = connection.scalar(sa.select(sa.func.max(column)))
            connection.execute(sa.select(sa.func.setval(sequence, highest or 1, highest is not None)))


def media_into(archive: zipfile.ZipFile, media: Path) -> None:
    """Put the archive's media in the place of what is there. Raises: BadInput for a name that leads elsewhere."""
    names = [name for name in archive.namelist() if name.startswith("media/")]
    if any(".." in PurePosixPath(name).parts for name in names):
        raise BadInput("备份里有指向别处的文件名，不恢复。")
    media.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=media.parent) as beside:  # on the same disk, so that the last step is a rename
        archive.extractall(beside, names)
        if media.exists():
            media.rename(Path(beside) / "before")
        if names:
            (Path(beside) / "media").rename(media)
