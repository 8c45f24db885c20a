"""A push and the envelope it travels in: safe, compatible or plain, signed at the moment of each try."""

import secrets
from dataclasses import dataclass
from urllib.parse import urlencode

from simulator.account import Account
from simulator.crypto import seal, signature
from simulator.xml import cdata

FOREIGN_APP_ID = "wx00000000foreign0"


@dataclass(frozen=True)
class Push:
    """What a reader did, as the account will be told."""

    openid: str
    xml: str
    what: str  # for the log: text, image, event CLICK …
    is_message: bool
    shows: bool = True  # whether an answer or a failure can appear on the phone
    item: int | None = None  # the reader's own item on the screen


@dataclass(frozen=True)
class Envelope:
    """One try, ready to be posted."""

    url: str
    body: bytes


def enveloped(account: Account, push: Push, second: int, *, spoiled: str | None = None) -> Envelope:
    """Sign (and seal) the push; `spoiled` makes it forged or foreign."""
    nonce = str(secrets.randbelow(2_000_000_000))
    stamp = str(second)
    query = {
        "signature": signature(account.token, stamp, nonce),
        "timestamp": stamp,
        "nonce": nonce,
        "openid": push.openid,
    }
    if spoiled == "forged":
        query["signature"] = secrets.token_hex(20)
    if account.mode == "plain":
        return Envelope(_url(account.callback, query), push.xml.encode())
    app_id = FOREIGN_APP_ID if spoiled == "foreign" else account.app_id
    sealed = seal(push.xml, aes_key=account.aes_key, app_id=app_id)
    query["encrypt_type"] = "aes"
    query["msg_signature"] = signature(account.token, stamp, nonce, sealed)
    if spoiled == "forged":
        query["msg_signature"] = secrets.token_hex(20)
    return Envelope(_url(account.callback, query), _body(account, push, sealed).encode())


def _url(callback: str, query: dict[str, str]) -> str:
    return f"{callback}{'&' if '?' in callback else '?'}{urlencode(query)}"


def _body(account: Account, push: Push, sealed: str) -> str:
    if account.mode == "compatible":
        return push.xml.removesuffix("</xml>") + f"<Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
    owner = cdata(account.account_id)
    return f"<xml><ToUserName><![CDATA[{owner}]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
