"""The merchant account being simulated: its number, its keys, its money.

The two key pairs are made at the first start and kept as files in the folder that `--pay-keys` names, so that whoever pays
can be given its half: merchant-key.pem (private, signs what is asked) and platform-key.pem (public, checks the answers).
No key stands in the repository.
"""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from simulator.state import setting

MERCHANT_KEY, PLATFORM_KEY, PLATFORM_SECRET = "merchant-key.pem", "platform-key.pem", "platform-secret.pem"
FIRST_BALANCE = 1_000_000  # fen: ten thousand yuan
A_DAYS_FEN = 100_000_000  # what its red packets may come to in a day


def day_limit(db: sqlite3.Connection) -> int:
    """Fen that red packets of one day may come to."""
    return int(setting(db, "pay_day_fen", A_DAYS_FEN))


def is_let_in(db: sqlite3.Connection, address: str | None) -> bool:
    """May calls come from this address? Transfers ask for a list of them; an empty one lets in everybody."""
    listed = setting(db, "pay_addresses", [])
    return not listed or address in listed


@dataclass(frozen=True)
class Merchant:
    """What the merchant's console would hold."""

    number: str
    v2_key: str
    v3_key: str
    serial: str
    platform_key_id: str
    public: rsa.RSAPublicKey  # of the merchant: checks what is asked
    secret: rsa.RSAPrivateKey  # of the platform: signs what is answered


def merchant_at(
    folder: Path, *, number: str, v2_key: str, v3_key: str, serial: str, platform_key_id: str
) -> Merchant:
    """The merchant with the keys of this folder, which are made if they are not there."""
    folder.mkdir(parents=True, exist_ok=True)
    merchants, platforms = _private(folder / MERCHANT_KEY), _private(folder / PLATFORM_SECRET)
    public = platforms.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / PLATFORM_KEY).write_bytes(public)
    return Merchant(number, v2_key, v3_key, serial, platform_key_id, merchants.public_key(), platforms)


def _private(file: Path) -> rsa.RSAPrivateKey:
    if not file.exists():
        key = rsa.generate_private_key(65537, 2048)
        file.touch(mode=0o600)
        file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    loaded = load_pem_private_key(file.read_bytes(), None)
    if not isinstance(loaded, rsa.RSAPrivateKey):
        raise ValueError(f"{file} is no RSA key")
    return loaded
