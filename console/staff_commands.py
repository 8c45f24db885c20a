"""Commands for staff: add, list, password, disable, enable."""

import json
import sys
from collections.abc import Callable
from typing import Any

import click
from sqlalchemy.orm import Session

from config.settings import Settings
from console import passwords, staff
from models import schema, times
from models.db import Database
from models.errors import BadInput, IllegalMove
from models.staff import Role, Staff

BY = "command line"


def commands_of(settings: Settings, database: Database) -> list[click.Command]:
    """staff add|list|password|disable|enable"""

    @click.group("staff")
    def group() -> None:
        """Who may come into the console."""
        schema.ready(database)

    group.add_command(_add(settings, database))
    group.add_command(_list(database))
    group.add_command(_password(database))
    for verb, done in ((staff.disable, "已停用，正在用的登录也已失效"), (staff.enable, "已恢复")):
        group.add_command(_turn(database, verb, done))
    return [group]


_from_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from stdin.")
_as_json = click.option("--json", "as_json", is_flag=True, help="One JSON value on stdout.")


def _add(settings: Settings, database: Database) -> click.Command:
    @click.command()
    @click.argument("login")
    @click.option("--name", help="As colleagues call them; the login unless given.")
    @click.option("--role", "roles", multiple=True, required=True, type=click.Choice([role.value for role in Role]))
    @click.option("--branch", default="", help="Only this branch's activities; the whole library unless given.")
    @_from_stdin
    @_as_json
    def add(
        login: str, name: str | None, roles: tuple[str, ...], branch: str, password_stdin: bool, as_json: bool
    ) -> None:
        """Take somebody in. Without --password-stdin a first password is invented and printed once."""
        asked = staff.person(login=login, name=name or login, roles=roles, branch=branch)
        if asked.login.startswith(staff.DEMO) and not settings.demo:
            raise BadInput(f"{staff.DEMO} 开头的登录名留给演示用，换一个。")
        password = _given(asked.login, asked.name) if password_stdin else passwords.invented()
        sealed = passwords.sealed(password)
        with database.units() as session:
            staff.add(session, asked, sealed=sealed, must_choose=True, by=BY, now=times.now())
        _tell(asked.login, password, invented=not password_stdin, as_json=as_json)

    return add


def _list(database: Database) -> click.Command:
    @click.command("list")
    @_as_json
    def list_(as_json: bool) -> None:
        """Everybody, with roles."""
        with database.reading() as session:
            rows = [_row(somebody) for somebody in staff.everybody(session)]
        if as_json:
            click.echo(json.dumps(rows, ensure_ascii=False))
            return
        for row in rows:
            click.echo(
                f"{row['login']:<20} {row['state']:<9} {row['name']}  {' '.join(row['roles'])}  {row['branch']}"
            )
        click.echo(f"{len(rows)} 人", err=True)

    return list_


def _password(database: Database) -> click.Command:
    @click.command()
    @click.argument("login")
    @_from_stdin
    @_as_json
    def password(login: str, password_stdin: bool, as_json: bool) -> None:
        """A new first password for LOGIN, who chooses one of their own when they next sign in."""
        with database.reading() as session:
            name = _known(session, login).name
        word = _given(staff.folded(login), name) if password_stdin else passwords.invented()
        sealed = passwords.sealed(word)
        with database.units() as session:
            staff.give_password(session, _known(session, login), sealed, must_choose=True, by=BY, now=times.now())
        _tell(staff.folded(login), word, invented=not password_stdin, as_json=as_json)

    return password


def _turn(database: Database, verb: Callable[..., None], done: str) -> click.Command:
    @click.command(verb.__name__, help=verb.__doc__)
    @click.argument("login")
    def turn(login: str) -> None:
        try:
            with database.units() as session:
                verb(session, _known(session, login), by=BY, now=times.now())
        except IllegalMove:
            raise click.ClickException("已经是这样了，没有改动。") from None
        click.echo(f"{staff.folded(login)} {done}。", err=True)

    return turn


def _known(session: Session, login: str) -> Staff:
    found = staff.called(session, login)
    if found is None:
        raise BadInput(f"没有登录名 {login}；用 staff list 看看有哪些。")
    return found


def _given(login: str, name: str) -> str:
    return passwords.judged(sys.stdin.readline().rstrip("\r\n"), login=login, name=name)


def _tell(login: str, password: str, *, invented: bool, as_json: bool) -> None:
    shown = password if invented else None
    if as_json:
        click.echo(json.dumps({"login": login, "password": shown}, ensure_ascii=False))
        return
    click.echo(f"{login}  {shown}" if shown else login)
    click.echo("首次登录 /console/ 时会请本人另设密码。" + ("这个初始密码只显示这一次。" if shown else ""), err=True)


def _row(somebody: Staff) -> dict[str, Any]:
    return {
        "login": somebody.login, "name": somebody.name, "state": somebody.state.value,
        "roles": sorted(somebody.roles), "branch": somebody.branch.name if somebody.branch else "",
        "must_choose": somebody.must_choose,
    }  # fmt: skip
