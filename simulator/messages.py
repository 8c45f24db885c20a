"""Customer-service messages: /cgi-bin/message/custom/send and /typing."""

import json
from collections.abc import Callable
from typing import Any

from simulator import articles, screen, windows
from simulator.account import Right
from simulator.calls import Call, endpoint
from simulator.errors import OK, Refusal
from simulator.media import described, found

LONGEST_TEXT = 2048  # bytes
TYPING_AFTER_S = 30
TYPING_APART_S = 15

Shown = dict[str, Any]  # the keywords of screen.show that differ by msgtype


@endpoint("POST", "/cgi-bin/message/custom/send", Right.CUSTOM, daily=500_000)
def send(call: Call) -> dict[str, object]:
    openid = recipient(call)
    msgtype = call.json.get("msgtype")
    compose = COMPOSERS.get(msgtype) if isinstance(msgtype, str) else None
    if compose is None:
        raise Refusal(40008)
    body = call.json.get(str(msgtype))
    if not isinstance(body, dict):
        raise Refusal(47001, f"{msgtype} is missing")
    if call.json.get("customservice"):
        raise Refusal(65400)  # this account has no named customer-service people
    shown = compose(call, body)
    windows.spend(call.db, openid, call.now)
    screen.show(call.db, openid, sender=screen.ACCOUNT, at=call.now, **shown)
    call.db.execute("UPDATE readers SET typing_until = NULL WHERE openid = ?", (openid,))
    call.db.execute(
        "INSERT INTO deliveries (openid, msgtype, content, at) VALUES (?,?,?,?)",
        (openid, msgtype, json.dumps(body, ensure_ascii=False), call.now),
    )
    return OK


def recipient(call: Call) -> str:
    """Raises: Refusal 40003 for an openid that is not one of this account's."""
    openid = call.json.get("touser")
    known = (
        isinstance(openid, str) and call.db.execute("SELECT 1 FROM readers WHERE openid = ?", (openid,)).fetchone()
    )
    if not known:
        raise Refusal(40003)
    return str(openid)


def text(call: Call, body: dict[str, Any]) -> Shown:
    """Raises: Refusal 44004, 45002."""
    content = body.get("content")
    if not isinstance(content, str) or not content:
        raise Refusal(44004)
    if len(content.encode()) > LONGEST_TEXT:
        raise Refusal(45002)
    return {"kind": "text", "text": content}


def _image(call: Call, body: dict[str, Any]) -> Shown:
    return {"kind": "image", "text": "[图片]", "content": medium(call, body, "image")}


def _voice(call: Call, body: dict[str, Any]) -> Shown:
    return {"kind": "voice", "text": "[语音]", "content": medium(call, body, "voice")}


def _video(call: Call, body: dict[str, Any]) -> Shown:
    content = medium(call, body, "video", "shortvideo")
    words = {name: str(body.get(name, "")) for name in ("title", "description")}
    return {"kind": "video", "text": words["title"] or "[视频]", "content": {**content, **words}}


def _music(call: Call, body: dict[str, Any]) -> Shown:
    if found(call.db, body.get("thumb_media_id"), call.now, "thumb", "image") is None:
        raise Refusal(40007)
    words = {name: str(body.get(name, "")) for name in ("title", "description", "musicurl")}
    return {
        "kind": "music",
        "text": words["title"] or "[音乐]",
        "url": words["musicurl"] or None,
        "content": words,
    }


def _news(call: Call, body: dict[str, Any]) -> Shown:
    articles = body.get("articles")
    if not isinstance(articles, list) or not articles or not isinstance(articles[0], dict):
        raise Refusal(44003)
    if len(articles) > 1:
        raise Refusal(45008)
    article = {name: str(articles[0].get(name, "")) for name in ("title", "description", "url", "picurl")}
    return {
        "kind": "news",
        "text": news_text(article),
        "url": article["url"] or None,
        "content": {"articles": [article]},
    }


