"""One API call: which endpoint, whose token, what right and quota, under which fault, and into the log."""

import json
import re
import select
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from werkzeug.wrappers import Request, Response

from simulator.account import Right
from simulator.clock import day_of
from simulator.errors import Refusal
from simulator.faults import Fault
from simulator.platform import Platform
from simulator.push import Push
from simulator.server import CutConnection
from simulator.tokens import check_token, expire_all

Answer = dict[str, Any] | Response
LONGEST_LOGGED = 4000
DAILY_DEFAULT = 10_000_000  # the platform publishes no figure for this API: out of the way

# An escape such as \u4e2d with an odd number of backslashes before the u; those below \u0020 are control
# characters, which JSON cannot write otherwise.
ESCAPED_CHARACTER = re.compile(rb"(?<!\\)(?:\\\\)*\\u(?!00[01])[0-9a-fA-F]{4}")


@dataclass
class Call:
    """What an endpoint gets to see of a call."""

    platform: Platform
    db: sqlite3.Connection
    request: Request
    now: float
    owed: list[Push] = field(default_factory=list)  # what the account is told once it has its answer

    @cached_property
    def query(self) -> dict[str, str]:
        return self.request.args.to_dict()

    @cached_property
    def json(self) -> dict[str, Any]:
        """The body as an object. Raises: Refusal 44002, 47001, or 40033 for characters written as escapes."""
        raw = self.request.get_data()
        if not raw:
            raise Refusal(44002)
        if ESCAPED_CHARACTER.search(raw):
            raise Refusal(40033)
        try:
            body = json.loads(raw)
        except ValueError as error:
            raise Refusal(47001, str(error)) from None
        if not isinstance(body, dict):
            raise Refusal(47001, "an object is wanted")
        return body


@dataclass(frozen=True)
class Endpoint:
    """An address of the platform and what guards it."""

    method: str
    right: Right
    daily: int
    needs_token: bool
    answer: Callable[[Call], Answer]


ENDPOINTS: dict[str, Endpoint] = {}


