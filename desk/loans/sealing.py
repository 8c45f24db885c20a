"""Card numbers as keyed digests, titles sealed under the number of their card. Pure: the secret is handed in.

Whoever has the database alone reads no title and knows no card: the number stands only with a reader who bound it, and
goes when they do.
"""

import base64
import hashlib
import hmac
import json
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

LONGEST_NUMBER, SHORTEST_NUMBER = 40, 3
_NONCE = 12
_BLANKS = re.compile(r"[\s\-_—－]+")


@dataclass(frozen=True, slots=True)
class Item:
    """What is sealed of a loan."""

    title: str
    barcode: str


def number_in(words: str) -> str:
    """A card number as it is compared: one width, no blanks, capitals; "" for what cannot be one."""
    number = _BLANKS.sub("", unicodedata.normalize("NFKC", words)).upper()
    fits = SHORTEST_NUMBER <= len(number) <= LONGEST_NUMBER and number.isascii() and number.isalnum()
    return number if fits else ""


def card_key(secret: str, number: str) -> str:
    """The digest of a card. Raises: ValueError without a secret."""
    return _digest(secret, "card", number)


def proof_key(secret: str, number: str, proof: str, answer: str) -> str:
    """The digest of an answer, which says nothing for another card."""
    return _digest(secret, "proof", number, proof, answer)


def item_key(secret: str, number: str, item: str) -> str:
    """The digest of what is borrowed, by its barcode."""
    return _digest(secret, "item", number, item)


def _digest(secret: str, *parts: str) -> str:
    if not secret:
        raise ValueError("no secret to digest with")
    return hmac.digest(secret.encode(), "\n".join(parts).encode(), hashlib.sha256).hex()[:32]


@lru_cache(maxsize=256)
def _lock(secret: str, number: str) -> AESGCM:
    return AESGCM(hmac.digest(secret.encode(), f"title\n{number}".encode(), hashlib.sha256))


def seal(secret: str, number: str, item: Item) -> str:
    """Text that only this card's number opens.

    The nonce is the digest of what is sealed, so that the same loan looks the same in every file, and changes nothing.
    """
    body = json.dumps([item.title, item.barcode], ensure_ascii=False, separators=(",", ":")).encode()
    nonce = hmac.digest(secret.encode(), number.encode() + b"\n" + body, hashlib.sha256)[:_NONCE]
    return base64.b64encode(nonce + _lock(secret, number).encrypt(nonce, body, None)).decode()


def unsealed(secret: str, number: str, sealed: str) -> Item:
    """What was sealed; an item without a name where the secret has changed since."""
    try:
        raw = base64.b64decode(sealed)
        found: Any = json.loads(_lock(secret, number).decrypt(raw[:_NONCE], raw[_NONCE:], None))
    except (InvalidTag, ValueError):
        return Item("", "")
    return Item(*found)


def kept(secret: str, openid: str, number: str) -> str:
    """A card number as a conversation keeps it, while this reader proves that it is theirs."""
    return seal(secret, f"held by {openid}", Item(number, ""))


def kept_number(secret: str, openid: str, text: str) -> str:
    """The number again; "" where the secret has changed since."""
    return unsealed(secret, f"held by {openid}", text).title


def masked(number: str) -> str:
    """尾号 3317"""
    return f"尾号 {number[-4:]}"
