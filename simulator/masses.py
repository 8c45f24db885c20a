"""Mass sends: to all, to a tag, to a list of readers; what each may still get, the administrator's word, what became of it."""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from simulator import articles, datacube, drafts, screen
from simulator.account import Right
from simulator.calls import Call, endpoint
from simulator.clock import day_of
from simulator.errors import OK, Refusal
from simulator.events import HELPER, event_push
from simulator.messages import medium, recipient, text
from simulator.platform import Platform
from simulator.push import Push
from simulator.state import drop_setting, keep_setting, setting

A_MONTH = 4  # mass sends that one reader of a service account is given
A_MINUTE, PREVIEWS_A_DAY = 60, 100
LONGEST_WORD = 32  # bytes of clientmsgid
ONCE_FOR_S = 24 * 3600
FEWEST_LISTED, MOST_LISTED = 2, 10_000
CONFIRM_WITHIN_S = 30 * 60
SENT = "send success"
REFUSED, SILENT = "err(40001)", "err(40002)"  # by the administrator, who said no or nothing

WAITING, DONE, FAILED, DELETED = "waiting", "SEND_SUCCESS", "SEND_FAIL", "DELETE"


@dataclass(frozen=True)
class Mass:
    """What is sent: items as the screen shows them, and the draft it is made of."""

    kind: str
    shown: list[dict[str, Any]]
    draft: sqlite3.Row | None = None


def composed(call: Call) -> Mass:
    """Raises: Refusal for a kind there is not, or what it wants and is not there."""
    kind = call.json.get("msgtype")
    body = call.json.get("images" if kind == "image" and "images" in call.json else str(kind))
    compose = COMPOSERS.get(kind) if isinstance(kind, str) else None
    if compose is None:
        raise Refusal(45162)
    if not isinstance(body, dict):
        raise Refusal(47001, f"{kind} is missing")
    return compose(call, body)


def _articles(call: Call, body: dict[str, Any]) -> Mass:
    draft = drafts.found(call.db, body.get("media_id"))
    if draft is None:
        raise Refusal(40007)
    return Mass("mpnews", [], draft)


def _text(call: Call, body: dict[str, Any]) -> Mass:
    return Mass("text", [text(call, body)])


def _voice(call: Call, body: dict[str, Any]) -> Mass:
    return Mass("voice", [{"kind": "voice", "text": "[语音]", "content": medium(call, body, "voice")}])


def _pictures(call: Call, body: dict[str, Any]) -> Mass:
    ids = body.get("media_ids")
    if not isinstance(ids, list) or not ids:
        raise Refusal(40007)
    shown = [{"kind": "image", "text": "[图片]", "content": medium(call, {"media_id": one}, "image")} for one in ids]
    words = str(body.get("recommend") or "")
    return Mass("image", [*([{"kind": "text", "text": words}] if words else []), *shown])


def _film(call: Call, body: dict[str, Any]) -> Mass:
    content = medium(call, body, "film")  # what media/uploadvideo has made
    words = {name: str(body.get(name) or "") for name in ("title", "description")}
    return Mass("mpvideo", [{"kind": "video", "text": words["title"] or "[视频]", "content": {**content, **words}}])


COMPOSERS: dict[str, Callable[[Call, dict[str, Any]], Mass]] = {
    "mpnews": _articles,
    "text": _text,
    "voice": _voice,
    "image": _pictures,
    "mpvideo": _film,
}


@endpoint("POST", "/cgi-bin/message/mass/sendall", Right.MASS, daily=100)
def send_all(call: Call) -> dict[str, Any]:
    """To everybody, or to those of a tag."""
    audience = call.json.get("filter")
    if not isinstance(audience, dict):
        raise Refusal(47001, "filter is missing")
    to_all, tag = audience.get("is_to_all") is True, audience.get("tag_id")
    if not to_all and not (isinstance(tag, int) and _is_tag(call.db, tag)):
        raise Refusal(40152)
    _is_new(call)  # before all else: what was sent has no draft any more
    mass = composed(call)
    if to_all or call.platform.account.kind == "subscription":
        _day_is_free(call)
    return _taken(call, mass, {"all": True} if to_all else {"tag": tag}, is_for_all=to_all)


@endpoint(
    "POST", "/cgi-bin/message/mass/send", Right.CODES, daily=100
)  # of those who have it: verified service accounts
def send_to_list(call: Call) -> dict[str, Any]:
    """To readers by name."""
    openids = call.json.get("touser")
    if not isinstance(openids, list) or len(openids) < FEWEST_LISTED:
        raise Refusal(40130)
    if len(openids) > MOST_LISTED:
        raise Refusal(40032)
    if not all(isinstance(one, str) for one in openids):
        raise Refusal(40003)
    _is_new(call)
    mass = composed(call)
    return _taken(call, mass, {"openids": openids}, is_for_all=False)


