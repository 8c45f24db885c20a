"""Customer-service messages: owed at any time, sent while a window is open and has a credit, else kept.

The windows are our ledger of what the platform counts on its side: the moments that opened them (models.follower)
and one row per message charged (models.outbox.SpentCredit). What is left is counted, never kept.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import channels, outbox
from models.channels import Window, WindowKind
from models.db import Base, core
from models.errors import FateUnknown, Rejected
from models.follower import Follower
from models.outbox import CALL_MOVES, CallKind, CallState, Claimed, OutboxCall, SpentCredit
from models.platform import Capability
from models.states import moved
from models.work import NotNow, Outcome, Ready

NO_WINDOW = frozenset({45015, 45047})  # window closed, credits used: so says WeChat, whatever our ledger says
WITHOUT_WINDOW = "48 小时窗口已关或条数用完，等读者下次来时再发"
WITHOUT_RIGHT = "这个公众号现在没有发客服消息的权限，有了再发"


def owe_message(
    session: Session,
    openid: str,
    text: str,
    *,
    key: str,
    now: datetime,
    useful_until: datetime | None = None,
    due_at: datetime | None = None,
) -> bool:
    """Promise `text` to a reader, not before `due_at`. False if `key` was promised before."""
    payload = {"openid": openid, "text": text}
    return outbox.owe(
        session,
        CallKind.CUSTOMER_MESSAGE,
        key=key,
        payload=payload,
        openid=openid,
        now=now,
        due_at=due_at,
        useful_until=useful_until,
    )


def owe_message_to_all(
    session: Session,
    openids: Sequence[str],
    text: str,
    *,
    occasion: str,
    now: datetime,
    useful_until: datetime | None = None,
    due_at: datetime | None = None,
) -> None:
    """Promise `text` to each of these readers, once for this occasion, however many they are."""
    letters = [(f"{occasion}:{openid}", openid, text) for openid in openids]
    owe_messages(session, letters, now=now, useful_until=useful_until, due_at=due_at)


def owe_messages(
    session: Session,
    letters: Iterable[tuple[str, str, str]],
    *,
    now: datetime,
    useful_until: datetime | None = None,
    due_at: datetime | None = None,
) -> None:
    """Promise each of these (key, openid, text); a key promised before stays as it was."""
    calls = [(key, openid, {"openid": openid, "text": text}) for key, openid, text in letters]
    outbox.owe_to_all(session, CallKind.CUSTOMER_MESSAGE, calls, now=now, useful_until=useful_until, due_at=due_at)


def _spent(window: WindowKind, moment: Any) -> sa.ScalarSelect[int]:
    charged = (SpentCredit.openid == Follower.openid, SpentCredit.window == window.value)
    return sa.select(sa.func.count()).where(*charged, SpentCredit.window_opened_at == moment).scalar_subquery()


# Everything a decision needs, in one statement: it is asked for every message that leaves.
_WINDOWS = (
    sa.select(
        Follower.last_message_at, _spent(WindowKind.MESSAGE, Follower.last_message_at).label("of_message"),
        Follower.last_touch_at, _spent(WindowKind.TOUCH, Follower.last_touch_at).label("of_touch"),
    )
    .where(Follower.openid == sa.bindparam("reader"))
    .with_for_update(of=Follower)
)  # fmt: skip
_CHARGE = sa.insert(Base.metadata.tables["spent_credits"])


def windows_of(session: Session, openid: str) -> list[Window] | None:
    """Both windows with what is spent in them, the reader held; None for somebody who does not follow."""
    row = core(session).execute(_WINDOWS, {"reader": openid}).one_or_none()
    if row is None:
        return None
    found = (
        (WindowKind.MESSAGE, row.last_message_at, row.of_message),
        (WindowKind.TOUCH, row.last_touch_at, row.of_touch),
    )
    return [Window(kind, opened_at, spent) for kind, opened_at, spent in found if opened_at is not None]


def prepare_message(session: Session, call: Claimed, now: datetime) -> Ready | NotNow:
    """Charge an open window, or keep the message for the next contact."""
    if call.openid is None or (windows := windows_of(session, call.openid)) is None:
        return NotNow(CallState.DROPPED, "不再关注，不必再发")
    if not has_right(session, CallKind.CUSTOMER_MESSAGE):
        return NotNow(CallState.WAITING, WITHOUT_RIGHT)
    window = channels.choose(windows, may_send_customer_messages=True, now=now).window
    if window is None:
        return NotNow(CallState.WAITING, WITHOUT_WINDOW)
    charge = {
        "outbox_id": call.id, "token": call.token, "openid": call.openid,
        "window": window.kind, "window_opened_at": window.opened_at,
    }  # fmt: skip
    core(session).execute(_CHARGE, charge)
    return Ready(call.payload)


def settle_message(session: Session, call: Claimed, outcome: Outcome, now: datetime) -> NotNow | None:
    """Give the credit back when nothing was sent; believe WeChat when it says the window is shut."""
    if outcome.is_done or isinstance(outcome.error, FateUnknown):
        return None
    session.execute(sa.delete(SpentCredit).where(SpentCredit.outbox_id == call.id, SpentCredit.token == call.token))
    if call.openid is None or not isinstance(outcome.error, Rejected) or outcome.error.errcode not in NO_WINDOW:
        return None
    _shut_windows(session, call.openid, opened_until=call.claimed_at)
    left = windows_of(session, call.openid) or []
    if channels.choose(left, may_send_customer_messages=True, now=now).window is not None:
        return NotNow(CallState.OWED, f"{outcome.error}：读者刚又来过，再试一次")
    return NotNow(CallState.WAITING, f"{outcome.error}：等读者下次来时再发")


def _shut_windows(session: Session, openid: str, *, opened_until: datetime) -> None:
    """Believe WeChat that none was open; one that the reader opened while we asked stays."""
    for moment in (Follower.last_message_at, Follower.last_touch_at):
        of_reader = sa.update(Follower).where(Follower.openid == openid, moment <= opened_until)
        session.execute(of_reader.values({moment: None}))


def reachable(session: Session, readers: sa.Select[Any], *, now: datetime) -> int:
    """To how many of these a message would leave at once, by the window their own last message opened."""
    since = now - channels.LENGTHS[WindowKind.MESSAGE]
    here = sa.select(sa.func.count()).where(Follower.openid.in_(readers), Follower.last_message_at > since)
    return session.scalar(here) or 0


_IS_ALIVE = sa.select(Capability.is_alive).where(Capability.name == sa.bindparam("name"))


def has_right(session: Session, name: str) -> bool:
    """As the last probe found it; not probed yet counts as yes, so that a first message is not held back."""
    return core(session).scalar(_IS_ALIVE, {"name": name}) is not False


def right_is_back(session: Session, *, now: datetime) -> None:
    """Customer-service messages may be sent again: those kept back for want of the right fall due."""
    session.execute(
        sa.update(OutboxCall)
        .where(OutboxCall.state == CallState.WAITING, OutboxCall.cause == WITHOUT_RIGHT)
        .values(state=moved(CallState.WAITING, to=CallState.OWED, moves=CALL_MOVES), due_at=now)
    )
    outbox.ring(session)
