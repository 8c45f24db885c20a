"""Putting a work together on a page: the form, kept as it is typed, and its files, sent in parts.

Whose work it is, and which page it stands on, is the business of whoever calls: a reader's own (pages/hand_in.py), a child's
through a school's box (pages/school_box.py). The addresses below that page are the same. Bytes come in while no unit is open.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from flask import abort, jsonify, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from contests import files, handing_in, pieces, queries, texts, uploads
from contests.files import NoSpace
from contests.refusals import ChangedElsewhere, NotThis, StorageFull, UploadBusy, UploadGone, WrongOffset
from models import times
from models.contest import WRITTEN, PieceKind, PieceState, Submission, Upload
from models.db import Database
from models.errors import Refused
from models.work import Json
from pages.errors import Draw
from pages.hand_in_form import missing, save
from pages.playing import played, player
from payouts.texts import untapped
from web.uploads import name_of

R = TypeVar("R")
PART_BYTES = 512 * 1024  # that a browser sends at once: a lost network loses no more
MOST_PART = 2 * 1024 * 1024  # that is read at once: a part, or a long text as it is typed
MOST_FORM = 30 * 1024 * 1024  # of a whole form with files, without a script; nginx takes 32 MB
ACCEPTS = {
    PieceKind.SOUND: "audio/*,.mp3,.m4a,.wav,.amr,.aac,.ogg,.webm", PieceKind.VIDEO: "video/*,.mp4,.mov,.webm",
    PieceKind.PICTURE: "image/jpeg,image/png,image/webp,.jpg,.jpeg,.png,.webp", PieceKind.SLIP: "image/jpeg,image/png,image/webp",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class At:
    """A work that may be put together here. `find` gives it or 404; `page` is the address of its page."""

    find: Callable[[Session], Submission]
    page: str
    openid: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A file in the list."""

    id: int
    name: str
    state: str
    cause: str
    player: str  # "" while it cannot be played


@dataclass(frozen=True, slots=True)
class Files:
    """What of the files of a work a page shows."""

    unit: str
    most: int
    most_bytes: int
    is_full: bool
    is_underway: bool
    accepts: str
    shown: tuple[Shown, ...]


def files_of(session: Session, work: Submission) -> Files | None:
    """None of a work that is written."""
    if work.genre in WRITTEN:
        return None
    kind, limits = pieces.KIND_OF[work.genre], queries.limits_of(session, work)
    found = queries.pieces_of(session, work)
    most = min(limits.most_pieces or pieces.MOST_EVER, pieces.MOST_EVER)
    living = sum(1 for one in found if one.state is not PieceState.REFUSED)
    return Files(
        pieces.UNITS[kind], most, uploads.most_bytes(session, work, kind), living >= most,
        any(one.state in (PieceState.WANTED, PieceState.KEPT) for one in found), ACCEPTS[kind],
        tuple(
            Shown(
                one.id, one.name or "聊天里发来的", one.state.value, one.cause,
                player(one.kind) if one.state is PieceState.READY and one.playable else "",
            )
            for one in found
        ),
    )  # fmt: skip


