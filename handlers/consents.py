"""What WeChat tells about 订阅通知 and template messages: who agreed, who withdrew, and what could not be delivered."""

from collections.abc import Iterator
from typing import Any

from handlers.turn import Reply, Turn
from models import outbox, template

DELIVERED = "success"


def asked(turn: Turn) -> Reply:
    """The answers on the sheet: each accept is one credit, each reject ends what there was."""
    for number, one in enumerate(_list(turn, "SubscribeMsgPopupEvent")):
        template_id = str(one.get("TemplateId", ""))[:64]
        if one.get("SubscribeStatusString") == "accept" and template_id:
            key = f"{turn.incoming.key}:{number}:{template_id}"[:96]
            template.consent(turn.session, turn.incoming.openid, template_id, key=key, now=turn.now)
        else:
            template.withdraw(turn.session, turn.incoming.openid, template_id)
    outbox.wake_waiting(turn.session, [turn.incoming.openid], now=turn.now)
    return Reply.silence()


def withdrawn(turn: Turn) -> Reply:
    """In the settings of the account; only rejections are pushed."""
    for one in _list(turn, "SubscribeMsgChangeEvent"):
        if one.get("SubscribeStatusString") == "reject":
            template.withdraw(turn.session, turn.incoming.openid, str(one.get("TemplateId", "")))
    return Reply.silence()


def notified(turn: Turn) -> Reply:
    """How a subscription notification ended; what did not arrive is kept for the next contact."""
    for one in _list(turn, "SubscribeMsgSentEvent"):
        if str(one.get("ErrorCode", "0")) != "0":
            cause = f"微信没有送到：{one.get('ErrorStatus', '')[:60]}"
            outbox.not_delivered(
                turn.session, str(one.get("MsgID", "")), turn.incoming.openid, cause=cause, now=turn.now
            )
    return Reply.silence()


def sent_by_template(turn: Turn) -> Reply:
    """The same for a template message (success, failed:user block, failed: system failed)."""
    status = str(turn.incoming.fields.get("Status", ""))
    if status.lower() != DELIVERED:
        receipt = str(turn.incoming.fields.get("MsgID", ""))
        cause = f"微信没有送到：{status[:60]}"
        outbox.not_delivered(turn.session, receipt, turn.incoming.openid, cause=cause, now=turn.now)
    return Reply.silence()


def _list(turn: Turn, name: str) -> Iterator[dict[str, Any]]:
    """One node or several: the parser gives a dict or a list."""
    whole = turn.incoming.fields.get(name)
    found = whole.get("List") if isinstance(whole, dict) else None
    yield from (one for one in (found if isinstance(found, list) else [found]) if isinstance(one, dict))
