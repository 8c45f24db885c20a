"""A library that has volunteers, on either database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.volunteers.helpers import Helpers
from tests.world import demo_settings


@pytest.fixture
def helpers(database_url: str, tmp_path: Path) -> Iterator[Helpers]:
    """陈馆员 keeps volunteers, at ten in the morning."""
    built = Helpers(demo_settings(tmp_path, database_url))
    yield built
    built.close()


@pytest.fixture
def sqlite_helpers(tmp_path: Path) -> Iterator[Helpers]:
    """The same on SQLite, for what does not depend on the database."""
    built = Helpers(demo_settings(tmp_path, f"sqlite:///{tmp_path / 'shusheng.db'}"))
    yield built
    built.close()
