"""The doctor: what is found is what is there, and each finding says what to do."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import requests

from bot.doctor import MARKS, Finding, Verdict, examine
from tests.live import Live
from tests.served import listening
from tests.simulated import Simulator
from tests.world import World


def findings(world: World, **settings: str) -> dict[str, Finding]:
    told = world.settings.model_copy(update=settings)
    client = world.client if isinstance(world, Live) else None
    checks = examine(told, world.database, client)  # type: ignore[arg-type]
    return {finding.what: finding for check in checks[:3] for finding in check()}


class _Dateless(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self.send_response_only(200)  # no Date, as some proxies answer
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def dateless() -> Iterator[str]:
    with listening(HTTPServer(("127.0.0.1", 0), _Dateless)) as server:
        yield f"http://127.0.0.1:{server.server_port}"


def test_an_answer_without_a_date_is_no_lost_connection(sqlite_world: World, dateless: str) -> None:
    found = findings(sqlite_world, wechat_api_base=dateless)
    assert (found["平台连接"].verdict, found["时钟"].verdict) == (Verdict.GOOD, Verdict.LACKS)


def test_a_platform_that_is_away_is_a_fault(sqlite_world: World) -> None:
    assert findings(sqlite_world, wechat_api_base="http://127.0.0.1:9")["平台连接"].verdict is Verdict.BAD


def test_the_pretend_platform_tells_the_time_as_a_web_server_does(wechat: Simulator) -> None:
    assert "GMT" in requests.head(wechat.url, timeout=5).headers["Date"]


def test_a_migrated_database_is_well(world: World) -> None:
    assert findings(world)["数据库"].verdict is Verdict.GOOD


def test_what_is_not_well_says_what_to_do(sqlite_world: World) -> None:
    found = findings(sqlite_world, wechat_api_base="http://127.0.0.1:9", wechat_token="")
    assert all(finding.todo for finding in found.values() if finding.verdict is not Verdict.GOOD)
    assert found["设置"].line().startswith(f"{MARKS[Verdict.BAD]} 设置：缺 SHUSHENG_WECHAT_TOKEN\n    → ")


def test_a_program_that_is_missing_says_what_stands_still_without_it(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    checks = examine(sqlite_world.settings, sqlite_world.database, None)  # type: ignore[arg-type]
    programs = {finding.what: finding for finding in checks[-1]()}
    assert programs["程序 ffmpeg"].verdict is Verdict.LACKS
    assert "投稿" in programs["程序 ffmpeg"].todo
    assert "apt-get install ffmpeg" in programs["程序 ffprobe"].todo
