"""The people with the phones: their rows, and following."""

import secrets
import sqlite3
from typing import Any

from simulator import windows
from simulator.clock import Clock

OPENID_PREFIX = "oSim"  # an account's openids share their first letters, as real ones do


class NoSuchReader(LookupError):
    """An openid nobody here has."""


def add(db: sqlite3.Connection, name: str, now: float, *, following: bool = False) -> str:
    openid = OPENID_PREFIX + secrets.token_urlsafe(18)
    db.execute("INSERT INTO readers (openid, name, made) VALUES (?,?,?)", (openid, name, int(now)))
    if following:
        follow(db, openid, now)
    return openid


def reader(db: sqlite3.Connection, openid: str) -> sqlite3.Row:
    """Raises: NoSuchReader."""
    row: sqlite3.Row | None = db.execute("SELECT * FROM readers WHERE openid = ?", (openid,)).fetchone()
    if row is None:
        raise NoSuchReader(openid)
    return row


def follow(db: sqlite3.Connection, openid: str, now: float, *, scene: str = "") -> None:
    db.execute(
        "UPDATE readers SET following = 1, followed_at = ?, scene = ?, came_by = ?,"
        " follow_order = (SELECT coalesce(max(follow_order), 0) + 1 FROM readers WHERE following = 1)"
        " WHERE openid = ?",
        (int(now), scene, "ADD_SCENE_QR_CODE" if scene else "ADD_SCENE_SEARCH", openid),
    )


def unfollow(db: sqlite3.Connection, openid: str) -> None:
    """The account forgets: windows, tags and remark go with the follower."""
    db.execute("UPDATE readers SET following = 0, remark = '' WHERE openid = ?", (openid,))
    db.execute("DELETE FROM tagged WHERE openid = ?", (openid,))
    windows.close_all(db, openid)


def heard(db: sqlite3.Connection, openid: str, now: float) -> None:
    """The reader did something: for 30 s the account may show that it types."""
    db.execute("UPDATE readers SET heard_at = ? WHERE openid = ?", (now, openid))


def described(db: sqlite3.Connection, row: sqlite3.Row, now: float) -> dict[str, Any]:
    last = db.execute("SELECT n, text, at FROM screen WHERE openid = ? ORDER BY n DESC", (row["openid"],)).fetchone()
    return {
        "openid": row["openid"],
        "name": row["name"],
        "following": bool(row["following"]),
        "followed_at": row["followed_at"],
        "remark": row["remark"],
        "scene": row["scene"],
        "typing": (row["typing_until"] or 0) > now,
        "windows": windows.windows_of(db, row["openid"], now),
        "last": {"n": last["n"], "text": last["text"], "at": last["at"]} if last else None,
    }


def all_readers(db: sqlite3.Connection, clock: Clock, limit: int = -1) -> list[dict[str, Any]]:
    rows = db.execute("SELECT * FROM readers ORDER BY rowid LIMIT ?", (limit,)).fetchall()
    return [described(db, row, clock.now()) for row in rows]


def tag_ids(db: sqlite3.Connection, openid: str) -> list[int]:
    return [
        row["tag_id"] for row in db.execute("SELECT tag_id FROM tagged WHERE openid = ? ORDER BY tag_id", (openid,))
    ]
