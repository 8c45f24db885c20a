"""Commands for those who run the library's bot: serve, demo, migrate, plan, follower."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from activities import service
from activities.plans.plan import Plan, PlannedActivity, PlanUnreadable
from activities.plans.reading import read_plan
from config.settings import CALLBACK_SETTINGS, Settings
from console.demo import must_be_free, run_demo
from models import audit, follower, privacy, schema, times
from models.db import Database
from models.errors import BadInput
from models.when import When


def commands_of(settings: Settings, database: Database) -> list[click.Command]:
    """serve, demo, migrate, plan, follower"""
    return [_serve(settings, database), _demo(), _migrate(database), _plan(database), _follower(database)]


def granian_arguments(settings: Settings) -> list[str]:
    """One process with many threads by default; more processes need PostgreSQL."""
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "app:serving",
        "--host", settings.host, "--port", str(settings.port), "--workers", str(settings.workers),
        "--blocking-threads", str(settings.threads), "--backlog", "2048", "--no-ws", "--log-level", "error",
        "--respawn-failed-workers",
    ]  # fmt: skip


def _serve(settings: Settings, database: Database) -> click.Command:
    @click.command()
    def serve() -> None:
        """The web server, with clock and hands inside. Stays in the foreground."""
        settings.required(*CALLBACK_SETTINGS)
        if settings.workers > 1 and database.is_sqlite:
            raise click.ClickException("SHUSHENG_WORKERS 大于 1 需要 PostgreSQL：请设 SHUSHENG_DATABASE_URL。")
        must_be_free(settings.host, settings.port, for_example=f"PORT={settings.port + 100}")
        schema.ready(database)
        database.close()
        arguments = granian_arguments(settings)
        os.execv(arguments[0], arguments)  # noqa: S606  our own interpreter, our own arguments

    return serve


def _demo() -> click.Command:
    @click.command()
    def demo() -> None:
        """The whole product with a demo library and a simulator beside it, on this machine only."""
        run_demo(granian_arguments)

    return demo


def _migrate(database: Database) -> click.Command:
    @click.command()
    def migrate() -> None:
        """Bring the database to this program's schema."""
        schema.migrate(database)
        click.echo(f"数据库已到版本 {schema.newest()}。", err=True)

    return migrate


def _plan(database: Database) -> click.Group:
    @click.group()
    def plan() -> None:
        """A month's plan."""

    @plan.command("import")
    @click.argument("file", type=click.Path(path_type=Path))
    @click.option("--year", type=click.IntRange(2000, 2100), help="The year, where the file does not say it.")
    @click.option("--dry-run", is_flag=True, help="Only show what would be imported.")
    @click.option("--draft", is_flag=True, help="Import without publishing.")
    @click.option("--json", "as_json", is_flag=True, help="One JSON value on stdout.")
    def import_(file: Path, year: int | None, dry_run: bool, draft: bool, as_json: bool) -> None:
        """Read FILE (.txt, .docx, .xlsx) and put its activities into the calendar."""
        try:
            read = read_plan(file, year=year)
            done = None if dry_run else _import(database, read, publish=not draft)
        except (PlanUnreadable, BadInput) as error:
            raise click.ClickException(error.to_staff) from None
        if as_json:
            click.echo(json.dumps(as_value(read), ensure_ascii=False))
        else:
            for activity in read.activities:
                click.echo(f"{activity.branch}\t{activity.when.text or '日期待定'}\t{activity.title}")
        _report(read, done)

    return plan


def _import(database: Database, plan: Plan, *, publish: bool) -> service.Imported:
    schema.ready(database)
    with database.units() as session:
        now = times.now()
        done = service.import_plan(session, plan, now=now, publish=publish)
        audit.note(session, "plan imported", who="command line", subject=str(plan.month), at=now)
    return done


def _report(plan: Plan, done: service.Imported | None) -> None:
    for doubt in plan.doubts:
        click.echo(f"? {doubt.where}  {doubt.text}", err=True)
    found = f"{plan.month or '月份不明'}：读出 {len(plan.activities)} 项活动，{len(plan.doubts)} 处请核对。"
    if done is None:
        click.echo(found + "这是预览，没有保存。", err=True)
        return
    click.echo(f"{found}新增 {len(done.new)}，更新 {len(done.changed)}，未变 {len(done.same)}。", err=True)
    if done.gone:
        click.echo(f"以前导入过、这次文件里没有的 {len(done.gone)} 项保持原样：{'、'.join(done.gone)}", err=True)


def as_value(plan: Plan) -> dict[str, Any]:
    """The plan as `plan import --json` prints it."""
    doubts = [{"kind": doubt.kind, "text": doubt.text, "where": doubt.where} for doubt in plan.doubts]
    return {"activities": [_activity_value(activity) for activity in plan.activities], "doubts": doubts}


def _activity_value(activity: PlannedActivity) -> dict[str, Any]:
    names = ("title", "series", "type", "branch", "place", "summary", "is_online", "is_on_site", "where")
    return {**{name: getattr(activity, name) for name in names}, **_when_value(activity.when)}


def _when_value(when: When) -> dict[str, Any]:
    return {
        "date_text": when.text,
        "precision": when.precision,
        "starts_on": when.starts_on.isoformat() if when.starts_on else None,
        "ends_on": when.ends_on.isoformat() if when.ends_on else None,
        "starts_at": f"{when.starts_at:%H:%M}" if when.starts_at else None,
        "ends_at": f"{when.ends_at:%H:%M}" if when.ends_at else None,
    }


def _follower(database: Database) -> click.Group:
    @click.group("follower")
    def follower_() -> None:
        """What we know of one reader."""

    @follower_.command()
    @click.argument("openid")
    def export(openid: str) -> None:
        """Everything kept about OPENID, as one JSON value."""
        schema.ready(database)
        with database.units() as session:
            found = privacy.export(session, openid)
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
            follower.forget(session, openid, at=times.now())
            _note(session, "personal data erased", openid)
        click.echo("已清除这位读者的个人信息。", err=True)

    return follower_


def _note(session: Session, act: str, openid: str) -> None:
    audit.note(session, act, who="command line", subject=follower.digest(openid), at=times.now())
