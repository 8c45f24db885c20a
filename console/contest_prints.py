"""Certificates on paper: all of a contest as one file that the worker draws, one by itself, and what cannot be printed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from io import BytesIO

from flask import Blueprint, Response, abort, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from console.desk import Desk, by_me, done, drawn, refused
from console.rights import Act, may
from contests import awards, printing
from contests.certificates import certified
from models.award import Award, AwardState, CertificatePrint
from models.contest import Contest
from models.errors import BadInput
from web import lettering
from web.documents import certificate as paper

FACE = 40  # pixels; whether a face has a shape is the same in every size


@dataclass(frozen=True, slots=True)
class Prints:
    """The card of the page: `row` is the newest file, `drawn` how many of its pages there are by now."""

    given: int
    has_faces: bool
    row: CertificatePrint | None
    drawn: int
    unwritable: Sequence[tuple[Award, str]]

    @property
    def is_drawing(self) -> bool:
        """Does the worker have it?"""
        return self.row is not None and self.row.done_at is None and not self.row.cause

    @property
    def megabytes(self) -> str:
        """Of the file."""
        return f"{max(0.1, self.row.bytes / 1e6):.1f}" if self.row else ""


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/contests/<number>/awards/print"""
    views = _Views(desk)
    base = "/contests/<int:number>/awards"
    blueprint.add_url_rule(f"{base}/print", "contest_print", views.part)
    blueprint.add_url_rule(f"{base}/print", "print_contest", views.ask, methods=["POST"])
    blueprint.add_url_rule(f"{base}/certificates.pdf", "contest_certificates", views.file)
    own = f"{base}/<int:award>/certificate"
    blueprint.add_url_rule(f"{own}.pdf", "award_certificate", views.as_page)


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.AWARD_WORKS)
    def part(self, number: int) -> str:
        """The card alone, which asks for itself while pages are drawn."""
        with self._desk.reading() as session:
            contest = session.get(Contest, number) or abort(404)
            prints = prints_of(session, self._desk, contest, awards.printable(session, contest))
            return drawn("parts/contest_prints.html", contest=contest, prints=prints)

    @may(Act.AWARD_WORKS)
    def ask(self, number: int) -> AnyResponse:
        """Have all drawn that can be."""
        where = url_for("console.contest_awards", number=number, _anchor="prints")
        if lettering.faces() is None:
            return refused("这台机器没有中文字体，证书画不出来。", where)
        try:
            with self._desk.unit() as session:
                contest = session.get(Contest, number) or abort(404)
                rare = unwritable(awards.printable(session, contest))
                printing.ask(
                    session, contest, library=self._desk.library, site=self._desk.site, leaves_out=sorted(rare),
                    by=by_me(),
                )  # fmt: skip
        except BadInput as error:
            return refused(f"没有做成：{error.to_staff}", where)
        return done("开始画了，画好了这里会有下载。", where)

    @may(Act.AWARD_WORKS)
    def file(self, number: int) -> Response:
        """The newest, once it is drawn."""
        with self._desk.reading() as session:
            contest = session.get(Contest, number) or abort(404)
            row = printing.latest(session, contest)
            if row is None or row.done_at is None:
                abort(404)
            self._desk.noted("certificates printed", f"contest {contest.code}", detail=f"下载 {row.pages} 张")
            place, title = printing.path_of(self._desk.media, row.id), contest.title
        if not place.is_file():
            abort(404)
        return send_file(place, "application/pdf", as_attachment=True, download_name=f"{title}-证书.pdf")

    @may(Act.AWARD_WORKS)
    def as_page(self, number: int, award: int) -> Response:
        """Of one award, to print: what a school, a teacher and everybody without a phone are handed."""
        faces = lettering.faces() or abort(503)
        with self._desk.reading() as session:
            row = session.get(Award, award)
            if row is None or row.contest_id != number or row.state is not AwardState.GIVEN or not row.code:
                abort(404)
            said = paper.Said(self._desk.library, **asdict(certified(session, row)), site=self._desk.site)
        made = BytesIO()
        paper.pages([said], faces, made)
        made.seek(0)
        return send_file(
            made, "application/pdf", as_attachment=True, download_name=f"证书-{said.name or said.code}.pdf"
        )


def prints_of(session: Session, desk: Desk, contest: Contest, given: Sequence[Award]) -> Prints:
    """Where printing stands, with what cannot be printed."""
    row, rare = printing.latest(session, contest), unwritable(given)
    return Prints(
        len(given), lettering.faces() is not None, row, printing.progress(desk.media, row.id) if row else 0,
        [(award, rare[award.id]) for award in given if award.id in rare],
    )  # fmt: skip


def unwritable(rows: Sequence[Award]) -> Mapping[int, str]:
    """The first character of a name or a title that no face of this machine has, by award."""
    faces = lettering.faces()
    if faces is None:
        return {}
    names, titles = faces.title(FACE), faces.text(FACE)  # as web.certificate draws them
    in_names = {char for char in set("".join(row.name for row in rows)) if lettering.unwritable(char, names)}
    in_titles = {char for char in set("".join(row.title for row in rows)) if lettering.unwritable(char, titles)}
    found = {
        row.id: next((char for char in row.name if char in in_names), "")
        or next((char for char in row.title if char in in_titles), "")
        for row in rows
    }
    return {award: char for award, char in found.items() if char}
