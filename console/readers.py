"""读者: one reader's way with us, found by openid only. Every look is in the audit log."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import farewell
from console import exports, words
from console.desk import Desk, done, drawn, note
from console.exports import Sheet
from console.outbox import text_start
from console.rights import Act, may
from desk.loans import queries as loans
from models import messages, privacy, times
from models.conversation import Conversation
from models.follower import Follower
from models.inbox import Push
from models.outbox import OutboxCall

MOST_SHOWN = 100
TYPED = 6  # last characters of the openid that confirm an erasure


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/readers, /console/readers/<openid>, …/export, …/forget"""
    views = _Views(desk)
    blueprint.add_url_rule("/readers", "readers", views.search, methods=["GET", "POST"])
    blueprint.add_url_rule("/readers/<openid>", "reader", views.one)
    blueprint.add_url_rule("/readers/<openid>/export", "export_reader", views.export, methods=["POST"])
    blueprint.add_url_rule("/readers/<openid>/forget", "forget_reader", views.forget, methods=["GET", "POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_READERS)
    def search(self) -> AnyResponse | str | tuple[str, int]:
        """Nobody is listed here: who has no openid has no business with a reader."""
        openid = request.form.get("openid", "").strip()
        if request.method == "GET":
            return drawn("readers.html", openid="", wrong="")
        if not _is_openid(openid):
            return drawn(
                "readers.html", openid=openid[:64], wrong="openid 是一串字母、数字和横线，请整串贴进来。"
            ), 400
        return redirect(url_for("console.reader", openid=openid), 303)

    @may(Act.SEE_READERS)
    def one(self, openid: str) -> str | tuple[str, int]:
        """When they wrote and what they were sent; not what they wrote."""
        with self._desk.reading() as session:
            reader = session.get(Follower, openid)
            pushes, calls = _pushes(session, openid), _calls(session, openid)
            conversation = session.get(Conversation, openid)
            windows = messages.windows_of(session, openid) or []
        is_known = bool(reader or pushes or calls or conversation)
        with self._desk.unit() as session:
            note(session, "reader looked at", privacy.digest(openid))
        if not is_known:
            return drawn(
                "readers.html",
                openid=openid[:64],
                wrong="没有这位读者的记录：可能没关注过，或者已经取消关注、清除了。",
            ), 404
        return drawn(
            "reader.html", openid=openid, reader=reader, pushes=pushes, calls=calls, conversation=conversation,
            left=sum(window.left(times.now()) for window in windows), start=text_start,
        )  # fmt: skip

    @may(Act.EXPORT_READERS)
    def export(self, openid: str) -> Response:
        """Everything kept about this person, for them: a sheet a table."""
        with self._desk.unit() as session:
            found = {**privacy.export(session, openid), **loans.own_file(session, openid, secret=self._desk.secret)}
            note(session, "personal data exported", privacy.digest(openid))
        sheets = [_sheet(name, rows) for name, rows in found.items()]
        nothing = Sheet("没有记录", (("说明", 40),), [("我们没有保存这位读者的任何资料。",)])
        return exports.downloaded(
            f"读者资料 {times.local(times.now()):%Y-%m-%d}", exports.workbook(*sheets or [nothing])
        )

    @may(Act.FORGET_READERS)
    def forget(self, openid: str) -> AnyResponse | str | tuple[str, int]:
        """First what it will do; then, with the end of the openid typed, done."""
        typed = request.form.get("typed", "").strip()
        if request.method == "POST" and typed == openid[-TYPED:]:
            with self._desk.unit() as session:
                now = times.now()
                farewell.forget(session, openid, at=now)
                note(session, "personal data erased", privacy.digest(openid), at=now)
            return done("已清除这位读者的个人信息，再也找不回来了。", url_for("console.readers"))
        wrong = f"要清除，请照抄 openid 最后 {TYPED} 个字符。" if request.method == "POST" else ""
        page = drawn("forget.html", openid=openid, digits=TYPED, wrong=wrong)
        return (page, 400) if wrong else page


def _is_openid(word: str) -> bool:
    return 6 <= len(word) <= 64 and word.isascii() and word.replace("-", "").replace("_", "").isalnum()


def _pushes(session: Session, openid: str) -> Sequence[Any]:
    asked = sa.select(Push.key, Push.kind, Push.received_at, Push.state).where(Push.openid == openid)
    return session.execute(asked.order_by(Push.received_at.desc()).limit(MOST_SHOWN)).all()


def _calls(session: Session, openid: str) -> Sequence[OutboxCall]:
    asked = sa.select(OutboxCall).where(OutboxCall.openid == openid)
    return session.scalars(asked.order_by(OutboxCall.created_at.desc()).limit(MOST_SHOWN)).all()


def _sheet(name: str, rows: Sequence[dict[str, Any]]) -> Sheet:
    """A table as the file has it: for a reader who asks at the desk, and so without what picks their prizes up there."""
    hidden = {"code"} if name == "prizes" else set()
    columns = tuple((column, 24) for column in rows[0] if column not in hidden)
    return Sheet(
        _TABLES.get(name, name), columns, ([_cell(row[column]) for column, _width in columns] for row in rows)
    )


def _cell(value: object) -> object:
    return words.uncoded(str(value)) if isinstance(value, str | dict) else value


_TABLES = {
    "followers": "关注", "conversations": "对话", "inbox": "来信", "outbox": "发给您的", "spent_credits": "用掉的条数",
}  # fmt: skip
