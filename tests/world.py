"""A library, its readers and its calendar, spoken to through the real doors."""

import re
import tempfile
import threading
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import sqlalchemy as sa
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule
from werkzeug.test import Client as HttpClient

from activities.plans.plan import Plan, PlannedActivity
from activities.service import import_plan
from app import create_app
from config.settings import Settings, demo_keys, read_settings
from models import schema, times
from models.db import Base, Database
from models.when import Precision, When
from tests.wechat import Platform, shown

READERS = {"小林": "oXiaoLin0000000000000000001", "老周": "oLaoZhou0000000000000000002"}


def demo_settings(data: Path, database_url: str, **more: Any) -> Settings:
    keys = {name.removeprefix("SHUSHENG_").lower(): value for name, value in demo_keys().items()}
    given = {"data": data, "database_url": database_url, "wechat_api_base": "http://127.0.0.1:9",
             "wechat_open_base": "http://127.0.0.1:9", "pay_api_base": "http://127.0.0.1:9", "payout": "desk", **more}  # fmt: skip
    return read_settings(**{**keys, **given})


@cache
def _as_migrated() -> bytes:
    """An empty SQLite database with every table: migrated once, copied for every test."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "shusheng.db"
        database = Database(f"sqlite:///{file}")
        schema.migrate(database)
        database.close()
        return file.read_bytes()


def _is_copied(database: Database) -> bool:
    path = database.engine.url.database
    if not database.is_sqlite or not path or Path(path).exists():
        return False
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(_as_migrated())
    return True


def database_in(folder: Path) -> Database:
    """An empty library's database on SQLite, for what needs no program around it."""
    (folder / "shusheng.db").write_bytes(_as_migrated())
    return Database(f"sqlite:///{folder / 'shusheng.db'}")


@cache
def _filled() -> sa.TextClause:
    """Asks for the names of the tables that have rows: a look at each is much quicker than deleting from each."""
    names = [table.name for table in Base.metadata.sorted_tables]
    return sa.text(" UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in names))


class _Rule(Rule):
    """An address that is compiled once a process: each test builds the whole program, six hundred addresses of it."""

    _compiled: ClassVar[dict[tuple[str, str], dict[str, Any]]] = {}

    def compile(self) -> None:
        key = (self.rule, repr(self.defaults))
        if key not in self._compiled:
            super().compile()
            made = ("_parts", "_trace", "_converters", "arguments", "_build", "_build_unknown")
            self._compiled[key] = {name: getattr(self, name) for name in made}
        vars(self).update(self._compiled[key])


class _Templates(BytecodeCache):
    """Templates too are compiled once a process: a sixth of the time of the console's tests went into it."""

    _code: ClassVar[dict[str, Any]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get(bucket.key + bucket.checksum)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key + bucket.checksum] = bucket.code


Flask.url_rule_class = _Rule
Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": _Templates()}


class World:
    """One installation on one database."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.app: Flask = create_app(settings)
        self.database: Database = self.app.extensions["shusheng"][1]
        if not _is_copied(self.database):
            schema.migrate(self.database)
        self.http = HttpClient(self.app)
        self.platform = Platform(self.http, settings.wechat_token, settings.wechat_aes_key, settings.wechat_app_id)

    def close(self) -> None:
        times.set_shift(timedelta())
        if not self.database.is_sqlite:
            with self.database.units() as session:
                filled = set(session.scalars(_filled()))
                for table in reversed(Base.metadata.sorted_tables):
                    if table.name in filled:
                        session.execute(sa.delete(table))
        self.database.close()

    # ── the calendar ──
    def activity(self, title: str = "听绘本", **more: Any) -> PlannedActivity:
        """A planned activity, today unless told otherwise: at no hour, so that no test depends on the clock."""
        day = more.pop("day", times.today(times.now()))
        when = more.pop("when", None) or on(day, more.pop("at", None))
        values = {
            "title": title, "series": "", "type": "阅读活动", "branch": "总馆", "when": when, "place": "", "summary": "",
            "is_online": False, "is_on_site": True, "where": "test",
        }  # fmt: skip
        return PlannedActivity(**{**values, **more})

    def plans(self, *activities: PlannedActivity, month: str = "2026-11", publish: bool = True) -> None:
        with self.database.units() as session:
            import_plan(session, Plan("书声图书馆", month, activities, ()), now=times.now(), publish=publish)

    # ── readers ──
    def says(self, name: str, words: str, **more: Any) -> str:
        """What the reader sees after typing `words`."""
        return shown(self.platform.push(**self.platform.text(openid(name), words, **more)))

    def happens(self, name: str, event: str, **more: Any) -> str:
        """What the reader sees after an event (subscribe, CLICK …)."""
        return shown(self.platform.push(**self.platform.event(openid(name), event, **more)))

    def titles(self, reply: str) -> list[str]:
        """The numbered lines of a list."""
        return re.findall(r"(?m)^\d+\. (.*)$", reply)

    # ── what is in the books ──
    def count(self, table: type[Base], *where: Any) -> int:
        with self.database.reading() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(table).where(*where)) or 0

    def passes(self, **span: float) -> None:
        """Time goes by."""
        times.set_shift(times.shift() + timedelta(**span))

    def run(self, *arguments: str, code: int = 0) -> Any:
        """A command of ours, in this process."""
        result = self.app.test_cli_runner().invoke(args=list(arguments))
        assert result.exit_code == code, result.output
        return result


def openid(name: str) -> str:
    return READERS.get(name, name)


def on(day: date, at: time | None = None) -> When:
    words = f"{day.month}月{day.day}日"
    return When(words, Precision.TIME if at else Precision.DAY, day, day, at)


def in_parallel(*calls: Any) -> list[Any]:
    """Each call in a thread of its own, begun together; their results, or the errors they raised."""
    gate, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(index: int, call: Any) -> None:
        gate.wait()
        try:
            results[index] = call()
        except Exception as error:
            results[index] = error  # type: ignore[call-overload]

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
