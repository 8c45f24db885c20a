"""Node's side: the packages of the lock installed once, a program that drives clients, programs that are accounts."""

import base64
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.needs import missing

HERE = Path(__file__).parent
NPM_SECONDS = 120
INSTALL = (
    "ci",
    "--ignore-scripts",
    "--prefer-offline",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=1000",
)


def installed(cache: Path) -> Path:
    """The folder of the packages, below `cache`; installed anew whenever the lock is another."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        missing("node", "node and npm are not installed: apt-get install nodejs npm")
    home = cache / hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()[:12]
    with (cache / "lock").open("w") as lock:  # tests run in several processes at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.exists():
            for old in (path for path in cache.iterdir() if path.is_dir()):
                shutil.rmtree(old)
            _install(home.with_suffix(".new"))
            home.with_suffix(".new").rename(home)
    return home / "node_modules"


def _install(folder: Path) -> None:
    folder.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    try:
        subprocess.run(["npm", *INSTALL], cwd=folder, check=True, capture_output=True, text=True, timeout=NPM_SECONDS)
    except subprocess.CalledProcessError as error:
        missing("node", f"npm ci: {error.stderr.strip()}")
    except subprocess.TimeoutExpired:
        missing("node", f"npm ci took more than {NPM_SECONDS} s")


class ClientError(Exception):
    """The library raised; `code` is the platform's, where there is one."""

    def __init__(self, code: int | None, message: str) -> None:
        super().__init__(code, message)
        self.code, self.message = code, message


class Program:
    """A script of this folder at work."""

    def __init__(self, packages: Path, script: str, *arguments: str, **environment: str) -> None:
        environment |= {"NODE_PATH": str(packages), "NO_PROXY": "127.0.0.1"}
        self._process = subprocess.Popen(
            ["node", str(HERE / script), *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", env={**os.environ, **environment},
        )  # fmt: skip

    def line(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, "the program has ended"
        return line

    def write(self, line: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.communicate(timeout=10)


class Clients(Program):
    """`begin` a library anew, then `call` its verbs."""

    def __init__(self, packages: Path) -> None:
        super().__init__(packages, "clients.js")

    def begin(self, library: str, *, url: str, appid: str, secret: str) -> Self:
        self._ask({"begin": library, "url": url, "appid": appid, "secret": secret})
        return self

    def call(self, verb: str, *args: Any) -> Any:
        """What the verb gave; bytes go and come as a Buffer. Raises: ClientError."""
        return self._ask({"call": verb, "args": [_sent(one) for one in args]})

    def _ask(self, wish: dict[str, Any]) -> Any:
        self.write(json.dumps(wish))
        answer = json.loads(self.line())
        if "error" in answer:
            raise ClientError(answer["error"].get("code"), answer["error"]["message"])
        result = answer["result"]
        return base64.b64decode(result["base64"]) if isinstance(result, dict) and "base64" in result else result


def _sent(value: Any) -> Any:
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value
