"""/sim/masses: what the account has sent to many, the administrator's word, and what becomes of the next one."""

import json
import re
import sqlite3
from typing import Any

from flask import Blueprint, Response, jsonify

from simulator import masses
from simulator.articles import FAILED
from simulator.callbacks import Pushes
from simulator.inbound import BadWish
from simulator.platform import Platform
from simulator.state import keep_setting, setting
from simulator.wishes import asked

STATUS = re.compile(r"send success|send fail|err\(\d{5}\)")


def register(api: Blueprint, platform: Platform, pushes: Pushes) -> None:
    """Its routes."""

    @api.get("/masses")
    def every_mass() -> Response:
        pushes.owe(masses.fall_silent(platform, platform.clock.now()))()
        with platform.state.unit() as db:
            rows = db.execute("SELECT * FROM masses ORDER BY n").fetchall()
            return jsonify(
                protected=bool(setting(db, "mass_protected", False)), next=setting(db, "next_mass", masses.SENT),
                masses=[
                    {"msg_id": row["msg_id"], "kind": row["kind"], "audience": _audience(row), "state": row["state"], "at": row["made_at"]}
                    for row in rows
                ],
            )  # fmt: skip

    @api.post("/masses")
    def order() -> Response:
        """`protected`: the administrator is asked before a send to all; `next`, `publish`: what becomes of the next."""
        wish = asked()
        with platform.state.unit() as db:
            for name, value in wish.items():
                _check(name, value)
                kept = {"protected": "mass_protected", "next": "next_mass", "publish": "next_publish"}[name]
                keep_setting(db, kept, value)
        return jsonify(wish)

    @api.post("/masses/<int:msg_id>/confirm")
    def confirm(msg_id: int) -> Response:
        """The administrator says yes or no on their phone."""
        pushes.owe(masses.fall_silent(platform, platform.clock.now()))()
        answer = asked().get("yes")
        if not isinstance(answer, bool):
            raise BadWish("yes is true or false")
        with platform.state.unit() as db:
            row = masses.job(db, msg_id)
            if row is None or row["state"] != masses.WAITING:
                raise BadWish(f"no mass send {msg_id} waits for the administrator")
            status = "" if answer else masses.REFUSED
            told = masses.carry_out(platform, db, msg_id, platform.clock.now(), status=status)
        pushes.owe([told])()
        return jsonify(confirmed=answer)


def _audience(row: sqlite3.Row) -> dict[str, Any]:
    """Of a list how many there are: the list may be long."""
    told: dict[str, Any] = json.loads(row["audience"])
    return {"openids": len(told["openids"])} if "openids" in told else told


def _check(name: str, value: Any) -> None:
    """Raises: BadWish."""
    fits = {
        "protected": isinstance(value, bool), "next": isinstance(value, str) and STATUS.fullmatch(value) is not None,
        "publish": value in (0, *FAILED),
    }  # fmt: skip
    if not fits.get(name):
        raise BadWish("protected is true or false; next send success, send fail or err(n); publish 0, 2, 3 or 4")
