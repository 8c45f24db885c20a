"""The zip of a pack, streamed to disk beside the media: nothing of it is ever whole in memory, or in a backup.

Below `packs/` lie `<token>.json`, the plan until it is made, and `<token>.zip`. A worker that is killed begins anew.
"""

import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from sqlalchemy.orm import Session

from contests import files
from contests.province import packs
from models.errors import Rejected
from models.pack import PackState
from models.sweeping import on_disk
from models.work import Json
from models.workbook import EVERY_ROW, Sheet, workbook

ROOM = "packs"
FRESH = timedelta(hours=3)  # above packs.LEASE
CHUNK = 1024 * 1024
OVER = (PackState.GONE, PackState.FAILED)
TABLE, SUMS = "作品登记表.xlsx", "SHA256.txt"
_TIME = (2000, 1, 1, 0, 0, 0)  # the same works give the same file


def folder_of(media: Path) -> Path:
    """Beside the media folder."""
    return media.parent / ROOM


def path_of(media: Path, token: str) -> Path:
    """Where the zip lies."""
    if not token.isalnum():
        raise ValueError(f"no token: {token!r}")
    return folder_of(media) / f"{token}.zip"


def leave_plan(media: Path, token: str, plan: Json) -> None:
    """For the worker. Raises: NoSpace."""
    path = path_of(media, token).with_suffix(".json")
    path.parent.mkdir(parents=True, exist_ok=True)
    os.chmod(path.parent, 0o700)
    with files.space_told():
        path.write_text(json.dumps(plan, ensure_ascii=False), encoding="utf-8")


def make_pack(media: Path, payload: Json) -> Json:
    """{"token"} → {"bytes", "missing"}. Raises: Rejected without a plan, NoSpace.

    The plan stays for the sweep: whoever is killed before the row says that the pack is ready makes it again.
    """
    path = path_of(media, payload["token"])
    try:
        plan = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        raise Rejected("打包的清单不在了，请重新打包", errcode=0) from None
    files.has_room(path.parent)
    part = path.with_suffix(".part")
    try:
        with files.space_told(), part.open("wb") as out:
            missing = _written(out, media, plan)
            out.flush()
            os.fsync(out.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return {"bytes": path.stat().st_size, "missing": missing}


def _written(out: IO[bytes], media: Path, plan: Json) -> list[int]:
    sums: list[tuple[str, str]] = []
    missing: dict[int, None] = {}
    lost: set[str] = set()
    rows = {name: row for row in plan["rows"] for name in str(row[-1]).split("\n")}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=True) as packed:
        for one in plan["files"]:
            name = _packed(packed, media, one, sums)
            if name is None:
                missing[one["work"]] = None
                lost.add(one["name"])
            elif name != one["name"]:
                _rename(rows[one["name"]], one["name"], name)
        _text(packed, TABLE, _table(plan, lost), sums)
        lines = "".join(f"{digest}  {name}\n" for digest, name in sums)
        packed.writestr(_info(SUMS, zipfile.ZIP_DEFLATED), lines.encode())
    return list(missing)


def _packed(packed: zipfile.ZipFile, media: Path, one: Json, sums: list[tuple[str, str]]) -> str | None:
    """Its whole name; None where there is no such file, or it is not what it was."""
    if "text" in one:
        _text(packed, one["name"], one["text"].encode(), sums)
        return str(one["name"])
    digest = one.get("original") or one.get("digest") or ""
    path = _source(media, one, digest)
    if path is None or not _is_what_it_was(path, digest):
        return None
    name = one["name"] if "original" in one else f"{one['name']}{path.suffix}"
    with path.open("rb") as source, packed.open(_info(name, size=path.stat().st_size), "w") as target:
        for chunk in iter(lambda: source.read(CHUNK), b""):
            target.write(chunk)
    sums.append((digest, name))
    return str(name)


def _source(media: Path, one: Json, digest: str) -> Path | None:
    if not digest:
        return None
    if "original" in one:
        path = files.original(media, digest)
        return path if path.is_file() else None
    return files.playable(media, digest)


def _is_what_it_was(path: Path, digest: str) -> bool:
    """A disk that forgets is told of here, and not by the province."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest() == digest


def _text(packed: zipfile.ZipFile, name: str, body: bytes, sums: list[tuple[str, str]]) -> None:
    packed.writestr(_info(name, zipfile.ZIP_DEFLATED), body)
    sums.append((hashlib.sha256(body).hexdigest(), name))


def _info(name: str, how: int = zipfile.ZIP_STORED, *, size: int = 0) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _TIME)
    info.compress_type, info.file_size = how, size
    info.external_attr = 0o644 << 16
    return info


def _rename(row: list[Any], name: str, whole: str) -> None:
    """With its ending, which is known once the file was found: names are in the last column, a line each."""
    row[-1] = "\n".join(whole if one == name else one for one in str(row[-1]).split("\n"))


def _table(plan: Json, lost: set[str]) -> bytes:
    rows = [[*row[:-1], _said(str(row[-1]), lost)] for row in plan["rows"]]
    sheets = [Sheet("作品", [(name, width) for name, width in plan["heads"]], rows)]
    if plan["left_out"]:
        sheets.append(Sheet("没有报送的", [("编号", 8), ("作品名", 30), ("原因", 30)], plan["left_out"]))
    return workbook(*sheets, most_rows=EVERY_ROW)


def _said(names: str, lost: set[str]) -> str:
    return "\n".join(f"{one}（文件不在了）" if one in lost else one for one in names.split("\n"))


class SweepPacks:
    """A part of the clock's upkeep: files whose pack is gone, or never came to be, and plans of what is made."""

    def __init__(self, media: Path) -> None:
        self._folder = folder_of(media)

    def __call__(self, session: Session, now: datetime) -> int:
        """Nothing is left for a second unit."""
        before = on_disk(now - FRESH)
        found = list(_files_in(self._folder))
        states = packs.states_of(session, {path.stem for path in found}) if found else {}
        for path in found:
            state = states.get(path.stem)
            with suppress(FileNotFoundError):
                is_carried_out = state is PackState.READY and path.suffix != ".zip"
                # One without a row may be on its way to it.
                if state in OVER or is_carried_out or (state is None and path.stat().st_mtime < before):
                    path.unlink()
        return 0


def _files_in(folder: Path) -> Iterable[Path]:
    return _listed(folder) if folder.is_dir() else ()


def _listed(folder: Path) -> Iterator[Path]:
    yield from (path for path in folder.iterdir() if path.is_file())
