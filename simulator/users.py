"""API of the account's followers: the list, what is known of one, the remark."""

from typing import Any

from simulator.account import Right
from simulator.calls import Call, endpoint
from simulator.errors import OK, Refusal
from simulator.readers import tag_ids

PAGE = 10_000
MOST_IN_A_BATCH = 100
REMARK_BELOW = 30  # bytes


@endpoint("GET", "/cgi-bin/user/get", Right.USERS, daily=500)
def followers(call: Call) -> dict[str, Any]:
    after = _order_of(call, call.query.get("next_openid", ""))
    rows = call.db.execute(
        "SELECT openid FROM readers WHERE following = 1 AND follow_order > ? ORDER BY follow_order LIMIT ?",
        (after, PAGE),
    ).fetchall()
    openids = [row["openid"] for row in rows]
    total = call.db.execute("SELECT count(*) FROM readers WHERE following = 1").fetchone()[0]
    if not openids:
        return {"total": total, "count": 0, "next_openid": ""}
    return {"total": total, "count": len(openids), "data": {"openid": openids}, "next_openid": openids[-1]}


def _order_of(call: Call, openid: str) -> int:
    if not openid:
        return 0
    row = call.db.execute("SELECT follow_order FROM readers WHERE openid = ?", (openid,)).fetchone()
    if row is None or row["follow_order"] is None:
        raise Refusal(40003)
    return int(row["follow_order"])


@endpoint("GET", "/cgi-bin/user/info", Right.USERS, daily=5_000_000)
def follower(call: Call) -> dict[str, Any]:
    return _known_of(call, call.query.get("openid", ""))


@endpoint("POST", "/cgi-bin/user/info/batchget", Right.USERS, daily=5_000_000)
def several(call: Call) -> dict[str, Any]:
    asked = call.json.get("user_list")
    if not isinstance(asked, list) or not all(isinstance(one, dict) for one in asked):
        raise Refusal(47001, "user_list is missing or broken")
    if not 1 <= len(asked) <= MOST_IN_A_BATCH:
        raise Refusal(40032)
    return {"user_info_list": [_known_of(call, str(one.get("openid", ""))) for one in asked]}


def _known_of(call: Call, openid: str) -> dict[str, Any]:
    """No name, no picture: the platform stopped telling them in 2021. Raises: Refusal 40003."""
    row = call.db.execute("SELECT * FROM readers WHERE openid = ?", (openid,)).fetchone()
    if row is None:
        raise Refusal(40003)
    if not row["following"]:
        return {"subscribe": 0, "openid": openid, "tagid_list": []}
    return {
        "subscribe": 1,
        "openid": openid,
        "nickname": "",
        "sex": 0,
        "language": "zh_CN",
        "city": "",
        "province": "",
        "country": "",
        "headimgurl": "",
        "subscribe_time": row["followed_at"],
        "remark": row["remark"],
        "groupid": next(iter(tag_ids(call.db, openid)), 0),
        "tagid_list": tag_ids(call.db, openid),
        "subscribe_scene": row["came_by"],
        "qr_scene": int(row["scene"]) if row["scene"].isdigit() else 0,
        "qr_scene_str": "" if row["scene"].isdigit() else row["scene"],
    }


@endpoint("POST", "/cgi-bin/user/info/updateremark", Right.REMARK)
def remark(call: Call) -> dict[str, Any]:
    words = call.json.get("remark")
    if not isinstance(words, str) or len(words.encode()) >= REMARK_BELOW:
        raise Refusal(40035, "remark")
    openid = str(call.json.get("openid"))
    row = call.db.execute("SELECT following FROM readers WHERE openid = ?", (openid,)).fetchone()
    if row is None:
        raise Refusal(40003)
    if not row["following"]:
        raise Refusal(43004)
    call.db.execute("UPDATE readers SET remark = ? WHERE openid = ?", (words, openid))
    return OK
