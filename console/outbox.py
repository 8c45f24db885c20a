"""发件: what is owed to readers and to WeChat, what failed and why, and what staff decide about it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from console import exports, paging, words
from console.desk import Desk, done, drawn, local_path, me, note, refused
from console.exports import Sheet
from console.paging import Order
from console.rights import Act, may
from models import outbox, times
from models.errors import IllegalMove
from models.outbox import CallState, OutboxCall

TEXT_START = 40  # characters shown of what somebody is sent
RETRIABLE = frozenset({CallState.WAITING, CallState.UNSURE, CallState.DEAD})
DROPPABLE = RETRIABLE | {CallState.OWED}
TABS: dict[str, tuple[str, tuple[CallState, ...]]] = {
    "decide": ("等人决定", (CallState.UNSURE, CallState.DEAD)),
    "owed": ("待发", (CallState.OWED, CallState.CALLING)),
    "waiting": ("等读者再来", (CallState.WAITING,)),
    "done": ("已发出", (CallState.DONE,)),
    "dropped": ("不发了", (CallState.DROPPED,)),
}
_COLUMNS = (
    ("编号", 10), ("种类", 12), ("状态", 12), ("读者", 14), ("内容开头", 44), ("原因", 50), ("试过几次", 10),
    ("何时欠下", 20), ("下次", 20), ("了结", 20),
)  # fmt: skip


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/outbox, /console/outbox.xlsx, /console/outbox/<number>/retry|drop"""
    views = _Views(desk)
    blueprint.add_url_rule("/outbox", "outbox", views.all)
    blueprint.add_url_rule("/outbox.xlsx", "outbox_file", views.file)
    blueprint.add_url_rule("/outbox/<int:number>/retry", "retry_call", views.retry, methods=["POST"])
    blueprint.add_url_rule("/outbox/<int:number>/drop", "drop_call", views.drop, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_OUTBOX)
    def all(self) -> str:
        """One tab of the outbox, newest first. It shows the beginning of what people are sent: a look to be logged."""
        tab = _asked_for()
        place = paging.place_of(request.args.get("before"), request.args.get("after"), paging.moment)
        order = Order(OutboxCall.created_at, OutboxCall.id, is_falling=True)
        with self._desk.reading() as session:
            page = paging.page(session, _statements(tab), order, place)
            counts = {name: paging.counted(session, _statements(name)) for name in TABS}
        if any(row.openid for row in page.rows):
            with self._desk.unit() as session:
                note(
                    session,
                    "outbox looked at",
                    "outbox",
                    detail=f"{TABS[tab][0]} {_numbers(page.rows)}",
                )
        return drawn(
            "outbox.html", page=page, tab=tab, tabs=TABS, counts=counts,
            start=text_start, retriable=RETRIABLE, droppable=DROPPABLE,
        )  # fmt: skip

    @may(Act.SEE_OUTBOX)
    def file(self) -> Response:
        """The same for Excel."""
        tab = _asked_for()
        with self._desk.reading() as session:
            body = exports.workbook(Sheet("发件", _COLUMNS, _rows(session, _statements(tab))))
        with self._desk.unit() as session:
            note(session, "list exported", "outbox", detail=request.query_string.decode()[:200])
        return exports.downloaded(f"发件 {times.local(times.now()):%Y-%m-%d}", body)

    @may(Act.DECIDE_MESSAGES)
    def retry(self, number: int) -> AnyResponse:
        """Once more. An unsure one may reach its reader twice, which the button says."""
        return self._decided(number, outbox.retry, "call retried", "已重新排队，马上就发。")

    @may(Act.DECIDE_MESSAGES)
    def drop(self, number: int) -> AnyResponse:
        """Never."""

        def drop(session: Session, call: OutboxCall, *, now: Any) -> None:
            outbox.drop(session, call, now=now, cause=f"{me().name}决定不发了")

        return self._decided(number, drop, "call dropped", "好，这一条不发了。")

    def _decided(self, number: int, verb: Callable[..., None], act: str, said: str) -> AnyResponse:
        where = local_path(request.form.get("back"), url_for("console.outbox"))
        try:
            with self._desk.unit() as session:
                asked = sa.select(OutboxCall).where(OutboxCall.id == number).with_for_update()
                call, now = session.execute(asked).scalar_one_or_none() or abort(404), times.now()
                verb(session, call, now=now)
                note(session, act, f"outbox {number}", at=now)
        except IllegalMove:
            return refused("这一条刚刚已经变了，没有再动它。", where)
        return done(said, where)


def text_start(payload: dict[str, Any]) -> str:
    """The beginning of what is sent; "" for calls that send no words."""
    text = words.uncoded(" ".join(str(payload.get("text", "")).split()))
    return text if len(text) <= TEXT_START else text[:TEXT_START] + "…"


def _numbers(rows: Sequence[Any]) -> str:
    """#16–#18, newest first in the list."""
    first, last = rows[-1].id, rows[0].id
    return f"#{first}" if first == last else f"#{first}–#{last}"


def _asked_for() -> str:
    tab = request.args.get("state", "")
    return tab if tab in TABS else "decide"


def _statements(tab: str) -> list[sa.Select[Any]]:
    """One a state, so that each walks its own part of an index."""
    asked = sa.select(
        OutboxCall.created_at.label("key"), OutboxCall.id, OutboxCall.kind, OutboxCall.state, OutboxCall.openid,
        OutboxCall.payload, OutboxCall.cause, OutboxCall.attempts, OutboxCall.created_at, OutboxCall.due_at,
        OutboxCall.settled_at,
    )  # fmt: skip
    return [asked.where(OutboxCall.state == state) for state in TABS[tab][1]]


def _rows(session: Session, statements: Sequence[sa.Select[Any]]) -> Iterator[Sequence[object]]:
    left = exports.MOST_ROWS + 1
    for statement in statements:
        for row in session.execute(statement.order_by(OutboxCall.created_at.desc()).limit(left)):
            left -= 1
            yield (
                row.id, words.CALLS[row.kind], words.state(row.state).words, words.masked(row.openid),
                text_start(row.payload), row.cause, row.attempts, words.exact(row.created_at), words.exact(row.due_at),
                words.exact(row.settled_at),
            )  # fmt: skip
