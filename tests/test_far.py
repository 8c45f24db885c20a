"""Files that WeChat keeps elsewhere: from its own hosts, whole, in time, and from nowhere else."""

import json
import socket
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from urllib3 import HTTPConnectionPool

from bot import calls, far
from bot.client import Client
from bot.far import Foreign
from bot.road import streamed
from models.errors import FateUnknown
from tests.served import listening
from tests.world import World

WHOLE = b"\0\0\0\x20ftypisom" + bytes(5000)


class Network(ThreadingHTTPServer):
    """A platform, and whoever else listens on its port."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.asked: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.film = f"{self.url}/film"


class _Asked(BaseHTTPRequestHandler):
    server: Network

    def do_POST(self) -> None:
        self._say(json.dumps({"access_token": "T", "expires_in": 7200}).encode())

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.server.asked.append(path)
        if path == "/cgi-bin/media/get":
            self._say(json.dumps({"video_url": self.server.film}).encode())
        elif path == "/elsewhere":
            self.send_response(302)
            self.send_header("Location", "/film")
            self.end_headers()
        elif path == "/half":
            self._say(WHOLE[:1000], promised=len(WHOLE))
        elif path == "/drip":
            self._drip()
        else:
            self._say(WHOLE)

    def _say(self, body: bytes, *, promised: int | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(promised or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(100):
            try:
                self.wfile.write(bytes(70_000))
                time.sleep(0.05)
            except OSError:
                return

    def log_message(self, *_: object) -> None:
        """Tests look at `asked`."""


@pytest.fixture
def network() -> Iterator[Network]:
    with listening(Network()) as server:
        yield server


def read(url: str, *, beside: str = "https://api.weixin.qq.com") -> bytes:
    with far.stream(url, beside=beside) as chunks:
        return b"".join(chunks)


@pytest.mark.parametrize(
    ("url", "is_known"),
    [
        ("http://vweixinp.tc.qq.com/1007_a.f10.mp4?vkey=1", True), ("https://mp.weixin.qq.com/a", True),
        ("http://tc.qq.com.evil.example/a", False), ("http://eviltc.qq.com/a", False),
        ("http://user@vweixinp.tc.qq.com/a", False), ("http://vweixinp.tc.qq.com:8080/a", False),
        ("ftp://vweixinp.tc.qq.com/a", False), ("file:///etc/passwd", False), ("http://127.0.0.1/a", False), ("", False),
    ],
)  # fmt: skip
def test_only_hosts_of_wechat_are_known(url: str, is_known: bool) -> None:
    assert far.is_wechats(urlsplit(url)) is is_known


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.8", "192.168.1.1", "169.254.169.254", "::1", "fd00::1"])
def test_a_known_name_that_leads_into_our_own_network_is_not_followed(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("203.205.1.1", 80)),
        (socket.AF_INET, 1, 6, "", (address, 80)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: found)
    with pytest.raises(Foreign, match="leads to"):
        read("http://vweixinp.tc.qq.com/a.mp4")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/a", "http://localhost/a", "https://mp.weixin.qq.com/a", "http://[bad/a"]
)
def test_beside_the_simulator_films_come_from_the_simulator_alone(network: Network, url: str) -> None:
    with pytest.raises(Foreign):
        read(url, beside=network.url)
    assert read(network.film, beside=network.url) == WHOLE


@pytest.mark.parametrize("path", ["/elsewhere", "/half"])
def test_a_film_that_points_on_or_breaks_off_is_none(network: Network, path: str) -> None:
    with pytest.raises(FateUnknown):
        read(network.url + path, beside=network.url)
    assert network.asked == [path]


def test_a_film_without_an_end_is_left(network: Network) -> None:
    pool = HTTPConnectionPool("127.0.0.1", network.server_port)
    with (
        pytest.raises(FateUnknown, match="too slow"),
        streamed(pool, "/drip", timeout=far.PATIENCE, seconds=0.3) as chunks,
    ):
        for _ in chunks:
            pass


def fetched(world: World, network: Network, **more: Any) -> dict[str, Any]:
    client = Client(app_id="wx1", secret="s", base=network.url, database=world.database)
    return calls.fetch_piece(client, world.settings.media, {"media_id": "M", "kind": "video", **more})


def test_a_film_from_a_foreign_host_is_refused_and_nobody_asked_for_it(sqlite_world: World, network: Network) -> None:
    network.film = "http://127.0.0.1:9/film"
    assert "不是微信的" in fetched(sqlite_world, network)["refused"]
    assert network.asked == ["/cgi-bin/media/get"]


def test_a_film_larger_than_the_contest_takes_is_refused_with_its_limit(
    sqlite_world: World, network: Network
) -> None:
    assert fetched(sqlite_world, network)["bytes"] == len(WHOLE)
    assert "超过了" in fetched(sqlite_world, network, most_bytes=4000)["refused"]
    assert len([path for path in Path(sqlite_world.settings.media).rglob("*") if path.is_file()]) == 1
