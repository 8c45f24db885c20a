"""Questions about menus: all of them, and what became of the last one sent to WeChat."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.account_menu import AccountMenu
from models.outbox import CallKind, CallState, OutboxCall

MOST = 200


def all_menus(session: Session) -> Sequence[AccountMenu]:
    """The newest first."""
    return session.scalars(sa.select(AccountMenu).order_by(AccountMenu.id.desc()).limit(MOST)).all()


def last_sent(session: Session) -> OutboxCall | None:
    """The last menu that was handed to WeChat, or is about to be."""
    sent = sa.select(OutboxCall).where(OutboxCall.kind == CallKind.MENU, OutboxCall.state != CallState.DROPPED)
    return session.scalars(sent.order_by(OutboxCall.id.desc()).limit(1)).first()
