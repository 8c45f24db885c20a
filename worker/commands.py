"""Commands of the clock and the hands: worker, outbox, clock."""

import json
import signal
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import click
import requests
import sqlalchemy as sa

from config.settings import Settings
from models import audit, outbox, schema, times
from models.db import Database, insert
from models.errors import IllegalMove
from models.outbox import CallState, OutboxCall
from models.platform import Breaker, ClockShift, demo_shift

MOST_SHOWN = 200
TEXT_START = 30  # characters: enough to know a message by


def commands_of(
    settings: Settings, database: Database, start_work: Callable[[], Callable[[], None]]
) -> list[click.Command]:
    """`start_work` starts clock and hands and gives back what stops them."""
    return [_worker(settings, database, start_work), _outbox(database), _clock(settings, database)]


def _worker(settings: Settings, database: Database, start_work: Callable[[], Callable[[], None]]) -> click.Command:
    @click.command()
    def worker() -> None:
        """Clock and hands in a process of their own, beside any number of others."""
        settings.required("wechat_app_id", "wechat_app_secret")
        schema.ready(database)
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        stop = start_work()
        click.echo("worker ready", err=True)
        stopped.wait()
        stop()

    return worker


def _outbox(database: Database) -> click.Group:
    @click.group()
    def outbox_() -> None:
        """What we owe WeChat: look at it, try it again, take it back."""

    @outbox_.command("list")
    @click.option("--state", type=click.Choice([state.value for state in CallState]), help="Only this state.")
    @click.option("--json", "as_json", is_flag=True, help="One JSON value on stdout.")
    def list_(state: str | None, as_json: bool) -> None:
        """The newest calls, with the cause of what failed."""
        schema.ready(database)
        rows = sa.select(OutboxCall).order_by(OutboxCall.id.desc()).limit(MOST_SHOWN)
        with database.reading() as session:
            calls = [_row(call) for call in session.scalars(rows.where(OutboxCall.state == state) if state else rows)]
        if as_json:
            click.echo(json.dumps(calls, ensure_ascii=False))
            return
        for call in calls:
            says = f"  “{call['text']}”" if call["text"] else ""
            click.echo(
                f"{call['id']:>6}  {call['state']:<8} {call['kind']:<17} {call['due_at']}  {call['cause']}{says}"
            )
        click.echo(f"{len(calls)} 条", err=True)

    @outbox_.command("breakers")
    def breakers() -> None:
        """Kinds of calls that a stop-error holds back, and until when."""
        schema.ready(database)
        with database.reading() as session:
            shut = list(session.scalars(sa.select(Breaker).order_by(Breaker.kind)))
        for breaker in shut:
            until = f"{times.local(breaker.until):%m-%d %H:%M}"
            click.echo(f"{breaker.kind:<17} {until} 以前不再发  {breaker.cause}")
        click.echo(f"{len(shut)} 条通道停着。" if shut else "没有停着的通道。", err=True)

    @outbox_.command("resume")
    @click.argument("kind")
    def resume(kind: str) -> None:
        """Staff have mended the cause: calls of KIND leave again at once."""
        schema.ready(database)
        with database.units() as session:
            if session.get(Breaker, kind) is None:
                raise click.ClickException(f"“{kind}”没有停着；用 outbox breakers 看看有哪些。")
            outbox.resume(session, kind, now=times.now())
            audit.note(session, "breaker closed", who="command line", subject=kind, at=times.now())
        click.echo(f"{kind} 已恢复。", err=True)

    @outbox_.command()
    @click.argument("number", type=int)
    def retry(number: int) -> None:
        """Try a waiting, dead or unsure call again. An unsure message may reach its reader twice."""
        _change(database, number, "retried", lambda session, call: outbox.retry(session, call, now=times.now()))

    @outbox_.command()
    @click.argument("number", type=int)
    def drop(number: int) -> None:
        """Take a call back before it is made."""
        _change(database, number, "dropped",
                lambda session, call: outbox.drop(session, call, now=times.now(), cause="馆员撤回"))  # fmt: skip

    outbox_.name = "outbox"
    return outbox_


def _change(database: Database, number: int, act: str, change: Callable[[sa.orm.Session, OutboxCall], None]) -> None:
    schema.ready(database)
    with database.units() as session:
        call = session.get(OutboxCall, number)
        if call is None:
            raise click.ClickException(f"没有编号为 {number} 的条目；用 outbox list 看看有哪些。")
        try:
            change(session, call)
        except IllegalMove as error:
            raise click.ClickException(f"{number} 号现在是 {call.state}，不能这样做：{error}") from None
        audit.note(session, f"call {act}", who="command line", subject=f"outbox {number}", at=times.now())
    click.echo(f"{number} 号已{'重新排队' if act == 'retried' else '撤回'}。", err=True)


def _row(call: OutboxCall) -> Mapping[str, Any]:
    return {
        "id": call.id, "kind": call.kind, "state": call.state, "attempts": call.attempts, "cause": call.cause,
        "due_at": times.local(call.due_at).isoformat(timespec="seconds"),
        "key": call.key, "text": str(call.payload.get("text", ""))[:TEXT_START],
    }  # fmt: skip


def _clock(settings: Settings, database: Database) -> click.Group:
    @click.group()
    def clock() -> None:
        """The demo's clock."""

    @clock.command()
    @click.argument("span")
    def advance(span: str) -> None:
        """Move the bot's and the simulator's clock on by SPAN: 90s, 30m, 2h, 3d."""
        step = _span(span)
        if not settings.demo:
            raise click.ClickException("只有演示环境能拨钟：先用 make run 打开演示。")
        _advance_simulator(settings.simulator_url, step)
        schema.ready(database)
        with database.units() as session:
            seconds = int((demo_shift(session) + step).total_seconds())
            statement = insert(session, ClockShift).values(one=1, seconds=seconds)
            session.execute(statement.on_conflict_do_update(index_elements=["one"], set_={"seconds": seconds}))
        shown = times.local(times.now() - times.shift() + timedelta(seconds=seconds))
        click.echo(f"现在是 {shown:%Y-%m-%d %H:%M}（演示钟）", err=True)

    return clock


def _advance_simulator(url: str, step: timedelta) -> None:
    try:
        answer = requests.post(f"{url}/sim/clock", json={"advance_s": step.total_seconds()}, timeout=5)
        answer.raise_for_status()
    except requests.RequestException:
        raise click.ClickException(
            f"模拟器没有在 {url} 应答：演示（make run）开着吗？开在别的端口时，在命令前加同样的 PORT。"
        ) from None


_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _span(words: str) -> timedelta:
    try:
        return timedelta(**{_UNITS[words[-1:]]: int(words[:-1])})
    except (KeyError, ValueError, OverflowError):
        raise click.BadParameter(f"{words!r}：请写成 90s、30m、2h 或 3d") from None
