"""Web authorisation (网页授权) with snsapi_base: the page that knows the reader, codes, and the tokens for them."""

import hashlib
import re
import secrets
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from werkzeug.wrappers import Response

from simulator import notices
from simulator.account import Right
from simulator.calls import Answer, Call, endpoint
from simulator.errors import OK, Refusal
from simulator.oauth_pages import asking_page, error_page
from simulator.tokens import check_keys

CODE_LIFE_S = 300
TOKEN_LIFE_S = 7200
REFRESH_LIFE_S = 30 * 24 * 3600
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@endpoint("GET", "/connect/oauth2/authorize", needs_token=False)
def authorize(call: Call) -> Answer:
    """Back to the page with a code. `as` says who holds the phone; without it the page asks the phone."""
    complaint = _complaint(call)
    if complaint:
        return error_page(complaint)
    openid = call.query.get("as", "")
    if not openid:
        return asking_page()
    if not call.db.execute("SELECT 1 FROM readers WHERE openid = ?", (openid,)).fetchone():
        return error_page("这部手机的主人不在了，请重新打开手机")
    return Response(
        status=302, headers={"Location": _back(call, _new_code(call, openid)), "Cache-Control": "no-store"}
    )


def _complaint(call: Call) -> str:
    """What WeChat shows instead, empty when all is well."""
    query, account = call.query, call.platform.account
    if not account.may(Right.OAUTH):
        return "该公众号没有网页授权的权限（48001）"
    if query.get("appid") != account.app_id:
        return "AppID 参数错误（40013）"
    where = urlsplit(query.get("redirect_uri", ""))
    if where.scheme not in ("http", "https") or where.hostname not in LOOPBACK:
        return "redirect_uri 参数错误（10003）"
    if query.get("response_type") != "code" or query.get("scope") != "snsapi_base":
        return "Scope 参数错误或没有 Scope 权限（10005）"
    if not re.fullmatch(r"[A-Za-z0-9]{0,128}", query.get("state", "")):
        return "state 参数错误：只能是字母和数字，最多 128 个"
    return ""


def _new_code(call: Call, openid: str) -> str:
    code = "0" + secrets.token_hex(16)
    snapshot = notices.is_marked(call.db, openid, "snapshot")
    known_as = _virtual(openid) if snapshot else openid
    row = (code, known_as, snapshot, call.now + CODE_LIFE_S)
    call.db.execute("INSERT INTO oauth_codes (code, openid, snapshot, until) VALUES (?,?,?,?)", row)
    return code


def _virtual(openid: str) -> str:
    """An openid of nobody, the same each time this reader looks at a page as a snapshot user."""
    return f"oSim{hashlib.sha256(openid.encode()).hexdigest()[:24]}"


def _back(call: Call, code: str) -> str:
    where = urlsplit(call.query["redirect_uri"])
    added = urlencode({"code": code, "state": call.query.get("state", "")})
    return urlunsplit(where._replace(query=f"{where.query}&{added}" if where.query else added))


@endpoint("GET", "/sns/oauth2/access_token", Right.OAUTH, needs_token=False)
def access_token(call: Call) -> dict[str, Any]:
    """A code buys one token. Raises: Refusal 41008 missing, 40163 used, 40029 unknown or older than five minutes."""
    account = call.platform.account
    check_keys(call.query.get("appid"), call.query.get("secret"), ours=account.app_id, our_secret=account.app_secret)
    if call.query.get("grant_type") != "authorization_code":
        raise Refusal(40002)
    code = call.query.get("code")
    if not code:
        raise Refusal(41008)
    row = call.db.execute("SELECT * FROM oauth_codes WHERE code = ?", (code,)).fetchone()
    if row is None or row["until"] <= call.now:
        raise Refusal(40029)
    # One statement decides who was first: the code is spent in the unit that hands out the token.
    if not call.db.execute("UPDATE oauth_codes SET used = 1 WHERE code = ? AND used = 0", (code,)).rowcount:
        raise Refusal(40163)
    told = _issue(call, row["openid"])
    return {**told, "is_snapshotuser": 1} if row["snapshot"] else told


def _issue(call: Call, openid: str) -> dict[str, Any]:
    token, refresh = secrets.token_urlsafe(64), secrets.token_urlsafe(64)
    row = (token, refresh, openid, call.now + TOKEN_LIFE_S, call.now + REFRESH_LIFE_S)
    call.db.execute("INSERT INTO oauth_tokens VALUES (?,?,?,?,?)", row)
    return {
        "access_token": token,
        "expires_in": TOKEN_LIFE_S,
        "refresh_token": refresh,
        "openid": openid,
        "scope": "snsapi_base",
    }


@endpoint("GET", "/sns/oauth2/refresh_token", Right.OAUTH, needs_token=False)
def refresh_token(call: Call) -> dict[str, Any]:
    """New tokens for an old refresh token, which dies of it. Raises: Refusal 40030 unknown, 42002 after 30 days."""
    if call.query.get("appid") != call.platform.account.app_id:
        raise Refusal(40013)
    if call.query.get("grant_type") != "refresh_token":
        raise Refusal(40002)
    refresh = call.query.get("refresh_token", "")
    row = call.db.execute("SELECT * FROM oauth_tokens WHERE refresh = ?", (refresh,)).fetchone()
    if row is None:
        raise Refusal(40030)
    if row["refresh_until"] <= call.now:
        raise Refusal(42002)
    call.db.execute("DELETE FROM oauth_tokens WHERE refresh = ?", (refresh,))
    return _issue(call, row["openid"])


@endpoint("GET", "/sns/auth", Right.OAUTH, needs_token=False)
def check(call: Call) -> dict[str, Any]:
    _check_token(call)
    return OK


@endpoint("GET", "/sns/userinfo", Right.OAUTH, needs_token=False)
def user_info(call: Call) -> dict[str, Any]:
    """Never told: snsapi_base, the only scope here, does not cover it."""
    _check_token(call)
    raise Refusal(48001)


def _check_token(call: Call) -> None:
    """Raises: Refusal 40001 not one of these tokens, 42001 expired, 40003 somebody else's."""
    token = call.query.get("access_token", "")
    row = call.db.execute("SELECT openid, until FROM oauth_tokens WHERE token = ?", (token,)).fetchone()
    if row is None:
        raise Refusal(40001)
    if row["until"] <= call.now:
        raise Refusal(42001)
    if row["openid"] != call.query.get("openid"):
        raise Refusal(40003)
