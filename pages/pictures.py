"""Picture files under addresses that name their content: phones keep them for ever."""

import re
from pathlib import Path

from flask import Response, abort, request

from activities.picture_files import path_of
from web.assets import FOR_EVER

_DIGEST = re.compile(r"[0-9a-f]{64}")


def picture(media: Path, digest: str) -> Response:
    """The file of this hash. Aborts with 404."""
    if not _DIGEST.fullmatch(digest):
        abort(404)
    try:
        body = path_of(media, digest).read_bytes()
    except FileNotFoundError:
        abort(404)
    response = Response(body, mimetype="image/jpeg")
    response.headers["Cache-Control"] = FOR_EVER
    response.set_etag(digest)
    return response.make_conditional(request)  # type: ignore[return-value]
