"""Transactions: begun and ended in one place, undone whole, fair to all who wait."""

import threading
from datetime import UTC, datetime
from time import monotonic

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from models import schema, tables
from models.activity import Branch
from models.db import Base, Database, UtcDateTime, after_commit
from tests.world import World, in_parallel

assert tables


def add(session: sa.orm.Session, name: str) -> None:
    session.add(Branch(name=name))
    session.flush()


def test_a_unit_is_kept_whole_or_not_at_all(world: World) -> None:
    with world.database.units() as session:
        add(session, "一馆")
    with pytest.raises(ZeroDivisionError), world.database.units() as session:
        add(session, "二馆")
        raise ZeroDivisionError
    assert (world.count(Branch, Branch.name == "一馆"), world.count(Branch, Branch.name == "二馆")) == (1, 0)


def test_a_savepoint_as_the_first_write_does_not_survive_the_units_end(world: World) -> None:
    """With the drivers' and SQLAlchemy's defaults on SQLite it would."""
    with pytest.raises(ZeroDivisionError), world.database.units() as session:
        with session.begin_nested():
            add(session, "写进保存点的馆")
        raise ZeroDivisionError
    assert world.count(Branch) == 0


def test_what_a_savepoint_undoes_leaves_the_rest_of_the_unit(world: World) -> None:
    with world.database.units() as session:
        add(session, "一馆")
        with pytest.raises(sa.exc.IntegrityError), session.begin_nested():
            add(session, "一馆")
        add(session, "二馆")
    assert world.count(Branch) == 2


def test_neighbours_in_one_commit_do_not_undo_each_other(world: World) -> None:
    """On SQLite these units share commits: half of them fail, the others stay."""

    def unit(number: int) -> None:
        with world.database.units() as session:
            add(session, f"第{number}馆")
            if number % 2:
                session.execute(sa.insert(Branch).values(name=f"第{number}馆"))  # breaks the unique name

    results = in_parallel(*[lambda n=n: unit(n) for n in range(40)])
    assert [isinstance(result, sa.exc.IntegrityError) for result in results] == [bool(n % 2) for n in range(40)]
    assert world.count(Branch) == 20


def test_a_unit_inside_a_unit_is_refused_before_it_waits_for_itself(world: World) -> None:
    with world.database.units(), pytest.raises(RuntimeError), world.database.units():
        pass


def test_what_is_to_be_done_after_the_commit_is_done_only_then(world: World) -> None:
    done: list[int] = []
    with world.database.units() as session:
        after_commit(session, lambda: done.append(world.count(Branch)))
        add(session, "一馆")
        assert done == []
    assert done == [1]
    with pytest.raises(ZeroDivisionError), world.database.units() as session:
        after_commit(session, lambda: done.append(-1))
        raise ZeroDivisionError
    assert done == [1]


def test_reading_sees_one_state_and_keeps_nothing(world: World) -> None:
    with world.database.reading() as session:
        session.execute(sa.select(sa.func.count()).select_from(Branch))
        session.execute(sa.insert(Branch).values(name="读的时候写的馆"))
    assert world.count(Branch) == 0


def test_writers_take_turns_in_the_order_they_came(sqlite_world: World) -> None:
    order: list[int] = []
    first_in, go = threading.Event(), threading.Event()

    def holder() -> None:
        with sqlite_world.database.units():
            first_in.set()
            go.wait(5)

    def waiter(number: int) -> None:
        with sqlite_world.database.units():
            order.append(number)

    threads = [threading.Thread(target=holder)]
    threads[0].start()
    first_in.wait(5)
    turns = sqlite_world.database._turns
    assert turns is not None
    for number in range(8):
        threads.append(threading.Thread(target=waiter, args=(number,)))
        threads[-1].start()
        until = monotonic() + 5
        while turns.waiting <= number and monotonic() < until:
            pass
    go.set()
    for thread in threads:
        thread.join()
    assert order == list(range(8))


def test_a_naive_moment_is_refused_and_an_aware_one_comes_back_in_utc() -> None:
    column, dialect = UtcDateTime(), sa.create_engine("sqlite://").dialect
    with pytest.raises(ValueError, match="naive"):
        column.process_bind_param(datetime(2026, 4, 8, 9), dialect)
    assert column.process_result_value(datetime(2026, 4, 8, 9), dialect) == datetime(2026, 4, 8, 9, tzinfo=UTC)


def test_the_migrations_make_exactly_the_tables_of_the_code(world: World) -> None:
    with world.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_two_processes_that_migrate_at_once_make_one_schema(database_url: str) -> None:
    databases = [Database(database_url) for _ in range(3)]
    assert in_parallel(*[lambda database=database: schema.migrate(database) for database in databases]) == [None] * 3
    assert schema.revision_of(databases[0]) == schema.newest()
    for database in databases:
        database.close()


def test_two_installations_write_to_one_database_without_losing_a_row(world: World) -> None:
    other = Database(world.settings.database)

    def write(database: Database, letter: str) -> None:
        for number in range(25):
            with database.units() as session:
                add(session, f"{letter}{number}")

    assert in_parallel(lambda: write(world.database, "甲"), lambda: write(other, "乙")) == [None, None]
    assert world.count(Branch) == 50
    other.close()


def test_every_column_says_whether_it_is_personal() -> None:
    unmarked = [str(c) for table in Base.metadata.tables.values() for c in table.c if "personal" not in c.info]
    assert unmarked == []


def test_every_table_with_an_openid_says_so_and_can_be_erased() -> None:
    for table in Base.metadata.tables.values():
        if "openid" in table.c:
            assert table.c.openid.info["personal"]
