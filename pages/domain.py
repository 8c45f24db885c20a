"""WeChat's own check of a domain: a file it names, which the library puts into the data folder."""

import re
from pathlib import Path

from flask import Response, abort

WORD = re.compile(r"[0-9A-Za-z]{1,64}")
MOST_BYTES = 1024


def domain_proof(data: Path, word: str) -> Response:
    """The content of MP_verify_<word>.txt; 404 for any other name, and for a file too long to be one."""
    file = data / f"MP_verify_{word}.txt"
    if not WORD.fullmatch(word) or not file.is_file() or file.stat().st_size > MOST_BYTES:
        abort(404)
    return Response(file.read_bytes(), mimetype="text/plain")
