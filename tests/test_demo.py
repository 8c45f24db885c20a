"""The demo as a newcomer runs it: a program of its own, and commands typed in a second window beside it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from bot.pay_client import client_of
from config.settings import MARK, enter_demo
from console.demo import load_demo
from models.follower import Follower
from tests.simulated import Simulator
from tests.world import World

ROOT = Path(__file__).parent.parent
PATIENCE_SECONDS = 60


def flask(*words: str, data: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """`flask --app app …` in a process of its own, with no settings but these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SHUSHENG_", "PORT"))}
    environment = {**kept, "SHUSHENG_DATA": str(data), **more}
    command = [sys.executable, "-m", "flask", "--app", "app", *words]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS
    )


def three_free_ports() -> int:
    """The first of three neighbours that nobody listens on: WeChat and a library system are pretended beside."""
    for first in range(18960, 18999, 3):
        if all(_is_free(port) for port in (first, first + 1, first + 2)):
            return first
    raise AssertionError("no three free ports side by side")


def _is_free(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) != 0


@dataclass(frozen=True)
class Demo:
    """A demo that runs."""

    data: Path
    port: int

    def types(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """A command in another window; without PORT, as a README's reader forgets it."""
        return flask(*words, data=self.data, **more)

    def simulator_now(self) -> float:
        told: dict[str, Any] = requests.get(f"http://127.0.0.1:{self.port + 1}/sim/clock", timeout=5).json()
        return float(told["now"])


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    data, port = tmp_path_factory.mktemp("demo"), three_free_ports()
    environment = {**os.environ, "SHUSHENG_DATA": str(data), "PORT": str(port)}
    command = [sys.executable, "-m", "flask", "--app", "app", "demo"]
    with (data / "terminal").open("w") as terminal:
        program = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=terminal, stderr=terminal, text=True)
    try:
        _wait_for_the_door(data / "terminal", program)
        yield Demo(data, port)
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(timeout=PATIENCE_SECONDS)


def _wait_for_the_door(terminal: Path, program: subprocess.Popen[str]) -> None:
    until, pause = time.monotonic() + PATIENCE_SECONDS, threading.Event()
    while "已经开门" not in terminal.read_text():
        pause.wait(0.1)
        if time.monotonic() > until or program.poll() is not None:
            program.kill()
            raise AssertionError(f"the demo did not open: {terminal.read_text()[-2000:]}")


def test_on_the_terminal_the_addresses_stay_in_sight(demo: Demo) -> None:
    told = (demo.data / "terminal").read_text()
    assert f"http://127.0.0.1:{demo.port + 1}/" in told
    assert f"http://127.0.0.1:{demo.port}/console/" in told
    assert '"event"' not in told
    assert '"event"' in (demo.data / "demo.log").read_text()


def test_a_command_beside_the_demo_needs_no_settings(demo: Demo) -> None:
    before = demo.simulator_now()
    moved = demo.types("clock", "advance", "2h")
    assert (moved.returncode, "演示钟" in moved.stderr) == (0, True)
    assert 7200 <= demo.simulator_now() - before < 7260


def test_the_doctor_finds_the_demo_well(demo: Demo) -> None:
    seen = demo.types("doctor", "--json")
    findings = {row["what"]: row["verdict"] for row in json.loads(seen.stdout)}
    assert seen.returncode == 0
    assert {findings[what] for what in ("设置", "数据库", "平台连接", "时钟", "access_token")} == {"good"}
    assert "bad" not in findings.values()


def test_a_demo_whose_server_dies_shows_what_it_said_last(tmp_path: Path) -> None:
    dying = "[sys.executable, '-c', 'print(123456789); raise SystemExit(3)']"
    code = f"import sys; from console.demo import run_demo; run_demo({dying})"
    environment = {**os.environ, "SHUSHENG_DATA": str(tmp_path), "PORT": str(three_free_ports())}
    command = [sys.executable, "-c", code]
    told = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS
    )
    assert told.returncode != 0
    assert "123456789" in told.stderr
    assert "演示停了" in told.stderr


def test_a_second_demo_is_told_in_one_line_that_the_port_is_taken(demo: Demo, tmp_path: Path) -> None:
    for port, taken in ((demo.port, demo.port), (demo.port - 1, demo.port)):
        second = flask("demo", data=tmp_path, PORT=str(port))
        assert second.returncode == 1
        assert second.stderr.splitlines() == [
            f"Error: 端口 {taken} 已经有程序在用：换一个再试，例如 PORT=8100 make run"
        ]


def test_a_real_account_is_not_served_from_the_demos_data(demo: Demo) -> None:
    refused = demo.types("serve", SHUSHENG_WECHAT_APP_ID="wx1111111111111111")
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"{demo.data} 里是演示图书馆")
    assert len(refused.stderr.splitlines()) == 1


