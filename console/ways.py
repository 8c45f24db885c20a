"""通道: which ways to a reader are alive, and what to do about those that are not."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Blueprint, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console import words
from console.desk import Desk, done, drawn, note
from console.rights import Act, may
from models import outbox, rights, times
from models.inbox import Push
from models.outbox import CLAIMABLE, CallKind, CallState, OutboxCall
from models.platform import Breaker, Capability, Token

QUIET = timedelta(hours=24)  # without any push from WeChat: worth a look at the callback address
LATE = timedelta(minutes=10)  # owed and due for so long: is anybody at work?
TRIED = 3  # times in vain: WeChat is out of reach, or refuses us the token
_ASK_THE_DOCTOR = "看这台机器能不能上网；请信息科的同事运行 doctor，它会说是网络、AppSecret 还是 IP 白名单。"


@dataclass(frozen=True, slots=True)
class Right:
    """One right of the account. `is_alive` None: never asked."""

    words: str
    is_alive: bool | None
    errcode: int
    checked_at: datetime | None
    advice: str


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign of life; `todo` says what to do, "" when all is well."""

    words: str
    found: str
    is_well: bool
    todo: str = ""


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/ways, /console/ways/<kind>/try-again, /console/ways/probe"""
    views = _Views(desk)
    blueprint.add_url_rule("/ways", "ways", views.all)
    blueprint.add_url_rule("/ways/<kind>/try-again", "try_road", views.try_again, methods=["POST"])
    blueprint.add_url_rule("/ways/probe", "probe", views.probe, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_WAYS)
    def all(self) -> str:
        """Rights, shut roads, signs of life."""
        now, ahead = times.now(), self._desk.database.clock_ahead()
        with self._desk.reading() as session:
            found = {row.name: row for row in session.scalars(sa.select(Capability))}
            roads = session.scalars(sa.select(Breaker).order_by(Breaker.opened_at)).all()
            signs = [_callback(session, now), _token(session, now), _hands(session, now), _clock(ahead, now)]
        return drawn(
            "ways.html", rights=[self._right(name, found.get(name)) for name in rights.RIGHTS], roads=roads,
            advice=self._desk.outside.advice, road=words.road, shut=words.shut, signs=signs,
        )  # fmt: skip

    def _right(self, name: str, row: Capability | None) -> Right:
        if row is None:
            return Right(words.RIGHTS[name], None, 0, None, "")
        advice = "" if row.is_alive else self._desk.outside.advice(row.errcode)
        return Right(words.RIGHTS[name], row.is_alive, row.errcode, row.checked_at, advice)

    @may(Act.MEND_WAYS)
    def try_again(self, kind: str) -> Response:
        """Open a road: what is owed on it leaves now; if the cause is still there it shuts again."""
        with self._desk.unit() as session:
            outbox.resume(session, kind, now=times.now())
            note(session, "breaker closed", kind)
        return done("已经放行，正在再试。要是原因还在，它会自己再关上。", url_for("console.ways"))

    @may(Act.MEND_WAYS)
    def probe(self) -> Response:
        """Ask WeChat again what this account may do."""
        with self._desk.unit() as session:
            now = times.now()
            rights.owe_probes(session, occasion=f"console:{now:%Y-%m-%dT%H:%M}", now=now)
            note(session, "rights asked", "rights", at=now)
        return done("正在向微信询问，过几秒刷新就有结果。", url_for("console.ways"))


def _callback(session: Session, now: datetime) -> Sign:
    newest = [
        session.scalar(sa.select(Push.received_at).where(sa.text(part)).order_by(Push.received_at.desc()).limit(1))
        for part in ("content IS NOT NULL", "content IS NULL")
    ]
    last = max(filter(None, newest), default=None)
    is_well = last is not None and now - last < QUIET
    todo = "" if is_well else "在公众平台核对服务器地址和安全模式；用自己的微信给公众号发一句话试试。"
    return Sign("最近一次来信", words.ago(last), is_well, todo)


def _token(session: Session, now: datetime) -> Sign:
    token = session.scalars(sa.select(Token).where(Token.name == "access_token")).one_or_none()
    if token is None:
        return Sign("微信令牌", "还没有要过", True)
    if not token.asked:
        is_new = now - token.expires_at < timedelta(minutes=1)  # it was put there when it was first needed
        return Sign("微信令牌", "还没有要到过", is_new, "" if is_new else _ASK_THE_DOCTOR)
    left = token.expires_at - now
    found = f"还能用 {words.span(left)}" if left > timedelta() else f"{words.span(-left)}前过期，下次用时再要"
    return Sign("微信令牌", f"{found}；一共要过 {words.number(token.asked)} 次", True)


def _hands(session: Session, now: datetime) -> Sign:
    due = [
        session.scalar(
            sa.select(OutboxCall.due_at)
            .where(OutboxCall.kind == kind, OutboxCall.state.in_(CLAIMABLE), sa.text("state IN ('owed', 'calling')"))
            .order_by(OutboxCall.due_at)
            .limit(1)
        )
        for kind in CallKind
    ]
    oldest = min(filter(None, due), default=None)
    if oldest is None:
        return Sign("发送", "没有积压", True)
    if oldest >= now:
        return _tried_in_vain(session)
    late = now - oldest
    todo = "看 serve 或 worker 进程是否在运行；上面若有关着的通道，先处理它。" if late > LATE else ""
    return Sign("发送", f"最早的一条已等 {words.span(late)}", late <= LATE, todo)


def _tried_in_vain(session: Session) -> Sign:
    """Nothing is late, but that may be because all of it is put off again and again."""
    vain = session.scalar(
        sa.select(sa.func.count()).where(OutboxCall.state == CallState.OWED, OutboxCall.attempts >= TRIED)
    )
    if not vain:
        return Sign("发送", "没有积压", True)
    return Sign("发送", f"有 {words.number(vain)} 条试了几次都没发成，还会再试", False, _ASK_THE_DOCTOR)


def _clock(ahead: timedelta, now: datetime) -> Sign:
    differs = abs(ahead) > timedelta(seconds=30)
    shift = f"（演示拨快了 {words.span(times.shift())}）" if times.shift() else ""
    todo = f"这台机器和数据库的钟差 {words.span(abs(ahead))}：请打开系统的网络对时。" if differs else ""
    return Sign("时钟", f"{times.local(now):%Y-%m-%d %H:%M:%S}{shift}", not differs, todo)
