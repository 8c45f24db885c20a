"""待补记录: what took place and nobody has told how many came; and what phones have sent, to be looked at."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session

from activities.records import queries, texts
from activities.records.rules import Figures
from console import paging
from console.activity_list import said_when
from console.desk import Desk, drawn, me
from console.needs import Need
from console.paging import Order
from console.rights import Act, may
from models import times
from models.activity import Activity

MOST_SENT = 50
EACH = 5  # on 今天; the rest is one line that leads here


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/records-missing"""
    blueprint.add_url_rule("/records-missing", "records_missing", _Views(desk).all)


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.KEEP_RECORDS)
    def all(self) -> str:
        """Oldest first."""
        place = paging.place_of(request.args.get("before"), request.args.get("after"), date.fromisoformat)
        asked = queries.missing(today=times.today(times.now()), branch_id=me().branch_id)
        with self._desk.reading() as session:
            page = paging.page(session, asked, Order(Activity.last_on, Activity.id), place)
            sent = queries.sent(session, branch_id=me().branch_id, most=MOST_SENT)
        return drawn("records_missing.html", page=page, sent=sent, said_when=said_when, said=said)


def said(row: Any) -> str:
    """到馆 23 人次 · 线上 120 人次"""
    return texts.said_figures(Figures(row.on_site, row.online, row.sessions))


def needs(session: Session) -> Iterator[Need]:
    """What 今天 says of it."""
    yield from _to_confirm(session)
    yield from _to_tell(session)


def _to_confirm(session: Session) -> Iterator[Need]:
    rows = queries.sent(session, branch_id=me().branch_id, most=EACH + 1)
    for row in rows[:EACH]:
        yield Need(
            row.sent_at, "chart", "waiting", f"{row.branch}“{row.title}”报来了人次", f"{said(row)}，等您看一眼。", "去确认",
            url_for("console.record", code=row.code),
        )  # fmt: skip
    if len(rows) > EACH:
        yield _more(times.local(rows[EACH].sent_at).date(), "还有报来的人次没确认")


def _to_tell(session: Session) -> Iterator[Need]:
    asked = queries.missing(today=times.today(times.now()), branch_id=me().branch_id)
    rows = [
        row for one in asked for row in session.execute(one.order_by(Activity.last_on, Activity.id).limit(EACH + 1))
    ]
    rows.sort(key=lambda row: (row.last_on, row.id))
    for row in rows[:EACH]:
        yield Need(
            times.start_of(row.last_on), "chart", "waiting", f"“{row.title}”来了多少人，还没有记",
            f"{row.branch} · {said_when(row)}", "去补记", url_for("console.record", code=row.code),
        )  # fmt: skip
    if len(rows) > EACH:
        yield _more(rows[EACH].last_on, "还有办完的活动没有记人次")


def _more(day: date, title: str) -> Need:
    words = "在待补记录里可以一场场补。"
    return Need(times.start_of(day), "chart", "waiting", title, words, "去看看", url_for("console.records_missing"))
