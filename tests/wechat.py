"""WeChat's side of the callback, made with `cryptography` alone: nothing of ours and nothing of wechatpy signs here."""

import base64
import hashlib
import itertools
import os
import re
import struct
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from werkzeug.test import Client as HttpClient
from werkzeug.test import TestResponse

from models import times

_message_ids = itertools.count(7250021412600020992)


def sha1(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def xml_of(fields: dict[str, Any]) -> str:
    """<xml> around fields; a str goes into CDATA, an int stands bare, a dict or list nests."""
    return f"<xml>{_inner(fields)}</xml>"


def _inner(fields: dict[str, Any]) -> str:
    return "".join(_element(name, value) for name, value in fields.items())


def _element(name: str, value: Any) -> str:
    if isinstance(value, dict):
        return f"<{name}>{_inner(value)}</{name}>"
    if isinstance(value, list):
        return "".join(_element(name, one) for one in value)
    if isinstance(value, str):
        value = "<![CDATA[" + value.replace("]]>", "]]]]><![CDATA[>") + "]]>"
    return f"<{name}>{value}</{name}>"


@dataclass
class Platform:
    """Pushes to one account over a WSGI client, and opens what comes back."""

    http: HttpClient
    token: str
    aes_key: str
    app_id: str
    account: str = "gh_test"
    statuses: list[int] = field(default_factory=list)

    @property
    def _key(self) -> bytes:
        return base64.b64decode(self.aes_key + "=")

    def seal(self, xml: bytes, *, app_id: str | None = None) -> str:
        whole = os.urandom(16) + struct.pack("!I", len(xml)) + xml + (app_id or self.app_id).encode()
        pad = 32 - len(whole) % 32
        cipher = Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16])).encryptor()
        return base64.b64encode(cipher.update(whole + bytes([pad]) * pad) + cipher.finalize()).decode()

    def unseal(self, encrypted: str) -> str:
        cipher = Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16])).decryptor()
        whole = cipher.update(base64.b64decode(encrypted)) + cipher.finalize()
        whole = whole[16 : -whole[-1]]
        (size,) = struct.unpack("!I", whole[:4])
        assert whole[4 + size :].decode() == self.app_id
        return whole[4 : 4 + size].decode()

    def query(self, *signed: str, at: float | None = None, **more: str) -> dict[str, str]:
        timestamp, nonce = str(int(at if at is not None else times.now().timestamp())), os.urandom(4).hex()
        query = {"timestamp": timestamp, "nonce": nonce, "signature": sha1(self.token, timestamp, nonce)}
        if signed:
            query["msg_signature"] = sha1(self.token, timestamp, nonce, *signed)
        return {**query, **more}

    def post(self, body: bytes, query: dict[str, str]) -> TestResponse:
        response = self.http.post(f"/wechat?{urlencode(query)}", data=body, content_type="text/xml")
        self.statuses.append(response.status_code)
        return response

    def push_xml(self, xml: str | bytes, *, at: float | None = None, app_id: str | None = None) -> TestResponse:
        """One encrypted push of `xml`."""
        encrypted = self.seal(xml.encode() if isinstance(xml, str) else xml, app_id=app_id)
        body = f"<xml><ToUserName><![CDATA[{self.account}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        return self.post(body.encode(), self.query(encrypted, at=at, encrypt_type="aes", openid="o"))

    def push(self, **fields: Any) -> str | None:
        """One encrypted push; the words of the reply, None for silence."""
        return self.words_of(self.push_xml(xml_of(fields)))

    def reply_xml(self, response: TestResponse) -> str:
        assert response.status_code == 200, response.status_code
        body = response.get_data(as_text=True)
        if not body.startswith("<"):
            return body
        encrypted = re.search(r"<Encrypt><!\[CDATA\[(.*?)\]\]>", body)
        signature = re.search(r"<MsgSignature><!\[CDATA\[(.*?)\]\]>", body)
        timestamp, nonce = (
            re.search(r"<TimeStamp>(\d+)", body),
            re.search(r"<Nonce><!\[CDATA\[(.*?)\]\]>", body),
        )
        assert encrypted, body
        assert signature, body
        assert timestamp, body
        assert nonce, body
        assert signature[1] == sha1(self.token, timestamp[1], nonce[1], encrypted[1])
        return self.unseal(encrypted[1])

    def words_of(self, response: TestResponse) -> str | None:
        xml = self.reply_xml(response)
        if xml in ("", "success"):
            return None
        found = re.search(r"<Content>(.*)</Content>", xml, re.S)
        assert found, xml
        return "".join(re.findall(r"<!\[CDATA\[(.*?)\]\]>", found[1], re.S))

    def message(self, openid: str, **fields: Any) -> dict[str, Any]:
        """The fields of a push of this kind."""
        return {
            "ToUserName": self.account, "FromUserName": openid, "CreateTime": int(times.now().timestamp()), **fields,
        }  # fmt: skip

    def text(self, openid: str, words: str, **more: Any) -> dict[str, Any]:
        return self.message(openid, MsgType="text", Content=words, MsgId=next(_message_ids), **more)

    def event(self, openid: str, event: str, **more: Any) -> dict[str, Any]:
        return self.message(openid, MsgType="event", Event=event, **more)


def shown(text: str | None) -> str:
    """A reply as a person sees it."""
    return re.sub(r"<a [^>]*>(.*?)</a>", r"\1", text or "")


def links(text: str | None) -> list[str]:
    """Web addresses in a reply."""
    return re.findall(r'<a href="(https?://[^"]+)"', text or "")