def _is_tag(db: sqlite3.Connection, tag: int) -> bool:
    return db.execute("SELECT 1 FROM tags WHERE id = ?", (tag,)).fetchone() is not None


def _word(call: Call) -> str:
    """clientmsgid, or what the platform makes of audience and content. Raises: Refusal 45067."""
    word = call.json.get("clientmsgid")
    if word in (None, ""):
        told = json.dumps({name: call.json[name] for name in sorted(call.json)}, ensure_ascii=False)
        return hashlib.md5(told.encode(), usedforsecurity=False).hexdigest()
    if not isinstance(word, str) or len(word.encode()) > LONGEST_WORD:
        raise Refusal(45067)
    return word


def _is_new(call: Call) -> None:
    """Raises: Refusal 45065 with the number it got the first time, 42010 too many in a minute."""
    word = _word(call)
    earlier = call.db.execute(
        "SELECT msg_id FROM masses WHERE word = ? AND made_at > ?", (word, call.now - ONCE_FOR_S)
    ).fetchone()
    if earlier:
        raise Refusal(45065, told={"msg_id": earlier["msg_id"]})
    lately = call.db.execute("SELECT count(*) FROM masses WHERE made_at > ?", (call.now - 60,)).fetchone()[0]
    if lately >= A_MINUTE:
        raise Refusal(42010)


def _day_is_free(call: Call) -> None:
    """Raises: Refusal 45028: once a day, and of a service account to all four times a month."""
    today = day_of(call.now)
    sends = setting(call.db, "mass_days", [])
    this_month = sum(one.startswith(today[:7]) for one in sends)
    if today in sends or (_is_service(call.platform) and this_month >= A_MONTH):
        raise Refusal(45028)


def _is_service(platform: Platform) -> bool:
    return platform.account.kind == "service"


def _taken(call: Call, mass: Mass, audience: dict[str, Any], *, is_for_all: bool) -> dict[str, Any]:
    """Into the book; sent at once, or when the administrator has said yes."""
    msg_id = call.platform.next_msgid() % 10**10
    article_id = articles.put_out(call, json.loads(mass.draft["articles"])) if mass.draft else ""
    waits = is_for_all and bool(setting(call.db, "mass_protected", False))
    row = (
        msg_id, _word(call), mass.kind, json.dumps(mass.shown, ensure_ascii=False), json.dumps(audience), article_id,
        mass.draft["media_id"] if mass.draft else "", WAITING, call.now,
    )  # fmt: skip
    call.db.execute(
        "INSERT INTO masses (msg_id, word, kind, shown, audience, article_id, media_id, state, made_at)"
        " VALUES (?,?,?,?,?,?,?,?,?)",
        row,
    )
    if is_for_all or not _is_service(call.platform):
        days = [*setting(call.db, "mass_days", []), day_of(call.now)]
        keep_setting(call.db, "mass_days", days[-100:])
    data = {"msg_data_id": call.platform.next_msgid() % 10**10} if mass.draft else {}
    if mass.draft:
        datacube.put_down(call.db, data["msg_data_id"], article_id, call.now, is_told=True)
    if not waits:
        call.owed.append(carry_out(call.platform, call.db, msg_id, call.now))
    return {**OK, "errmsg": "send job submission success", "msg_id": msg_id, **data}


def job(db: sqlite3.Connection, msg_id: object) -> sqlite3.Row | None:
    """A mass send by its number."""
    row: sqlite3.Row | None = db.execute("SELECT * FROM masses WHERE msg_id = ?", (msg_id,)).fetchone()
    return row


def carry_out(platform: Platform, db: sqlite3.Connection, msg_id: int, now: float, *, status: str = "") -> Push:
    """It goes out, or fails as `status` says or the next one was told to; the word of it, to be pushed."""
    row = job(db, msg_id)
    if row is None:
        raise LookupError(msg_id)
    status = status or str(setting(db, "next_mass", SENT))
    drop_setting(db, "next_mass")
    readers = _audience(db, json.loads(row["audience"]))
    is_sent = status == SENT
    allowed = _with_room(platform, db, readers, now) if is_sent else []
    reached = [one for one in allowed if not _blocks(db, one)]
    items = _items(platform, db, row)
    for openid in reached:
        for item in items:
            screen.show(db, openid, sender=screen.ACCOUNT, at=now, **item)
    _count(db, reached, now)
    db.execute("UPDATE masses SET state = ? WHERE msg_id = ?", (DONE if is_sent else FAILED, msg_id))
    if not is_sent:
        days = setting(db, "mass_days", [])
        if day_of(row["made_at"]) in days:
            days.remove(day_of(row["made_at"]))
        keep_setting(db, "mass_days", days)
    if is_sent and row["media_id"]:
        db.execute("DELETE FROM drafts WHERE media_id = ?", (row["media_id"],))
    datacube.carried_out(db, row["article_id"], now, is_sent=is_sent)
    if not is_sent and row["article_id"]:
        articles.take_away(db, row["article_id"], 0)
    told = {
        "MsgID": msg_id, "Status": status, "TotalCount": len(readers), "FilterCount": len(allowed), "SentCount": len(reached),
        "ErrorCount": len(allowed) - len(reached), **_of_articles(platform, db, row, status, is_sent=is_sent),
    }  # fmt: skip
    return event_push(platform, HELPER, "MASSSENDJOBFINISH", told)


