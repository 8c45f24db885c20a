"""The client of WeChat's API: wechatpy's, with its faults mended.

What is mended, each with a test: the token comes from one shared row by stable_token (wechatpy: one a process,
by the old API); every call has a timeout (wechatpy: none); a refused token is renewed and the call repeated
once (wechatpy: without end); every address follows WECHAT_API_BASE (wechatpy: the token's is fixed); the
environment cannot replace the certificates (requests: REQUESTS_CA_BUNDLE would).
"""

from collections.abc import Callable
from ssl import SSLCertVerificationError
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException

from bot.errcodes import DONE, TOKEN, error_of
from bot.token import TokenHolder
from models import times
from models.db import Database
from models.errors import FateUnknown, Stopped, TryLater

CONNECT_SECONDS, READ_SECONDS = 3.05, 8
REAL_HOST = "api.weixin.qq.com"

Json = dict[str, Any]


class _Rebase(HTTPAdapter):
    """Sends whatever is meant for the platform to another base address (the simulator's, a proxy's)."""

    def __init__(self, base: str, *, connections: int) -> None:
        super().__init__(pool_maxsize=connections)
        self._base = base.rstrip("/")

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        parts = urlsplit(request.url or "")
        if parts.hostname == REAL_HOST:
            request.url = f"{self._base}{parts.path}{'?' + parts.query if parts.query else ''}"
        return super().send(request, *args, **options)


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
        super().__init__(app_id, secret, timeout=(CONNECT_SECONDS, read_seconds))
        self.auto_retry = False
        self._database = database
        self._http.trust_env = False
        self._http.mount("https://", _Rebase(base, connections=connections))
        self.holder = TokenHolder(database, self._fetch_stable_token)

    @property
    def access_token(self) -> str:
        """The shared token: wechatpy asks here before every call."""
        return self.holder.token()

    def api(self, path: str) -> str:
        """The address of an API that wechatpy has no method for."""
        return f"https://{REAL_HOST}/{path}"

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
        if error.errcode is None:
            raise FateUnknown(f"HTTP {getattr(error.response, 'status_code', '?')}") from None
        if error.errcode in DONE:
            return dict(error.response.json())
        raise error_of(error.errcode, str(error.errmsg), now=times.now()) from None
    except requests.RequestException as error:
        raise _network_error(error) from None
    if isinstance(answer, requests.Response):  # what wechatpy gives back when it finds no JSON
        raise FateUnknown("the answer is not JSON")
    return answer if isinstance(answer, dict) else {}  # some methods turn "there is none" into None


def _network_error(error: requests.RequestException) -> TryLater | FateUnknown:
    """Did the request leave? Only where no connection came about is it sure that nothing happened."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if (
        isinstance(error, requests.ConnectTimeout)
        or isinstance(reason, NewConnectionError | ConnectTimeoutError)
        or any(isinstance(cause, SSLCertVerificationError) for cause in getattr(reason, "args", ()))
    ):
        return TryLater(f"no connection: {type(error).__name__}")
    return FateUnknown(f"{type(error).__name__}")
