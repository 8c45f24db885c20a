"""A running simulator, and a small account for it to push to.

The simulator is started as a program, as everybody else starts it; nothing of it is imported. The account
opens and seals with wechatpy, so that every test also shows that other people's library gets on with it.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

import pytest
import requests
from playwright.sync_api import Page, Request
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidSignatureException
from wechatpy.utils import check_signature

from tests.conformance import endpoints_claimed_by
from tests.served import listening

ROOT = Path(__file__).parents[2]
APP_ID, APP_SECRET, TOKEN, AES_KEY = "wx00000000000test", "secret" * 5, "testtoken", "t" * 43
ACCOUNT_ID = "gh_test"
SHORT_TIMEOUT_S = 0.25
NARROW = {"width": 390, "height": 844}
PAGE = "<!doctype html><meta charset=utf-8><title>x</title><p>这是活动页</p>".encode()

Answer = str | bytes | int | None  # a text reply, a raw body, a status, or never


class Push:
    """One POST the account got: its query, its body, and the XML in the clear (empty when not genuine)."""

    def __init__(self, query: dict[str, str], body: str) -> None:
        self.query, self.body = query, body
        self.genuine = True
        self.clear = body
        if "<Encrypt>" in body:
            try:
                self.clear = crypto().decrypt_message(
                    body, query["msg_signature"], query["timestamp"], query["nonce"]
                )
            except Exception as error:  # whatever the library thinks of it: this push is not genuine
                self.genuine, self.clear = False, f"<xml><Error>{type(error).__name__}</Error></xml>"
        self.root = ElementTree.fromstring(self.clear)

    def __getitem__(self, path: str) -> str:
        return self.root.findtext(path) or ""


def crypto() -> WeChatCrypto:
    return WeChatCrypto(TOKEN, AES_KEY, APP_ID)


def text_reply(push: Push, words: str) -> str:
    return (
        f"<xml><ToUserName><![CDATA[{push['FromUserName']}]]></ToUserName>"
        f"<FromUserName><![CDATA[{push['ToUserName']}]]></FromUserName><CreateTime>1</CreateTime>"
        f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{words}]]></Content></xml>"
    )


def sealed(push: Push, clear: str) -> str:
    sealed_text: str = crypto().encrypt_message(clear, push.query["nonce"], push.query["timestamp"])
    return sealed_text


class Account(ThreadingHTTPServer):
    """The official account's own server. `answer` decides; None holds the line until the test is over."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), AccountDoor)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/wechat"
        self.begin_anew()

    def begin_anew(self) -> None:
        self.pushes: list[Push] = []
        self.over = threading.Event()
        self.answer: Callable[[Push], Answer] = lambda push: f"您说的是{push['Content']}"
        self.pages: dict[str, str] = {}  # path: what stands there, a script where the path ends in .js
        self.asked: list[str] = []  # addresses that were looked at
        self.scripts_from = ""  # where pages may load scripts from, beside here

    def body_for(self, push: Push, answer: Answer) -> bytes:
        if isinstance(answer, bytes):
            return answer
        if isinstance(answer, int):
            return b"broken"
        clear = text_reply(push, answer or "")
        return (sealed(push, clear) if "<Encrypt>" in push.body else clear).encode()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that went away is what half of these tests are about."""


class AccountDoor(BaseHTTPRequestHandler):
    server: Account

    def do_GET(self) -> None:
        query = dict(parse_qsl(urlsplit(self.path).query))
        if "echostr" not in query:
            self.server.asked.append(self.path)
            self.send(200, self.server.pages.get(urlsplit(self.path).path, "").encode() or PAGE)
            return
        try:
            check_signature(TOKEN, query["signature"], query["timestamp"], query["nonce"])
            self.send(200, query["echostr"].encode())
        except InvalidSignatureException:
            self.send(403, b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        push = Push(dict(parse_qsl(urlsplit(self.path).query)), body)
        self.server.pushes.append(push)
        over = self.server.over
        answer = self.server.answer(push)
        if answer is None:
            over.wait(20)
            return
        self.send(answer if isinstance(answer, int) else 200, self.server.body_for(push, answer))

    def send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        is_script = self.path.endswith(".js")
        self.send_header(
            "Content-Type", "text/javascript" if is_script else "text/html" if self.command == "GET" else "text/xml"
        )
        policy = f"default-src 'self'; script-src 'self' {self.server.scripts_from}; style-src 'self'"
        self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


class World:
    """The simulator seen from outside, with a token in the hand."""

    def __init__(self, url: str, account: Account) -> None:
        self.url, self.account = url, account
        self.http = requests.Session()
        self.http.trust_env = False
        self.token = ""
        self.called_before_reset: set[str] = set()

    def sim(self, method: str, path: str, body: object = None, **more: Any) -> Any:
        answer = self.http.request(method, f"{self.url}/sim/{path}", json=body, timeout=20, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, method: str, path: str, body: object = None) -> tuple[int, str]:
        answer = self.http.request(method, f"{self.url}/sim/{path}", json=body, timeout=20)
        return answer.status_code, answer.json()["error"]

    def reset(self, **wishes: Any) -> None:
        defaults = {"callback": self.account.url, "callback_timeout_s": SHORT_TIMEOUT_S}
        self.called_before_reset = self.called()
        self.sim("POST", "reset", defaults | wishes)
        self.token = ""

    def endpoints(self) -> list[str]:
        """Every path the platform answers, as it lists them itself."""
        known: list[str] = self.raw("GET", "/nowhere", token="").json()["known"]
        return known

    def called(self) -> set[str]:
        """The endpoints of the platform called so far, also before a reset."""
        return self.called_before_reset | {call["path"] for call in self.sim("GET", "calls")}

    def fresh_token(self, **more: Any) -> dict[str, Any]:
        keys = {"grant_type": "client_credential", "appid": APP_ID, "secret": APP_SECRET}
        answer: dict[str, Any] = self.http.post(
            f"{self.url}/cgi-bin/stable_token", json=keys | more, timeout=20
        ).json()
        return answer

    def raw(
        self, method: str, path: str, data: Any = None, *, token: str | None = None, **more: Any
    ) -> requests.Response:
        """One API call with a token, as it comes back."""
        if token is None:
            self.token = self.token or self.fresh_token()["access_token"]
        params = {"access_token": self.token if token is None else token, **more.pop("params", {})}
        return self.http.request(method, f"{self.url}{path}", data=data, params=params, timeout=20, **more)

    def post(self, path: str, body: object, **more: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.raw("POST", path, json.dumps(body, ensure_ascii=False).encode(), **more).json()
        return answer

    def get(self, path: str, **query: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.raw("GET", path, params=query).json()
        return answer

    def upload(self, kind: str, content: bytes, name: str = "file.bin") -> dict[str, Any]:
        answer: dict[str, Any] = self.raw(
            "POST", "/cgi-bin/media/upload", files={"media": (name, content)}, params={"type": kind}
        ).json()
        return answer

    def reader(self, name: str = "小林", *, following: bool = True) -> str:
        openid: str = self.sim("POST", "readers", {"name": name, "following": following})["openid"]
        return openid

    def does(self, openid: str, **wish: Any) -> list[dict[str, Any]]:
        tries: list[dict[str, Any]] = self.sim("POST", f"readers/{openid}/send", wish)["tries"]
        return tries

    def says(self, openid: str, words: str) -> list[dict[str, Any]]:
        return self.does(openid, type="text", content=words)

    def screen(self, openid: str, after: int = 0) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.sim("GET", f"readers/{openid}/screen?after={after}")
        return items

    def heard(self, openid: str) -> list[str]:
        """What the account said to this reader."""
        return [item["text"] for item in self.screen(openid) if item["from"] == "account"]

    def told(self, event: str) -> list[Push]:
        """The events of this name that the account got, once the platform owes it nothing more.

        One that was tried again, as any may be on a busy machine, counts once.
        """
        assert self.sim("POST", "settle", {"timeout_s": 10})["owed"] == 0
        return list({push.clear: push for push in self.account.pushes if push["Event"] == event}.values())

    def send(self, openid: str, words: str = "您好") -> int:
        """A customer-service text; the error code it got."""
        body = {"touser": openid, "msgtype": "text", "text": {"content": words}}
        return int(self.post("/cgi-bin/message/custom/send", body)["errcode"])

    def advance(self, seconds: float) -> None:
        self.sim("POST", "clock", {"advance_s": seconds})
        self.token = ""  # it may have died of age: the next call asks for the current one

    def fault(self, path: str, what: str, times: int = 0, **more: Any) -> dict[str, Any]:
        told: dict[str, Any] = self.sim("POST", "faults", {"path": path, "what": what, "times": times, **more})
        return told

    def violations(self) -> list[str]:
        return [row["what"] for row in self.sim("GET", "violations")]


def start(*more: str) -> tuple[subprocess.Popen[str], str]:
    keys = ("--app-id", APP_ID, "--app-secret", APP_SECRET, "--token", TOKEN, "--aes-key", AES_KEY)
    command = [sys.executable, "-m", "simulator", "--port", "0", *keys, "--account-id", ACCOUNT_ID, *more]
    program = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUTF8": "1"}
    )
    assert program.stdout is not None
    line = program.stdout.readline().strip()
    assert line.startswith("simulator ready on http://127.0.0.1:"), line
    return program, line.removeprefix("simulator ready on ")


def stop(program: subprocess.Popen[str]) -> int:
    program.terminate()
    assert program.stdout is not None
    program.stdout.close()
    return program.wait(5)


@pytest.fixture(scope="session")
def keys() -> dict[str, str]:
    """The account's keys, as programs of other languages get them."""
    return {"APP_ID": APP_ID, "APP_SECRET": APP_SECRET, "TOKEN": TOKEN, "AES_KEY": AES_KEY}


