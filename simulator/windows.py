"""Customer-service credits: which act of a reader opens which window, and spending from it."""

import sqlite3

from simulator.errors import Refusal

HOURS_48 = 48 * 3600
MINUTE = 60

# act of the reader: (credits, seconds). A new act of the same kind fills its window anew, it does not add up.
GRANTS: dict[str, tuple[int, int]] = {
    "message": (5, HOURS_48),
    "menu": (3, MINUTE),
    "follow": (3, MINUTE),
    "scan": (3, MINUTE),
}


def grant(db: sqlite3.Connection, openid: str, act: str, now: float) -> None:
    credits, seconds = GRANTS[act]
    db.execute(
        "INSERT INTO windows VALUES (?,?,?,?) ON CONFLICT (openid, action)"
        " DO UPDATE SET credits = excluded.credits, until = excluded.until",
        (openid, act, credits, now + seconds),
    )


def close_all(db: sqlite3.Connection, openid: str) -> None:
    db.execute("DELETE FROM windows WHERE openid = ?", (openid,))


def spend(db: sqlite3.Connection, openid: str, now: float) -> None:
    """One credit, from the window that closes first. Raises: Refusal 45015 no window, 45047 no credit."""
    open_now = db.execute(
        "SELECT action, credits FROM windows WHERE openid = ? AND until > ? ORDER BY until", (openid, now)
    ).fetchall()
    if not open_now:
        raise Refusal(45015)
    window = next((row for row in open_now if row["credits"] > 0), None)
    if window is None:
        raise Refusal(45047)
    db.execute("UPDATE windows SET credits = credits - 1 WHERE openid = ? AND action = ?", (openid, window["action"]))


def windows_of(db: sqlite3.Connection, openid: str, now: float) -> list[dict[str, object]]:
    rows = db.execute("SELECT action, credits, until FROM windows WHERE openid = ? AND until > ?", (openid, now))
    return [
        {"act": row["action"], "credits": row["credits"], "seconds_left": int(row["until"] - now)} for row in rows
    ]
