"""What the platform tells the account: the XML of a push, and events as pushes."""

from typing import Any

from simulator import xml
from simulator.platform import Platform
from simulator.push import Push

HELPER = "oSimMassSendHelper00000000000"  # 群发助手: it, and no reader, tells of jobs that are done
# Nobody looks at the chat then, or there is none any more.
SILENT = (
    "unsubscribe", "LOCATION", "VIEW", "view_miniprogram", "TEMPLATESENDJOBFINISH",
    "subscribe_msg_popup_event", "subscribe_msg_change_event", "subscribe_msg_sent_event", "MASSSENDJOBFINISH", "PUBLISHJOBFINISH",
)  # fmt: skip


def written(platform: Platform, openid: str, kind: str, fields: dict[str, Any]) -> str:
    """The XML of a push of MsgType `kind` with its own fields behind the common ones."""
    head = {
        "ToUserName": platform.account.account_id,
        "FromUserName": openid,
        "CreateTime": platform.clock.second(),
        "MsgType": kind,
    }
    return xml.write({**head, **fields})


def event_push(platform: Platform, openid: str, name: str, fields: dict[str, Any]) -> Push:
    told = written(platform, openid, "event", {"Event": name, **fields})
    return Push(openid, told, f"event {name}", is_message=False, shows=name not in SILENT)