class Bench:
    """One method a door; each is told where it is (`At`)."""

    def __init__(self, database: Database, draw: Draw, media: Path | None) -> None:
        self._database = database
        self._draw = draw
        self._media = media

    def doors(self, name: str) -> tuple[tuple[str, str, Callable[..., AnyResponse], str], ...]:
        """The addresses below the page of a work: rule, endpoint, view, method."""
        return (
            ("/draft", f"{name}_draft", self.draft, "POST"),
            ("/files", f"{name}_listed", self.listed, "GET"),
            ("/files", f"{name}_arrange", self.arrange, "POST"),
            ("/files/<int:number>", f"{name}_media", self.media, "GET"),
            ("/uploads", f"{name}_upload", self.begin, "POST"),
            ("/uploads/<token>", f"{name}_far", self.far, "GET"),
            ("/uploads/<token>", f"{name}_part", self.append, "POST"),
            ("/uploads/<token>/finish", f"{name}_finish", self.finish, "POST"),
        )

    # ── the form ──

    def kept(self, at: At, typed: Mapping[str, str]) -> dict[str, str]:
        """Save what was typed: field → what is wrong; "" where another page has changed it meanwhile. Raises: NotChangeable."""
        now = times.now()

        def keep(session: Session) -> dict[str, str]:
            work = at.find(session)
            handing_in.unchanged(session, work, typed.get("version", ""))
            return save(session, work, typed, today=times.today(now))

        try:
            return self._database.unit(keep)
        except ChangedElsewhere as no:
            return {"": no.to_reader}

    def draft(self, at: At) -> AnyResponse:
        """What is typed so far: sent by the page itself, as it changes."""
        try:
            wrong = self.kept(at, request.form)
        except Refused as no:
            return _told({"words": untapped(no.to_reader), "is_over": True}, 409)
        with self._database.reading() as session:
            work = at.find(session)
            limits = queries.limits_of(session, work)  # another group has others
            told = {
                "least": limits.least_characters, "most": limits.most_characters, "wanted": texts.length_words(limits, work.genre),
                "version": queries.version_of(work), "characters": work.characters, "wrong": wrong, "title": work.title,
                "words": wrong.get("", ""), "missing": missing(session, work),
            }  # fmt: skip
        return _told(told, 409 if "" in wrong else 200)

    def missing(self, at: At) -> dict[str, str]:
        """Field → what is still to be mended."""
        with self._database.reading() as session:
            return missing(session, at.find(session))

    # ── files, in parts ──

    def begin(self, at: At) -> AnyResponse:
        """A file is going to come: {"name", "size"} → {"token"}."""
        given = request.get_json(force=True, silent=True)
        size = given.get("size") if isinstance(given, dict) else None
        if not isinstance(given, dict) or not isinstance(size, int):
            return _told({"words": "没看懂这个文件，请重新选一次。"}, 400)
        name, now, wants_slip = (
            name_of(FileStorage(filename=str(given.get("name", "")))),
            times.now(),
            wanted_slip(at),
        )

        def begun(session: Session) -> str:
            work = at.find(session)
            return uploads.begin(session, work, name, size, now=now, kind=_kind(work, wants_slip=wants_slip))

        return self._answered(lambda: {"token": self._database.unit(begun)})

    def append(self, at: At, token: str) -> AnyResponse:
        """A part, from `?from=` on: {"there"}."""
        return self._answered(lambda: {"there": self._append(at, token)})

    def _append(self, at: At, token: str) -> int:
        media, size = self._media or abort(404), self._upload(at, token).bytes
        there = uploads.append(media, token, request.args.get("from", -1, type=int), request.stream, size=size)
        self._database.unit(partial(_noted, token=token, there=there, now=times.now()))
        return there

    def far(self, at: At, token: str) -> AnyResponse:
        """How much of a file is there: {"there", "size"}."""
        media = self._media or abort(404)
        return self._answered(
            lambda: {"size": self._upload(at, token).bytes, "there": uploads.received(media, token)}
        )

    def finish(self, at: At, token: str) -> AnyResponse:
        """All of it came: it is a file of the work, and the list is told anew."""
        return self._answered(lambda: self._finish(at, token))

    def _finish(self, at: At, token: str) -> Json:
        media, wants_slip = self._media or abort(404), wanted_slip(at)
        with self._database.reading() as session:
            work = at.find(session)
            is_done = uploads.finished(session, work, token) is not None  # asked again: the answer was lost
            kind = _kind(work, wants_slip=wants_slip)
            most = uploads.most_bytes(session, work, kind)
        if not is_done:
            upload = self._upload(at, token)
            kept = uploads.kept_of(media, token, kind, name=upload.name, size=upload.bytes, most=most)
            now = times.now()
            self._database.unit(
                lambda session: uploads.finish(session, at.find(session), token, kept, now=now, kind=kind).id
            )
        uploads.drop(media, token)
        return self._listed(at)

    def _upload(self, at: At, token: str) -> Upload:
        """An upload of this very work. Raises: UploadGone."""
        with self._database.reading() as session:
            found = uploads.upload_of(session, token, openid=at.openid)
            if found.submission_id != at.find(session).id:
                raise UploadGone
            session.expunge(found)
        return found

    def _answered(self, do: Callable[[], Json]) -> AnyResponse:
        try:
            return _told(do())
        except WrongOffset as no:
            return _told({"words": no.to_reader, "there": no.there}, 409)
        except UploadBusy as no:
            return _told({"words": no.to_reader, "again": True}, 409)
        except StorageFull as no:
            return _told({"words": no.to_reader, "again": True}, 503)
        except UploadGone as no:
            return _told({"words": no.to_reader}, 410)
        except NotThis as no:
            return _told({"words": no.to_reader}, 422)
        except Refused as no:
            return _told({"words": untapped(no.to_reader)}, 422)

    # ── files, with the form ──

    def take(self, at: At, sent: list[FileStorage], *, once: str) -> list[str]:
        """Files that came with a whole form: what is wrong with which. The same form again brings nothing twice."""
        return [
            f"{name_of(file)}：{said}"
            for place, file in enumerate(sent)
            if file.filename and (said := self.taken(at, file, f"form:{once}:{place}"))
        ]

    def taken(self, at: At, file: FileStorage, source: str, *, wants_slip: bool = False) -> str:
        """Why one is not; "" where it is."""
        media, now = self._media or abort(404), times.now()
        with self._database.reading() as session:
            work = at.find(session)
            if work.genre in WRITTEN and not wants_slip:
                return "这件作品收的是文字，不收文件。"
            kind = _kind(work, wants_slip=wants_slip)
            most = uploads.most_bytes(session, work, kind)
        try:
            kept = files.keep(media, file.stream, kind, name=name_of(file), most=most)
            self._database.unit(
                lambda session: pieces.take_upload(session, at.find(session), kind, source, kept, name=kept["name"], now=now).id
            )  # fmt: skip
        except NoSpace:
            return StorageFull.to_reader
        except NotThis as no:
            return no.cause
        except Refused as no:
            return untapped(no.to_reader)
        return ""

    # ── the list of files ──

    def listed(self, at: At) -> AnyResponse:
        """The list as it is now."""
        return _told(self._listed(at))

    def arrange(self, at: At) -> AnyResponse:
        """remove:7, up:7, down:7 of the list, and the list after it."""
        return self._answered(lambda: self._arranged(at, request.form.get("act", "")))

    def _arranged(self, at: At, act: str) -> Json:
        self.act(at, act)
        return self._listed(at)

    def act(self, at: At, act: str) -> bool:
        """Was it one of the three? Raises: NotChangeable."""
        verb, _, typed = act.partition(":")
        if verb not in ("remove", "up", "down") or not typed.isascii() or not typed.isdecimal() or len(typed) > 9:
            return False
        self._database.unit(partial(_acted, at=at, verb=verb, number=int(typed), now=times.now()))
        return True

    def _listed(self, at: At) -> Json:
        with self._database.reading() as session:
            shown = files_of(session, at.find(session))
        return {
            "html": self._draw("pages/parts/work_files.html", files=shown, at=at.page) if shown else "",
            "is_underway": bool(shown and shown.is_underway), "is_full": bool(shown and shown.is_full),
        }  # fmt: skip

    def media(self, at: At, number: int) -> AnyResponse:
        """One file of the work, as it will be heard or seen."""
        with self._database.reading() as session:
            found = next(
                (one for one in queries.pieces_of(session, at.find(session), slips=True) if one.id == number), None
            )
            if found is None or not found.playable or found.state is not PieceState.READY:
                abort(404)
            shown = [(found.kind, found.playable)]
        return played(self._media, shown, 0, intro_ms=0, sorry="现在放不了，请过一会儿再试。")


