"""Drawing lots in an order anybody can check afterwards. Standard library only; docs/lottery.md has a checker.

The hash of a random seed is published before anybody enters; the list of codes is sealed by its own hash when entries
close; the codes are then taken in the order of HMAC-SHA256(seed, code), and the seed is shown.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable


def new_seed() -> tuple[str, str]:
    """32 random bytes and their SHA-256, both as hex."""
    seed = secrets.token_hex(32)
    return seed, hashlib.sha256(bytes.fromhex(seed)).hexdigest()


def drawn_as(seed: str, code: str) -> str:
    """What a code is ordered by, as hex; `seed` as hex."""
    return hmac.digest(bytes.fromhex(seed), code.encode(), "sha256").hex()


def drawn_order(seed: str, codes: Iterable[str]) -> list[str]:
    """The codes in the order in which they are drawn."""
    return sorted(codes, key=lambda code: drawn_as(seed, code))


def list_hash(codes: Iterable[str]) -> str:
    """SHA-256, as hex, of the codes in alphabetical order, a line each."""
    return hashlib.sha256("\n".join(sorted(codes)).encode()).hexdigest()
