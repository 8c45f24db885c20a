"""The database: where every transaction begins and ends.

`units()` opens one transaction that writes and commits once; `reading()` one that only reads. Rooms receive
the session and never commit. SQLite is embedded: one connection writes, callers take turns on it in the order
they came, and neighbours share a commit, each inside a savepoint of its own (measured: with SQLite's own busy
handler some writer waits over a second at saturation; in turns, 14 ms; see models.together). PostgreSQL keeps its own order.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import Context
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from time import monotonic
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, MappedColumn, Session, mapped_column

from models.together import Job, Together

GROUP_UNITS = 64  # that share one commit at most
RETRY_AT_ONCE = frozenset({"40001", "40P01"})  # PostgreSQL chose this transaction to end a deadlock
BUSY_SECONDS = 4  # below WeChat's 5 s, so that a reader still gets the kind reply

E = TypeVar("E", bound=StrEnum)
R = TypeVar("R")


class Base(DeclarativeBase):
    """Every table of the house."""


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware moment, kept in UTC. Raises: ValueError for a naive one, at the door and not in a report."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive moment: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:  # SQLite keeps no zone
            return value.replace(tzinfo=UTC)
        return value


def word(states: type[E]) -> sa.Enum:
    """A column type for a StrEnum: the word in the database is the word in the code."""
    return sa.Enum(
        states,
        native_enum=False,
        length=24,
        create_constraint=True,
        name=states.__name__.lower(),
        values_callable=lambda kinds: [kind.value for kind in kinds],
    )


def plain(*args: Any, **options: Any) -> MappedColumn[Any]:
    """A column that says nothing about a person."""
    return mapped_column(*args, info={"personal": None}, **options)


def personal(what: str, *args: Any, kept: str = "", **options: Any) -> MappedColumn[Any]:
    """A column that does; `what` is the Chinese word in a person's own export. `kept`: why it outlives an erasure."""
    return mapped_column(*args, info={"personal": what, "kept": kept}, **options)


def insert(session: Session, table: Any) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows ON CONFLICT, for whichever database the session speaks to."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def core(session: Session) -> sa.Connection:
    """The connection below the session, for statements that need nothing of the ORM: the message path's way."""
    connection: sa.Connection = session.info.get("core") or session.connection()
    return connection


def after_commit(session: Session, call: Callable[[], None]) -> None:
    """Have `call` made once the unit of `session` is safely on disk; never if it is undone."""
    session.info.setdefault("after_commit", []).append(call)


