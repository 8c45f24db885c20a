"""Files that people hand in: which views take them, how large, and only from somebody who may open them.

The whole app reads no more than a push of WeChat may hold. A view that takes files is marked with its own bound,
which counts once the request is known to come from somebody who may open it: the form's token stands behind the file in the
body, so that a stranger's file would otherwise be read before anybody asks who sends it.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import request
from werkzeug.datastructures import FileStorage

V = TypeVar("V", bound=Callable[..., object])

LONGEST_NAME = 80
_MOST_BYTES = 240  # of a name on a disk: a file system takes 255
_ROOM_FOR_FORM = 64 * 1024  # bytes around the file: its token, other fields, boundaries


def takes_files(most_bytes: int, *, is_theirs: Callable[[], bool] | None = None) -> Callable[[V], V]:
    """Mark a view whose POST may be as large as this, from whoever may open it: staff, where nobody else is named."""

    def marked(view: V) -> V:
        view.most_bytes = most_bytes + _ROOM_FOR_FORM  # type: ignore[attr-defined]
        view.is_theirs = is_theirs  # type: ignore[attr-defined]
        return view

    return marked


def let_in(view: object, *, is_theirs: Callable[[], bool]) -> None:
    """Raise this request's bound to what its view takes. Before anything reads the form. `is_theirs`: staff's."""
    most: Any = getattr(view, "most_bytes", None)
    if most and request.method == "POST" and (getattr(view, "is_theirs", None) or is_theirs)():
        request.max_content_length = most
        request.max_form_memory_size = most


def name_of(file: FileStorage) -> str:
    """The file's own name, without folders, control characters or an endless length; its kind stays at the end."""
    name = (file.filename or "").replace("\\", "/").rpartition("/")[2]
    name = "".join(sign for sign in name if sign.isprintable()).strip(". ")
    stem, dot, kind = name.rpartition(".")
    if not dot or len(kind) >= 8:
        return _short(name, LONGEST_NAME, _MOST_BYTES)
    kind = dot + kind
    return _short(stem, LONGEST_NAME - len(kind), _MOST_BYTES - len(kind.encode())) + kind


def _short(words: str, most: int, most_bytes: int) -> str:
    return words[:most].encode()[:most_bytes].decode(errors="ignore")
