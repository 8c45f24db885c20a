"""Pushing to the account: at most three tries, five seconds each, and what the phone shows in the end."""

import http.client
import json
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from simulator import replies
from simulator.crypto import signature
from simulator.faults import CALLBACK
from simulator.platform import Platform
from simulator.push import Envelope, Push, enveloped

TRIES = 3
LONGEST_REORDER_S = 10.0
LONGEST_ANSWER = 1024 * 1024
LONGEST_FORGETTING_S = 10
AT_ONCE = 4  # pushes of the platform's own on their way together


@dataclass
class Try:
    """One POST to the account: what came back, if anything did."""

    status: int | None
    ms: float
    body: str
    error: str | None = None


class Pushes:
    """Delivers pushes; knows how many have gone, so that one can be held until a later one has."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._gone = 0
        self._another = threading.Condition()
        self._line: queue.SimpleQueue[tuple[int, Push]] = queue.SimpleQueue()
        self._owed = 0
        self._paid = threading.Condition()
        self._life = 0  # grows with every reset
        for _ in range(AT_ONCE):
            threading.Thread(target=self._work_off, daemon=True).start()

    def owe(self, pushes: list[Push]) -> Callable[[], None]:
        """Owe these from now on; what is returned lets them go, in the background.

        Whoever asks `settled` after the answer that brought them came waits for them, also before they go.
        """
        life = self._life
        with self._paid:
            self._owed += len(pushes)

        def let_go() -> None:
            for push in pushes:
                self._line.put((life, push))

        return let_go

    def forget(self) -> None:
        """Owe nothing more, before a reset: what is on its way arrives first, the rest is not pushed."""
        self._life += 1
        self.settled(LONGEST_FORGETTING_S)

    def settled(self, timeout_s: float) -> int:
        """Wait until everything owed has been pushed; returns how many still are when time is over."""
        with self._paid:
            self._paid.wait_for(lambda: not self._owed, timeout_s)
            return self._owed

    def _work_off(self) -> None:
        while True:
            life, push = self._line.get()
            try:
                if life == self._life and not self.platform.stopping.is_set():
                    self.deliver(push)
            except sqlite3.ProgrammingError:  # the state was closed under it: the program ends
                return
            finally:
                with self._paid:
                    self._owed -= 1
                    self._paid.notify_all()

    def deliver(self, push: Push) -> list[dict[str, Any]]:
        """Push until answered, show the answer; returns the tries as the simulator's API tells them."""
        tries: list[Try] = []
        struck: list[str] = []
        while len(tries) < TRIES and not (tries and tries[-1].status):
            words = [fault.what for fault in self.platform.faults.strike(CALLBACK, push.xml)]
            struck.extend(words)
            if "lost" in words:
                break
            tries.extend(self._attempts(push, words, first=not tries))
        with self._another:
            self._gone += 1
            self._another.notify_all()
        told = self._finish(push, tries)
        self._log(push, told, struck)
        return told

    def _attempts(self, push: Push, words: list[str], *, first: bool) -> list[Try]:
        """One try, or two at once where a duplicate was ordered."""
        for word in words:
            if word.startswith(("slow:", "latency:")):
                self.platform.stopping.wait(float(word.partition(":")[2]))
        if first and "reorder" in words:
            self._wait_for_another()
        if first and "duplicate" in words:
            return self._twice(push)
        spoiled = next((word for word in words if word in ("forged", "foreign")), None)
        attempt = self._attempt(push, spoiled)
        if "drop" in words:
            return [Try(None, attempt.ms, "", "the answer was dropped")]
        return [attempt]

    def _wait_for_another(self) -> None:
        with self._another:
            before = self._gone
            self._another.wait_for(lambda: self._gone > before, LONGEST_REORDER_S)

    def _twice(self, push: Push) -> list[Try]:
        second: list[Try] = []
        beside = threading.Thread(target=lambda: second.append(self._attempt(push, None)), daemon=True)
        beside.start()
        first = self._attempt(push, None)
        beside.join()
        return [first, *second]

    def _attempt(self, push: Push, spoiled: str | None) -> Try:
        account = self.platform.account
        envelope = enveloped(account, push, self.platform.clock.second(), spoiled=spoiled)
        return post(envelope, account.callback_timeout_s)

    def _finish(self, push: Push, tries: list[Try]) -> list[dict[str, Any]]:
        """Read the answer that counts (the first that came) and show it, or the words of regret."""
        if not tries:
            return []
        with self.platform.state.unit() as db:
            answered = next((one for one in tries if one.status), None)
            try:
                reading = replies.read(self.platform, db, push, _body_of(answered))
                replies.put_on_screen(self.platform, db, push, reading)
            except replies.Unacceptable as error:
                replies.put_failure_on_screen(self.platform, db, push, str(error))
        return [self._told(one) for one in tries]

    def _told(self, one: Try) -> dict[str, Any]:
        """A try for the eyes of a test: the reply in the clear where it can be had."""
        try:
            reply = replies.clear_text(self.platform, one.body) if one.body.startswith("<") else one.body
        except replies.Unacceptable:
            reply = one.body
        told = {"status": one.status, "ms": one.ms, "reply": reply}
        return {**told, "error": one.error} if one.error else told

    def _log(self, push: Push, told: list[dict[str, Any]], struck: list[str]) -> None:
        with self.platform.state.unit() as db:
            db.execute(
                "INSERT INTO pushes (at, openid, what, tries, fault) VALUES (?,?,?,?,?)",
                (
                    self.platform.clock.now(),
                    push.openid,
                    push.what,
                    json.dumps(told, ensure_ascii=False),
                    ", ".join(struck) or None,
                ),
            )


