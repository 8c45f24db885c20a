"""/q/<code>/board: the first of a quiz or of a group; whom one plays for; and /me/name, what one is called there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import Blueprint, abort, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from models import times
from models.db import Database
from models.errors import Refused
from models.quiz import Quiz
from models.times import said_moment
from pages.errors import Draw
from pages.identity import Identity
from payouts import texts as prize_texts
from quizzes import boards, groups, names, queries, texts
from quizzes.boards import MOST_COUNTED, Row


@dataclass(frozen=True)
class Line:
    """A line of the board."""

    rank: int
    name: str
    score: int
    took: str
    is_mine: bool = False


@dataclass(frozen=True)
class Board:
    """What a board shows. `frozen`: since when it stands still, "" for one that is live; `mine`: the reader's own, live."""

    code: str
    title: str
    players: str
    frozen: str
    word: str
    groups: tuple[str, ...]
    group: str
    rows: tuple[Line, ...]
    mine: str
    is_to_choose: bool


class _Views:
    def __init__(self, identity: Identity, database: Database, draw: Draw) -> None:
        self._identity = identity
        self._database = database
        self._draw = draw

    def board(self, code: str) -> str:
        """The first, for everybody; below, where the reader stands whose browser it is."""
        openid = self._identity.reader()
        with self._database.reading() as session:
            quiz = _quiz(session, code)
            if not quiz.has_board or quiz.is_practice:
                abort(404)
            page = _board(session, quiz, openid, times.now())
        return self._draw("pages/quiz_board.html", page=page)

    def choose(self, openid: str, code: str) -> AnyResponse:
        """Play for a group from now on."""
        group = request.form.get("group", "")
        try:
            self._database.unit(partial(_chosen, code=code, openid=openid, group=group, now=times.now()))
        except Refused as no:
            with self._database.reading() as session:
                page = _board(session, _quiz(session, code), openid, times.now())
            drawn = self._draw("pages/quiz_board.html", page=page, said=prize_texts.untapped(no.to_reader))
            return AnyResponse(drawn, 409, mimetype="text/html")
        return redirect(url_for("pages.quiz_board", code=code, g=group or None), 303)

    def name(self, openid: str) -> AnyResponse | str:
        """What I am called, and a form to change it."""
        said, typed = "", None
        if request.method == "POST":
            typed = request.form.get("name", "")
            try:
                self._database.unit(partial(_named, openid=openid, name=typed, now=times.now()))
                return redirect(url_for("pages.board_name", done=1), 303)
            except Refused as no:
                said = prize_texts.untapped(no.to_reader)
        with self._database.reading() as session:
            kept = names.of(session, openid)
        value, shown = kept if typed is None else typed, texts.shown_name(openid, kept)
        drawn = self._draw(
            "pages/board_name.html", value=value, shown=shown, said=said, is_done="done" in request.args
        )
        return AnyResponse(drawn, 422, mimetype="text/html") if said else drawn


def register(identity: Identity, blueprint: Blueprint, database: Database, draw: Draw) -> None:
    """The routes of these pages."""
    views = _Views(identity, database, draw)
    asked = identity.who_is_it("选分组")
    named = identity.who_is_it("改榜上的名字", instead=lambda: "也可以在公众号里回复“我的名字”加上名字。")
    blueprint.add_url_rule("/q/<code>/board", "quiz_board", views.board)
    blueprint.add_url_rule("/q/<code>/group", "quiz_group", asked(views.choose), methods=["POST"])
    blueprint.add_url_rule("/me/name", "board_name", named(views.name), methods=["GET", "POST"])


def _quiz(session: Session, code: str) -> Quiz:
    return queries.by_code(session, code) or abort(404)


def _chosen(session: Session, *, code: str, openid: str, group: str, now: datetime) -> None:
    groups.choose(session, _quiz(session, code), openid, group, now=now)


def _named(session: Session, *, openid: str, name: str, now: datetime) -> None:
    names.choose(session, openid, name, now=now)


def _board(session: Session, quiz: Quiz, openid: str | None, now: datetime) -> Board:
    group = request.args.get("g", "")
    group = group if group in quiz.board_groups else ""
    is_frozen = boards.is_frozen(quiz, now=now) and quiz.freezes_at is not None
    frozen = said_moment(quiz.freezes_at, today=times.today(now)) if is_frozen and quiz.freezes_at else ""
    players = boards.players(session, quiz, group=group)
    return Board(
        quiz.code, quiz.title, f"{MOST_COUNTED} 多人" if players > MOST_COUNTED else f"{players} 人", frozen, quiz.group_word,
        tuple(quiz.board_groups), group, lines(boards.seen(session, quiz, group=group, now=now), openid),
        mine(session, quiz, openid) if openid else "", openid is not None and groups.is_to_choose(session, quiz, openid),
    )  # fmt: skip


def lines(rows: Sequence[Row], reader: str | None = None) -> tuple[Line, ...]:
    """As a board shows them to this reader; whoever has left is nobody's, and a browser that is nobody's has no line."""
    return tuple(
        Line(
            row.place, texts.shown_name(row.openid, row.name), row.score, texts.seconds(row.took_ms),
            reader is not None and row.openid == reader,
        )
        for row in rows
    )  # fmt: skip


def mine(session: Session, quiz: Quiz, openid: str) -> str:
    """Where a reader stands now, in all and in their group; "" without a result."""
    standing = queries.standing_of(session, quiz, openid)
    if standing is None:
        return ""
    group = standing.board_group
    in_group = f"，在{group}第 {boards.rank_in_group(session, standing)} 名" if group else ""
    return f"{texts.kept(quiz, standing)}，第 {queries.rank_of(session, standing)} 名{in_group}"
