"""The client of WeChat Pay: signs what we ask, checks what it answers. Amounts are fen.

v2 is signed by wechatpy, v3 by `cryptography` itself: wechatpayv3, its SDK, would bring 4 MB into every process for a dozen
lines, and carries each call over a new connection to an address that cannot be changed, without a time limit, telling a
lost answer from a refusal by no error of its own. Here `bot/road.py` carries the calls, and what is not certain is
FateUnknown.
"""

import json
import secrets
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from urllib3 import Timeout
from wechatpy.pay.utils import calculate_signature, dict_to_xml

from bot.road import Road
from config.settings import PAY_SETTINGS, Settings, SettingsError, named
from models.errors import FateUnknown, NotGenuine

Json = dict[str, Any]

CONNECT_SECONDS, READ_SECONDS = 3.05, 15  # a payment is given longer than a message before its outcome is unknown
NOTICE_GOOD_FOR_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Keys:
    """What v3 signs and checks with."""

    v3_key: str
    serial: str  # of the merchant's certificate
    private: RSAPrivateKey
    platform: RSAPublicKey  # 微信支付公钥
    platform_id: str


@dataclass(frozen=True, slots=True)
class Merchant:
    """Who pays: the library's merchant account."""

    app_id: str
    number: str
    name: str  # who sends, as the winner reads it
    v2_key: str = ""
    keys: Keys | None = None  # only for what is of v3


class PayClient:
    """One for the whole process; its threads share the connections."""

    def __init__(
        self, merchant: Merchant, *, base: str, certificate: str = "", key: str = "", connections: int = 32
    ) -> None:
        """`certificate`, `key`: files; v2 knows the merchant by them."""
        self.merchant = merchant
        self._road = Road(base, connections=connections, certificate=certificate, key=key)
        self._timeout = Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)

    # ── v2: XML, MD5 ──

    def v2(self, path: str, fields: Mapping[str, object]) -> dict[str, str]:
        """What the platform answers, signed with our key. Raises: TryLater, FateUnknown.

        An answer is believed only with our number's own fields in it: v2 signs no answers of these two interfaces.
        """
        asked = {name: str(value) for name, value in fields.items() if value not in ("", None)}
        asked["nonce_str"] = secrets.token_hex(16)
        sign = calculate_signature(asked, self.merchant.v2_key)
        body = dict_to_xml(asked, sign).encode()
        status, _headers, answer = self._road.plain(
            "POST", path, timeout=self._timeout, body=body, headers={"Content-Type": "text/xml"}
        )
        if status != 200:
            raise FateUnknown(f"HTTP {status}")
        return _flat(answer)

    # ── v3: JSON, RSA ──

    def v3(self, method: str, path: str, body: Json | None = None) -> tuple[int, Json]:
        """Status and JSON of the answer; its signature has been checked. Raises: TryLater, FateUnknown."""
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":")) if body is not None else ""
        keys = self._keys
        headers = {
            "Authorization": self._authorization(method, path, text),
            "Accept": "application/json", "Content-Type": "application/json", "User-Agent": "shusheng",
            "Wechatpay-Serial": keys.platform_id,
        }  # fmt: skip
        status, told, answer = self._road.plain(
            method, path, timeout=self._timeout, body=text.encode() or None, headers=headers
        )
        if 200 <= status < 300 and not self._is_genuine(told, answer):
            raise FateUnknown("the answer is not signed by WeChat Pay")
        return status, _json(answer)

    @property
    def _keys(self) -> Keys:
        if self.merchant.keys is None:
            raise LookupError("no keys for v3")
        return self.merchant.keys

    def _is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        keys = self._keys
        if headers.get("Wechatpay-Serial", "") != keys.platform_id:
            return False
        told = [headers.get(f"Wechatpay-{name}", "") for name in ("Timestamp", "Nonce")]
        signed = "\n".join(told).encode() + b"\n" + body + b"\n"
        try:
            keys.platform.verify(b64decode(headers.get("Wechatpay-Signature", "")), signed, PKCS1v15(), SHA256())
        except (InvalidSignature, ValueError):
            return False
        return True

    def _authorization(self, method: str, path: str, body: str) -> str:
        """WECHATPAY2-SHA256-RSA2048 over method, path, moment, nonce and body, a line each. By this machine's own clock:
        the platform's is not shifted with the demo's."""
        keys, at, nonce = self._keys, str(int(time.time())), secrets.token_hex(16)
        text = "\n".join((method, path, at, nonce, body, ""))
        signature = b64encode(keys.private.sign(text.encode(), PKCS1v15(), SHA256())).decode()
        told = {
            "mchid": self.merchant.number,
            "nonce_str": nonce,
            "signature": signature,
            "timestamp": at,
            "serial_no": keys.serial,
        }
        return "WECHATPAY2-SHA256-RSA2048 " + ",".join(f'{name}="{value}"' for name, value in told.items())

    def notice(self, headers: Mapping[str, str], body: bytes, *, now: float) -> Json:
        """What WeChat Pay pushed, in the clear: {"event", "resource"}. Raises: NotGenuine.

        `now`: seconds since 1970, since an old notice is not taken a second time.
        """
        stamp = headers.get("Wechatpay-Timestamp", "")
        if not stamp.isdigit() or abs(now - int(stamp)) > NOTICE_GOOD_FOR_SECONDS:
            raise NotGenuine("a notice out of its time")
        if not self._is_genuine(headers, body):
            raise NotGenuine("a notice WeChat Pay did not sign")
        try:
            told = json.loads(body)
            sealed = told["resource"]
            about = (sealed.get("associated_data") or "").encode()
            opened = AESGCM(self._keys.v3_key.encode())
            clear = opened.decrypt(sealed["nonce"].encode(), b64decode(sealed["ciphertext"]), about)
            return {"event": str(told["event_type"]), "resource": json.loads(clear)}
        except (AttributeError, InvalidTag, KeyError, TypeError, ValueError):
            raise NotGenuine("a notice that cannot be read") from None


