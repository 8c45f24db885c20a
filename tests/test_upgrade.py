"""A library that has been running is upgraded with everything in it."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from models import schema, times
from models.by import By
from models.closing import Closing, ClosingState
from models.db import Base, Database
from models.opening import Closure
from notices.closing import service as closings
from tests.filled import assert_kept, everything, fill


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


def test_every_row_of_the_first_schema_is_still_there_as_it_was(old: Database) -> None:
    fill(old)
    before = everything(old)
    assert len(before) > 15
    schema.migrate(old)
    assert schema.revision_of(old) == schema.newest()
    assert_kept(before, everything(old))


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
            rows = connection.execute(sa.select(number, table.c.last_on).where(number <= 2))
            assert {row[0]: row[1] for row in rows} == expected


def test_closures_of_before_become_acts_that_can_be_undone(database_url: str, tmp_path: Path) -> None:
    database = Database(database_url)
    empty(database)
    schema.migrate(database, to="0035")
    day = date(2026, 12, 1)
    with database.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO branches (id, name) VALUES (7, '官塘分馆')"))
        for number, branch in ((4, None), (9, 7)):
            row = {"id": number, "branch": branch, "day": day.isoformat() if database.is_sqlite else day}
            connection.execute(sa.text(
                "INSERT INTO closures (id, branch_id, first_on, last_on, reason) VALUES (:id, :branch, :day, :day, '检修')"
            ), row)  # fmt: skip
    schema.migrate(database)
    with database.units() as session:
        acts = {one.id: (one.branches, one.first_on, one.state) for one in session.scalars(sa.select(Closing))}
        assert acts == {4: ([], day, ClosingState.DONE), 9: ([7], day, ClosingState.DONE)}
        assert set(session.execute(sa.select(Closure.id, Closure.closing_id)).all()) == {(4, 4), (9, 9)}
        by = By("chen", times.now())
        fresh = closings.close(session, closings.Wanted((), day, day, "停电"), "书声图书馆", by=by)
        assert fresh.id > 9
        closings.undo(session, session.get_one(Closing, 9), "书声图书馆", by=by)
    with database.reading() as session:
        assert set(session.scalars(sa.select(Closure.closing_id))) == {4, fresh.id}
    empty(database)
    database.close()


def empty(database: Database) -> None:
    if not database.is_sqlite:
        with database.engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
