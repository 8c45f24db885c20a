"""Draws what contests.printing has words for: one PDF, whole or not at all."""

import os
from pathlib import Path

from contests import files, printing
from models.errors import TryLater
from models.work import Json
from web import certificate, lettering
from web.certificate import Said

NO_FACES = f"这台机器没有中文字体，证书画不出来：{lettering.HOW_TO_GET}"


def draw(media: Path, payload: Json) -> Json:
    """{"bytes"} of the file in its place. Raises: NoSpace, TryLater without a face."""
    faces = lettering.faces()
    if faces is None:
        raise TryLater(NO_FACES)
    said = (Said(payload["library"], **page, site=payload["site"]) for page in payload["pages"])
    place, at = printing.path_of(media, payload["print_id"]), printing.progress_path(media, payload["print_id"])
    place.parent.mkdir(parents=True, exist_ok=True)
    _tell(at, 0)
    with files.place(media, "pdf") as file:
        certificate.pages(said, faces, file, tell=lambda count: _tell(at, count))
        size = file.tell()
        files.settle(file, place)
    at.unlink(missing_ok=True)
    return {"bytes": size}


def _tell(at: Path, count: int) -> None:
    """Read by others at any moment: the old number or the new one."""
    new = at.with_suffix(".new")
    new.write_text(str(count))
    os.replace(new, at)
