"""What deploy/ gives is tried: nginx takes its example and carries signed callbacks, systemd takes the units."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
import requests

from config.settings import PREFIX, Settings
from tests.needs import missing
from tests.simulated import Simulator
from tests.wechat import Platform, shown
from tests.world import World

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
DOMAIN = "hd.example.cn"
KEYS = {
    "SECRET_KEY": "a-secret-of-this-test-alone", "WECHAT_APP_ID": "wx00000000000000aa", "WECHAT_APP_SECRET": "s" * 32,
    "WECHAT_TOKEN": "deploytoken", "WECHAT_AES_KEY": "a" * 42 + "A",
}  # fmt: skip
SLOW_ONES = 80  # more than the server has threads
PATIENCE_SECONDS = 40


@dataclass
class _Answer:
    status_code: int
    text: str

    def get_data(self, *, as_text: bool) -> str:
        assert as_text
        return self.text


@dataclass
class Proxy:
    """nginx with our example, and the program behind it."""

    https: int
    http: int
    certificate: Path

    def get(self, path: str, **options: Any) -> requests.Response:
        return requests.get(f"https://127.0.0.1:{self.https}{path}", **self._options(), **options)

    def post(self, path: str, *, data: bytes, content_type: str) -> _Answer:
        """As Platform asks for it."""
        headers = {"Host": DOMAIN, "Content-Type": content_type}
        url = f"https://127.0.0.1:{self.https}{path}"
        told = requests.post(url, data=data, headers=headers, timeout=5, verify=str(self.certificate))
        return _Answer(told.status_code, told.text)

    def _options(self) -> dict[str, Any]:
        return {
            "headers": {"Host": DOMAIN}, "verify": str(self.certificate), "timeout": 5, "allow_redirects": False,
        }  # fmt: skip


def free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if found is None:
        missing(name, f"{name} is not installed")
    return str(found)


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory, simulator_program: Simulator) -> Iterator[Proxy]:
    nginx, folder = program("nginx"), tmp_path_factory.mktemp("deploy")
    at, https, http = free_ports(3)
    certificate = _certificate(folder)
    settings = _nginx_settings(folder, serve=at, https=https, http=http)
    subprocess.run([nginx, "-t", "-c", settings], check=True, capture_output=True)
    with ExitStack() as running:
        running.enter_context(_running(_serve(), folder, _environment(folder, at, simulator_program.url)))
        running.enter_context(_running([nginx, "-c", str(settings)], folder, dict(os.environ)))
        whole = Proxy(https, http, certificate)
        _until_ready(whole)
        yield whole


def _serve() -> list[str]:
    return [sys.executable, "-m", "flask", "--app", "app", "serve"]


def _environment(folder: Path, port: int, simulator: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    own = {PREFIX + name: value for name, value in KEYS.items()}
    more = {"PUBLIC_URL": f"https://{DOMAIN}", "DATA": str(folder / "data"), "WECHAT_API_BASE": simulator}
    return {**kept, **own, **{PREFIX + name: value for name, value in more.items()}, "PORT": str(port)}


class _running:  # noqa: N801  (reads as the block it opens)
    """A program while the block runs."""

    def __init__(self, command: list[str], folder: Path, environment: dict[str, str]) -> None:
        self._log = (folder / f"{Path(command[0]).name}.log").open("wb")
        self._child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=self._log, stderr=self._log)

    def __enter__(self) -> None:
        """Nothing more."""

    def __exit__(self, *_: object) -> None:
        self._child.terminate()
        self._child.wait(timeout=PATIENCE_SECONDS)
        self._log.close()


def _certificate(folder: Path) -> Path:
    names = f"subjectAltName=DNS:{DOMAIN},IP:127.0.0.1"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={DOMAIN}"]
    files = ["-addext", names, "-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run([*command, *files], check=True, capture_output=True)
    return folder / "fullchain.pem"


def _nginx_settings(folder: Path, *, serve: int, https: int, http: int) -> Path:
    """The example itself with this test's ports, certificate and folders; one IP version is enough here."""
    example = (DEPLOY / "nginx/shusheng.conf").read_text(encoding="utf-8")
    example = re.sub(r"(?m)^ *listen \[::\].*\n", "", example)
    for theirs, ours in (
        ("listen 80;", f"listen 127.0.0.1:{http};"),
        ("listen 443 ", f"listen 127.0.0.1:{https} "),
        ("127.0.0.1:8000", f"127.0.0.1:{serve}"),
        (f"/etc/letsencrypt/live/{DOMAIN}", str(folder)),
    ):
        assert theirs in example
        example = example.replace(theirs, ours)
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))  # fmt: skip
    head = f"daemon off;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\nevents {{ worker_connections 1024; }}\n"
    whole = folder / "nginx.conf"
    whole.write_text(f"{head}http {{\naccess_log off;\n{temporary}{example}}}\n", encoding="utf-8")
    return whole


