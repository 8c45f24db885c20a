"""Lists as Excel files that a browser saves; what they hold is models.workbook's."""

from datetime import datetime
from urllib.parse import quote

from flask import Response, make_response

from models import times
from models.workbook import EVERY_ROW, MOST_ROWS, Sheet, workbook

__all__ = ["EVERY_ROW", "MOST_ROWS", "WORD", "Sheet", "downloaded", "minute", "saved", "text_file", "workbook"]

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def minute(at: datetime | None) -> str:
    """2026-11-25 09:30; "" for a moment that has not come."""
    return f"{times.local(at):%Y-%m-%d %H:%M}" if at else ""


def downloaded(name: str, body: bytes) -> Response:
    """The file as a browser saves it."""
    return saved(body, _EXCEL, "export.xlsx", f"{name}.xlsx")


def text_file(name: str, words: str) -> Response:
    """Words as a file called `name`, with its ending."""
    return saved(words.encode(), "text/plain; charset=utf-8", "export.txt", name)


def saved(body: bytes, kind: str, plain_name: str, name: str) -> Response:
    """`plain_name` is for browsers that know ASCII alone."""
    response = make_response(body)
    response.headers["Content-Type"] = kind
    response.headers["Content-Disposition"] = f"attachment; filename=\"{plain_name}\"; filename*=UTF-8''{quote(name)}"
    return response
