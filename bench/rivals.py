"""The baselines: other people's bots, each a bare echo, installed apart from the project on first use."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copy, which

from bench.readers import Rule, echoed
from bench.serving import ROOT
from bench.wechat import Channel

CACHE = ROOT / "bench" / ".cache"
BASELINES = ROOT / "bench" / "baselines"
# WeRoBot's own dependencies are unpinned; these are what its figures were taken with.
WEROBOT = ("WeRoBot==1.13.1", "cryptography==50.0.2", "granian==2.8.7", "bottle==0.13.4", "xmltodict==1.0.4")


class CannotInstallError(Exception):
    """A baseline is not to be had here; the text says why."""


@dataclass(frozen=True)
class Contestant:
    """A server to be measured: how it is started, on how many processes, and what a right reply is."""

    name: str
    command: Callable[[int], list[str]]
    environment: Callable[[int], Mapping[str, str]]
    rule: Rule = echoed
    processes: int = 1
    folder: Path | None = None  # where it runs; a temporary one unless told
    readers: list[int] = field(default_factory=lambda: list(range(10_000)))


def granian(python: str, app: str, port: int, *, threads: int, workers: int = 1) -> list[str]:
    """The command line of a WSGI server."""
    served = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws"]
    size = ["--workers", str(workers), "--blocking-threads", str(threads)]
    return [python, "-m", "granian", *served, *size, "--log-level", "warning", app]


def wechatpy_echo(channel: Channel, *, threads: int, workers: int = 1) -> Contestant:
    """wechatpy's manual on Flask: the reference of every ratio."""
    return Contestant(
        name=f"wechatpy echo on Flask, granian {workers}×{threads} threads",
        command=lambda port: granian(
            sys.executable, "bench.baselines.echo_flask:app", port, threads=threads, workers=workers
        ),
        environment=lambda _: _environment(channel),
        processes=workers,
    )


def bare_echo(channel: Channel, *, threads: int) -> Contestant:
    """The same without Flask: how much of the reference is the framework's."""
    return Contestant(
        name=f"wechatpy echo without Flask, granian 1×{threads} threads",
        command=lambda port: granian(sys.executable, "bench.baselines.echo_bare:app", port, threads=threads),
        environment=lambda _: _environment(channel),
    )


def werobot_echo(channel: Channel) -> Contestant:
    """WeRoBot with its default SQLite session. One thread: with more, its one connection loses replies."""
    python = _werobot_python()
    return Contestant(
        name="WeRoBot echo, default SQLite session, granian 1×1 thread",
        command=lambda port: granian(python, "bench.baselines.echo_werobot:app", port, threads=1),
        environment=lambda _: _environment(channel),
    )


def co_wechat_echo(channel: Channel) -> Contestant:
    """co-wechat on koa, one Node process."""
    script = _koa_script()
    return Contestant(
        name="co-wechat echo on koa (Node)",
        command=lambda port: ["node", str(script), str(port)],
        environment=lambda _: _environment(channel),
    )


def _environment(channel: Channel) -> dict[str, str]:
    return {**channel.environment(), "PYTHONPATH": str(ROOT), "NODE_ENV": "production"}


def _werobot_python() -> str:
    home = CACHE / "werobot"
    python = home / "bin" / "python"
    if not (home / "complete").exists():
        print("installing WeRoBot into bench/.cache (once) …", file=sys.stderr)
        _run([sys.executable, "-m", "venv", "--clear", str(home)])
        _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *WEROBOT])
        (home / "complete").touch()
    return str(python)


def _koa_script() -> Path:
    home = CACHE / "koa"
    if which("npm") is None:
        raise CannotInstallError("co-wechat needs Node.js and npm")
    home.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "echo.js"):
        copy(BASELINES / "koa" / name, home)
    wanted = json.loads((home / "package.json").read_text())["dependencies"]
    if any(_installed(home, package) != version for package, version in wanted.items()):
        print("installing co-wechat into bench/.cache (once) …", file=sys.stderr)
        _run(["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent"], folder=home)
    return home / "echo.js"


def _installed(home: Path, package: str) -> str:
    about = home / "node_modules" / package / "package.json"
    return str(json.loads(about.read_text())["version"]) if about.exists() else ""


def _run(command: list[str], *, folder: Path = ROOT) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotInstallError(f"{command[0]}: {done.stderr[-800:]}")
