"""Messages to readers: owed at any time, sent while a window is open and has a credit; else by a template of the
account, where the message fits one and the reader may be written to by it; else kept for the next contact.

The windows are our ledger of what the platform counts on its side: the moments that opened them (models.follower)
and one row per message charged (models.outbox.SpentCredit). What is left is counted, never kept.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import channels, outbox, template
from models.channels import Window, WindowKind
from models.db import Base, core
from models.errors import FateUnknown, Rejected, Stopped
from models.follower import Follower
from models.outbox import CALL_MOVES, CallKind, CallState, Claimed, OutboxCall, SpentCredit
from models.platform import Capability
from models.states import moved
from models.template_notice import TemplateNotice, TemplatePurpose, filled
from models.work import NotNow, Outcome, Ready

NO_WINDOW = frozenset({45015, 45047})  # window closed, credits used: so says WeChat, whatever our ledger says
NO_CONSENT = 43101
BAD_TEMPLATE = frozenset({40036, 40037, 40246, 40247, 47003})  # nothing of the reader's: the next would fail as well
RESTRICTED = frozenset({40249, 43116})  # marketing, or complained of: this template alone, though it stops the way
GONE = "不再关注，不必再发"
MINI = "mini"  # of a payload: a mini-program's card; the answer that promised it has a link as well
NO_MINI = "小程序卡片没有发：窗口已关或没有权限，回复里有链接"
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
    notice: TemplateNotice | None = None,
) -> bool:
    """Promise `text` to a reader, not before `due_at`. False if `key` was promised before.

    With a `notice` it may go by template where no window is open.
    """
    payload = _payload(openid, text, notice)
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
    notice: TemplateNotice | None = None,
) -> None:
    """Promise `text` to each of these readers, once for this occasion, however many they are."""
    letters = [(f"{occasion}:{openid}", openid, text) for openid in openids]
    owe_messages(session, letters, now=now, useful_until=useful_until, due_at=due_at, notice=notice)


def owe_messages(
    session: Session,
    letters: Iterable[tuple[str, str, str]],
    *,
    now: datetime,
    useful_until: datetime | None = None,
    due_at: datetime | None = None,
    notice: TemplateNotice | None = None,
) -> None:
    """Promise each of these (key, openid, text); a key promised before stays as it was."""
    calls = [(key, openid, _payload(openid, text, notice)) for key, openid, text in letters]
    outbox.owe_to_all(session, CallKind.CUSTOMER_MESSAGE, calls, now=now, useful_until=useful_until, due_at=due_at)


def _payload(openid: str, text: str, notice: TemplateNotice | None) -> dict[str, Any]:
    return {"openid": openid, "text": text, **({"notice": notice.json} if notice else {})}


def _spent(window: WindowKind, moment: Any) -> sa.ScalarSelect[int]:
    charged = (SpentCredit.openid == Follower.openid, SpentCredit.window == window.value)
    return sa.select(sa.func.count()).where(*charged, SpentCredit.window_opened_at == moment).scalar_subquery()


# Everything a decision needs, in one statement: it is asked for every message that leaves.
_SEEN = sa.select(
    Follower.last_message_at, _spent(WindowKind.MESSAGE, Follower.last_message_at).label("of_message"),
    Follower.last_touch_at, _spent(WindowKind.TOUCH, Follower.last_touch_at).label("of_touch"),
).where(Follower.openid == sa.bindparam("reader"))  # fmt: skip
_WINDOWS = _SEEN.with_for_update(of=Follower)
_CHARGE = sa.insert(Base.metadata.tables["spent_credits"])


def windows_of(session: Session, openid: str) -> list[Window] | None:
    """Both windows with what is spent in them, the reader held; None for somebody who does not follow."""
    row = core(session).execute(_WINDOWS, {"reader": openid}).one_or_none()
    return None if row is None else _windows(row)


def windows_seen(session: Session, openid: str) -> list[Window]:
    """The same to look at, nobody held; none for somebody who does not follow."""
    row = core(session).execute(_SEEN, {"reader": openid}).one_or_none()
    return [] if row is None else _windows(row)


def _windows(row: Any) -> list[Window]:
    found = (
        (WindowKind.MESSAGE, row.last_message_at, row.of_message),
        (WindowKind.TOUCH, row.last_touch_at, row.of_touch),
    )
    return [Window(kind, opened_at, spent) for kind, opened_at, spent in found if opened_at is not None]


def prepare_message(session: Session, call: Claimed, now: datetime) -> Ready | NotNow:
    """Charge an open window; without one hand the message on to a template, or keep it for the next contact."""
    if call.openid is None or (windows := windows_of(session, call.openid)) is None:
        return NotNow(CallState.DROPPED, GONE)
    may_send = has_right(session, CallKind.CUSTOMER_MESSAGE)
    window = channels.choose(windows, may_send_customer_messages=may_send, now=now)
    if window is None and MINI in call.payload:
        return NotNow(CallState.DROPPED, NO_MINI)
    if window is None:
        return _otherwise(session, call, WITHOUT_WINDOW if may_send else WITHOUT_RIGHT, now)
    charge = {
        "outbox_id": call.id, "token": call.token, "openid": call.openid,
        "window": window.kind, "window_opened_at": window.opened_at,
    }  # fmt: skip
    core(session).execute(_CHARGE, charge)
    return Ready(call.payload)


def _otherwise(session: Session, call: Claimed, cause: str, now: datetime) -> NotNow:
    rung = template.rung_for(session, call.openid or "", call.payload.get("notice"), now=now)
    return (
        NotNow(CallState.OWED, "", rung.way) if rung else NotNow(CallState.WAITING, cause, CallKind.CUSTOMER_MESSAGE)
    )


def prepare_by_template(session: Session, call: Claimed, now: datetime) -> Ready | NotNow:
    """The data of a template message; of a subscription notification one consent is spent with it.

    What was open when it was handed on may be shut by now: then the way is chosen anew.
    """
    if call.openid is None or session.get(Follower, call.openid) is None:
        return NotNow(CallState.DROPPED, GONE)
    notice = call.payload.get("notice")
    rung = template.rung_for(session, call.openid, notice, now=now, tried=call.kind if call.is_trial else "")
    data = filled(rung.fields, notice) if rung and notice else None
    if rung is None or rung.way is not call.kind or notice is None or data is None:
        return NotNow(CallState.OWED, "", CallKind.CUSTOMER_MESSAGE)
    is_subscription = rung.way is CallKind.SUBSCRIPTION
    if is_subscription and not template.spend(session, call.openid, rung.template_id, outbox_id=call.id, now=now):
        return NotNow(CallState.OWED, "", CallKind.CUSTOMER_MESSAGE)
    ready = {
        "openid": call.openid,
        "template_id": rung.template_id,
        "data": data,
        "path": notice["path"],
        "key": call.key,
    }
    return Ready(ready)


def settle_by_template(session: Session, call: Claimed, outcome: Outcome, now: datetime) -> NotNow | None:
    """Keep WeChat's number, or look for the next way: nobody misses news because one way failed."""
    if outcome.answer is not None:
        receipt = outcome.answer.get("msgid")
        lost = outbox.note_receipt(session, call, str(receipt)) if receipt else None
        return NotNow(CallState.WAITING, lost, CallKind.CUSTOMER_MESSAGE) if lost else None
    if isinstance(outcome.error, FateUnknown):
        return None
    template.give_back(session, call.id)
    if isinstance(outcome.error, Stopped):  # the breaker that it opens keeps the next from coming back here
        if outcome.error.errcode in RESTRICTED and (used := _used(session, call)) is not None:
            template.fail(session, used.template_id, str(outcome.error))
        outbox.hand_back(session, call.kind)
        return NotNow(CallState.OWED, str(outcome.error), CallKind.CUSTOMER_MESSAGE)
    if not isinstance(outcome.error, Rejected):
        return None
    return _refused(session, call, outcome.error)


