"""API of followers' tags."""

import sqlite3
from typing import Any

from simulator.account import Right
from simulator.calls import Call, endpoint
from simulator.errors import OK, Refusal
from simulator.readers import tag_ids
from simulator.state import keep_setting, setting

MOST_TAGS = 100
LONGEST_NAME = 30
FIRST_ID = 100  # 0, 1 and 2 are the platform's own
OWN_IDS = (0, 1, 2)
MOST_TAGGED_AT_ONCE = 50
MOST_TAGS_OF_ONE = 20
PAGE = 10_000


@endpoint("POST", "/cgi-bin/tags/create", Right.USERS)
def create(call: Call) -> dict[str, Any]:
    name = _new_name(call)
    if call.db.execute("SELECT count(*) FROM tags").fetchone()[0] >= MOST_TAGS:
        raise Refusal(45056)
    tag_id = call.db.execute("SELECT coalesce(max(id) + 1, ?) FROM tags", (FIRST_ID,)).fetchone()[0]
    call.db.execute("INSERT INTO tags VALUES (?, ?)", (tag_id, name))
    return {"tag": {"id": tag_id, "name": name}}


def _asked(call: Call) -> dict[str, Any]:
    tag = call.json.get("tag")
    if not isinstance(tag, dict):
        raise Refusal(47001, "tag is missing")
    return tag


def _new_name(call: Call) -> str:
    """Raises: Refusal 45158 too long or empty, 45157 taken by another tag."""
    name = _asked(call).get("name")
    if not isinstance(name, str) or not 1 <= len(name) <= LONGEST_NAME:
        raise Refusal(45158)
    holder = call.db.execute("SELECT id FROM tags WHERE name = ?", (name,)).fetchone()
    if holder and holder["id"] != _asked(call).get("id"):
        raise Refusal(45157)
    return name


@endpoint("ANY", "/cgi-bin/tags/get", Right.USERS)
def every_tag(call: Call) -> dict[str, Any]:
    rows = call.db.execute(
        "SELECT id, name, (SELECT count(*) FROM tagged WHERE tag_id = id) AS count FROM tags ORDER BY id"
    )
    return {"tags": [dict(row) for row in rows]}


@endpoint("POST", "/cgi-bin/tags/update", Right.USERS)
def rename(call: Call) -> dict[str, Any]:
    tag_id = _own_tag(call.db, _asked(call).get("id"))
    call.db.execute("UPDATE tags SET name = ? WHERE id = ?", (_new_name(call), tag_id))
    return OK


@endpoint("POST", "/cgi-bin/tags/delete", Right.USERS)
def delete(call: Call) -> dict[str, Any]:
    tag_id = _own_tag(call.db, _asked(call).get("id"))
    call.db.execute("DELETE FROM tagged WHERE tag_id = ?", (tag_id,))
    call.db.execute("DELETE FROM tags WHERE id = ?", (tag_id,))
    return OK


def _own_tag(db: sqlite3.Connection, tag_id: object) -> int:
    """Raises: Refusal 45058 for the platform's own, 45159 for none."""
    if tag_id in OWN_IDS:
        raise Refusal(45058)
    known = isinstance(tag_id, int) and db.execute("SELECT 1 FROM tags WHERE id = ?", (tag_id,)).fetchone()
    if not known:
        raise Refusal(45159)
    return int(str(tag_id))


@endpoint("ANY", "/cgi-bin/user/tag/get", Right.USERS)
def tagged(call: Call) -> dict[str, Any]:
    tag_id = _own_tag(call.db, call.json.get("tagid"))
    after = str(call.json.get("next_openid") or "")
    rows = call.db.execute(
        "SELECT openid FROM tagged WHERE tag_id = ? AND openid > ? ORDER BY openid LIMIT ?",
        (tag_id, after, PAGE),
    ).fetchall()
    openids = [row["openid"] for row in rows]
    if not openids:
        return {"count": 0}
    return {"count": len(openids), "data": {"openid": openids}, "next_openid": openids[-1]}


@endpoint("POST", "/cgi-bin/tags/members/batchtagging", Right.USERS)
def tag_several(call: Call) -> dict[str, Any]:
    tag_id, openids = _own_tag(call.db, call.json.get("tagid")), _openids(call)
    for openid in openids:
        if len({*tag_ids(call.db, openid), tag_id}) > MOST_TAGS_OF_ONE:
            raise Refusal(45059)
    stumbling = setting(call.db, "tags_stumble", [])
    failed = [openid for openid in openids if openid in stumbling]
    tagged = [(openid, tag_id) for openid in openids if openid not in failed]
    call.db.executemany("INSERT OR IGNORE INTO tagged VALUES (?, ?)", tagged)
    if failed:  # once each
        keep_setting(call.db, "tags_stumble", [openid for openid in stumbling if openid not in failed])
        return Refusal(45171, told={"fail_openid_list": failed}).answer()  # the others are tagged: nothing is undone
    return OK


@endpoint("POST", "/cgi-bin/tags/members/batchuntagging", Right.USERS)
def untag_several(call: Call) -> dict[str, Any]:
    tag_id, openids = _own_tag(call.db, call.json.get("tagid")), _openids(call)
    call.db.executemany(
        "DELETE FROM tagged WHERE openid = ? AND tag_id = ?", [(openid, tag_id) for openid in openids]
    )
    return OK


def _openids(call: Call) -> list[str]:
    """Raises: Refusal 40032 for none or over 50, 49003 for one that does not follow this account."""
    openids = call.json.get("openid_list")
    if not isinstance(openids, list) or not 1 <= len(openids) <= MOST_TAGGED_AT_ONCE:
        raise Refusal(40032)
    for openid in openids:
        if not call.db.execute("SELECT 1 FROM readers WHERE openid = ? AND following = 1", (str(openid),)).fetchone():
            raise Refusal(49003)
    return [str(openid) for openid in openids]


@endpoint("POST", "/cgi-bin/tags/getidlist", Right.USERS)
def tags_of_one(call: Call) -> dict[str, Any]:
    openid = str(call.json.get("openid"))
    if not call.db.execute("SELECT 1 FROM readers WHERE openid = ?", (openid,)).fetchone():
        raise Refusal(40003)
    return {"tagid_list": tag_ids(call.db, openid)}
