"""常用答复: what staff answer again and again, to be picked on the page of a case."""

from flask import Blueprint, abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from console.desk import Desk, by_me, done, drawn
from console.rights import Act, may
from desk.cases import canned, queries, rules, texts
from models.case import CannedReply, CaseTopic
from models.errors import BadInput


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/cases/replies, …/<number>, …/<number>/drop"""
    views = _Views(desk)
    blueprint.add_url_rule("/cases/replies", "case_replies", views.all, methods=["GET", "POST"])
    blueprint.add_url_rule("/cases/replies/<int:number>", "case_reply", views.one, methods=["GET", "POST"])
    blueprint.add_url_rule("/cases/replies/<int:number>/drop", "case_reply_drop", views.drop, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.ANSWER_READERS)
    def all(self) -> AnyResponse | str | tuple[str, int]:
        """All of them, and a form for a new one."""
        return self._kept(None) if request.method == "POST" else self._page(None)

    @may(Act.ANSWER_READERS)
    def one(self, number: int) -> AnyResponse | str | tuple[str, int]:
        """One, to be changed."""
        with self._desk.reading() as session:
            _known(session, number)
        return self._kept(number) if request.method == "POST" else self._page(number)

    def _kept(self, number: int | None) -> AnyResponse | tuple[str, int]:
        topic = request.form.get("topic", "")
        try:
            with self._desk.unit() as session:
                title, text = request.form.get("title", ""), request.form.get("text", "")
                known = CaseTopic(topic) if topic in set(CaseTopic) else None
                canned.keep(session, number, title, text, known, by=by_me())
        except BadInput as error:
            return self._page(number, wrong=error.to_staff), 400
        return done("保存好了，答复时可以选它。", url_for("console.case_replies"))

    @may(Act.ANSWER_READERS)
    def drop(self, number: int) -> AnyResponse:
        """No longer to be picked."""
        with self._desk.unit() as session:
            canned.drop(session, _known(session, number), by=by_me())
        return done("删掉了。", url_for("console.case_replies"))

    def _page(self, number: int | None, *, wrong: str = "") -> str:
        with self._desk.reading() as session:
            rows = queries.canned(session)
            row = _known(session, number) if number else None
        given = {name: request.form.get(name, "") for name in ("title", "text", "topic")} if wrong else {
            "title": row.title if row else "", "text": row.text if row else "", "topic": row.topic if row and row.topic else "",
        }  # fmt: skip
        return drawn(
            "case_replies.html", rows=rows, row=row, given=given, wrong=wrong, topics=texts.TOPICS, most=rules.LONGEST_ANSWER,
            placeholders=rules.PLACEHOLDERS,
        )  # fmt: skip


def _known(session: Session, number: int) -> CannedReply:
    return session.get(CannedReply, number) or abort(404)
