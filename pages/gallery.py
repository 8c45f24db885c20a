"""/c/<code>/works: works to listen to, read and look at, and to like; nothing of them before they were screened."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flask import Blueprint, Response, abort, make_response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from contests import gallery, liking, queries, texts
from contests.judging import hearing
from models import times
from models.contest import WRITTEN, Contest, ContestGroup, Submission
from models.db import Database
from models.errors import Refused
from pages.contest import CODE_LENGTH
from pages.errors import Draw, Sorry
from pages.identity import Identity, own
from pages.playing import played, player
from web.given import row_number

FIRST_WORDS = 40  # characters of a text in the list


@dataclass(frozen=True, slots=True)
class Card:
    """A work in the list."""

    code: str
    number: int | None
    title: str
    kind: str
    group: str
    author: str
    words: str
    likes: int


@dataclass(frozen=True, slots=True)
class Hall:
    """The list, a page of it. `after` 0: no more."""

    code: str
    title: str
    groups: tuple[tuple[int, str], ...]
    group: int | None
    cards: tuple[Card, ...]
    after: int
    takes_likes: bool


@dataclass(frozen=True, slots=True)
class One:
    """One work. `mine`: the reader's own like is given; None where nobody knows who looks."""

    contest: str
    contest_title: str
    card: Card
    media: tuple[tuple[str, int], ...]
    paragraphs: tuple[str, ...]
    takes_likes: bool
    mine: bool | None


class _Views:
    def __init__(self, identity: Identity, database: Database, draw: Draw, media: Path | None) -> None:
        self._identity = identity
        self._database = database
        self._draw = draw
        self._media = media

    def hall(self, code: str) -> str:
        """All works, or those of a group, a page after the other."""
        group, after = (row_number(request.args.get(name, "")) for name in ("group", "after"))
        with self._database.reading() as session:
            page = _hall(session, _shown(session, code), group, after or 0)
        return self._draw("pages/gallery.html", page=page)

    def work(self, code: str, work: str) -> Response:
        """One work."""
        with self._database.reading() as session:
            page = _one(session, _work(session, code, work), self._identity.reader())
        # It says whether its reader has liked it.
        return own(make_response(self._draw("pages/gallery_work.html", page=page)))

    def media(self, code: str, work: str, place: int) -> AnyResponse:
        """One file of a work, in parts where the player asks for parts."""
        with self._database.reading() as session:
            found = _work(session, code, work)
            shown = hearing.shown(session, found)
            # While judges do not know whose works are, nobody hears an author say their name.
            intro_ms = found.intro_ms if gallery.is_blind(found.contest) else 0
        return played(self._media, shown, place, intro_ms=intro_ms, sorry="录音暂时放不了，请过一会儿再试。")

    def likable(self, openid: str, code: str, work: str) -> AnyResponse:
        """Whoever came to like it is known now: back to the work."""
        return redirect(url_for("pages.gallery_work", code=code, work=work), 303)

    def like(self, openid: str, code: str, work: str) -> AnyResponse:
        """One like."""
        try:
            self._database.unit(partial(_liked, code=code, work=work, openid=openid))
        except Refused as no:
            return self._identity.sorry(Sorry("没有点成", no.to_reader), 409)
        return redirect(url_for("pages.gallery_work", code=code, work=work), 303)


def register(identity: Identity, blueprint: Blueprint, database: Database, draw: Draw, *, media: Path | None) -> None:
    """The routes of these pages."""
    views = _Views(identity, database, draw, media)
    base = f"/c/<string(length={CODE_LENGTH}):code>/works"
    blueprint.add_url_rule(base, "gallery", views.hall)
    blueprint.add_url_rule(f"{base}/<work>", "gallery_work", views.work)
    blueprint.add_url_rule(f"{base}/<work>/media/<int:place>", "gallery_media", views.media)
    asked = identity.who_is_it("点赞")
    blueprint.add_url_rule(f"{base}/<work>/like", "likable", asked(views.likable))
    blueprint.add_url_rule(f"{base}/<work>/like", "like", asked(views.like), methods=["POST"])


def _shown(session: Session, code: str) -> Contest:
    contest = queries.contest_called(session, code)
    return contest if contest is not None and gallery.is_open(contest) else abort(404)


def _work(session: Session, code: str, work: str) -> Submission:
    return gallery.work_called(session, _shown(session, code), work) or abort(404)


def _hall(session: Session, contest: Contest, group: int | None, after: int) -> Hall:
    groups = queries.groups_of(session, contest)
    found = gallery.works_of(session, contest, group_id=group, after=after)
    works, names = found[: gallery.A_PAGE], {one.id: texts.group_name(one) for one in groups}
    likes = liking.counted(session, works)
    cards = tuple(_card(work, names.get(work.group_id or 0, ""), likes.get(work.id, 0)) for work in works)
    return Hall(
        contest.code, contest.title, tuple(names.items()) if len(names) > 1 else (), group, cards,
        works[-1].id if len(found) > len(works) else 0, liking.takes(contest, times.now()),
    )  # fmt: skip


def _card(work: Submission, group: str, likes: int) -> Card:
    words = " ".join(work.words.split()) if work.genre in WRITTEN else ""
    return Card(
        work.code, work.number, work.title, texts.GENRES[work.genre], group, gallery.author_of(work),
        words if len(words) <= FIRST_WORDS else words[:FIRST_WORDS] + "…", likes,
    )  # fmt: skip


def _one(session: Session, work: Submission, openid: str | None) -> One:
    group, now = session.get(ContestGroup, work.group_id) if work.group_id else None, times.now()
    card = _card(work, texts.group_name(group), liking.counted(session, [work]).get(work.id, 0))
    paragraphs = tuple(line.strip() for line in work.words.splitlines() if line.strip())
    return One(
        work.contest.code, work.contest.title, card,
        tuple((player(kind), place) for place, (kind, _) in enumerate(hearing.shown(session, work))),
        paragraphs if work.genre in WRITTEN else (), liking.takes(work.contest, now),
        liking.has_liked(session, work, openid, now=now) if openid else None,
    )  # fmt: skip


def _liked(session: Session, *, code: str, work: str, openid: str) -> None:
    liking.like(session, _work(session, code, work), openid, now=times.now())