def _until_ready(proxy: Proxy) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        try:
            if proxy.get("/readyz").status_code == 200:
                return
        except requests.RequestException:
            continue
    raise AssertionError("nginx and serve did not open")


@pytest.fixture
def platform(proxy: Proxy) -> Platform:
    return Platform(cast(Any, proxy), KEYS["WECHAT_TOKEN"], KEYS["WECHAT_AES_KEY"], KEYS["WECHAT_APP_ID"])


def test_a_signed_push_is_answered_through_tls(platform: Platform) -> None:
    assert "活动" in shown(platform.push(**platform.text("o1", "帮助")))


def test_a_forged_push_is_refused_through_the_proxy_too(proxy: Proxy, platform: Platform) -> None:
    answer = platform.post(b"<xml></xml>", {"signature": "0" * 40, "timestamp": "1", "nonce": "1"})
    assert answer.status_code == 403


def test_slow_bodies_wait_in_nginx_and_keep_nobody_waiting(proxy: Proxy, platform: Platform) -> None:
    trusting = ssl.create_default_context(cafile=str(proxy.certificate))
    with ExitStack() as slow:
        for _ in range(SLOW_ONES):
            plain = slow.enter_context(socket.create_connection(("127.0.0.1", proxy.https), timeout=5))
            one = slow.enter_context(trusting.wrap_socket(plain, server_hostname=DOMAIN))
            one.sendall(
                f"POST /wechat?signature=x HTTP/1.1\r\nHost: {DOMAIN}\r\nContent-Length: 900\r\n\r\n<xml>".encode()
            )
        begun = time.monotonic()
        assert platform.push(**platform.text("o2", "帮助"))
        assert time.monotonic() - begun < 2


def test_a_body_nobody_needs_is_refused_by_nginx(platform: Platform) -> None:
    assert platform.post(b"x" * 70_000, {"signature": "x"}).status_code == 413


def test_the_proxy_hides_the_figures_and_leads_to_https(proxy: Proxy) -> None:
    assert proxy.get("/metrics").status_code == 404
    plain = requests.get(
        f"http://127.0.0.1:{proxy.http}/a", headers={"Host": DOMAIN}, timeout=5, allow_redirects=False
    )
    assert (plain.status_code, plain.headers["Location"]) == (301, f"https://{DOMAIN}/a")
    page = proxy.get("/")
    assert page.headers["Content-Encoding"] == "gzip"
    assert page.headers["Strict-Transport-Security"].startswith("max-age=")
    assert page.headers["Content-Security-Policy"]


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    analyze = program("systemd-analyze")
    (tmp_path / "flask").write_text("#!/bin/sh\n")
    (tmp_path / "flask").chmod(0o755)
    for unit in (DEPLOY / "systemd").iterdir():
        text = unit.read_text(encoding="utf-8").replace("/opt/shusheng/.venv/bin", str(tmp_path))
        (tmp_path / unit.name).write_text(text.replace("file:///opt/shusheng", "file:///"), encoding="utf-8")
    units = [str(path) for path in tmp_path.iterdir() if path.suffix in (".service", ".timer")]
    told = subprocess.run([analyze, "verify", "--man=no", *units], capture_output=True, text=True, check=False)
    mine = [line for line in told.stderr.splitlines() if "shusheng" in line]
    assert (len(units), mine, told.returncode) == (4, [], 0)


def test_deploy_names_only_settings_and_commands_that_exist(sqlite_world: World) -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in DEPLOY.rglob("*") if path.is_file())
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    assert set(re.findall(r"SHUSHENG_[A-Z_]+", text)) <= known
    named = set(re.findall(r'flask(?: --app app|",) "?([a-z]+)', text))
    assert named >= {"serve", "worker", "migrate", "backup"}
    assert named <= set(sqlite_world.app.cli.commands)