def news_text(article: dict[str, str]) -> str:
    """A card's words as a person reads them."""
    return "\n".join(words for words in (article["title"], article["description"]) if words)


def _menu(call: Call, body: dict[str, Any]) -> Shown:
    rows = body.get("list")
    if not isinstance(rows, list) or not rows or not all(_is_row(row) for row in rows):
        raise Refusal(47001, "msgmenu.list is missing or broken")
    lines = [
        str(body.get("head_content") or ""),
        *(row["content"] for row in rows),
        str(body.get("tail_content") or ""),
    ]
    text = "\n".join(line for line in lines if line)
    if len(text.encode()) > LONGEST_TEXT:
        raise Refusal(45002)
    choices = [{"id": str(row["id"]), "content": row["content"]} for row in rows]
    content = {"head": lines[0], "choices": choices, "tail": lines[-1]}
    return {"kind": "msgmenu", "text": text, "content": content}


def _is_row(row: object) -> bool:
    return isinstance(row, dict) and "id" in row and isinstance(row.get("content"), str) and bool(row["content"])


def _article(call: Call, body: dict[str, Any]) -> Shown:
    rows = articles.of(call.db, str(body.get("article_id")))
    if not rows or rows[0]["deleted"]:
        raise Refusal(53600)
    cards = articles.cards(call.platform, rows[:1])
    return {"kind": "news", "text": news_text(cards[0]), "url": cards[0]["url"], "content": {"articles": cards}}


def _card(call: Call, body: dict[str, Any]) -> Shown:
    if not body.get("card_id"):
        raise Refusal(47001, "card_id is missing")
    return {"kind": "card", "text": "[卡券]", "content": {"card_id": str(body["card_id"])}}


def _mini_program(call: Call, body: dict[str, Any]) -> Shown:
    if not all(isinstance(body.get(name), str) and body[name] for name in ("title", "appid", "pagepath")):
        raise Refusal(47001, "title, appid and pagepath are wanted")
    if not body["appid"].startswith("wx"):
        raise Refusal(40013)
    cover = medium(call, {"media_id": body.get("thumb_media_id")}, "thumb", "image")
    words = {"appid": body["appid"], "pagepath": body["pagepath"]}
    return {"kind": "miniprogram", "text": body["title"], "content": {**cover, **words}}


def medium(call: Call, body: dict[str, Any], *kinds: str) -> dict[str, Any]:
    """The file a body names, of one of these kinds. Raises: Refusal 40007."""
    row = found(call.db, body.get("media_id"), call.now, *kinds)
    if row is None:
        raise Refusal(40007)
    return described(row, call.platform.address)


COMPOSERS: dict[str, Callable[[Call, dict[str, Any]], Shown]] = {
    "text": text,
    "image": _image,
    "voice": _voice,
    "video": _video,
    "music": _music,
    "news": _news,
    "msgmenu": _menu,
    "mpnewsarticle": _article,
    "wxcard": _card,
    "miniprogrampage": _mini_program,
}


@endpoint("POST", "/cgi-bin/message/custom/typing", Right.CUSTOM)
def typing(call: Call) -> dict[str, object]:
    openid = recipient(call)
    command = call.json.get("command")
    if command not in ("Typing", "CancelTyping"):
        raise Refusal(45072)
    row = call.db.execute("SELECT heard_at, typing_at FROM readers WHERE openid = ?", (openid,)).fetchone()
    if call.now - (row["heard_at"] or 0) > TYPING_AFTER_S:
        raise Refusal(45080)
    if command == "Typing" and call.now - (row["typing_at"] or 0) < TYPING_APART_S:
        raise Refusal(45081)
    if command == "Typing":
        times = (call.now, call.now + TYPING_APART_S, openid)
        call.db.execute("UPDATE readers SET typing_at = ?, typing_until = ? WHERE openid = ?", times)
    else:
        call.db.execute("UPDATE readers SET typing_until = NULL WHERE openid = ?", (openid,))
    return OK
