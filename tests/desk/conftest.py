"""A library whose staff are known, on either database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console.office import Office
from tests.world import demo_settings


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """陈馆员 edits, 王主任 manages, 小何 is at the desk."""
    built = Office(demo_settings(tmp_path, database_url))
    yield built
    built.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """The same on SQLite, for what does not depend on the database."""
    built = Office(demo_settings(tmp_path, f"sqlite:///{tmp_path / 'shusheng.db'}"))
    yield built
    built.close()
