"""The commands about a month's plan: import and withdraw."""

import json
from pathlib import Path
from typing import Any

import click

from activities import changes, holidays, service
from activities.against import Known, with_doubts
from activities.beside import known_beside
from activities.festivals import NOTHING_TOLD
from activities.imported import Imported
from activities.plans.files import KINDS
from activities.plans.plan import Plan, PlannedActivity
from activities.plans.reading import read_plan
from config.settings import Settings
from console.plan_report import lines_after, lines_before, row_of
from console.putting_in import put_in
from models import schema, times
from models.by import By
from models.db import Database
from models.errors import BadInput
from models.when import When

WHO = "command line"
LONG = 500  # rows from which progress is shown, and between two lines of it


def plan_of(settings: Settings, database: Database) -> click.Group:
    """plan import, plan withdraw"""

    @click.group()
    def plan() -> None:
        """A month's plan."""

    plan.add_command(_import(settings, database))
    plan.add_command(_withdraw(database))
    return plan


def _import(settings: Settings, database: Database) -> click.Command:
    @click.command("import", help=f"Read FILE ({KINDS}) and put its activities into the calendar.")
    @click.argument("file", type=click.Path(path_type=Path))
    @click.option("--year", type=click.IntRange(2000, 2100), help="The year, where the file does not say it.")
    @click.option("--dry-run", is_flag=True, help="Only show what would be imported.")
    @click.option("--draft", is_flag=True, help="Import without publishing.")
    @click.option("--json", "as_json", is_flag=True, help="One JSON value on stdout.")
    def import_(file: Path, year: int | None, dry_run: bool, draft: bool, as_json: bool) -> None:
        try:
            read = _read(database, file, year, is_kept=not dry_run)
            done = None if dry_run else _put_in(database, read, publish=not draft)
        except BadInput as error:
            raise click.ClickException(error.to_staff) from None
        if as_json:
            click.echo(json.dumps(as_value(read), ensure_ascii=False))
        else:
            for number, activity in enumerate(read.activities):
                click.echo(row_of(activity, done.entries[number] if done else None))
        for line in lines_before(read) if done is None else lines_after(read, done, site=settings.site):
            click.echo(line, err=True)

    return import_


def _read(database: Database, file: Path, year: int | None, *, is_kept: bool) -> Plan:
    """The plan with the doubts of the library's own books; a preview makes no database where there is none."""
    if is_kept:
        schema.ready(database)
    elif schema.revision_of(database) != schema.newest():
        read = read_plan(file, year=year, told=NOTHING_TOLD)
        return with_doubts(read, Known(), today=times.today(times.now()))
    with database.reading() as session:
        told = holidays.told(session)
    read = read_plan(file, year=year, told=told)
    with database.reading() as session:
        return with_doubts(read, known_beside(session, read), today=times.today(times.now()))


def _put_in(database: Database, plan: Plan, *, publish: bool) -> Imported:
    return put_in(database, plan, who=WHO, publish=publish, tell=_show_progress)


def _show_progress(done: int, total: int) -> None:
    if total >= LONG and done % LONG == 0:
        click.echo(f"已存入 {done} / {total} 项……", err=True)


def _withdraw(database: Database) -> click.Command:
    @click.command()
    @click.argument("codes", metavar="CODE", nargs=-1)
    @click.option("--month", metavar="YYYY-MM", help="Every activity of this month's plan.")
    def withdraw(codes: tuple[str, ...], month: str | None) -> None:
        """Take activities back to drafts: readers no longer see them. CODE stands before each row after an import."""
        schema.ready(database)
        if month:
            with database.reading() as session:
                codes += tuple(service.codes_of_month(session, month))
        if not codes:
            raise click.UsageError("请写明要收回哪一项（编号），或者 --month 2026-12 收回整个月。")
        for code in codes:
            _withdraw_one(database, code)
        click.echo(f"已收回 {len(codes)} 项，读者看不到了。把含有它们的文件再导入一次，就会重新发布。", err=True)

    return withdraw


def _withdraw_one(database: Database, code: str) -> None:
    try:
        with database.units() as session:
            activity = changes.withdraw_called(session, code.strip().lower(), by=By(WHO, times.now()))
            click.echo(f"{activity.code}\t{activity.branch.name}\t{activity.date_text}\t{activity.title}")
    except BadInput as error:
        raise click.ClickException(error.to_staff) from None


def as_value(plan: Plan) -> dict[str, Any]:
    """The plan as `plan import --json` prints it."""
    doubts = [{"kind": doubt.kind, "text": doubt.text, "where": doubt.where} for doubt in plan.doubts]
    return {"activities": [_activity_value(activity) for activity in plan.activities], "doubts": doubts}


_PRINTED = (
    "title", "series", "type", "branch", "place", "summary", "is_online", "is_on_site", "where", "dated_at", "held",
    "is_cancelled", "audience", "age_from", "age_to", "fee", "contact", "materials", "campaign",
)  # fmt: skip


def _activity_value(activity: PlannedActivity) -> dict[str, Any]:
    return {**{name: getattr(activity, name) for name in _PRINTED}, **_when_value(activity.when)}


def _when_value(when: When) -> dict[str, Any]:
    return {
        "date_text": when.text,
        "precision": when.precision,
        "starts_on": when.starts_on.isoformat() if when.starts_on else None,
        "ends_on": when.ends_on.isoformat() if when.ends_on else None,
        "starts_at": f"{when.starts_at:%H:%M}" if when.starts_at else None,
        "ends_at": f"{when.ends_at:%H:%M}" if when.ends_at else None,
    }