def once() -> str:
    """What a form with files is known by, if it is sent twice."""
    return secrets.token_hex(8)


def wanted_slip(at: At) -> bool:
    """`?kind=slip`: a consent slip, which only a school's box takes."""
    return at.openid is None and request.args.get("kind") == "slip"


def _kind(work: Submission, *, wants_slip: bool) -> PieceKind:
    kind = PieceKind.SLIP if wants_slip else pieces.KIND_OF.get(work.genre)
    return kind if kind is not None else abort(404)


def _noted(session: Session, *, token: str, there: int, now: datetime) -> None:
    uploads.note(session, token, there, now=now)


def _acted(session: Session, *, at: At, verb: str, number: int, now: datetime) -> None:
    work = at.find(session)
    found = list(queries.pieces_of(session, work, slips=verb == "remove" and at.openid is None))
    place = next((n for n, one in enumerate(found) if one.id == number), None)
    if place is None:
        return
    if verb == "remove":
        pieces.remove(session, work, found[place], now=now)
        return
    other = place + (1 if verb == "down" else -1)
    if 0 <= other < len(found):
        found[place], found[other] = found[other], found[place]
        pieces.reorder(session, work, [one.id for one in found], now=now)


def _told(body: Any, status: int = 200) -> AnyResponse:
    response = jsonify(body)
    response.status_code = status
    return response
