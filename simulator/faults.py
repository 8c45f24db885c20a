"""Faults on order: what may go wrong, where, and how many times."""

import re
import threading
from dataclasses import asdict, dataclass
from itertools import count
from typing import Any

CALLBACK = "callback"
PAY_PATHS = ("/mmpaymkttransfers/", "/v3/")

API_FAULTS: dict[str, str] = {
    "slow:SECONDS": "does the work at once, answers after SECONDS",
    "latency:SECONDS": "as slow, and other faults may come on top: for benches",
    "silent": "does not do the work and never answers; the connection stays open until faults are cleared",
    "drop": "does the work, then cuts the connection without an answer",
    "cut": "cuts the connection without doing the work",
    "500": "does not do the work, answers 500",
    "html": "does not do the work, answers 200 with an HTML page",
    "empty": "does not do the work, answers 200 with nothing",
    "garbage": "does not do the work, answers 200 with broken JSON",
    "errcode:CODE": "does not do the work, answers this error code",
    "forged": "does the work, signs the answer wrongly (WeChat Pay v3)",
    "foreign": "does the work, signs the answer with another certificate's number (WeChat Pay v3)",
    "expire_token": "kills every access token, then answers as usual (42001 where a token is needed)",
}
CALLBACK_FAULTS: dict[str, str] = {
    "slow:SECONDS": "waits SECONDS before the push",
    "latency:SECONDS": "as slow",
    "drop": "sends the push and cuts the connection before the answer; tried again",
    "lost": "the push is never made",
    "duplicate": "the same push is made twice",
    "reorder": "the push waits until a later one has gone",
    "forged": "the push carries a wrong signature",
    "foreign": "the push is sealed for another AppID",
}
SHAPES = re.compile(r"(slow|latency):(\d+(?:\.\d+)?)|errcode:(-?\d+|[A-Z][A-Z0-9_]+)|[a-z0-9_]+")


class UnknownFault(ValueError):
    """A fault that is not on the list, or a place where it cannot happen."""


@dataclass
class Fault:
    """One order: at `path` (one path, `*` for the whole API but WeChat Pay, or `callback`) `what` happens `left` times."""

    number: int
    path: str
    what: str
    left: int | None  # None: until cleared
    openid: str | None = None

    @property
    def seconds(self) -> float:
        return float(self.what.partition(":")[2])

    @property
    def code(self) -> str:
        return self.what.partition(":")[2]

    def strikes(self, path: str, text: str) -> bool:
        where = self.path == path or (self.path == "*" and path != CALLBACK and not path.startswith(PAY_PATHS))
        return where and (self.openid is None or self.openid in text)


class Faults:
    """The orders in force. In memory only: a restart heals everything."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = count(1)
        self._active: list[Fault] = []
        self.cleared = threading.Event()

    def order(self, path: str, what: str, times: int = 0, openid: str | None = None) -> dict[str, Any]:
        """Raises: UnknownFault."""
        meaning = meaning_of(path, what)
        with self._lock:
            fault = Fault(next(self._numbers), path, what, times or None, openid)
            self._active.append(fault)
        return {**asdict(fault), "will": meaning}

    def strike(self, path: str, text: str) -> list[Fault]:
        """The faults that hit this call, each used up by one: at most one latency and one other."""
        if not self._active:  # the usual case must cost nothing
            return []
        with self._lock:
            struck: dict[bool, Fault] = {}
            for fault in self._active:
                if fault.strikes(path, text):
                    struck.setdefault(fault.what.startswith("latency:"), fault)
            for fault in struck.values():
                if fault.left is not None:
                    fault.left -= 1
            self._active = [fault for fault in self._active if fault.left != 0]
            return list(struck.values())

    def clear(self, number: int | None = None) -> int:
        """Clear one or all; calls held silently are let go. Returns how many were cleared."""
        with self._lock:
            kept = [fault for fault in self._active if number not in (None, fault.number)]
            gone = len(self._active) - len(kept)
            self._active = kept
            self.cleared.set()
            self.cleared = threading.Event()
        return gone

    def active(self) -> list[dict[str, Any]]:
        with self._lock:
            return [{**asdict(fault), "will": meaning_of(fault.path, fault.what)} for fault in self._active]


def meaning_of(path: str, what: str) -> str:
    """What an order will do. Raises: UnknownFault, naming what there is."""
    known = CALLBACK_FAULTS if path == CALLBACK else API_FAULTS
    if path not in ("*", CALLBACK) and not path.startswith("/"):
        raise UnknownFault("path must be an API path such as /cgi-bin/message/custom/send, * or callback")
    word = re.sub(r"^(slow|latency):.*", r"\1:SECONDS", re.sub(r"^errcode:.*", "errcode:CODE", what))
    if what.startswith("errcode:") and path != "*" and what[8:9].isalpha() != path.startswith(PAY_PATHS):
        raise UnknownFault("WeChat Pay's codes are words (errcode:NOTENOUGH), all others numbers")
    if not SHAPES.fullmatch(what) or word not in known:
        raise UnknownFault(f"unknown fault {what!r}; at {path} there are: {', '.join(known)}")
    return known[word]