def test_the_demo_can_be_named_where_real_settings_stand_around(demo: Demo) -> None:
    keys = {"SHUSHENG_DEMO": "1", "PORT": str(demo.port)}
    assert demo.types("outbox", "list", **keys).returncode == 0


@pytest.mark.parametrize("way", ["desk", "transfer", "red_packet"])
def test_the_demo_can_be_told_another_way_to_pay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wechat: Simulator, way: str
) -> None:
    (tmp_path / "pay-keys").symlink_to(wechat.keys)
    for name in [name for name in os.environ if name.startswith("SHUSHENG_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SHUSHENG_DATA", str(tmp_path))
    monkeypatch.setenv("SHUSHENG_PAYOUT", way)
    settings, _environment = enter_demo(port="8000")
    assert settings.payout == way
    assert client_of(settings).merchant.number == settings.pay_merchant


def test_the_demo_does_not_enter_a_library_that_has_readers(sqlite_world: World) -> None:
    with sqlite_world.database.units() as session:
        session.add(Follower(openid="o1"))
    with pytest.raises(Exception, match="已经有真实读者的数据"):
        load_demo(sqlite_world.settings)
    assert not (sqlite_world.settings.data / MARK).exists()


def test_without_settings_a_server_names_each_missing_one_and_where_it_is_found(tmp_path: Path) -> None:
    refused = flask("serve", data=tmp_path)
    lines = refused.stderr.removeprefix("Error: ").splitlines()
    assert (refused.returncode, refused.stdout) == (1, "")
    assert [re.findall(r"SHUSHENG_(\w+)：", line) for line in lines] == [
        ["SECRET_KEY"], ["WECHAT_APP_ID"], ["WECHAT_APP_SECRET"], ["WECHAT_TOKEN"], ["WECHAT_AES_KEY"],
    ]  # fmt: skip
    assert all(line.startswith("缺少 ") and line.endswith("。") for line in lines)


@pytest.mark.parametrize("command", ["worker", "serve", "demo"])
def test_a_wrong_port_is_one_line_for_every_command(tmp_path: Path, command: str) -> None:
    refused = flask(command, data=tmp_path, PORT="abc")
    assert refused.returncode == 1
    assert refused.stderr.splitlines() == ["PORT：要写一个整数；现在写的是“abc”。"]


@pytest.mark.parametrize("words", ["inbox list", "outbox drop", "clock advance", "follower export", "plan import", "doctor"])  # fmt: skip
def test_help_touches_nothing(tmp_path: Path, words: str) -> None:
    data = tmp_path / "never"
    told = flask(*words.split(), "--help", data=data)
    assert (told.returncode, told.stdout.startswith("Usage:")) == (0, True)
    assert not data.exists()


def test_the_clock_of_a_real_library_is_not_moved(tmp_path: Path) -> None:
    refused = flask("clock", "advance", "2h", data=tmp_path)
    assert refused.returncode == 1
    assert "只有演示环境能拨钟" in refused.stderr


def test_a_demo_that_is_closed_says_so(sqlite_world: World) -> None:
    told = sqlite_world.run("clock", "advance", "2h", code=1)
    assert "演示（make run）开着吗" in told.output


@pytest.mark.parametrize("act", ["export", "forget"])
def test_nobody_is_exported_or_forgotten_by_a_slip_of_the_finger(sqlite_world: World, act: str) -> None:
    told = sqlite_world.run("follower", act, "nobody", code=1)
    assert "没有 openid 为 nobody 的读者" in told.output


def test_a_database_that_cannot_be_reached_is_one_line(tmp_path: Path) -> None:
    away = "postgresql+psycopg://nobody@127.0.0.1:9/none"
    told = flask("outbox", "list", data=tmp_path, SHUSHENG_DATABASE_URL=away)
    assert told.returncode == 1
    assert told.stderr.startswith("Error: 数据库连不上")
    assert len(told.stderr.splitlines()) == 1


def test_on_a_fresh_folder_the_doctor_finds_no_fault_with_the_database(tmp_path: Path) -> None:
    seen = flask("doctor", "--json", data=tmp_path / "fresh")
    by_what = {row["what"]: row for row in json.loads(seen.stdout)}
    assert seen.returncode == 1  # settings are missing
    assert (by_what["数据库"]["verdict"], "还没有建" in by_what["数据库"]["found"]) == ("good", True)


def test_what_is_optional_and_missing_gets_neither_a_tick_nor_a_cross(tmp_path: Path) -> None:
    seen = flask("doctor", data=tmp_path, PATH=str(tmp_path))
    assert "○ 程序 ffmpeg：没有，可选" in seen.stdout
