"""The world every test may ask for."""

import gc
import os
import shutil
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from tests.live import Live
from tests.needs import missing, wanted
from tests.simulated import Simulator
from tests.world import World, demo_settings

settings.register_profile("shusheng", deadline=None)  # a test says what is right, not how fast this machine is
settings.load_profile("shusheng")
# Each test builds a whole program: a sixth of the time went into looking for rubbish.
gc.set_threshold(50_000, 10, 10)

POSTGRES = os.environ.get("SHUSHENG_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was not run, a line a reason: by default that is a line a test."""
    reports = terminalreporter.stats.get("skipped", [])
    reasons = Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in reports)
    for reason, many in reasons.most_common():
        terminalreporter.write_line(f"skipped {many}: {reason}")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL database of this run's own."""
    wanted("postgres")
    name = f"shusheng_test_{uuid.uuid4().hex[:8]}"
    server = sa.create_engine(POSTGRES, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
    try:
        with server.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
            connection.execute(
                sa.text(f"ALTER DATABASE {name} SET synchronous_commit = off")
            )  # nobody pulls the plug
    except sa.exc.OperationalError as error:
        missing("postgres", str(error.orig).splitlines()[0])
    yield sa.make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One for all tests of what is drawn."""
    wanted("browser")
    program = shutil.which("chromium")
    if program is None:
        missing("browser", "chromium is not installed: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """Chromium; what a test opened is closed behind it: pages that look again by themselves would go on doing so."""
    yield chromium
    for context in chromium.contexts:
        context.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Both databases, one after the other."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'shusheng.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    """An installation on either database."""
    built = World(demo_settings(tmp_path, database_url))
    yield built
    built.close()


@pytest.fixture
def sqlite_world(tmp_path: Path) -> Iterator[World]:
    """An installation on SQLite, for what does not depend on the database."""
    built = World(demo_settings(tmp_path, f"sqlite:///{tmp_path / 'shusheng.db'}"))
    yield built
    built.close()


@pytest.fixture(scope="session")
def simulator_program() -> Iterator[Simulator]:
    """The pretend WeChat, started once."""
    program = Simulator()
    yield program
    program.stop()


@pytest.fixture
def wechat(simulator_program: Simulator) -> Simulator:
    """The pretend WeChat, as new."""
    simulator_program.reset()
    return simulator_program


@pytest.fixture
def live(database_url: str, tmp_path: Path, wechat: Simulator) -> Iterator[Live]:
    """An installation on a port of its own, with hands, and the platform pushing to it."""
    built = Live(
        demo_settings(tmp_path, database_url, wechat_api_base=wechat.url, wechat_open_base=wechat.url), wechat
    )
    yield built
    built.close()
