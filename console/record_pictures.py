"""Pictures of what took place, of an activity or of a delivery: added, taken away, shown to staff alone."""

import re
from collections.abc import Callable, Iterable

from flask import Response, abort, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from activities import picture_files
from activities.picture_files import RECORDS, PictureFile
from console.desk import Desk, done, refused
from models.errors import BadInput

_DIGEST = re.compile(r"[0-9a-f]{64}")


def added(desk: Desk, add: Callable[[Session, PictureFile], object], where: str) -> AnyResponse:
    """The file of the form, made anew and kept; `add` writes its row. Raises: BadInput."""
    given = request.files.get("file")
    if given is None or not given.filename:
        raise BadInput("请选一张照片。")
    file = picture_files.made_anew(given.read())
    picture_files.keep(desk.media, file, room=RECORDS)
    with desk.unit() as session:
        add(session, file)
    picture_files.keep(desk.media, file, room=RECORDS)  # somebody may have removed the same one elsewhere meanwhile
    return done("照片加上了。", where)


def removed(desk: Desk, remove: Callable[[Session], bool | None], digest: str, where: str) -> AnyResponse:
    """`remove` says whether nothing else shows it, None where it was gone already."""
    with desk.unit() as session:
        is_free = remove(session)
    if is_free is None:
        return refused("这张照片刚才已经被人删掉了。", where)
    if is_free:
        picture_files.drop(desk.media, digest, room=RECORDS)
    return done("照片删掉了。", where)


def shown(desk: Desk, digest: str, of: Callable[[Session], Iterable[str]]) -> Response:
    """The file, if it is `of` what is asked for; to staff alone, since it shows who came."""
    if not _DIGEST.fullmatch(digest):
        abort(404)
    with desk.reading() as session:
        if digest not in of(session):
            abort(404)
    try:
        body = picture_files.path_of(desk.media, digest, room=RECORDS).read_bytes()
    except FileNotFoundError:
        abort(404)
    response = Response(body, mimetype="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