def endpoint(
    method: str,
    path: str,
    right: Right = Right.BASIC,
    *,
    daily: int = DAILY_DEFAULT,
    needs_token: bool = True,
) -> Callable[[Callable[[Call], Answer]], Callable[[Call], Answer]]:
    """Register what answers at `path`; method GET, POST or ANY."""

    def register(answer: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
        ENDPOINTS[path] = Endpoint(method, right, daily, needs_token, answer)
        return answer

    return register


@dataclass(frozen=True)
class Door:
    """One of the platform's addresses: how its calls are named for faults, worked on, and refused."""

    place: Callable[[Request], str]
    work: Callable[[Platform, sqlite3.Connection, Request], tuple[Response, list[Push]]]
    refusal: Callable[[Request, str], Response]


def answer_call(
    platform: Platform, request: Request, owe: Callable[[list[Push]], Callable[[], None]], door: Door | None = None
) -> Response:
    """The platform's answer, after the faults on order have had their way. Raises: CutConnection.

    What the work makes the platform tell the account is owed at once (`owe`) and let go when the answer has left, or
    now where a fault delays or swallows the answer.
    """
    started = time.perf_counter()
    sent = sent_text(request)
    door = door or API
    faults = platform.faults.strike(door.place(request), f"{request.query_string.decode('latin-1')} {sent}")
    spoiled = next((word for fault in faults if (word := _spoil(platform, request, fault, door)) is not None), None)
    with platform.state.unit() as db:
        response, owed = (spoiled, []) if spoiled else door.work(platform, db, request)
        cut = any(fault.what in ("silent", "drop", "cut") for fault in faults)
        _log(db, platform, request, sent, None if cut else response, faults, started)
    let_go = owe(owed)
    if not faults:
        response.call_on_close(let_go)
        return response
    let_go()
    for fault in faults:
        _sign_wrongly(response, fault)
        _delay_or_cut(platform, request, fault)
    return response


def _spoil(platform: Platform, request: Request, fault: Fault, door: Door) -> Response | None:
    """What is answered instead of doing the work, if this fault prevents it."""
    if fault.what == "expire_token":
        with platform.state.unit() as db:
            expire_all(db, platform.clock.now())
        return None
    if fault.what.startswith("errcode:"):
        return door.refusal(request, fault.code)
    return {
        "silent": Response(status=504),
        "cut": Response(status=504),
        "500": Response("<html><body><h1>500 Internal Server Error</h1></body></html>", 500, mimetype="text/html"),
        "html": Response("<html><body>请稍后再试</body></html>", 200, mimetype="text/html"),
        "empty": Response("", 200, mimetype="application/json"),
        "garbage": Response('{"errcode":0,"errm', 200, mimetype="application/json"),
    }.get(fault.what)


def _sign_wrongly(response: Response, fault: Fault) -> None:
    """What only an answer of WeChat Pay's v3 carries."""
    name = {"forged": "Wechatpay-Signature", "foreign": "Wechatpay-Serial"}.get(fault.what, "")
    if name in response.headers:
        response.headers[name] = response.headers[name][::-1]


def _delay_or_cut(platform: Platform, request: Request, fault: Fault) -> None:
    if fault.what.startswith(("slow:", "latency:")):
        platform.stopping.wait(fault.seconds)
    if fault.what == "silent":
        _hold(platform, request)
    if fault.what in ("silent", "drop", "cut"):
        raise CutConnection


def _hold(platform: Platform, request: Request) -> None:
    """Keep the caller waiting until it gives up, faults are cleared, or the simulator stops."""
    cleared = platform.faults.cleared
    caller = request.environ["simulator.socket"]
    while not (cleared.is_set() or platform.stopping.is_set()):
        readable, _, _ = select.select([caller], [], [], 0.2)
        if readable:  # a caller that waits says nothing: it went away
            return


def _work(platform: Platform, db: sqlite3.Connection, request: Request) -> tuple[Response, list[Push]]:
    """The answer, and the pushes it brings with it."""
    found = ENDPOINTS.get(request.path)
    if found is None:
        unknown = {
            "error": "the simulator has no such path",
            "path": request.path,
            "known": sorted(ENDPOINTS),
        }
        return as_response(unknown, 404), []
    call = Call(platform, db, request, platform.clock.now())
    try:
        _admit(call, found)
        return as_response(found.answer(call)), call.owed
    except Refusal as refusal:
        return as_response(refusal.answer()), []


API = Door(lambda request: request.path, _work, lambda _request, code: as_response(Refusal(int(code)).answer()))


def _admit(call: Call, found: Endpoint) -> None:
    """Raises: Refusal for a wrong method, token, right, or a used-up day."""
    method = call.request.method
    if found.method != "ANY" and method != found.method:
        raise Refusal(43001 if found.method == "GET" else 43002)
    if found.needs_token:
        check_token(call.db, call.query.get("access_token"), call.now)
    count_use(call.db, call.request.path, found.daily, call.now)
    if not call.platform.account.may(found.right):
        raise Refusal(48001)


def count_use(db: sqlite3.Connection, path: str, daily: int, now: float) -> None:
    """One more of today. Raises: Refusal 45009 when the day is used up."""
    day = day_of(now)
    row = db.execute("SELECT used FROM usage WHERE day = ? AND path = ?", (day, path)).fetchone()
    if row and row["used"] >= daily:
        raise Refusal(45009)
    db.execute(
        "INSERT INTO usage VALUES (?, ?, 1) ON CONFLICT (day, path) DO UPDATE SET used = used + 1",
        (day, path),
    )


def as_response(answer: Answer, status: int = 200) -> Response:
    if isinstance(answer, Response):
        return answer
    return Response(
        json.dumps(answer, ensure_ascii=False, separators=(",", ":")), status, mimetype="application/json"
    )


def sent_text(request: Request) -> str:
    """The body for the log and for finding a recipient; files are named, not shown."""
    if request.mimetype == "multipart/form-data":
        names = [f"{name}={part.filename} ({part.mimetype})" for name, part in request.files.items()]
        return ", ".join(names) or "no file"
    return request.get_data().decode("utf-8", "replace")


def _log(
    db: sqlite3.Connection,
    platform: Platform,
    request: Request,
    sent: str,
    response: Response | None,
    faults: list[Fault],
    started: float,
) -> None:
    answer = _answer_text(response)
    found = re.match(r'\{"errcode": ?(-?\d+)', answer)
    db.execute(
        "INSERT INTO calls (at, method, path, sent, answer, status, errcode, fault, ms) VALUES (?,?,?,?,?,?,?,?,?)",
        (
            platform.clock.now(),
            request.method,
            request.path,
            _logged(request, sent),
            answer,
            response.status_code if response else None,
            int(found[1]) if found else None,
            ", ".join(fault.what for fault in faults) or None,
            round((time.perf_counter() - started) * 1000, 2),
        ),
    )


def _answer_text(response: Response | None) -> str:
    if response is None:
        return ""
    if (response.mimetype or "").startswith(("text/", "application/json")):
        return response.get_data(as_text=True)[:LONGEST_LOGGED]
    return f"{response.mimetype}, {response.content_length} bytes"


def _logged(request: Request, sent: str) -> str:
    query = "&".join(
        f"{name}={value}" for name, value in request.args.items() if name not in ("access_token", "secret")
    )
    return f"{query} {sent}".strip()[:LONGEST_LOGGED]
