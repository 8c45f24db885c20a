"""Signatures and the AES envelope as the platform makes them, on `cryptography` alone."""

import base64
import binascii
import hashlib
import secrets
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32  # the platform pads to 32, not to AES's own 16


class NotOurs(Exception):
    """A sealed text that is broken, or was sealed for another account."""


def signature(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def seal(xml: str, *, aes_key: str, app_id: str) -> str:
    """16 random bytes + length + XML + AppID, PKCS7 to 32, AES-256-CBC, base64."""
    content = xml.encode()
    plain = secrets.token_bytes(16) + struct.pack("!I", len(content)) + content + app_id.encode()
    pad = BLOCK - len(plain) % BLOCK
    encryptor = _cipher(aes_key).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()


def unseal(sealed: str, *, aes_key: str, app_id: str) -> str:
    """The XML inside. Raises: NotOurs, saying what is wrong."""
    try:
        decryptor = _cipher(aes_key).decryptor()
        padded = decryptor.update(base64.b64decode(sealed, validate=True)) + decryptor.finalize()
    except (binascii.Error, ValueError) as error:
        raise NotOurs(f"Encrypt cannot be decrypted: {error}") from None
    pad = padded[-1] if padded else 0
    if not 1 <= pad <= BLOCK or padded[-pad:] != bytes([pad]) * pad or len(padded) - pad < 20:
        raise NotOurs("Encrypt is not padded by PKCS7 to 32 bytes")
    (size,) = struct.unpack("!I", padded[16:20])
    content, owner = padded[20 : 20 + size], padded[20 + size : -pad]
    if owner != app_id.encode():
        raise NotOurs(f"Encrypt carries the AppID {owner.decode(errors='replace')!r}")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise NotOurs(f"the reply is not UTF-8: {error}") from None


def _cipher(aes_key: str) -> Cipher[modes.CBC]:
    key = base64.b64decode(aes_key + "=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))
