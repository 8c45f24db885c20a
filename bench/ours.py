"""The product under load: a library of any size in a database of its own, and the command that serves it.

The tables are filled in bulk through the project's own models; title words are indexed by its own rule.
"""

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench.catalogue import BRANCHES, Catalogue, Seeded
from bench.readers import answered, openid
from bench.rivals import Contestant
from bench.serving import ROOT
from bench.wechat import Channel
from config.settings import Settings
from models.activity import Activity, ActivityGram, ActivityState, Branch, BranchName
from models.follower import Follower
from models.inbox import Push, PushState
from models.when import Precision
from models.wording import compact, grams, searched

POSTGRES = os.environ.get("SHUSHENG_BENCH_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
SECRET = "bench" * 6
AS_INSTALLED = ROOT / "bench" / "as_installed"
CHUNK = 20_000
EARLIER = 30_000  # pushes already in the inbox: a library in use, so that a planner's statistics are those of one
READERS = 10_000  # who speak during a run, spread over all followers

Rows = Iterable[dict[str, Any]]


class NoDatabaseError(Exception):
    """PostgreSQL is not to be had here; the text says why."""


def threads() -> int:
    """The product's own default: the reference is served with as many."""
    return int(Settings.model_fields["threads"].default)


def environment(channel: Channel, port: int, data: Path, **settings: str) -> dict[str, str]:
    """A real library's settings, WeChat's address where nobody listens: nothing can leave the machine."""
    given = {
        "DATA": str(data),
        "SECRET_KEY": "bench-" * 8,
        "WECHAT_APP_ID": channel.app_id,
        "WECHAT_APP_SECRET": SECRET,
        "WECHAT_TOKEN": channel.token,
        "WECHAT_AES_KEY": channel.aes_key,
        "WECHAT_API_BASE": "http://127.0.0.1:9",
        "WECHAT_OPEN_BASE": "http://127.0.0.1:9",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        **settings,
    }
    whole = {"PORT": str(port), "PYTHONPATH": str(AS_INSTALLED)}
    return whole | {f"SHUSHENG_{name}": value for name, value in given.items()}


def command(*words: str) -> list[str]:
    """One of the product's own commands."""
    return [sys.executable, "-m", "flask", "--app", str(ROOT / "app.py"), *words]


def on_sqlite(folder: Path, channel: Channel, said: Catalogue, *, followers: int) -> Contestant:
    """One process on the embedded database."""
    _fill(f"sqlite:///{folder / 'shusheng.db'}", environment(channel, 1, folder), said, followers)
    return Contestant(
        name=_name("SQLite, 1 process", said, followers),
        command=lambda _: command("serve"),
        environment=lambda port: environment(channel, port, folder),
        rule=answered,
        folder=ROOT,
        readers=_spread(followers),
    )


def on_postgres(url: str, folder: Path, channel: Channel, said: Catalogue, *, followers: int) -> Contestant:
    """Two processes over one PostgreSQL."""
    settings = {"DATABASE_URL": url, "WORKERS": "2"}
    _fill(url, environment(channel, 1, folder, **settings), said, followers)
    return Contestant(
        name=_name("PostgreSQL, 2 processes", said, followers),
        command=lambda _: command("serve"),
        environment=lambda port: environment(channel, port, folder, **settings),
        rule=answered,
        folder=ROOT,
        processes=2,
        readers=_spread(followers),
    )


@contextmanager
def postgres_database() -> Iterator[str]:
    """The URL of a database of our own, dropped afterwards. Raises: NoDatabaseError."""
    name = f"shusheng_bench_{os.getpid()}"
    admin = sa.create_engine(POSTGRES, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 5})
    try:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
    except sa.exc.DBAPIError as error:
        raise NoDatabaseError(f"{error.orig}; set SHUSHENG_BENCH_POSTGRES") from error
    try:
        yield sa.make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        admin.dispose()


def _name(what: str, said: Catalogue, followers: int) -> str:
    return f"Shusheng, {what}, {followers:,} followers, {len(said.activities):,} activities"


def _spread(followers: int) -> list[int]:
    step = max(1, followers // READERS)
    return list(range(0, followers, step))[:READERS]


def _fill(url: str, settings: Mapping[str, str], said: Catalogue, followers: int) -> None:
    """Tables by the product's own migration, rows in bulk."""
    made = subprocess.run(
        command("migrate"),
        cwd=ROOT,
        env={**os.environ, **settings},
        check=False,
        capture_output=True,
        text=True,
    )
    if made.returncode:
        raise SystemExit(f"migrate: {made.stderr[-2000:]}")
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for table, rows in _tables(said, followers):
            insert_rows(connection, table, rows)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()


def code_of(activity: Seeded) -> str:
    """The code in the address of its page."""
    return f"b{activity.number:x}"


def _tables(said: Catalogue, followers: int) -> Iterator[tuple[Any, Rows]]:
    numbers = {branch: number for number, branch in enumerate(BRANCHES, 1)}
    now = datetime.now(UTC)
    yield Branch, ({"id": number, "name": branch} for branch, number in numbers.items())
    yield BranchName, _branch_names(numbers)
    yield Activity, (_activity(activity, numbers[activity.branch], now) for activity in said.activities)
    yield ActivityGram, (row for activity in said.activities for row in _grams(activity))
    yield Push, (_earlier_push(number, followers, now) for number in range(EARLIER))
    yield Follower, (_follower(number, now) for number in range(followers))


def _follower(number: int, now: datetime) -> dict[str, Any]:
    return {"openid": openid(number), "followed_at": now - timedelta(days=30)}


def _earlier_push(number: int, followers: int, now: datetime) -> dict[str, Any]:
    return {
        "key": f"m{number}",
        "kind": "text",
        "openid": openid(number % followers),
        "received_at": now - timedelta(seconds=EARLIER - number),
        "state": PushState.ANSWERED,
        "reply": "近期的活动：" * 20,
        "content": {"Content": "活动"},
    }


def _branch_names(numbers: Mapping[str, int]) -> Rows:
    for branch, number in numbers.items():
        for said in {compact(branch), compact(branch.removesuffix("分馆"))}:
            yield {"said": said, "branch_id": number}


def _activity(activity: Seeded, branch_id: int, now: datetime) -> dict[str, Any]:
    return {
        "id": activity.number,
        "code": code_of(activity),
        "state": ActivityState.PUBLISHED,
        "plan_month": f"{activity.starts_on:%Y-%m}",
        "plan_key": f"{activity.branch}/{activity.title}",
        "branch_id": branch_id,
        "type": activity.type,
        "series": activity.series,
        "title": activity.title,
        "place": activity.place,
        "summary": activity.summary,
        "is_online": False,
        "is_on_site": True,
        "date_text": activity.date_text,
        "precision": Precision(activity.precision),
        "starts_on": activity.starts_on,
        "ends_on": activity.ends_on,
        "starts_at": activity.starts_at,
        "ends_at": None,
        "last_on": activity.last_on,
        "words": _words(activity),
        "changed_at": now,
    }


def _words(activity: Seeded) -> str:
    return searched(activity.title, activity.series, activity.type, activity.branch)


def _grams(activity: Seeded) -> Rows:
    for gram in grams(_words(activity)):
        yield {"gram": gram, "last_on": activity.last_on, "activity_id": activity.number}


def insert_rows(connection: sa.Connection, table: Any, rows: Rows) -> None:
    """In bulk, a chunk a statement."""
    waiting = iter(rows)
    while chunk := list(islice(waiting, CHUNK)):
        connection.execute(sa.insert(table), chunk)
