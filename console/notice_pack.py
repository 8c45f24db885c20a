"""读者群包: a notice for groups of readers: long picture, words to paste, QR code; on one page, and as a zip."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from urllib.parse import quote
from zipfile import ZIP_STORED, ZipFile

import segno
import sqlalchemy as sa
from flask import Blueprint, make_response, redirect, request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from activities import picture_files
from console.desk import Desk, drawn
from console.notice_rows import found, steps_shown
from console.rights import Act, may
from models.audience import NoticeLink
from models.notice import Broadcast, BroadcastState, Notice
from notices import chain, packing, service, tracking
from notices.content import Content
from web import lettering, qr
from web.long_picture import Poster, long_picture

QR_SIZE = 600
CALL = "看全文，了解更多"


@dataclass(frozen=True, slots=True)
class Pack:
    """What is given: `url` is what the code leads to."""

    notice: Notice
    words: str
    poster: Poster
    url: str


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/notices/<number>/pack, …/pack.png, …/pack.zip"""
    views = _Views(desk)
    base = "/notices/<int:number>/pack"
    blueprint.add_url_rule(base, "notice_pack", views.page)
    blueprint.add_url_rule(f"{base}.png", "notice_pack_picture", views.picture)
    blueprint.add_url_rule(f"{base}.zip", "notice_pack_file", views.file)


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_NOTICES)
    def page(self, number: int) -> str:
        """All of it to look at and to copy; before its words are signed, that it waits."""
        pack = self._pack(number)
        if pack is None:
            with self._desk.reading() as session:
                notice = found(session, number)
                steps = steps_shown(session, notice, chain.chain_of(session, notice))
                return drawn("notice_pack.html", notice=notice, pack=None, steps=steps)
        code = segno.make(pack.url, error="m", micro=False)
        picture = Markup(code.svg_inline(border=2, omitsize=True, dark="#1F2A2E", light="#fff"))  # noqa: S704 (drawn by segno)
        can_draw = lettering.faces() is not None
        return drawn(
            "notice_pack.html", notice=pack.notice, pack=pack, qr=picture, can_draw=can_draw, how=lettering.HOW_TO_GET
        )

    @may(Act.SEE_NOTICES)
    def picture(self, number: int) -> Response:
        """The long picture alone, shown on the page or, with `saved`, taken away."""
        pack, faces = self._pack(number), lettering.faces()
        if pack is None or faces is None:
            return redirect(url_for("console.notice_pack", number=number), 303)
        if "saved" in request.args:
            self._desk.noted("notice pack taken", f"notice {pack.notice.code}", detail="长图")
        return _saved(long_picture(pack.poster, faces), "image/png", f"{pack.notice.title}-长图.png")

    @may(Act.SEE_NOTICES)
    def file(self, number: int) -> Response:
        """Everything in one zip; without a Chinese face on this machine, without the picture."""
        pack, faces, body = self._pack(number), lettering.faces(), BytesIO()
        if pack is None:
            return redirect(url_for("console.notice_pack", number=number), 303)
        self._desk.noted("notice pack taken", f"notice {pack.notice.code}", detail="全部")
        code = BytesIO()
        qr.picture(pack.url, QR_SIZE, border=4).save(code, "PNG")
        with ZipFile(body, "w", ZIP_STORED) as zipped:
            if faces is not None:
                zipped.writestr("长图.png", long_picture(pack.poster, faces))
            zipped.writestr("文字.txt", "\ufeff" + pack.words)
            zipped.writestr("二维码.png", code.getvalue())
        return _saved(body.getvalue(), "application/zip", f"{pack.notice.title}-读者群.zip")

    def _pack(self, number: int) -> Pack | None:
        """None while somebody has still to sign: nothing unsigned is handed to groups. Aborts with 404."""
        with self._desk.reading() as session:
            notice = found(session, number)
            if not chain.is_ready(session, notice):
                return None
            session.expunge(notice)
            content = service.content_of(session, notice)
            addresses = _addresses(session, number)
            url = addresses.get(0) or self._own_page(session, number, content)
        words = packing.to_paste(content, library=self._desk.library, addresses=addresses, url=url)
        return Pack(notice, words, self._poster(notice, content, url), url)

    def _own_page(self, session: Session, number: int, content: Content) -> str:
        """Before it is out: the first of our pages that it links to, by the way that counts where there is one; else ours."""
        path = next((way for one in packing.links(content) if (way := tracking.own_path(one, self._desk.site))), "/")
        mine = sa.select(NoticeLink.code).where(NoticeLink.notice_id == number, NoticeLink.path == path)
        code = session.scalar(mine)
        return f"{self._desk.site}{tracking.PREFIX}{code}" if code else f"{self._desk.site}{path}"

    def _poster(self, notice: Notice, content: Content, url: str) -> Poster:
        first = content.articles[0] if content.articles else None
        title = (first.title if first else "") or notice.title
        return Poster(
            library=self._desk.library, title=title, above="", facts=(), text=packing.body_of(content), url=url, call=CALL,
            phone="", cover=self._cover(first.cover if first else ""),
        )  # fmt: skip

    def _cover(self, digest: str) -> Path | None:
        path = picture_files.path_of(self._desk.media, digest) if digest else None
        return path if path is not None and path.is_file() else None


def _addresses(session: Session, number: int) -> dict[int, str]:
    """Of its articles as they are out, by their place."""
    rows = sa.select(Broadcast.told).where(Broadcast.notice_id == number, Broadcast.state == BroadcastState.DONE)
    for told in session.scalars(rows.order_by(Broadcast.id.desc())):
        urls = told.get("urls")
        if isinstance(urls, list) and urls and all(isinstance(one, str) for one in urls):
            return dict(enumerate(urls))
    return {}


def _saved(body: bytes, kind: str, name: str) -> Response:
    response = make_response(body)
    response.headers["Content-Type"] = kind
    response.headers["Content-Disposition"] = f"attachment; filename=\"notice\"; filename*=UTF-8''{quote(name)}"
    return response
