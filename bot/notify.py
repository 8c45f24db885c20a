"""What this account shows of itself at WeChat: its menu, kept equal to config.menu."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.menu import Menu
from models import outbox
from models.outbox import CallKind, CallState, Claimed, OutboxCall
from models.work import NotNow, Ready


def owe_menu(session: Session, menu: Menu, *, now: datetime, again: bool = True) -> bool:
    """Have the menu created at WeChat if it is not the one last sent. False when it is.

    `again`: also where WeChat refused the same one before; at every tick nobody would be served by that.
    """
    last = session.scalars(
        sa.select(OutboxCall)
        .where(OutboxCall.kind == CallKind.MENU, OutboxCall.state != CallState.DROPPED)
        .order_by(OutboxCall.id.desc())
        .limit(1)
    ).first()
    if last is not None and last.payload.get("menu") == menu and (last.state is not CallState.DEAD or not again):
        return False
    return outbox.owe(session, CallKind.MENU, key=f"menu:{now.isoformat()}", payload={"menu": menu}, now=now)


def prepare_menu(session: Session, call: Claimed, _now: datetime) -> Ready | NotNow:
    """A menu that had to wait must not undo a newer one."""
    newer = sa.select(OutboxCall.id).where(OutboxCall.kind == CallKind.MENU, OutboxCall.id > call.id).limit(1)
    if session.scalar(newer) is not None:
        return NotNow(CallState.DROPPED, "后来又改了菜单，以新的为准")
    return Ready(call.payload)
