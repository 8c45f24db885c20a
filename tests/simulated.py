"""The pretend WeChat as tests use it: the real program, in a process of its own, over HTTP."""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import requests

from config.settings import demo_keys

KEYS = demo_keys()


class Simulator:
    """Starts it once; `reset` makes it new for a test."""

    def __init__(self) -> None:
        self._keys = tempfile.TemporaryDirectory()
        self.keys = Path(self._keys.name)
        arguments = [
            sys.executable, "-m", "simulator", "--port", "0", "--state", ":memory:",
            "--app-id", KEYS["SHUSHENG_WECHAT_APP_ID"], "--app-secret", KEYS["SHUSHENG_WECHAT_APP_SECRET"],
            "--token", KEYS["SHUSHENG_WECHAT_TOKEN"], "--aes-key", KEYS["SHUSHENG_WECHAT_AES_KEY"],
            "--callback", "http://127.0.0.1:9/wechat", "--merchant", KEYS["SHUSHENG_PAY_MERCHANT"],
            "--pay-v2-key", KEYS["SHUSHENG_PAY_V2_KEY"], "--pay-v3-key", KEYS["SHUSHENG_PAY_V3_KEY"],
            "--pay-serial", KEYS["SHUSHENG_PAY_SERIAL"], "--pay-platform-key-id", KEYS["SHUSHENG_PAY_PLATFORM_KEY_ID"],
            "--pay-keys", self._keys.name,
        ]  # fmt: skip
        self._process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert "ready on" in line, line
        self.url = line.split()[-1]
        self._http = requests.Session()

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=10)
        self._keys.cleanup()

    def post(self, path: str, body: Any = None) -> Any:
        answer = self._http.post(self.url + path, json=body or {}, timeout=30)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def get(self, path: str) -> Any:
        return self._http.get(self.url + path, timeout=30).json()

    def reset(self, **how: Any) -> None:
        self._http.delete(self.url + "/sim/faults", timeout=30)
        self.post("/sim/reset", {"kind": "service", "verified": True, "callback_timeout_s": 5, **how})

    def follower(self, name: str = "小林", *, wrote: bool = True) -> str:
        """A reader the platform would let us write to; without a callback, so that no push is made."""
        openid: str = self.post("/sim/readers", {"name": name, "following": True})["openid"]
        if wrote:
            self.post(f"/sim/readers/{openid}/send", {"type": "text", "content": "在吗"})
        return openid

    def has(self, what: str, *, on: str = "/cgi-bin/message/custom/send", times: int = 0) -> None:
        self.post("/sim/faults", {"path": on, "what": what, "times": times})

    def heals(self) -> None:
        self._http.delete(self.url + "/sim/faults", timeout=30)

    @property
    def pays_with(self) -> dict[str, Any]:
        """Settings of an installation that pays through this simulator."""
        return {
            "pay_api_base": self.url, "pay_private_key": self.keys / "merchant-key.pem",
            "pay_platform_key": self.keys / "platform-key.pem", "pay_certificate": self.keys / "merchant-key.pem",
        }  # fmt: skip

    def books(self) -> dict[str, tuple[str, int, str]]:
        """What WeChat Pay has: number → (openid, fen, state)."""
        return {row["number"]: (row["openid"], row["fen"], row["state"]) for row in self.get("/sim/books")}

    def delivered(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("/sim/deliveries")
        return found

    def calls(self, path: str) -> list[dict[str, Any]]:
        return [call for call in self.get("/sim/calls?after=0") if call["path"] == path]
