"""The simulator's own API: readers and what they do, faults, clock, books, and the logs."""

import json
import sqlite3
from typing import Any
from urllib.parse import unquote

from flask import Blueprint, Response, jsonify, request

from simulator import codes, consent_api, inbound, mass_api, masses, media, notices, pay_api, readers, screen, tag_api
from simulator.account import WrongSetting
from simulator.callbacks import Pushes, verify_address
from simulator.faults import API_FAULTS, CALLBACK_FAULTS, UnknownFault
from simulator.inbound import BadWish
from simulator.pay_notices import Notices
from simulator.platform import Platform
from simulator.readers import NoSuchReader
from simulator.state import setting
from simulator.wishes import asked

MOST_READERS_AT_ONCE = 100_000
LOGS = {
    "calls": "SELECT * FROM calls WHERE n > ? ORDER BY n LIMIT ?",
    "pushes": "SELECT * FROM pushes WHERE n > ? ORDER BY n LIMIT ?",
    "violations": "SELECT * FROM violations WHERE n > ? ORDER BY n LIMIT ?",
    "deliveries": "SELECT * FROM deliveries WHERE id > ? ORDER BY id LIMIT ?",
}
NEWEST = {
    name: query.replace("ORDER BY n", "ORDER BY n DESC").replace("BY id", "BY id DESC")
    for name, query in LOGS.items()
}
LOG_PAGE = 10_000
SETTLES_IN_S, LONGEST_WAIT_S = 20, 60


def sim_api(platform: Platform, pushes: Pushes, notices_: Notices) -> Blueprint:
    """The blueprint of /sim for one platform."""
    api = Blueprint("sim", __name__, url_prefix="/sim")
    _errors(api)
    _readers(api, platform)
    _acts(api, platform, pushes)
    consent_api.register(api, platform, pushes)
    _phone(api, platform)
    _faults(api, platform)
    _controls(api, platform, pushes)
    _books(api, platform)
    pay_api.register(api, platform, notices_)
    mass_api.register(api, platform, pushes)
    tag_api.register(api, platform)
    return api


def _errors(api: Blueprint) -> None:
    @api.errorhandler(NoSuchReader)
    def nobody(error: NoSuchReader) -> tuple[Response, int]:
        return jsonify(error=f"no reader has the openid {error}"), 404

    @api.errorhandler(BadWish)
    @api.errorhandler(UnknownFault)
    @api.errorhandler(WrongSetting)
    def refused(error: Exception) -> tuple[Response, int]:
        return jsonify(error=str(error)), 400


def _readers(api: Blueprint, platform: Platform) -> None:
    @api.get("/readers")
    def every_reader() -> Response:
        with platform.state.unit() as db:
            return jsonify(readers.all_readers(db, platform.clock, request.args.get("limit", -1, type=int)))

    @api.post("/readers")
    def add_reader() -> Response:
        wish = asked()
        name, following = str(wish.get("name") or "小林"), wish.get("following") is True
        count = wish.get("count", 1)
        if not isinstance(count, int) or not 1 <= count <= MOST_READERS_AT_ONCE:
            raise BadWish(f"count must be 1 to {MOST_READERS_AT_ONCE}")
        with platform.state.unit() as db:
            now = platform.clock.now()
            openids = [readers.add(db, name, now, following=following) for _ in range(count)]
        return jsonify(openid=openids[0], **({"openids": openids} if count > 1 else {}))

    @api.post("/readers/<openid>/marks")
    def mark_reader(openid: str) -> Response:
        with platform.state.unit() as db:
            readers.reader(db, openid)
            _mark(db, openid, asked())
            return jsonify(notices.marks_of(db, openid))

    @api.get("/readers/<openid>/screen")
    def shown(openid: str) -> Response:
        with platform.state.unit() as db:
            readers.reader(db, openid)
            return jsonify(screen.items(db, openid, request.args.get("after", 0, type=int)))

    @api.post("/readers/<openid>/open")
    def open_item(openid: str) -> Response:
        number = str(asked().get("id", ""))
        with platform.state.unit() as db:
            row = db.execute("SELECT * FROM screen WHERE openid = ? AND n = ?", (openid, number)).fetchone()
            if row is None:
                raise BadWish(f"there is no item {number!r} on this screen")
            if row["kind"] == "red_packet":
                pay_api.open_packet(platform, db, row)
            db.execute("UPDATE screen SET opened = 1 WHERE n = ?", (row["n"],))
            return jsonify({**screen.item(row), "opened": True})


def _mark(db: sqlite3.Connection, openid: str, wish: dict[str, Any]) -> None:
    """Set what the wish names. Raises: BadWish for a mark there is not."""
    for name, on in wish.items():
        if name not in notices.MARKS or not isinstance(on, bool):
            raise BadWish(f"marks are {', '.join(notices.MARKS)}, each true or false")
        notices.mark(db, openid, name, on=on)


