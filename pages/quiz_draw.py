"""/q/<code>/draw: the draw at the end of a quiz, and what anybody needs to check it."""

from dataclasses import dataclass

from flask import Blueprint, Response, abort, make_response, url_for
from sqlalchemy.orm import Session

from models import times
from models.db import Database
from models.payout import PoolDraw
from models.quiz import Quiz
from models.times import said_moment
from pages.errors import Draw
from payouts import draws, plan, pools
from quizzes import queries

FILE = "draw.txt"


@dataclass(frozen=True)
class DrawPage:
    """`seed` and `rows` (code, what it won) are empty until it was drawn, `list_hash` until the list is closed; `file`: where
    a list too long for the page is."""

    code: str
    title: str
    prizes: int
    entries: int
    closes: str
    seed_hash: str
    list_hash: str
    seed: str
    drawn: str
    is_handed: bool
    rows: tuple[tuple[str, str], ...]
    file: str
    file_name: str = FILE


def register(blueprint: Blueprint, database: Database, drawn: Draw) -> None:
    """The routes of this page; nobody need say who they are."""

    def page(code: str) -> str:
        with database.reading() as session:
            made = _page(session, *_found(session, code))
        return drawn("pages/quiz_draw.html", page=made)

    def file(code: str) -> Response:
        with database.reading() as session:
            _quiz, draw = _found(session, code)
            listed = draws.codes(session, draw) if draw.drawn_at else abort(404)
        response = make_response("\n".join(listed) + "\n")
        response.headers["Content-Type"] = "text/plain; charset=utf-8"
        return response

    blueprint.add_url_rule("/q/<code>/draw", "quiz_draw", page)
    blueprint.add_url_rule(f"/q/<code>/{FILE}", "quiz_draw_file", file)


def _found(session: Session, code: str) -> tuple[Quiz, PoolDraw]:
    quiz = queries.by_code(session, code) or abort(404)
    pool = pools.of_occasion(session, queries.occasion_of(quiz)) or abort(404)
    return quiz, draws.of_pool(session, pool) or abort(404)


def _page(session: Session, quiz: Quiz, draw: PoolDraw) -> DrawPage:
    today = times.today(times.now())
    prizes = sum(tier.count for tier in plan.plan_of(draw.pool.plan).drawn)
    entries, rows = draws.count(session, draw), draws.first(session, draw)
    return DrawPage(
        quiz.code, quiz.title, prizes, entries, said_moment(quiz.closes_at, today=today), draw.seed_hash, draw.entries_hash,
        draw.seed if draw.drawn_at else "", said_moment(draw.drawn_at, today=today) if draw.drawn_at else "",
        draw.handed_at is not None, tuple((row.code, row.prize) for row in rows),
        url_for("pages.quiz_draw_file", code=quiz.code) if rows and entries > len(rows) else "",
    )  # fmt: skip
