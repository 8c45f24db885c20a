"""Articles that are out: published, pushed to readers, deleted; and the page that everybody opens."""

import json
import secrets
import sqlite3
from html import escape
from typing import Any

from flask import Blueprint, Response, request

from simulator import datacube, drafts
from simulator.account import Right
from simulator.calls import Call, endpoint
from simulator.drafts import Article
from simulator.errors import OK, Refusal
from simulator.events import HELPER, event_push
from simulator.media import file_url
from simulator.platform import Platform
from simulator.state import drop_setting, setting

FAILED = {
    2: "originality",
    3: "failed",
    4: "audit refused",
}  # publish_status that an order for the next one may ask for
DELETED = 5
VISITOR = "sim_reader"  # a browser is a reader


def put_out(call: Call, articles: list[Article]) -> str:
    """They have addresses from now on: their article_id."""
    article_id = secrets.token_urlsafe(33)
    for number, article in enumerate(articles, 1):
        row = (secrets.token_urlsafe(16), article_id, number, json.dumps(article, ensure_ascii=False), call.now)
        call.db.execute("INSERT INTO articles (code, article_id, idx, article, made_at) VALUES (?,?,?,?,?)", row)
    return article_id


def of(db: sqlite3.Connection, article_id: str) -> list[sqlite3.Row]:
    """Those of one publication or mass send, in order."""
    return db.execute("SELECT * FROM articles WHERE article_id = ? ORDER BY idx", (article_id,)).fetchall()


def address_of(platform: Platform, row: sqlite3.Row) -> str:
    """What mp.weixin.qq.com/s/… is in the world."""
    return f"{platform.address}/s/{row['code']}"


def cards(platform: Platform, rows: list[sqlite3.Row]) -> list[dict[str, str]]:
    """As the chat shows them: title, digest, address, cover."""
    found = []
    for row in rows:
        article = json.loads(row["article"])
        pictures = article.get("image_info", {}).get("image_list") or [{"image_media_id": ""}]
        cover = article["thumb_media_id"] or pictures[0]["image_media_id"]
        found.append({
            "title": article["title"], "description": article["digest"], "url": address_of(platform, row),
            "picurl": file_url(platform.address, cover) if cover else "",
        })  # fmt: skip
    return found


@endpoint("POST", "/cgi-bin/freepublish/submit", Right.PUBLISH, daily=100)
def submit(call: Call) -> dict[str, Any]:
    """Taken; what became of it is told by an event and by freepublish/get."""
    draft = drafts.found(call.db, call.json.get("media_id"))
    if draft is None:
        raise Refusal(40007)
    status = int(setting(call.db, "next_publish", 0))
    drop_setting(call.db, "next_publish")
    articles = json.loads(draft["articles"])
    article_id = "" if status else put_out(call, articles)
    publish_id = str(call.platform.next_msgid() % 10**10)
    call.db.execute(
        "INSERT INTO publications (publish_id, article_id, status, made_at) VALUES (?,?,?,?)",
        (publish_id, article_id, status, call.now),
    )
    if not status:
        call.db.execute("DELETE FROM drafts WHERE n = ?", (draft["n"],))
    told = {"publish_id": publish_id, "publish_status": status, **_detail(call, article_id, len(articles))}
    call.owed.append(event_push(call.platform, HELPER, "PUBLISHJOBFINISH", {"PublishEventInfo": told}))
    number = call.platform.next_msgid() % 10**10
    if not status:
        datacube.put_down(call.db, number, article_id, call.now, is_told=False)
    return {**OK, "publish_id": publish_id, "msg_data_id": number}


def _detail(call: Call, article_id: str, count: int) -> dict[str, Any]:
    if not article_id:
        return {"fail_idx": list(range(1, count + 1))}
    rows = of(call.db, article_id)
    items = [{"idx": row["idx"], "article_url": address_of(call.platform, row)} for row in rows]
    return {"article_id": article_id, "article_detail": {"count": len(rows), "item": items}}


@endpoint("POST", "/cgi-bin/freepublish/get", Right.PUBLISH)
def published(call: Call) -> dict[str, Any]:
    asked = str(call.json.get("publish_id"))
    row = call.db.execute("SELECT * FROM publications WHERE publish_id = ?", (asked,)).fetchone()
    if row is None:
        raise Refusal(53600)
    rows = of(call.db, row["article_id"])
    is_gone = bool(rows) and all(one["deleted"] for one in rows)
    status = DELETED if is_gone else row["status"]
    return {"publish_id": asked, "publish_status": status, **_detail(call, row["article_id"], 1)}


