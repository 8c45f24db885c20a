"""From a file to its pages: finding out what kind of file it is, and refusing kindly what is none of ours.

The kind is told by the content, never by the name alone.
"""

import csv
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import Path
from xml.etree.ElementTree import ParseError

from activities.plans.document import StrangeXml, read_document
from activities.plans.plan import PlanUnreadable, quoted
from activities.plans.tables import Cell, Line, Page, Table
from activities.plans.web import charset_of, is_web_page, read_web_page
from activities.plans.workbook import MOST_ROWS, read_workbook

LARGEST_FILE = 20 * 1024 * 1024  # bytes; a plan with pictures in it is a few MB
LARGEST_DOCUMENT = 16 * 1024 * 1024  # bytes of words with their marks; parsed they take ten times that
MOST_PARTS = 5_000


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a file is read: lines and rows of the whole, rows of a sheet, bytes of sheets and text unpacked."""

    lines: int
    sheet_rows: int
    unpacked: int


PLAN = Bounds(
    lines=30_000, sheet_rows=MOST_ROWS, unpacked=64 * 1024 * 1024
)  # a year of a large library has some hundreds

KINDS = ".txt, .csv, .html, .docx, .xlsx, .xls"
_KINDS = "能读的有：文本（.txt）、.csv、网页（.html）、Word（.docx）和 Excel（.xlsx、.xls）"
_DECLARED = frozenset({"gb18030", "big5"})  # encodings a web page may declare beside UTF-8
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DOCUMENT = "word/document.xml"
_FOOTNOTES = "word/footnotes.xml"
_WORKBOOK = "xl/workbook.xml"
_REFUSED = (
    (b"%PDF", "是 PDF，表格的行列读不准。请用原来的 Word 或 Excel 文件"),
    (b"{\\rtf", "是 RTF 文档。请用 Word 或 WPS 打开，另存为 .docx"),
    (b"\x89PNG", "是图片。请用原来的 Word 或 Excel 文件"),
    (b"\xff\xd8\xff", "是图片。请用原来的 Word 或 Excel 文件"),
    (b"Rar!", "是压缩包。请先解压，再导入里面的计划"),
    (b"7z\xbc\xaf", "是压缩包。请先解压，再导入里面的计划"),
    (b"\x1f\x8b", "是压缩包。请先解压，再导入里面的计划"),
)


def read_pages(path: Path) -> list[Page]:
    """The pages of a file. Raises: PlanUnreadable."""
    return pages_of(_content(path), path.name)


def pages_of(content: bytes, name: str, bounds: Bounds = PLAN) -> list[Page]:
    """The pages of a file called `name`, handed in as its bytes. Raises: PlanUnreadable."""
    _refuse_empty(content, name)
    pages = _pages(content, name, bounds)
    lines = sum(len(block.rows) if isinstance(block, Table) else 1 for page in pages for block in page.blocks)
    if lines > bounds.lines:
        raise PlanUnreadable(
            f"{quoted(name)}有 {lines} 行，不像一份活动计划（最多 {bounds.lines} 行）。请只留下活动安排表，再导入。"
        )
    return pages


def _pages(content: bytes, name: str, bounds: Bounds) -> list[Page]:
    if content.startswith(b"PK\x03\x04"):
        return _unpacked(content, name, bounds)
    if content.startswith(_OLE):
        return _old_office(content, name, bounds)
    for beginning, reason in _REFUSED:
        if content.startswith(beginning):
            raise PlanUnreadable(f"{quoted(name)}{reason}。{_KINDS}。")
    return [_text_page(_decoded(content, name), name)]


def _content(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise PlanUnreadable(
                f"{quoted(path.name)}有 {size / 1024 / 1024:.0f} MB，太大了（最多 {LARGEST_FILE // 1024 // 1024} MB）。"
                "请去掉里面的图片，或只留下活动安排表再导入。"
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise PlanUnreadable(f"找不到文件{quoted(str(path))}。请核对文件名和所在的文件夹。") from None
    except IsADirectoryError:
        raise PlanUnreadable(f"{quoted(str(path))}是一个文件夹。请写明里面的哪一个文件。") from None
    except PermissionError:
        raise PlanUnreadable(
            f"没有权限读{quoted(str(path))}。请核对文件的权限，或把它复制到自己的文件夹里。"
        ) from None
    except OSError:
        raise PlanUnreadable(f"{quoted(str(path))}读不出来。请核对文件是否完好、磁盘是否还连着。") from None


def _refuse_empty(content: bytes, name: str) -> None:
    if not content.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise PlanUnreadable(f"{quoted(name)}是空的，里面没有文字。请选写有活动安排的文件。{_KINDS}。")


def _old_office(content: bytes, name: str, bounds: Bounds) -> list[Page]:
    """The old container holds old Excel, old Word, or a new file behind a password. Raises: PlanUnreadable."""
    if _has_stream(content, "EncryptedPackage"):
        raise PlanUnreadable(f"{quoted(name)}设了打开密码。请在 Word、Excel 或 WPS 里去掉密码，再导入。")
    if _has_stream(content, "WordDocument"):
        raise PlanUnreadable(f"{quoted(name)}是旧版 Word 文件（.doc）。请用 Word 或 WPS 打开，另存为 .docx，再导入。")
    if _has_stream(content, "Workbook") or _has_stream(content, "Book"):
        return read_workbook(content, name, most_rows=bounds.sheet_rows)
    raise PlanUnreadable(f"{quoted(name)}是旧版 Office 或 WPS 文件。请另存为 .docx 或 .xlsx，再导入。")


def _has_stream(content: bytes, name: str) -> bool:
    return name.encode("utf-16-le") in content


def _unpacked(content: bytes, name: str, bounds: Bounds) -> list[Page]:
    """Word or Excel. Raises: PlanUnreadable for anything else in a zip, for bombs and for broken files."""
    broken = f"{quoted(name)}已损坏，打不开。请用 Word、Excel 或 WPS 打开后重新保存，再导入。"
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            _refuse_bombs(archive, name, bounds.unpacked)
            parts = set(archive.namelist())
            if _DOCUMENT in parts:
                return [_document(archive, parts, name)]
            if _WORKBOOK in parts:
                _unpack_once(archive)
        if _WORKBOOK in parts:
            return read_workbook(content, name, most_rows=bounds.sheet_rows)
    except RuntimeError as error:
        if isinstance(error, NotImplementedError):
            raise PlanUnreadable(broken) from None
        raise PlanUnreadable(f"{quoted(name)}设了密码。请去掉密码，再导入。") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, ParseError, StrangeXml, RecursionError, OSError):
        raise PlanUnreadable(broken) from None
    except (UnicodeError, ValueError):
        raise PlanUnreadable(broken) from None
    raise PlanUnreadable(f"{quoted(name)}是压缩包，不是 Word 或 Excel 文件。请先解压，再导入里面的计划。{_KINDS}。")


def _document(archive: zipfile.ZipFile, parts: set[str], name: str) -> Page:
    if archive.getinfo(_DOCUMENT).file_size > LARGEST_DOCUMENT:
        raise PlanUnreadable(f"{quoted(name)}太长了，不像一份活动计划。请把活动安排表复制到新文件里，再导入。")
    footnotes = archive.read(_FOOTNOTES) if _FOOTNOTES in parts else None
    return read_document(archive.read(_DOCUMENT), name, footnotes=footnotes)


def _refuse_bombs(archive: zipfile.ZipFile, name: str, most: int) -> None:
    """A few KB can unpack to many GB: look at the totals before unpacking anything."""
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts if part.filename.endswith((".xml", ".rels")))
    if unpacked > most or len(parts) > MOST_PARTS:
        raise PlanUnreadable(
            f"{quoted(name)}展开后有 {unpacked / 1024 / 1024:.0f} MB 文字、{len(parts)} 个部分，不像一份活动计划，没有打开。"
            "请把活动安排表复制到新文件里，再导入。"
        )


def _unpack_once(archive: zipfile.ZipFile) -> None:
    """A part may hold more than it declares and so slip past the totals: unpacking stops there.

    Raises: BadZipFile for such a part.
    """
    for part in archive.infolist():
        if part.filename.endswith((".xml", ".rels")):
            with archive.open(part) as opened:
                while opened.read(1 << 16):
                    pass


def _decoded(content: bytes, name: str) -> str:
    """UTF-8 with or without its mark, UTF-16 with its mark, or GB18030; never a guess beyond these."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        declared = charset_of(content)
        encodings = ["utf-8-sig", *([declared] if declared in _DECLARED else []), "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise PlanUnreadable(
        f"{quoted(name)}不是能读的文字（编码不是 UTF-8，也不是 GB18030）。请用记事本另存为 UTF-8，或改用 .docx、.xlsx。{_KINDS}。"
    )


def _text_page(text: str, name: str) -> Page:
    if is_web_page(text):
        return read_web_page(text, name)
    if name.lower().endswith(".csv"):
        return Page("", (_comma_table(text, name),))
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return Page("", tuple(Line(line, f"{name}:{number}") for number, line in enumerate(lines, start=1)))


def _comma_table(text: str, name: str) -> Table:
    reader = csv.reader(StringIO(text.replace("\r\n", "\n").replace("\r", "\n")))
    rows = []
    begun = 1
    try:
        for row in reader:
            rows.append(tuple(Cell(cell, f"{name}:{begun}") for cell in row))
            begun = reader.line_num + 1
    except csv.Error:  # a quote that never ends runs into the longest cell that is read
        raise PlanUnreadable(
            f"{quoted(name)}第 {begun} 行读不下去：引号不成对，或者有一格太长。请改正后再导入。"
        ) from None
    return Table(tuple(rows))
