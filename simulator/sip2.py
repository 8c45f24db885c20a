"""A pretend library system that speaks 3M SIP 2.00 on the loopback address: cards, loans, holds, renewals.

Beside the pretend WeChat (`--sip2-port`), or alone: `python -m simulator.sip2 --port 0`, told what it holds and what is to
go wrong by lines of JSON on stdin, each answered by one on stdout:
{"patrons": {…}} · {"fault": "cut", "times": 1} · {"heal": true} · {"page": 3} · {"books": true}
"""

import argparse
import json
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any

BEIJING = timezone(timedelta(hours=8))
RENEWED_FOR = timedelta(days=28)
FAULTS = (
    "slow:SECONDS",  # does the work, answers late
    "cut",  # closes the line without doing anything
    "drop",  # does the work, closes the line without an answer
    "checksum",  # a wrong checksum; the repeat is right
    "sequence",  # answers another sentence
    "garbage",  # no message at all
    "again",  # asks for the sentence once more (96)
    "refuse",  # lets nobody in
)


@dataclass
class Books:
    """What the library system holds, and what is to go wrong."""

    patrons: dict[str, Any]
    user: str = ""
    password: str = ""
    faults: list[str] = field(default_factory=list)
    renewals: int = 0
    page: int = 0  # items that a list names at once; 0: all; -1: none
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next_fault(self) -> str:
        """What goes wrong with this sentence; "" for nothing. It happens that many times."""
        with self.lock:
            return self.faults.pop(0) if self.faults else ""

    def find(self, barcode: str) -> tuple[dict[str, Any], bool] | None:
        """A loan, or a hold (True)."""
        for patron in self.patrons.values():
            for kind in ("loans", "holds"):
                for item in patron.get(kind, ()):
                    if item["barcode"] == barcode:
                        return item, kind == "holds"
        return None


def demo_patrons(today: date) -> dict[str, Any]:
    """The cards that the demo library's list names, with loans around today."""

    def lent(barcode: str, title: str, days: int, place: str = "总馆", **more: Any) -> dict[str, Any]:
        return {
            "barcode": barcode,
            "title": title,
            "due": (today + timedelta(days=days)).isoformat(),
            "place": place,
            **more,
        }

    return {
        "20260003317": {
            "loans": [
                lent("A000101", "夏洛的网", 2), lent("A000102", "城南旧事", 12), lent("A000103", "小王子", 6, "官塘社区分馆"),
            ],
            "holds": [lent("A000104", "草房子", 5)],
        },
        "20260003318": {"loans": [lent("A000201", "平凡的世界", -3), lent("A000202", "边城", 1, reserved=True)], "holds": []},
        "20260003319": {"loans": [lent("A000301", "人间词话", 20)], "holds": []},
    }  # fmt: skip


def checksum(body: bytes) -> bytes:
    return f"{-sum(body) & 0xFFFF:04X}".encode()


def _now() -> datetime:
    return datetime.now(BEIJING)


def _stamp() -> str:
    return f"{_now():%Y%m%d}    {_now():%H%M%S}"


def _fields(raw: str) -> dict[str, str]:
    return {part[:2]: part[2:] for part in raw.split("|") if len(part) >= 2}


def _answer(books: Books, said: str) -> str:
    """The answer to one sentence, without its tail."""
    handler = {"93": _login, "99": _status, "23": _patron_status, "63": _patron, "17": _item, "29": _renew}.get(
        said[:2]
    )
    return handler(books, said) if handler else "96"


def _login(books: Books, said: str) -> str:
    given = _fields(said[4:])
    is_right = (given.get("CN"), given.get("CO")) == (books.user, books.password)
    return f"94{int(is_right)}"


def _status(_books: Books, _said: str) -> str:
    return f"98YYYYNN010003{_stamp()}2.00AOdemo|AM演示图书馆|BXYYYYYYYYYYYYYYYY|"


def _patron_status(books: Books, said: str) -> str:
    given = _fields(said[23:])
    known = "Y" if given.get("AA") in books.patrons else "N"
    return f"24{' ' * 14}019{_stamp()}AO{given.get('AO', '')}|AA{given.get('AA', '')}|AE|BL{known}|"


def _patron(books: Books, said: str) -> str:
    asked, given = said[23:33], _fields(said[33:])
    number = given.get("AA", "")
    patron = books.patrons.get(number)
    loans, holds = (patron or {}).get("loans", []), (patron or {}).get("holds", [])
    counts = "".join(f"{count:04}" for count in (len(holds), 0, len(loans), 0, 0, 0))
    named = [f"AU{one['barcode']}|" for one in loans] if asked[2:3] == "Y" else []
    named += [f"AS{one['barcode']}|" for one in holds] if asked[:1] == "Y" else []
    if books.page:
        begin = int(given.get("BP", "1")) - 1
        named = named[begin : begin + max(books.page, 0)]
    known = "Y" if patron is not None else "N"
    return f"64{' ' * 14}019{_stamp()}{counts}AO{given.get('AO', '')}|AA{number}|AE|BL{known}|{''.join(named)}"


