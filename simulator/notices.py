"""What template messages and subscription notices share: the card on the screen, the book, the marks of a reader."""

import json
import sqlite3

from simulator import screen
from simulator.calls import Call
from simulator.template_shelf import Private

ONCE_FOR_S = 600  # how long a client_msg_id keeps a message from going out a second time
# Sees pages as a snapshot user; blocks what the account sends of its own accord; as WeChat Pay sees them: a risk, without
# a real name, their packets never leave, their transfers are accepted and handled first.
MARKS = ("snapshot", "blocks", "risky", "unnamed", "frozen", "slow")


def put_on_screen(call: Call, kind: str, template: Private, values: dict[str, str], url: object) -> None:
    """The card: title, lines, and the address or the mini-program it leads to (the mini-program wins)."""
    lines = [{"field": word.field, "name": word.name, "value": values[word.field]} for word in template.keywords]
    body, openid = call.json, str(call.json["touser"])
    program = body.get("miniprogram") if isinstance(body.get("miniprogram"), dict) else None
    content = {"title": template.title.name, "template_id": template.id, "fields": lines}
    screen.show(
        call.db,
        openid,
        sender=screen.ACCOUNT,
        kind=kind,
        text="\n".join([template.title.name, *(f"{line['name']}：{line['value']}" for line in lines)]),
        at=call.now,
        url=str(url) if url and not program else None,
        content={**content, **({"miniprogram": program} if program else {})},
    )


def enter(call: Call, kind: str, msgid: int) -> None:
    """Into the book of what was accepted."""
    told = {**{name: value for name, value in call.json.items() if name != "touser"}, "msgid": msgid}
    row = (str(call.json["touser"]), kind, json.dumps(told, ensure_ascii=False), call.now)
    call.db.execute("INSERT INTO deliveries (openid, msgtype, content, at) VALUES (?,?,?,?)", row)


def sent_before(call: Call) -> int | None:
    """The number this message got, if its client_msg_id went to this reader in the last ten minutes."""
    key = (str(call.json["touser"]), str(call.json.get("client_msg_id") or ""), call.now - ONCE_FOR_S)
    row = call.db.execute("SELECT msgid FROM sent_once WHERE openid = ? AND word = ? AND at > ?", key).fetchone()
    return int(row["msgid"]) if row and key[1] else None


def remember(call: Call, msgid: int) -> None:
    if word := call.json.get("client_msg_id"):
        row = (str(call.json["touser"]), str(word), msgid, call.now)
        call.db.execute("INSERT OR REPLACE INTO sent_once VALUES (?,?,?,?)", row)


def is_marked(db: sqlite3.Connection, openid: str, mark: str) -> bool:
    return db.execute("SELECT 1 FROM marks WHERE openid = ? AND mark = ?", (openid, mark)).fetchone() is not None


def mark(db: sqlite3.Connection, openid: str, name: str, *, on: bool) -> None:
    db.execute("DELETE FROM marks WHERE openid = ? AND mark = ?", (openid, name))
    if on:
        db.execute("INSERT INTO marks VALUES (?,?)", (openid, name))


def marks_of(db: sqlite3.Connection, openid: str) -> dict[str, bool]:
    return {name: is_marked(db, openid, name) for name in MARKS}
