"""A reader's page: bytes over the wire with an empty cache, and the server's time for it."""

import gzip
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urljoin, urlsplit

from bench import ours
from bench.catalogue import Catalogue, catalogue
from bench.load import pinned
from bench.measuring import Pace, server_of
from bench.report import Floor, Report, percentile
from bench.wechat import Channel

LOOKS = 500
HEADERS = {"Accept-Encoding": "gzip", "User-Agent": "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0"}


@dataclass(frozen=True)
class Fetched:
    """One answer: its size with headers, as sent, and its text."""

    status: int
    size: int
    text: str


@dataclass(frozen=True)
class Seen:
    """One page with all it needs."""

    path: str
    parts: int
    size: int
    took: list[float]  # seconds for the page itself, in order


def page(report: Report, _pace: Pace) -> None:
    """Front page, a month, an activity."""
    said = catalogue(100)
    with TemporaryDirectory() as folder, TemporaryDirectory() as log:
        home = ours.on_sqlite(Path(folder), Channel(), said, followers=100)
        with server_of(home, Path(log)) as server, pinned({1}):
            pages = [_look(server.port, path) for path in _paths(said)]
    rows = [
        [one.path, f"{one.size / 1000:.1f}", str(one.parts), *(f"{percentile(one.took, at) * 1000:.1f}" for at in (0.5, 0.99))]
        for one in pages
    ]  # fmt: skip
    heads = ("page", "kB transferred", "requests", "server p50 ms", "server p99 ms")
    report.table(f"Readers' pages, empty cache, compressed; {LOOKS} looks each", heads, rows)
    report.floors(
        [
            Floor("largest page, kB", max(one.size for one in pages) / 1000, 100, at_least=False),
            Floor(
                "slowest page, p99 ms", max(percentile(one.took, 0.99) for one in pages) * 1000, 50, at_least=False
            ),
        ]
    )


def _paths(said: Catalogue) -> Iterator[str]:
    yield "/"
    yield f"/plan/{said.today:%Y-%m}"
    yield f"/a/{ours.code_of(said.activities[0])}"


def _look(port: int, path: str) -> Seen:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    size, parts = _with_all_it_needs(connection, path)
    took = []
    for _ in range(LOOKS):
        began = time.perf_counter()
        _fetch(connection, path)
        took.append(time.perf_counter() - began)
    connection.close()
    return Seen(path, parts, size, sorted(took))


def _with_all_it_needs(connection: HTTPConnection, path: str) -> tuple[int, int]:
    """(bytes, requests) of the page, its styles and scripts and pictures, and what the styles import."""
    waiting, fetched = [path], dict[str, Fetched]()
    while waiting:
        address = waiting.pop()
        if address not in fetched:
            fetched[address] = _fetch(connection, address)
            waiting += _needed_by(address, fetched[address].text)
    return sum(one.size for one in fetched.values()), len(fetched)


def _needed_by(address: str, text: str) -> list[str]:
    reader = _Needs()
    if not urlsplit(address).path.endswith((".css", ".js", ".svg")):
        reader.feed(text)
    return [_local(urljoin(address, found)) for found in reader.found if not found.startswith("data:")]


def _local(address: str) -> str:
    """Path and query; readers' pages fetch nothing from other people. Raises: ValueError if they do."""
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


def _fetch(connection: HTTPConnection, path: str) -> Fetched:
    """Raises: ValueError for anything but 200."""
    connection.request("GET", path, headers=HEADERS)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise ValueError(f"{path} answered {answer.status}")
    headers = answer.getheaders()
    head = sum(len(name) + len(value) + 4 for name, value in headers) + len("HTTP/1.1 200 OK\r\n\r\n")
    return Fetched(answer.status, head + len(body), _text(body, dict(headers)))


def _text(body: bytes, headers: Mapping[str, str]) -> str:
    lower = {name.lower(): value for name, value in headers.items()}
    unpack = {"gzip": gzip.decompress}.get(lower.get("content-encoding", ""), bytes)
    return bytes(unpack(body)).decode(errors="replace")
