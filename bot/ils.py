"""The line to the library's own system, SIP2 over a socket: a connection a call, each step within a time limit.

What is said stands in desk.loans.sip2; nothing of it is logged, neither the password nor who has borrowed what.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from config.settings import Settings
from desk.loans import sip2
from desk.loans.days import day_in
from desk.loans.sip2 import ANSWERS, Broken, Code, Message
from models import times
from models.errors import FateUnknown, Rejected, TryLater
from models.work import Json

CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 10.0
WHOLE_SECONDS = 60.0  # a lease is longer
RESENDS = 2  # of one answer that came broken
LONGEST_ANSWER = 256 * 1024
MOST_ITEMS = 60  # of a card, each asked for by itself
NO_SUCH_CARD, NOT_LET_IN = 404, 401  # of ours: SIP2 has no codes


@dataclass(frozen=True, slots=True)
class Line:
    """Where the library's system is, and who we are there."""

    host: str
    port: int
    user: str
    password: str
    location: str
    institution: str
    encoding: str
    has_checksums: bool

    @classmethod
    def of(cls, settings: Settings) -> "Line":
        """As it is set."""
        return cls(
            settings.sip2_host, settings.sip2_port, settings.sip2_user, settings.sip2_password, settings.sip2_location,
            settings.sip2_institution, settings.sip2_encoding, settings.sip2_checksums,
        )  # fmt: skip


def call(line: Line, payload: Json) -> Json:
    """What is owed, done. Raises: TryLater where the line did not hold, Rejected where the system said no, FateUnknown
    where a renewal may have been made: it is asked again, and begins by looking."""
    with _talk(line) as talk:
        if payload["what"] == "test":
            return {"said": "连上了，图书馆系统在线"}
        if payload["what"] == "look":
            return _look(talk, payload["number"])
        return _renew(talk, payload)


def _look(talk: "Talk", number: str) -> Json:
    charged = talk.patron(number, "charged")
    if not sip2.is_valid(charged):
        raise Rejected("图书馆系统说没有这张证", errcode=NO_SUCH_CARD)
    loans, has_loans = _codes(talk, number, "charged", charged)
    holds, has_holds = _codes(talk, number, "holds", talk.patron(number, "holds"))
    return {
        "loans": [_item(talk, code, "AH") for code in loans],
        "holds": [_item(talk, code, "CM") | {"ready": True} for code in holds],
        "part": [kind for kind, is_all in (("loan", has_loans), ("hold", has_holds)) if not is_all],
    }


def _codes(talk: "Talk", number: str, which: str, answer: Message) -> tuple[list[str], bool]:
    """What the list names, asked for page by page, and whether that is all of it by the system's own count."""
    name, count = sip2.LISTED[which], sip2.count_of(answer, which)
    codes = dict.fromkeys(answer.all(name))
    while len(codes) < min(count or 0, MOST_ITEMS):
        before = len(codes)
        page = talk.patron(number, which, begin=before + 1, end=min(count or 0, MOST_ITEMS))
        codes.update(dict.fromkeys(page.all(name)))
        if len(codes) == before:
            break
    return list(codes)[:MOST_ITEMS], count == len(codes) <= MOST_ITEMS


def _item(talk: "Talk", code: str, day: str) -> Json:
    """A barcode may be followed by more, as some systems write it."""
    barcode = code.split(" ")[0]
    told = talk.asks(sip2.item(barcode, institution=talk.line.institution, at=_now()))
    on = day_in(told.first(day))
    place = told.first("AQ") or told.first("AP")
    return {"barcode": barcode, "title": told.first("AJ"), "place": place, "day": on.isoformat() if on else None}


