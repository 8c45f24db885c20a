"""3M SIP 2.00: messages as bytes, and bytes as messages. Pure: no socket, no clock.

A message is two digits, fields of fixed length, and fields of two letters that end with a bar. With error detection a
sequence number (AY) and a checksum (AZ) follow: the sum of all bytes, its sign turned, as four hexadecimal digits.
Source: 3M Standard Interchange Protocol version 2.00, and messages that library systems were seen to send.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from desk.loans.days import day_in

END = b"\r"
CHINESE = "019"
_TAIL = re.compile(rb"AY(\d)AZ([0-9A-Fa-f]{4})\s*$")
# How many bytes stand before the first field of two letters, by the two digits that begin an answer.
FIXED: Mapping[str, int] = {"94": 1, "98": 34, "24": 35, "64": 59, "18": 24, "30": 22, "96": 0}
SUMMARY = ("holds", "overdue", "charged", "fines", "recalls", "unavailable")  # places of ten that ask for a list

COUNTS_AT = 35  # of 64: four signs a list, in the order of SUMMARY
LISTED: Mapping[str, str] = {"charged": "AU", "holds": "AS"}


class Broken(Exception):
    """An answer that is none: a wrong checksum, another sequence number, or no message at all."""


class Code(StrEnum):
    """What is asked, and how it is answered."""

    PATRON_STATUS, PATRON_STATUS_ANSWER = "23", "24"
    ITEM, ITEM_ANSWER = "17", "18"
    RENEW, RENEW_ANSWER = "29", "30"
    PATRON, PATRON_ANSWER = "63", "64"
    LOGIN, LOGIN_ANSWER = "93", "94"
    STATUS, STATUS_ANSWER = "99", "98"
    RESEND, ASKED_AGAIN = "97", "96"  # we ask for a repeat · the other side asks for one


ANSWERS: Mapping[Code, Code] = {
    Code.PATRON_STATUS: Code.PATRON_STATUS_ANSWER, Code.ITEM: Code.ITEM_ANSWER, Code.RENEW: Code.RENEW_ANSWER,
    Code.PATRON: Code.PATRON_ANSWER, Code.LOGIN: Code.LOGIN_ANSWER, Code.STATUS: Code.STATUS_ANSWER,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Message:
    """`fields` keep their order; one may come several times."""

    code: str
    fixed: str = ""
    fields: Sequence[tuple[str, str]] = field(default=())

    def first(self, name: str) -> str:
        """The value of the first field of this name, or ""."""
        return next((value for given, value in self.fields if given == name), "")

    def all(self, name: str) -> list[str]:
        """Every value that is not empty."""
        return [value for given, value in self.fields if given == name and value]


def checksum(body: bytes) -> str:
    """Of everything up to and with AZ: F400."""
    return f"{-sum(body) & 0xFFFF:04X}"


def written(message: Message, *, sequence: int | None, encoding: str = "utf-8") -> bytes:
    """With its end. `sequence`: None without error detection. A bar or a line's end inside a value is left out: it would
    begin another field."""
    values = "".join(f"{name}{_plain(value)}|" for name, value in message.fields)
    body = f"{message.code}{message.fixed}{values}".encode(encoding, errors="replace")
    if sequence is None:
        return body + END
    body += f"AY{sequence % 10}AZ".encode()
    return body + checksum(body).encode() + END


def _plain(value: str) -> str:
    return "".join(sign for sign in value if sign not in "|\r\n")


def read(raw: bytes, *, sequence: int | None, encoding: str = "utf-8") -> Message:
    """One answer. `sequence`: that it must carry; None: whatever it carries. An answer without a checksum is taken as it
    is: not every system makes one. Raises: Broken."""
    raw = raw.strip(b"\r\n\0 ")
    if tail := _TAIL.search(raw):
        body = raw[: tail.start(2)]
        if checksum(body) != tail[2].decode().upper():
            raise Broken("校验和不对")
        if sequence is not None and int(tail[1]) != sequence % 10:
            raise Broken("答的不是这一句（序号不对）")
        raw = raw[: tail.start()]
    return _parsed(raw, encoding)


def _parsed(raw: bytes, encoding: str) -> Message:
    code = raw[:2].decode("ascii", errors="replace")
    length = FIXED.get(code)
    if length is None or len(raw) < 2 + length:
        raise Broken("答的不是一条 SIP2 消息")
    text = _decoded(raw[2 + length :], encoding)
    return Message(code, raw[2 : 2 + length].decode("ascii", errors="replace"), tuple(_fields(text)))


def _decoded(raw: bytes, encoding: str) -> str:
    """What was agreed on; a system that says it otherwise is understood where it can be."""
    for name in (encoding, "utf-8", "gb18030"):
        try:
            return raw.decode(name)
        except UnicodeDecodeError:
            continue
    return raw.decode(encoding, errors="replace")


def _fields(text: str) -> Iterator[tuple[str, str]]:
    for part in text.split("|"):
        if len(part) >= 2:
            yield part[:2], part[2:].strip()


# ── what we ask ──


def moment(at: datetime) -> str:
    """20261201    235900, on the library's wall clock."""
    return f"{at:%Y%m%d}    {at:%H%M%S}"


