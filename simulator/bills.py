"""The books of WeChat Pay: red packets and transfers, a row each, the merchant's balance, and every fen that moved it.

Amounts are fen.
"""

import sqlite3
from typing import Any

from simulator.clock import day_of
from simulator.merchant import FIRST_BALANCE
from simulator.state import keep_setting, setting

RED_PACKET, TRANSFER, TOP_UP = "red_packet", "transfer", "top_up"
DAY_S = 24 * 3600
READABLE_S = 30 * DAY_S  # how long a bill can be asked after
# Where a bill may still be when its day is over, and what it becomes; the money goes back.
RUNS_OUT = (
    (RED_PACKET, "SENT", "REFUND"), (TRANSFER, "ACCEPTED", "FAIL"), (TRANSFER, "PROCESSING", "FAIL"),
    (TRANSFER, "WAIT_USER_CONFIRM", "FAIL"),
)  # fmt: skip
LEADS_TO = {
    "SENDING": ("SENT", "FAILED"), "SENT": ("RECEIVED", "REFUND"), "ACCEPTED": ("PROCESSING", "FAIL", "CANCELLED"),
    "PROCESSING": ("WAIT_USER_CONFIRM", "FAIL", "CANCELLED"), "WAIT_USER_CONFIRM": ("SUCCESS", "FAIL", "CANCELLED"),
}  # fmt: skip
UNLOCKED = ("ACCEPTED", "PROCESSING")  # the money has not left the balance yet


def balance(db: sqlite3.Connection) -> int:
    return int(setting(db, "balance_fen", FIRST_BALANCE))


def put(db: sqlite3.Connection, fen: int, at: float, of: sqlite3.Row | None = None) -> int:
    """Money in (or, negative, out), of a bill or by the merchant's own hand: a line of the flow. The new balance."""
    left = balance(db) + fen
    keep_setting(db, "balance_fen", left)
    bill = (of["number"], of["platform_number"], of["product"]) if of else ("", "", TOP_UP)
    db.execute(
        "INSERT INTO flows (at, number, platform_number, product, fen, balance) VALUES (?, ?, ?, ?, ?, ?)",
        (at, *bill, fen, left),
    )
    return left


def find(db: sqlite3.Connection, number: str) -> sqlite3.Row | None:
    found: sqlite3.Row | None = db.execute("SELECT * FROM bills WHERE number = ?", (number,)).fetchone()
    return found


def enter(db: sqlite3.Connection, row: dict[str, Any]) -> sqlite3.Row:
    """A new bill; its money leaves the balance, unless it is still to be locked."""
    names = ", ".join(row)
    db.execute(f"INSERT INTO bills ({names}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))
    found = find(db, row["number"])
    if found is None:
        raise LookupError(row["number"])
    db.execute(
        "INSERT INTO days VALUES (?, ?, ?) ON CONFLICT (product, day) DO UPDATE SET fen = fen + excluded.fen",
        (row["product"], row["day"], row["fen"]),
    )
    if row["state"] not in UNLOCKED:
        put(db, -row["fen"], row["made_at"], found)
    return found


class WrongMove(ValueError):
    """A bill was asked to go where none goes from there."""


def move(db: sqlite3.Connection, number: str, state: str, at: float, *, reason: str = "") -> None:
    """Where the bill is now; one that ends unpaid gives its money back, once. Raises: WrongMove."""
    row = find(db, number)
    if row is None or row["state"] == state:
        return
    if state not in LEADS_TO.get(row["state"], ()):
        raise WrongMove(f"{row['state']} does not lead to {state}")
    db.execute("UPDATE bills SET state = ?, reason = ?, settled_at = ? WHERE number = ?", (state, reason, at, number))
    if state == "WAIT_USER_CONFIRM":
        put(db, -row["fen"], at, row)
    elif state in ("REFUND", "FAIL", "FAILED", "CANCELLED") and row["state"] not in UNLOCKED:
        put(db, row["fen"], at, row)


def run_out(db: sqlite3.Connection, now: float) -> list[str]:
    """Bills whose day is over end; the numbers of the transfers among them."""
    ended = []
    for product, before, after in RUNS_OUT:
        over = db.execute(
            "SELECT number FROM bills WHERE product = ? AND state = ? AND made_at <= ?",
            (product, before, now - DAY_S),
        ).fetchall()
        for row in over:
            move(db, row["number"], after, now, reason="" if product == RED_PACKET else "OVERDUE_CLOSE")
            ended += [row["number"]] if product == TRANSFER else []
    return ended


def of_day(db: sqlite3.Connection, now: float, openid: str) -> tuple[int, int]:
    """How many red packets of today one reader was sent, and their fen."""
    sums = "SELECT COUNT(*), COALESCE(SUM(fen), 0) FROM bills WHERE product = ? AND day = ? AND openid = ?"
    row = db.execute(sums, (RED_PACKET, day_of(now), openid)).fetchone()
    return int(row[0]), int(row[1])


def sent_on(db: sqlite3.Connection, now: float) -> int:
    """The fen of all red packets of today, whatever became of them."""
    found = db.execute("SELECT fen FROM days WHERE product = ? AND day = ?", (RED_PACKET, day_of(now))).fetchone()
    return int(found["fen"]) if found else 0


def books(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """All of them, oldest first."""
    rows = db.execute("SELECT number, product, openid, fen, state FROM bills ORDER BY n")
    return [dict(row) for row in rows]
