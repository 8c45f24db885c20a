"""/c/<code>/works: works to listen to, read and look at, and to like; nothing of them before they were screened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path

from flask import Blueprint, Response, abort, make_response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from contests import gallery, liking, looks, queries, texts
from contests.judging import hearing
from contests.liking import Ballot
from models import times
from models.contest import WRITTEN, Contest, ContestGroup, LookKind, Submission
from models.db import Database
from models.errors import Refused
from pages.contest import CODE_LENGTH
from pages.errors import Draw, Sorry
from pages.identity import Identity, own
from pages.playing import played, player
from pages.visitors import Visitors
from web import lettering
from web.given import row_number
from web.long_picture import Poster, long_picture

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
    has_ranks: bool
    is_ranked: bool
    ballot: Ballot


@dataclass(frozen=True, slots=True)
class One:
    """One work. `mine`: the reader's own like is given; None where nobody knows who looks. `is_held`: it is looked at first."""

    contest: str
    contest_title: str
    card: Card
    media: tuple[tuple[str, int], ...]
    paragraphs: tuple[str, ...]
    takes_likes: bool
    mine: bool | None
    is_held: bool
    ballot: Ballot
    has_card: bool
    id: int
    contest_id: int


class _Views:
    def __init__(
        self, identity: Identity, database: Database, draw: Draw, visitors: Visitors, media: Path | None, library: str,
        site: str,
    ) -> None:  # fmt: skip
        self._identity = identity
        self._database = database
        self._draw = draw
        self._visitors = visitors
        self._media = media
        self._library = library
        self._site = site

    def hall(self, code: str) -> Response:
        """All works, or those of a group, a page after the other; `?by=likes` the most liked first."""
        group, after = (row_number(request.args.get(name, "")) for name in ("group", "after"))
        with self._database.reading() as session:
            contest, reader = _shown(session, code), self._identity.reader()
            is_ranked = contest.shows_ranks and request.args.get("by") == "likes"
            page = _hall(session, contest, group, after or 0, reader, is_ranked=is_ranked)
        response = make_response(self._draw("pages/gallery.html", page=page))
        return own(response) if page.ballot.at_least else response  # it says how many its reader has named

    def work(self, code: str, work: str) -> Response:
        """One work."""
        reader = self._identity.reader()
        with self._database.reading() as session:
            page = _one(session, _work(session, code, work), reader)
        self._looked(page.id, page.contest_id, LookKind.VISIT, reader)
        # It says whether its reader has liked it.
        return own(make_response(self._draw("pages/gallery_work.html", page=page)))

    def card(self, code: str, work: str) -> Response:
        """A picture to pass on, with the address of this work as a code."""
        faces = lettering.faces() or abort(503)
        with self._database.reading() as session:
            found = _work(session, code, work)
            card = _card(found, _group(session, found), 0)
            contest = found.contest.title
        facts = (
            ("类别", card.kind),
            ("组别", card.group),
            ("作者", card.author),
            ("编号", f"{card.number} 号" if card.number else ""),
        )
        poster = Poster(
            self._library, card.title, contest, tuple(fact for fact in facts if fact[1]), card.words,
            f"{self._site}{url_for('pages.gallery_work', code=code, work=work)}", "听一听、看一看这件作品", "",
        )  # fmt: skip
        response = make_response(_drawn_once(poster, faces))
        response.headers["Content-Type"] = "image/png"
        return response

    def play(self, code: str, work: str) -> AnyResponse:
        """It was played for a while: the page says so once."""
        with self._database.reading() as session:
            found = _work(session, code, work)
            work_id, contest_id = found.id, found.contest_id
        self._looked(work_id, contest_id, LookKind.PLAY, self._identity.reader())
        return Response(status=204)

    def _looked(self, work_id: int, contest_id: int, kind: LookKind, reader: str | None) -> None:
        note = partial(looks.note, work_id=work_id, contest_id=contest_id, kind=kind)
        self._visitors.came((kind, work_id), note, times.now(), reader=reader)

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


