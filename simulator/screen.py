"""What a reader's phone shows: one row an item, in both directions."""

import json
import re
import sqlite3
from collections.abc import Iterable
from html.parser import HTMLParser
from typing import Any

READER, ACCOUNT = "reader", "account"
BARE_LINK = re.compile(r"https?://[^\s\"'<>，。；！？、）】》]+")
MENU_LINK = "weixin://bizmsgmenu"


class _Markup(HTMLParser):
    """Text as a person sees it, and its links. Only `<a href>` is markup in a chat; the rest is shown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.parts: list[dict[str, str]] = []
        self._href: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._href = dict(attrs).get("href") or ""
            self.parts.append({"text": "", "href": self._href})
        else:
            self.handle_data(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._href = None
        else:
            self.handle_data(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self.parts and self.parts[-1].get("href", "") == (self._href or ""):
            self.parts[-1]["text"] += data
        else:
            self.parts.append({"text": data, "href": self._href or ""})

    def handle_entityref(self, name: str) -> None:
        self.handle_data({"lt": "<", "gt": ">", "amp": "&", "quot": '"', "nbsp": " "}.get(name, f"&{name};"))

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")


def parts_of(text: str) -> list[dict[str, str]]:
    """The text in pieces `{text, href}`; href is empty where it is plain."""
    markup = _Markup()
    markup.feed(text)
    markup.close()
    pieces: list[dict[str, str]] = []
    for part in markup.parts:
        pieces.extend([part] if part["href"] else _bare_links(part["text"]))
    return [piece for piece in pieces if piece["text"]]


def _bare_links(text: str) -> Iterable[dict[str, str]]:
    at = 0
    for found in BARE_LINK.finditer(text):
        yield {"text": text[at : found.start()], "href": ""}
        yield {"text": found[0], "href": found[0]}
        at = found.end()
    yield {"text": text[at:], "href": ""}


def show(
    db: sqlite3.Connection,
    openid: str,
    *,
    sender: str,
    kind: str,
    text: str,
    at: float,
    url: str | None = None,
    content: dict[str, Any] | None = None,
) -> int:
    """Put an item on the screen; returns its number. `text` may carry links; they are taken apart here."""
    pieces = parts_of(text) if sender == ACCOUNT and kind in ("text", "msgmenu") else [{"text": text, "href": ""}]
    links = [piece for piece in pieces if piece["href"]]
    url = url or next((link["href"] for link in links if link["href"].startswith("http")), None)
    cursor = db.execute(
        "INSERT INTO screen (openid, sender, kind, text, url, links, content, at) VALUES (?,?,?,?,?,?,?,?)",
        (
            openid,
            sender,
            kind,
            "".join(piece["text"] for piece in pieces),
            url,
            json.dumps(links, ensure_ascii=False),
            json.dumps({"parts": pieces, **(content or {})}, ensure_ascii=False),
            at,
        ),
    )
    return int(cursor.lastrowid or 0)


def items(db: sqlite3.Connection, openid: str, after: int = 0) -> list[dict[str, Any]]:
    rows = db.execute("SELECT * FROM screen WHERE openid = ? AND n > ? ORDER BY n", (openid, after))
    return [item(row) for row in rows]


def item(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "n": row["n"],
        "id": str(row["n"]),
        "from": row["sender"],
        "kind": row["kind"],
        "text": row["text"],
        "url": row["url"],
        "links": json.loads(row["links"]),
        "content": json.loads(row["content"]),
        "at": row["at"],
        "failed": bool(row["failed"]),
        "opened": bool(row["opened"]),
    }


def mark_failed(db: sqlite3.Connection, n: int) -> None:
    db.execute("UPDATE screen SET failed = 1 WHERE n = ?", (n,))


def violation(db: sqlite3.Connection, openid: str | None, what: str, at: float) -> None:
    """The account did what the platform does not allow, though the reader may not have noticed."""
    db.execute("INSERT INTO violations (at, openid, what) VALUES (?,?,?)", (at, openid, what))
