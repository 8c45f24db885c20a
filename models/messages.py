"""Customer-service messages: owed at any time, sent while a window is open and has a credit, else kept.

The windows are our ledger of what the platform counts on its side: the moments that opened them (models.follower)
and one row per message charged (models.outbox.SpentCredit). What is left is counted, never kept.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import channels, outbox
from models.channels import Way, Window, WindowKind
from models.db import insert
from models.errors import FateUnknown, Rejected
from models.follower import Follower
from models.outbox import CallKind, CallState, Claimed, SpentCredit
from models.platform import Capability
from models.work import NotNow, Outcome, Ready

NO_WINDOW = frozenset({45015, 45047})  # window closed, credits used: so says WeChat, whatever our ledger says


def owe_message(
    session: Session, openid: str, text: str, *, key: str, now: datetime, useful_until: datetime | None = None
) -> bool:
    """Promise `text` to a reader. False if `key` was promised before."""
    payload = {"openid": openid, "text": text}
    return outbox.owe(
        session,
        CallKind.CUSTOMER_MESSAGE,
        key=key,
        payload=payload,
        openid=openid,
        now=now,
        useful_until=useful_until,
    )


def windows_of(session: Session, openid: str) -> list[Window] | None:
    """Both windows with what is spent in them; None for somebody who does not follow."""
    row = session.execute(
        sa.select(Follower.last_message_at, Follower.last_touch_at).where(Follower.openid == openid).with_for_update()
    ).one_or_none()
    if row is None:
        return None
    moments = {WindowKind.MESSAGE: row.last_message_at, WindowKind.TOUCH: row.last_touch_at}
    return [
        Window(kind, opened_at, _spent(session, openid, kind, opened_at))
        for kind, opened_at in moments.items()
        if opened_at is not None
    ]


def _spent(session: Session, openid: str, kind: WindowKind, opened_at: datetime) -> int:
    charged = sa.select(sa.func.count()).where(
        SpentCredit.openid == openid, SpentCredit.window == kind, SpentCredit.window_opened_at == opened_at
    )
    return session.scalar(charged) or 0


def prepare_message(session: Session, call: Claimed, now: datetime) -> Ready | NotNow:
    """Charge an open window, or keep the message for the next contact."""
    if call.openid is None or (windows := windows_of(session, call.openid)) is None:
        return NotNow(CallState.DROPPED, "不再关注，不必再发")
    may_send = has_right(session, CallKind.CUSTOMER_MESSAGE)
    decision = channels.choose(windows, may_send_customer_messages=may_send, now=now)
    if decision.way is not Way.CUSTOMER_MESSAGE or decision.window is None:
        return NotNow(CallState.WAITING, "48 小时窗口已关或条数用完，等读者下次来时再发")
    charge = {
        "openid": call.openid,
        "window": decision.window.kind,
        "window_opened_at": decision.window.opened_at,
    }
    statement = insert(session, SpentCredit).values(outbox_id=call.id, **charge)
    session.execute(statement.on_conflict_do_update(index_elements=["outbox_id"], set_=charge))
    return Ready(call.payload)


def settle_message(session: Session, call: Claimed, outcome: Outcome, _now: datetime) -> NotNow | None:
    """Give the credit back when nothing was sent; believe WeChat when it says the window is shut."""
    if outcome.is_done or isinstance(outcome.error, FateUnknown):
        return None
    session.execute(sa.delete(SpentCredit).where(SpentCredit.outbox_id == call.id))
    if isinstance(outcome.error, Rejected) and outcome.error.errcode in NO_WINDOW:
        shut = (
            sa.update(Follower).where(Follower.openid == call.openid).values(last_message_at=None, last_touch_at=None)
        )
        session.execute(shut)
        return NotNow(CallState.WAITING, f"{outcome.error}：等读者下次来时再发")
    return None


def has_right(session: Session, name: str) -> bool:
    """As the last probe found it; not probed yet counts as yes, so that a first message is not held back."""
    alive = session.scalar(sa.select(Capability.is_alive).where(Capability.name == name))
    return alive is not False
