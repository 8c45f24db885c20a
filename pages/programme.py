"""/programme/<code>: an issue to listen to, whole or a recording at a time; nothing of one that was not published, or came down."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flask import Blueprint, abort, make_response, send_file
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import picture_files
from contests.programmes import queries, texts
from contests.rules import said_length
from models import times
from models.contest import PieceKind
from models.db import Database
from models.programme import Issue, Programme
from models.times import short_day
from pages.errors import Draw
from pages.playing import played

SORRY = "声音暂时放不了，请过一会儿再试。"
ASK_EACH_TIME = "no-cache"  # what came down must not play on from a phone's memory


@dataclass(frozen=True, slots=True)
class Card:
    """A reader's card."""

    place: int
    caption: str
    length: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """Another issue of the series."""

    code: str
    name: str
    day: str


@dataclass(frozen=True, slots=True)
class Page:
    """An issue in words."""

    code: str
    programme: str
    about: str
    number: int
    title: str
    day: str
    length: str
    cover: str
    intro: tuple[str, ...]
    credits: tuple[str, ...]
    digest: str
    cards: tuple[Card, ...]
    earlier: tuple[Earlier, ...]


def register(blueprint: Blueprint, database: Database, draw: Draw, *, media: Path | None) -> None:
    """The routes of this page."""

    def issue(code: str) -> AnyResponse:
        """The page, asked for anew each time."""
        with database.reading() as session:
            page = _page(session, _aired(session, code), times.today(times.now()))
        return _fresh(make_response(draw("pages/programme.html", page=page)))

    def audio(code: str) -> AnyResponse:
        """The whole issue, in parts where the player asks for parts."""
        with database.reading() as session:
            digest = _aired(session, code).audio
        return _fresh(played(media, [(PieceKind.SOUND, digest)], 0, intro_ms=0, sorry=SORRY))

    def part(code: str, place: int) -> AnyResponse:
        """One recording of it, as its author handed it in."""
        with database.reading() as session:
            parts = queries.parts_of(session, _aired(session, code))
            sounds = [(PieceKind.SOUND, one.work.whole) for one in parts]
        if not place:
            abort(404)
        return _fresh(played(media, sounds, place - 1, intro_ms=0, sorry=SORRY))

    def cover(code: str) -> AnyResponse:
        """Its picture, which comes down with it."""
        with database.reading() as session:
            digest = _aired(session, code).cover
        path = picture_files.path_of(media, digest, room=picture_files.COVERS) if media and digest else None
        if path is None or not path.is_file():
            abort(404)
        return _fresh(send_file(path, "image/jpeg", conditional=True, etag=digest))

    blueprint.add_url_rule("/programme/<code>", "issue", issue)
    blueprint.add_url_rule("/programme/<code>/cover.jpg", "issue_cover", cover)
    blueprint.add_url_rule("/programme/<code>/audio", "issue_audio", audio)
    blueprint.add_url_rule("/programme/<code>/parts/<int:place>", "issue_part", part)


def _fresh(response: AnyResponse) -> AnyResponse:
    response.headers["Cache-Control"] = ASK_EACH_TIME
    return response


def _aired(session: Session, code: str) -> Issue:
    return queries.aired(session, code) or abort(404)


def _page(session: Session, issue: Issue, today: date) -> Page:
    programme = session.get_one(Programme, issue.programme_id)
    cards = tuple(
        Card(place, part.row.caption, said_length(part.work.length_ms / 1000))
        for place, part in enumerate(queries.parts_of(session, issue), 1)
    )
    others = queries.newest(session, most=queries.MOST_EARLIER, programme=programme)
    return Page(
        issue.code, programme.name, programme.about, issue.number, issue.title, _day(issue, today),
        said_length(issue.length_ms / 1000), issue.cover, _lines(issue.intro), _lines(issue.credits), texts.digest(issue), cards,
        tuple(
            Earlier(one.code, f"第 {one.number} 期" + (f"《{one.title}》" if one.title else ""), _day(one, today))
            for _, one in others
            if one.id != issue.id
        ),
    )  # fmt: skip


def _day(issue: Issue, today: date) -> str:
    return short_day(times.today(issue.published_at), beside=today) if issue.published_at else ""


def _lines(words: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in words.splitlines() if line.strip())