def _refused(session: Session, call: Claimed, error: Rejected) -> NotNow:
    used = _used(session, call)
    if used is not None and error.errcode == NO_CONSENT and call.kind is CallKind.SUBSCRIPTION:
        template.withdraw(session, call.openid or "", used.template_id)
    elif used is not None and error.errcode in BAD_TEMPLATE:
        template.fail(session, used.template_id, str(error))
    else:
        return NotNow(CallState.WAITING, f"{error}：等读者下次来时再发", CallKind.CUSTOMER_MESSAGE)
    return NotNow(CallState.OWED, str(error), CallKind.CUSTOMER_MESSAGE)


def _used(session: Session, call: Claimed) -> template.AccountTemplate | None:
    """The template of the way this call went by, whatever is open meanwhile."""
    return template.user_of(session, call.kind, call.payload["notice"]["purpose"])


def settle_message(session: Session, call: Claimed, outcome: Outcome, now: datetime) -> NotNow | None:
    """Give the credit back when nothing was sent; believe WeChat when it says the window is shut."""
    if outcome.is_done or isinstance(outcome.error, FateUnknown):
        return None
    session.execute(sa.delete(SpentCredit).where(SpentCredit.outbox_id == call.id, SpentCredit.token == call.token))
    if call.openid is None or not isinstance(outcome.error, Rejected) or outcome.error.errcode not in NO_WINDOW:
        return None
    if MINI in call.payload:
        return NotNow(CallState.DROPPED, f"{outcome.error}：{NO_MINI}")
    _shut_windows(session, call.openid, opened_until=call.claimed_at)
    left = windows_of(session, call.openid) or []
    if channels.choose(left, may_send_customer_messages=True, now=now) is not None:
        return NotNow(CallState.OWED, f"{outcome.error}：读者刚又来过，再试一次")
    return _otherwise(session, call, f"{outcome.error}：等读者下次来时再发", now)


