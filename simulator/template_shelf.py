"""The templates an account has chosen from the library: kept, listed, found, dropped."""

import secrets
import sqlite3
from dataclasses import dataclass

from simulator.state import keep_setting, setting
from simulator.template_library import READY, Keyword, Title, title

TEMPLATE, SUBSCRIPTION = "template", "subscription"  # the two families
LENGTH_OF_ID = 43  # real ids have as many


@dataclass(frozen=True)
class Private:
    """A template of this account."""

    id: str
    title: Title
    keywords: tuple[Keyword, ...]


def fill(db: sqlite3.Connection) -> None:
    """Put what an account has from the start on an empty shelf; what it drops later stays dropped."""
    if setting(db, "shelf_filled", False):
        return
    for family, name, number, kids in READY:
        db.execute(
            "INSERT INTO templates (id, family, number, kids) VALUES (?,?,?,?)", (name, family, number, _kids(kids))
        )
    keep_setting(db, "shelf_filled", True)


def put(db: sqlite3.Connection, family: str, chosen: Title, kids: tuple[int, ...]) -> str:
    """A new template of the account; returns its id."""
    made = secrets.token_urlsafe(LENGTH_OF_ID)[:LENGTH_OF_ID]
    row = (made, family, chosen.number, _kids(kids))
    db.execute("INSERT INTO templates (id, family, number, kids) VALUES (?,?,?,?)", row)
    return made


def _kids(kids: tuple[int, ...]) -> str:
    return " ".join(str(kid) for kid in kids)


def every(db: sqlite3.Connection, family: str) -> list[Private]:
    """Oldest first."""
    return [_read(row) for row in db.execute("SELECT * FROM templates WHERE family = ? ORDER BY n", (family,))]


def found(db: sqlite3.Connection, family: str, template_id: object) -> Private | None:
    return next((one for one in every(db, family) if one.id == template_id), None)


def drop(db: sqlite3.Connection, template_id: str) -> None:
    db.execute("DELETE FROM templates WHERE id = ?", (template_id,))


def _read(row: sqlite3.Row) -> Private:
    whole = title(row["number"])
    assert whole is not None, row["number"]  # the library loses nothing while the program runs
    words = (whole.numbered(int(kid)) for kid in row["kids"].split())
    return Private(row["id"], whole, tuple(word for word in words if word))