def _renew(talk: "Talk", payload: Json) -> Json:
    """Looked at first: a renewal whose answer was lost is not made twice."""
    now = _item(talk, payload["barcode"], "AH")["day"]
    if now and now > payload["due"]:
        return {"ok": True, "due": now}
    told = talk.asks(sip2.renew(payload["number"], payload["barcode"], institution=talk.line.institution, at=_now()))
    if not sip2.is_renewed(told):
        return {"ok": False, "why": sip2.why_not(told)}
    due = sip2.due_of(told)
    later = due.isoformat() if due else _item(talk, payload["barcode"], "AH")["day"]
    if not later or later <= payload["due"]:
        return {"ok": False, "why": "图书馆系统答应了，却没有给新的到期日，请到服务台看一下。"}
    return {"ok": True, "due": later}


class Talk:
    """One connection, let in and on line."""

    def __init__(self, line: Line, to: socket.socket) -> None:
        self.line = line
        self._to = to
        self._sequence = -1
        self._left = b""
        self._until = monotonic() + WHOLE_SECONDS

    def patron(self, number: str, which: str, *, begin: int = 0, end: int = 0) -> Message:
        """A card with one of its lists, or a page of it."""
        said = sip2.patron(number, which, institution=self.line.institution, at=_now(), begin=begin, end=end)
        return self.asks(said)

    def asks(self, message: Message) -> Message:
        """The answer. What comes broken is asked for again (97); what the other side did not understand is said again (96)."""
        self._sequence = (self._sequence + 1) % 10
        sequence = self._sequence if self.line.has_checksums else None
        said = sip2.written(message, sequence=sequence, encoding=self.line.encoding)
        again = sip2.written(Message(Code.RESEND), sequence=None)
        next_said: bytes | None = said
        for _ in range(RESENDS + 1):  # nothing is said whose answer is not waited for
            if next_said:
                self._send(next_said)
            try:
                answer = sip2.read(self._line(), sequence=sequence, encoding=self.line.encoding)
            except Broken:
                next_said = again
                continue
            if answer.code == ANSWERS[Code(message.code)]:
                return answer
            next_said = said if answer.code == Code.ASKED_AGAIN else None
        raise TryLater("图书馆系统的回答一直读不通（校验和或格式不对）")

    def _send(self, said: bytes) -> None:
        self._to.settimeout(ANSWER_SECONDS)
        self._to.sendall(said)

    def _line(self) -> bytes:
        """Up to the end of a message. Raises: OSError."""
        while sip2.END not in self._left:
            left = min(ANSWER_SECONDS, self._until - monotonic())
            if left <= 0 or len(self._left) > LONGEST_ANSWER:
                raise TimeoutError
            self._to.settimeout(left)
            more = self._to.recv(16 * 1024)
            if not more:
                raise ConnectionResetError
            self._left = (self._left + more).lstrip(b"\r\n")  # some systems end a message with both, some with one
        found, _, self._left = self._left.partition(sip2.END)
        return found


@contextmanager
def _talk(line: Line) -> Iterator[Talk]:
    try:
        to = socket.create_connection((line.host, line.port), timeout=CONNECT_SECONDS)
    except OSError as error:
        raise TryLater(f"连不上图书馆系统（{type(error).__name__}）") from None
    with to:
        try:
            talk = Talk(line, to)
            _come_in(talk)
            yield talk
        except OSError as error:
            raise _cut(error) from None


def _cut(error: OSError) -> Exception:
    if isinstance(error, TimeoutError):
        return FateUnknown("图书馆系统太久没有回答")
    return FateUnknown("和图书馆系统的连线断了")


def _come_in(talk: Talk) -> None:
    line = talk.line
    if line.user and not sip2.is_let_in(talk.asks(sip2.login(line.user, line.password, line.location))):
        raise Rejected("图书馆系统不认 SHUSHENG_SIP2_USER 和密码", errcode=NOT_LET_IN)
    if not sip2.is_on_line(talk.asks(sip2.status())):
        raise TryLater("图书馆系统说它现在不在线")


def _now() -> datetime:
    return times.local(times.now())
