"""What readers have agreed to be told: a credit for each accept of a one-time template, no end for a long-term one."""

import sqlite3
from typing import Any

from simulator import template_shelf
from simulator.errors import Refusal
from simulator.template_library import LONG_TERM
from simulator.template_shelf import SUBSCRIPTION, Private

ENDLESS = -1


def grant(db: sqlite3.Connection, openid: str, template: Private) -> None:
    """One accept. A one-time credit adds to those left and never runs out of time."""
    more = "?" if template.title.kind == LONG_TERM else "credits + ?"
    by = ENDLESS if template.title.kind == LONG_TERM else 1
    db.execute(
        f"INSERT INTO credits VALUES (?,?,?) ON CONFLICT (openid, template_id) DO UPDATE SET credits = {more}",
        (openid, template.id, by, by),
    )


def spend(db: sqlite3.Connection, openid: str, template: Private) -> None:
    """Raises: Refusal 43101 where the reader never agreed, took it back, or the credits are used."""
    left = left_of(db, openid, template.id)
    if not left:
        raise Refusal(43101)
    if left != ENDLESS:
        db.execute(
            "UPDATE credits SET credits = credits - 1 WHERE openid = ? AND template_id = ?", (openid, template.id)
        )


def take_back(db: sqlite3.Connection, openid: str, template: Private) -> None:
    db.execute("UPDATE credits SET credits = 0 WHERE openid = ? AND template_id = ?", (openid, template.id))


def left_of(db: sqlite3.Connection, openid: str, template_id: str) -> int:
    """Credits left; ENDLESS for a long-term one."""
    row = db.execute(
        "SELECT credits FROM credits WHERE openid = ? AND template_id = ?", (openid, template_id)
    ).fetchone()
    return int(row["credits"]) if row else 0


def of_reader(db: sqlite3.Connection, openid: str) -> list[dict[str, Any]]:
    """Every notice this reader was ever asked about, for the phone's settings."""
    asked = {row["template_id"] for row in db.execute("SELECT template_id FROM credits WHERE openid = ?", (openid,))}
    return [
        {"template_id": one.id, "title": one.title.name, "type": one.title.kind, "left": left_of(db, openid, one.id)}
        for one in template_shelf.every(db, SUBSCRIPTION)
        if one.id in asked
    ]