def client_of(settings: Settings) -> PayClient:
    """The client of what these settings pay with. Raises: SettingsError, a line for each that is missing or unreadable."""
    settings.required(*PAY_SETTINGS[settings.payout])
    keys = _keys_of(settings) if settings.payout == "transfer" else None
    merchant = Merchant(
        settings.wechat_app_id, settings.pay_merchant, settings.library, v2_key=settings.pay_v2_key, keys=keys
    )
    certificate, key = settings.pay_certificate or "", settings.pay_private_key or ""
    return PayClient(merchant, base=settings.pay_api_base, certificate=str(certificate), key=str(key))


def _keys_of(settings: Settings) -> Keys:
    private = _read("pay_private_key", settings.pay_private_key, lambda pem: load_pem_private_key(pem, None))
    platform = _read("pay_platform_key", settings.pay_platform_key, load_pem_public_key)
    if not isinstance(private, RSAPrivateKey) or not isinstance(platform, RSAPublicKey):
        raise SettingsError("商户私钥和微信支付公钥都要是 RSA 的：请照商户平台下载的文件原样放。")
    return Keys(settings.pay_v3_key, settings.pay_serial, private, platform, settings.pay_platform_key_id)


def _read(name: str, path: Path | None, load: Callable[[bytes], object]) -> object:
    try:
        return load(path.read_bytes() if path else b"")
    except OSError as error:
        raise SettingsError(f"{named(name)}：{path} 打不开（{error.strerror}）。") from None
    except ValueError:
        raise SettingsError(f"{named(name)}：{path} 不是 PEM 文件，或设了密码：请用商户平台下载的原文件。") from None


def _flat(answer: bytes) -> dict[str, str]:
    """The fields of a v2 answer. Raises: FateUnknown for what is no XML."""
    if b"<!" in answer.replace(b"<![CDATA[", b""):  # neither DOCTYPE nor entities: a v2 answer has none
        raise FateUnknown("the answer is not plain XML")
    try:
        root = ElementTree.fromstring(answer)  # noqa: S314  (no entities, see above)
    except ElementTree.ParseError:
        raise FateUnknown("the answer is not XML") from None
    return {child.tag: (child.text or "").strip() for child in root}


def _json(answer: bytes) -> Json:
    try:
        told = json.loads(answer) if answer else {}
    except ValueError:
        raise FateUnknown("the answer is not JSON") from None
    if not isinstance(told, dict):
        raise FateUnknown("the answer is not an object")
    return told
