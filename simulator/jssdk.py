"""JSSDK: the ticket pages sign with, and the check of such a signature."""

import hashlib
import hmac
import secrets
from typing import Any

from simulator.account import Right
from simulator.calls import Call, endpoint
from simulator.errors import OK, Refusal
from simulator.platform import Platform
from simulator.state import keep_setting, setting

LIFE_S = 7200
CONFIG_OK, WRONG_APP, WRONG_SIGNATURE = "config:ok", "config:fail, invalid appid", "config:fail, invalid signature"


@endpoint("GET", "/cgi-bin/ticket/getticket")
def get_ticket(call: Call) -> dict[str, Any]:
    """The current ticket with the seconds that remain; a new one when it has run its time."""
    if call.query.get("type") != "jsapi":
        raise Refusal(40035, "type")
    kept: dict[str, Any] = setting(call.db, "jsapi_ticket", {"until": 0.0})
    if kept["until"] <= call.now:
        kept = {"ticket": secrets.token_urlsafe(64), "until": call.now + LIFE_S}
        keep_setting(call.db, "jsapi_ticket", kept)
    return {**OK, "ticket": kept["ticket"], "expires_in": int(kept["until"] - call.now)}


def check_config(platform: Platform, wish: dict[str, Any]) -> dict[str, Any]:
    """What wx.config is told: `errMsg`, and the open tags this account may use."""
    if wish.get("appId") != platform.account.app_id:
        return {"errMsg": WRONG_APP, "openTags": []}
    if not _is_signed(platform, wish):
        return {"errMsg": WRONG_SIGNATURE, "openTags": []}
    return {
        "errMsg": CONFIG_OK,
        "openTags": ["wx-open-subscribe"] if platform.account.may(Right.SUBSCRIPTION) else [],
    }


def _is_signed(platform: Platform, wish: dict[str, Any]) -> bool:
    """Signed with the living ticket, for this address up to its #."""
    with platform.state.unit() as db:
        kept: dict[str, Any] = setting(db, "jsapi_ticket", {"until": 0.0})
    if kept["until"] <= platform.clock.now():
        return False
    url = str(wish.get("url", "")).partition("#")[0]
    signed = (
        f"jsapi_ticket={kept['ticket']}&noncestr={wish.get('nonceStr')}&timestamp={wish.get('timestamp')}&url={url}"
    )
    return hmac.compare_digest(
        hashlib.sha1(signed.encode()).hexdigest().encode(), str(wish.get("signature")).encode()
    )
