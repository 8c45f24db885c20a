"""The commands about money: pay compare."""

import json
from datetime import datetime
from pathlib import Path

import click

from config.settings import Settings
from models import schema, times
from models.by import By
from models.db import Database
from models.errors import BadInput
from payouts import comparing
from payouts.comparing import WORDS, Comparison, Row, in_yuan

WHO = "command line"
DIFFERENT = 2  # the exit status where something asks to be looked at


def pay_of(settings: Settings, database: Database) -> click.Group:
    """pay compare"""

    @click.group()
    def pay() -> None:
        """WeChat Pay."""

    pay.add_command(_compare(settings, database))
    return pay


def _compare(settings: Settings, database: Database) -> click.Command:
    day = click.DateTime(["%Y-%m-%d"])

    @click.command()
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option(
        "--from", "first", type=day, help="First day of the bill; read from its name or lines unless given."
    )
    @click.option("--to", "last", type=day, help="Last day.")
    @click.option("--json", "as_json", is_flag=True, help="One JSON value on stdout.")
    def compare(file: Path, first: datetime | None, last: datetime | None, as_json: bool) -> None:
        """Hold WeChat Pay's bill FILE (CSV) against our books, and keep it. Status 2 if something asks for a look."""
        schema.ready(database)
        days = (first.date(), (last or first).date()) if first else None
        try:
            told = comparing.file_of(file.name, file.read_bytes(), merchant=settings.pay_merchant, days=days)
            with database.units() as session:
                bill, is_new = comparing.take_in(session, told, by=By(WHO, times.now()))
                found, span = comparing.compared(session, bill), f"{bill.first_day} – {bill.last_day}"
        except BadInput as error:
            raise click.ClickException(error.to_staff) from None
        click.echo(json.dumps(_value(found), ensure_ascii=False) if as_json else "\n".join(map(_line, found.rows)))
        again = "" if is_new else "（以前导入过，没有改动）"
        click.echo(
            f"{span}{again}：{found.said}。账单净支出 {in_yuan(found.theirs)} 元，我们记已发 {in_yuan(found.ours)} 元。",
            err=True,
        )
        if not found.is_clear:
            raise click.exceptions.Exit(DIFFERENT)

    return compare


def _line(row: Row) -> str:
    sums = f"账单 {in_yuan(row.theirs)} 元，我们 {in_yuan(row.ours)} 元"
    return "\t".join((WORDS[row.verdict], row.number or row.platform_number, sums, row.to_do)).rstrip()


def _value(found: Comparison) -> dict[str, object]:
    rows = [
        {
            "verdict": row.verdict, "number": row.number, "platform_number": row.platform_number, "theirs_fen": row.theirs,
            "ours_fen": row.ours, "came_back_fen": row.came_back, "rows": row.rows, "to_do": row.to_do,
        }
        for row in found.rows
    ]  # fmt: skip
    return {"theirs_fen": found.theirs, "ours_fen": found.ours, "rows": rows}
