"""Subscription notices: /cgi-bin/message/subscribe/bizsend, to whoever agreed, following or not."""

from typing import Any

from simulator import credits, notices, template_shelf
from simulator.account import Right
from simulator.calls import Call, endpoint
from simulator.errors import OK, Refusal
from simulator.events import event_push
from simulator.messages import recipient
from simulator.template_fields import values_of
from simulator.template_shelf import SUBSCRIPTION


@endpoint("POST", "/cgi-bin/message/subscribe/bizsend", Right.SUBSCRIPTION)
def send(call: Call) -> dict[str, Any]:
    """A refused message costs no credit. The answer has no number: subscribe_msg_sent_event brings it."""
    openid = recipient(call)
    template = template_shelf.found(call.db, SUBSCRIPTION, call.json.get("template_id"))
    if template is None:
        raise Refusal(40037)
    values = values_of(call.json.get("data"), template.keywords)
    credits.spend(call.db, openid, template)
    msgid = call.platform.next_msgid()
    notices.put_on_screen(call, SUBSCRIPTION, template, values, call.json.get("page"))
    notices.enter(call, SUBSCRIPTION, msgid)
    outcome = {"TemplateId": template.id, "MsgID": msgid, "ErrorCode": 0, "ErrorStatus": "success"}
    fields = {"SubscribeMsgSentEvent": {"List": [outcome]}}
    call.owed.append(event_push(call.platform, openid, "subscribe_msg_sent_event", fields))
    return OK
