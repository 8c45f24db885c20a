"""Passwords: argon2 in, yes or no out, and which ones are too easy."""

import secrets
import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models.errors import BadInput

SHORTEST, LONGEST = 10, 128
# OWASP's second choice for argon2id: 19 MiB for 30 ms, so that a process stays small while people sign in.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_few = threading.Semaphore(2)
# Checked for a name nobody has: an unknown name must take as long as a known one.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$dV5GSzu9k6erm99V9BxsaQ$XTWJypcRH6t1Ym2qbTM4tdJTUqZN04tlDrtEs5HF3I0"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another on paper


def sealed(password: str) -> str:
    """What is kept of a password."""
    with _few:
        return _hasher.hash(_composed(password))


def fits(password: str, kept: str | None) -> bool:
    """Is it the one that was sealed? `None` for nobody: False, after the same time."""
    if len(password) > LONGEST:
        return False
    with _few:
        try:
            return _hasher.verify(kept or _NOBODY, _composed(password)) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def judged(password: str, *, login: str, name: str) -> str:
    """The password. Raises: BadInput saying what is wrong with it."""
    if len(password) < SHORTEST:
        raise BadInput(f"密码至少 {SHORTEST} 个字符，几个词的拼音连起来就好记。")
    if len(password) > LONGEST:
        raise BadInput(f"密码最多 {LONGEST} 个字符。")
    if len(set(password.casefold())) < 5 or password.isdecimal():
        raise BadInput("这个密码太容易猜到：不要只用数字，也不要老是那几个字符。")
    if any(word and word.casefold() in password.casefold() for word in (login, name)):
        raise BadInput("密码里不要带自己的登录名或姓名。")
    return password


def invented() -> str:
    """A first password for somebody, easy to read out: four groups of four letters."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def _composed(password: str) -> str:
    """Two keyboards may write one character in two ways."""
    return unicodedata.normalize("NFKC", password)
