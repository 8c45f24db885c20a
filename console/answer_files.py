"""导入: entries from an Excel sheet, as drafts; what could not be read is told by row and cell, the others are kept."""

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from console.desk import Desk, by_me, done, drawn
from console.rights import Act, may
from desk.answers import queries, service, sheet
from desk.answers.sheet import Wrong
from models.errors import BadInput
from web import uploads
from web.uploads import takes_files

MOST_WRONG = 200
PART = 100  # entries a unit


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/answers/import"""
    views = _Views(desk)
    blueprint.add_url_rule("/answers/import", "import_answers", views.new, methods=["GET", "POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.WRITE_ANSWERS)
    @takes_files(sheet.MOST_BYTES)
    def new(self) -> Response | tuple[str, int]:
        """A file: read outside every unit, put in by parts; again changes nothing."""
        if request.method == "GET":
            return _page("", ()), 200
        file = request.files.get("file")
        name = uploads.name_of(file) if file else ""
        if not file or not name:
            return _page("请选一个 Excel 文件。", ()), 400
        with self._desk.reading() as session:
            branches = queries.names_of_branches(session)
        try:
            found = sheet.read(name, file.read(), branches=branches)
            new = changed = same = 0
            for start in range(0, len(found.entries), PART):
                with self._desk.unit() as session:
                    part = service.take_in(session, found.entries[start : start + PART], by=by_me())
                new, changed, same = new + part.new, changed + part.changed, same + part.same
        except BadInput as error:
            return _page(f"{name}：{error.to_staff}", ()), 400
        said = f"{name}：收进 {new} 条新的，改了 {changed} 条，{same} 条和原来一样"
        if found.wrong:
            return _page("", found.wrong, said=said), 400
        return done(f"{said}。都是草稿，批准以后读者才会看到。", url_for("console.answers", state="draft"))


def _page(wrong: str, faults: list[Wrong] | tuple[()], *, said: str = "") -> str:
    return drawn(
        "import_answers.html", wrong=wrong, faults=faults[:MOST_WRONG], more=len(faults) - MOST_WRONG, said=said, heads=sheet.HEADS,
        largest=sheet.MOST_BYTES // 1024 // 1024,
    )  # fmt: skip
