"""Links that the chat hands out: sealed, so that the address shows no openid, short-lived, and good for one purpose.

Pure: the secret and `now` are handed in. That a link is used once is kept by models.binding.
"""

import base64
import binascii
import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

GOOD_FOR = timedelta(minutes=30)
AHEAD = timedelta(minutes=2)  # clocks of two machines
_NONCE = 12  # bytes


class Purpose(StrEnum):
    """What a link is good for; one made for another purpose does not open."""

    PAGES = "pages"  # binds a browser to the reader
    TRIAL = "trial"  # staff try a quiz before it opens: the subject is its number
    TRIAL_STATE = "trial state"  # where they are in it
    GUARDIAN = "guardian"  # a child's work waits for a guardian: the subject is the code of the work


LIVES: dict[Purpose, timedelta] = {
    Purpose.GUARDIAN: timedelta(days=7)
}  # forwarded to a parent who looks in the evening


@dataclass(frozen=True, slots=True)
class Opened:
    """What was sealed: whose link, where it leads (a path of ours), when it was given (aware)."""

    openid: str
    subject: str
    given_at: datetime


def sealed_link(secret: str, openid: str, purpose: Purpose, subject: str, now: datetime) -> str:
    """The token for an address. Raises: ValueError without a secret."""
    body = json.dumps([openid, subject, now.timestamp()], separators=(",", ":")).encode()
    nonce = secrets.token_bytes(_NONCE)
    sealed = nonce + _key(secret).encrypt(nonce, body, purpose.value.encode())
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def opened(secret: str, token: str, purpose: Purpose, now: datetime) -> Opened | None:
    """None for what we did not seal, for another purpose, and for what is too old."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        body = _key(secret).decrypt(raw[:_NONCE], raw[_NONCE:], purpose.value.encode())
    except (InvalidTag, ValueError, binascii.Error):
        return None
    openid, subject, given = json.loads(body)
    given_at = datetime.fromtimestamp(given, UTC)
    is_good = now - LIVES.get(purpose, GOOD_FOR) < given_at <= now + AHEAD
    return Opened(openid, subject, given_at) if is_good else None


def link_hash(token: str) -> str:
    """What is kept of a link that was used."""
    return hashlib.sha256(token.encode()).hexdigest()


def _key(secret: str) -> AESGCM:
    if not secret:
        raise ValueError("no secret to seal with")
    return AESGCM(hashlib.sha256(b"shusheng links\n" + secret.encode()).digest())
