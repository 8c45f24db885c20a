"""Everything the simulator remembers, in one SQLite file behind one lock."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS readers (
    openid TEXT PRIMARY KEY, name TEXT NOT NULL, following INTEGER NOT NULL DEFAULT 0,
    follow_order INTEGER, followed_at INTEGER, remark TEXT NOT NULL DEFAULT '',
    came_by TEXT NOT NULL DEFAULT 'ADD_SCENE_OTHERS', scene TEXT NOT NULL DEFAULT '',
    heard_at REAL, typing_at REAL, typing_until REAL, made INTEGER NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS readers_follow_order ON readers (follow_order) WHERE following = 1;
CREATE TABLE IF NOT EXISTS windows (
    openid TEXT NOT NULL, action TEXT NOT NULL, credits INTEGER NOT NULL, until REAL NOT NULL,
    PRIMARY KEY (openid, action)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS screen (
    n INTEGER PRIMARY KEY AUTOINCREMENT, openid TEXT NOT NULL, sender TEXT NOT NULL, kind TEXT NOT NULL,
    text TEXT NOT NULL, url TEXT, links TEXT NOT NULL, content TEXT NOT NULL, at REAL NOT NULL,
    failed INTEGER NOT NULL DEFAULT 0, opened INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS screen_of_reader ON screen (openid, n);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, openid TEXT NOT NULL, msgtype TEXT NOT NULL, content TEXT NOT NULL,
    at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS tokens (
    token TEXT PRIMARY KEY, family TEXT NOT NULL, issued_at REAL NOT NULL, expires_at REAL NOT NULL,
    dies_at REAL NOT NULL, forced INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS usage (
    day TEXT NOT NULL, path TEXT NOT NULL, used INTEGER NOT NULL, PRIMARY KEY (day, path)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS calls (
    n INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,
    sent TEXT NOT NULL, answer TEXT NOT NULL, status INTEGER, errcode INTEGER, fault TEXT, ms REAL NOT NULL);
CREATE TABLE IF NOT EXISTS pushes (
    n INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, openid TEXT NOT NULL, what TEXT NOT NULL,
    tries TEXT NOT NULL, fault TEXT);
CREATE TABLE IF NOT EXISTS violations (
    n INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, openid TEXT, what TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS media (
    media_id TEXT PRIMARY KEY, kind TEXT NOT NULL, filename TEXT NOT NULL, content_type TEXT NOT NULL,
    content BLOB NOT NULL, made_at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS templates (
    n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, family TEXT NOT NULL, number TEXT NOT NULL,
    kids TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS credits (
    openid TEXT NOT NULL, template_id TEXT NOT NULL, credits INTEGER NOT NULL,
    PRIMARY KEY (openid, template_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS oauth_codes (
    code TEXT PRIMARY KEY, openid TEXT NOT NULL, snapshot INTEGER NOT NULL, until REAL NOT NULL,
    used INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS oauth_tokens (
    token TEXT PRIMARY KEY, refresh TEXT NOT NULL UNIQUE, openid TEXT NOT NULL, until REAL NOT NULL,
    refresh_until REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sent_once (
    openid TEXT NOT NULL, word TEXT NOT NULL, msgid INTEGER NOT NULL, at REAL NOT NULL,
    PRIMARY KEY (openid, word)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS bills (
    n INTEGER PRIMARY KEY AUTOINCREMENT, number TEXT NOT NULL UNIQUE, product TEXT NOT NULL, openid TEXT NOT NULL,
    fen INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', day TEXT NOT NULL,
    asked TEXT NOT NULL, platform_number TEXT NOT NULL, package TEXT NOT NULL DEFAULT '',
    notify_url TEXT NOT NULL DEFAULT '', made_at REAL NOT NULL, asked_at REAL NOT NULL, settled_at REAL);
CREATE INDEX IF NOT EXISTS bills_of_day ON bills (product, day, openid, fen);
CREATE INDEX IF NOT EXISTS bills_open ON bills (product, state, made_at);
CREATE INDEX IF NOT EXISTS bills_recent ON bills (product, made_at);
CREATE INDEX IF NOT EXISTS bills_package ON bills (package);
CREATE INDEX IF NOT EXISTS bills_platform_number ON bills (platform_number);
CREATE TABLE IF NOT EXISTS days (
    product TEXT NOT NULL, day TEXT NOT NULL, fen INTEGER NOT NULL, PRIMARY KEY (product, day)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS flows (
    n INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, number TEXT NOT NULL, platform_number TEXT NOT NULL,
    product TEXT NOT NULL, fen INTEGER NOT NULL, balance INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS flows_at ON flows (at);
CREATE TABLE IF NOT EXISTS pay_notices (
    number TEXT PRIMARY KEY, tries INTEGER NOT NULL, due_at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS marks (
    openid TEXT NOT NULL, mark TEXT NOT NULL, PRIMARY KEY (openid, mark)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tags (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS tagged (
    openid TEXT NOT NULL, tag_id INTEGER NOT NULL, PRIMARY KEY (openid, tag_id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tagged_by_tag ON tagged (tag_id, openid);
CREATE TABLE IF NOT EXISTS materials (
    media_id TEXT PRIMARY KEY, kind TEXT NOT NULL, title TEXT NOT NULL DEFAULT '', introduction TEXT NOT NULL DEFAULT '',
    made_at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS drafts (
    n INTEGER PRIMARY KEY AUTOINCREMENT, media_id TEXT NOT NULL UNIQUE, articles TEXT NOT NULL, made_at REAL NOT NULL,
    changed_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS articles (
    code TEXT PRIMARY KEY, article_id TEXT NOT NULL, idx INTEGER NOT NULL, article TEXT NOT NULL, made_at REAL NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS articles_of_one ON articles (article_id, idx);
CREATE TABLE IF NOT EXISTS article_jobs (
    number INTEGER PRIMARY KEY, article_id TEXT NOT NULL, is_told INTEGER NOT NULL, made_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS article_opens (
    code TEXT NOT NULL, day TEXT NOT NULL, visitor TEXT NOT NULL, PRIMARY KEY (code, day, visitor)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS publications (
    n INTEGER PRIMARY KEY AUTOINCREMENT, publish_id TEXT NOT NULL UNIQUE, article_id TEXT NOT NULL,
    status INTEGER NOT NULL, made_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS masses (
    n INTEGER PRIMARY KEY AUTOINCREMENT, msg_id INTEGER NOT NULL UNIQUE, word TEXT NOT NULL, kind TEXT NOT NULL,
    shown TEXT NOT NULL, audience TEXT NOT NULL, article_id TEXT NOT NULL DEFAULT '', media_id TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL, made_at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS masses_word ON masses (word, made_at);
CREATE INDEX IF NOT EXISTS masses_state ON masses (state, made_at);
CREATE TABLE IF NOT EXISTS mass_got (
    openid TEXT NOT NULL, month TEXT NOT NULL, got INTEGER NOT NULL, PRIMARY KEY (openid, month)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS codes (
    ticket TEXT PRIMARY KEY, action TEXT NOT NULL, scene TEXT NOT NULL, url TEXT NOT NULL,
    made_at REAL NOT NULL, expires_at REAL) WITHOUT ROWID;
"""


class State:
    """One connection, one lock: whoever holds a unit is alone, and it commits whole or not at all."""

    def __init__(self, path: str) -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
        self._db.row_factory = sqlite3.Row
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.executescript(SCHEMA)

    @contextmanager
    def unit(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def wipe(self) -> None:
        """Forget everything; numbers already given out are not given again."""
        with self.unit() as db:
            for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                if not table.startswith("sqlite_"):
                    db.execute(f"DELETE FROM {table}")

    def close(self) -> None:
        with self._lock:
            self._db.close()


def setting(db: sqlite3.Connection, name: str, default: Any = None) -> Any:
    row = db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
    return json.loads(row["value"]) if row else default


def keep_setting(db: sqlite3.Connection, name: str, value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False)
    db.execute(
        "INSERT INTO settings VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, text),
    )


def drop_setting(db: sqlite3.Connection, name: str) -> None:
    db.execute("DELETE FROM settings WHERE name = ?", (name,))
