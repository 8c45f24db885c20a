"""The draft box: articles as they are written, checked and cleaned as the platform does it."""

import json
import secrets
import sqlite3
from html import escape
from html.parser import HTMLParser
from typing import Any

from simulator.calls import Call, endpoint
from simulator.errors import OK, Refusal
from simulator.media import file_url

MOST_ARTICLES, MOST_PICTURES, PAGE = 8, 20, 20
LONGEST_TITLE, LONGEST_AUTHOR, LONGEST_DIGEST, DIGEST_BY_ITSELF = 32, 16, 120, 54  # characters
LONGEST_CONTENT, LARGEST_CONTENT = 20_000, 1024 * 1024  # characters; bytes
DROPPED = ("script", "style", "iframe", "form", "input", "button", "object", "embed", "link", "meta")
VOID = ("img", "br", "hr")

Article = dict[str, Any]


class _Clean(HTMLParser):
    """What is left of an article's HTML: no script, no form, no event, no picture from elsewhere."""

    def __init__(self, address: str) -> None:
        super().__init__(convert_charrefs=True)
        self.kept: list[str] = []
        self._address = address
        self._dropped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in DROPPED:
            self._dropped += tag in ("script", "style", "iframe", "form", "object", "button")
        elif not self._dropped:
            kept = [(name, value or "") for name, value in attrs if self._may_stay(tag, name, value or "")]
            self.kept.append("".join([f"<{tag}", *(f' {name}="{escape(value)}"' for name, value in kept), ">"]))

    def _may_stay(self, tag: str, name: str, value: str) -> bool:
        if name.startswith("on") or value.strip().lower().startswith("javascript:"):
            return False
        return (
            tag != "img"
            or name not in ("src", "data-src", "srcset")
            or value.startswith(f"{self._address}/sim/files/")
        )

    def handle_endtag(self, tag: str) -> None:
        if tag in DROPPED:
            self._dropped -= self._dropped > 0 and tag in ("script", "style", "iframe", "form", "object", "button")
        elif not self._dropped and tag not in VOID:
            self.kept.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self._dropped:
            self.kept.append(escape(data, quote=False))


def cleaned(html: str, address: str) -> tuple[str, str]:
    """The HTML that is kept, and its words."""
    parser = _Clean(address)
    parser.feed(html)
    parser.close()
    kept = "".join(parser.kept)
    words = "".join(part for part in parser.kept if not part.startswith("<"))
    return kept, " ".join(words.split())


@endpoint("POST", "/cgi-bin/draft/add", daily=1000)
def add(call: Call) -> dict[str, Any]:
    articles = call.json.get("articles")
    if not isinstance(articles, list) or not articles:
        raise Refusal(44003)
    if len(articles) > MOST_ARTICLES:
        raise Refusal(45008)
    media_id, told = (
        secrets.token_urlsafe(48),
        json.dumps([_article(call, one) for one in articles], ensure_ascii=False),
    )
    call.db.execute(
        "INSERT INTO drafts (media_id, articles, made_at, changed_at) VALUES (?,?,?,?)",
        (media_id, told, call.now, call.now),
    )
    return {"media_id": media_id}


def _article(call: Call, given: object) -> Article:
    """As it is kept. Raises: Refusal for what is too long, missing, or not there."""
    if not isinstance(given, dict):
        raise Refusal(47001, "an article is an object")
    kind = str(given.get("article_type") or "news")
    words = {
        name: str(given.get(name) or "") for name in ("title", "author", "digest", "content", "content_source_url")
    }
    for name, most, code in (
        ("title", LONGEST_TITLE, 45003), ("digest", LONGEST_DIGEST, 45004), ("author", LONGEST_AUTHOR, 45110),
        ("content", LONGEST_CONTENT, 45002),
    ):  # fmt: skip
        if len(words[name]) > most:
            raise Refusal(code)
    if not words["title"]:
        raise Refusal(45003)
    if len(words["content"].encode()) > LARGEST_CONTENT:
        raise Refusal(45002)
    content, plain = cleaned(words["content"], call.platform.address)
    flags = {name: int(bool(given.get(name))) for name in ("need_open_comment", "only_fans_can_comment")}
    kept = {
        "article_type": kind,
        **words,
        "content": content,
        "digest": words["digest"] or plain[:DIGEST_BY_ITSELF],
        **flags,
    }
    if kind == "newspic":
        return {**kept, "image_info": {"image_list": _pictures(call, given)}, "thumb_media_id": ""}
    if kind != "news":
        raise Refusal(47001, "article_type is news or newspic")
    if not plain and "<img" not in content:
        raise Refusal(44004)
    return {**kept, "thumb_media_id": _permanent(call, given.get("thumb_media_id"))}


