"""WeChat's side of the callback, as the bench plays it: sealed pushes out, sealed replies opened and checked.

Written with `cryptography` alone from the published scheme, so that nothing under measurement checks itself.
"""

import base64
import hashlib
import os
import struct
from dataclasses import dataclass, field
from urllib.parse import urlencode
from xml.etree import ElementTree

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32  # WeChat pads to 32 bytes, not to AES's 16
ACCOUNT = "gh_benchbench00"


class WrongReplyError(Exception):
    """A reply that WeChat would not have shown, or not the one the reader was owed."""


@dataclass(frozen=True)
class Channel:
    """The secrets a callback and the platform share."""

    token: str = "benchtoken0123456789"
    aes_key: str = "YmVuY2hiZW5jaGJlbmNoYmVuY2hiZW5jaGJlbmNoYmU"
    app_id: str = "wx00000000bench001"
    _cipher: Cipher[modes.CBC] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        key = base64.b64decode(self.aes_key + "=")
        object.__setattr__(self, "_cipher", Cipher(algorithms.AES(key), modes.CBC(key[:16])))

    def environment(self) -> dict[str, str]:
        """For the baselines, which read their three secrets from here."""
        return {
            "BENCH_TOKEN": self.token,
            "BENCH_AES_KEY": self.aes_key,
            "BENCH_APP_ID": self.app_id,
        }

    def sign(self, *parts: str) -> str:
        """The signature over token and parts."""
        return hashlib.sha1("".join(sorted((self.token, *parts))).encode()).hexdigest()

    def seal(self, xml: str) -> str:
        """AES-CBC over 16 random bytes, the length, the XML and the AppID."""
        body = xml.encode()
        whole = os.urandom(16) + struct.pack("!I", len(body)) + body + self.app_id.encode()
        missing = BLOCK - len(whole) % BLOCK
        encryptor = self._cipher.encryptor()
        return base64.b64encode(encryptor.update(whole + bytes([missing]) * missing)).decode()

    def unseal(self, sealed: str) -> str:
        """The XML inside. Raises: WrongReplyError when padding, length or AppID are not as they should be."""
        whole = self._cipher.decryptor().update(base64.b64decode(sealed))
        missing = whole[-1]
        if not 1 <= missing <= BLOCK or whole[-missing:] != bytes([missing]) * missing:
            raise WrongReplyError("padding")
        (length,) = struct.unpack("!I", whole[16:20])
        if whole[20 + length : -missing] != self.app_id.encode():
            raise WrongReplyError("length or AppID")
        return whole[20 : 20 + length].decode()


def text_push(openid: str, content: str, msg_id: int, created: int) -> str:
    """What a reader's words look like to the callback."""
    return (
        f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>"
        f"<CreateTime>{created}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{content}]]></Content><MsgId>{msg_id}</MsgId></xml>"
    )


def request(channel: Channel, xml: str, *, path: str, openid: str, created: int) -> bytes:
    """One HTTP request as bytes: sealed in safe mode and signed, with a fresh nonce."""
    sealed = channel.seal(xml)
    stamp, nonce = str(created), str(int.from_bytes(os.urandom(4)))
    query = urlencode(
        {
            "signature": channel.sign(stamp, nonce),
            "timestamp": stamp,
            "nonce": nonce,
            "openid": openid,
            "encrypt_type": "aes",
            "msg_signature": channel.sign(stamp, nonce, sealed),
        }
    )
    body = f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
    return (
        f"POST {path}?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Mozilla/4.0\r\nAccept: */*\r\n"
        f"Content-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


@dataclass(frozen=True, slots=True)
class Reply:
    """A passive text reply, opened."""

    to: str
    content: str


def opened(channel: Channel, answer: bytes) -> Reply:
    """The text reply inside a raw HTTP answer. Raises: WrongReplyError."""
    head, _, body = answer.partition(b"\r\n\r\n")
    if b" 200 " not in head[:16]:
        raise WrongReplyError(head.split(b"\r\n", 1)[0].decode(errors="replace"))
    outer = _fields(body.decode())
    sealed = outer.get("Encrypt", "")
    if outer.get("MsgSignature") != channel.sign(outer.get("TimeStamp", ""), outer.get("Nonce", ""), sealed):
        raise WrongReplyError(f"signature: {body[:200]!r}")
    inner = _fields(channel.unseal(sealed))
    if inner.get("MsgType") != "text" or inner.get("FromUserName") != ACCOUNT:
        raise WrongReplyError(f"not a text reply from the account: {inner}")
    return Reply(to=inner.get("ToUserName", ""), content=inner.get("Content", ""))


def _fields(xml: str) -> dict[str, str]:
    try:
        root = ElementTree.fromstring(xml)
    except ElementTree.ParseError as error:
        raise WrongReplyError(f"not XML: {xml[:200]!r}") from error
    return {child.tag: child.text or "" for child in root}
