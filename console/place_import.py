"""Places brought in from Excel or CSV: everything that is wrong told cell by cell, nothing taken in until it is right."""

import sqlalchemy as sa
from flask import Blueprint, Response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities.places import importing, service
from activities.plans.files import LARGEST_FILE
from console import exports, places
from console.desk import Desk, by_me, done, drawn, note
from console.exports import Sheet
from console.rights import Act, may
from models.errors import BadFields, BadInput
from models.place import Place
from web import uploads
from web.uploads import takes_files

PART = 15  # rows a unit: some 80 ms


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/places/import, /console/places/template.xlsx"""
    views = _Views(desk)
    blueprint.add_url_rule("/places/import", "import_places", views.page, methods=["GET", "POST"])
    blueprint.add_url_rule("/places/template.xlsx", "places_template", views.template)


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.KEEP_PLACES)
    def template(self) -> Response:
        """The sheet with two rows to write over."""
        return exports.downloaded("站点模板", exports.workbook(Sheet("站点", importing.COLUMNS, importing.TEMPLATE)))

    @may(Act.KEEP_PLACES)
    @takes_files(LARGEST_FILE)
    def page(self) -> AnyResponse | tuple[str, int]:
        """The form; a file is checked whole before its first row is taken in, then by parts."""
        if request.method == "GET":
            return _drawn([]), 200
        given = request.files.get("file")
        if given is None or not given.filename:
            return _drawn(["请选一个文件。"]), 400
        try:
            found = importing.read_places(uploads.name_of(given), given.read())
            with self._desk.reading() as session:
                not_theirs = _kept_apart(session, found)
                faults = [*found.faults, *not_theirs, *service.missing(session, found.rows)]
            if faults:
                return _drawn(faults), 400
            new, changed = self._taken_in(found)
        except BadInput as error:
            return _drawn([error.to_staff]), 400
        same = len(found.rows) - new - changed
        with self._desk.unit() as session:
            note(
                session,
                "places imported",
                "places",
                detail=f"{uploads.name_of(given)}：新增 {new}，改动 {changed}，没变 {same}"[:200],
            )
        return done(f"导入好了：新增 {new} 处，改动 {changed} 处，没有变的 {same} 处。", url_for("console.places"))

    def _taken_in(self, found: importing.Found) -> tuple[int, int]:
        new = changed = 0
        by = by_me()
        for begins in range(0, len(found.rows), PART):
            with self._desk.unit() as session:
                added, mended = service.take_in(session, found.rows[begins : begins + PART], by=by)
            new, changed = new + added, changed + mended
        return new, changed


def _kept_apart(session: Session, found: importing.Found) -> list[str]:
    """Of somebody of a branch: rows that would change what others look after; the rest is their branch's."""
    own, others = places.own_branch(session), set[str]()
    if own:
        rows = session.execute(sa.select(Place.name, Place.branch_id))
        others = {row.name for row in rows if not places.keeps(row.branch_id)}
    faults, theirs = [], []
    for where, wanted in found.rows:
        try:
            theirs.append((where, places.owned(wanted, own)))
        except BadFields as error:
            faults.append(f"{where} {error.wrong['branch']}")
        if wanted.name in others:
            faults.append(f"{where} “{wanted.name}”不归您的馆管，请那个馆或总馆的同事来改。")
    found.rows = theirs
    return faults


def _drawn(faults: list[str]) -> str:
    return drawn(
        "place_import.html", faults=faults[: importing.MOST_FAULTS], more=max(0, len(faults) - importing.MOST_FAULTS),
        columns=[name for name, _ in importing.COLUMNS], largest=LARGEST_FILE // 1024 // 1024,
    )  # fmt: skip
