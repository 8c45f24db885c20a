"""The client of WeChat's API: wechatpy's, with its faults mended.

What is mended, each with a test: the token comes from one shared row by stable_token (wechatpy: one a process,
by the old API); every call has a timeout (wechatpy: none); a refused token is renewed and the call repeated
once (wechatpy: without end); every address follows WECHAT_API_BASE (wechatpy: the token's is fixed); what
carries it is `bot/road.py` (wechatpy: `requests`, whose certificates the environment can replace).
"""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain, islice
from typing import Any

from urllib3 import Timeout
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException

from bot.errcodes import DONE, TOKEN, error_of
from bot.road import REAL, Answer, Road
from bot.token import TokenHolder
from models import times
from models.db import Database
from models.errors import FateUnknown, Rejected, Stopped

CONNECT_SECONDS, READ_SECONDS = 3.05, 8
NOT_A_FILE = (b"<!doctype html", b"<html")  # something on the way says that it has a trouble
MOST_JSON_CHUNKS = 4  # of road.CHUNK: an answer of words is short

Json = dict[str, Any]


class Client(WeChatClient):  # type: ignore[misc]  # wechatpy has no types
    """One for the whole process; its threads share the connections."""

    def __init__(
        self,
        *,
        app_id: str,
        secret: str,
        base: str,
        database: Database,
        connections: int = 64,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        super().__init__(app_id, secret, timeout=Timeout(connect=CONNECT_SECONDS, read=read_seconds))
        self.auto_retry = False
        self._database = database
        self._base = base
        self._http = Road(base, connections=connections)
        self.holder = TokenHolder(database, self._fetch_stable_token)

    @property
    def access_token(self) -> str:
        """The shared token: wechatpy asks here before every call."""
        return self.holder.token()

    def api(self, path: str) -> str:
        """The address of an API that wechatpy has no method for."""
        return f"{REAL}/{path}"

    def ask(self, call: Callable[[], Any]) -> Json:
        """What `call` (one of wechatpy's methods) answers, with one more try after a refused token.

        Raises: TryLater, Rejected, Stopped, FateUnknown; RuntimeError inside a unit, where no call may be made.
        """
        if self._database.in_unit():
            raise RuntimeError("WeChat asked inside a unit: the database would wait for the network")
        token = self.access_token
        try:
            return _outcome(call)
        except Stopped as stopped:
            if stopped.errcode not in TOKEN:
                raise
        self.holder.instead_of(token)
        return _outcome(call)

    def upload(self, path: str, params: Json, *, name: str, body: bytes, kind: str) -> Json:
        """Hand a file over; what the platform says of it. With one more try after a refused token. Raises: as `ask`."""

        def call() -> Any:
            asked = {**params, "access_token": self.access_token}
            answer = self._http.upload(
                self.api(path), timeout=self.timeout, params=asked, name=name, body=body, kind=kind
            )
            try:
                told = dict(answer.json())
                code, words = int(told.get("errcode", 0)), str(told.get("errmsg", ""))
            except (ValueError, TypeError):
                raise FateUnknown("the answer is not JSON") from None
            if code:
                raise error_of(code, words, now=times.now())
            return told

        return self.ask(call)

    def file(self, path: str, params: Json, *, most: int) -> bytes:
        """A file of the platform, at most `most` bytes and one; with one more try after a refused token.

        Raises: as `ask`. A refusal comes as JSON with status 200, whatever was asked for.
        """
        if self._database.in_unit():
            raise RuntimeError("WeChat asked inside a unit: the database would wait for the network")
        token = self.access_token
        try:
            return self._file(path, params, token, most)
        except Stopped as stopped:
            if stopped.errcode not in TOKEN:
                raise
        self.holder.instead_of(token)
        return self._file(path, params, self.access_token, most)

    def _file(self, path: str, params: Json, token: str, most: int) -> bytes:
        asked = {**params, "access_token": token}
        body = self._http.file(self.api(path), timeout=self.timeout, params=asked, most=most)
        if body.lstrip()[:1] == b"{":
            try:
                told = json.loads(body)
                code, words = int(told.get("errcode", 0)), str(told.get("errmsg", ""))
            except ValueError:
                raise FateUnknown("neither a file nor JSON") from None
            if code:
                raise error_of(code, words, now=times.now())
        return body

    @contextmanager
    def stream(self, path: str, params: Json) -> Iterator[Iterator[bytes] | Json]:
        """A file of the platform piece by piece, or what it says as JSON instead of one; with one more try after a refused
        token. Raises: as `ask`.
        """
        if self._database.in_unit():
            raise RuntimeError("WeChat asked inside a unit: the database would wait for the network")
        token = self.access_token
        with ExitStack() as stack:
            try:
                answer = self._stream(stack, path, params, token)
            except Stopped as stopped:
                if stopped.errcode not in TOKEN:
                    raise
                self.holder.instead_of(token)
                answer = self._stream(stack, path, params, self.access_token)
            yield answer

    def _stream(self, stack: ExitStack, path: str, params: Json, token: str) -> Iterator[bytes] | Json:
        asked = {**params, "access_token": token}
        chunks = stack.enter_context(self._http.stream(self.api(path), timeout=self.timeout, params=asked))
        first = next(chunks, b"")
        if not first or first.lstrip()[:16].lower().startswith(NOT_A_FILE):
            raise FateUnknown("neither a file nor JSON")
        if first.lstrip()[:1] != b"{":
            return chain((first,), chunks)
        body = first + b"".join(islice(chunks, MOST_JSON_CHUNKS))
        try:
            told = dict(json.loads(body))
            code, words = int(told.get("errcode", 0)), str(told.get("errmsg", ""))
        except (ValueError, TypeError):
            raise FateUnknown("neither a file nor JSON") from None
        if code:
            raise error_of(code, words, now=times.now())
        return told

    @property
    def base(self) -> str:
        """Where the platform is asked."""
        return self._base

    def _fetch_stable_token(self, force: bool) -> tuple[str, int]:
        body = {
            "grant_type": "client_credential",
            "appid": self.appid,
            "secret": self.secret,
            "force_refresh": force,
        }
        answer = _outcome(lambda: self.post("stable_token", data=body, params={"access_token": ""}))
        try:
            return str(answer["access_token"]), int(answer["expires_in"])
        except (KeyError, TypeError, ValueError):
            raise FateUnknown("stable_token answered without a token") from None


def _outcome(call: Callable[[], Any]) -> Json:
    try:
        answer = call()
    except WeChatClientException as error:
        if error.errcode in DONE:
            return dict(error.response.json())
        refusal = error_of(error.errcode, str(error.errmsg), now=times.now())
        if isinstance(refusal, Rejected):
            refusal.told = dict(error.response.json())
        raise refusal from None
    if isinstance(answer, Answer):  # what wechatpy gives back when it finds no JSON
        raise FateUnknown("the answer is not JSON")
    return answer if isinstance(answer, dict) else {}  # some methods turn "there is none" into None