def _body_of(answered: Try | None) -> str:
    """Raises: Unacceptable when nothing, or not 200, came back."""
    if answered is None:
        raise replies.Unacceptable(f"no answer in {TRIES} tries")
    if answered.status != 200:
        raise replies.Unacceptable(f"the callback answered {answered.status}")
    return answered.body


def post(envelope: Envelope, timeout: float) -> Try:
    return fetch("POST", envelope.url, envelope.body, timeout)


def fetch(method: str, url: str, body: bytes | None, timeout: float) -> Try:
    """One request, never longer than `timeout` in all, redirects not followed."""
    started = time.monotonic()
    try:
        status, content = _exchange(method, url, body, started + timeout)
        error = None
    except (OSError, http.client.HTTPException) as failure:
        status, content = None, b""
        error = "timeout" if isinstance(failure, TimeoutError) else f"{type(failure).__name__}: {failure}"
    return Try(status, round((time.monotonic() - started) * 1000, 1), content.decode("utf-8", "replace"), error)


def _exchange(method: str, url: str, body: bytes | None, deadline: float) -> tuple[int, bytes]:
    where = urlsplit(url)
    secure = where.scheme == "https"
    make = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = make(where.hostname or "", where.port, timeout=deadline - time.monotonic())
    try:
        connection.request(method, f"{where.path or '/'}?{where.query}", body, {"Content-Type": "text/xml"})
        wire = connection.sock
        wire.settimeout(max(deadline - time.monotonic(), 0.001))
        answer = connection.getresponse()
        content = b""
        while len(content) < LONGEST_ANSWER:
            wire.settimeout(max(deadline - time.monotonic(), 0.001))
            if not (piece := answer.read1(65536)):
                break
            content += piece
        return answer.status, content
    finally:
        connection.close()


def verify_address(platform: Platform) -> Try:
    """The console's 提交: GET with an echostr that must come back as it is."""
    stamp, nonce, echo = str(platform.clock.second()), "20261124", str(platform.next_msgid())
    proof = signature(platform.account.token, stamp, nonce)
    query = f"signature={proof}&timestamp={stamp}&nonce={nonce}&echostr={echo}"
    answer = fetch("GET", f"{platform.account.callback}?{query}", None, platform.account.callback_timeout_s)
    if answer.status == 200 and answer.body != echo:
        answer.error = "the echostr did not come back"
    return answer
