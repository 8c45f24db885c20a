"""A file's lines digested and sealed in a file of ours, with what was recognised; mostly by a program of its own.

Reading two hundred thousand rows takes seconds, and no reader's answer waits for that; what a broken workbook does to
its reader ends that program and not the server. The first line of its stdin is what is asked (JSON), the file follows.
"""

import json
import os
import resource
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from io import BytesIO
from itertools import chain, islice
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    XmlError,
    ZipError,
)

from activities.plans.sheets import MOST_COLUMNS, in_words
from desk.loans import reading, sealing
from desk.loans.reading import Borrowed, Card, Reader, Row
from models.errors import BadInput
from models.loan import ImportWhat, Proof

LARGEST = 48 * 1024 * 1024  # bytes of a file
_UNPACKED = 600 * 1024 * 1024
_MEMORY, _SECONDS, _PATIENCE, _POLITE = 3 << 30, 240, 300, 10
_MOST_PLACES = 200
_SMALL = 100 * 1024  # of text: some thousand rows, read in the time that the program needs to start
_ROOT = Path(__file__).parents[2]
_OLD, _ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"


def staged(body: bytes, what: ImportWhat, into: Path, *, secret: str) -> dict[str, Any]:
    """Read a file by that program into `into`: columns, ignored, total, faults, places, spared, is_unsure. Raises: BadInput."""
    if not body.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise BadInput("文件是空的。")
    if len(body) < _SMALL and not body.startswith((_ZIP, _OLD)):
        return _stage(body, what, into, secret)
    asked = json.dumps({"what": what.value, "into": str(into.absolute()), "secret": secret}).encode() + b"\n" + body
    command = [sys.executable, "-m", "desk.loans.staging"]
    try:
        done = subprocess.run(command, input=asked, stdout=subprocess.PIPE, cwd=_ROOT, timeout=_PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        raise BadInput("文件太大，读了五分钟还没读完：请分成几个文件，并选“只是一部分”。") from None
    if done.returncode:
        raise BadInput("文件打不开：已损坏，或者表格里有一格在很远的地方。请用 Excel 或 WPS 打开另存一次，再导入。")
    found: dict[str, Any] = json.loads(done.stdout)
    if "why" in found:
        raise BadInput(found["why"])
    return found


def main() -> None:
    """What is wrong with the file is told on stdout; a crash has a code of its own."""
    os.nice(_POLITE)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    asked = json.loads(sys.stdin.buffer.readline())
    try:
        found = _stage(sys.stdin.buffer.read(), ImportWhat(asked["what"]), Path(asked["into"]), asked["secret"])
    except BadInput as error:
        found = {"why": error.to_staff}
    json.dump(found, sys.stdout)


def _stage(body: bytes, what: ImportWhat, into: Path, secret: str) -> dict[str, Any]:
    rows = _rows(body)
    first = list(islice(rows, reading.LOOKED_FOR_HEAD))
    reader, begin = reading.reader_of(first, what)
    places: dict[str, None] = {}
    into.parent.mkdir(parents=True, exist_ok=True)
    with into.open("w", encoding="utf-8") as out:
        for record in reader.records(chain(first[begin:], rows)):
            if isinstance(record, Borrowed) and len(places) < _MOST_PLACES:
                places[record.place] = None
            out.write(json.dumps(_line(record, secret), separators=(",", ":")) + "\n")
    return _told(reader, places, secret)


def _told(reader: Reader, places: dict[str, None], secret: str) -> dict[str, Any]:
    head = reader.head
    columns = [[column.value, head.headings[column]] for column in head.places]
    return {
        "columns": columns, "ignored": list(head.ignored)[:60], "total": reader.total, "faults": reader.faults,
        "fault_count": reader.fault_count, "places": list(places),
        "spared": sorted(sealing.card_key(secret, number) for number in reader.spared), "is_unsure": reader.is_unsure,
    }  # fmt: skip


def _line(record: Card | Borrowed, secret: str) -> list[Any]:
    key = sealing.card_key(secret, record.number)
    if isinstance(record, Card):
        answers = dict(record.answers)
        given = ((proof, answers.get(proof)) for proof in (Proof.ID, Proof.PHONE, Proof.BIRTHDAY))
        return [key, *(answer and sealing.proof_key(secret, record.number, proof, answer) for proof, answer in given)]
    item = sealing.Item(record.title, record.barcode)
    return [
        key, sealing.item_key(secret, record.number, record.item), sealing.seal(secret, record.number, item), record.place,
        record.day.isoformat() if record.day else None, record.is_ready,
    ]  # fmt: skip


def _rows(body: bytes) -> Iterator[Row]:
    if body.startswith((_ZIP, _OLD)):
        return _sheet_rows(body)
    if body.startswith((b"%PDF", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")):
        raise BadInput("这是 PDF 或压缩包，读不了：要 Excel（.xlsx、.xls）或 CSV 文件。")
    return reading.text_rows(body)


def _sheet_rows(body: bytes) -> Iterator[Row]:
    """Of the first sheet that is seen and holds something."""
    _refuse_bombs(body)
    try:
        with CalamineWorkbook.from_filelike(BytesIO(body)) as book:
            for about in book.sheets_metadata:
                sheet = book.get_sheet_by_name(about.name) if about.typ is SheetTypeEnum.WorkSheet else None
                if sheet is None or about.visible is not SheetVisibleEnum.Visible or not sheet.end:
                    continue
                above = sheet.start[0] if sheet.start else 0
                for down, row in enumerate(sheet.iter_rows(), above + 1):
                    yield down, [in_words(value) for value in row[:MOST_COLUMNS]]
                return
    except PasswordError:
        raise BadInput("文件设了密码。请去掉密码，再导入。") from None
    except (CalamineError, XmlError, ZipError, zipfile.BadZipFile, OSError):
        raise BadInput("文件打不开：已损坏，或者不是 Excel 文件。请用 Excel 或 WPS 打开另存一次，再导入。") from None
    raise BadInput("文件里没有写着东西的工作表。")


def _refuse_bombs(body: bytes) -> None:
    if not body.startswith(_ZIP):
        return
    try:
        with zipfile.ZipFile(BytesIO(body)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except zipfile.BadZipFile:
        raise BadInput("文件打不开：没有下载完，或者已损坏。") from None
    if unpacked > _UNPACKED:
        raise BadInput("文件展开后太大，没有打开。请分成几个文件，并选“只是一部分”。")


if __name__ == "__main__":
    main()