def _audience(db: sqlite3.Connection, audience: dict[str, Any]) -> list[str]:
    if "openids" in audience:
        known = {row["openid"] for row in db.execute("SELECT openid FROM readers WHERE following = 1")}
        return [one for one in dict.fromkeys(audience["openids"]) if one in known]
    query = "SELECT openid FROM readers WHERE following = 1"
    if audience.get("all"):
        return [row["openid"] for row in db.execute(f"{query} ORDER BY follow_order")]
    tagged = f"{query} AND openid IN (SELECT openid FROM tagged WHERE tag_id = ?) ORDER BY follow_order"
    return [row["openid"] for row in db.execute(tagged, (audience["tag"],))]


def _with_room(platform: Platform, db: sqlite3.Connection, readers: Sequence[str], now: float) -> list[str]:
    """Of a service account nobody gets more than four a month."""
    if not _is_service(platform):
        return list(readers)
    month = day_of(now)[:7]
    full = {
        row["openid"]
        for row in db.execute("SELECT openid FROM mass_got WHERE month = ? AND got >= ?", (month, A_MONTH))
    }
    return [one for one in readers if one not in full]


def _blocks(db: sqlite3.Connection, openid: str) -> bool:
    return db.execute("SELECT 1 FROM marks WHERE openid = ? AND mark = 'blocks'", (openid,)).fetchone() is not None


def _count(db: sqlite3.Connection, readers: Sequence[str], now: float) -> None:
    month = day_of(now)[:7]
    db.executemany(
        "INSERT INTO mass_got VALUES (?, ?, 1) ON CONFLICT (openid, month) DO UPDATE SET got = got + 1",
        [(one, month) for one in readers],
    )


def _items(platform: Platform, db: sqlite3.Connection, row: sqlite3.Row) -> list[dict[str, Any]]:
    if not row["article_id"]:
        items: list[dict[str, Any]] = json.loads(row["shown"])
        return items
    cards = articles.cards(platform, articles.of(db, row["article_id"]))
    titles = "\n".join(card["title"] for card in cards)
    return [{"kind": "news", "text": titles, "url": cards[0]["url"], "content": {"articles": cards}}]


def _of_articles(
    platform: Platform, db: sqlite3.Connection, row: sqlite3.Row, status: str, *, is_sent: bool
) -> dict[str, Any]:
    """What is told of articles only: whose they are, and their addresses."""
    rows = articles.of(db, row["article_id"]) if row["article_id"] else []
    if not rows:
        return {}
    is_copied = status == "err(20013)"
    checked = [
        {
            "ArticleIdx": one["idx"], "UserDeclareState": 0, "AuditState": 2 if is_copied else 1,
            "OriginalArticleUrl": address_of_original(platform) if is_copied else "", "OriginalArticleType": 1 if is_copied else 0,
            "CanReprint": 0, "NeedReplaceContent": 0, "NeedShowReprintSource": 0,
        }
        for one in rows
    ]  # fmt: skip
    urls = [{"ArticleIdx": one["idx"], "ArticleUrl": articles.address_of(platform, one)} for one in rows]
    copyright_ = {"Count": len(checked), "ResultList": {"item": checked}, "CheckState": 3 if is_copied else 1}
    addresses = {"ArticleUrlResult": {"Count": len(urls), "ResultList": {"item": urls}}} if is_sent else {}
    return {"CopyrightCheckResult": copyright_, **addresses}


def address_of_original(platform: Platform) -> str:
    """Of somebody else's article that an order says ours is a copy of."""
    return f"{platform.address}/s/original"