def _acts(api: Blueprint, platform: Platform, pushes: Pushes) -> None:
    @api.post("/readers/<openid>/send")
    def send(openid: str) -> Response:
        upload = request.files.get("file")
        if upload is None:
            return _act(platform, pushes, openid, asked(), None)
        wish: dict[str, Any] = request.form.to_dict()
        wish["type"] = wish.get("type") or _kind_of(upload.mimetype)
        return _act(platform, pushes, openid, wish, (upload.filename or "file", upload.read()))

    @api.post("/settle")
    def settle() -> Response:
        seconds = asked().get("timeout_s", SETTLES_IN_S)
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 <= seconds <= LONGEST_WAIT_S:
            raise BadWish(f"timeout_s is a number of seconds up to {LONGEST_WAIT_S}")
        return jsonify(owed=pushes.settled(seconds))

    @api.post("/readers/<openid>/tap")
    def tap(openid: str) -> Response:
        wish = asked()
        with platform.state.unit() as db:
            content = _tappable(db, openid, wish.get("n"), str(wish.get("msgmenuid", "")))
        words = {"type": "text", "content": content, "bizmsgmenuid": str(wish["msgmenuid"])}
        return _act(platform, pushes, openid, words, None)


def _act(
    platform: Platform, pushes: Pushes, openid: str, wish: dict[str, Any], upload: tuple[str, bytes] | None
) -> Response:
    with platform.state.unit() as db:
        act = inbound.Act(platform, db, readers.reader(db, openid), wish, upload)
        push = inbound.push_of(act)
    return jsonify(tries=pushes.deliver(push) if push else [])


def _kind_of(mimetype: str) -> str:
    return {"image": "image", "audio": "voice", "video": "video"}.get(mimetype.partition("/")[0], "image")


def _tappable(db: sqlite3.Connection, openid: str, n: object, msgmenuid: str) -> str:
    """The words sent by tapping choice `msgmenuid` of item `n`. Raises: BadWish."""
    row = db.execute("SELECT * FROM screen WHERE openid = ? AND n = ?", (openid, n)).fetchone()
    if row is None:
        raise BadWish(f"there is no item {n} on this screen")
    item = screen.item(row)
    choices = {choice["id"]: choice["content"] for choice in item["content"].get("choices", [])}
    for link in item["links"]:
        if link["href"].startswith(screen.MENU_LINK):
            pairs = (pair.partition("=") for pair in link["href"].partition("?")[2].split("&"))
            told = {name: unquote(value) for name, _, value in pairs}
            choices[told.get("msgmenuid", "")] = told.get("msgmenucontent", link["text"])
    if msgmenuid not in choices:
        raise BadWish(f"item {n} has no choice {msgmenuid!r}; it has: {', '.join(choices) or 'none'}")
    return str(choices[msgmenuid])


def _phone(api: Blueprint, platform: Platform) -> None:
    @api.get("/phone/<openid>")
    def phone_state(openid: str) -> Response:
        """Everything one look at the phone needs, in one answer."""
        with platform.state.unit() as db:
            now = platform.clock.now()
            return jsonify(
                account=platform.account_shown(),
                reader=readers.described(db, readers.reader(db, openid), now),
                items=screen.items(db, openid, request.args.get("after", 0, type=int)),
                menu=setting(db, "menu") or [],
                codes=codes.living(db, now),
                now=now,
            )

    @api.get("/files/<media_id>")
    def file(media_id: str) -> Any:
        with platform.state.unit() as db:
            return media.as_file(db, media_id)


def _faults(api: Blueprint, platform: Platform) -> None:
    @api.get("/faults")
    def active_faults() -> Response:
        return jsonify(active=platform.faults.active(), api=API_FAULTS, callback=CALLBACK_FAULTS)

    @api.post("/faults")
    def order_fault() -> Response:
        wish = asked()
        times = wish.get("times") or 0
        if not isinstance(times, int) or times < 0:
            raise BadWish("times is a number, 0 until cleared")
        path, what, openid = str(wish.get("path", "*")), str(wish.get("what", "")), wish.get("openid")
        return jsonify(platform.faults.order(path, what, times, openid))

    @api.delete("/faults")
    def clear_faults() -> Response:
        return jsonify(cleared=platform.faults.clear(request.args.get("number", type=int)))


def _controls(api: Blueprint, platform: Platform, pushes: Pushes) -> None:
    @api.get("/clock")
    def read_clock() -> Response:
        return jsonify(now=platform.clock.now(), ahead_s=platform.clock.ahead_s)

    @api.post("/clock")
    def advance_clock() -> Response:
        seconds = asked().get("advance_s")
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or seconds < 0:
            raise BadWish("advance_s is a number of seconds, 0 or more")
        now = platform.advance(seconds)
        pushes.owe(masses.fall_silent(platform, now))()
        return jsonify(now=now, ahead_s=platform.clock.ahead_s)

    @api.post("/reset")
    def reset() -> Response:
        wishes = asked()
        pushes.forget()
        return jsonify(platform.reset(wishes))

    @api.get("/account")
    def account() -> Response:
        return jsonify(platform.account_shown())

    @api.post("/verify")
    def verify() -> Response:
        tried = verify_address(platform)
        return jsonify(ok=tried.status == 200 and tried.error is None, status=tried.status, error=tried.error)


def _books(api: Blueprint, platform: Platform) -> None:
    def log(name: str) -> Response:
        """`after=N` gives what came later, oldest first; `newest=N` only the last N of it."""
        after, newest = request.args.get("after", 0, type=int), request.args.get("newest", 0, type=int)
        with platform.state.unit() as db:
            found = db.execute(NEWEST[name] if newest else LOGS[name], (after, newest or LOG_PAGE))
            rows = sorted((dict(row) for row in found), key=lambda row: next(iter(row.values())))
        for row in rows:
            for column in ("tries", "content"):
                if column in row:
                    row[column] = json.loads(row[column])
        return jsonify(rows)

    for name in LOGS:
        api.add_url_rule(f"/{name}", name, lambda name=name: log(name))
