"""An empty database, the readers' pages in a bare app, and a browser if there is one."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from models import times
from models.db import Base, Database
from tests.pages.shelf import Shelf, app_of, fill
from tests.served import served

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty one."""
    database = Database(f"sqlite:///{tmp_path / 'pages.db'}")
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture
def shelf(database: Database) -> Shelf:
    return Shelf(database)


@pytest.fixture
def codes(shelf: Shelf) -> dict[str, str]:
    return fill(shelf)


@pytest.fixture(autouse=True)
def _the_24th_of_november() -> Iterator[None]:
    """The house's clock says 24 November 2026, 10:00 in Shanghai."""
    times.set_shift(datetime(2026, 11, 24, 2, tzinfo=UTC) - datetime.now(UTC))
    yield
    times.set_shift(timedelta())


@pytest.fixture
def app(database: Database) -> Flask:
    return app_of(database)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The app on a loopback port, for the browser."""
    with served(app) as address:
        yield address


@pytest.fixture
def statements(database: Database) -> Iterator[list[str]]:
    """Every statement the database was sent, as it is sent."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield sent
    event.remove(database.engine, "before_cursor_execute", note)
