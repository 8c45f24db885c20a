"""What readers' pages ask of WeChat: whose code this is, and a signature for its script. Called before a unit opens."""

import hashlib
import secrets
from urllib.parse import urlencode

import structlog

from bot.client import Client
from bot.token import TokenHolder
from models import times
from models.db import Database
from models.errors import FateUnknown, WeChatError

log = structlog.get_logger("bot.platform")

REAL_SCRIPT = "https://res.wx.qq.com/open/js/jweixin-1.6.0.js"
TICKET = "jsapi_ticket"


class Platform:
    """Web authorisation and the JSSDK of a verified service account; other accounts have neither."""

    def __init__(
        self, client: Client, database: Database, *, open_base: str, script: str, has_rights: bool,
        merchant: str = "", bridge: str = "",
    ) -> None:  # fmt: skip
        """`open_base`: where readers are sent to say who they are. `script`: the JSSDK's address. `bridge`: what stands in for
        WeChat's own bridge where there is none, in the simulator's phone."""
        self.script = script
        self._client = client
        self._open_base = open_base.rstrip("/")
        self._has_rights = has_rights
        self._merchant, self._bridge = merchant, bridge
        self._ticket = TokenHolder(database, self._fetch_ticket, name=TICKET)

    def authorize_url(self, back: str, state: str) -> str:
        """Where WeChat sends the reader on to `back` with a code; "" where this account cannot ask."""
        if not self._has_rights:
            return ""
        query = {
            "appid": self._client.appid, "redirect_uri": back, "response_type": "code", "scope": "snsapi_base",
            "state": state,
        }  # fmt: skip
        return f"{self._open_base}/connect/oauth2/authorize?{urlencode(query)}#wechat_redirect"

    def openid_for(self, code: str) -> str | None:
        """The reader who came with this code; None for a used or invented one, and for whoever looks at a snapshot."""
        asked = {
            "appid": self._client.appid, "secret": self._client.secret, "code": code,
            "grant_type": "authorization_code", "access_token": "",
        }  # fmt: skip
        url = self._client.api("sns/oauth2/access_token")
        try:
            answer = self._client.ask(lambda: self._client.get(url, params=asked))
        except WeChatError as error:
            log.warning("no openid for a code", cause=str(error))
            return None
        return None if answer.get("is_snapshotuser") else str(answer.get("openid") or "") or None

    def signature(self, url: str) -> dict[str, str] | None:
        """What wx.config wants for the page at this address; None where it cannot be had now."""
        if not self._has_rights:
            return None
        try:
            ticket = self._ticket.token()
        except WeChatError as error:
            log.warning("no ticket for pages", cause=str(error))
            return None
        nonce, at = secrets.token_hex(8), str(int(times.now().timestamp()))
        signed = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={at}&url={url.partition('#')[0]}"
        made = hashlib.sha1(signed.encode()).hexdigest()  # noqa: S324  (WeChat's choice)
        return {"app": self._client.appid, "time": at, "nonce": nonce, "signature": made}

    def pay(self, package: str) -> dict[str, str]:
        """What the sheet on which a transfer is confirmed is opened with."""
        return {"app": self._client.appid, "merchant": self._merchant, "package": package, "script": self._bridge}

    def _fetch_ticket(self, _force: bool) -> tuple[str, int]:
        answer = self._client.ask(lambda: self._client.jsapi.get_ticket())
        try:
            return str(answer["ticket"]), int(answer["expires_in"])
        except (KeyError, TypeError, ValueError):
            raise FateUnknown("getticket answered without a ticket") from None
