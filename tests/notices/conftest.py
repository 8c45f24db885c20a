"""A newsroom on either database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.notices.newsroom import Newsroom
from tests.simulated import Simulator
from tests.world import demo_settings


@pytest.fixture
def newsroom(database_url: str, tmp_path: Path, wechat: Simulator) -> Iterator[Newsroom]:
    """On both databases."""
    yield from _opened(database_url, tmp_path, wechat)


@pytest.fixture
def sqlite_newsroom(tmp_path: Path, wechat: Simulator) -> Iterator[Newsroom]:
    """On SQLite, for what does not depend on the database."""
    yield from _opened(f"sqlite:///{tmp_path / 'shusheng.db'}", tmp_path, wechat)


def _opened(database_url: str, data: Path, wechat: Simulator) -> Iterator[Newsroom]:
    settings = demo_settings(data, database_url, wechat_api_base=wechat.url, wechat_open_base=wechat.url)
    built = Newsroom(settings, wechat)
    yield built
    built.close()
