"""Commands of the door to WeChat: inbox, doctor."""

import json

import click
import sqlalchemy as sa

from bot.client import Client
from bot.doctor import Verdict, examine
from bot.parsing import incoming_of
from bot.taking import answer_again
from config.settings import Settings
from handlers.turn import House
from models import audit, messages, schema, times
from models.db import Database
from models.inbox import PUSH_MOVES, Push, PushState
from models.states import moved

MOST_SHOWN = 100


def commands_of(settings: Settings, database: Database, client: Client, house: House) -> list[click.Command]:
    """inbox list|rerun, doctor"""
    return [_inbox(database, house), _doctor(settings, database, client)]


def _inbox(database: Database, house: House) -> click.Group:
    @click.group()
    def inbox() -> None:
        """Pushes that failed: look at them, run them again."""

    @inbox.command("list")
    def list_() -> None:
        """The failed ones, newest first, with their cause."""
        schema.ready(database)
        failed = (
            sa.select(Push).where(Push.state == PushState.FAILED).order_by(Push.received_at.desc()).limit(MOST_SHOWN)
        )
        with database.reading() as session:
            for push in session.scalars(failed):
                click.echo(f"{push.key}  {times.local(push.received_at):%m-%d %H:%M}  {push.kind:<10} {push.error}")

    @inbox.command()
    @click.argument("key")
    def rerun(key: str) -> None:
        """Run a failed push again; its answer goes out as a customer-service message."""
        schema.ready(database)
        with database.units() as session:
            push = session.get(Push, key)
            if push is None or push.state is not PushState.FAILED or not push.content or not push.openid:
                raise click.ClickException(f"没有编号为 {key} 的失败消息；用 inbox list 看看有哪些。")
            rerun_push(session, push, house, who="command line")
        click.echo("已重新处理，答复会以客服消息发给读者。", err=True)

    return inbox


def rerun_push(session: sa.orm.Session, push: Push, house: House, *, who: str) -> None:
    """Answer a failed push now, as if it had just come."""
    now = times.now()
    incoming = incoming_of(push.content or {})
    reply = answer_again(session, incoming, house, now=now)
    push.state, push.error = moved(push.state, to=PushState.RERUN, moves=PUSH_MOVES), None
    push.reply = reply.text
    if reply.text is not None:
        messages.owe_message(session, incoming.openid, reply.text, key=f"rerun:{push.key}", now=now)
    audit.note(session, "push run again", who=who, subject=push.key, at=now)


def _doctor(settings: Settings, database: Database, client: Client) -> click.Command:
    @click.command()
    @click.option("--json", "as_json", is_flag=True, help="One JSON value on stdout.")
    def doctor(as_json: bool) -> None:
        """Look at everything this installation needs, and say what to do about what is missing."""
        findings = [finding for check in examine(settings, database, client) for finding in check()]
        if as_json:
            click.echo(json.dumps([finding.row() for finding in findings], ensure_ascii=False))
        else:
            for finding in findings:
                click.echo(finding.line())
        if any(finding.verdict is Verdict.BAD for finding in findings):
            raise SystemExit(1)

    return doctor