@endpoint("POST", "/cgi-bin/freepublish/getarticle", Right.PUBLISH)
def published_article(call: Call) -> dict[str, Any]:
    return {"news_item": _told(call, _asked(call))}


def _asked(call: Call) -> list[sqlite3.Row]:
    rows = of(call.db, str(call.json.get("article_id")))
    if not rows:
        raise Refusal(53600)
    return rows


def _told(call: Call, rows: list[sqlite3.Row]) -> list[Article]:
    told = drafts.as_told(call, [json.loads(row["article"]) for row in rows])
    return [
        {**one, "url": address_of(call.platform, row), "is_deleted": bool(row["deleted"])}
        for one, row in zip(told, rows, strict=True)
    ]


@endpoint("POST", "/cgi-bin/freepublish/delete", Right.PUBLISH)
def delete(call: Call) -> dict[str, Any]:
    """One by its place from 1 on, or all with 0."""
    rows, index = _asked(call), call.json.get("index", 0)
    if not isinstance(index, int) or not 0 <= index <= len(rows):
        raise Refusal(47001, "index is the place of an article, or 0")
    take_away(call.db, rows[0]["article_id"], index)
    return OK


def take_away(db: sqlite3.Connection, article_id: str, index: int) -> None:
    """The page says that its author deleted it; cards in chats stay."""
    db.execute(
        "UPDATE articles SET deleted = 1 WHERE article_id = ? AND (? = 0 OR idx = ?)", (article_id, index, index)
    )


@endpoint("POST", "/cgi-bin/freepublish/batchget", Right.PUBLISH)
def batch(call: Call) -> dict[str, Any]:
    offset, size = drafts.page_of(call)
    rows = call.db.execute(
        "SELECT * FROM publications WHERE status = 0 ORDER BY n DESC LIMIT ? OFFSET ?", (size, offset)
    ).fetchall()
    items = [
        {
            "article_id": row["article_id"], "update_time": int(row["made_at"]),
            "content": {"news_item": drafts.shortened(call, _told(call, of(call.db, row["article_id"])))},
        }
        for row in rows
    ]  # fmt: skip
    total = call.db.execute("SELECT count(*) FROM publications WHERE status = 0").fetchone()[0]
    return {"total_count": total, "item_count": len(items), "item": items}


PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{{max-width:42rem;margin:0 auto;padding:1.25rem;font:17px/1.75 system-ui,sans-serif;color:#222}}
h1{{font-size:1.375rem;line-height:1.4}}.by{{color:#8a8a8a;font-size:.9375rem}}img{{max-width:100%;height:auto}}</style></head>
<body><h1>{title}</h1><p class="by">{by}</p>{content}</body></html>"""
GONE = PAGE.format(title="该内容已被发布者删除", by="", content="")


def page(platform: Platform) -> Blueprint:
    """/s/<code>: what a reader opens. Nothing runs in it, whatever an article holds."""
    pages = Blueprint("articles", __name__)

    @pages.get("/s/<code>")
    def one(code: str) -> Response:
        with platform.state.unit() as db:
            row = db.execute("SELECT * FROM articles WHERE code = ?", (code,)).fetchone()
            is_here = row is not None and not row["deleted"]
            visitor = (
                datacube.count(db, code, request.cookies.get(VISITOR, ""), platform.clock.now()) if is_here else ""
            )
        if not is_here:
            return _page(GONE, 404 if row is None else 200)
        article = json.loads(row["article"])
        by = " ".join(filter(None, (article["author"], platform.account.name)))
        pictures = article.get("image_info", {}).get("image_list", ())
        shown = "".join(f'<img src="{file_url(platform.address, one["image_media_id"])}" alt="">' for one in pictures)
        answer = _page(
            PAGE.format(title=escape(article["title"]), by=escape(by), content=article["content"] + shown), 200
        )
        answer.set_cookie(VISITOR, visitor, max_age=10**7, path="/s/", httponly=True, samesite="Lax")
        return answer

    return pages


def _page(html: str, status: int) -> Response:
    answer = Response(html, status, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'"
    return answer
