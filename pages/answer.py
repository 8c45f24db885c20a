"""/f/<code>: an answer that is too long for the chat, a digital resource, or how to find a mini-program."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, make_response, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from desk.answers import queries, texts
from desk.answers.content import Answer, Content, Form, Resource
from models import codes, times
from models.activity import Branch
from models.db import Database
from pages.errors import Draw

_ADDRESS = re.compile(r"(https?://[^\s<>\"'，。；、）)]+)")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words, or an address to tap."""

    words: str
    is_address: bool


Line = Sequence[Piece]


@dataclass(frozen=True, slots=True)
class Page:
    """An answer in words: paragraphs of lines."""

    title: str
    branch: str
    lead: str
    paragraphs: Sequence[Sequence[Line]]
    address: str
    mini: str  # the name under which a mini-program is searched for
    free_until: str
    is_over: bool
    changed: str


def register(blueprint: Blueprint, database: Database, draw: Draw) -> None:
    """The route of this page."""

    def answer(code: str) -> AnyResponse:
        """What readers get at this moment; nothing of a draft, of what was stopped, or of what does not hold today."""
        with database.reading() as session:
            page = _page(session, codes.as_printed(code)[:8], times.today(times.now()))
        response = make_response(draw("pages/answer.html", page=page))
        response.headers["Cache-Control"] = "no-cache"
        return response

    blueprint.add_url_rule("/f/<code>", "answer", answer)


def _page(session: Session, code: str, today: date) -> Page:
    row = queries.by_code(session, code) or abort(404)
    content = Content.of_json(row.live or {"name": row.name, "ways": [], "answers": []})
    if not content.holds_on(today):
        abort(404)
    version = queries.versions_of(session, row.id)[0]
    changed = times.short_day(times.today(version.approved_at), beside=today)
    if (told := content.resource) is not None:
        return _resource(content, told, today, changed)
    found = content.answer_for(_named(session)) or next(iter(content.answers), Answer())
    if found.form is Form.OWN:
        abort(404)  # the chat knows it, anew each day
    words = found.body if found.form is Form.PAGE else ""
    return Page(
        found.title or content.name, found.branch or content.branch, found.text, paragraphs(words), found.url,
        found.title if found.form is Form.MINI else "", "", False, changed,
    )  # fmt: skip


def _resource(content: Content, told: Resource, today: date, changed: str) -> Page:
    is_over = content.is_over_on(today)
    until = texts.free_until(told.free_until, today=today) if told.free_until and not is_over else ""
    mini = content.name if told.appid else ""
    return Page(content.name, content.branch, "", paragraphs(told.how), told.address, mini, until, is_over, changed)


def _named(session: Session) -> list[str]:
    """The branch of the address, under the names that it has and had."""
    number = request.args.get("at", "")
    row = session.get(Branch, int(number)) if number.isdecimal() and len(number) < 10 else None
    if row is None:
        return []
    return [row.name, *(was for was, name in queries.former_names(session).items() if name == row.name)]


def paragraphs(words: str) -> list[list[list[Piece]]]:
    """Blank lines part paragraphs; addresses can be tapped."""
    blocks = re.split(r"\n\s*\n", words.strip())
    return [
        [_pieces(line.strip()) for line in block.splitlines() if line.strip()] for block in blocks if block.strip()
    ]


def _pieces(line: str) -> list[Piece]:
    return [Piece(part, at % 2 == 1) for at, part in enumerate(_ADDRESS.split(line)) if part]