def _pictures(call: Call, given: Article) -> list[dict[str, str]]:
    info = given.get("image_info")
    every = info.get("image_list") if isinstance(info, dict) else None
    if not isinstance(every, list) or not 1 <= len(every) <= MOST_PICTURES:
        raise Refusal(45008)
    return [
        {"image_media_id": _permanent(call, one.get("image_media_id") if isinstance(one, dict) else None)}
        for one in every
    ]


def _permanent(call: Call, media_id: object) -> str:
    """Covers are permanent material. Raises: Refusal 40007."""
    row = call.db.execute(
        "SELECT 1 FROM materials WHERE media_id = ? AND kind IN ('image', 'thumb')", (str(media_id),)
    ).fetchone()
    if row is None:
        raise Refusal(40007)
    return str(media_id)


def found(db: sqlite3.Connection, media_id: object) -> sqlite3.Row | None:
    """The draft of this number."""
    row: sqlite3.Row | None = db.execute("SELECT * FROM drafts WHERE media_id = ?", (str(media_id),)).fetchone()
    return row


def _asked(call: Call) -> sqlite3.Row:
    row = found(call.db, call.json.get("media_id"))
    if row is None:
        raise Refusal(40007)
    return row


def as_told(call: Call, articles: list[Article]) -> list[Article]:
    """With the address of each cover."""
    return [
        {**one, "thumb_url": file_url(call.platform.address, one["thumb_media_id"])}
        if one.get("thumb_media_id") else one
        for one in articles
    ]  # fmt: skip


@endpoint("POST", "/cgi-bin/draft/get")
def draft(call: Call) -> dict[str, Any]:
    row = _asked(call)
    times = {"create_time": int(row["made_at"]), "update_time": int(row["changed_at"])}
    return {"news_item": as_told(call, json.loads(row["articles"])), **times}


@endpoint("POST", "/cgi-bin/draft/update")
def update(call: Call) -> dict[str, Any]:
    """One article, not a list of them."""
    row, index = _asked(call), call.json.get("index")
    articles = json.loads(row["articles"])
    if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < len(articles):
        raise Refusal(47001, "index is the place of an article")
    articles[index] = _article(call, call.json.get("articles"))
    kept = json.dumps(articles, ensure_ascii=False)
    call.db.execute("UPDATE drafts SET articles = ?, changed_at = ? WHERE n = ?", (kept, call.now, row["n"]))
    return OK


@endpoint("POST", "/cgi-bin/draft/delete")
def delete(call: Call) -> dict[str, Any]:
    call.db.execute("DELETE FROM drafts WHERE n = ?", (_asked(call)["n"],))
    return OK


@endpoint("GET", "/cgi-bin/draft/count")
def count(call: Call) -> dict[str, Any]:
    return {"total_count": call.db.execute("SELECT count(*) FROM drafts").fetchone()[0]}


@endpoint("POST", "/cgi-bin/draft/batchget")
def batch(call: Call) -> dict[str, Any]:
    offset, size = page_of(call)
    rows = call.db.execute("SELECT * FROM drafts ORDER BY n DESC LIMIT ? OFFSET ?", (size, offset)).fetchall()
    items = [
        {
            "media_id": row["media_id"], "update_time": int(row["changed_at"]),
            "content": {"news_item": shortened(call, as_told(call, json.loads(row["articles"])))},
        }
        for row in rows
    ]  # fmt: skip
    total = call.db.execute("SELECT count(*) FROM drafts").fetchone()[0]
    return {"total_count": total, "item_count": len(items), "item": items}


def page_of(call: Call) -> tuple[int, int]:
    """Offset and count. Raises: Refusal 47001."""
    offset, size = call.json.get("offset", 0), call.json.get("count")
    if not isinstance(size, int) or not 1 <= size <= PAGE or not isinstance(offset, int) or offset < 0:
        raise Refusal(47001, "count is 1 to 20")
    return offset, size


def shortened(call: Call, articles: list[Article]) -> list[Article]:
    """Without their content where that is not wanted."""
    return [{**one, "content": ""} for one in articles] if call.json.get("no_content") in (1, True) else articles
