"""/a/<code>/draw: what anybody needs to check a draw: hashes before, seed and order afterwards."""

from dataclasses import dataclass

from flask import Blueprint, abort
from sqlalchemy.orm import Session

from activities.signup import lottery, queries, seats
from activities.signup.terms import asked_for, times_of
from activities.signup.texts import STATE_WORDS
from models import times
from models.db import Database
from models.signup import SignUp, Way
from models.times import said_moment
from pages.errors import Draw
from pages.sign_up import signed_up_for


@dataclass(frozen=True)
class DrawPage:
    """`seed` and `rows` (code, what became of it) are empty until it was drawn; `list_hash` until the list is closed."""

    code: str
    title: str
    seats: int
    applied: int
    closes: str
    draws: str
    seed_hash: str
    list_hash: str
    seed: str
    drawn: str
    rows: tuple[tuple[str, str], ...]


def register(blueprint: Blueprint, database: Database, draw: Draw) -> None:
    """The route of this page; nobody need say who they are."""

    def page(code: str) -> str:
        with database.reading() as session:
            told = signed_up_for(session, code)
            terms = asked_for(session, told.shown.id)
            if terms.way is not Way.LOTTERY:
                abort(404)
            made = _page(session, terms)
        return draw("pages/draw.html", page=made)

    blueprint.add_url_rule("/a/<code>/draw", "lottery", page)


def _page(session: Session, terms: SignUp) -> DrawPage:
    today, closes = times.today(times.now()), times_of(terms).closes_at
    return DrawPage(
        terms.activity.code, terms.activity.title, seats.count(session, terms.activity_id)[0],
        queries.standing(session, terms).applied,
        said_moment(closes, today=today) if closes else "", said_moment(terms.draws_at, today=today) if terms.draws_at else "",
        terms.seed_hash, terms.entries_hash, terms.seed if terms.drawn_at else "",
        said_moment(terms.drawn_at, today=today) if terms.drawn_at else "",
        tuple((code, STATE_WORDS[state]) for code, state in lottery.result(session, terms)),
    )  # fmt: skip
