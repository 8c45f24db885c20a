"""Access tokens: the two families, their lives, their limits, and what a wrong one is told."""

import hmac
import secrets
import sqlite3

from simulator.clock import day_of
from simulator.errors import Refusal

LIFE_S = 7200
OVERLAP_S = 300  # an older plain token lives this long beside a new one; a stable one is renewed this early
FORCED_PER_DAY = 20
FORCED_APART_S = 30


def check_token(db: sqlite3.Connection, token: str | None, now: float) -> None:
    """Raises: Refusal 41001 missing, 40014 malformed, 40001 not one of ours, 42001 expired."""
    if not token:
        raise Refusal(41001)
    if len(token) < 40 or not (token.isascii() and token.replace("_", "").replace("-", "").isalnum()):
        raise Refusal(40014)
    row = db.execute("SELECT expires_at, dies_at FROM tokens WHERE token = ?", (token,)).fetchone()
    if row is None:
        raise Refusal(40001)
    if now >= row["dies_at"]:
        # A token that ran its time is expired; one replaced before is no longer the latest.
        raise Refusal(42001 if now >= row["expires_at"] else 40001)


def plain_token(db: sqlite3.Connection, now: float) -> dict[str, object]:
    """A new token; the older ones die within five minutes."""
    db.execute("UPDATE tokens SET dies_at = min(dies_at, ?) WHERE family = 'plain'", (now + OVERLAP_S,))
    return _shown(_issue(db, "plain", now), now + LIFE_S, now)


def stable_token(db: sqlite3.Connection, now: float, *, force: bool) -> dict[str, object]:
    """The current token, or a new one when it nears its end. A forced one kills the old at once.

    Forced again within 30 s it refreshes nothing; the twenty-first time in a day is Refusal 45009.
    """
    if force and _may_force(db, now):
        db.execute("UPDATE tokens SET dies_at = min(dies_at, ?) WHERE family = 'stable'", (now,))
        return _shown(_issue(db, "stable", now, forced=True), now + LIFE_S, now)
    row = db.execute(
        "SELECT token, expires_at FROM tokens WHERE family = 'stable' AND dies_at > ? ORDER BY expires_at DESC",
        (now + OVERLAP_S,),
    ).fetchone()
    return (
        _shown(row["token"], row["expires_at"], now) if row else _shown(_issue(db, "stable", now), now + LIFE_S, now)
    )


def _may_force(db: sqlite3.Connection, now: float) -> bool:
    times = [
        row["issued_at"] for row in db.execute("SELECT issued_at FROM tokens WHERE family = 'stable' AND forced = 1")
    ]
    if any(now - at < FORCED_APART_S for at in times):
        return False
    if sum(day_of(at) == day_of(now) for at in times) >= FORCED_PER_DAY:
        raise Refusal(45009)
    return True


def _issue(db: sqlite3.Connection, family: str, now: float, *, forced: bool = False) -> str:
    token = f"{secrets.randbelow(90) + 10}_{secrets.token_urlsafe(96)}"
    row = (token, family, now, now + LIFE_S, now + LIFE_S, forced)
    db.execute("INSERT INTO tokens (token, family, issued_at, expires_at, dies_at, forced) VALUES (?,?,?,?,?,?)", row)
    return token


def _shown(token: str, expires_at: float, now: float) -> dict[str, object]:
    return {"access_token": token, "expires_in": int(expires_at - now)}


def expire_all(db: sqlite3.Connection, now: float) -> int:
    """Every token has run its time now. Returns how many lived."""
    return db.execute("UPDATE tokens SET dies_at = ?, expires_at = ? WHERE dies_at > ?", (now, now, now)).rowcount


def check_keys(app_id: str | None, secret: str | None, *, ours: str, our_secret: str) -> None:
    """Raises: Refusal 41002, 41004 missing, 40013, 40125 wrong."""
    if not app_id:
        raise Refusal(41002)
    if not secret:
        raise Refusal(41004)
    if app_id != ours:
        raise Refusal(40013)
    if not hmac.compare_digest(secret.encode(), our_secret.encode()):
        raise Refusal(40125)
