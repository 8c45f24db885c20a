"""Style sheets and icons, under addresses that change with their content: phones may keep them for ever.

All of them are read and compressed once, at the start: a few files, asked for by thousands at the same moment.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Response, request

SHARED = Path(__file__).with_name("static")  # tokens.css
FOR_EVER = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of static/; `hash` is the beginning of its SHA-256."""

    body: bytes
    zipped: bytes
    hash: str
    mimetype: str


@cache
def assets_of(folder: Path) -> dict[str, Asset]:
    """Every file below `folder` and of what both doors share, by its path there."""
    return {
        path.relative_to(root).as_posix(): _asset(path)
        for root in (SHARED, folder)
        for path in root.rglob("*")
        if path.is_file()
    }


def _asset(path: Path) -> Asset:
    body = path.read_bytes()
    digest = hashlib.sha256(body).hexdigest()[:12]
    return Asset(body, gzip.compress(body, mtime=0), digest, mimetypes.guess_type(path)[0] or "text/plain")


def served(asset: Asset) -> Response:
    """The file, compressed where the phone takes that; kept for ever if the address carries its present hash."""
    zipped = request.accept_encodings.quality("gzip") > 0
    response = Response(asset.zipped if zipped else asset.body, mimetype=asset.mimetype)
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = FOR_EVER if request.args.get("v") == asset.hash else ASK_FIRST
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]