def _item(books: Books, said: str) -> str:
    barcode = _fields(said[20:]).get("AB", "")
    found = books.find(barcode)
    if found is None:
        return f"18010001{_stamp()}AB{barcode}|AJ|AF没有这个条码|"
    item, is_hold = found
    day = item["due"].replace("-", "")
    until = f"CM{day}    235900|" if is_hold else f"AH{day}    235900|"
    return f"18040001{_stamp()}AB{barcode}|AJ{item['title']}|{until}AQ{item['place']}|"


def _renew(books: Books, said: str) -> str:
    given = _fields(said[40:])
    number, barcode = given.get("AA", ""), given.get("AB", "")
    head = f"{_stamp()}AO{given.get('AO', '')}|AA{number}|AB{barcode}|"
    with books.lock:
        loans = books.patrons.get(number, {}).get("loans", [])
        item = next((one for one in loans if one["barcode"] == barcode), None)
        if (why := _why_not(item)) or item is None:
            return f"300NUN{head}AJ|AH|AF{why}|"
        later = date.fromisoformat(item["due"]) + RENEWED_FOR
        item["due"], item["renewed"] = later.isoformat(), 1
        books.renewals += 1
    return f"301YUN{head}AJ{item['title']}|AH{later.isoformat()}|AF续借成功|"


def _why_not(item: dict[str, Any] | None) -> str:
    if item is None:
        return "这本书不在这张证上"
    if item.get("renewed"):
        return "已经续借过一次"
    if item.get("reserved"):
        return "有人预约，不能续借"
    return "超期了，请先还书" if date.fromisoformat(item["due"]) < _now().date() else ""


class _Line(BaseRequestHandler):
    """One client, sentence after sentence."""

    server: "Sip2Server"
    _last = b""

    def handle(self) -> None:
        left = b""
        while True:
            while b"\r" not in left:
                more = self.request.recv(4096)
                if not more:
                    return
                left += more
            said, _, left = left.partition(b"\r")
            if not self._say(said.strip(b"\n")):
                self.request.shutdown(socket.SHUT_RDWR)
                return

    def _say(self, raw: bytes) -> bool:
        """False: the line is cut."""
        fault = self.server.books.next_fault() if raw[:2] != b"97" else ""
        if raw[:2] == b"97":
            self.request.sendall(self._last)
            return True
        if fault == "cut":
            return False
        if fault == "again":
            self.request.sendall(b"96" + b"\r")
            return True
        answer = _tailed(_answer(self.server.books, _without_tail(raw)), raw)
        self._last = answer
        if fault == "drop":
            return False
        if fault.startswith("slow:"):
            time.sleep(float(fault.partition(":")[2]))
        self.request.sendall(_spoilt(answer, fault))
        return True


def _without_tail(raw: bytes) -> str:
    at = raw.rfind(b"AY")
    return (raw[:at] if at > 0 and raw[at + 3 : at + 5] == b"AZ" else raw).decode("utf-8", errors="replace")


def _tailed(answer: str, asked: bytes) -> bytes:
    """With a checksum where the sentence had one."""
    at = asked.rfind(b"AY")
    if at < 0 or asked[at + 3 : at + 5] != b"AZ":
        return answer.encode() + b"\r"
    body = answer.encode() + asked[at : at + 3] + b"AZ"
    return body + checksum(body) + b"\r"


def _spoilt(answer: bytes, fault: str) -> bytes:
    if fault == "checksum":
        return answer[:-5] + b"0000\r"
    if fault == "sequence":
        at = answer.rfind(b"AY")
        body = answer[: at + 2] + (b"9" if answer[at + 2 : at + 3] != b"9" else b"8") + b"AZ"
        return body + checksum(body) + b"\r"
    if fault == "refuse":
        return _tailed("940", answer)
    return b"%%%\r" if fault == "garbage" else answer


class Sip2Server(ThreadingTCPServer):
    """Serves one library system on the loopback address."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, books: Books) -> None:
        super().__init__(("127.0.0.1", port), _Line)
        self.books = books
        self.port: int = self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers come and go."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def _told(books: Books, line: str) -> dict[str, Any]:
    asked = json.loads(line)
    if asked.get("heal"):
        books.faults.clear()
        books.page = 0
    books.page = asked.get("page", books.page)
    if "patrons" in asked:
        books.patrons = asked["patrons"]
    if "fault" in asked:
        books.faults += [asked["fault"]] * asked.get("times", 1)
    return {"renewals": books.renewals, "patrons": books.patrons}


def serve_beside(port: int, *, user: str, password: str) -> Callable[[], None]:
    """In a thread of its own, with the demo's cards. Gives back what stops it."""
    server = Sip2Server(port, Books(demo_patrons(_now().date()), user, password))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.shutdown


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m simulator.sip2", description="A pretend library system.")
    parser.add_argument("--port", type=int, default=6001, help="0 picks a free one")
    parser.add_argument("--user", default="")
    parser.add_argument("--password", default="")
    wishes = parser.parse_args()
    server = Sip2Server(wishes.port, Books(demo_patrons(_now().date()), wishes.user, wishes.password))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"sip2 ready on {server.port}", flush=True)  # noqa: T201
    for line in sys.stdin:
        print(json.dumps(_told(server.books, line)), flush=True)  # noqa: T201
    server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
