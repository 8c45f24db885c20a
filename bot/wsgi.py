"""The callback's address, in front of Flask.

Flask costs as much as decryption, routing and encryption of a push together (docs/benchmarks.md), and this one
address needs none of it; every other address goes on to Flask.
"""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from bot.webhook import Answer, Door
from config.limits import MAX_CALLBACK_BYTES

PATH = "/wechat"


class Callback:
    """WSGI: /wechat is answered by the door, the rest by `rest`."""

    def __init__(self, door: Door, rest: WSGIApplication, *, observe: Callable[[int], None]) -> None:
        self._door = door
        self._rest = rest
        self._observe = observe

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != PATH:
            return self._rest(environ, start_response)
        answer = self._answer(environ)
        self._observe(answer.status)
        body = answer.body.encode()
        kind = "text/xml" if answer.body.startswith("<") else "text/plain"
        headers = [("Content-Type", f"{kind}; charset=utf-8"), ("Content-Length", str(len(body)))]
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", headers)
        return [body]

    def _answer(self, environ: WSGIEnvironment) -> Answer:
        query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
        method = environ["REQUEST_METHOD"]
        if method in ("GET", "HEAD"):
            return self._door.echo(query)
        if method != "POST":
            return Answer(405)
        body = _body(environ)
        return Answer(413) if body is None else self._door.answer(query, body)


def _body(environ: dict[str, Any]) -> bytes | None:
    """The body; None for one no real push is as large as."""
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isdigit() and int(length) > MAX_CALLBACK_BYTES:
        return None
    body: bytes = environ["wsgi.input"].read(int(length) if length.isdigit() else MAX_CALLBACK_BYTES + 1)
    return body if len(body) <= MAX_CALLBACK_BYTES else None
