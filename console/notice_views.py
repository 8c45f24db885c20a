"""A notice looked at: as a phone shows it, its versions side by side, its form on paper."""

from datetime import date
from io import BytesIO

from flask import Blueprint, Response, abort, make_response, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from console.desk import Desk, by_me, done, drawn
from console.notice_rows import FORMS, USES, found, marks_of, mine, refusing, said_who
from console.rights import Act, may
from console.words import exact
from models import times
from models.activity import Branch
from models.errors import BadInput
from models.notice import Notice, NoticeState, NoticeVersion, Step
from models.staff import names
from notices import chain, chain_rules, differences, service, voices
from notices.content import Article, Content
from web import lettering
from web.documents import signed_form

# A page of its own in a frame: inline styles as WeChat shows them, and nothing that runs.
_FRAME = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self'; frame-ancestors 'self'; "
    "base-uri 'none'; form-action 'none'; sandbox allow-popups allow-popups-to-escape-sandbox",
    "Cache-Control": "no-store",
}  # fmt: skip


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/notices/<number>/preview, versions, form.pdf"""
    views = _Views(desk)
    base = "/notices/<int:number>"
    blueprint.add_url_rule(f"{base}/preview", "notice_preview", views.preview)
    blueprint.add_url_rule(f"{base}/preview/<int:article>", "notice_body", views.body)
    blueprint.add_url_rule(f"{base}/voice", "notice_voice", views.voice)
    blueprint.add_url_rule(f"{base}/versions", "notice_versions", views.versions)
    blueprint.add_url_rule(
        f"{base}/versions/<int:version>/back", "notice_back", refusing(views.back), methods=["POST"]
    )
    blueprint.add_url_rule(f"{base}/form.pdf", "notice_form", views.form)


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.SEE_NOTICES)
    def preview(self, number: int) -> str:
        """In a frame as wide as a phone."""
        with self._desk.reading() as session:
            notice = found(session, number)
            content = service.content_of(session, notice)
            frames = [
                url_for("console.notice_body", number=number, article=at)
                for at in range(1, len(content.articles) + 1)
            ]
            return drawn("notice_preview.html", notice=notice, content=content, frames=frames)

    @may(Act.SEE_NOTICES)
    def body(self, number: int, article: int) -> Response:
        """One article as a page of its own."""
        with self._desk.reading() as session:
            notice = found(session, number)
            articles = service.content_of(session, notice).articles
            if not 1 <= article <= len(articles):
                abort(404)
            return framed(articles[article - 1], notice.due_on or times.today(times.now()))

    @may(Act.SEE_NOTICES)
    def voice(self, number: int) -> Response:
        """The recording, played in the page."""
        with self._desk.reading() as session:
            digest = service.content_of(session, found(session, number)).voice
        path = voices.found(self._desk.media, digest) if digest else None
        if path is None:
            abort(404)
        return send_file(path, voices.KINDS[path.suffix[1:]], conditional=True)

    @may(Act.SEE_NOTICES)
    def versions(self, number: int) -> str:
        """All of them, and any two side by side: the newest and the one before, unless told otherwise."""
        with self._desk.reading() as session:
            notice = found(session, number)
            rows = service.versions_of(session, notice)
            there = [row.number for row in rows]
            new, old = request.args.get("new", type=int), request.args.get("old", type=int)
            new = new if new in there else there[0]
            old = old if old in there else next((n for n in there if n < new), new)
            signed = chain.signatures_of(session, notice)
            return drawn(
                "notice_versions.html", notice=notice, rows=rows, new=new, old=old, names=names(session), words=chain_rules.STEPS,
                changes=differences.between(_content(session, notice, old), _content(session, notice, new)), signed=signed,
                can_write=notice.state is NoticeState.DRAFT,
            )  # fmt: skip

    @may(Act.WRITE_NOTICES)
    def back(self, number: int, version: int) -> AnyResponse:
        """An older version's words as the newest."""
        with self._desk.unit() as session:
            notice = service.held(session, mine(session, number))
            if notice.state is not NoticeState.DRAFT:
                raise BadInput("这份通知正在校审或已经校审完，要改请先“收回来改”。")
            if session.get(NoticeVersion, (number, version)) is None:
                abort(404)
            service.go_back_to(session, notice, version, by=by_me(), was=notice.version)
        return done(f"已经换回第 {version} 版的文字。", url_for("console.notice_edit", number=number))

    @may(Act.SEE_NOTICES)
    def form(self, number: int) -> Response:
        """校审单 as a PDF."""
        faces = lettering.faces() or abort(503)
        with self._desk.reading() as session:
            notice = found(session, number)
            said = self._said(session, notice)
        made = BytesIO(signed_form.page(said, faces))
        return send_file(made, "application/pdf", as_attachment=True, download_name=f"校审单-{notice.code}.pdf")

    def _said(self, session: Session, notice: Notice) -> "signed_form.Said":
        known, content = names(session), service.content_of(session, notice)
        branch = session.get(Branch, notice.branch_id) if notice.branch_id else None
        steps = [Step(step) for step in notice.steps]
        facts = [
            ("用途", USES[notice.use]), ("发给谁的馆", branch.name if branch else "全馆"), ("写稿", known.get(notice.made_by, notice.made_by)),
            ("文章", "；".join(one.title or "（没有标题）" for one in content.articles) or content.text[:60] or FORMS[notice.form]),
            ("打算发出", f"{notice.due_on:%Y年%-m月%-d日}" if notice.due_on else "没有定"), ("流程", chain_rules.said_chain(steps)),
            ("状态", "每一步都签完了" if chain.is_ready(session, notice) else "还没有签完，不能发出"),
        ]  # fmt: skip
        rows = [
            signed_form.Row(
                chain_rules.STEPS[row.step], said_who(known, row), "通过" if row.is_yes and not row.voided_at else "作废" if row.is_yes else "退回",
                exact(row.signed_at)[:16], f"第 {row.version} 版",
                row.reason or ("文字后来改了" if row.voided_at else f"核对了 {len(row.looked_at)} 处" if row.looked_at else ""),
            )
            for row in chain.signatures_of(session, notice)
        ]  # fmt: skip
        return signed_form.Said(
            self._desk.library, notice.title, notice.code, content.sha256, facts, marks_of(session, notice), rows, exact(times.now())[:16]
        )  # fmt: skip


def framed(article: Article, day: date) -> Response:
    """For the frame of a preview; `day` is that of its head."""
    response = make_response(drawn("notice_body.html", article=article, day=day))
    response.headers.update(_FRAME)
    return response


def _content(session: Session, notice: Notice, number: int) -> Content:
    return Content.of(service.version_of(session, notice, number).content)
