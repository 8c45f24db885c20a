"""图片: the cover of an activity and up to nine more, handed in, chosen and taken away."""

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from activities import picture_files, pictures
from activities.picture_files import LARGEST_FILE, PictureFile
from console.activity_rows import held, mine
from console.desk import Desk, by_me, done, drawn, refused
from console.forms import Form
from console.rights import Act, may
from models.errors import BadFields, BadInput
from models.media import MOST_PICTURES
from web.uploads import takes_files

_NAMES = {"file": "图片", "alt": "图上是什么"}
_GONE = "这张图片刚才已经被人动过了，请看看现在的样子。"


def register(desk: Desk, blueprint: Blueprint) -> None:
    """/console/activities/<code>/pictures and its acts"""
    views = _Views(desk)
    base = "/activities/<code>/pictures"
    blueprint.add_url_rule(base, "pictures", views.all, methods=["GET", "POST"])
    blueprint.add_url_rule(f"{base}/<int:number>/cover", "choose_cover", views.cover, methods=["POST"])
    blueprint.add_url_rule(f"{base}/<int:number>/remove", "remove_picture", views.remove, methods=["POST"])


class _Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @may(Act.CHANGE_ACTIVITIES)
    @takes_files(LARGEST_FILE)
    def all(self, code: str) -> AnyResponse | tuple[str, int]:
        """Those there are, and the form for one more."""
        wrong: dict[str, str] = {}
        if request.method == "POST":
            try:
                self._add(code)
            except BadFields as error:
                wrong = error.wrong
            else:
                return done("图片加上了，读者的页面已经换新。", url_for("console.pictures", code=code))
        with self._desk.reading() as session:
            activity = mine(session, code)
            there = pictures.pictures_of(session, activity.id)
        values = {"alt": request.form.get("alt", ""), "as_cover": "" if there else "1"}
        if request.method == "POST":
            values["as_cover"] = request.form.get("as_cover", "")
        page = drawn(
            "pictures.html", activity=activity, pictures=there, form=Form(values, wrong), names=_NAMES,
            most=MOST_PICTURES, largest=LARGEST_FILE // 1024 // 1024, longest=pictures.LONGEST_ALT,
        )  # fmt: skip
        return page, 400 if wrong else 200

    def _add(self, code: str) -> None:
        """Raises: BadFields."""
        with self._desk.reading() as session:
            mine(session, code)  # before a large file is looked into
        file, alt = _handed_in()
        picture_files.keep(self._desk.media, file)
        with self._desk.unit() as session:
            activity, by = held(session, code), by_me()
            pictures.add(session, activity, file, alt=alt, as_cover="as_cover" in request.form, by=by)
        picture_files.keep(self._desk.media, file)  # somebody may have removed the same picture elsewhere meanwhile

    @may(Act.CHANGE_ACTIVITIES)
    def cover(self, code: str, number: int) -> AnyResponse:
        """This one stands in front."""
        where = url_for("console.pictures", code=code)
        with self._desk.unit() as session:
            is_done = pictures.put_in_front(session, held(session, code), number, by=by_me())
        return done("封面换好了。", where) if is_done else refused(_GONE, where)

    @may(Act.CHANGE_ACTIVITIES)
    def remove(self, code: str, number: int) -> AnyResponse:
        """No longer shown, and off the disk if nothing else shows it."""
        where = url_for("console.pictures", code=code)
        with self._desk.unit() as session:
            digest = pictures.remove(session, held(session, code), number, by=by_me())
        if digest:
            picture_files.drop(self._desk.media, digest)
        return refused(_GONE, where) if digest is None else done("图片删掉了。", where)


def _handed_in() -> tuple[PictureFile, str]:
    """The picture made anew, and its words. Raises: BadFields, for both at once."""
    wrong: dict[str, str] = {}
    given, alt, file = request.files.get("file"), "", None
    try:
        alt = pictures.checked_alt(request.form.get("alt", ""))
    except BadFields as error:
        wrong = error.wrong
    try:
        if given is None or not given.filename:
            raise BadInput("请选一张图片。")
        file = picture_files.made_anew(given.read())
    except BadInput as error:
        wrong = {"file": error.to_staff, **wrong}
    if wrong or file is None:
        raise BadFields(wrong)
    return file, alt
