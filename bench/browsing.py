"""A browser as far as figures go: a page with all it needs, and the server's time for looking at it again and again."""

import gzip
import time
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urljoin, urlsplit

PROXY_LEVEL = 1  # of gzip, nginx's own default


@dataclass(frozen=True)
class Fetched:
    """One answer: its size with headers, as sent, and its text."""

    size: int
    text: str


@dataclass(frozen=True)
class Seen:
    """One page with all it needs."""

    path: str
    parts: int
    size: int
    took: list[float]  # seconds for the page itself, in order


class Browser:
    """One connection, and what it sends with every request. `is_proxied`: pages are counted as nginx compresses them."""

    def __init__(self, port: int, headers: Mapping[str, str], *, is_proxied: bool = False) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self._headers = {"Accept-Encoding": "gzip", **headers}
        self._is_proxied = is_proxied

    def look(self, path: str, times: int) -> Seen:
        """At one page: once with an empty cache, then `times` at the page alone. Raises: ValueError for no page."""
        size, parts = self._with_all_it_needs(path)
        took = []
        for _ in range(times):
            began = time.perf_counter()
            self._fetch(path)
            took.append(time.perf_counter() - began)
        return Seen(path, parts, size, sorted(took))

    def _with_all_it_needs(self, path: str) -> tuple[int, int]:
        """(bytes, requests) of the page, its styles and scripts and pictures, and what the styles import."""
        waiting, fetched = [path], dict[str, Fetched]()
        while waiting:
            address = waiting.pop()
            if address not in fetched:
                fetched[address] = self._fetched(address)
                waiting += _needed_by(address, fetched[address].text)
        return sum(one.size for one in fetched.values()), len(fetched)

    def _fetched(self, path: str) -> Fetched:
        answer, body = self._fetch(path)
        head = sum(len(name) + len(value) + 4 for name, value in answer.getheaders()) + len("HTTP/1.1 200 OK\r\n\r\n")
        if answer.getheader("Content-Encoding") == "gzip":
            return Fetched(head + len(body), gzip.decompress(body).decode(errors="replace"))
        sent = gzip.compress(body, PROXY_LEVEL) if self._is_proxied else body
        return Fetched(head + len(sent), body.decode(errors="replace"))

    def _fetch(self, path: str) -> tuple[HTTPResponse, bytes]:
        """Raises: ValueError for anything but 200."""
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise ValueError(f"{path} answered {answer.status}")
        return answer, body


def _needed_by(address: str, text: str) -> list[str]:
    reader = _Needs()
    if not urlsplit(address).path.endswith((".css", ".js", ".svg")):
        reader.feed(text)
    return [_local(urljoin(address, found)) for found in reader.found if not found.startswith("data:")]


def _local(address: str) -> str:
    """Path and query; our pages fetch nothing from other people. Raises: ValueError if they do."""
    parts = urlsplit(address)
    if parts.netloc and parts.hostname != "127.0.0.1":
        raise ValueError(f"a page fetches from elsewhere: {address}")
    return parts.path + (f"?{parts.query}" if parts.query else "")


class _Needs(HTMLParser):
    """What a browser fetches on its own to show a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("script", "img") and given.get("src"):
            self.found.append(given["src"])
        if tag == "link" and {"stylesheet", "icon"} & set(given.get("rel", "").split()):
            self.found.append(given["href"])
