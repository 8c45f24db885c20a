"""Commands that keep a library safe: backup, restore."""

import os
from pathlib import Path

import click

from config.settings import Settings
from console.ports import must_be_free
from models import archive, audit, schema, times
from models.archive import Manifest
from models.db import Database
from models.errors import BadInput

LONG = 10_000  # rows: below, a table is done before anybody asks


def commands_of(settings: Settings, database: Database) -> list[click.Command]:
    """backup, restore"""
    return [_backup(settings, database), _restore(settings, database)]


def _backup(settings: Settings, database: Database) -> click.Command:
    @click.command()
    @click.argument("file", type=click.Path(path_type=Path))
    def backup(file: Path) -> None:
        """Put database and media of this moment into FILE (a zip), while the library stays open. Keys are not in it."""
        if file.exists():
            raise click.ClickException(f"{file} 已经有了：请换一个名字，备份不覆盖旧的。")
        manifest = _write(file, settings, database)
        _note(database, manifest, "backup made", file)
        click.echo(f"已备份到 {file}：{_counted(manifest)}，{file.stat().st_size / 1e6:.1f} MB。", err=True)
        click.echo("里面有读者的个人信息，请妥善保管。钥匙（.env 里的设置）不在里面，请另外存一份。", err=True)

    return backup


def _write(file: Path, settings: Settings, database: Database) -> Manifest:
    """Beside its place first, and for the owner's eyes only: what stands under the name is whole."""
    part = file.with_name(f"{file.name}.part")
    try:
        with open(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as raw:
            manifest = archive.write(
                raw,
                database,
                settings.media,
                library=settings.library,
                is_demo=settings.demo,
                now=times.now(),
                tell=_tell,
            )
            raw.flush()
            os.fsync(raw.fileno())
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _tell(table: str, rows: int) -> None:
    if rows >= LONG:
        click.echo(f"  {table}：{rows} 行", err=True)


def _counted(manifest: Manifest) -> str:
    return f"{sum(manifest.tables.values())} 行数据，{manifest.media} 个文件"


def _restore(settings: Settings, database: Database) -> click.Command:
    @click.command()
    @click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
    @click.option("--force", is_flag=True, help="Replace what is here. It is gone then: make a backup of it first.")
    @click.option("--move", is_flag=True, help="Nothing was sent since FILE was made: what it still owes is sent.")
    def restore(file: Path, force: bool, move: bool) -> None:
        """Put a backup in the place of what is here: all of it or nothing. Stop `serve` and `worker` first."""
        must_be_free(settings.host, settings.port, todo="先停下 serve 和 worker，再恢复")
        packed, manifest = archive.opened(file)
        _must_fit(settings, database, manifest, force=force)
        with packed:
            archive.read(packed, manifest, database, may_repeat=move, now=times.now(), tell=_tell)
            archive.media_into(packed, settings.media)
        _note(database, manifest, "backup restored", file)
        click.echo(f"已恢复 {manifest.library} {manifest.made_at[:16]} 的备份：{_counted(manifest)}。", err=True)
        if not move:
            click.echo(
                "备份时还没发出的消息可能后来已经发过，不会自动再发：请看 outbox list --state unsure。", err=True
            )

    return restore


def _note(database: Database, manifest: Manifest, act: str, file: Path) -> None:
    """A copy of everything is a look at everything. Before an upgrade the old schema is left as it is."""
    if schema.revision_of(database) != schema.newest():
        return
    detail = f"of {manifest.made_at}, revision {manifest.revision}"
    with database.units() as session:
        audit.note(session, act, who="command line", subject=file.name[:128], at=times.now(), detail=detail)


def _must_fit(settings: Settings, database: Database, manifest: Manifest, *, force: bool) -> None:
    if manifest.is_demo != settings.demo:
        raise BadInput("演示的备份只能恢复到演示里，真实图书馆的备份只能恢复到真实的图书馆里。")
    if not force and not archive.is_empty(database):
        raise BadInput("这里已经有数据，没有覆盖。确实要用备份替换，请先备份现在的，再加 --force。")