def _shut_windows(session: Session, openid: str, *, opened_until: datetime) -> None:
    """Believe WeChat that none was open; one that the reader opened while we asked stays."""
    for moment in (Follower.last_message_at, Follower.last_touch_at):
        of_reader = sa.update(Follower).where(Follower.openid == openid, moment <= opened_until)
        session.execute(of_reader.values({moment: None}))


@dataclass(frozen=True, slots=True)
class Forecast:
    """To how many readers a message would go by which way, if it left now."""

    at_once: int  # a window is open
    by_subscription: int
    by_template: int
    later: int  # at their next contact

    @property
    def every(self) -> int:
        """All of them."""
        return self.at_once + self.by_subscription + self.by_template + self.later


def forecast(
    session: Session, readers: sa.Select[Any], *, now: datetime, purpose: TemplatePurpose | None = None
) -> Forecast:
    """`readers`: a select of openids. Without a purpose no template can carry the message."""
    since = now - channels.LENGTHS[WindowKind.MESSAGE]
    is_open = sa.func.coalesce(Follower.last_message_at > since, sa.false())
    rungs = {rung.way: rung.template_id for rung in template.rungs(session, purpose, now=now)} if purpose else {}
    agreed = template.agreed(Follower.openid, rungs.get(CallKind.SUBSCRIPTION, ""))
    counts = sa.select(is_open, agreed, sa.func.count()).where(Follower.openid.in_(readers)).group_by(is_open, agreed)
    found = {(bool(here), bool(yes)): count for here, yes, count in session.execute(counts)}
    without = found.get((False, False), 0)
    has_template = CallKind.TEMPLATE in rungs
    return Forecast(
        found.get((True, False), 0) + found.get((True, True), 0), found.get((False, True), 0),
        without if has_template else 0, 0 if has_template else without,
    )  # fmt: skip


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