def register(
    identity: Identity, blueprint: Blueprint, database: Database, draw: Draw, visitors: Visitors, *, media: Path | None,
    library: str, site: str,
) -> None:  # fmt: skip
    """The routes of these pages."""
    views = _Views(identity, database, draw, visitors, media, library, site)
    base = f"/c/<string(length={CODE_LENGTH}):code>/works"
    blueprint.add_url_rule(base, "gallery", views.hall)
    blueprint.add_url_rule(f"{base}/<work>", "gallery_work", views.work)
    blueprint.add_url_rule(f"{base}/<work>/media/<int:place>", "gallery_media", views.media)
    blueprint.add_url_rule(f"{base}/<work>/play", "gallery_play", views.play, methods=["POST"])
    blueprint.add_url_rule(f"{base}/<work>/card.png", "gallery_card", views.card)
    asked = identity.who_is_it("点赞")
    blueprint.add_url_rule(f"{base}/<work>/like", "likable", asked(views.likable))
    blueprint.add_url_rule(f"{base}/<work>/like", "like", asked(views.like), methods=["POST"])


@lru_cache(maxsize=64)
def _drawn_once(poster: Poster, faces: lettering.Faces) -> bytes:
    """It takes a fifth of a second, and a work that is passed on is asked for by many at once."""
    return long_picture(poster, faces)


def _shown(session: Session, code: str) -> Contest:
    contest = queries.contest_called(session, code)
    return contest if contest is not None and gallery.is_open(contest) else abort(404)


def _work(session: Session, code: str, work: str) -> Submission:
    return gallery.work_called(session, _shown(session, code), work) or abort(404)


def _hall(
    session: Session, contest: Contest, group: int | None, after: int, reader: str | None, *, is_ranked: bool
) -> Hall:
    groups, now = queries.groups_of(session, contest), times.now()
    likes: Mapping[int, int]
    if is_ranked:
        ranked = gallery.ranked(session, contest, group_id=group, after=after)
        found: Sequence[Submission] = [work for work, _ in ranked]
        likes = {work.id: number for work, number in ranked}
    else:
        found = gallery.works_of(session, contest, group_id=group, after=after)
        likes = liking.counted(session, found)
    works, names = found[: gallery.A_PAGE], {one.id: texts.group_name(one) for one in groups}
    cards = tuple(_card(work, names.get(work.group_id or 0, ""), likes.get(work.id, 0)) for work in works)
    behind = after + len(works) if is_ranked else works[-1].id if works else 0
    has_more = len(found) > len(works) and (not is_ranked or behind < gallery.MOST_RANKED)
    takes = liking.takes(contest, now)
    return Hall(
        contest.code, contest.title, tuple(names.items()) if len(names) > 1 else (), group, cards, behind if has_more else 0,
        takes, contest.shows_ranks, is_ranked, _ballot(session, contest, reader, now) if takes else Ballot(0, 0),
    )  # fmt: skip


def _ballot(session: Session, contest: Contest, reader: str | None, now: datetime) -> Ballot:
    """What a reader has named; of somebody unknown nothing yet."""
    if reader is None or not contest.votes_at_least:
        return Ballot(0, contest.votes_at_least)
    return liking.ballot_of(session, contest, reader, now=now)


def _card(work: Submission, group: str, likes: int) -> Card:
    words = " ".join(work.words.split()) if work.genre in WRITTEN else ""
    return Card(
        work.code, work.number, work.title, texts.GENRES[work.genre], group, gallery.author_of(work),
        words if len(words) <= FIRST_WORDS else words[:FIRST_WORDS] + "…", likes,
    )  # fmt: skip


def _group(session: Session, work: Submission) -> str:
    return texts.group_name(session.get(ContestGroup, work.group_id) if work.group_id else None)


def _one(session: Session, work: Submission, openid: str | None) -> One:
    now = times.now()
    card = _card(work, _group(session, work), liking.counted(session, [work]).get(work.id, 0))
    paragraphs = tuple(line.strip() for line in work.words.splitlines() if line.strip())
    mine, takes = liking.own_like(session, work, openid, now=now) if openid else None, liking.takes(work.contest, now)
    return One(
        work.contest.code, work.contest.title, card,
        tuple((player(kind), place) for place, (kind, _) in enumerate(hearing.shown(session, work))),
        paragraphs if work.genre in WRITTEN else (), takes, mine is not None if openid else None,
        mine is not None and mine.is_held,
        _ballot(session, work.contest, openid, now) if takes else Ballot(0, 0), lettering.faces() is not None,
        work.id, work.contest_id,
    )  # fmt: skip


def _liked(session: Session, *, code: str, work: str, openid: str) -> None:
    liking.like(session, _work(session, code, work), openid, now=times.now())
