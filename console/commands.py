"""Commands for those who run the library's bot: serve, demo, migrate, backup, restore, plan, pay, follower."""

import gc
import json
from typing import Any

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from sqlalchemy.orm import Session

from activities import farewell
from config.settings import CALLBACK_SETTINGS, Settings
from console import keeping
from console.demo import run_demo
from console.pay_commands import pay_of
from console.plan_commands import plan_of
from console.ports import must_be_free
from desk.loans import queries as loans
from models import audit, privacy, schema, times
from models.db import Database


def commands_of(settings: Settings, database: Database) -> list[click.Command]:
    """serve, demo, migrate, backup, restore, plan, pay, follower"""
    kept = keeping.commands_of(settings, database)
    return [
        _serve(settings, database),
        _demo(),
        _migrate(database),
        *kept,
        plan_of(settings, database),
        pay_of(settings, database),
        _follower(database, settings.secret_key),
    ]


def _answer_until_stopped(settings: Settings) -> None:
    """One process with many threads by default; more processes need PostgreSQL.

    They are forks of this one: the program is loaded once, and what nobody writes at is shared.
    """
    server: Any = Granian(  # to mypy it is one of two classes
        "app:serving", factory=True, interface=Interfaces.WSGI, address=settings.host, port=settings.port,
        workers=settings.workers, blocking_threads=settings.threads, backlog=2048, websockets=False,
        log_level=LogLevels.error, respawn_failed_workers=True,
    )  # fmt: skip
    gc.collect()
    gc.freeze()
    server.serve()


def _serve(settings: Settings, database: Database) -> click.Command:
    @click.command()
    def serve() -> None:
        """The web server, with clock and hands inside. Stays in the foreground."""
        settings.required(*CALLBACK_SETTINGS)
        if settings.workers > 1 and database.is_sqlite:
            raise click.ClickException("SHUSHENG_WORKERS 大于 1 需要 PostgreSQL：请设 SHUSHENG_DATABASE_URL。")
        must_be_free(settings.host, settings.port, todo=f"换一个再试，例如 PORT={settings.port + 100}")
        schema.ready(database)
        database.close()
        _answer_until_stopped(settings)

    return serve


def _demo() -> click.Command:
    @click.command()
    def demo() -> None:
        """The whole product with a demo library and a simulator beside it, on this machine only."""
        run_demo()

    return demo


def _migrate(database: Database) -> click.Command:
    @click.command()
    def migrate() -> None:
        """Bring the database to this program's schema."""
        schema.migrate(database)
        click.echo(f"数据库已到版本 {schema.newest()}。", err=True)

    return migrate


def _follower(database: Database, secret: str) -> click.Group:
    @click.group("follower")
    def follower_() -> None:
        """What we know of one reader."""

    @follower_.command()
    @click.argument("openid")
    def export(openid: str) -> None:
        """Everything kept about OPENID, as one JSON value."""
        schema.ready(database)
        with database.units() as session:
            found = {**privacy.export(session, openid), **loans.own_file(session, openid, secret=secret)}
            if not found:
                raise click.ClickException(f"没有 openid 为 {openid} 的读者，什么也没有留存。")
            _note(session, "personal data exported", openid)
        click.echo(json.dumps(found, ensure_ascii=False, default=str, indent=2))

    @follower_.command()
    @click.argument("openid")
    def forget(openid: str) -> None:
        """Erase everything personal about OPENID, as an unfollow does."""
        schema.ready(database)
        with database.units() as session:
            if not privacy.export(session, openid):
                raise click.ClickException(f"没有 openid 为 {openid} 的读者，没有什么要清除。")
            farewell.forget(session, openid, at=times.now())
            _note(session, "personal data erased", openid)
        click.echo("已清除这位读者的个人信息。", err=True)

    return follower_


def _note(session: Session, act: str, openid: str) -> None:
    audit.note(session, act, who="command line", subject=privacy.digest(openid), at=times.now())
