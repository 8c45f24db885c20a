"""datacube: how many readers opened the articles of a day, told from eight the next morning on; and the count itself."""

import secrets
import sqlite3
from datetime import date, datetime, timedelta
from typing import Any

from simulator.account import Right
from simulator.calls import Call, endpoint
from simulator.clock import day_of, hour_of
from simulator.errors import Refusal

COUNTED_DAYS = 30  # from the day it went out
TOLD_FROM = 8  # o'clock


def put_down(db: sqlite3.Connection, number: int, article_id: str, now: float, *, is_told: bool) -> None:
    """Articles have a number (msg_data_id) by which their readers are counted; `is_told`: readers were notified."""
    db.execute(
        "INSERT INTO article_jobs (number, article_id, is_told, made_at) VALUES (?,?,?,?)",
        (number, article_id, is_told, now),
    )


def carried_out(db: sqlite3.Connection, article_id: str, now: float, *, is_sent: bool) -> None:
    """A job that waited for somebody's word is of the day on which it went out; one that failed is none."""
    if is_sent:
        db.execute("UPDATE article_jobs SET made_at = ? WHERE article_id = ?", (now, article_id))
    else:
        db.execute("DELETE FROM article_jobs WHERE article_id = ?", (article_id,))


def count(db: sqlite3.Connection, code: str, visitor: str, now: float) -> str:
    """Somebody opened an article: counted once a visitor and day. Who they are from now on."""
    visitor = visitor or secrets.token_urlsafe(9)
    db.execute("INSERT OR IGNORE INTO article_opens VALUES (?,?,?)", (code, day_of(now), visitor))
    return visitor


@endpoint("POST", "/datacube/getarticletotaldetail", Right.MASS)
def totals(call: Call) -> dict[str, Any]:
    """Of each article that went out on that one day, its readers up to the end of each day since."""
    first, last = _day(call, "begin_date"), _day(call, "end_date")
    is_early = hour_of(call.now) < TOLD_FROM
    yesterday = date.fromisoformat(day_of(call.now)) - timedelta(days=1)
    if first != last or last > yesterday:
        raise Refusal(61501)
    counted = yesterday - timedelta(days=1) if is_early else yesterday
    jobs = call.db.execute("SELECT * FROM article_jobs ORDER BY number").fetchall()
    rows = [
        row
        for job in jobs
        if day_of(job["made_at"]) == first.isoformat()
        for row in _rows(call.db, job, first, counted)
    ]
    return {"list": rows, "is_delay": is_early}


def _day(call: Call, name: str) -> date:
    try:
        return datetime.strptime(call.json.get(name) or "", "%Y-%m-%d").date()  # noqa: DTZ007  (a day, no moment)
    except (TypeError, ValueError):
        raise Refusal(61500) from None


def _rows(db: sqlite3.Connection, job: sqlite3.Row, first: date, counted: date) -> list[dict[str, Any]]:
    articles = db.execute("SELECT * FROM articles WHERE article_id = ? ORDER BY idx", (job["article_id"],)).fetchall()
    last = min(counted, first + timedelta(days=COUNTED_DAYS - 1))
    days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    return [
        {
            "ref_date": first.isoformat(), "msgid": f"{job['number']}_{row['idx']}", "publish_type": 0 if job["is_told"] else 1,
            "detail_list": [_detail(db, row["code"], day) for day in days],
        }
        for row in articles
    ]  # fmt: skip


def _detail(db: sqlite3.Connection, code: str, day: date) -> dict[str, Any]:
    """Each day's readers added up, from the first day to the end of this one. Nobody passes anything on here."""
    opened = "SELECT count(*) FROM article_opens WHERE code = ? AND day <= ?"
    readers = db.execute(opened, (code, day.isoformat())).fetchone()[0]
    return {
        "stat_date": day.isoformat(), "read_user": readers, "read_user_source": [{"user_count": readers, "scene_desc": "全部"}],
        "share_user": 0, "zaikan_user": 0, "like_user": 0, "comment_count": 0, "collection_user": 0,
    }  # fmt: skip
