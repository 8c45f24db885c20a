"""Draws what contests.printing has words for: one PDF, whole or not at all, by a program of its own (web.printer)."""

import json
import os
import subprocess
import sys
from pathlib import Path
from threading import Timer

from contests import files, printing
from models.errors import TryLater
from models.work import Json
from web import lettering

NO_FACES = f"这台机器没有中文字体，证书画不出来：{lettering.HOW_TO_GET}"
PATIENCE = 300.0  # seconds: ten thousand pages; less than its lease
_ROOT = Path(__file__).parents[1]


def draw(media: Path, payload: Json) -> Json:
    """{"bytes"} of the file in its place. Raises: NoSpace, TryLater without a face or where the program broke off."""
    if lettering.faces() is None:
        raise TryLater(NO_FACES)
    place, at = printing.path_of(media, payload["print_id"]), printing.progress_path(media, payload["print_id"])
    place.parent.mkdir(parents=True, exist_ok=True)
    _tell(at, "0")
    with files.place(media, "pdf") as file:
        _print(payload, Path(file.name), at)
        size = os.path.getsize(file.name)
        files.settle(file, place)
    at.unlink(missing_ok=True)
    return {"bytes": size}


def _print(payload: Json, to: Path, at: Path) -> None:
    asked = json.dumps({name: payload[name] for name in ("library", "site", "pages")}).encode()
    command = [sys.executable, "-m", "web.printer", str(to.absolute())]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_ROOT) as program:
        if program.stdin is None or program.stdout is None:
            raise RuntimeError("no pipes to the printer")
        program.stdin.write(asked)
        program.stdin.close()
        until = Timer(PATIENCE, program.kill)
        until.start()
        for line in program.stdout:
            _tell(at, line.decode().strip())
        until.cancel()
    if program.returncode:
        raise TryLater(f"画证书的程序停了（{program.returncode}）")


def _tell(at: Path, count: str) -> None:
    """Read by others at any moment: the old number or the new one."""
    new = at.with_suffix(".new")
    new.write_text(count)
    os.replace(new, at)
