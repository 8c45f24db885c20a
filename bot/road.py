"""The road to the platform: the little that wechatpy wants of `requests`, straight on its urllib3.

`requests` builds a session's worth of settings anew for every call, which took over half of a hand's time
(docs/benchmarks.md). Here are one pool of connections to one address, its certificates checked against certifi's and
nobody else's, no proxy of the environment, no redirect followed, nothing repeated.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from ssl import SSLCertVerificationError
from time import monotonic
from typing import Any
from urllib.parse import urlencode

import certifi
import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError
from urllib3.filepost import encode_multipart_formdata

from models.errors import FateUnknown, TryLater

REAL = "https://api.weixin.qq.com"
CHUNK = 64 * 1024
LONGEST_FILE_SECONDS = 60.0  # a call's lease is longer


@dataclass(frozen=True, slots=True)
class Answer:
    """What wechatpy reads of an answer; its status has been looked at by `Road`."""

    content: bytes
    request: None = None  # wechatpy hangs it on its errors

    def raise_for_status(self) -> None:
        """Nothing: an answer that is not 2xx never comes this far."""

    def json(self) -> Any:
        """The content, read. Raises: ValueError."""
        return json.loads(self.content)


class Road:
    """Stands where wechatpy has a requests.Session; threads share it."""

    def __init__(self, base: str, *, connections: int, certificate: str = "", key: str = "") -> None:
        """Whatever is meant for the platform goes to `base` (the platform itself, the simulator, a proxy's path).

        `certificate`, `key`: files by which WeChat Pay knows a merchant.
        """
        parts = urllib3.util.parse_url(base)
        trust = {"ca_certs": certifi.where()} if parts.scheme == "https" else {}
        if certificate and parts.scheme == "https":
            trust |= {"cert_file": certificate, "key_file": key}
        self._path = (parts.path or "").rstrip("/")
        self._pool = urllib3.connection_from_url(base, maxsize=connections, **trust)

    def request(
        self,
        method: str,
        url: str,
        *,
        timeout: urllib3.Timeout,
        params: dict[str, Any] | None = None,
        data: bytes | str | None = None,
    ) -> Answer:
        """One call, made once. Raises: TryLater where it surely did not leave, FateUnknown where nobody knows."""
        if not url.startswith(REAL + "/"):
            raise ValueError(f"not an address of the platform: {url}")
        path = f"{self._path}{url.removeprefix(REAL)}?{urlencode(params or {})}"
        try:
            answer = self._pool.urlopen(
                method.upper(),
                path,
                body=data,
                timeout=timeout,
                retries=False,
                redirect=False,
                assert_same_host=False,
            )
        except HTTPError as error:
            raise _network_error(error) from None
        if not 200 <= answer.status < 300:
            raise FateUnknown(f"HTTP {answer.status}")
        return Answer(answer.data)

    def plain(
        self,
        method: str,
        path: str,
        *,
        timeout: urllib3.Timeout,
        body: bytes | None = None,
        headers: Mapping[str, str],
    ) -> tuple[int, Mapping[str, str], bytes]:
        """One call to a path below the base, made once: status, headers and body as they came.

        Raises: TryLater where it surely did not leave, FateUnknown where nobody knows.
        """
        try:
            answer = self._pool.urlopen(
                method, self._path + path, body=body, headers=dict(headers), timeout=timeout, retries=False, redirect=False,
                assert_same_host=False,
            )  # fmt: skip
        except HTTPError as error:
            raise _network_error(error) from None
        return answer.status, answer.headers, answer.data

    def upload(
        self, url: str, *, timeout: urllib3.Timeout, params: dict[str, Any], name: str, body: bytes, kind: str
    ) -> Answer:
        """A file, as the field `media` of a form, made once. Raises: as `request`."""
        if not url.startswith(REAL + "/"):
            raise ValueError(f"not an address of the platform: {url}")
        path = f"{url.removeprefix(REAL)}?{urlencode(params)}"
        form, content_type = encode_multipart_formdata({"media": (name, body, kind)})
        status, _, content = self.plain(
            "POST", path, timeout=timeout, body=form, headers={"Content-Type": content_type}
        )
        if not 200 <= status < 300:
            raise FateUnknown(f"HTTP {status}")
        return Answer(content)

    @contextmanager
    def stream(self, url: str, *, timeout: urllib3.Timeout, params: dict[str, Any]) -> Iterator[Iterator[bytes]]:
        """What stands there, from this host alone, piece by piece: nobody holds the whole of it. Raises: as `request`."""
        if not url.startswith(REAL + "/"):
            raise ValueError(f"not an address of the platform: {url}")
        path = f"{self._path}{url.removeprefix(REAL)}?{urlencode(params)}"
        with streamed(self._pool, path, timeout=timeout) as chunks:
            yield chunks

    def file(self, url: str, *, timeout: urllib3.Timeout, params: dict[str, Any], most: int) -> bytes:
        """What stands there, from this host alone, read no further than `most` bytes and one.

        Raises: as `request`.
        """
        if not url.startswith(REAL + "/"):
            raise ValueError(f"not an address of the platform: {url}")
        path = f"{self._path}{url.removeprefix(REAL)}?{urlencode(params)}"
        try:
            answer = self._pool.urlopen(
                "GET", path, timeout=timeout, retries=False, redirect=False, assert_same_host=False, preload_content=False
            )  # fmt: skip
            try:
                if not 200 <= answer.status < 300:
                    raise FateUnknown(f"HTTP {answer.status}")
                body: bytes = answer.read(most + 1)
            finally:
                answer.close()  # what is left unread must not meet the next call
        except HTTPError as error:
            raise _network_error(error) from None
        return body


@contextmanager
def streamed(
    pool: urllib3.HTTPConnectionPool, path: str, *, timeout: urllib3.Timeout, headers: Mapping[str, str] | None = None,
    seconds: float = LONGEST_FILE_SECONDS,
) -> Iterator[Iterator[bytes]]:  # fmt: skip
    """A file, piece by piece, in so many seconds, no redirect followed. Half of one is an error.

    Raises: TryLater where it surely did not begin, FateUnknown.
    """
    until = monotonic() + seconds
    try:
        answer = pool.urlopen(
            "GET", path, timeout=timeout, retries=False, redirect=False, assert_same_host=False, preload_content=False,
            headers={"Accept-Encoding": "identity", **(headers or {})},
        )  # fmt: skip
    except HTTPError as error:
        raise _network_error(error) from None
    try:
        if answer.status != HTTPStatus.OK:
            raise FateUnknown(f"HTTP {answer.status}")
        yield _chunks(answer, until)
    finally:
        answer.close()  # what is left unread must not meet the next call


def _chunks(answer: urllib3.BaseHTTPResponse, until: float) -> Iterator[bytes]:
    try:
        for chunk in answer.stream(CHUNK, decode_content=False):
            if monotonic() > until:  # each chunk in time, and yet no end of it
                raise FateUnknown("too slow")
            yield chunk
    except HTTPError as error:
        raise FateUnknown(f"cut off: {type(error).__name__}") from None


def _network_error(error: HTTPError) -> TryLater | FateUnknown:
    """Did the request leave? Only where no connection came about is it sure that nothing happened."""
    is_strange = any(isinstance(cause, SSLCertVerificationError) for cause in error.args)
    if is_strange or isinstance(error, NewConnectionError | ConnectTimeoutError):
        return TryLater(f"no connection: {type(error).__name__}")
    return FateUnknown(type(error).__name__)