def is_unreachable(error: Exception) -> bool:
    """The database did not answer or was busy for too long: the same may go through in a minute."""
    if not isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError | sa.exc.TimeoutError):
        return False
    orig = getattr(error, "orig", None)
    is_ours = getattr(orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR  # a wrong statement
    return not is_ours and getattr(orig, "sqlstate", None) not in RETRY_AT_ONCE


class Database:
    """One engine, and the two ways in."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._turns = _Turns(self.engine) if self.is_sqlite else None
        self._open = threading.local()

    @contextmanager
    def units(self) -> Iterator[Session]:
        """One transaction that writes: committed once at the end, undone by any error."""
        with self._inside_unit(), self._alone() as session:
            yield session
        _after(session)

    def unit(self, work: Callable[[Session], R]) -> R:
        """What `work` returns, done in a unit; on SQLite one that may share its commit with others (much faster).

        `work` may be done by another thread, and so knows nothing of the request that asked for it: everything it needs is
        handed to it. That holds on PostgreSQL too, and for one alone, so that a slip is noticed at once.
        """
        if self._turns is None:
            with self.units() as session:
                return Context().run(work, session)
        sessions: list[Session] = []

        def noted(session: Session) -> R:
            sessions.append(session)
            return Context().run(work, session)

        with self._inside_unit():
            result = self._turns.run(noted)
        _after(sessions[0])
        return result

    def in_unit(self) -> bool:
        """Is this thread inside a unit? No network call may be made there."""
        return getattr(self._open, "unit", False)

    @contextmanager
    def _inside_unit(self) -> Iterator[None]:
        if self.in_unit():
            raise RuntimeError("a unit inside a unit would wait for itself")
        self._open.unit = True
        try:
            yield
        finally:
            self._open.unit = False

    @contextmanager
    def _alone(self) -> Iterator[Session]:
        if self._turns is None:
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                yield session
            return
        with self._turns.alone() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent view; nothing it changes is kept."""
        with Session(self.engine, expire_on_commit=False, autoflush=False) as session:
            yield session  # closing rolls back, and leaves what was read readable

    def clock_ahead(self) -> timedelta:
        """How far the database's clock is ahead of this machine's; nothing where it is the same machine's."""
        if self.is_sqlite:
            return timedelta()
        with self.engine.connect() as connection:
            before = datetime.now(UTC)
            theirs: datetime = connection.scalar(sa.text("SELECT clock_timestamp()"))
            return theirs - (before + (datetime.now(UTC) - before) / 2)

    def close(self) -> None:
        """Give every connection back."""
        if self._turns:
            self._turns.close()
        self.engine.dispose()


def _after(session: Session) -> None:
    for call in session.info.get("after_commit", ()):
        call()


def _engine(url: str) -> sa.Engine:
    if sa.make_url(url).get_backend_name() != "sqlite":
        return sa.create_engine(
            url,
            hide_parameters=True,  # an error's text goes to the log, a reader's words must not
            pool_size=16,
            pool_use_lifo=True,  # what a server has prepared, it has for one connection: the fewer are used the better
            pool_recycle=300,  # seconds: those below lie idle, and between machines idle ones are cut
            max_overflow=48,
            pool_timeout=BUSY_SECONDS,
            pool_pre_ping=False,
            # A generic plan is made when a table is still empty and kept when it no longer is: seconds, not planning.
            connect_args={"options": "-c plan_cache_mode=force_custom_plan"},
        )
    engine = sa.create_engine(
        url,
        hide_parameters=True,
        poolclass=sa.QueuePool,
        pool_size=16,
        pool_use_lifo=True,  # each keeps pages of its own: the fewer are used, the warmer they are and the less all weigh
        max_overflow=64,
        connect_args={"isolation_level": None, "timeout": BUSY_SECONDS, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    _use_wal(connection)
    # Pages of many readers are written once more at every checkpoint: half as often costs a large library a tenth less,
    # and its pauses stay short.
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "cache_size=-32768", "wal_autocheckpoint=2000"):
        connection.execute(f"PRAGMA {pragma}")


def _use_wal(connection: Any) -> None:
    """Once a file. SQLite does not wait for a lock here, whatever its timeout: several first starts at once must."""
    deadline = monotonic() + BUSY_SECONDS
    while connection.execute("PRAGMA journal_mode").fetchone()[0] not in ("wal", "memory"):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if monotonic() > deadline:
                raise
            threading.Event().wait(0.01)


def _begin_sqlite(connection: sa.Connection) -> None:
    # The driver's own BEGIN is off (isolation_level=None): it comes too late for savepoints, and a savepoint
    # opened as the first write would survive the outer rollback.
    writes = connection.get_execution_options().get("shusheng_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


class _Turns:
    """A fair queue of writers on one connection: one BEGIN IMMEDIATE and one COMMIT for all who wait, a savepoint each."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._together: Together[Callable[[Session], Any], Any] = Together(self._do_all, most=GROUP_UNITS)
        self._connection: sa.Connection | None = None

    @property
    def waiting(self) -> int:
        """Units that wait for their turn."""
        return self._together.waiting

    def run(self, work: Callable[[Session], R]) -> R:
        """`work` in a unit; the commit may be shared with neighbours."""
        return cast(R, self._together.bring(work))

    @contextmanager
    def alone(self) -> Iterator[Session]:
        """A unit of the caller's own thread, with a commit of its own."""
        with self._together.alone(), self._transaction(), self._savepoint() as session:
            yield session

    def _do_all(self, jobs: Sequence[Job[Callable[[Session], Any], Any]]) -> None:
        with self._transaction():
            for job in jobs:
                self._do(job)

    def _do(self, job: Job[Callable[[Session], Any], Any]) -> None:
        if job.item is None:
            return
        try:
            with self._savepoint() as session:
                job.result = job.item(session)
        except _TransactionLostError:
            raise
        except BaseException as error:
            job.error = error

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        if self._connection is None:
            self._connection = self._engine.connect().execution_options(shusheng_writes=True)
        try:
            with self._connection.begin():
                yield
        except BaseException:
            if not self._connection.in_transaction() and not self._connection.invalidated:
                raise
            self.close()
            raise

    @contextmanager
    def _savepoint(self) -> Iterator[Session]:
        # A raw savepoint around a session that begins only if the ORM is used: SQLAlchemy's own bookkeeping of
        # both costs more than all statements of a message together (docs/benchmarks.md).
        session = Session(self._connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        session.info["core"] = self._connection
        self._raw("SAVEPOINT unit")
        try:
            yield session
            if session.in_transaction() or session.new or session.dirty or session.deleted:
                session.commit()  # releases the ORM's own savepoint; the group commits
            self._raw("RELEASE unit")
        except BaseException:
            self._undo(session)
            raise
        finally:
            session.close()

    def _undo(self, session: Session) -> None:
        try:
            session.rollback()
            self._raw("ROLLBACK TO unit")
            self._raw("RELEASE unit")
        except (sa.exc.DBAPIError, sqlite3.Error) as error:  # disk full, I/O: the transaction is gone, not the unit
            raise _TransactionLostError(str(error)) from error

    def _raw(self, statement: str) -> None:
        self._connection.connection.dbapi_connection.execute(statement)  # type: ignore[union-attr]

    def close(self) -> None:
        """Give the writing connection back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()


class _TransactionLostError(sa.exc.OperationalError):
    """SQLite undid more than the unit that failed: everybody in the group is told."""

    def __init__(self, cause: str) -> None:
        super().__init__(None, None, Exception(cause))
