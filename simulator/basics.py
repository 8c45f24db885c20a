"""API of the account itself: tokens, addresses, quotas, the check of the callback's address."""

import socket
import sqlite3
from typing import Any
from urllib.parse import urlsplit

from simulator.calls import ENDPOINTS, Call, endpoint
from simulator.clock import day_of
from simulator.errors import OK, Refusal
from simulator.state import keep_setting, setting
from simulator.tokens import check_keys, plain_token, stable_token

CLEARS_A_MONTH = 10


@endpoint("GET", "/cgi-bin/token", daily=2000, needs_token=False)
def get_token(call: Call) -> dict[str, Any]:
    if call.query.get("grant_type") != "client_credential":
        raise Refusal(40002)
    _check_keys(call, call.query)
    return plain_token(call.db, call.now)


@endpoint("POST", "/cgi-bin/stable_token", daily=500_000, needs_token=False)
def get_stable_token(call: Call) -> dict[str, Any]:
    if call.json.get("grant_type") != "client_credential":
        raise Refusal(40002)
    _check_keys(call, call.json)
    return stable_token(call.db, call.now, force=call.json.get("force_refresh") is True)


def _check_keys(call: Call, given: dict[str, Any]) -> None:
    account = call.platform.account
    check_keys(
        str(given.get("appid") or ""),
        str(given.get("secret") or ""),
        ours=account.app_id,
        our_secret=account.app_secret,
    )


@endpoint("ANY", "/cgi-bin/getcallbackip")
@endpoint("ANY", "/cgi-bin/get_api_domain_ip")
def platform_addresses(call: Call) -> dict[str, Any]:
    return {"ip_list": ["127.0.0.1"]}


@endpoint("POST", "/cgi-bin/callback/check")
def check_callback(call: Call) -> dict[str, Any]:
    """Whether the callback's host can be reached, as the platform's own ping would tell."""
    if call.json.get("action") not in ("dns", "ping", "all"):
        raise Refusal(40202)
    if call.json.get("check_operator") not in ("CHINANET", "UNICOM", "CAP", "DEFAULT"):
        raise Refusal(40203)
    where = urlsplit(call.platform.account.callback)
    lost = "0%" if _reachable(where.hostname or "", where.port or 80) else "100%"
    dns = {"ip": where.hostname, "real_operator": "DEFAULT"}
    ping = {"ip": where.hostname, "from_operator": "DEFAULT", "package_loss": lost, "time": "0.1ms"}
    wanted = {"dns": [dns], "ping": [ping]}
    return {name: rows for name, rows in wanted.items() if call.json["action"] in (name, "all")}


def _reachable(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=0.5).close()
    except OSError:
        return False
    return True


@endpoint("POST", "/cgi-bin/openapi/quota/get")
def quota(call: Call) -> dict[str, Any]:
    path = str(call.json.get("cgi_path", ""))
    asked = ENDPOINTS.get(path)
    if asked is None:
        raise Refusal(76021)
    used = used_today(call.db, path, call.now)
    figures = {"daily_limit": asked.daily, "used": used, "remain": max(asked.daily - used, 0)}
    return {**OK, "quota": figures, "rate_limit": {"call_count": 0, "refresh_second": 60}}


@endpoint("POST", "/cgi-bin/clear_quota")
def clear_quota(call: Call) -> dict[str, Any]:
    """Back to zero for every API of today; ten times a month."""
    if call.json.get("appid") != call.platform.account.app_id:
        raise Refusal(40013)
    month = day_of(call.now)[:7]
    cleared: dict[str, int] = setting(call.db, "quota_cleared", {})
    if cleared.get(month, 0) >= CLEARS_A_MONTH:
        raise Refusal(48006)
    keep_setting(call.db, "quota_cleared", {month: cleared.get(month, 0) + 1})
    call.db.execute("DELETE FROM usage WHERE day = ?", (day_of(call.now),))
    return OK


def used_today(db: sqlite3.Connection, path: str, now: float) -> int:
    row = db.execute("SELECT used FROM usage WHERE day = ? AND path = ?", (day_of(now), path)).fetchone()
    return int(row["used"]) if row else 0
