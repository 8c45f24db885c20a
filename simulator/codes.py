"""Parametric QR codes: /cgi-bin/qrcode/create, and the picture at /cgi-bin/showqrcode."""

import io
import secrets
import sqlite3
from typing import Any

import segno
from werkzeug.wrappers import Response

from simulator.account import Right
from simulator.calls import Answer, Call, endpoint
from simulator.errors import Refusal

SHORTEST_LIFE_S = 30  # also what a code without expire_seconds gets
LONGEST_LIFE_S = 30 * 24 * 3600
LARGEST_ID = 2**32 - 1
LARGEST_PERMANENT_ID = 100_000
LONGEST_SCENE = 64
MOST_PERMANENT = 100_000

# action_name: (field of the scene, permanent)
ACTIONS = {
    "QR_SCENE": ("scene_id", False),
    "QR_STR_SCENE": ("scene_str", False),
    "QR_LIMIT_SCENE": ("scene_id", True),
    "QR_LIMIT_STR_SCENE": ("scene_str", True),
}


@endpoint("POST", "/cgi-bin/qrcode/create", Right.CODES, daily=100_000)
def create(call: Call) -> Answer:
    action = str(call.json.get("action_name"))
    if action not in ACTIONS:
        raise Refusal(40052)
    field, permanent = ACTIONS[action]
    scene = _scene(call.json.get("action_info"), field, permanent)
    life = None if permanent else _life(call.json.get("expire_seconds"))
    if permanent and _permanent_codes(call.db) >= MOST_PERMANENT:
        raise Refusal(45009)
    ticket, url = _keep(call.db, action, scene, call.now, life)
    answer: dict[str, Any] = {"ticket": ticket, "url": url}
    return answer if life is None else {"ticket": ticket, "expire_seconds": life, "url": url}


def _scene(action_info: object, field: str, permanent: bool) -> str:
    """Raises: Refusal 40053 unless there is an id or a string of the allowed size."""
    scene = action_info.get("scene") if isinstance(action_info, dict) else None
    value = scene.get(field) if isinstance(scene, dict) else None
    if field == "scene_id":
        largest = LARGEST_PERMANENT_ID if permanent else LARGEST_ID
        fits = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= largest
    else:
        fits = isinstance(value, str) and 1 <= len(value) <= LONGEST_SCENE
    if not fits:
        raise Refusal(40053)
    return str(value)


def _life(asked: object) -> int:
    if asked is None:
        return SHORTEST_LIFE_S
    if not isinstance(asked, int) or asked <= 0:
        raise Refusal(40035, "expire_seconds")
    return min(max(asked, SHORTEST_LIFE_S), LONGEST_LIFE_S)


def _permanent_codes(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT count(*) FROM codes WHERE expires_at IS NULL").fetchone()[0])


def _keep(db: sqlite3.Connection, action: str, scene: str, now: float, life: int | None) -> tuple[str, str]:
    """The same permanent scene is the same code for ever; a temporary one is new each time."""
    old = db.execute(
        "SELECT ticket, url FROM codes WHERE action = ? AND scene = ? AND expires_at IS NULL", (action, scene)
    ).fetchone()
    if old and life is None:
        return str(old["ticket"]), str(old["url"])
    ticket = f"gQ{secrets.token_urlsafe(67)}=="
    url = f"http://weixin.qq.com/q/02{secrets.token_urlsafe(16)}"
    expires_at = None if life is None else now + life
    db.execute("INSERT INTO codes VALUES (?,?,?,?,?,?)", (ticket, action, scene, url, now, expires_at))
    return ticket, url


@endpoint("GET", "/cgi-bin/showqrcode", needs_token=False)
def picture(call: Call) -> Answer:
    row = call.db.execute("SELECT url FROM codes WHERE ticket = ?", (call.query.get("ticket", ""),)).fetchone()
    if row is None:
        return Response("ticket not found", 404, mimetype="text/plain")
    png = io.BytesIO()
    segno.make(row["url"], error="m", micro=False).save(png, kind="png", scale=12, border=4)
    return Response(png.getvalue(), mimetype="image/png")


def ticket_of(db: sqlite3.Connection, scene: str, now: float) -> str | None:
    """The newest living code of a scene, made up for a scene never made; None when all have expired."""
    rows = db.execute(
        "SELECT ticket, expires_at FROM codes WHERE scene = ? ORDER BY made_at DESC", (scene,)
    ).fetchall()
    if not rows:
        return f"gQ{secrets.token_urlsafe(67)}=="
    return next((str(row["ticket"]) for row in rows if row["expires_at"] is None or row["expires_at"] > now), None)


def living(db: sqlite3.Connection, now: float) -> list[dict[str, Any]]:
    """What the phone offers to scan."""
    rows = db.execute(
        "SELECT ticket, action, scene, url, expires_at FROM codes WHERE expires_at IS NULL OR expires_at > ?"
        " ORDER BY made_at DESC LIMIT 50",
        (now,),
    )
    return [dict(row) for row in rows]