@pytest.fixture(scope="session")
def account() -> Iterator[Account]:
    with listening(Account()) as server:
        yield server


@pytest.fixture(scope="session")
def simulator_url(account: Account) -> Iterator[str]:
    program, url = start("--state", ":memory:", "--callback", account.url)
    yield url
    stop(program)


@pytest.fixture
def world(request: pytest.FixtureRequest, simulator_url: str, account: Account) -> Iterator[World]:
    here = World(simulator_url, account)
    here.reset()
    account.begin_anew()  # after the reset, which lets arrive what is on its way
    here.called_before_reset.clear()  # that was another test
    yield here
    account.over.set()
    claimed = endpoints_claimed_by(request.node.nodeid.partition("[")[0])
    assert not claimed or claimed <= here.called(), (
        "a row of conformance.csv names an endpoint that this test did not call"
    )


@pytest.fixture
def start_simulator(account: Account) -> Iterator[Callable[..., tuple[subprocess.Popen[str], World]]]:
    """Start one more, with arguments of one's own; all are stopped at the end."""
    started: list[subprocess.Popen[str]] = []

    def begin(*more: str) -> tuple[subprocess.Popen[str], World]:
        program, url = start("--callback", account.url, *more)
        started.append(program)
        return program, World(url, account)

    account.begin_anew()
    yield begin
    for program in started:
        if program.poll() is None:
            stop(program)


@pytest.fixture
def open_phone(world: World, browser: Any) -> Iterator[Any]:
    """Open the phone in a window; a word on its console or a request to elsewhere fails the test."""
    complaints: list[str] = []
    contexts = []

    def note_foreign(asked: Request) -> None:
        if not asked.url.startswith(("http://127.0.0.1", "blob:", "data:")):
            complaints.append(asked.url)

    def begin(path: str = "/", window: Any = NARROW, forgiven: str = "\n", **more: Any) -> Page:
        context = browser.new_context(viewport=window, locale="zh-CN", **more)
        contexts.append(context)
        page: Page = context.new_page()
        page.on("console", lambda said: None if forgiven in said.text else complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", note_foreign)
        page.goto(world.url + path)
        return page

    yield begin
    for context in contexts:
        context.close()
    assert complaints == []