def fall_silent(platform: Platform, now: float) -> list[Push]:
    """Jobs that waited for the administrator for half an hour: they fail, and the account is told."""
    with platform.state.unit() as db:
        late = db.execute(
            "SELECT msg_id FROM masses WHERE state = ? AND made_at <= ?", (WAITING, now - CONFIRM_WITHIN_S)
        ).fetchall()
        return [carry_out(platform, db, row["msg_id"], now, status=SILENT) for row in late]


@endpoint("POST", "/cgi-bin/message/mass/preview", Right.MASS)
def preview(call: Call) -> dict[str, Any]:
    """To one reader, and of no quota but its own a day."""
    name = call.json.get("towxname")
    if isinstance(name, str) and name:
        row = call.db.execute("SELECT openid FROM readers WHERE name = ? AND following = 1", (name,)).fetchone()
        if row is None:
            raise Refusal(40132)
        openid = row["openid"]
        used = setting(call.db, "previews", {"day": "", "used": 0})
        used = used if used["day"] == day_of(call.now) else {"day": day_of(call.now), "used": 0}
        if used["used"] >= PREVIEWS_A_DAY:
            raise Refusal(45028)
        keep_setting(call.db, "previews", {**used, "used": used["used"] + 1})
    else:
        openid = recipient(call)
        if not call.db.execute("SELECT following FROM readers WHERE openid = ?", (openid,)).fetchone()["following"]:
            raise Refusal(43004)
    mass = composed(call)
    for item in _preview_of(call, mass):
        screen.show(call.db, openid, sender=screen.ACCOUNT, at=call.now, **item)
    return {**OK, "errmsg": "preview success", "msg_id": call.platform.next_msgid() % 10**10}


def _preview_of(call: Call, mass: Mass) -> list[dict[str, Any]]:
    if mass.draft is None:
        return mass.shown
    article_id = articles.put_out(
        call, json.loads(mass.draft["articles"])
    )  # a page that only who has its address opens
    cards = articles.cards(call.platform, articles.of(call.db, article_id))
    titles = "\n".join(f"预览：{card['title']}" for card in cards)
    return [{"kind": "news", "text": titles, "url": cards[0]["url"], "content": {"articles": cards}}]


@endpoint("POST", "/cgi-bin/message/mass/get", Right.MASS)
def state_of(call: Call) -> dict[str, Any]:
    row = job(call.db, call.json.get("msg_id"))
    if row is None:
        raise Refusal(40059)
    return {"msg_id": row["msg_id"], "msg_status": "SENDING" if row["state"] == WAITING else row["state"]}


@endpoint("POST", "/cgi-bin/message/mass/delete", Right.MASS, daily=10)
def delete(call: Call) -> dict[str, Any]:
    """Finished articles and films; cards that are delivered stay, and lead to a page that says so."""
    row, index = _to_delete(call)
    if row["kind"] not in ("mpnews", "mpvideo") or row["state"] != DONE:
        raise Refusal(40059)
    if not isinstance(index, int) or not 0 <= index <= max(1, len(articles.of(call.db, row["article_id"]))):
        raise Refusal(47001, "article_idx is the place of an article, or 0")
    articles.take_away(call.db, row["article_id"], index)
    is_all = index == 0 or all(one["deleted"] for one in articles.of(call.db, row["article_id"]))
    if is_all:
        call.db.execute("UPDATE masses SET state = ? WHERE n = ?", (DELETED, row["n"]))
    return OK


def _to_delete(call: Call) -> tuple[sqlite3.Row, object]:
    """The job and the place of its article, 0 for all: an address means one article."""
    url, index = call.json.get("url"), call.json.get("article_idx", 0)
    if isinstance(url, str) and url:
        code = url.rpartition("/")[2]
        row = call.db.execute(
            "SELECT masses.*, articles.idx FROM masses JOIN articles USING (article_id) WHERE articles.code = ?",
            (code,),
        ).fetchone()
        index = row["idx"] if row else index
    else:
        row = job(call.db, call.json.get("msg_id"))
    if row is None:
        raise Refusal(40059)
    return row, index


SPEEDS = (80, 60, 45, 30, 10)  # ten thousand a minute


@endpoint("ANY", "/cgi-bin/message/mass/speed/get", Right.MASS)
def speed(call: Call) -> dict[str, Any]:
    chosen = int(setting(call.db, "mass_speed", 0))
    return {"speed": chosen, "realspeed": SPEEDS[chosen]}


@endpoint("POST", "/cgi-bin/message/mass/speed/set", Right.MASS)
def set_speed(call: Call) -> dict[str, Any]:
    chosen = call.json.get("speed")
    if not isinstance(chosen, int) or isinstance(chosen, bool) or not 0 <= chosen < len(SPEEDS):
        raise Refusal(45083)
    keep_setting(call.db, "mass_speed", chosen)
    return OK
