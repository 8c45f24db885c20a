"""The files of a work, as a page plays and shows them: to judges and in the gallery."""

from collections.abc import Sequence
from pathlib import Path

from flask import abort, send_file
from werkzeug.wrappers import Response as AnyResponse

from contests.ffmpeg import CannotRead
from contests.judging import hearing
from models.contest import PieceKind
from models.errors import WeChatError


def player(kind: PieceKind) -> str:
    """The element that plays or shows it."""
    return {PieceKind.SOUND: "audio", PieceKind.VIDEO: "video"}.get(kind, "img")


def played(
    media: Path | None, files: Sequence[tuple[PieceKind, str]], place: int, *, intro_ms: int, sorry: str
) -> AnyResponse:
    """One of the files of a work, in parts where the player asks for parts; the first without its introduction.

    404 where there is none; `sorry` where it cannot be cut: never the file with its introduction instead.
    """
    if media is None or place >= len(files):
        abort(404)
    try:
        path = hearing.heard(media, files[place][1], intro_ms=intro_ms if place == 0 else 0)
    except (WeChatError, CannotRead):  # no program, no space
        return AnyResponse(sorry, 503, mimetype="text/plain")
    if path is None:
        abort(404)
    response = send_file(
        path, mimetype=hearing.TYPES[path.suffix.removeprefix(".")], conditional=True, etag=False, last_modified=None
    )  # fmt: skip
    response.headers["Content-Disposition"] = "inline"
    return response