def login(user: str, password: str, location: str) -> Message:
    """As the self-check machine that this line is to the library's system."""
    place = (("CP", location),) if location else ()
    return Message(Code.LOGIN, "00", (("CN", user), ("CO", password), *place))


def status() -> Message:
    """All is well, paper of 80 signs, version 2.00."""
    return Message(Code.STATUS, "00802.00")


def patron_status(number: str, *, institution: str, at: datetime) -> Message:
    """May this card borrow?"""
    fields = (("AO", institution), ("AA", number), ("AC", ""), ("AD", ""))
    return Message(Code.PATRON_STATUS, CHINESE + moment(at), fields)


def patron(number: str, which: str, *, institution: str, at: datetime, begin: int = 0, end: int = 0) -> Message:
    """A card with one of its lists (`SUMMARY`). `begin`, `end`: of its items, counted from 1; 0: as the other side gives."""
    asked = "".join("Y" if name == which else " " for name in SUMMARY).ljust(10)
    fields = [("AO", institution), ("AA", number), ("AC", ""), ("AD", "")]
    if begin:
        fields += [("BP", f"{begin:05}"), ("BQ", f"{end:05}")]
    return Message(Code.PATRON, CHINESE + moment(at) + asked, tuple(fields))


def item(barcode: str, *, institution: str, at: datetime) -> Message:
    """What a barcode is, and until when it is lent."""
    return Message(Code.ITEM, moment(at), (("AO", institution), ("AB", barcode), ("AC", "")))


def renew(number: str, barcode: str, *, institution: str, at: datetime) -> Message:
    """By the library's own rules: no third party, no due day of ours, no fee agreed to."""
    fields = (("AO", institution), ("AA", number), ("AD", ""), ("AB", barcode), ("AC", ""), ("BO", "N"))
    return Message(Code.RENEW, f"NN{moment(at)}{' ' * 18}", fields)


# ── what we are told ──


def is_let_in(answer: Message) -> bool:
    """94: the first sign is 1."""
    return answer.fixed[:1] == "1"


def is_on_line(answer: Message) -> bool:
    """98: the first sign is Y."""
    return answer.fixed[:1] == "Y"


def is_valid(answer: Message) -> bool:
    """24, 64: a system that says nothing of it means yes."""
    return answer.first("BL") != "N"


def count_of(answer: Message, which: str) -> int | None:
    """64: how many there are of a list, by the fixed part; None for a system that counts nothing."""
    at = COUNTS_AT + 4 * SUMMARY.index(which)
    said = answer.fixed[at : at + 4]
    return int(said) if said.isascii() and said.isdigit() else None


def is_renewed(answer: Message) -> bool:
    """30: the first sign is 1."""
    return answer.fixed[:1] == "1"


def due_of(answer: Message) -> date | None:
    """18, 30: the day of AH, however the system writes it."""
    return day_in(answer.first("AH"))


def why_not(answer: Message) -> str:
    """What the system says to whoever stands before it."""
    return " ".join(answer.all("AF"))[:120]
