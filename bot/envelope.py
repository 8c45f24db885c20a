"""The safe mode's envelope: signatures compared in constant time, AES checked to the last byte.

Written on `cryptography` and not on wechatpy's own class, which compares signatures with `!=`, does not check
its padding, and builds a cipher object anew for every message.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from models.errors import NotGenuine

BLOCK = 32  # WeChat pads to 32, not to AES's 16
RANDOM_BYTES = 16
HEAD = RANDOM_BYTES + 4


def signature_of(*parts: str) -> str:
    """SHA-1 over the sorted parts, as WeChat signs."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


class Envelope:
    """Opens and seals with one account's token, EncodingAESKey (43 characters) and AppID."""

    def __init__(self, *, token: str, aes_key: str, app_id: str) -> None:
        key = base64.b64decode(aes_key + "=")
        self._token = token
        self._app_id = app_id.encode()
        self._cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16]))

    def check(self, signature: str, *parts: str) -> None:
        """Raises: NotGenuine unless the token's holder signed `parts`."""
        if not hmac.compare_digest(signature_of(self._token, *parts).encode(), signature.encode()):
            raise NotGenuine("bad signature")

    def open(self, encrypted: str) -> bytes:
        """The XML inside. Raises: NotGenuine for broken encryption or another account's AppID."""
        try:
            sealed = base64.b64decode(encrypted, validate=True)
            decryptor = self._cipher.decryptor()
            padded = decryptor.update(sealed) + decryptor.finalize()
        except (binascii.Error, ValueError) as error:
            raise NotGenuine(f"broken encryption: {error}") from None
        return self._content(padded)

    def _content(self, padded: bytes) -> bytes:
        pad = padded[-1] if padded else 0
        if not 1 <= pad <= BLOCK or padded[-pad:] != bytes([pad]) * pad or len(padded) - pad < HEAD:
            raise NotGenuine("broken padding")
        (size,) = struct.unpack("!I", padded[RANDOM_BYTES:HEAD])
        content, app_id = padded[HEAD : HEAD + size], padded[HEAD + size : -pad]
        if not hmac.compare_digest(app_id, self._app_id):
            raise NotGenuine("made for another AppID")
        return content

    def seal(self, xml: str, *, timestamp: str, nonce: str) -> str:
        """The encrypted and signed reply around `xml`."""
        content = xml.encode()
        whole = secrets.token_bytes(RANDOM_BYTES) + struct.pack("!I", len(content)) + content + self._app_id
        pad = BLOCK - len(whole) % BLOCK
        encryptor = self._cipher.encryptor()
        sealed = encryptor.update(whole + bytes([pad]) * pad) + encryptor.finalize()
        encrypted = base64.b64encode(sealed).decode()
        return (
            f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt>"
            f"<MsgSignature><![CDATA[{signature_of(self._token, timestamp, nonce, encrypted)}]]></MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
        )
